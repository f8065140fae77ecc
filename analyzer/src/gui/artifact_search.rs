//! Looks for words in a long text on a thread of its own; whoever looks for something else stops it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use crate::artifacts::contents::ReadArtifact;
use crate::case::Case;
use crate::evidence::place::ArtifactId;
use crate::formats::text::Text;
use crate::gui::lines_view::holds;

/// Lines that are found at most; nobody walks through more.
const FOUND: usize = 100_000;
/// Lines after which somebody may have changed their mind.
const BREATH: usize = 4_096;

/// Text, wherever it is held.
#[derive(Clone, Debug)]
pub enum Source {
    /// By the case.
    Case(Arc<Case>, ArtifactId),
    /// By itself.
    Own(Arc<Text>),
}

impl Source {
    /// Its lines.
    pub fn lines(&self) -> &[String] {
        match self {
            Self::Case(case, id) => {
                let text = case.artifact(*id).and_then(|read: &ReadArtifact| read.text.as_ref());
                text.map_or(&[], Text::lines)
            }
            Self::Own(text) => text.lines(),
        }
    }
}

/// A search, and what it found.
#[derive(Debug, Default)]
pub struct Search {
    /// What is looked for, in lower case.
    pub words: String,
    /// The lines that hold it, counted from 0.
    pub found: Vec<usize>,
    /// Which of them is looked at.
    pub here: usize,
    going: Option<(Receiver<Vec<usize>>, Arc<AtomicBool>)>,
}

impl Drop for Search {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Search {
    /// Looks for words.
    pub fn start(&mut self, ctx: &egui::Context, source: Source, words: &str) {
        self.stop();
        self.words = words.to_lowercase();
        (self.found, self.here) = (Vec::new(), 0);
        if self.words.is_empty() {
            return;
        }
        let (sender, found) = channel();
        let stopped = Arc::new(AtomicBool::new(false));
        let (words, stop, ctx) = (self.words.clone(), Arc::clone(&stopped), ctx.clone());
        let worker = std::thread::Builder::new().name("search".to_owned());
        let started = worker.spawn(move || {
            let goes_on = |index: &usize| !index.is_multiple_of(BREATH) || !stop.load(Ordering::Relaxed);
            let lines = source.lines().iter().enumerate().take_while(|(index, _)| goes_on(index));
            let hits = lines.filter(|(_, line)| holds(line, &words)).map(|(index, _)| index);
            // Whoever stopped it does not listen.
            drop(sender.send(hits.take(FOUND).collect()));
            ctx.request_repaint();
        });
        self.going = started.ok().map(|_| (found, stopped));
    }

    fn stop(&mut self) {
        if let Some((_, stopped)) = self.going.take() {
            stopped.store(true, Ordering::Relaxed);
        }
    }

    /// Takes what was found; whether there is something new to look at.
    pub fn poll(&mut self) -> bool {
        let Some((found, _)) = &self.going else { return false };
        match found.try_recv() {
            Ok(found) => self.found = found,
            Err(TryRecvError::Empty) => return false,
            Err(TryRecvError::Disconnected) => {}
        }
        self.going = None;
        !self.found.is_empty()
    }

    /// Whether it still goes on.
    pub const fn is_busy(&self) -> bool {
        self.going.is_some()
    }

    /// Goes to the next line, or to the one before; from the last to the first.
    pub fn walk(&mut self, by: isize) {
        let count = self.found.len();
        if count > 0 {
            let here = isize::try_from(self.here).unwrap_or(0).saturating_add(by);
            let count = isize::try_from(count).unwrap_or(isize::MAX);
            self.here = usize::try_from(here.rem_euclid(count)).unwrap_or(0);
        }
    }

    /// The line that is looked at.
    pub fn line(&self) -> Option<usize> {
        self.found.get(self.here).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn searched(text: &str, words: &str) -> Search {
        let mut search = Search::default();
        search.start(&egui::Context::default(), Source::Own(Arc::new(Text::from(text))), words);
        while search.is_busy() {
            search.poll();
            std::thread::yield_now();
        }
        search
    }

    #[test]
    fn every_line_that_holds_the_words_is_found_and_walked_round() {
        let mut search = searched("SPN\nnone\nan spn\nM\u{dc}LLER", "Spn");
        assert_eq!((search.found.as_slice(), search.line()), (&[0, 2][..], Some(0)));
        search.walk(1);
        assert_eq!(search.line(), Some(2));
        search.walk(1);
        assert_eq!(search.line(), Some(0));
        search.walk(-1);
        assert_eq!(search.line(), Some(2));
        assert_eq!(searched("M\u{dc}LLER", "m\u{fc}ller").found, [0]);
        assert_eq!((searched("a", "b").line(), searched("a", "").line()), (None, None));
    }
}

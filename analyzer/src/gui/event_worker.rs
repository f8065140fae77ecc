//! Filters and sorts events on a thread of its own; only the latest question counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::timeline::answer::{Answer, Question, answer};
use crate::timeline::columns::Events;

/// Answers questions in the background.
#[derive(Debug)]
pub struct EventWorker {
    questions: Sender<(u64, Question)>,
    answers: Receiver<(u64, Answer)>,
    /// The number of the latest question: an answer to another one is not waited for.
    latest: Arc<AtomicU64>,
    answered: u64,
}

impl Drop for EventWorker {
    fn drop(&mut self) {
        self.latest.fetch_add(1, Ordering::Relaxed);
    }
}

impl EventWorker {
    /// A worker for these events. Without a thread it answers nothing, and there is nothing to be seen.
    pub fn new(ctx: &egui::Context, events: Arc<Events>) -> Self {
        let (questions, asked) = channel::<(u64, Question)>();
        let (sender, answers) = channel();
        let latest = Arc::new(AtomicU64::new(0));
        let (current, ctx) = (Arc::clone(&latest), ctx.clone());
        let worker = std::thread::Builder::new().name("events".to_owned());
        // A computer that has no thread left shows an empty list; the rest of the window goes on.
        drop(worker.spawn(move || {
            while let Ok(first) = asked.recv() {
                let (number, question) = asked.try_iter().last().unwrap_or(first);
                let goes_on = || current.load(Ordering::Relaxed) == number;
                if let Some(answer) = answer(&events, &question, &goes_on) {
                    if sender.send((number, answer)).is_err() {
                        return;
                    }
                    ctx.request_repaint();
                }
            }
        }));
        Self { questions, answers, latest, answered: 0 }
    }

    /// Asks; what was asked before is not answered any more.
    pub fn ask(&mut self, question: Question) {
        let number = self.latest.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if self.questions.send((number, question)).is_err() {
            self.answered = number;
        }
    }

    /// The answer to the latest question, once.
    pub fn poll(&mut self) -> Option<Answer> {
        let latest = self.latest.load(Ordering::Relaxed);
        let answer = self.answers.try_iter().filter(|(number, _)| *number == latest).last();
        let (number, answer) = answer?;
        self.answered = number;
        Some(answer)
    }

    /// Whether an answer is waited for.
    pub fn is_busy(&self) -> bool {
        self.answered != self.latest.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::filter::Filter;

    #[test]
    fn only_the_latest_question_is_answered() {
        let mut worker = EventWorker::new(&egui::Context::default(), Arc::new(Events::default()));
        assert!(!worker.is_busy());
        for words in ["user:a", "user:b", "user:c"] {
            worker.ask(Question { filter: Filter::parse(words), ..Question::default() });
        }
        assert!(worker.is_busy());
        let mut answers = 0;
        while worker.is_busy() {
            answers += usize::from(worker.poll().is_some());
            std::thread::yield_now();
        }
        assert_eq!((answers, worker.poll()), (1, None));
    }
}

//! Filters and sorts events on a thread of its own; only the latest question counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

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
    is_broken: bool,
}

impl Drop for EventWorker {
    fn drop(&mut self) {
        self.latest.fetch_add(1, Ordering::Relaxed);
    }
}

impl EventWorker {
    /// A worker for these events.
    pub fn new(ctx: &egui::Context, events: Arc<Events>) -> Self {
        Self::answering(ctx, move |question, goes_on| answer(&events, question, goes_on))
    }

    /// A worker that answers in this way. Without a thread it answers nothing, and says that it is broken.
    fn answering(
        ctx: &egui::Context,
        answer: impl Fn(&Question, &dyn Fn() -> bool) -> Option<Answer> + Send + 'static,
    ) -> Self {
        let (questions, asked) = channel::<(u64, Question)>();
        let (sender, answers) = channel();
        let latest = Arc::new(AtomicU64::new(0));
        let (current, ctx) = (Arc::clone(&latest), ctx.clone());
        let worker = std::thread::Builder::new().name("events".to_owned());
        drop(worker.spawn(move || {
            while let Ok(first) = asked.recv() {
                let (number, question) = asked.try_iter().last().unwrap_or(first);
                let goes_on = || current.load(Ordering::Relaxed) == number;
                if let Some(answer) = answer(&question, &goes_on) {
                    if sender.send((number, answer)).is_err() {
                        return;
                    }
                    ctx.request_repaint();
                }
            }
        }));
        Self { questions, answers, latest, answered: 0, is_broken: false }
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
        loop {
            match self.answers.try_recv() {
                Ok((number, answer)) if number == latest => {
                    self.answered = number;
                    return Some(answer);
                }
                Ok(_) => {}
                Err(TryRecvError::Empty) => return None,
                // The thread broke, or there is none: nobody waits for it any more.
                Err(TryRecvError::Disconnected) => {
                    self.is_broken = true;
                    self.answered = latest;
                    return None;
                }
            }
        }
    }

    /// Whether there is nobody to answer.
    pub const fn is_broken(&self) -> bool {
        self.is_broken
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
    fn a_worker_that_breaks_is_not_waited_for() {
        let breaks = |question: &Question, _: &dyn Fn() -> bool| {
            assert!(question.filter == Filter::default(), "no such column");
            Some(Answer::default())
        };
        let mut worker = EventWorker::answering(&egui::Context::default(), breaks);
        worker.ask(Question { filter: Filter::parse("user:a"), ..Question::default() });
        while worker.is_busy() {
            assert_eq!(worker.poll(), None);
            std::thread::yield_now();
        }
        assert!(worker.is_broken());
        worker.ask(Question::default());
        assert_eq!((worker.poll(), worker.is_busy()), (None, false));
    }

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

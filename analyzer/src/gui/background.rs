//! One piece of work off the painting thread; the latest request is the only one whose answer counts.

use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

/// Work that goes on, if any does.
#[derive(Debug)]
pub struct Background<T> {
    waiting: Option<Receiver<T>>,
}

impl<T> Default for Background<T> {
    fn default() -> Self {
        Self { waiting: None }
    }
}

/// How far the work has come.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress<T> {
    /// It ended with this.
    Done(T),
    /// It broke, which is a fault of this program.
    Broke,
    /// Nothing is new.
    Nothing,
}

impl<T: Send + 'static> Background<T> {
    /// Begins this work. Nobody waits any more for what was begun before.
    pub fn start(&mut self, ctx: &egui::Context, name: &str, work: impl FnOnce() -> T + Send + 'static) {
        let (sender, receiver) = channel();
        self.waiting = Some(receiver);
        let ctx = ctx.clone();
        let thread = std::thread::Builder::new().name(name.to_owned());
        // Without a thread the sender is gone at once, and the work counts as broken.
        drop(thread.spawn(move || {
            // Nobody listens any more when something newer was asked for.
            drop(sender.send(work()));
            ctx.request_repaint();
        }));
    }

    /// Whether an answer is waited for.
    pub const fn is_busy(&self) -> bool {
        self.waiting.is_some()
    }

    /// What is new since the last call.
    pub fn poll(&mut self) -> Progress<T> {
        let Some(receiver) = &self.waiting else { return Progress::Nothing };
        let progress = match receiver.try_recv() {
            Ok(answer) => Progress::Done(answer),
            Err(TryRecvError::Empty) => return Progress::Nothing,
            Err(TryRecvError::Disconnected) => Progress::Broke,
        };
        self.waiting = None;
        progress
    }

    /// Waits for the answer, so long at most.
    pub fn wait(&mut self, at_most: Duration) -> Progress<T> {
        let Some(receiver) = self.waiting.take() else { return Progress::Nothing };
        receiver.recv_timeout(at_most).map_or(Progress::Broke, Progress::Done)
    }

    /// Waits no more.
    pub fn forget(&mut self) {
        self.waiting = None;
    }
}

//! Handing things from one thread to another, and waiting for them with an end.
//!
//! The standard library has channels. They bring three ways of waiting along for each type that goes through them, and
//! were the largest single thing in the collector; one place that holds one thing is all that is needed here.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Why nothing came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Not in time.
    Late,
    /// Nor will it ever: whoever was to hand it over is gone.
    Never,
}

/// The side that hands over.
pub struct Giver<T>(Arc<Place<T>>);

/// The side that waits.
pub struct Taker<T>(Arc<Place<T>>);

struct Place<T> {
    held: Mutex<Held<T>>,
    changed: Condvar,
}

struct Held<T> {
    thing: Option<T>,
    /// One of the two sides is gone.
    left: bool,
}

/// Both sides of a place that holds one thing at a time.
pub fn place<T>() -> (Giver<T>, Taker<T>) {
    let place = Arc::new(Place { held: Mutex::new(Held { thing: None, left: false }), changed: Condvar::new() });
    (Giver(Arc::clone(&place)), Taker(place))
}

/// Starts a thread that works on its own, and ends with this program at the latest.
///
/// # Errors
///
/// There can be no more threads.
pub fn start(name: &str, work: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

impl<T> Giver<T> {
    /// Hands over, once the thing before was taken. Returns whether there is still somebody to take it.
    pub fn give(&self, thing: T) -> bool {
        let mut held = self.0.hold();
        while held.thing.is_some() && !held.left {
            held = self.0.changed.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        if held.left {
            return false;
        }
        held.thing = Some(thing);
        self.0.changed.notify_all();
        true
    }
}

impl<T> Taker<T> {
    /// Takes what is handed over next.
    ///
    /// # Errors
    ///
    /// Nothing came in this time, or nothing will come any more.
    pub fn take(&self, wait: Duration) -> Result<T, Missing> {
        let waits = |held: &mut Held<T>| held.thing.is_none() && !held.left;
        let waited = self.0.changed.wait_timeout_while(self.0.hold(), wait, waits);
        let (mut held, _) = waited.unwrap_or_else(PoisonError::into_inner);
        self.0.taken(&mut held)
    }

    /// Takes what is handed over next, whenever that is; nothing, when nothing will come any more.
    pub fn wait(&self) -> Option<T> {
        let waits = |held: &mut Held<T>| held.thing.is_none() && !held.left;
        let waited = self.0.changed.wait_while(self.0.hold(), waits);
        self.0.taken(&mut waited.unwrap_or_else(PoisonError::into_inner)).ok()
    }
}

impl<T> Place<T> {
    /// Nothing that is done with the thing can leave it half done, so a thread that ended badly spoils nothing.
    fn hold(&self) -> MutexGuard<'_, Held<T>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn taken(&self, held: &mut Held<T>) -> Result<T, Missing> {
        let missing = if held.left { Missing::Never } else { Missing::Late };
        let taken = held.thing.take().ok_or(missing);
        self.changed.notify_all();
        taken
    }

    fn leave(&self) {
        self.hold().left = true;
        self.changed.notify_all();
    }
}

impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl<T> Drop for Taker<T> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn things_come_in_their_order_and_the_last_one_after_its_giver_left() {
        let (giver, taker) = place();
        start("numbers", Box::new(move || (0..100).for_each(|number| assert!(giver.give(number))))).expect("a thread");
        assert_eq!((0..100).map(|_| taker.take(LONG)).collect::<Result<Vec<_>, _>>(), Ok((0..100).collect()));
        assert_eq!(taker.take(LONG), Err(Missing::Never));
        assert_eq!(taker.wait(), None);
    }

    #[test]
    fn what_does_not_come_in_time_is_late() {
        let (giver, taker) = place::<u8>();
        assert_eq!(taker.take(Duration::from_millis(10)), Err(Missing::Late));
        assert!(giver.give(1));
        assert_eq!(taker.take(Duration::ZERO), Ok(1));
    }

    #[test]
    fn nobody_waits_for_a_taker_that_is_gone() {
        let (giver, taker) = place();
        assert!(giver.give(1));
        let (done, ended) = place();
        start("giver", Box::new(move || assert!(done.give(giver.give(2))))).expect("a thread");
        drop(taker);
        assert_eq!(ended.take(LONG), Ok(false));
    }
}

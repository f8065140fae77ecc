//! A call into the system that may not end: watched for its time, and for the file that it writes.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::handover::{self, Missing, Taker};
use crate::host::RunLimits;

/// How often the file is looked after.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long a call may take to end once it was told to.
const GRACE: Duration = Duration::from_secs(5);

/// How the call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attended<T> {
    /// By itself, with this.
    Ended(T),
    /// It was told to end, because its file became too large.
    OverSize,
    /// It was told to end, because it took too long.
    OutOfTime,
}

/// Makes the call on a thread of its own. One that does not end even when `cancel` asks it to is left behind, and ends
/// with this program.
///
/// # Errors
///
/// There can be no more threads.
pub fn attend<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
    limits: RunLimits,
    grows: Option<&Path>,
    cancel: impl Fn(),
) -> std::io::Result<Attended<T>> {
    let (giver, taker) = handover::place();
    // Whoever no longer waits has given the call up.
    let work = move || {
        giver.give(call());
    };
    handover::start("call", Box::new(work))?;
    let attended = watch(&taker, limits, grows);
    if !matches!(attended, Attended::Ended(_)) {
        cancel();
        let _ = taker.take(GRACE);
    }
    Ok(attended)
}

fn watch<T>(taker: &Taker<T>, limits: RunLimits, grows: Option<&Path>) -> Attended<T> {
    let deadline = Instant::now() + limits.time;
    loop {
        match taker.take(LOOK_EVERY) {
            Ok(value) => return Attended::Ended(value),
            // The thread is gone without an answer: nothing more will come.
            Err(Missing::Never) => return Attended::OutOfTime,
            Err(Missing::Late) => {}
        }
        let file_bytes = grows.and_then(|path| path.metadata().ok()).map_or(0, |metadata| metadata.len());
        if file_bytes > limits.bytes {
            return Attended::OverSize;
        }
        if Instant::now() >= deadline {
            return Attended::OutOfTime;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    const SHORT: RunLimits = RunLimits { time: Duration::from_millis(200), bytes: 100 };
    const AMPLE: RunLimits = RunLimits { time: Duration::from_mins(1), bytes: 100 };

    /// A call that writes a file of so many bytes, and ends when it is told to.
    fn attend_one(limits: RunLimits, bytes: usize) -> Attended<()> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        let (told, tell) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (seen, path) = (Arc::clone(&tell), file.clone());
        let ended = Arc::clone(&told);
        let call = move || {
            std::fs::write(path, vec![0; bytes]).expect("written");
            while !seen.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            ended.store(true, Ordering::Relaxed);
        };
        let attended = attend(call, limits, Some(&file), || tell.store(true, Ordering::Relaxed)).expect("a thread");
        assert!(told.load(Ordering::Relaxed), "its end was waited for");
        attended
    }

    #[test]
    fn a_call_that_ends_brings_its_answer() {
        assert_eq!(attend(|| 7, AMPLE, None, || panic!("not told")).expect("a thread"), Attended::Ended(7));
    }

    #[test]
    fn a_call_that_does_not_end_is_told_to() {
        assert_eq!(attend_one(SHORT, 0), Attended::OutOfTime);
    }

    #[test]
    fn a_file_that_outgrows_its_limit_ends_the_call() {
        assert_eq!(attend_one(AMPLE, 101), Attended::OverSize);
    }
}

//! How far the reading of event logs has come, and whether it goes on: another thread looks at it while it lasts.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Shared between the thread that reads and the one that shows it, or stops it.
#[derive(Debug, Default)]
pub struct Watch {
    bytes: AtomicU64,
    records: AtomicU64,
    expected: AtomicU64,
    is_stopped: AtomicBool,
}

/// What was read at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Bytes of event logs so far.
    pub bytes: u64,
    /// Records so far.
    pub records: u64,
    /// Bytes of all event logs that were met so far, as their zip or folder states them.
    pub expected: u64,
}

impl Watch {
    /// Ends the reading at the next block.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Whether somebody ended it.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// What was read so far.
    pub fn reached(&self) -> Reached {
        Reached {
            bytes: self.bytes.load(Ordering::Relaxed),
            records: self.records.load(Ordering::Relaxed),
            expected: self.expected.load(Ordering::Relaxed),
        }
    }

    /// So many bytes more are to be read.
    pub(super) fn expect(&self, bytes: u64) {
        self.expected.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A block was read; says whether to go on.
    pub(super) fn advance(&self, bytes: u64, records: u64) -> ControlFlow<()> {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.records.fetch_add(records, Ordering::Relaxed);
        if self.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Reached {
    /// One line about it, so long after the beginning; none when no event log was met.
    pub fn words(&self, elapsed: Duration) -> Option<String> {
        const MB: u64 = 1_000_000;
        let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = self.bytes.saturating_mul(1000).checked_div(milliseconds)?;
        let left = self.expected.saturating_sub(self.bytes);
        let seconds = left.checked_div(rate)?.saturating_add(1);
        let (bytes, expected) = (self.bytes / MB, self.expected / MB);
        let of = if left > 0 { format!(" of {expected}") } else { String::new() };
        let then = if left > 0 { format!(", about {seconds} s left") } else { String::new() };
        Some(format!("{bytes}{of} MB of event logs, {} records, {} MB/s{then}", self.records, rate / MB))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reached_is_told_with_what_is_left() {
        let reached = Reached { bytes: 500_000_000, records: 612_000, expected: 1_500_000_000 };
        let words = reached.words(Duration::from_secs(1));
        let expected = "500 of 1500 MB of event logs, 612000 records, 500 MB/s, about 3 s left";
        assert_eq!(words.as_deref(), Some(expected));
        assert_eq!(Reached::default().words(Duration::from_secs(1)), None);
        let more = Reached { expected: 0, ..reached };
        assert_eq!(
            more.words(Duration::from_secs(1)).as_deref(),
            Some("500 MB of event logs, 612000 records, 500 MB/s")
        );
    }

    #[test]
    fn who_stops_it_stops_it() {
        let watch = Watch::default();
        assert_eq!(watch.advance(5, 1), ControlFlow::Continue(()));
        watch.stop();
        assert_eq!(watch.advance(5, 1), ControlFlow::Break(()));
        assert_eq!(watch.reached(), Reached { bytes: 10, records: 2, expected: 0 });
    }
}

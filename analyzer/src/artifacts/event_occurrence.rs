//! When and where something was written down, in little memory: a log has ten thousands of these.

use jiff::Timestamp;

use crate::artifacts::event_groups::Moment;
use crate::evidence::place::{ArtifactId, Evidence};

/// A record and its time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    artifact: ArtifactId,
    record: u64,
    /// As the log counts them, see [`time_of_ticks`]; too many where it is not known.
    ticks: u64,
}

/// More ticks than any time has.
const UNKNOWN: u64 = u64::MAX;

impl Occurrence {
    /// In this record, at this time.
    pub fn new(artifact: ArtifactId, record: u64, time: Option<Timestamp>) -> Self {
        Self { artifact, record, ticks: time.and_then(ticks_of_time).unwrap_or(UNKNOWN) }
    }

    /// This moment of a log.
    pub(super) fn of(artifact: ArtifactId, Moment { time, record }: Moment) -> Self {
        Self { artifact, record, ticks: time.unwrap_or(UNKNOWN) }
    }

    /// The same without its log.
    pub(super) fn moment(self) -> Moment {
        Moment { time: Some(self.ticks).filter(|ticks| *ticks != UNKNOWN), record: self.record }
    }

    /// Where.
    pub const fn at(self) -> Evidence {
        self.artifact.record(self.record)
    }

    /// When, in UTC.
    pub fn time(self) -> Option<Timestamp> {
        time_of_ticks(self.ticks)
    }

    /// Lets it point at this artifact.
    pub(super) const fn settle(&mut self, artifact: ArtifactId) {
        self.artifact = artifact;
    }
}

impl std::fmt::Debug for Occurrence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Occurrence").field("at", &self.at()).field("time", &self.time()).finish()
    }
}

/// Seconds between 1601, where the ticks of Windows begin, and 1970, where Unix time does.
pub(super) const SECONDS_TO_1970: i64 = 11_644_473_600;

/// A moment that is counted in ticks of 100 nanoseconds since 1601.
pub(super) fn time_of_ticks(ticks: u64) -> Option<Timestamp> {
    let seconds = i64::try_from(ticks / 10_000_000).ok()?.checked_sub(SECONDS_TO_1970)?;
    Timestamp::new(seconds, i32::try_from(ticks % 10_000_000).ok()?.checked_mul(100)?).ok()
}

/// The same the other way.
pub(super) fn ticks_of_time(time: Timestamp) -> Option<u64> {
    let since_1601 = time.as_nanosecond().checked_add(i128::from(SECONDS_TO_1970).checked_mul(1_000_000_000)?)?;
    u64::try_from(since_1601.checked_div(100)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_as_exact_as_a_log_has_it() {
        let time = Timestamp::new(1_772_000_000, 123_456_700).ok();
        assert_eq!(Occurrence::new(ArtifactId(1), 7, time).time(), time);
        assert_eq!(Occurrence::new(ArtifactId(1), 7, time).at(), ArtifactId(1).record(7));
    }

    #[test]
    fn what_is_no_time_is_not_known() {
        let of = |time| Occurrence::of(ArtifactId(1), Moment { time, record: 7 });
        for time in [None, Some(u64::MAX), Some(u64::MAX - 1), Some(i64::MAX.unsigned_abs())] {
            assert_eq!(of(time).time(), None, "{time:?}");
        }
        assert_eq!(of(Some(0)).moment(), Moment { time: Some(0), record: 7 });
        assert_eq!(of(None).moment(), Moment { time: None, record: 7 });
    }
}

//! When and where something was written down, in little memory: a log has ten thousands of these.

use jiff::Timestamp;

use crate::evidence::place::{ArtifactId, Evidence};

/// A record of some log, and its time; one whose time is not known is before all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    /// One more than the ticks of its time, see [`time_of_ticks`]; 0 where it is not known.
    behind: u64,
    record: u64,
}

/// A record and its time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    artifact: ArtifactId,
    moment: Moment,
}

impl Moment {
    /// In the record with this number, after so many ticks since 1601.
    pub(super) fn new(ticks: Option<u64>, record: u64) -> Self {
        Self { behind: ticks.map_or(0, |ticks| ticks.saturating_add(1)), record }
    }

    /// The ticks since 1601, if they are known.
    pub(super) const fn ticks(self) -> Option<u64> {
        self.behind.checked_sub(1)
    }

    /// The hour since 1601, if it is known.
    pub(super) fn hour(self) -> Option<u32> {
        u32::try_from(self.ticks()? / HOUR).ok()
    }

    /// The number of the record.
    pub(super) const fn record(self) -> u64 {
        self.record
    }
}

impl Occurrence {
    /// In this record, at this time.
    pub fn new(artifact: ArtifactId, record: u64, time: Option<Timestamp>) -> Self {
        Self::of(artifact, Moment::new(time.and_then(ticks_of_time), record))
    }

    /// This moment of a log.
    pub(super) const fn of(artifact: ArtifactId, moment: Moment) -> Self {
        Self { artifact, moment }
    }

    /// The same without its log.
    pub(super) const fn moment(self) -> Moment {
        self.moment
    }

    /// Where.
    pub const fn at(self) -> Evidence {
        self.artifact.record(self.moment.record)
    }

    /// When, in UTC.
    pub fn time(self) -> Option<Timestamp> {
        self.moment.ticks().and_then(time_of_ticks)
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

/// Ticks in an hour.
pub(super) const HOUR: u64 = 36_000_000_000;

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
        let of = |time| Occurrence::of(ArtifactId(1), Moment::new(time, 7));
        for time in [None, Some(u64::MAX), Some(u64::MAX - 1), Some(i64::MAX.unsigned_abs())] {
            assert_eq!(of(time).time(), None, "{time:?}");
        }
        assert_eq!(of(Some(0)).moment(), Moment::new(Some(0), 7));
        assert_eq!(of(None).moment(), Moment::new(None, 7));
    }

    #[test]
    fn a_moment_that_is_not_known_is_before_all_others() {
        let moments =
            [(None, 8), (Some(0), 7), (Some(0), 9), (Some(5), 1)].map(|(ticks, record)| Moment::new(ticks, record));
        assert!(moments.is_sorted());
        assert_eq!(
            moments.map(|moment| (moment.ticks(), moment.record())),
            [(None, 8), (Some(0), 7), (Some(0), 9), (Some(5), 1)]
        );
    }
}

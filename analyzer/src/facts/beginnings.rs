//! When something that fails began, or became much more: the change that an analyst looks for.

/// Hours since 1970 at which a log begins and ends, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The first hour.
    pub first: i64,
    /// The last hour.
    pub last: i64,
}

/// A change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beginning {
    /// The hour since 1970 from which on there is more of it.
    pub hour: i64,
    /// How often it happened before.
    pub before: u64,
    /// How often since.
    pub since: u64,
    /// How many hours the log covers before.
    pub hours_before: i64,
    /// How many hours since.
    pub hours_since: i64,
}

/// Hours that a log must cover before a change. Nothing happens at night, and morning is no change.
const BEFORE: i64 = 24;
/// Fewer than this are chance.
const SINCE: u64 = 5;
/// How many times more often it must happen.
const TIMES: f64 = 3.0;
/// How much better two rates must explain the hours than one, as the logarithm of a likelihood ratio.
const EVIDENCE: f64 = 8.0;

/// The hour at which the rate changed, if two rates explain the hours far better than one, and the second is higher.
pub fn beginning(hours: &[(i64, u32)], covered: Covered) -> Option<Beginning> {
    let total: u64 = hours.iter().map(|(_, count)| u64::from(*count)).sum();
    let whole = explained(total, covered.last.checked_sub(covered.first)?.checked_add(1)?);
    let mut before = 0_u64;
    let mut best: Option<(f64, Beginning)> = None;
    for (hour, count) in hours.iter().copied().filter(|(hour, _)| (covered.first..=covered.last).contains(hour)) {
        let since = total.saturating_sub(before);
        let change = Beginning {
            hour,
            before,
            since,
            hours_before: hour.saturating_sub(covered.first),
            hours_since: covered.last.saturating_sub(hour).saturating_add(1),
        };
        before = before.saturating_add(u64::from(count));
        if change.hours_before < BEFORE || since < SINCE || change.rises_by() < TIMES {
            continue;
        }
        let gain = explained(change.before, change.hours_before) + explained(since, change.hours_since) - whole;
        if gain >= EVIDENCE && best.is_none_or(|(most, _)| gain > most) {
            best = Some((gain, change));
        }
    }
    best.map(|(_, change)| change)
}

impl Beginning {
    /// How many times more often it happens.
    fn rises_by(&self) -> f64 {
        let (before, since) = (rate(self.before, self.hours_before), rate(self.since, self.hours_since));
        if before > 0.0 { since / before } else { f64::INFINITY }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and hours of a log are far below 2^52")]
fn rate(count: u64, hours: i64) -> f64 {
    count as f64 / hours.max(1) as f64
}

/// How well one rate explains so many events in so many hours: the part of the logarithm of the likelihood that differs
/// between ways to cut the hours.
#[expect(clippy::cast_precision_loss, reason = "counts of a log are far below 2^52")]
fn explained(count: u64, hours: i64) -> f64 {
    if count == 0 { 0.0 } else { count as f64 * rate(count, hours).ln() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: Covered = Covered { first: 1000, last: 1167 };

    fn since(hours: &[(i64, u32)]) -> Option<(i64, u64, u64)> {
        beginning(hours, WEEK).map(|change| (change.hour, change.before, change.since))
    }

    #[test]
    fn what_was_not_there_before_began_with_its_first_hour() {
        let hours: Vec<_> = (1100..1167).map(|hour| (hour, 4)).collect();
        assert_eq!(since(&hours), Some((1100, 0, 268)));
    }

    #[test]
    fn what_became_much_more_began_where_it_did() {
        let noise = (1000..1120).step_by(12).map(|hour| (hour, 1));
        let hours: Vec<_> = noise.chain((1120..1168).map(|hour| (hour, 6))).collect();
        assert_eq!(since(&hours), Some((1120, 10, 288)));
    }

    #[test]
    fn what_is_as_old_as_the_log_or_too_little_did_not_begin_in_it() {
        let steady: Vec<_> = (1000..1168).map(|hour| (hour, 3)).collect();
        assert_eq!(since(&steady), None);
        let by_day: Vec<_> =
            (1000..1168).filter(|hour| hour % 24 > 8 && hour % 24 < 18).map(|hour| (hour, 9)).collect();
        assert_eq!(since(&by_day), None);
        assert_eq!(since(&[(1150, 1), (1151, 2)]), None);
        let from_the_first_day: Vec<_> = (1010..1168).map(|hour| (hour, 3)).collect();
        assert_eq!(since(&from_the_first_day), None);
        assert_eq!(since(&[]), None);
    }

    #[test]
    fn nonsense_has_no_beginning() {
        for covered in [Covered { first: 5, last: 1 }, Covered { first: i64::MIN, last: i64::MAX }] {
            let _ = beginning(&[(3, u32::MAX), (i64::MAX, u32::MAX)], covered);
        }
    }
}

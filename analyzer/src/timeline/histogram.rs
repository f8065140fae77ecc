//! How many events happened when, and how they ended: what the timeline draws.

use crate::facts::attempts::Outcome;
use crate::timeline::columns::{Micros, Moment, Span};

/// How many events of a piece of time ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Those that failed.
    pub failed: u64,
    /// Those that services reported.
    pub reported: u64,
    /// Those that went well.
    pub succeeded: u64,
}

impl Bucket {
    /// All of them.
    pub const fn all(&self) -> u64 {
        self.failed.saturating_add(self.reported).saturating_add(self.succeeded)
    }
}

/// A span of time in pieces of the same length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// The span; none where no event has a time.
    pub span: Option<Span>,
    /// The pieces.
    pub buckets: Vec<Bucket>,
}

impl Histogram {
    /// The time of one piece.
    pub fn span_of(&self, bucket: usize) -> Option<Span> {
        let span = self.span?;
        let count = i128::try_from(self.buckets.len()).ok().filter(|count| *count > 0)?;
        let at = |place: i128| {
            let offset = i128::from(span.micros()).checked_mul(place)?.checked_div(count)?;
            Micros::try_from(i128::from(span.from).checked_add(offset)?).ok()
        };
        let place = i128::try_from(bucket).ok()?;
        Some(Span { from: at(place)?, until: at(place.checked_add(1)?)? })
    }
}

/// Counts events. Those that are alike over hours are counted in equal parts: nobody knows it better.
#[derive(Debug)]
pub(super) struct Counting {
    span: Span,
    /// For each outcome, how much more there is in a piece than in the one before.
    steps: [Vec<i128>; 3],
}

const fn place_of(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Failed => 0,
        Outcome::Reported => 1,
        Outcome::Succeeded => 2,
    }
}

impl Counting {
    pub(super) fn new(span: Span, buckets: usize) -> Self {
        let steps = || vec![0; buckets.saturating_add(1)];
        Self { span, steps: [steps(), steps(), steps()] }
    }

    pub(super) fn add(&mut self, moment: &Moment) {
        if !self.span.touches(moment.first, moment.last) {
            return;
        }
        let last_moment = self.span.until.saturating_sub(1);
        let (Some(first), Some(last)) = (
            self.bucket(moment.first.clamp(self.span.from, last_moment)),
            self.bucket(moment.last.clamp(self.span.from, last_moment)),
        ) else {
            return;
        };
        let Some(steps) = self.steps.get_mut(place_of(moment.outcome)) else { return };
        let pieces = last.saturating_sub(first).saturating_add(1);
        let count = self.span.share(moment);
        let each = count.checked_div(u64::try_from(pieces).unwrap_or(1)).unwrap_or(count);
        let over = count.saturating_sub(each.saturating_mul(u64::try_from(pieces).unwrap_or(1)));
        let over_until = first.saturating_add(usize::try_from(over).unwrap_or(pieces));
        let mut step = |place: usize, by: i128| {
            if let Some(step) = steps.get_mut(place) {
                *step = step.saturating_add(by);
            }
        };
        step(first, i128::from(each));
        step(last.saturating_add(1), i128::from(each).saturating_neg());
        step(first, 1);
        step(over_until, -1);
    }

    fn bucket(&self, moment: Micros) -> Option<usize> {
        let buckets = i128::try_from(self.steps.first()?.len().checked_sub(1)?).ok()?;
        let offset = i128::from(moment).checked_sub(i128::from(self.span.from))?;
        usize::try_from(offset.checked_mul(buckets)?.checked_div(i128::from(self.span.micros()))?).ok()
    }

    pub(super) fn finish(self) -> Histogram {
        let [failed, reported, succeeded] = self.steps.map(|steps| {
            let mut sum = 0_i128;
            let sums = steps.into_iter().map(move |step| {
                sum = sum.saturating_add(step);
                u64::try_from(sum).unwrap_or(0)
            });
            sums.collect::<Vec<_>>()
        });
        let pieces = failed.len().saturating_sub(1);
        let outcomes = failed.into_iter().zip(reported).zip(succeeded).take(pieces);
        let buckets = outcomes.map(|((failed, reported), succeeded)| Bucket { failed, reported, succeeded });
        Histogram { span: Some(self.span), buckets: buckets.collect() }
    }
}

impl Span {
    /// How many of the events of a row fall into the span, as far as anybody can tell.
    fn share(&self, moment: &Moment) -> u64 {
        let length = i128::from(moment.last).saturating_sub(i128::from(moment.first));
        let from = moment.first.max(self.from);
        let until = moment.last.min(self.until.saturating_sub(1));
        let inside = i128::from(until).saturating_sub(i128::from(from));
        if length <= 0 || inside >= length {
            return moment.count;
        }
        let part = i128::from(moment.count).saturating_mul(inside).checked_div(length).unwrap_or(0);
        u64::try_from(part).unwrap_or(0).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(span: (i64, i64), buckets: usize, moments: &[(i64, i64, u64, Outcome)]) -> Vec<(u64, u64)> {
        let mut counting = Counting::new(Span { from: span.0, until: span.1 }, buckets);
        for (first, last, count, outcome) in moments {
            counting.add(&Moment { first: *first, last: *last, count: *count, outcome: *outcome });
        }
        let histogram = counting.finish();
        assert_eq!(histogram.buckets.len(), buckets);
        histogram.buckets.iter().map(|bucket| (bucket.failed, bucket.succeeded)).collect()
    }

    #[test]
    fn each_event_is_in_the_piece_of_its_time() {
        let failed = |moment| (moment, moment, 1, Outcome::Failed);
        let moments = [failed(0), failed(9), failed(10), failed(39), failed(40), failed(-1)];
        assert_eq!(counted((0, 40), 4, &moments), [(2, 0), (1, 0), (0, 0), (1, 0)]);
    }

    #[test]
    fn what_is_counted_together_is_spread_and_nothing_is_lost() {
        let alike = [(0, 39, 10, Outcome::Succeeded), (5, 5, 1, Outcome::Failed)];
        assert_eq!(counted((0, 40), 4, &alike), [(1, 3), (0, 3), (0, 2), (0, 2)]);
        let all: u64 =
            counted((0, 40), 7, &[(3, 38, 1_000_003, Outcome::Succeeded)]).iter().map(|(_, fine)| fine).sum();
        assert_eq!(all, 1_000_003);
    }

    #[test]
    fn of_what_reaches_beyond_the_span_the_part_inside_counts() {
        assert_eq!(counted((0, 40), 1, &[(-40, 40, 100, Outcome::Succeeded)]), [(0, 48)]);
    }

    #[test]
    fn no_span_is_too_long_or_too_short() {
        let far = [(i64::MIN + 1, i64::MAX - 1, u64::MAX, Outcome::Failed)];
        assert_eq!(counted((i64::MIN + 1, i64::MAX), 3, &far).len(), 3);
        assert_eq!(counted((5, 6), 3, &[(5, 5, 2, Outcome::Failed)]).iter().map(|(failed, _)| failed).sum::<u64>(), 2);
    }

    #[test]
    fn a_piece_knows_its_time() {
        let histogram = Counting::new(Span { from: 10, until: 50 }, 4).finish();
        assert_eq!(histogram.span_of(1), Some(Span { from: 20, until: 30 }));
        assert_eq!(Histogram::default().span_of(0), None);
    }
}

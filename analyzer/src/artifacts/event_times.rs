//! What is noted of a log beside its events: when it begins and ends, in which hours what failed, and which logons have
//! which ticket.

use std::collections::{BTreeMap, VecDeque};

use crate::artifacts::event_fields::Fields;
use crate::artifacts::event_kinds::{CONCERNS, Ordinary};
use crate::artifacts::event_occurrence::Moment;
use crate::codes::number::number;

/// Kinds of failures that are counted by the hour at most.
const FAILURES: usize = 256;
/// Hours of one kind of failure at most: more than a year.
const HOURS: usize = 10_000;
/// Logons and tickets whose GUID is remembered at most; then the oldest are forgotten.
const GUIDS: usize = 16_384;

/// A kind of failure: which of the concerns, the event id, and the more precise of its codes.
pub(super) type Failure = (usize, u32, Option<u32>);

/// A logon or a ticket with the GUID that both have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) guid: u128,
    pub(super) id: u32,
    pub(super) moment: Moment,
}

/// When something failed.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    /// How often, by the hour.
    pub(super) hours: BTreeMap<u32, u32>,
    pub(super) first: Moment,
    pub(super) last: Moment,
}

/// What was noted so far.
#[derive(Debug, Default)]
pub(super) struct Times {
    pub(super) span: Option<(u64, u64)>,
    pub(super) failures: BTreeMap<Failure, Failed>,
    pub(super) guids: VecDeque<Named>,
}

impl Times {
    /// Notes the time of a record.
    pub(super) fn at(&mut self, time: Option<u64>) {
        // A clock that was never set writes 0.
        let Some(time) = time.filter(|time| *time > 0) else { return };
        self.span = Some(self.span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
    }

    /// Counts a failure in its hour.
    pub(super) fn failed(&mut self, concern: usize, id: u32, fields: &Fields, moment: Moment) {
        let Some(hour) = moment.hour() else { return };
        let code = |name: &str| fields.get(name).and_then(|words| number(words.trim())).map(|number| number.value);
        let code = code("SubStatus").filter(|code| *code != 0).or_else(|| code("Status"));
        // Whether it failed at all is told by its status alone.
        let is_told = CONCERNS.get(concern).is_none_or(|row| row.ordinary != Ordinary::StatusZero);
        if code.is_none() && !is_told {
            return;
        }
        let kind = (concern, id, code.filter(|code| *code != 0));
        if self.failures.len() >= FAILURES && !self.failures.contains_key(&kind) {
            return;
        }
        let new = || Failed { hours: BTreeMap::new(), first: moment, last: moment };
        let Failed { hours, first, last } = self.failures.entry(kind).or_insert_with(new);
        (*first, *last) = ((*first).min(moment), (*last).max(moment));
        if hours.len() < HOURS || hours.contains_key(&hour) {
            let count = hours.entry(hour).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Remembers a GUID; the null one means nothing.
    pub(super) fn named(&mut self, guid: u128, id: u32, moment: Moment) {
        if guid == 0 {
            return;
        }
        if self.guids.len() >= GUIDS {
            self.guids.pop_front();
        }
        self.guids.push_back(Named { guid, id, moment });
    }
}

/// A GUID in words: `{F6A2F8D0-…}`.
pub(super) fn guid_of_words(words: &str) -> Option<u128> {
    let digits: String = words.trim().chars().filter(|c| !matches!(c, '{' | '}' | '-')).collect();
    let [a, b, c, d] = [0..8, 8..12, 12..16, 16..32].map(|range| digits.get(range));
    (digits.len() == 32).then_some(())?;
    // As it stands in a binary log: its first three numbers with their lowest byte first.
    let (first, rest) = (u32::from_str_radix(a?, 16).ok()?, u64::from_str_radix(d?, 16).ok()?);
    let (second, third) = (u16::from_str_radix(b?, 16).ok()?, u16::from_str_radix(c?, 16).ok()?);
    let mut bytes = Vec::with_capacity(16);
    bytes.extend(first.to_le_bytes());
    bytes.extend(second.to_le_bytes());
    bytes.extend(third.to_le_bytes());
    bytes.extend(rest.to_be_bytes());
    Some(u128::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::event_occurrence::HOUR;

    fn moment(hour: u64) -> Moment {
        Moment::new(Some(hour * HOUR), hour)
    }

    #[test]
    fn a_guid_is_the_same_in_words_and_in_bytes() {
        let bytes = [0x78, 0x56, 0x34, 0x12, 0x34, 0x12, 0x78, 0x56, 1, 2, 3, 4, 5, 6, 7, 8];
        let words = "{12345678-1234-5678-0102-030405060708}";
        assert_eq!(guid_of_words(words), Some(u128::from_le_bytes(bytes)));
        assert_eq!(guid_of_words("{12345678-1234-5678-0102-0304050607}"), None);
        assert_eq!(guid_of_words("-"), None);
    }

    #[test]
    fn failures_are_counted_by_the_more_precise_code_and_the_hour() {
        let mut times = Times::default();
        let fields = |status: &str, sub: &str| -> Fields {
            [("Status".to_owned(), status.to_owned()), ("SubStatus".to_owned(), sub.to_owned())].into_iter().collect()
        };
        for hour in [5, 5, 7] {
            times.failed(1, 4625, &fields("0xc000006d", "0xc0000064"), moment(hour));
        }
        times.failed(1, 4625, &fields("0xc000006d", "0x0"), moment(7));
        times.failed(1, 4625, &fields("0xc000006d", "0x0"), Moment::new(None, 9));
        let hours = |code| times.failures.get(&(1, 4625, Some(code))).map(|one| one.hours.clone()).unwrap_or_default();
        assert_eq!(hours(0xc000_0064), BTreeMap::from([(5, 2), (7, 1)]));
        assert_eq!(hours(0xc000_006d), BTreeMap::from([(7, 1)]));
        let span = times.failures.get(&(1, 4625, Some(0xc000_0064))).map(|one| (one.first, one.last));
        assert_eq!(span, Some((moment(5), moment(7))));
    }

    #[test]
    fn what_tells_no_status_did_not_fail() {
        let status = CONCERNS.iter().position(|row| row.ordinary == Ordinary::StatusZero).expect("is one");
        let mut times = Times::default();
        times.failed(status, 4768, &Fields::default(), moment(5));
        assert!(times.failures.is_empty());
        let fields: Fields = [("Status".to_owned(), "0x6".to_owned())].into_iter().collect();
        times.failed(status, 4768, &fields, moment(5));
        assert_eq!(times.failures.len(), 1);
    }

    #[test]
    fn the_last_guids_are_remembered_and_null_is_none() {
        let mut times = Times::default();
        times.named(0, 4624, moment(1));
        assert!(times.guids.is_empty());
        (1..=20_000).for_each(|guid| times.named(guid, 4624, moment(1)));
        assert_eq!((times.guids.len(), times.guids.front().map(|named| named.guid)), (GUIDS, Some(20_001 - 16_384)));
    }
}

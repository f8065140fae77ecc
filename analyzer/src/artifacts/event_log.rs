//! Event logs: every record counted; of those that concern sign-in, failures and rare events kept, the rest tallied.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::artifacts::event_fields::Fields;
use crate::artifacts::event_grain::Grain;
use crate::artifacts::event_later::Later;
use crate::artifacts::event_occurrence::Occurrence;
use crate::artifacts::event_reading::Reading;
use crate::artifacts::parsed::Parsed;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::formats::evtx::log::Reader;
use crate::formats::words::trimmed;

/// What a log holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventLog {
    /// How many records could be read.
    pub records: u64,
    /// The channel that the first record was written to, such as `System`.
    pub channel: Option<String>,
    /// The computer that wrote the first record.
    pub computer: Option<String>,
    /// How many of them there are of each provider and id.
    pub counts: BTreeMap<(String, u32), u64>,
    /// The records that concern sign-in and are kept, in the order of the log: failures and rare events. Of those that
    /// are alike, the first and the last ones.
    pub events: Vec<Event>,
    /// Events that are alike: what they have in common, and how many there are, also of those that are kept. Rare
    /// events, which are alike only in everything, have one where not all are kept.
    pub tallies: Vec<Tally>,
    /// More of them, of which none is kept.
    pub later: Later,
    /// How finely the tallies of ordinary events are told apart.
    pub grain: Grain,
    /// The times of the earliest and of the latest record of all.
    pub span: Option<(Timestamp, Timestamp)>,
    /// In which hours what failed.
    pub failures: Vec<Failures>,
    /// The last logons and service tickets that went well, with the GUID that the logon has from its ticket.
    pub guids: Vec<LogonGuid>,
}

/// How often something failed, hour by hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures {
    /// The provider.
    pub provider: &'static str,
    /// The event id.
    pub id: u32,
    /// Why, by the more precise of two codes.
    pub code: Option<u32>,
    /// Hours since 1970 in which it happened, and how often, in their order.
    pub hours: Vec<(i64, u32)>,
    /// The first in time.
    pub first: Occurrence,
    /// The last in time.
    pub last: Occurrence,
}

/// A logon, or the request for the ticket that it was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogonGuid {
    /// What both have in common.
    pub guid: u128,
    /// The event id.
    pub id: u32,
    /// The record.
    pub seen: Occurrence,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where it stands.
    pub at: Evidence,
    /// The provider, as written; events of a log share it.
    pub provider: Arc<str>,
    /// The event id, without qualifiers.
    pub id: u32,
    /// When, in UTC.
    pub time: Option<Timestamp>,
    /// The computer that wrote it, shared too.
    pub computer: Arc<str>,
    /// Named fields, and unnamed ones under their position from 1.
    pub fields: Fields,
}

/// Events that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The provider.
    pub provider: &'static str,
    /// The event id.
    pub id: u32,
    /// The computer that wrote them.
    pub computer: Arc<str>,
    /// What they have in common; none for events that are alike in every field.
    pub fields: Fields,
    /// How many there are.
    pub count: u64,
    /// How many of them are kept, among [`EventLog::events`].
    pub kept: u64,
    /// The first in time.
    pub first: Occurrence,
    /// The last in time.
    pub last: Occurrence,
}

impl Event {
    /// The value of a field; names are compared without case, and blanks around values mean nothing.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(trimmed).filter(|value| !value.is_empty() && *value != "-")
    }

    /// Whether the provider has this name, in any case.
    pub fn is_from(&self, provider: &str) -> bool {
        self.provider.eq_ignore_ascii_case(provider)
    }
}

impl Tally {
    /// Adds events to those that are alike: they have the same in common.
    pub(super) fn join(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.kept = self.kept.saturating_add(other.kept);
        let order = |one: &Occurrence| (one.time(), one.at());
        self.first = std::cmp::min_by_key(self.first, other.first, order);
        self.last = std::cmp::max_by_key(self.last, other.last, order);
    }
}

impl EventLog {
    /// All tallies; those that were left for later come last.
    pub fn all_tallies(&self) -> impl Iterator<Item = &Tally> {
        self.tallies.iter().chain(self.later.told())
    }

    /// What ordinary events no longer tell, where there are too many: whoever asks for a client must know.
    pub const fn told_apart_less(&self) -> Option<&'static str> {
        match self.grain {
            Grain::Hour | Grain::Day | Grain::Log => None,
            Grain::AnyClient => {
                Some("kinds of ordinary events: those that went well are counted without their clients")
            }
            Grain::AnyAccount => {
                Some("kinds of ordinary events: those that went well are counted without their clients and accounts")
            }
        }
    }

    /// How many events of each id are not kept, though they are neither ordinary nor lost: there are enough like them.
    pub fn left_out(&self) -> BTreeMap<(&str, u32), u64> {
        let mut left_out = BTreeMap::new();
        for tally in self.tallies.iter().filter(|tally| tally.kept > 0 && tally.count > tally.kept) {
            let count: &mut u64 = left_out.entry((tally.provider, tally.id)).or_default();
            *count = count.saturating_add(tally.count.saturating_sub(tally.kept));
        }
        left_out
    }
}

/// Reads a binary log that comes block by block.
#[derive(Debug)]
pub struct LogReader {
    reading: Reading,
    reader: Reader,
}

/// Until the log has its number in a case, its records point at this artifact.
pub(super) const NOBODY: ArtifactId = ArtifactId(u32::MAX);

impl LogReader {
    /// Nothing was read yet. Its records point at an artifact that is not there, see [`Parsed::settle`].
    pub fn new() -> Self {
        Self { reading: Reading::new(NOBODY), reader: Reader::default() }
    }

    /// Takes the next bytes: first the file header, then chunks, any number of whole ones at a time.
    pub fn take(&mut self, block: &[u8]) {
        let Self { reading, reader } = self;
        reader.take(block, &mut |record| reading.record(record));
    }

    /// How many records were read so far.
    pub const fn records(&self) -> u64 {
        self.reading.records()
    }

    /// The log, and what of it was lost.
    pub fn finish(self) -> Parsed<EventLog> {
        self.reading.finish_binary(self.reader)
    }
}

impl Default for LogReader {
    fn default() -> Self {
        Self::new()
    }
}

impl Parsed<EventLog> {
    /// Lets everything point at this artifact, whose number was not known when the log was read.
    pub fn settle(&mut self, artifact: ArtifactId) {
        let log = &mut self.value;
        let tallies = log.tallies.iter_mut().flat_map(|tally| [&mut tally.first, &mut tally.last]);
        let guids = log.guids.iter_mut().map(|named| &mut named.seen);
        let failures = log.failures.iter_mut().flat_map(|one| [&mut one.first, &mut one.last]);
        tallies.chain(guids).chain(failures).for_each(|seen| seen.settle(artifact));
        let events = log.events.iter_mut().map(|event| &mut event.at);
        let losses = self.losses.iter_mut().map(|loss| &mut loss.at);
        events.chain(losses).for_each(|at| at.artifact = artifact);
        log.later.settle(artifact);
    }
}

/// Reads a binary log that is in memory.
pub fn parse(artifact: ArtifactId, bytes: &[u8]) -> Parsed<EventLog> {
    let mut log = LogReader::new();
    log.take(bytes);
    let mut parsed = log.finish();
    parsed.settle(artifact);
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ordinary_events_no_longer_tell_is_said() {
        let told = |grain| EventLog { grain, ..EventLog::default() }.told_apart_less();
        assert_eq!([Grain::Hour, Grain::Day, Grain::Log].map(told), [None; 3]);
        assert!(told(Grain::AnyClient).is_some_and(|words| words.ends_with("without their clients")));
        assert!(told(Grain::AnyAccount).is_some_and(|words| words.ends_with("clients and accounts")));
    }

    #[test]
    fn tallies_that_become_one_have_the_first_and_the_last_of_both() {
        let seen = |record, second: i64| Occurrence::new(ArtifactId(0), record, Timestamp::from_second(second).ok());
        let tally = |first, last, count, kept| Tally {
            provider: "Security",
            id: 540,
            computer: "DC1".into(),
            fields: Fields::default(),
            count,
            kept,
            first,
            last,
        };
        let mut one = tally(seen(5, 50), seen(7, 70), 2, 1);
        one.join(&tally(seen(3, 60), seen(9, 90), 3, 2));
        assert_eq!(one, tally(seen(5, 50), seen(9, 90), 5, 3));
        one.join(&tally(seen(1, 10), seen(2, 20), 1, 0));
        assert_eq!(one, tally(seen(1, 10), seen(9, 90), 6, 3));
    }
}

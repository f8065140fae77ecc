//! The reading of an event log as bytes, so that another run need not read the log again. The only file that knows
//! bincode.
//!
//! Such bytes never travel: they are written and read by the same program on the same computer. Whatever is wrong with
//! them, the log is read again instead.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use bincode::config::{Configuration, Limit, LittleEndian, Varint, standard};
use bincode::serde::{borrow_decode_from_slice, encode_into_std_write};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::artifacts::event_fields::Fields;
use crate::artifacts::event_grain::Grain;
use crate::artifacts::event_groups::Seen;
use crate::artifacts::event_kinds::CONCERNS;
use crate::artifacts::event_later::Later;
use crate::artifacts::event_log::{Event, EventLog, Failures, LogonGuid, NOBODY, Tally};
use crate::artifacts::event_occurrence::{Moment, Occurrence};
use crate::artifacts::event_told::Row;
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{Evidence, Place};

/// Bytes that are written and read at most.
pub const STORED_BYTES: usize = 64 << 20;

const FORM: Configuration<LittleEndian, Varint, Limit<STORED_BYTES>> = standard().with_limit::<STORED_BYTES>();

/// What stands first, in a block of its own. In those behind it stand the events and then the tallies, and behind all
/// blocks the keys of tallies for later: so nothing is held twice.
#[derive(Serialize, Deserialize)]
struct StoredLog<'a> {
    records: u64,
    channel: Option<&'a str>,
    computer: Option<&'a str>,
    #[serde(borrow)]
    counts: Vec<(&'a str, u32, u64)>,
    /// Each list of names once.
    names: Vec<Vec<&'a str>>,
    /// Each provider and each computer of events and tallies once.
    words: Vec<&'a str>,
    events: usize,
    tallies: usize,
    /// Tallies for later, and the computers whose numbers stand in their keys.
    later: usize,
    /// Bytes of those keys.
    keys: usize,
    computers: Vec<&'a str>,
    grain: Grain,
    span: Option<(StoredTime, StoredTime)>,
    failures: Vec<StoredFailures<'a>>,
    guids: Vec<(u128, u32, StoredMoment)>,
    losses: Vec<StoredLoss<'a>>,
}

/// Of a tally for later: the length of its key, its span of time, how many events, the first and the last. The keys
/// stand behind all.
type StoredLater = (u16, u32, u64, StoredMoment, StoredMoment);

/// A record and its time, as the log has it.
type StoredMoment = (u64, Option<u64>);

#[derive(Serialize, Deserialize)]
struct StoredFailures<'a> {
    provider: &'a str,
    id: u32,
    code: Option<u32>,
    hours: Vec<(i64, u32)>,
    first: StoredMoment,
    last: StoredMoment,
}

#[derive(Serialize, Deserialize)]
struct StoredEvent<'a> {
    record: u64,
    /// By its number among [`StoredLog::words`].
    provider: usize,
    id: u32,
    time: Option<StoredTime>,
    computer: usize,
    #[serde(borrow)]
    fields: StoredFields<'a>,
}

#[derive(Serialize, Deserialize)]
struct StoredTally<'a> {
    /// By its number among [`StoredLog::words`].
    provider: usize,
    id: u32,
    computer: usize,
    #[serde(borrow)]
    fields: StoredFields<'a>,
    count: u64,
    kept: u64,
    first: StoredMoment,
    last: StoredMoment,
}

#[derive(Serialize, Deserialize)]
struct StoredFields<'a> {
    names: usize,
    words: &'a str,
    /// The length of each field, see [`lengths`].
    #[serde(borrow)]
    lengths: Cow<'a, [u8]>,
}

/// What was lost of the log as a whole.
#[derive(Serialize, Deserialize)]
enum StoredLoss<'a> {
    Damaged(&'a str),
    OverLimit(&'a str),
}

/// Seconds since 1970, and nanoseconds.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct StoredTime(i64, i32);

/// A reading as bytes; none where it does not fit, or says what no reading of a binary log says.
pub fn to_bytes(reading: &Parsed<EventLog>) -> Option<Vec<u8>> {
    let log = &reading.value;
    let mut names = Names::default();
    let mut blocks = Blocks::default();
    for event in &log.events {
        blocks.add(names.event(event)?)?;
    }
    for tally in &log.tallies {
        blocks.add(names.tally(tally))?;
    }
    let (computers, later) = log.later.parts();
    let count = later.len();
    let mut keys = Vec::new();
    for (key, span, seen) in later {
        blocks.add(stored_later(key, span, seen)?)?;
        keys.extend_from_slice(key);
    }
    let losses = reading.losses.iter().map(|loss| match &loss.reason {
        GapReason::Damaged(words) if loss.at == NOBODY.whole() => Some(StoredLoss::Damaged(words)),
        GapReason::OverLimit(words) if loss.at == NOBODY.whole() => Some(StoredLoss::OverLimit(words)),
        _ => None,
    });
    let stored = StoredLog {
        records: log.records,
        channel: log.channel.as_deref(),
        computer: log.computer.as_deref(),
        counts: log.counts.iter().map(|((provider, id), count)| (provider.as_str(), *id, *count)).collect(),
        names: names.lists,
        words: names.words,
        events: log.events.len(),
        tallies: log.tallies.len(),
        later: count,
        keys: keys.len(),
        computers: computers.iter().map(|name| &**name).collect(),
        grain: log.grain,
        span: log.span.map(|(first, last)| (StoredTime::of(first), StoredTime::of(last))),
        failures: log.failures.iter().map(StoredFailures::of).collect(),
        guids: log.guids.iter().map(|named| (named.guid, named.id, moment(named.seen))).collect(),
        losses: losses.collect::<Option<_>>()?,
    };
    let mut head = Vec::new();
    encode_into_std_write(&stored, &mut head, FORM).ok()?;
    let bytes = [block(&head)?, blocks.finish()?, keys].concat();
    (bytes.len() <= STORED_BYTES).then_some(bytes)
}

/// The reading that a stream holds from here to its end.
pub fn read(stream: impl Read) -> Option<Parsed<EventLog>> {
    let mut source = Source(stream);
    let mut head = Vec::new();
    let mut items = Items(source.block(&mut head)?);
    let stored: StoredLog<'_> = items.next()?;
    items.0.is_empty().then_some(())?;
    let counts = stored.counts.iter().map(|(provider, id, count)| (((*provider).to_owned(), *id), *count));
    let (events, tallies, groups) = source.items(&stored, &Shared::of(&stored))?;
    let computers = stored.computers.iter().map(|name| Arc::from(*name)).collect();
    let later = Later::of_parts(computers, source.rest(stored.keys)?, groups)?;
    let mut reading = Parsed::whole(EventLog {
        records: stored.records,
        channel: stored.channel.map(str::to_owned),
        computer: stored.computer.map(str::to_owned),
        counts: counts.collect::<BTreeMap<_, _>>(),
        events,
        tallies,
        later,
        grain: stored.grain,
        span: match stored.span {
            Some((first, last)) => Some((first.time()?, last.time()?)),
            None => None,
        },
        failures: stored.failures.into_iter().map(StoredFailures::failures).collect::<Option<_>>()?,
        guids: stored.guids.into_iter().map(logon_guid).collect(),
    });
    for loss in stored.losses {
        let reason = match loss {
            StoredLoss::Damaged(words) => GapReason::Damaged(words.to_owned()),
            StoredLoss::OverLimit(words) => GapReason::OverLimit(words.to_owned()),
        };
        reading.lose(NOBODY.whole(), reason);
    }
    Some(reading)
}

/// Items, some dozens of kilobytes of them in each block: whoever reads them needs memory for one block only.
#[derive(Default)]
struct Blocks {
    finished: Vec<u8>,
    last: Vec<u8>,
}

/// Bytes of a block that is full.
const BLOCK: usize = 64 << 10;
/// Bytes that are read at once.
const PIECE: usize = 1 << 20;

impl Blocks {
    fn add(&mut self, item: impl Serialize) -> Option<()> {
        encode_into_std_write(item, &mut self.last, FORM).ok()?;
        if self.last.len() >= BLOCK {
            self.finished.append(&mut block(&self.last)?);
            self.last.clear();
        }
        Some(())
    }

    fn finish(mut self) -> Option<Vec<u8>> {
        if !self.last.is_empty() {
            self.finished.append(&mut block(&self.last)?);
        }
        Some(self.finished)
    }
}

/// Bytes with their number in front of them.
pub fn block(bytes: &[u8]) -> Option<Vec<u8>> {
    Some([&u32::try_from(bytes.len()).ok()?.to_le_bytes(), bytes].concat())
}

/// What is not read yet.
pub struct Source<R>(pub R);

impl<R: Read> Source<R> {
    /// The next block, in memory that is used again.
    pub fn block<'m>(&mut self, memory: &'m mut Vec<u8>) -> Option<&'m [u8]> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length).ok()?;
        self.bytes(usize::try_from(u32::from_le_bytes(length)).ok()?, memory)
    }

    /// So many bytes. A length that lies takes no memory: there is never much more than was read.
    fn bytes<'m>(&mut self, length: usize, memory: &'m mut Vec<u8>) -> Option<&'m [u8]> {
        let mut start = 0;
        while start < length {
            let end = length.min(start.checked_add(PIECE)?);
            if memory.len() < end {
                memory.resize(end, 0);
            }
            self.0.read_exact(memory.get_mut(start..end)?).ok()?;
            start = end;
        }
        memory.get(..length)
    }

    /// The rest, if it has this length.
    fn rest(&mut self, length: usize) -> Option<Vec<u8>> {
        // Room that nothing is written to is no memory yet, and what has room need not be moved.
        let mut rest = Vec::with_capacity(length.min(STORED_BYTES));
        self.bytes(length, &mut rest)?;
        (self.0.read(&mut [0]).ok()? == 0).then_some(rest)
    }

    /// The items of the blocks that follow.
    fn items(&mut self, stored: &StoredLog<'_>, shared: &Shared) -> Option<Found> {
        let StoredLog { events, tallies, later, .. } = *stored;
        let mut found = (reserved(events), reserved(tallies), reserved(later));
        let mut block = Vec::new();
        while (found.0.len(), found.1.len(), found.2.len()) != (events, tallies, later) {
            let mut items = Items(self.block(&mut block)?);
            while !items.0.is_empty() {
                if found.0.len() < events {
                    found.0.push(items.next::<StoredEvent<'_>>()?.event(shared)?);
                } else if found.1.len() < tallies {
                    found.1.push(items.next::<StoredTally<'_>>()?.tally(shared)?);
                } else if found.2.len() < later {
                    found.2.push(told_later(items.next()?));
                } else {
                    return None;
                }
            }
        }
        Some(found)
    }
}

/// Events, tallies, and tallies for later, of whose keys only the lengths are known.
type Found = (Vec<Event>, Vec<Tally>, Vec<Row>);

/// Memory for so many items. A count that lies must not take any.
fn reserved<T>(count: usize) -> Vec<T> {
    Vec::with_capacity(count.min(RESERVED))
}

/// What is not decoded yet.
struct Items<'a>(&'a [u8]);

impl<'a> Items<'a> {
    fn next<T: Deserialize<'a>>(&mut self) -> Option<T> {
        let (item, length) = borrow_decode_from_slice::<T, _>(self.0, FORM).ok()?;
        self.0 = self.0.get(length..)?;
        Some(item)
    }
}

/// Items for which there is memory before they are decoded.
const RESERVED: usize = 1 << 16;

/// A field has mostly less than 255 bytes: its length takes one. Otherwise that byte is 255, and four more have it.
const LONGER: u8 = u8::MAX;

/// The lengths of fields that end here.
fn lengths(ends: &[u32]) -> Vec<u8> {
    let mut lengths = Vec::with_capacity(ends.len());
    let mut start = 0;
    for end in ends {
        let length = end.saturating_sub(start);
        start = *end;
        match u8::try_from(length) {
            Ok(length) if length < LONGER => lengths.push(length),
            _ => {
                lengths.push(LONGER);
                lengths.extend(length.to_le_bytes());
            }
        }
    }
    lengths
}

/// Where fields of these lengths end.
fn ends(mut lengths: &[u8], ends: &mut Vec<u32>) -> Option<()> {
    ends.clear();
    let mut end = 0_u32;
    while let Some((length, rest)) = lengths.split_first() {
        lengths = rest;
        let length = if *length == LONGER {
            let (length, rest) = lengths.split_first_chunk()?;
            lengths = rest;
            u32::from_le_bytes(*length)
        } else {
            u32::from(*length)
        };
        end = end.checked_add(length)?;
        ends.push(end);
    }
    Some(())
}

/// The lists of names that were met, the words that many events share, and the number of each.
#[derive(Default)]
struct Names<'a> {
    words: Vec<&'a str>,
    numbers_of_words: BTreeMap<&'a str, usize>,
    lists: Vec<Vec<&'a str>>,
    numbers: BTreeMap<&'a [Box<str>], usize>,
    /// The last one: mostly it is the next one too.
    last: Option<(&'a Arc<[Box<str>]>, usize)>,
}

impl<'a> Names<'a> {
    fn event(&mut self, event: &'a Event) -> Option<StoredEvent<'a>> {
        Some(StoredEvent {
            record: record(event.at)?,
            provider: self.word(&event.provider),
            id: event.id,
            time: event.time.map(StoredTime::of),
            computer: self.word(&event.computer),
            fields: self.fields(&event.fields),
        })
    }

    fn tally(&mut self, tally: &'a Tally) -> StoredTally<'a> {
        StoredTally {
            provider: self.word(tally.provider),
            id: tally.id,
            computer: self.word(&tally.computer),
            fields: self.fields(&tally.fields),
            count: tally.count,
            kept: tally.kept,
            first: moment(tally.first),
            last: moment(tally.last),
        }
    }

    fn fields(&mut self, fields: &'a Fields) -> StoredFields<'a> {
        let (names, words, ends) = fields.parts();
        StoredFields { names: self.number(names), words, lengths: Cow::Owned(lengths(ends)) }
    }

    fn word(&mut self, word: &'a str) -> usize {
        let words = &mut self.words;
        *self.numbers_of_words.entry(word).or_insert_with(|| {
            words.push(word);
            words.len().saturating_sub(1)
        })
    }

    fn number(&mut self, names: &'a Arc<[Box<str>]>) -> usize {
        if let Some((_, number)) = self.last.filter(|(last, _)| Arc::ptr_eq(last, names)) {
            return number;
        }
        let lists = &mut self.lists;
        let number = *self.numbers.entry(names).or_insert_with(|| {
            lists.push(names.iter().map(|name| &**name).collect());
            lists.len().saturating_sub(1)
        });
        self.last = Some((names, number));
        number
    }
}

impl StoredEvent<'_> {
    fn event(&self, shared: &Shared) -> Option<Event> {
        Some(Event {
            at: NOBODY.record(self.record),
            provider: shared.word(self.provider)?,
            id: self.id,
            time: StoredTime::told(self.time)?,
            computer: shared.word(self.computer)?,
            fields: self.fields.fields(shared)?,
        })
    }
}

/// What many events share.
struct Shared {
    names: Vec<Arc<[Box<str>]>>,
    words: Vec<Arc<str>>,
    /// The words that are providers of events that concern sign-in.
    providers: Vec<Option<&'static str>>,
}

impl Shared {
    fn of(stored: &StoredLog<'_>) -> Self {
        let list = |words: &Vec<&str>| words.iter().map(|word| Box::from(*word)).collect();
        Self {
            names: stored.names.iter().map(list).collect(),
            words: stored.words.iter().map(|word| Arc::from(*word)).collect(),
            providers: stored.words.iter().map(|word| provider(word)).collect(),
        }
    }

    fn word(&self, number: usize) -> Option<Arc<str>> {
        self.words.get(number).cloned()
    }
}

impl StoredTally<'_> {
    fn tally(&self, shared: &Shared) -> Option<Tally> {
        Some(Tally {
            provider: (*shared.providers.get(self.provider)?)?,
            id: self.id,
            computer: shared.word(self.computer)?,
            fields: self.fields.fields(shared)?,
            count: self.count,
            kept: self.kept,
            first: occurrence(self.first),
            last: occurrence(self.last),
        })
    }
}

impl StoredFields<'_> {
    fn fields(&self, shared: &Shared) -> Option<Fields> {
        let names = shared.names.get(self.names)?;
        let mut all = Vec::with_capacity(names.len());
        ends(&self.lengths, &mut all)?;
        (names.len() >= all.len()).then(|| Fields::ending(Arc::clone(names), self.words, all.into()))
    }
}

impl<'a> StoredFailures<'a> {
    fn of(failures: &'a Failures) -> Self {
        let Failures { provider, id, code, hours, first, last } = failures;
        let (first, last) = (moment(*first), moment(*last));
        Self { provider, id: *id, code: *code, hours: hours.clone(), first, last }
    }

    fn failures(self) -> Option<Failures> {
        Some(Failures {
            provider: provider(self.provider)?,
            id: self.id,
            code: self.code,
            hours: self.hours,
            first: occurrence(self.first),
            last: occurrence(self.last),
        })
    }
}

/// The provider with this name, among those that concern sign-in.
fn provider(name: &str) -> Option<&'static str> {
    CONCERNS.iter().find(|row| row.provider == name).map(|row| row.provider)
}

fn stored_later(key: &[u8], span: u32, Seen { count, first, last }: Seen) -> Option<StoredLater> {
    Some((u16::try_from(key.len()).ok()?, span, count, stored_moment(first), stored_moment(last)))
}

fn told_later((length, span, count, first, last): StoredLater) -> Row {
    Later::part(length, span, Seen { count, first: told_moment(first), last: told_moment(last) })
}

const fn stored_moment(moment: Moment) -> StoredMoment {
    (moment.record(), moment.ticks())
}

fn told_moment((record, ticks): StoredMoment) -> Moment {
    Moment::new(ticks, record)
}

fn moment(one: Occurrence) -> StoredMoment {
    stored_moment(one.moment())
}

fn occurrence(one: StoredMoment) -> Occurrence {
    Occurrence::of(NOBODY, told_moment(one))
}

fn logon_guid((guid, id, seen): (u128, u32, StoredMoment)) -> LogonGuid {
    LogonGuid { guid, id, seen: occurrence(seen) }
}

impl StoredTime {
    fn of(time: Timestamp) -> Self {
        Self(time.as_second(), time.subsec_nanosecond())
    }

    /// The time, if there is one; nothing at all where it is none.
    #[expect(clippy::option_option, reason = "not known, not a time, and there are three answers")]
    fn told(time: Option<Self>) -> Option<Option<Timestamp>> {
        time.map_or(Some(None), |time| time.time().map(Some))
    }

    fn time(self) -> Option<Timestamp> {
        Timestamp::new(self.0, self.1).ok()
    }
}

const fn record(at: Evidence) -> Option<u64> {
    match at.place {
        Place::Record(number) => Some(number),
        Place::Whole | Place::Lines { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::event_key::{Key, KeyHead, Sort};
    use crate::artifacts::event_log;
    use crate::evidence::place::ArtifactId;
    use crate::formats::evtx::record::Cell;

    /// Tickets that were issued to two accounts.
    fn later() -> Later {
        let mut keys = Vec::new();
        let mut length = 0;
        for user in ["alice", "bobby"] {
            let mut key = Key::default();
            key.begin(KeyHead { concern: 3, sort: Sort::Ordinary, id: 4769, origin: 0 });
            key.cell(Cell::Text(user));
            keys.extend_from_slice(key.close());
            length = u16::try_from(key.close().len()).expect("is short");
        }
        let moment = |record, ticks| Moment::new(ticks, record);
        let seen = Seen { count: 7, first: moment(1, None), last: moment(2, Some(133_000_000_000_000_000)) };
        let groups = vec![Later::part(length, 3, seen), Later::part(length, 4, seen)];
        Later::of_parts(vec!["DC1".into()], keys, groups).expect("are whole")
    }

    fn reading() -> Parsed<EventLog> {
        let time = Timestamp::new(1_772_000_000, 123_456_700).ok();
        let fields: Fields = [("TargetUserName", "alice"), ("", "\u{fc}"), ("Status", "")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .into_iter()
            .collect();
        let provider = CONCERNS[0].provider;
        let event = |record, time| Event {
            at: NOBODY.record(record),
            provider: provider.into(),
            id: 4625,
            time,
            computer: "DC1".into(),
            fields: fields.clone(),
        };
        let occurrence = |record, time| Occurrence::new(NOBODY, record, time);
        let tally = Tally {
            provider,
            id: 4624,
            computer: "DC1".into(),
            fields: Fields::default(),
            count: 9,
            kept: 2,
            first: occurrence(1, None),
            last: occurrence(u64::MAX, time),
        };
        let mut reading = Parsed::whole(EventLog {
            records: 12,
            channel: Some("Security".to_owned()),
            computer: None,
            counts: [(("x".to_owned(), 7), 12)].into(),
            events: vec![event(3, time), event(4, None)],
            tallies: vec![tally],
            later: later(),
            grain: Grain::Log,
            span: time.map(|time| (time, time)),
            failures: vec![Failures {
                provider,
                id: 4625,
                code: Some(7),
                hours: vec![(492_222, 3), (492_223, 1)],
                first: occurrence(3, time),
                last: occurrence(4, None),
            }],
            guids: vec![LogonGuid { guid: u128::MAX, id: 4624, seen: occurrence(9, time) }],
        });
        reading.lose(NOBODY.whole(), GapReason::Damaged("chunk 3".to_owned()));
        reading.lose(NOBODY.whole(), GapReason::OverLimit("kinds".to_owned()));
        reading
    }

    #[test]
    fn what_goes_in_comes_out() {
        for reading in [reading(), Parsed::default(), event_log::LogReader::new().finish()] {
            let bytes = to_bytes(&reading).expect("is stored");
            assert_eq!(read(&*bytes), Some(reading));
        }
    }

    #[test]
    fn what_is_longer_than_a_block_comes_out_of_several() {
        let mut reading = reading();
        reading.value.events = vec![reading.value.events[0].clone(); 8000];
        let bytes = to_bytes(&reading).expect("is stored");
        assert!(bytes.len() > 2 * BLOCK, "{} bytes", bytes.len());
        assert_eq!(read(&*bytes), Some(reading));
    }

    #[test]
    fn keys_that_are_shorter_or_longer_than_they_say_are_none() {
        let reading = reading();
        let told = reading.value.later.told();
        let users: Vec<_> = told.iter().map(|tally| tally.fields.get("TargetUserName")).collect();
        assert_eq!(users, [Some("alice"), Some("bobby")]);
        let (_, groups) = reading.value.later.parts();
        let groups: Vec<Row> =
            groups.filter_map(|(key, span, seen)| stored_later(key, span, seen).map(told_later)).collect();
        let long: usize = groups.iter().map(|row| row.key.range().len()).sum();
        for length in [0, 1, long - 1, long + 1] {
            assert_eq!(Later::of_parts(Vec::new(), vec![0; length], groups.clone()), None, "{length} bytes");
        }
    }

    #[test]
    fn what_no_binary_log_says_is_not_stored() {
        let mut settled = reading();
        settled.settle(ArtifactId(1));
        assert_eq!(to_bytes(&settled), None);
        let mut missing = reading();
        missing.lose(NOBODY.whole(), GapReason::Missing);
        assert_eq!(to_bytes(&missing), None);
    }

    #[test]
    fn bytes_that_are_cut_or_longer_hold_no_reading() {
        let bytes = to_bytes(&reading()).expect("is stored");
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), None, "cut at {end}");
        }
        assert_eq!(read(&*[bytes, vec![0]].concat()), None);
    }

    #[test]
    fn bytes_that_are_changed_anywhere_do_no_harm() {
        let bytes = to_bytes(&reading()).expect("is stored");
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0xfb, 0xfc, 0xfd, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = value;
                if let Some(reading) = read(&*changed) {
                    reading.value.events.iter().for_each(|event| assert!(event.fields.iter().count() <= 3));
                    assert!(reading.value.later.told().iter().all(|tally| tally.fields.iter().count() <= 6));
                }
            }
        }
    }

    #[test]
    fn a_length_that_lies_takes_no_memory() {
        // Records, no channel, no computer, and then four thousand million counts.
        let head = [&[12, 0, 0, 0xfc][..], &u32::MAX.to_le_bytes(), &[0; 64]].concat();
        assert_eq!(read(&*block(&head).expect("is short")), None);
        // A block that says that it is longer than all that may be read.
        assert_eq!(read(&*[&u32::MAX.to_le_bytes()[..], &head].concat()), None);
    }
}

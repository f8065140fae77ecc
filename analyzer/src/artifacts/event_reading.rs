//! Reading a log record by record: what is counted, what is tallied, and what is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::artifacts::event_fields::{Fields, NameLists};
use crate::artifacts::event_groups::Groups;
use crate::artifacts::event_key::{Key, KeyHead, Sort};
use crate::artifacts::event_kinds::{CONCERNS, Concern, EventKinds, Ordinary};
use crate::artifacts::event_later::{Later, tally};
use crate::artifacts::event_log::{Event, EventLog, Failures, LogonGuid, Tally};
use crate::artifacts::event_log_legacy::{AUDIT_SUCCESS, EVENT_TYPE};
use crate::artifacts::event_occurrence::{Moment, Occurrence, SECONDS_TO_1970, ticks_of_time, time_of_ticks};
use crate::artifacts::event_samples::Sample;
use crate::artifacts::event_times::{Failed, Failure, Named, Times, guid_of_words};
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Place};
use crate::formats::evtx::log::Reader;
use crate::formats::evtx::record::{Cell, Payload, Record, Words};
use crate::formats::evtx::shape::Layout;
use crate::formats::evtx::shapes::ShapeId;
use crate::formats::evtx::value::{self, Value};
use crate::formats::xml::{Document, Element};

/// What a logon and the request for its ticket have in common.
const GUID: &str = "LogonGuid";
/// Bytes kept of one field.
const FIELD: usize = 4096;
/// Computers that one log tells apart at most: a collector of forwarded events has thousands.
const COMPUTERS: usize = 10_000;

/// What was read of a log so far, whatever form it comes in.
#[derive(Debug)]
pub(super) struct Reading {
    artifact: ArtifactId,
    log: EventLog,
    kinds: EventKinds,
    groups: Groups,
    key: Key,
    plans: Plans,
    computers: Computers,
    provider: LastName,
    lists: NameLists,
    words: FieldWords,
    times: Times,
    undecoded: u64,
    unread: u64,
}

/// Where in a layout the fields are that a [`Concern`] asks for.
#[derive(Debug, Default)]
struct Plans {
    generation: u32,
    plans: Vec<Option<Plan>>,
}

#[derive(Debug)]
struct Plan {
    concern: usize,
    /// In the order of [`Concern::alike`].
    alike: Vec<Option<usize>>,
    status: Option<usize>,
    guid: Option<usize>,
    /// The names of all fields, once they were asked for.
    names: Option<Arc<[Box<str>]>>,
}

/// The words of one event, in memory that the next one uses again.
#[derive(Debug, Default)]
struct FieldWords {
    words: String,
    ends: Vec<u32>,
}

/// The computers that wrote records.
#[derive(Debug, Default)]
struct Computers {
    names: Vec<Arc<str>>,
    numbers: BTreeMap<Arc<str>, u32>,
    /// The last one, as the log has it: mostly it is the next one too.
    last: Vec<u8>,
    last_number: u32,
}

/// A name that is mostly the same as the last time.
#[derive(Debug, Default)]
struct LastName {
    is_text: bool,
    /// As the log has it.
    bytes: Vec<u8>,
    name: Arc<str>,
}

impl LastName {
    fn shared(&mut self, name: Words<'_>) -> Arc<str> {
        let (is_text, bytes) = name.stored();
        if self.is_text != is_text || self.bytes != bytes {
            *self = Self { is_text, bytes: bytes.to_vec(), name: name.to_string().into() };
        }
        Arc::clone(&self.name)
    }
}

impl Plans {
    fn plan(&mut self, id: ShapeId, concern: usize, row: &Concern, layout: &Layout) -> Option<&mut Plan> {
        if self.generation != id.generation {
            *self = Self { generation: id.generation, plans: Vec::new() };
        }
        if self.plans.len() <= id.index {
            self.plans.resize_with(id.index.checked_add(1)?, || None);
        }
        let plan = self.plans.get_mut(id.index)?;
        if plan.as_ref().is_none_or(|plan| plan.concern != concern) {
            let alike = row.alike.iter().map(|name| layout.find(name)).collect();
            let (status, guid) = (layout.find("Status"), layout.find(GUID));
            *plan = Some(Plan { concern, alike, status, guid, names: None });
        }
        plan.as_mut()
    }
}

impl Computers {
    fn number(&mut self, name: Words<'_>) -> u32 {
        let (_, bytes) = name.stored();
        if self.names.is_empty() || self.last != bytes {
            self.last_number = self.number_of_words(&name.to_string());
            self.last.clear();
            self.last.extend_from_slice(bytes);
        }
        self.last_number
    }

    fn number_of_words(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        if self.names.len() < COMPUTERS {
            let name: Arc<str> = name.into();
            self.names.push(Arc::clone(&name));
            self.numbers.insert(name, number);
        }
        number
    }

    /// The name with this number; none where there were too many.
    fn name(&self, number: u32) -> Option<Arc<str>> {
        self.names.get(usize::try_from(number).ok()?).cloned()
    }
}

impl Concern {
    fn is_ordinary(&self, status: impl FnOnce() -> bool) -> bool {
        match self.ordinary {
            Ordinary::Never => false,
            Ordinary::Always => true,
            Ordinary::StatusZero | Ordinary::AuditSuccess => status(),
        }
    }
}

/// Whether a status says that all went well.
fn is_zero(status: Cell<'_>) -> bool {
    match status {
        Cell::Absent => false,
        Cell::Text(words) => is_zero_in_words(words),
        Cell::Value(value) => {
            value.number() == Some(0) || {
                let mut words = String::new();
                value.write(&mut words).is_ok() && is_zero_in_words(&words)
            }
        }
    }
}

fn is_zero_in_words(words: &str) -> bool {
    matches!(words.trim(), "0" | "0x0" | "0x00000000")
}

impl Reading {
    /// Nothing was read yet.
    pub(super) fn new(artifact: ArtifactId) -> Self {
        Self {
            artifact,
            log: EventLog::default(),
            kinds: EventKinds::new(),
            groups: Groups::new(),
            key: Key::default(),
            plans: Plans::default(),
            computers: Computers::default(),
            provider: LastName::default(),
            lists: NameLists::default(),
            words: FieldWords::default(),
            times: Times::default(),
            undecoded: 0,
            unread: 0,
        }
    }

    /// How many records were taken so far.
    pub(super) const fn records(&self) -> u64 {
        self.log.records
    }

    /// Takes one record of a binary log. What it says is looked at only when it concerns sign-in.
    pub(super) fn record(&mut self, mut record: Record<'_>) {
        let concern = self.count(record.provider, record.id, |log| {
            log.channel = Some(record.channel.to_string());
            log.computer = Some(record.computer.to_string());
        });
        self.times.at(record.time);
        let Some((concern, row)) = concern.and_then(|concern| Some((concern, CONCERNS.get(concern)?))) else { return };
        let moment = Moment::new(record.time, record.number);
        let origin = self.computers.number(record.computer);
        let grain = self.groups.grain();
        let id = record.id;
        let mut fields = None;
        let is_ordinary = match record.payload() {
            Ok(Payload::Plain { layout, id: shape, values }) => {
                let Some(plan) = self.plans.plan(shape, concern, row, layout) else { return };
                let cell = |index: Option<usize>| index.map_or(Cell::Absent, |index| layout.cell(index, &values));
                let is_ordinary = row.is_ordinary(|| is_zero(cell(plan.status)));
                let sort = if is_ordinary { Sort::Ordinary } else { Sort::Kept };
                if let (true, Some(guid)) = (is_ordinary, plan.guid) {
                    self.times.named(guid_of_cell(layout.cell(guid, &values)).unwrap_or(0), id, moment);
                }
                self.key.begin(KeyHead { concern, sort, id, origin });
                for (name, index) in row.alike.iter().zip(&plan.alike) {
                    self.key.field(name, cell(*index), is_ordinary, grain);
                }
                if row.alike.is_empty() {
                    (0..layout.fields.len()).for_each(|index| self.key.cell(layout.cell(index, &values)));
                }
                let FieldWords { words, ends } = &mut self.words;
                if !is_ordinary && layout.write(&values, FIELD, words, ends) {
                    let names = plan.names.get_or_insert_with(|| self.lists.list(layout.titles().collect()));
                    fields = Some(Fields::ending(Arc::clone(names), words, ends.as_slice().into()));
                }
                is_ordinary
            }
            Ok(Payload::Told(fields)) => {
                let fields: Fields = self.lists.share(fields);
                self.key_of_words(concern, row, id, origin, moment, &fields)
            }
            Err(_) => {
                self.unread = self.unread.saturating_add(1);
                self.key.begin(KeyHead { concern, sort: Sort::Kept, id, origin });
                false
            }
        };
        if is_ordinary {
            return self.groups.count(&mut self.key, moment);
        }
        let fields = fields.unwrap_or_else(|| self.lists.share(cut(record.fields().unwrap_or_default())));
        self.times.failed(concern, id, &fields, moment);
        let event = Event {
            at: self.artifact.record(record.number),
            provider: self.provider.shared(record.provider),
            id,
            time: record.time.and_then(time_of_ticks),
            computer: self.computers.name(origin).unwrap_or_else(|| record.computer.to_string().into()),
            fields,
        };
        self.groups.keep(&mut self.key, moment, Sample { place: self.log.records, event });
    }

    /// Takes one record as XML.
    pub(super) fn take(&mut self, record: &Document) {
        match event(self.artifact, record) {
            Some((event, channel)) => self.event(event, Some(channel)),
            None => self.undecoded = self.undecoded.saturating_add(1),
        }
    }

    /// Takes one record whose fields are words already.
    pub(super) fn event(&mut self, event: Event, channel: Option<String>) {
        let concern = self.count(Words::Text(&event.provider), event.id, |log| {
            log.channel = channel;
            log.computer = Some(event.computer.to_string());
        });
        let moment = Moment::new(event.time.and_then(ticks_of_time), number(&event));
        self.times.at(moment.ticks());
        let Some((concern, row)) = concern.and_then(|concern| Some((concern, CONCERNS.get(concern)?))) else { return };
        let origin = self.computers.number(Words::Text(&event.computer));
        if self.key_of_words(concern, row, event.id, origin, moment, &event.fields) {
            self.groups.count(&mut self.key, moment);
        } else {
            self.times.failed(concern, event.id, &event.fields, moment);
            self.groups.keep(&mut self.key, moment, Sample { place: self.log.records, event });
        }
    }

    /// Makes the key of an event whose fields are words, and says whether it is ordinary.
    fn key_of_words(
        &mut self,
        concern: usize,
        row: &Concern,
        id: u32,
        origin: u32,
        moment: Moment,
        fields: &Fields,
    ) -> bool {
        let grain = self.groups.grain();
        let cell = |name: &str| fields.get(name).map_or(Cell::Absent, Cell::Text);
        let is_ordinary = row.is_ordinary(|| match row.ordinary {
            Ordinary::AuditSuccess => fields.get(EVENT_TYPE) == Some(AUDIT_SUCCESS),
            _ => is_zero(cell("Status")),
        });
        let sort = if is_ordinary { Sort::Ordinary } else { Sort::Kept };
        if let Some(guid) = fields.get(GUID).filter(|_| is_ordinary).and_then(guid_of_words) {
            self.times.named(guid, id, moment);
        }
        self.key.begin(KeyHead { concern, sort, id, origin });
        for name in row.alike {
            self.key.field(name, cell(name), is_ordinary, grain);
        }
        if row.alike.is_empty() {
            fields.iter().for_each(|(_, words)| self.key.cell(Cell::Text(words)));
        }
        is_ordinary
    }

    /// Counts a record; `head` fills in what the first one says about the log.
    fn count(&mut self, provider: Words<'_>, id: u32, head: impl FnOnce(&mut EventLog)) -> Option<usize> {
        if self.log.records == 0 {
            head(&mut self.log);
        }
        self.log.records = self.log.records.saturating_add(1);
        self.kinds.count(provider, id)
    }

    /// The log, and what of it could not be read.
    pub(super) fn finish(mut self) -> Parsed<EventLog> {
        let computers = self.computers.names;
        let mut finished = self.groups.finish(|tallied| tally(self.artifact, &computers, tallied), Tally::join);
        self.log.events = finished.events;
        finished.tallies.retain(|tally| tally.count > tally.kept || tally.fields.iter().next().is_some());
        self.log.tallies = finished.tallies;
        self.log.later = Later::new(self.artifact, computers, finished.later);
        self.log.grain = finished.grain;
        self.log.counts = self.kinds.counts();
        self.log.span = self.times.span.and_then(|(first, last)| time_of_ticks(first).zip(time_of_ticks(last)));
        let named = Vec::from(self.times.guids).into_iter();
        self.log.guids = named.map(|named| logon_guid(self.artifact, named)).collect();
        self.log.failures = self.times.failures.into_iter().map(|one| failures(self.artifact, one)).collect();
        let mut parsed = Parsed::whole(self.log);
        let at = self.artifact.whole();
        if self.undecoded > 0 {
            parsed.lose(at, GapReason::Damaged(format!("{} records have no event id", self.undecoded)));
        }
        if self.unread > 0 {
            let what = format!("{} events about sign-in do not say what they are about", self.unread);
            parsed.lose(at, GapReason::Damaged(what));
        }
        if finished.refused > 0 {
            parsed.lose(at, GapReason::OverLimit(format!("kinds of events: {} are not kept", finished.refused)));
        }
        parsed
    }

    /// The log, with what of its chunks was lost.
    pub(super) fn finish_binary(self, reader: Reader) -> Parsed<EventLog> {
        let at = self.artifact.whole();
        let mut parsed = self.finish();
        for loss in reader.finish() {
            parsed.lose(at, GapReason::Damaged(loss.to_string()));
        }
        parsed
    }
}

fn logon_guid(artifact: ArtifactId, Named { guid, id, moment }: Named) -> LogonGuid {
    LogonGuid { guid, id, seen: Occurrence::of(artifact, moment) }
}

fn failures(artifact: ArtifactId, ((concern, id, code), found): (Failure, Failed)) -> Failures {
    let since_1970 = |hour: u32| i64::from(hour).saturating_sub(SECONDS_TO_1970 / 3600);
    Failures {
        provider: CONCERNS.get(concern).map_or("", |row| row.provider),
        id,
        code,
        hours: found.hours.into_iter().map(|(hour, count)| (since_1970(hour), count)).collect(),
        first: Occurrence::of(artifact, found.first),
        last: Occurrence::of(artifact, found.last),
    }
}

fn guid_of_cell(cell: Cell<'_>) -> Option<u128> {
    match cell {
        Cell::Absent => None,
        Cell::Text(words) => guid_of_words(words),
        Cell::Value(Value { kind: value::GUID, bytes }) => Some(u128::from_le_bytes(bytes.try_into().ok()?)),
        Cell::Value(value) => {
            let mut words = String::new();
            value.write(&mut words).ok()?;
            guid_of_words(&words)
        }
    }
}

/// Fields of a length that can be kept.
pub(super) fn cut(mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
    for (_, words) in &mut fields {
        words.truncate(words.floor_char_boundary(FIELD));
    }
    fields
}

const fn number(event: &Event) -> u64 {
    match event.at.place {
        Place::Record(number) => number,
        Place::Whole | Place::Lines { .. } => 0,
    }
}

/// Reads the XML of one record; also names its channel.
fn event(artifact: ArtifactId, document: &Document) -> Option<(Event, String)> {
    let root = document.root()?;
    let system = document.child(root, "System")?;
    let text = |name: &str| document.child(system, name).map(|element| element.text.trim().to_owned());
    let attribute = |name: &str, key: &str| document.child(system, name).and_then(|e| e.attribute(key));
    let record = text("EventRecordID").and_then(|id| id.parse().ok()).unwrap_or(0);
    let event = Event {
        at: artifact.record(record),
        provider: attribute("Provider", "Name").or(attribute("Provider", "EventSourceName"))?.into(),
        id: text("EventID")?.parse::<u32>().ok()? & 0xffff,
        time: attribute("TimeCreated", "SystemTime").and_then(time),
        computer: text("Computer").unwrap_or_default().into(),
        fields: fields(document, root).into_iter().collect(),
    };
    Some((event, text("Channel").unwrap_or_default()))
}

/// Event logs write UTC with and without a `Z`.
pub(super) fn time(words: &str) -> Option<Timestamp> {
    words.parse().or_else(|_| format!("{}Z", words.replace(' ', "T")).parse()).ok()
}

fn fields(document: &Document, root: &Element) -> Vec<(String, String)> {
    let data = document.child(root, "EventData").or_else(|| {
        let user = document.child(root, "UserData")?;
        document.children(user).next()
    });
    let Some(data) = data else { return Vec::new() };
    let mut unnamed = 0_u32;
    let named = document.children(data).map(|element| {
        let name = match element.attribute("Name") {
            Some(name) => name.to_owned(),
            None if element.name == "Data" => {
                unnamed = unnamed.saturating_add(1);
                unnamed.to_string()
            }
            None => element.name.clone(),
        };
        (name, element.text.clone())
    });
    cut(named.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shared_until_another_one_comes() {
        let mut last = LastName::default();
        let wide: Vec<u8> = "DC1".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let names = [Words::Text("DC1"), Words::Text("DC1"), Words::Utf16(&wide), Words::Text("D\0C\x001\0")];
        let [one, again, wide, bytes] = names.map(|name| last.shared(name));
        assert!(Arc::ptr_eq(&one, &again));
        assert_eq!([&*one, &*wide, &*bytes], ["DC1", "DC1", "D\0C\x001\0"]);
    }
}

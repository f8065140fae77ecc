//! Event logs: every record counted, those that concern sign-in kept with their fields.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::artifacts::event_kinds::{Concern, EventKinds};
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::formats::evtx::log::Reader;
use crate::formats::evtx::record::{Record, Words};
use crate::formats::xml::{Document, Element};

/// Events kept of one log at most; all are counted.
const KEPT: usize = 200_000;
/// Bytes kept of one field.
const FIELD: usize = 4096;

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
    /// The records that concern sign-in, in the order of the log.
    pub events: Vec<Event>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where it stands.
    pub at: Evidence,
    /// The provider, as written.
    pub provider: String,
    /// The event id, without qualifiers.
    pub id: u32,
    /// When, in UTC.
    pub time: Option<Timestamp>,
    /// The computer that wrote it.
    pub computer: String,
    /// Named fields, and unnamed ones under their position from 1.
    pub fields: Vec<(String, String)>,
}

impl Event {
    /// The value of a field; names are compared without case, and blanks around values mean nothing.
    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty() && *value != "-")
    }

    /// Whether the provider has this name, in any case.
    pub fn is_from(&self, provider: &str) -> bool {
        self.provider.eq_ignore_ascii_case(provider)
    }
}

/// Reads a binary log.
pub fn parse(artifact: ArtifactId, bytes: &[u8]) -> Parsed<EventLog> {
    let mut reading = Reading::new(artifact);
    let mut reader = Reader::default();
    reader.take(bytes, &mut |record| reading.record(record));
    let mut parsed = reading.finish();
    for loss in reader.finish() {
        parsed.lose(artifact.whole(), GapReason::Damaged(loss.to_string()));
    }
    parsed
}

/// What was read of a log so far, whatever form it comes in.
pub(super) struct Reading {
    artifact: ArtifactId,
    parsed: Parsed<EventLog>,
    kinds: EventKinds,
    undecoded: u64,
    unread: u64,
    over: bool,
}

impl Reading {
    /// Nothing was read yet.
    pub(super) fn new(artifact: ArtifactId) -> Self {
        let parsed = Parsed::whole(EventLog::default());
        Self { artifact, parsed, kinds: EventKinds::new(), undecoded: 0, unread: 0, over: false }
    }

    /// Takes one record of a binary log. What it says is looked at only when it concerns sign-in.
    fn record(&mut self, mut record: Record<'_>) {
        let concern = self.count(record.provider, record.id, |log| {
            log.channel = Some(record.channel.to_string());
            log.computer = Some(record.computer.to_string());
        });
        if concern == Concern::Other {
            return;
        }
        let mut fields = record.fields().unwrap_or_else(|_| {
            self.unread = self.unread.saturating_add(1);
            Vec::new()
        });
        for (_, value) in &mut fields {
            value.truncate(value.floor_char_boundary(FIELD));
        }
        self.keep(Event {
            at: self.artifact.record(record.number),
            provider: record.provider.to_string(),
            id: record.id,
            time: record.time.and_then(time_of_ticks),
            computer: record.computer.to_string(),
            fields,
        });
    }

    /// Takes one record as XML.
    pub(super) fn take(&mut self, record: &Document) {
        let Some((event, channel)) = event(self.artifact, record) else {
            self.undecoded = self.undecoded.saturating_add(1);
            return;
        };
        let concern = self.count(Words::Text(&event.provider), event.id, |log| {
            log.channel = Some(channel);
            log.computer = Some(event.computer.clone());
        });
        if concern == Concern::SignIn {
            self.keep(event);
        }
    }

    /// Counts a record; `head` fills in what the first one says about the log.
    fn count(&mut self, provider: Words<'_>, id: u32, head: impl FnOnce(&mut EventLog)) -> Concern {
        let log = &mut self.parsed.value;
        if log.records == 0 {
            head(log);
        }
        log.records = log.records.saturating_add(1);
        self.kinds.count(provider, id)
    }

    fn keep(&mut self, event: Event) {
        self.over |= self.parsed.value.events.len() >= KEPT;
        if self.parsed.value.events.len() < KEPT {
            self.parsed.value.events.push(event);
        }
    }

    /// The log, and what of it could not be read.
    pub(super) fn finish(mut self) -> Parsed<EventLog> {
        let at = self.artifact.whole();
        self.parsed.value.counts = self.kinds.counts();
        if self.undecoded > 0 {
            self.parsed.lose(at, GapReason::Damaged(format!("{} records have no event id", self.undecoded)));
        }
        if self.unread > 0 {
            let what = format!("{} events about sign-in do not say what they are about", self.unread);
            self.parsed.lose(at, GapReason::Damaged(what));
        }
        if self.over {
            self.parsed.lose(at, GapReason::OverLimit(format!("{KEPT} events about sign-in")));
        }
        self.parsed
    }
}

/// A moment that is counted in ticks of 100 nanoseconds since 1601.
fn time_of_ticks(ticks: u64) -> Option<Timestamp> {
    let seconds = i64::try_from(ticks / 10_000_000).ok()?.checked_sub(11_644_473_600)?;
    Timestamp::new(seconds, i32::try_from(ticks % 10_000_000).ok()?.checked_mul(100)?).ok()
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
        provider: attribute("Provider", "Name").or(attribute("Provider", "EventSourceName"))?.to_owned(),
        id: text("EventID")?.parse::<u32>().ok()? & 0xffff,
        time: attribute("TimeCreated", "SystemTime").and_then(time),
        computer: text("Computer").unwrap_or_default(),
        fields: fields(document, root),
    };
    Some((event, text("Channel").unwrap_or_default()))
}

/// Event logs write UTC with and without a `Z`.
fn time(words: &str) -> Option<Timestamp> {
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
        let value = element.text.get(..element.text.floor_char_boundary(FIELD)).unwrap_or_default();
        (name, value.to_owned())
    });
    named.collect()
}

//! Event logs: every record counted, those that concern sign-in kept with their fields.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::formats::evtx;
use crate::formats::xml::{self, Document, Element};

/// Events kept of one log at most; all are counted.
const KEPT: usize = 200_000;
/// Different kinds of events counted at most; a real log has some hundreds.
const KINDS: usize = 10_000;
/// Bytes kept of one field.
const FIELD: usize = 4096;

/// The providers whose events are kept, with the ids.
///
/// Names are compared without case: the same provider writes itself differently in different versions.
const WANTED: [(&str, &[u32]); 6] = [
    ("microsoft-windows-security-auditing", &[4624, 4625, 4768, 4769, 4771, 4776]),
    ("microsoft-windows-security-kerberos", &[3, 4]),
    ("microsoft-windows-kerberos-key-distribution-center", &[11]),
    ("netlogon", &[5788, 5789]),
    ("microsoft-windows-was", &[5021, 5057, 5059]),
    ("was", &[5021, 5057, 5059]),
];

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

/// Reads a log.
pub fn parse(artifact: ArtifactId, bytes: &[u8]) -> Parsed<EventLog> {
    let mut reading = Reading::new(artifact);
    let losses = evtx::read(bytes, |record| reading.take(&xml::read(record)));
    let mut parsed = reading.finish();
    for loss in losses {
        let place = loss.chunk.map_or_else(String::new, |chunk| format!("chunk {chunk}: "));
        parsed.lose(artifact.whole(), GapReason::Damaged(format!("{place}{}", loss.what)));
    }
    parsed
}

/// What was read of a log so far, whatever form it comes in.
pub(super) struct Reading {
    artifact: ArtifactId,
    parsed: Parsed<EventLog>,
    undecoded: u64,
    over: bool,
}

impl Reading {
    /// Nothing was read yet.
    pub(super) fn new(artifact: ArtifactId) -> Self {
        Self { artifact, parsed: Parsed::whole(EventLog::default()), undecoded: 0, over: false }
    }

    /// Takes one record.
    pub(super) fn take(&mut self, record: &Document) {
        let Some((event, channel)) = event(self.artifact, record) else {
            self.undecoded = self.undecoded.saturating_add(1);
            return;
        };
        let log = &mut self.parsed.value;
        log.channel.get_or_insert(channel);
        log.computer.get_or_insert_with(|| event.computer.clone());
        log.records = log.records.saturating_add(1);
        count(log, &event);
        if is_wanted(&event) {
            self.over |= log.events.len() >= KEPT;
            if log.events.len() < KEPT {
                log.events.push(event);
            }
        }
    }

    /// The log, and what of it could not be read.
    pub(super) fn finish(mut self) -> Parsed<EventLog> {
        let at = self.artifact.whole();
        if self.undecoded > 0 {
            self.parsed.lose(at, GapReason::Damaged(format!("{} records have no event id", self.undecoded)));
        }
        if self.over {
            self.parsed.lose(at, GapReason::OverLimit(format!("{KEPT} events about sign-in")));
        }
        self.parsed
    }
}

fn count(log: &mut EventLog, event: &Event) {
    let key = (event.provider.clone(), event.id);
    if log.counts.len() < KINDS || log.counts.contains_key(&key) {
        let count = log.counts.entry(key).or_default();
        *count = count.saturating_add(1);
    }
}

fn is_wanted(event: &Event) -> bool {
    WANTED.iter().any(|(provider, ids)| event.is_from(provider) && ids.contains(&event.id))
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

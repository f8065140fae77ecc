//! Event logs of Windows NT to 2003 (`.evt`), told as those of later versions are.

use jiff::Timestamp;

use crate::artifacts::event_log::{Event, EventLog};
use crate::artifacts::event_reading::{Reading, cut};
use crate::artifacts::event_strings;
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::ArtifactId;
use crate::formats::evt::{self, Record};
use crate::formats::evtx::value::{SID, Value};

/// Who writes the Security log.
const SECURITY: &str = "Security";
/// The field that holds the kind of the event: nothing else tells an audit of a success from one of a failure.
pub const EVENT_TYPE: &str = "EventType";
/// What that field says of a success.
pub const AUDIT_SUCCESS: &str = "audit success";
/// What it says of a failure.
pub const AUDIT_FAILURE: &str = "audit failure";

/// Reads a log.
pub fn parse(artifact: ArtifactId, bytes: &[u8]) -> Parsed<EventLog> {
    let mut reading = Reading::new(artifact);
    let losses = evt::read(bytes, &mut |record| {
        let is_security = record.source.eq_ignore_ascii_case(SECURITY);
        let channel = is_security.then(|| SECURITY.to_owned());
        reading.event(event(artifact, record, is_security), channel);
    });
    let mut parsed = reading.finish();
    for loss in losses {
        parsed.lose(artifact.whole(), GapReason::Damaged(loss));
    }
    parsed
}

fn event(artifact: ArtifactId, record: Record, is_security: bool) -> Event {
    let id = record.id & 0xffff;
    let names = if is_security { event_strings::names(id, record.strings.len()) } else { &[] };
    let mut fields: Vec<(String, String)> = (1_u32..)
        .zip(record.strings)
        .map(|(position, text)| {
            let name = usize::try_from(position).ok().and_then(|position| names.get(position.checked_sub(1)?));
            (name.map_or_else(|| position.to_string(), |name| (*name).to_owned()), text)
        })
        .collect();
    let mut sid = String::new();
    if !record.sid.is_empty() && (Value { kind: SID, bytes: &record.sid }).write(&mut sid).is_ok() {
        fields.push(("UserSid".to_owned(), sid));
    }
    fields.push((EVENT_TYPE.to_owned(), record.kind.words().to_owned()));
    Event {
        at: artifact.record(u64::from(record.number)),
        provider: record.source.into(),
        id,
        time: Timestamp::from_second(i64::from(record.time)).ok(),
        computer: record.computer.into(),
        fields: cut(fields).into_iter().collect(),
    }
}

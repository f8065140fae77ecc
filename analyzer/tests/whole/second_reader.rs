//! Event logs have two readers: ours, and the crate `evtx`, which renders whole records as XML. What one reads of a
//! log, the other reads too, field by field.

use std::path::PathBuf;
use std::sync::Arc;

use evtx::{EvtxChunkData, ParserSettings};
use kerbscope::formats::evtx::log::{Reader, is_evtx};
use kerbscope::formats::xml::{self, Document};
use kerbscope_samples::events::was;
use kerbscope_samples::evtx::event::{Event, Item};
use kerbscope_samples::evtx::log;
use kerbscope_samples::scenarios;

use crate::damaged_logs::{EVENTS, whole_log};
use crate::sample;

/// A record in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) number: u64,
    pub(crate) provider: String,
    pub(crate) id: u32,
    pub(crate) time: Option<u64>,
    pub(crate) channel: String,
    pub(crate) computer: String,
    /// None when they cannot be read.
    pub(crate) fields: Option<Vec<(String, String)>>,
}

/// The records as our reader tells them.
pub(crate) fn ours(log: &[u8]) -> Vec<Told> {
    let mut told = Vec::new();
    let mut reader = Reader::default();
    reader.take(log, &mut |mut record| {
        let fields = record.fields().ok();
        let words = |(name, value): (String, String)| (as_in_xml(&name), as_in_xml(&value));
        told.push(Told {
            number: record.number,
            provider: as_in_xml(&record.provider.to_string()),
            id: record.id,
            time: record.time,
            channel: as_in_xml(&record.channel.to_string()).trim().to_owned(),
            computer: as_in_xml(&record.computer.to_string()).trim().to_owned(),
            fields: fields.map(|fields| fields.into_iter().map(words).collect()),
        });
    });
    told
}

/// XML has no control characters and one kind of line end; the crate writes `_` instead, as Windows does.
fn as_in_xml(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_foreign = |c: char| (c < ' ' && c != '\t' && c != '\n') || ('\u{fffd}'..='\u{ffff}').contains(&c);
    text.replace(is_foreign, "_")
}

/// The records as the crate tells them.
fn theirs(log: &[u8]) -> Vec<Told> {
    as_xml(log).iter().filter_map(|record| of_xml(&xml::read(record))).collect()
}

/// The records as XML, rendered by the crate chunk by chunk, in the order of the file; what it cannot read is left out.
pub(crate) fn as_xml(log: &[u8]) -> Vec<String> {
    let settings = Arc::new(ParserSettings::new().indent(false).num_threads(1));
    let mut told = Vec::new();
    for bytes in log.get(4096..).unwrap_or_default().chunks(65536) {
        let mut whole = bytes.to_vec();
        whole.resize(65536, 0);
        let Ok(mut data) = EvtxChunkData::new(whole, false) else { continue };
        let Ok(mut chunk) = data.parse(Arc::clone(&settings)) else { continue };
        for record in chunk.iter().flatten() {
            let is_whole = record.binxml_offset + u64::from(record.binxml_size) + 4 <= bytes.len() as u64;
            if let (true, Ok(record)) = (is_whole, record.into_xml()) {
                told.push(record.data);
            }
        }
    }
    told
}

fn of_xml(document: &Document) -> Option<Told> {
    let root = document.root()?;
    let system = document.child(root, "System")?;
    let text = |name: &str| document.child(system, name).map(|element| element.text.trim().to_owned());
    let attribute = |name: &str, key: &str| document.child(system, name).and_then(|e| e.attribute(key));
    Some(Told {
        number: text("EventRecordID").and_then(|id| id.parse().ok()).unwrap_or(0),
        provider: attribute("Provider", "Name").or(attribute("Provider", "EventSourceName"))?.to_owned(),
        id: text("EventID")?.parse::<u32>().ok()? & 0xffff,
        time: attribute("TimeCreated", "SystemTime").and_then(ticks),
        channel: text("Channel").unwrap_or_default(),
        computer: text("Computer").unwrap_or_default(),
        fields: Some(fields(document)),
    })
}

fn ticks(words: &str) -> Option<u64> {
    let time: Option<jiff::Timestamp> = words.parse().ok();
    let time = time.or_else(|| format!("{}Z", words.replace(' ', "T")).parse().ok())?;
    u64::try_from(time.as_nanosecond() / 100 + 116_444_736_000_000_000).ok()
}

fn fields(document: &Document) -> Vec<(String, String)> {
    let Some(root) = document.root() else { return Vec::new() };
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
                unnamed += 1;
                unnamed.to_string()
            }
            None => element.name.clone(),
        };
        (name, element.text.clone())
    });
    named.collect()
}

/// Asserts that both tell the same of a log, and returns how many records that are.
fn compare(name: &str, log: &[u8]) -> usize {
    let (ours, theirs) = (ours(log), theirs(log));
    for (own, other) in ours.iter().zip(&theirs) {
        assert_eq!(own, other, "{name}");
    }
    assert_eq!(ours.len(), theirs.len(), "{name}");
    ours.len()
}

#[test]
fn both_tell_the_same_of_the_logs_of_every_sample() {
    for scenario in scenarios::all() {
        for bundle in sample::open(&scenario) {
            for member in bundle.archive.members.iter().filter(|member| is_evtx(&member.bytes)) {
                compare(&format!("{} of {}", member.path, scenario.name), &member.bytes);
            }
        }
    }
    assert_eq!(compare("a log of some chunks", &whole_log()), EVENTS);
}

#[test]
fn both_tell_the_same_of_real_logs() {
    let Some(folder) = std::env::var_os("KERBSCOPE_CORPUS").map(PathBuf::from) else {
        return eprintln!("KERBSCOPE_CORPUS is not set: no real log was read");
    };
    let mut records = 0;
    for folder in ["evtx", "synthetic"].map(|name| folder.join(name)) {
        for file in std::fs::read_dir(folder).expect("lists the logs") {
            let path = file.expect("is listed").path();
            if path.extension().is_some_and(|extension| extension == "evtx") {
                records += compare(&path.display().to_string(), &std::fs::read(&path).expect("reads the log"));
            }
        }
    }
    assert!(records > 11_900, "only {records} records were compared");
}

/// Two templates with one GUID and one size, whose fields have changed places.
#[test]
fn a_guid_that_lies_gives_no_wrong_field() {
    let field = |name: &'static str, value: &str| Item::Field(name, value.into());
    let event = |data: Vec<Item>| Event { computer: "WEB01".to_owned(), ..was_like(data) };
    let one = event(vec![field("Alpha", "the first"), field("Gamma", "the third")]);
    let other = event(vec![field("Gamma", "the third"), field("Alpha", "the first")]);
    let [mut one, mut other] = [one, other].map(|event| log::write(1, &[event]));
    // The frame has the first GUID in a chunk, what the event says the second.
    let [own, stolen] = [&one, &other].map(|log| guids(log)[1]);
    assert_ne!(one[own..own + 16], other[stolen..stolen + 16]);
    let guid = one[own..own + 16].to_vec();
    other[stolen..stolen + 16].copy_from_slice(&guid);
    one.extend_from_slice(&other[4096..]);
    let told = ours(&one);
    let fields = |first: (&str, &str), second: (&str, &str)| {
        Some([first, second].map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec())
    };
    assert_eq!(told[0].fields, fields(("Alpha", "the first"), ("Gamma", "the third")));
    assert_eq!(told[1].fields, fields(("Gamma", "the third"), ("Alpha", "the first")));
}

/// Two templates with one GUID and the same bytes, which refer to a name elsewhere that is not the same.
#[test]
fn a_name_that_changed_elsewhere_gives_no_wrong_field() {
    let event = |data| Event { computer: "WEB01".to_owned(), ..was_like(data) };
    // Both have the element `Binary`; the second finds its name in the template of the first.
    let first = event(vec![Item::Bytes(vec![1])]);
    let second = event(vec![Item::Field("Alpha", "a value".into()), Item::Bytes(vec![2])]);
    let mut log = log::write(1, &[first, second]);
    let mut other = log[4096..].to_vec();
    let name: Vec<u8> = "Binary".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let places: Vec<_> = (0..other.len()).filter(|place| other[*place..].starts_with(&name)).collect();
    assert_eq!(places.len(), 1, "the name stands in the chunk once");
    other[places[0]] = b'b';
    log.extend_from_slice(&other);
    let names = ours(&log).into_iter().map(|told| told.fields.map(|fields| fields[fields.len() - 1].0.clone()));
    assert_eq!(names.flatten().collect::<Vec<_>>(), ["Binary", "Binary", "binary", "binary"]);
}

fn was_like(data: Vec<Item>) -> Event {
    let mut event = was::disabled(jiff::Timestamp::UNIX_EPOCH, "Intranet");
    event.data = data;
    event
}

/// Where the GUIDs of the definitions in the first chunk stand, in order.
fn guids(log: &[u8]) -> Vec<usize> {
    let chunk = &log[4096..][..65536];
    let table = chunk[384..512].chunks(4).map(|place| u32::from_le_bytes(place.try_into().expect("four bytes")));
    let mut places: Vec<_> = table.filter(|place| *place > 0).map(|place| 4096 + place as usize + 4).collect();
    places.sort_unstable();
    places
}

/// A changed byte may cost records, or change a word in a log that is then in doubt. It never passes unnoticed.
#[test]
fn a_changed_byte_is_noticed_and_harms_nothing() {
    let whole = whole_log();
    let used = u32::from_le_bytes(whole[4096 + 48..][..4].try_into().expect("four bytes")) as usize;
    for at in (0..used).step_by(101) {
        // Flags are not under a checksum.
        if (120..124).contains(&at) {
            continue;
        }
        let mut log = whole[..4096 + 65536].to_vec();
        log[4096 + at] ^= 1 << (at % 8);
        let mut reader = Reader::default();
        reader.take(&log, &mut |mut record| drop(record.fields()));
        let losses = reader.finish();
        let is_noticed = losses.iter().any(|loss| loss.chunk == Some(0));
        assert!(is_noticed, "byte {at}: {losses:?}");
    }
}

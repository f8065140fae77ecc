//! The bodies of the fuzz targets, on logs that were changed in many places, and logs of random events read back.

use std::collections::BTreeSet;

use kerbscope_samples::events::was;
use kerbscope_samples::evtx::event::{Event, Item};
use kerbscope_samples::evtx::log;
use kerbscope_samples::evtx::value::Value;
use kerbscope_samples::scenarios;
use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::pseudonym::map::TokenMap;

use crate::damaged_logs::whole_log;
use crate::sample;
use crate::second_reader::ours;

#[path = "../../../fuzz/bodies.rs"]
mod bodies;

/// Numbers that look random and are the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).expect("is small")
    }
}

/// The seed with bytes changed, moved, doubled and cut, another way each time.
fn changed(seed: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=numbers.below(8) {
        let at = numbers.below(bytes.len());
        match numbers.below(6) {
            0 => bytes.truncate(at),
            1 => {
                let from = numbers.below(bytes.len());
                let length = numbers.below(300).min(bytes.len() - from.max(at));
                bytes.copy_within(from..from + length, at);
            }
            2 => {
                let word = numbers.next().to_le_bytes();
                let length = numbers.below(8).min(bytes.len() - at);
                bytes[at..at + length].copy_from_slice(&word[..length]);
            }
            3 => bytes[at..].iter_mut().take(16).for_each(|byte| *byte = 0xff),
            _ if bytes.is_empty() => {}
            _ => bytes[at] ^= 1 << numbers.below(8),
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

fn check(seed: &[u8], times: usize, body: fn(&[u8])) {
    body(seed);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    (0..times).for_each(|_| body(&changed(seed, &mut numbers)));
}

#[test]
fn binary_logs_that_were_changed_anyhow_do_no_harm() {
    let log = whole_log();
    check(&log[..4096 + 65536], 150, bodies::evtx);
    check(&log, 20, bodies::evtx);
}

#[test]
fn texts_that_were_changed_anyhow_do_no_harm() {
    let copied = "Event Type:\tFailure Audit\r\nEvent Source:\tSecurity\r\nEvent Category:\tAccount Logon\r\nEvent ID:\t676\r\n\
        Date:\t\t5/11/2000\r\nTime:\t\t8:47:01 PM\r\nComputer:\tDBSERVER\r\nDescription:\r\n\tUser Name:\tMajor\r\n\
        \tFailure Code:\t6\r\n";
    let xml = "<Events><Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='KDC'/>\
        <EventID>11</EventID><TimeCreated SystemTime='2026-03-02T08:15:00Z'/><EventRecordID>7</EventRecordID><Computer>DC1\
        </Computer></System><EventData><Data Name='a'>b</Data></EventData></Event></Events>";
    for seed in [copied, xml] {
        check(seed.as_bytes(), 2000, events);
        let utf16: Vec<u8> = seed.encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&[&[0xff, 0xfe][..], &utf16].concat(), 500, events);
    }
}

fn events(bytes: &[u8]) {
    bodies::artifact(ArtifactKind::EventLogXml, bytes);
}

#[test]
fn keys_maps_and_encrypted_files_that_were_changed_anyhow_do_no_harm() {
    let mut map = TokenMap::empty("0123456789abcdef".parse().expect("is an id"));
    map.names.insert("host-1".to_owned(), "web\t01".to_owned());
    let sealed = format!(
        "age-encryption.org/v1\n-> X25519 {}\n{}\n--- {}\n{}",
        "A".repeat(43),
        "B".repeat(43),
        "C".repeat(43),
        "D".repeat(90)
    );
    let identity = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33\n";
    for seed in [&map.write(), identity, &sealed] {
        check(seed.as_bytes(), 500, bodies::keys);
    }
}

/// The first artifact of each kind that any sample has.
#[test]
fn artifacts_of_every_kind_that_were_changed_anyhow_do_no_harm() {
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let mut seen = BTreeSet::new();
    for scenario in scenarios::all() {
        for member in sample::open(&scenario).into_iter().flat_map(|bundle| bundle.archive.members) {
            let folder = member.path.split('/').next().unwrap_or_default();
            let kind = ArtifactKind::ALL.into_iter().find(|kind| kind.folder() == folder && !kind.is_binary());
            let Some(kind) = kind.filter(|kind| seen.insert(*kind)) else { continue };
            (0..30).for_each(|_| bodies::artifact(kind, &changed(&member.bytes, &mut numbers)));
        }
    }
    assert!(seen.len() > 15, "{seen:?}");
}

#[test]
fn bundles_that_were_changed_anyhow_do_no_harm() {
    let all = scenarios::all();
    for scenario in all.iter().step_by(9) {
        check(&scenario.bundles[0].1, 12, bodies::bundle);
    }
}

/// A record of Windows NT to 2003: its fixed part, a source, a computer, and texts.
fn old_record(number: u32, id: u32, texts: &[&str]) -> Vec<u8> {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect() };
    let names = [wide("Security"), wide("DC1")].concat();
    let told: Vec<u8> = texts.iter().flat_map(|text| wide(text)).collect();
    let padding = (4 - (names.len() + told.len()) % 4) % 4;
    let begin = u32::try_from(56 + names.len()).expect("is small");
    let length = u32::try_from(56 + names.len() + told.len() + padding + 4).expect("is small");
    let count = u32::try_from(texts.len()).expect("is small");
    // The type is a failure audit; both halves of a number hold 16 bits.
    let words =
        [length, 0x654c_664c, number, 957_214_021, 957_214_021, id, 16 | count << 16, 9, 0, begin, 0, begin, 0, begin];
    let mut record: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    record.extend(names.into_iter().chain(told).chain(vec![0; padding]).chain(length.to_le_bytes()));
    record
}

#[test]
fn old_logs_that_were_changed_anyhow_do_no_harm() {
    let records: Vec<Vec<u8>> =
        (1..40).map(|number| old_record(number, 681, &["MSV1_0", "Major", "WEB", "3221225572"])).collect();
    let end = u32::try_from(48 + records.iter().map(Vec::len).sum::<usize>()).expect("is small");
    let header = [48, 0x654c_664c, 1, 1, 48, end, 40, 1, 65536, 0, 0, 48_u32];
    let last = [40, 0x1111_1111, 0x2222_2222, 0x3333_3333, 0x4444_4444, 48, end, 40, 1, 40_u32];
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let log = [words(&header), records.concat(), words(&last)].concat();
    let whole = kerbscope::artifacts::event_log_legacy::parse(kerbscope::evidence::place::ArtifactId(0), &log);
    assert_eq!((whole.value.records, whole.losses.len()), (39, 0));
    check(&log, 1500, bodies::evt);
}

/// What a person or a program could write into a field: of any script, and with control characters.
fn words(numbers: &mut Numbers) -> String {
    let length = numbers.below(40);
    let character = |numbers: &mut Numbers| match numbers.below(4) {
        0 => char::from(u8::try_from(32 + numbers.below(95)).expect("is ASCII")),
        1 => char::from_u32(u32::try_from(0x80 + numbers.below(0x700)).expect("is small")).unwrap_or('x'),
        2 => char::from_u32(u32::try_from(0x1_f300 + numbers.below(0x200)).expect("is small")).unwrap_or('x'),
        _ => ['\t', '"', '<', '&', '%', '\u{202e}'][numbers.below(6)],
    };
    (0..length).map(|_| character(numbers)).collect()
}

#[test]
fn what_the_writer_writes_the_reader_reads() {
    const NAMES: [&str; 6] = ["TargetUserName", "Status", "IpAddress", "Alpha", "Beta", "Gamma"];
    let mut numbers = Numbers(42);
    let start: jiff::Timestamp = "2026-03-02T07:00:00Z".parse().expect("is a time");
    let mut expected = Vec::new();
    let mut events = Vec::new();
    for second in 0..2000 {
        let time = start + jiff::SignedDuration::from_secs(second);
        let mut event: Event = was::disabled(time, "Intranet");
        event.computer = format!("HOST{}", numbers.below(5));
        let names = NAMES.iter().take(1 + numbers.below(NAMES.len()));
        let mut fields = Vec::new();
        event.data = names
            .map(|name| {
                let (value, told) = match numbers.below(4) {
                    0 => {
                        let number = u32::try_from(numbers.below(1 << 31)).expect("fits");
                        (Value::U32(number), number.to_string())
                    }
                    1 => {
                        let number = u32::try_from(numbers.below(1 << 31)).expect("fits");
                        (Value::Hex32(number), format!("{number:#x}"))
                    }
                    _ => {
                        let words = words(&mut numbers);
                        (Value::Text(words.clone()), words)
                    }
                };
                fields.push(((*name).to_owned(), told));
                Item::Field(name, value)
            })
            .collect();
        expected.push((event.computer.clone(), fields));
        events.push(event);
    }
    let told = ours(&log::write(5, &events));
    assert_eq!(told.len(), events.len());
    for ((number, told), (computer, fields)) in (5..).zip(told).zip(expected) {
        assert_eq!((told.number, told.computer, told.fields), (number, computer, Some(fields)));
    }
}

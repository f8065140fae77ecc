//! Damaged event logs: each loss costs as little as it can, and is told with its place and its count.

use std::path::PathBuf;

use kerbscope::formats::evtx::log::Reader;
use kerbscope_samples::events::security::{self, Visitor};
use kerbscope_samples::events::was;
use kerbscope_samples::evtx::event::Event;
use kerbscope_samples::evtx::log;

use crate::second_reader::{Told, ours};

const HEADER: usize = 4096;
const CHUNK: usize = 65536;
/// Events of the log that is damaged here.
pub(crate) const EVENTS: usize = 800;

const VISITOR: Visitor =
    Visitor { user: "alice", rid: 1604, workstation: "CLIENT07", address: "10.0.0.57", port: "50112" };

/// A log of some chunks, with three kinds of events in turn.
pub(crate) fn whole_log() -> Vec<u8> {
    let start: jiff::Timestamp = "2026-03-02T07:00:00Z".parse().expect("is a time");
    let event = |number: usize| -> Event {
        let time = start + jiff::SignedDuration::from_secs(i64::try_from(number).expect("is small"));
        let mut event = match number % 3 {
            0 => security::kerberos_logon(time, &VISITOR),
            1 => security::service_ticket(time, &VISITOR, ("svc-web", 1118)),
            _ => was::disabled(time, "Intranet"),
        };
        event.computer.push_str("WEB01.contoso.com");
        event
    };
    let events: Vec<_> = (0..EVENTS).map(event).collect();
    log::write(1000, &events)
}

fn chunk(number: usize) -> usize {
    HEADER + number * CHUNK
}

fn u32_at(log: &[u8], at: usize) -> usize {
    u32::from_le_bytes(log[at..at + 4].try_into().expect("four bytes")) as usize
}

/// Where a record of a chunk begins.
fn record(log: &[u8], number: usize, record: usize) -> usize {
    (0..record).fold(chunk(number) + 512, |at, _| at + u32_at(log, at + 4))
}

fn losses(log: &[u8]) -> Vec<String> {
    let mut reader = Reader::default();
    reader.take(log, &mut |_| {});
    reader.finish().iter().map(ToString::to_string).collect()
}

/// How many records a chunk counts.
fn counted(log: &[u8], number: usize) -> usize {
    u32_at(log, chunk(number) + 16) - u32_at(log, chunk(number) + 8) + 1
}

/// Damages a log; what is left must be told as it was told before, and the losses must be these.
fn check(damage: impl FnOnce(&mut Vec<u8>), lost: impl Fn(&Told) -> bool, expected: &[&str]) {
    let mut log = whole_log();
    let mut left = ours(&log);
    assert_eq!(left.len(), EVENTS);
    left.retain(|told| !lost(told));
    damage(&mut log);
    assert_eq!(losses(&log), expected);
    assert_eq!(ours(&log), left);
}

fn none(_: &Told) -> bool {
    false
}

#[test]
fn an_intact_log_has_no_loss() {
    check(|_| {}, none, &[]);
}

#[test]
fn a_file_header_that_is_no_header_hides_nothing() {
    check(|log| log[..8].fill(b'x'), none, &["the file header is damaged"]);
}

/// Windows 10 writes 3.2 where older ones write 3.1, minor number first; nothing else of a log differs.
#[test]
fn version_3_2_is_read_as_3_1_is() {
    let log = whole_log();
    assert_eq!(log[36..40], [1, 0, 3, 0]);
    let newer = |log: &mut Vec<u8>| {
        log[36] = 2;
        let checksum = crc32fast::hash(&log[..120]);
        log[124..128].copy_from_slice(&checksum.to_le_bytes());
    };
    check(newer, none, &[]);
}

#[test]
fn the_count_of_a_log_that_was_open_is_not_believed() {
    let stale = |log: &mut Vec<u8>| {
        log[42..44].copy_from_slice(&900_u16.to_le_bytes());
        log[120] = 1;
    };
    check(stale, none, &[]);
}

#[test]
fn a_chunk_without_its_header_is_searched_for_records() {
    check(|log| log[chunk(1)..chunk(1) + 8].fill(b'x'), none, &["chunk 1: its header is damaged"]);
}

#[test]
fn an_empty_chunk_between_others_is_a_loss_with_its_count() {
    let log = whole_log();
    let first = u32_at(&log, chunk(1) + 8) as u64;
    let many = counted(&log, 1) as u64;
    check(
        |log| log[chunk(1)..chunk(2)].fill(0),
        |told| (first..first + many).contains(&told.number),
        &[&format!("chunk 1: it is empty, and chunks after it are not; {many} records are missing")],
    );
}

#[test]
fn empty_chunks_at_the_end_are_none() {
    check(|log| log.resize(log.len() + 3 * CHUNK, 0), none, &[]);
}

#[test]
fn a_bad_record_costs_itself() {
    let log = whole_log();
    let at = record(&log, 1, 7);
    let number = u32_at(&log, at + 8) as u64;
    let place = at - chunk(1);
    check(
        |log| log[at] = b'x',
        |told| told.number == number,
        &[&format!(
            "chunk 1: its checksum does not match; values may be wrong; damaged at byte {place}; 1 record is missing"
        )],
    );
}

#[test]
fn a_chunk_whose_end_is_zeros_keeps_its_beginning() {
    let log = whole_log();
    let at = record(&log, 1, 5);
    let first = u32_at(&log, at + 8) as u64;
    let many = counted(&log, 1) as u64 - 5;
    check(
        |log| log[at..chunk(2)].fill(0),
        |told| (first..first + many).contains(&told.number),
        &[&format!("chunk 1: its checksum does not match; values may be wrong; {many} records are missing")],
    );
}

#[test]
fn a_value_that_was_changed_is_read_and_doubted() {
    let mut log = whole_log();
    let at = record(&log, 1, 7);
    let end = at + u32_at(&log, at + 4);
    let user: Vec<u8> = "alice".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let place = (at..end).find(|place| log[*place..].starts_with(&user)).expect("names alice");
    log[place] = b'A';
    assert_eq!(losses(&log), ["chunk 1: its checksum does not match; values may be wrong"]);
    assert_eq!(ours(&log).len(), EVENTS);
}

#[test]
fn a_cut_chunk_keeps_its_whole_records() {
    let log = whole_log();
    let at = record(&log, 2, 9);
    let last = u32_at(&log, at + 8) as u64;
    let many = counted(&log, 2) - 9;
    let chunks = (log.len() - HEADER) / CHUNK;
    check(
        |log| log.truncate(at + 100),
        |told| told.number >= last,
        &[
            &format!("chunk 2: cut off after {} of {CHUNK} bytes; {many} records are missing", at + 100 - chunk(2)),
            &format!("{} of {chunks} chunks are missing", chunks - 3),
        ],
    );
}

#[test]
fn a_log_cut_in_its_header_is_not_whole() {
    assert_eq!(losses(b"ElfFile\0 and little more"), ["cut off in the file header"]);
    assert_eq!(losses(b""), ["cut off in the file header"]);
}

#[test]
fn a_log_that_wrapped_around_is_whole() {
    let mut log = whole_log();
    let before = ours(&log);
    log[HEADER..].rotate_left(CHUNK);
    assert!(losses(&log).is_empty());
    let mut told = ours(&log);
    told.sort_by_key(|told| told.number);
    assert_eq!(told, before);
}

#[test]
fn a_template_that_lies_outside_costs_its_record() {
    for definition in [0xffff_ff00_u32, 65_000] {
        let log = whole_log();
        let at = record(&log, 1, 7);
        let number = u32_at(&log, at + 8) as u64;
        check(
            |log| log[at + 34..at + 38].copy_from_slice(&definition.to_le_bytes()),
            |told| told.number == number,
            &["chunk 1: its checksum does not match; values may be wrong; 1 record cannot be read"],
        );
    }
}

/// The cases that somebody else made of a real log, and how many of its 1530 records are read.
const CASES: [(&str, usize, &[&str]); 13] = [
    ("Security-dc-20chunks", 1530, &[]),
    ("dmg-bad-chunk-magic", 1530, &["chunk 7: its header is damaged"]),
    ("dmg-bad-file-magic", 1530, &["the file header is damaged"]),
    (
        "dmg-bad-record-header",
        1529,
        &["chunk 3: its checksum does not match; values may be wrong; damaged at byte 30152; 1 record is missing"],
    ),
    ("dmg-bitflip-in-record", 1530, &["chunk 3: its checksum does not match; values may be wrong"]),
    ("dmg-dirty-stale-header", 1530, &[]),
    (
        "dmg-template-offset-garbage",
        1529,
        &["chunk 3: its checksum does not match; values may be wrong; 1 record cannot be read"],
    ),
    (
        "dmg-template-offset-out",
        1529,
        &["chunk 3: its checksum does not match; values may be wrong; 1 record cannot be read"],
    ),
    (
        "dmg-truncated-midchunk",
        1182,
        &["chunk 15: cut off after 30000 of 65536 bytes; 50 records are missing", "4 of 20 chunks are missing"],
    ),
    ("dmg-wrapped-order", 1530, &[]),
    ("dmg-zero-chunk", 1448, &["chunk 7: it is empty, and chunks after it are not; 82 records are missing"]),
    ("dmg-zero-header-block-size", 1530, &[]),
    ("dmg-zero-tail", 1487, &["chunk 3: its checksum does not match; values may be wrong; 43 records are missing"]),
];

#[test]
fn the_damaged_logs_of_the_corpus_lose_what_they_must() {
    let Some(folder) = std::env::var_os("KERBSCOPE_CORPUS").map(PathBuf::from) else {
        return eprintln!("KERBSCOPE_CORPUS is not set: no real log was read");
    };
    let zip = std::fs::File::open(folder.join("synthetic/damaged-evtx.zip")).expect("is in the corpus");
    let mut zip = zip::ZipArchive::new(zip).expect("is a zip");
    assert_eq!(zip.len(), CASES.len() + 1, "each case has its line");
    for (name, records, expected) in CASES {
        let mut log = Vec::new();
        let mut entry = zip.by_name(&format!("{name}.evtx")).expect("is in the zip");
        std::io::Read::read_to_end(&mut entry, &mut log).expect("inflates");
        assert_eq!(ours(&log).len(), records, "{name}");
        assert_eq!(losses(&log), expected, "{name}");
    }
    let mut log = Vec::new();
    let mut entry = zip.by_name("dmg-random-400-bytes.evtx").expect("is in the zip");
    std::io::Read::read_to_end(&mut entry, &mut log).expect("inflates");
    assert!(ours(&log).len() >= 1245, "only {} records", ours(&log).len());
    assert_eq!(losses(&log).len(), 20, "every chunk was hit");
}

/// Somebody cut a real log after 200,000 bytes; other readers drop the last 89 whole records and say nothing.
#[test]
fn the_cut_log_of_the_corpus_loses_one_record_and_says_where() {
    let Some(folder) = std::env::var_os("KERBSCOPE_CORPUS").map(PathBuf::from) else {
        return eprintln!("KERBSCOPE_CORPUS is not set: no real log was read");
    };
    let log = std::fs::read(folder.join("evtx/plaso-security-cut.evtx")).expect("is in the corpus");
    let chunks: Vec<usize> = (0..3).map(|number| counted(&log, number)).collect();
    assert_eq!((ours(&log).len(), chunks.iter().sum::<usize>()), (283, 284));
    assert_eq!(losses(&log), ["chunk 2: cut off after 64832 of 65536 bytes; 1 record is missing"]);
}

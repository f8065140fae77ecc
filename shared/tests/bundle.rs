//! What the writer writes the reader reads; what a stranger writes is refused, cut or named.

#![expect(clippy::expect_used, reason = "a test that cannot go on may say so")]

use std::io::{self, Cursor, Read, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use kerbscope_shared::digest::Digest;
use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::limits::Limits;
use kerbscope_shared::manifest::{CollectionStatus, FORMAT_VERSION, Manifest, Source};
use kerbscope_shared::read::{
    Archive, Expected, Integrity, Listed, Member, ProblemKind, ReadError, Streamed, Streams, read, read_with,
};
use kerbscope_shared::write::{Attempt, BundleWriter, Content};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn head() -> Manifest {
    Manifest {
        format_version: FORMAT_VERSION,
        collector: "a test".to_owned(),
        host: "WEB01".to_owned(),
        collected_at: "2026-03-02T08:15:00Z".parse().expect("a timestamp"),
        utc_offset_minutes: None,
        display_language: None,
        code_page: None,
        pseudonyms: None,
        entries: Vec::new(),
    }
}

fn attempt(bytes: Option<&[u8]>) -> Attempt {
    Attempt {
        kind: ArtifactKind::Setspn,
        file_name: "setspn -L WEB01.txt".to_owned(),
        source: Source::Command("setspn -L WEB01".to_owned()),
        status: if bytes.is_some() { CollectionStatus::Collected } else { CollectionStatus::AccessDenied },
        bytes: bytes.map(<[u8]>::to_vec),
        duration_ms: 3,
        redactions: 0,
        detail: None,
    }
}

fn bundle() -> Vec<u8> {
    let mut writer = BundleWriter::new(Cursor::new(Vec::new()), head());
    writer.add(attempt(Some(b"HOST/web01"))).expect("adds");
    writer.add(attempt(None)).expect("adds");
    writer.finish().expect("finishes").into_inner()
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("starts");
        writer.write_all(bytes).expect("writes");
    }
    writer.finish().expect("finishes").into_inner()
}

fn open(bytes: &[u8]) -> Archive {
    read(Cursor::new(bytes), &Limits::STANDARD).expect("opens")
}

fn problems(archive: &Archive) -> Vec<&ProblemKind> {
    archive.problems.iter().map(|problem| &problem.what).collect()
}

#[test]
fn the_time_of_an_attempt_ends_with_its_last_byte() {
    struct Slow(bool);
    impl Read for Slow {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            thread::sleep(Duration::from_millis(20));
            let first = !std::mem::replace(&mut self.0, true);
            bytes.first_mut().filter(|_| first).map_or(Ok(0), |byte| {
                *byte = b'x';
                Ok(1)
            })
        }
    }
    let duration_ms = |began| {
        let mut writer = BundleWriter::new(Cursor::new(Vec::new()), head());
        let content = Content { reader: &mut Slow(false), limit_bytes: 9, began };
        writer.add_content(attempt(None), content).expect("adds").duration_ms
    };
    assert!(duration_ms(Some(Instant::now())) >= 40, "reading takes two times 20 ms");
    assert_eq!(duration_ms(None), 3, "what the attempt says");
}

#[test]
fn what_is_written_can_be_read() {
    let archive = open(&bundle());
    let manifest = archive.manifest.as_ref().expect("a manifest");
    assert_eq!(manifest.entries.len(), 2);
    assert_eq!(manifest.entries[1].status, CollectionStatus::AccessDenied);
    assert_eq!(archive.members[0].path, "setspn/setspn -L WEB01.txt");
    assert_eq!(archive.members[0].bytes, b"HOST/web01");
    assert_eq!(archive.members[0].integrity, Integrity::Intact);
    assert!(archive.problems.is_empty(), "{:?}", archive.problems);
}

#[test]
fn the_same_attempts_give_the_same_bytes() {
    assert_eq!(bundle(), bundle());
}

#[test]
fn the_writer_refuses_a_name_that_climbs() {
    let mut writer = BundleWriter::new(Cursor::new(Vec::new()), head());
    let climbing = Attempt { file_name: "../../x".to_owned(), ..attempt(Some(b"x")) };
    assert!(writer.add(climbing).is_err());
}

#[test]
fn a_changed_artifact_is_noticed() {
    let archive = open(&bundle());
    let json = serde_json::to_vec(archive.manifest.as_ref().expect("a manifest")).expect("serializes");
    let archive = open(&zip(&[("setspn/setspn -L WEB01.txt", b"HTTP/web01"), ("manifest.json", &json)]));
    assert_eq!(archive.members[0].integrity, Integrity::Altered);
    assert_eq!(problems(&archive), [&ProblemKind::Altered]);
}

#[test]
fn without_a_digest_the_size_is_compared() {
    let mut manifest = open(&bundle()).manifest.expect("a manifest");
    manifest.entries.truncate(1);
    manifest.entries[0].sha256 = None;
    let json = serde_json::to_vec(&manifest).expect("serializes");
    let with = |bytes: &[u8]| open(&zip(&[("setspn/setspn -L WEB01.txt", bytes), ("manifest.json", &json)]));
    let same = with(b"HTTP/web01");
    assert_eq!((same.members[0].integrity, problems(&same)), (Integrity::Unlisted, vec![]));
    let longer = with(b"HTTP/web01\r\n");
    assert_eq!((longer.members[0].integrity, problems(&longer)), (Integrity::Altered, vec![&ProblemKind::Altered]));
}

#[test]
fn a_folder_around_the_bundle_is_left() {
    let json = serde_json::to_vec(&open(&bundle()).manifest.expect("a manifest")).expect("serializes");
    let artifact: (_, &[u8]) = ("WEB01/setspn/setspn -L WEB01.txt", b"HOST/web01");
    let archive = open(&zip(&[artifact, ("WEB01/manifest.json", &json)]));
    assert_eq!(archive.members[0].path, "setspn/setspn -L WEB01.txt");
    assert_eq!((archive.members[0].integrity, problems(&archive)), (Integrity::Intact, vec![]));
    let beside = open(&zip(&[artifact, ("WEB01/manifest.json", &json), ("notes.txt", b"")]));
    assert_eq!((beside.manifest, beside.members.len()), (None, 3), "a bundle among other files is one of them");
}

#[test]
fn a_missing_artifact_is_noticed() {
    let archive = open(&bundle());
    let json = serde_json::to_vec(archive.manifest.as_ref().expect("a manifest")).expect("serializes");
    assert_eq!(problems(&open(&zip(&[("manifest.json", &json)]))), [&ProblemKind::Missing]);
}

#[test]
fn an_added_artifact_is_noticed_where_all_rows_are_understood() {
    let mut manifest = open(&bundle()).manifest.expect("a manifest");
    let mut with = |format_version| {
        manifest.format_version = format_version;
        let json = serde_json::to_vec(&manifest).expect("serializes");
        let listed: (_, &[u8]) = ("setspn/setspn -L WEB01.txt", b"HOST/web01");
        open(&zip(&[listed, ("setspn/more.txt", b"HTTP/web01"), ("manifest.json", &json)]))
    };
    let added = with(FORMAT_VERSION);
    assert_eq!(problems(&added), [&ProblemKind::Added]);
    assert_eq!((added.problems[0].path.as_str(), added.members.len()), ("setspn/more.txt", 2));
    assert_eq!(problems(&with(FORMAT_VERSION + 1)), [&ProblemKind::NewerFormat(FORMAT_VERSION + 1)]);
}

#[test]
fn any_zip_can_be_read_without_a_manifest() {
    let archive = open(&zip(&[("logs/spns.txt", b"HOST/web01")]));
    assert_eq!(archive.members[0].integrity, Integrity::Unlisted);
    assert_eq!(problems(&archive), [&ProblemKind::NoManifest]);
}

#[test]
fn hostile_names_are_refused_and_the_rest_is_read() {
    let archive = open(&zip(&[("..\\..\\evil.txt", b"x"), ("../up.txt", b"x"), ("good.txt", b"y")]));
    assert_eq!(archive.members.len(), 1);
    let refused = archive.problems.iter().filter(|problem| matches!(problem.what, ProblemKind::BadName(_)));
    assert_eq!(refused.count(), 2);
}

#[test]
fn a_bomb_is_cut_at_the_ratio() {
    let limits = Limits { ratio: 10, ratio_free_bytes: 1000, ..Limits::STANDARD };
    let bomb = zip(&[("bomb.txt", &vec![0; 1 << 20]), ("good.txt", b"y")]);
    let archive = read(Cursor::new(bomb), &limits).expect("opens");
    assert!(archive.members[0].bytes.len() < 20_000, "{}", archive.members[0].bytes.len());
    assert!(problems(&archive).contains(&&ProblemKind::OverLimit("size")));
    assert_eq!(archive.members[1].bytes, b"y");
}

#[test]
fn the_total_and_the_number_of_entries_are_bounded() {
    let many = zip(&[("a", &[1; 600]), ("b", &[2; 600]), ("c", &[3; 600])]);
    let small = Limits { total_bytes: 1000, ..Limits::STANDARD };
    let archive = read(Cursor::new(&many), &small).expect("opens");
    assert_eq!(archive.members.iter().map(|member| member.bytes.len()).sum::<usize>(), 1000);
    let few = Limits { entries: 2, ..Limits::STANDARD };
    let archive = read(Cursor::new(&many), &few).expect("opens");
    assert_eq!(archive.members.len(), 2);
    assert!(problems(&archive).contains(&&ProblemKind::OverLimit("number of entries")));
}

#[test]
fn two_entries_of_one_name_are_told() {
    let mut bytes = zip(&[("1.txt", b"x"), ("2.txt", b"y")]);
    while let Some(at) = bytes.windows(5).position(|window| window == b"2.txt") {
        bytes[at] = b'1';
    }
    let archive = open(&bytes);
    assert_eq!(archive.members.len(), 1);
    assert!(problems(&archive).contains(&&ProblemKind::Duplicate), "{:?}", archive.problems);
}

#[test]
fn what_is_no_zip_has_a_sentence() {
    assert!(matches!(read(Cursor::new(b""), &Limits::STANDARD), Err(ReadError::Empty)));
    assert!(matches!(read(Cursor::new(b"some text"), &Limits::STANDARD), Err(ReadError::NotAZip(_))));
}

#[test]
fn a_zip_cut_anywhere_does_not_panic() {
    let whole = bundle();
    for end in 0..whole.len() {
        let _ = read(Cursor::new(&whole[..end]), &Limits::STANDARD);
    }
}

#[test]
fn a_zip_with_any_byte_changed_does_not_panic() {
    let whole = bundle();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0xff;
        let _ = read(Cursor::new(&changed), &Limits::STANDARD);
    }
}

#[test]
fn a_newer_format_is_read_as_far_as_it_is_known() {
    let json = serde_json::to_string(&Manifest { format_version: 3, ..head() }).expect("serializes");
    let archive = open(&zip(&[("manifest.json", json.as_bytes()), ("setspn/x.txt", b"y")]));
    assert_eq!(archive.members.len(), 1);
    assert_eq!(problems(&archive), [&ProblemKind::NewerFormat(3)]);
}

/// Streams what begins with `LOG`, and keeps what came.
#[derive(Default)]
struct Logs(Vec<Vec<u8>>);

impl Streams for Logs {
    fn wants(&self, head: &[u8]) -> bool {
        head.starts_with(b"LOG")
    }

    fn read(&mut self, content: &mut (dyn Read + Send), expected: &Expected) -> Streamed {
        let mut bytes = Vec::new();
        let problem = content.read_to_end(&mut bytes).err().map(|error| ProblemKind::Damaged(error.to_string()));
        let sha256 = (expected.listed == Listed::Perhaps).then(|| Digest::of(&bytes));
        let streamed = Streamed { number: self.0.len(), bytes: bytes.len() as u64, sha256, problem };
        self.0.push(bytes);
        streamed
    }
}

#[test]
fn content_that_is_streamed_is_longer_than_what_may_be_held() {
    let text = vec![7; 90_000];
    let log = [b"LOG".as_slice(), &text].concat();
    let bytes = zip(&[("log", &log), ("text", &text)]);
    let limits = Limits { artifact_bytes: 50_000, total_bytes: 60_000, ..Limits::STANDARD };
    let mut logs = Logs::default();
    let archive = read_with(Cursor::new(&bytes), &limits, &mut logs).expect("opens");
    assert_eq!(logs.0, [log]);
    assert_eq!(archive.members.iter().map(Member::length).collect::<Vec<_>>(), [90_003, 50_000]);
    assert_eq!(archive.problems.iter().filter(|problem| problem.path == "log").count(), 0);

    let limits = Limits { streamed_bytes: 40_000, ..limits };
    let archive = read_with(Cursor::new(&bytes), &limits, &mut Logs::default()).expect("opens");
    assert_eq!(archive.members.first().map(Member::length), Some(40_000));
    assert!(
        archive.problems.iter().any(|problem| problem.path == "log" && problem.what == ProblemKind::OverLimit("size"))
    );

    let limits = Limits { ratio: 2, ratio_free_bytes: 10_000, ..Limits::STANDARD };
    let archive = read_with(Cursor::new(&bytes), &limits, &mut Logs::default()).expect("opens");
    assert_eq!(archive.members.first().map(Member::length), Some(10_000), "a bomb is cut");
}

#[test]
fn content_that_is_streamed_is_held_against_its_digest() {
    for (written, integrity) in [(b"LOG one".as_slice(), Integrity::Intact), (b"LOG two", Integrity::Altered)] {
        let mut writer = BundleWriter::new(Cursor::new(Vec::new()), head());
        writer.add(attempt(Some(b"LOG one"))).expect("adds");
        let bundle = writer.finish().expect("finishes").into_inner();
        let archive = open(&bundle);
        let manifest = serde_json::to_vec(&archive.manifest).expect("serializes");
        let again = zip(&[("setspn/setspn -L WEB01.txt", written), ("manifest.json", &manifest)]);
        let archive = read_with(Cursor::new(&again), &Limits::STANDARD, &mut Logs::default()).expect("opens");
        assert_eq!(archive.members.first().map(|member| member.integrity), Some(integrity));
    }
}

#[test]
fn damage_in_content_that_is_streamed_is_told() {
    let log: Vec<u8> = b"LOG".iter().copied().chain((0..90_000_u32).flat_map(|n| (n ^ n << 7).to_le_bytes())).collect();
    let mut bytes = zip(&[("log", &log)]);
    let middle = bytes.len() / 2;
    bytes.iter_mut().skip(middle).take(40).for_each(|byte| *byte ^= 0x5a);
    let archive = read_with(Cursor::new(&bytes), &Limits::STANDARD, &mut Logs::default()).expect("opens");
    assert!(archive.problems.iter().any(|problem| matches!(problem.what, ProblemKind::Damaged(_))));
}

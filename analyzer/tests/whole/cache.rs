//! What was read of an event log is kept for the next time, and never tells anything else than the log does.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use age::secrecy::ExposeSecret as _;
use kerbscope::artifacts::event_log::EventLog;
use kerbscope::artifacts::parsed::Parsed;
use kerbscope::artifacts::watch::Watch;
use kerbscope::cache::Cache;
use kerbscope::case::Case;
use kerbscope::formats::identity::Keyring;
use kerbscope::open::open_watched;
use kerbscope::report::json::json;
use kerbscope_samples::scenarios;
use tempfile::TempDir;

use crate::damaged_logs::whole_log;
use crate::hostile::zip;
use crate::sealed::seal;

/// A folder with evidence and a cache.
struct Stage {
    folder: TempDir,
    cache: Cache,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("makes a folder");
        let cache = Cache::in_folder(folder.path().join("kept/here")).from_length(0);
        Self { folder, cache }
    }

    /// A file that was last changed an hour ago.
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("writes");
        let hour_ago = SystemTime::now() - Duration::from_hours(1);
        File::options().write(true).open(&path).and_then(|file| file.set_modified(hour_ago)).expect("sets the time");
        path
    }

    fn kept(&self) -> Vec<PathBuf> {
        let Ok(folder) = fs::read_dir(self.folder.path().join("kept/here")) else { return Vec::new() };
        let mut kept: Vec<_> = folder.map(|entry| entry.expect("reads").path()).collect();
        kept.sort();
        kept
    }

    /// What is kept whose name ends like this.
    fn kept_as(&self, ending: &str) -> Vec<PathBuf> {
        self.kept().into_iter().filter(|path| path.extension().is_some_and(|own| own == ending)).collect()
    }

    /// The logs at a path, with the cache.
    fn logs(&self, path: &Path) -> Vec<Parsed<EventLog>> {
        logs(path, Some(&self.cache))
    }
}

fn logs(path: &Path, cache: Option<&Cache>) -> Vec<Parsed<EventLog>> {
    open_watched(path, &Keyring::default(), &Watch::default(), cache).expect("opens").logs
}

fn report(path: &Path, cache: Option<&Cache>) -> String {
    let opened = open_watched(path, &Keyring::default(), &Watch::default(), cache).expect("opens");
    json(&Case::open(vec![opened])).expect("serializes")
}

/// The same, with the checksums of its new content.
fn changed_log_with_checksums() -> Vec<u8> {
    let mut log = changed_log();
    for chunk in log[4096..].chunks_exact_mut(65536) {
        let free = u32::from_le_bytes(chunk[48..52].try_into().expect("four bytes")) as usize;
        let records = crc32fast::hash(&chunk[512..free]);
        chunk[52..56].copy_from_slice(&records.to_le_bytes());
        let head = crc32fast::hash(&[&chunk[..120], &chunk[128..512]].concat());
        chunk[124..128].copy_from_slice(&head.to_le_bytes());
    }
    log
}

/// The log, but for one byte within a value, with its old checksum.
fn changed_log() -> Vec<u8> {
    let mut log = whole_log();
    let name: Vec<u8> = "alice".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = log.windows(name.len()).rposition(|bytes| bytes == name).expect("names alice");
    log[at] = b'A';
    log
}

#[test]
fn a_log_is_read_once_and_says_the_same_ever_after() {
    let stage = Stage::new();
    for (name, bytes) in scenarios::all().iter().flat_map(|scenario| &scenario.bundles) {
        let path = stage.file(&format!("{name}.zip"), bytes);
        let first = report(&path, Some(&stage.cache));
        let kept = stage.kept();
        assert_eq!(report(&path, Some(&stage.cache)), first, "{name}");
        assert_eq!(report(&path, None), first, "{name}");
        assert_eq!(stage.kept(), kept, "{name}: nothing is kept twice");
    }
    assert!(stage.kept().len() > 10, "{:?}", stage.kept());
}

#[test]
fn what_is_kept_is_what_is_used() {
    let stage = Stage::new();
    let path = stage.file("Security.evtx", &whole_log());
    let first = stage.logs(&path);
    let [kept] = stage.kept().try_into().expect("one reading");
    let other = stage.file("other.evtx", &changed_log());
    let others = stage.logs(&other);
    let theirs = stage.kept().into_iter().find(|path| *path != kept).expect("another reading");
    assert_ne!(first, others);
    put_in_place(&kept, &theirs);
    assert_eq!(stage.logs(&path), others);
}

/// Lets a reading say what another one says. Who may write into the cache may say what he likes; that shows where a
/// reading comes from.
fn put_in_place(kept: &Path, theirs: &Path) {
    let name = |path: &Path| path.file_stem().expect("has a name").to_string_lossy().into_owned();
    let bytes = fs::read(theirs).expect("reads");
    let text = name(theirs).into_bytes();
    let at = bytes.windows(text.len()).position(|bytes| bytes == text).expect("holds its name");
    let own = [&bytes[..at], name(kept).as_bytes(), &bytes[at + text.len()..]].concat();
    fs::write(kept, own).expect("writes");
}

fn bundle(log: Vec<u8>) -> Vec<u8> {
    zip(&[("Security.evtx", log)])
}

#[test]
fn a_log_in_a_bundle_is_known_again_by_its_content_wherever_it_lies() {
    let stage = Stage::new();
    let path = stage.file("one.zip", &bundle(whole_log()));
    let first = stage.logs(&path);
    let [own] = stage.kept_as("reading").try_into().expect("one reading");
    let others = stage.logs(&stage.file("other.zip", &bundle(changed_log())));
    let theirs = stage.kept_as("reading").into_iter().find(|path| *path != own).expect("another reading");
    assert_ne!(first, others);
    put_in_place(&own, &theirs);
    assert_eq!(stage.logs(&path), others, "where it was");
    assert_eq!(stage.logs(&stage.file("copy.zip", &bundle(whole_log()))), others, "in a copy");
    fs::rename(&path, stage.folder.path().join("moved.zip")).expect("renames");
    assert_eq!(stage.logs(&stage.folder.path().join("moved.zip")), others, "under another name");
    stage.file("moved.zip", &bundle(whole_log()));
    assert_eq!(stage.logs(&stage.folder.path().join("moved.zip")), others, "written anew");
    let larger = zip(&[("setspn.txt", b"text".to_vec()), ("Security.evtx", whole_log())]);
    assert_eq!(stage.logs(&stage.file("larger.zip", &larger)), others, "in another bundle");
    assert_eq!(stage.kept_as("reading").len(), 2);
    assert_eq!(stage.kept_as("known").len(), 6);
}

#[test]
fn other_content_of_which_a_zip_states_the_same_is_read() {
    let stage = Stage::new();
    let whole = bundle(whole_log());
    let first = stage.logs(&stage.file("one.zip", &whole));
    for at in [200, whole.len() / 3, whole.len() / 2] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let path = stage.file("changed.zip", &changed);
        let told = stage.logs(&path);
        assert_ne!(told, first, "at {at}");
        assert_eq!(told, logs(&path, None), "at {at}");
    }
    assert_eq!(stage.kept_as("reading").len(), 1, "what is damaged is not kept");
}

#[test]
fn what_is_known_of_a_place_may_be_lost_or_lead_nowhere() {
    let stage = Stage::new();
    let path = stage.file("one.zip", &bundle(whole_log()));
    let first = stage.logs(&path);
    let all = stage.kept();
    let [known] = stage.kept_as("known").try_into().expect("one place");
    let [reading] = stage.kept_as("reading").try_into().expect("one reading");
    let whole = fs::read(&known).expect("reads");
    for damaged in [whole[..whole.len() / 2].to_vec(), [b"x", &whole[1..]].concat(), Vec::new()] {
        fs::write(&known, damaged).expect("writes");
        assert_eq!(stage.logs(&path), first);
        assert_eq!(fs::read(&known).expect("reads"), whole, "it is whole again");
    }
    for lost in [&known, &reading] {
        fs::remove_file(lost).expect("removes");
        assert_eq!(stage.logs(&path), first);
        assert_eq!(stage.kept(), all);
    }
}

#[test]
fn a_reading_that_is_damaged_is_made_anew() {
    let stage = Stage::new();
    let path = stage.file("Security.evtx", &whole_log());
    let first = stage.logs(&path);
    let [kept] = stage.kept().try_into().expect("one reading");
    let whole = fs::read(&kept).expect("reads");
    let damaged = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        [bytes, whole[..at].to_vec()]
    };
    let places = (0..whole.len()).step_by(whole.len() / 23 + 1).chain([0, 20, 90, 150, whole.len() - 1]);
    for damaged in places.flat_map(damaged).chain([Vec::new(), vec![0; 100], [whole.clone(), vec![0]].concat()]) {
        fs::write(&kept, damaged).expect("writes");
        assert_eq!(stage.logs(&path), first);
        assert_eq!(fs::read(&kept).expect("reads"), whole, "it is whole again");
    }
    fs::remove_file(&kept).expect("removes");
    fs::create_dir(&kept).expect("makes a folder in its place");
    assert_eq!(stage.logs(&path), first);
}

#[test]
fn another_program_reads_for_itself() {
    let stage = Stage::new();
    let path = stage.file("Security.evtx", &whole_log());
    let first = stage.logs(&path);
    let other = stage.cache.clone().of_reader("another version");
    assert_eq!(logs(&path, Some(&other)), first);
    assert_eq!(stage.kept().len(), 2);
}

#[test]
fn another_file_of_the_same_name_length_and_time_is_another_file() {
    let stage = Stage::new();
    let path = stage.file("Security.evtx", &whole_log());
    let time = fs::metadata(&path).and_then(|file| file.modified()).expect("has a time");
    let mut told = vec![stage.logs(&path)];
    for (changed, losses) in [(changed_log(), 1), (changed_log_with_checksums(), 0)] {
        stage.file("Security.evtx", &changed);
        File::options().write(true).open(&path).and_then(|file| file.set_modified(time)).expect("sets the time");
        let next = stage.logs(&path);
        assert_eq!(next, logs(&path, None));
        assert_eq!(next[0].losses.len(), losses);
        assert!(!told.contains(&next));
        told.push(next);
    }
}

#[test]
fn a_file_that_was_changed_just_now_is_not_kept() {
    let stage = Stage::new();
    let path = stage.file("Security.evtx", &whole_log());
    File::options().write(true).open(&path).and_then(|file| file.set_modified(SystemTime::now())).expect("sets it");
    stage.logs(&path);
    assert_eq!(stage.kept(), <[PathBuf; 0]>::default());
}

#[test]
fn what_came_encrypted_is_not_kept() {
    let stage = Stage::new();
    let identity = age::x25519::Identity::generate();
    let mut keys = Keyring::default();
    keys.add(identity.to_string().expose_secret().as_bytes()).expect("is a key");
    let scenarios = scenarios::all();
    let bundles = scenarios.iter().flat_map(|scenario| &scenario.bundles);
    let bundles = bundles.map(|(name, bytes)| (format!("{name}.zip"), bytes.clone()));
    let mut opened = 0;
    for (name, bytes) in bundles.chain([("Security.evtx".to_owned(), whole_log())]) {
        let path = stage.file(&format!("{name}.age"), &seal(&bytes, &identity.to_public()));
        for _ in 0..2 {
            opened += open_watched(&path, &keys, &Watch::default(), Some(&stage.cache)).expect("opens").logs.len();
        }
    }
    assert!(opened > 20, "{opened}");
    assert_eq!(stage.kept(), <[PathBuf; 0]>::default());
}

#[test]
fn a_reading_that_was_stopped_is_not_kept() {
    let stage = Stage::new();
    for (name, bytes) in [("Security.evtx", whole_log()), ("one.zip", bundle(whole_log()))] {
        let path = stage.file(name, &bytes);
        let watch = Watch::default();
        watch.stop();
        open_watched(&path, &Keyring::default(), &watch, Some(&stage.cache)).expect("opens");
        assert_eq!(stage.kept(), <[PathBuf; 0]>::default(), "{name}");
    }
}

#[test]
fn many_writers_leave_one_whole_reading() {
    let stage = Stage::new();
    let path = stage.file("Security.evtx", &whole_log());
    let alone = logs(&path, None);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8).map(|_| scope.spawn(|| stage.logs(&path))).collect();
        for worker in workers {
            assert_eq!(worker.join().expect("does not panic"), alone);
        }
    });
    assert_eq!(stage.kept().len(), 1, "{:?}", stage.kept());
    assert_eq!(stage.logs(&path), alone);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_what_is_kept() {
    use std::os::unix::fs::PermissionsExt as _;

    let stage = Stage::new();
    stage.logs(&stage.file("Security.evtx", &whole_log()));
    let [kept] = stage.kept().try_into().expect("one reading");
    let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    assert_eq!((mode(&kept), mode(kept.parent().expect("a folder"))), (0o600, 0o700));
}

#[cfg(target_os = "linux")]
#[test]
fn two_programs_at_once_and_one_without_a_cache_say_the_same() {
    let stage = Stage::new();
    // As long as a log must be to be kept.
    let log = whole_log();
    let (header, chunks) = log.split_at(4096);
    let log = [header, &chunks.repeat((5 << 20) / chunks.len())].concat();
    let path = stage.file("Security.evtx", &log);
    let run = |options: &[&str], folder: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kerbscope"));
        command.arg("report").arg(&path).args(options).env("XDG_CACHE_HOME", stage.folder.path().join(folder));
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command.spawn().expect("runs")
    };
    let said = |output: Output| String::from_utf8(output.stdout).expect("is UTF-8");
    let wait = |child: std::process::Child| said(child.wait_with_output().expect("ends"));
    let both = [run(&[], "kept"), run(&[], "kept")].map(wait);
    let again = wait(run(&[], "kept"));
    let without = wait(run(&["--no-cache"], "unused"));
    assert!(both[0].contains("Security.evtx"), "{}", both[0]);
    assert_eq!([&both[0], &both[1], &again], [&without; 3]);
    let kept =
        |folder: &str| fs::read_dir(stage.folder.path().join(folder).join("kerbscope")).map(Iterator::count).ok();
    assert_eq!((kept("kept"), kept("unused")), (Some(1), None));
}

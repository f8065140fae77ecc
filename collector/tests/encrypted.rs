//! The real program with `--encrypt-to`: what is written can be opened by its recipients, and nothing else is written,
//! even if the disk is full or the program is ended.

#![expect(clippy::expect_used, reason = "what cannot be set up or read back is a failed test")]

use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use age::x25519::Identity;
use kerbscope_shared::limits::Limits;
use kerbscope_shared::read::{Archive, read};
use tempfile::TempDir;

/// Whoever writes a program or starts one has it. A process that another test starts would else hold the program open
/// for writing for a moment, and nobody could start it: "Text file busy".
static TURN: Mutex<()> = Mutex::new(());

/// A folder with a server in it, and one to write to.
struct Stage {
    folder: TempDir,
    identity: Identity,
    log: Vec<u8>,
}

impl Stage {
    fn new() -> Self {
        // It cannot be compressed, so it stands in a plain zip as it is.
        let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
        let log = std::iter::repeat_with(|| {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            noise.to_le_bytes()
        });
        let log: Vec<u8> = log.take(50_000).flatten().collect();
        let stage = Self { folder: tempfile::tempdir().expect("a folder"), identity: Identity::generate(), log };
        let server = stage.folder.path().join("server");
        fs::create_dir_all(server.join("commands")).expect("a folder");
        fs::create_dir(stage.out()).expect("a folder");
        fs::write(server.join("environment.txt"), "COMPUTERNAME=WEB01\nSystemRoot=C:\\Windows\n").expect("written");
        let log = server.join("commands/wevtutil epl Security Security.evtx.txt");
        fs::write(log, &stage.log).expect("written");
        stage
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn recipient(&self) -> String {
        self.identity.to_public().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.start(env!("CARGO_BIN_EXE_kerbscope-collect"), &[], arguments)
    }

    fn start(&self, program: &str, before: &[&str], arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.current_dir(self.out()).env("TMPDIR", self.out()).env("TEMP", self.out());
        command.args(before).arg("--host-root").arg(self.folder.path().join("server")).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = in_turn(|| command.spawn());
        started.and_then(std::process::Child::wait_with_output).expect("it runs")
    }

    fn written(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.out()).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }

    fn decrypt(&self, path: &Path) -> Archive {
        let sealed = fs::read(path).expect("read");
        let decryptor = age::Decryptor::new_buffered(sealed.as_slice()).expect("a header");
        let keys = std::iter::once(&self.identity as &dyn age::Identity);
        let mut bytes = Vec::new();
        decryptor.decrypt(keys).expect("the key fits").read_to_end(&mut bytes).expect("whole");
        read(Cursor::new(bytes), &Limits::STANDARD).expect("a zip")
    }

    /// Whether anything of a plain bundle stands in this file: of the frame of a zip, of its names, of what it holds.
    fn is_plain(&self, path: &Path) -> bool {
        let bytes = fs::read(path).expect("read");
        let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        let sample = self.log.get(20_000..20_032).expect("a part of the log");
        holds(b"PK\x03\x04") || holds(b"manifest.json") || holds(b"Security.evtx") || holds(sample)
    }
}

fn in_turn<T>(act: impl FnOnce() -> T) -> T {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    act()
}

#[test]
fn the_recipient_opens_what_nobody_else_can_read() {
    let stage = Stage::new();
    let output = stage.run(&["--encrypt-to", &stage.recipient()]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{text}");
    let [path] = &stage.written()[..] else { panic!("{:?}", stage.written()) };
    assert!(path.to_string_lossy().ends_with("Z.zip.age"), "{path:?}");
    assert!(!stage.is_plain(path));
    let archive = stage.decrypt(path);
    assert_eq!(archive.problems, []);
    assert!(archive.members.iter().any(|member| member.bytes == stage.log));
    assert_eq!(text.matches(&stage.recipient()).count(), 2, "before and after: {text}");
    assert!(text.contains("you cannot look into it") && !text.contains("all of it is readable"), "{text}");
}

#[test]
fn without_a_recipient_it_is_readable() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["--out", "a.zip"]).status.code(), Some(0));
    assert!(stage.is_plain(&stage.out().join("a.zip")));
}

#[test]
fn a_wrong_recipient_stops_before_anything_is_asked() {
    let stage = Stage::new();
    let mistyped = stage.recipient().replace("age1", "age1q");
    for wrong in [mistyped.as_str(), "support@contoso.com", ""] {
        let output = stage.run(&["--encrypt-to", &stage.recipient(), "--encrypt-to", wrong]);
        let sentence = String::from_utf8(output.stderr).expect("text");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{wrong}");
        assert!(sentence.starts_with("kerbscope-collect: --encrypt-to: ") && sentence.lines().count() == 1);
        assert!(stage.written().is_empty());
    }
}

/// In a shell that allows files of 64 KiB at most, the way a full disk does.
#[cfg(unix)]
fn run_out_of_space(stage: &Stage, on_signal: &str) -> Output {
    let script = format!("{on_signal} ulimit -f 128; exec \"$0\" \"$@\"");
    let program = env!("CARGO_BIN_EXE_kerbscope-collect");
    stage.start("/bin/sh", &["-c", &script, program], &["--encrypt-to", &stage.recipient(), "--out", "a.zip.age"])
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing() {
    let stage = Stage::new();
    let output = run_out_of_space(&stage, "trap '' XFSZ;");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be written"), "{output:?}");
    assert!(stage.written().is_empty());
}

#[cfg(unix)]
#[test]
fn a_program_that_is_ended_leaves_nothing_that_can_be_read() {
    let stage = Stage::new();
    let output = run_out_of_space(&stage, "");
    assert_eq!(output.status.code(), None, "a signal ends it: {output:?}");
    let [path] = &stage.written()[..] else { panic!("{:?}", stage.written()) };
    assert!(path.to_string_lossy().ends_with(".partial"), "{path:?}");
    assert!(fs::metadata(path).expect("a file").len() > 0 && !stage.is_plain(path));
}

/// A copy of the program with the recipient of the stage baked in.
fn bake(stage: &Stage) -> PathBuf {
    let copy = stage.folder.path().join("ours");
    let output = stage.run(&["--encrypt-to", &stage.recipient(), "--bake", copy.to_str().expect("text")]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains(&stage.recipient()) && stage.written().is_empty(), "{text}");
    copy
}

#[test]
fn a_copy_with_a_recipient_baked_in_always_encrypts() {
    let stage = Stage::new();
    let copy = bake(&stage);
    let copy = copy.to_str().expect("text");
    let other = Identity::generate().to_public().to_string();
    for (name, more) in [("a", &[][..]), ("b", &["--encrypt-to", &other]), ("c", &["--encrypt-to", &stage.recipient()])]
    {
        let out = stage.out().join(name);
        let output = stage.start(copy, &[], &[&["--out", out.to_str().expect("text")], more].concat());
        let text = String::from_utf8(output.stdout).expect("text");
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(!stage.is_plain(&out));
        assert_eq!(stage.decrypt(&out).problems, []);
        assert_eq!(text.matches(&stage.recipient()).count(), 2, "{text}");
        assert_eq!(text.contains(&other), more.contains(&other.as_str()), "{text}");
    }
    for question in ["--version", "--help"] {
        let output = stage.start(copy, &[], &[question]);
        assert!(String::from_utf8_lossy(&output.stdout).contains(&stage.recipient()), "{question}");
    }
}

#[test]
fn a_copy_of_a_copy_keeps_the_recipient() {
    let stage = Stage::new();
    let copy = bake(&stage);
    let second = stage.folder.path().join("second");
    let other = Identity::generate().to_public().to_string();
    let arguments = ["--encrypt-to", &other, "--bake", second.to_str().expect("text")];
    assert_eq!(stage.start(copy.to_str().expect("text"), &[], &arguments).status.code(), Some(0));
    let output = stage.start(second.to_str().expect("text"), &[], &["--version"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains(&stage.recipient()) && text.contains(&other), "{text}");
}

#[test]
fn a_damaged_copy_does_nothing_at_all() {
    let stage = Stage::new();
    let copy = bake(&stage);
    let program = fs::read(&copy).expect("read");
    let recipient = stage.recipient().into_bytes();
    let at = program.windows(recipient.len()).position(|window| window == recipient).expect("it is in there");
    for (from, to) in [(at, at + 1), (at + 5, at + 6), (at, at + 62), (at - 64, at), (at - 96, at), (at + 62, at + 500)]
    {
        let mut changed = program.clone();
        for byte in changed.get_mut(from..to).expect("inside") {
            // The recipient is another one each time, and may have an x here.
            *byte = if *byte == b'x' { b'y' } else { b'x' };
        }
        in_turn(|| fs::write(&copy, changed)).expect("written");
        let output = stage.start(copy.to_str().expect("text"), &[], &["--out", "a.zip"]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("Get it again"), "{output:?}");
        assert!(stage.written().is_empty());
    }
}

#[test]
fn a_copy_replaces_a_file_only_by_force() {
    let stage = Stage::new();
    let copy = bake(&stage);
    let path = copy.to_str().expect("text");
    in_turn(|| fs::write(&copy, "mine")).expect("written");
    let arguments = ["--encrypt-to", &stage.recipient(), "--bake", path];
    assert_eq!(stage.run(&arguments).status.code(), Some(2));
    assert_eq!(fs::read(&copy).expect("read"), b"mine");
    assert_eq!(stage.run(&[&arguments[..], &["--force"]].concat()).status.code(), Some(0));
    assert_eq!(stage.start(path, &[], &["--version"]).status.code(), Some(0));
}

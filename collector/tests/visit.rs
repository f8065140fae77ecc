//! The real program, on a host made of folders: exit codes, what it prints, and what it leaves on the disk.

#![expect(clippy::expect_used, reason = "what cannot be set up or read back is a failed test")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::limits::Limits;
use kerbscope_shared::manifest::{CollectionStatus, Manifest};
use kerbscope_shared::read::{Integrity, read};
use tempfile::TempDir;

/// A server on which everything answers.
const SERVER: [(&str, &str); 21] = [
    ("environment.txt", "COMPUTERNAME=WEB01\nSystemRoot=C:\\Windows\n"),
    (
        "files/C/Windows/System32/inetsrv/config/applicationHost.config",
        "<configuration>\n<sites><site><bindings><binding protocol='http' bindingInformation='*:80:intranet.contoso.com'/>\
         </bindings></site></sites>\n<applicationPools><add name='A'><processModel identityType='SpecificUser' \
         userName='CONTOSO\\svc-web' password='Sup3rS3cret!'/></add></applicationPools></configuration>\n",
    ),
    ("commands/ipconfig %2Fall.txt", "Windows IP Configuration"),
    ("commands/systeminfo.txt", "Host Name: WEB01"),
    ("commands/klist.txt", "Cached Tickets: (0)"),
    ("commands/klist -li 0x3e7.txt", "Cached Tickets: (0)"),
    ("commands/setspn -L WEB01.txt", "Registered ServicePrincipalNames"),
    ("commands/setspn -L CONTOSO%5Csvc-web.txt", "Registered ServicePrincipalNames"),
    ("commands/setspn -Q HTTP%2Fintranet.contoso.com.txt", "No such SPN found."),
    ("commands/setspn -Q HTTP%2FWEB01.txt", "No such SPN found."),
    ("commands/setspn -Q HTTP%2FWEB01.contoso.com.txt", "No such SPN found."),
    ("commands/setspn -Q HOST%2Fintranet.contoso.com.txt", "No such SPN found."),
    ("commands/setspn -Q HOST%2FWEB01.txt", "Existing SPN found!"),
    ("commands/setspn -Q HOST%2FWEB01.contoso.com.txt", "Existing SPN found!"),
    ("commands/nslookup intranet.contoso.com.txt", "Name: intranet.contoso.com"),
    ("commands/nslookup WEB01.txt", "Name: web01.contoso.com"),
    ("commands/nslookup WEB01.contoso.com.txt", "Name: web01.contoso.com"),
    ("commands/setspn -X.txt", "found 0 group of duplicate SPNs."),
    ("commands/wevtutil epl System System.evtx.txt", "ElfFile"),
    ("commands/wevtutil epl Security Security.evtx.txt", "ElfFile"),
    (
        "registry.txt",
        "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\r\n    Domain    REG_SZ    contoso.com\r\n",
    ),
];

/// A folder with a server in it, and one to write to.
struct Stage {
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        let stage = Self { folder: tempfile::tempdir().expect("a folder") };
        for (name, text) in SERVER {
            stage.plant(name, text);
        }
        fs::create_dir(stage.out()).expect("a folder");
        stage
    }

    fn plant(&self, name: &str, text: &str) {
        let path = self.folder.path().join("server").join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// Runs the program in the folder to write to.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kerbscope-collect"));
        command.current_dir(self.out()).arg("--host-root").arg(self.folder.path().join("server")).args(arguments);
        command.output().expect("it runs")
    }

    fn written(&self) -> Vec<String> {
        let entries = fs::read_dir(self.out()).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }
}

fn manifest(path: &Path) -> Manifest {
    let archive = read(File::open(path).expect("a file"), &Limits::STANDARD).expect("a zip");
    assert_eq!(archive.problems, []);
    for member in &archive.members {
        assert_eq!(member.integrity, Integrity::Intact, "{}", member.path);
        assert!(!String::from_utf8_lossy(&member.bytes).contains("Sup3rS3cret!"), "{}", member.path);
    }
    archive.manifest.expect("a manifest")
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn a_server_on_which_everything_answers_is_collected_whole() {
    let stage = Stage::new();
    let output = stage.run(&[]);
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let [name] = &stage.written()[..] else { panic!("{:?}", stage.written()) };
    assert!(name.starts_with("kerbscope-WEB01-20") && name.ends_with("Z.zip"), "{name}");
    assert!(text.is_ascii() && text.contains(name.as_str()), "{text}");
    assert!(text.contains("1 password or key was taken out of the IIS configuration."), "{text}");
    let manifest = manifest(&stage.out().join(name));
    assert_eq!(manifest.host, "WEB01");
    let (collected, rest): (Vec<_>, Vec<_>) =
        manifest.entries.iter().partition(|entry| entry.status == CollectionStatus::Collected);
    // One file answers for all keys of the registry.
    let (keys, collected): (Vec<_>, Vec<_>) =
        collected.into_iter().partition(|entry| entry.kind == ArtifactKind::Registry);
    assert_eq!((keys.len(), collected.len()), (7, SERVER.len() - 2), "{rest:?}");
    assert!(rest.iter().all(|entry| entry.status == CollectionStatus::NotPresent), "{rest:?}");
}

#[test]
fn what_is_missing_is_told_by_the_exit_code_and_in_words() {
    let stage = Stage::new();
    stage.plant("commands/klist -li 0x3e7.ending", "exit 5");
    stage.plant("commands/setspn -X.ending", "timeout");
    let output = stage.run(&["--out", "a.zip"]);
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("  Kerberos tickets of the server: access denied"), "{text}");
    assert!(text.contains("  duplicate SPNs of the domain: took too long"), "{text}");
    assert!(text.contains("run it again from an elevated prompt"), "{text}");
    manifest(&stage.out().join("a.zip"));
}

#[test]
fn what_is_not_on_the_server_is_no_failure() {
    let stage = Stage::new();
    fs::remove_file(stage.folder.path().join("server/commands/klist.txt")).expect("removed");
    assert_eq!(stage.run(&["--out", "a.zip"]).status.code(), Some(0));
}

#[test]
fn a_bundle_is_replaced_only_by_force() {
    let stage = Stage::new();
    fs::write(stage.out().join("a.zip"), "mine").expect("written");
    let output = stage.run(&["--out", "a.zip"]);
    assert_eq!((output.status.code(), printed(&output).as_str()), (Some(2), ""));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--force replaces it"));
    assert_eq!(fs::read(stage.out().join("a.zip")).expect("read"), b"mine");
    assert_eq!(stage.run(&["--out", "a.zip", "--force"]).status.code(), Some(0));
    manifest(&stage.out().join("a.zip"));
    assert_eq!(stage.written(), ["a.zip"]);
}

#[test]
fn where_nothing_can_be_written_nothing_is_collected() {
    let stage = Stage::new();
    let output = stage.run(&["--out", "no/such/folder/a.zip"]);
    assert_eq!((output.status.code(), printed(&output).as_str()), (Some(2), ""));
    assert!(stage.written().is_empty());
}

#[test]
fn quiet_prints_nothing() {
    let stage = Stage::new();
    let output = stage.run(&["--out", "a.zip", "--quiet"]);
    assert_eq!((output.status.code(), output.stdout.len(), output.stderr.len()), (Some(0), 0, 0));
}

#[test]
fn questions_write_no_file() {
    let stage = Stage::new();
    for (question, answer) in [("--help", "usage: "), ("--version", "kerbscope-collect "), ("--list", "setspn -X")] {
        let output = stage.run(&[question]);
        assert_eq!(output.status.code(), Some(0));
        assert!(printed(&output).contains(answer));
    }
    assert_eq!(stage.run(&["--upload"]).status.code(), Some(2));
    assert!(stage.written().is_empty());
}

#[test]
fn the_list_says_what_the_directory_is_asked_for_and_where() {
    let list = printed(&Stage::new().run(&["--list"]));
    let under = |title: &str| list.split(title).nth(1).and_then(|rest| rest.lines().nth(1)).unwrap_or_default();
    let owners = under("owner of HTTP/<name> in the forest, LDAP, in the forest, at a global catalog:");
    assert!(owners.starts_with("  (servicePrincipalName=HTTP/<name>): objectClass, sAMAccountName"), "{owners}");
    assert!(!owners.contains("msDS-AllowedToDelegateTo"), "a global catalog does not hold that: {owners}");
    let account = under("account of the server, LDAP, in the domain:");
    assert!(account.contains("(sAMAccountName=<computer>$)") && account.contains(", pwdLastSet, "), "{account}");
}

/// A visit that is stopped in the middle, at a log that never comes to an end.
#[cfg(unix)]
#[test]
fn a_visit_that_is_stopped_leaves_nothing_behind() {
    use std::io::Read as _;
    use std::process::Stdio;

    let stage = Stage::new();
    let pipe = stage.folder.path().join("server/commands/wevtutil epl System System.evtx.txt");
    fs::remove_file(&pipe).expect("removed");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("it runs").success());
    let mut program = Command::new(env!("CARGO_BIN_EXE_kerbscope-collect"));
    program.current_dir(stage.out()).arg("--host-root").arg(stage.folder.path().join("server"));
    let mut child = program.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it runs");
    // It opens the pipe when it gets there, and hears no more than its beginning.
    let mut writer = File::options().write(true).open(&pipe).expect("opened from both ends");
    std::io::Write::write_all(&mut writer, b"ElfFile").expect("written");
    assert_eq!(stage.written().len(), 1, "the bundle is in the making");
    let stopped = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("it runs");
    assert!(stopped.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(2));
    assert!(stage.written().is_empty(), "{:?}", stage.written());
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    assert!(said.contains("stopped; nothing was written"), "{said}");
}

/// A limit to the size of files stands in for a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_is_told_and_leaves_nothing_behind() {
    use std::fmt::Write as _;

    let stage = Stage::new();
    // Not to be compressed away.
    let mut log = String::new();
    let mut number = 1_u64;
    for _ in 0..60_000 {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        write!(log, "{number:016x}").expect("written");
    }
    stage.plant("commands/wevtutil epl System System.evtx.txt", &log);
    let line = format!(
        "trap '' XFSZ; ulimit -f 100; exec '{}' --host-root '{}' --out a.zip",
        env!("CARGO_BIN_EXE_kerbscope-collect"),
        stage.folder.path().join("server").display()
    );
    let output = Command::new("sh").current_dir(stage.out()).args(["-c", &line]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("a.zip: there is no room for it on the disk; nothing was written"), "{said}");
    assert!(stage.written().is_empty(), "{:?}", stage.written());
}

#[cfg(unix)]
#[test]
fn another_system_is_not_collected_from() {
    let output = Command::new(env!("CARGO_BIN_EXE_kerbscope-collect")).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("this is not Windows"));
}

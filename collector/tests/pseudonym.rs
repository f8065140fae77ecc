//! The real program with `--pseudonymize`: names that stand everywhere on a server stand nowhere in its bundle.

#![expect(clippy::expect_used, reason = "what cannot be set up or read back is a failed test")]

use std::fs::{self, File};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::limits::Limits;
use kerbscope_shared::manifest::CollectionStatus;
use kerbscope_shared::pseudonym::map::TokenMap;
use kerbscope_shared::read::{Archive, read};
use tempfile::TempDir;

/// Names, addresses and SIDs that the server below is full of, in small letters.
const NAMES: [&str; 14] = [
    "web01",
    "intranet",
    "contoso",
    "svc-web",
    "svc_old",
    "carol",
    "mallory",
    "dc07",
    "sql09",
    "files02",
    "10.20.30.",
    "00-15-5d-0a",
    "1004336348-1177238915-682003330",
    "kunden",
];

const EVENT: &str = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
    Name='Microsoft-Windows-Security-Kerberos'/><EventID>4</EventID><TimeCreated SystemTime='2026-03-02T08:00:00Z'/>\
    <Channel>System</Channel><Computer>web01.kunden.contoso.com</Computer><Security \
    UserID='S-1-5-21-1004336348-1177238915-682003330-1105'/></System><EventData><Data Name='Server'>svc-web</Data><Data \
    Name='TargetRealm'>KUNDEN.CONTOSO.COM</Data><Data Name='Targetname'>HTTP/intranet.kunden.contoso.com</Data><Data \
    Name='ClientRealm'>KUNDEN.CONTOSO.COM</Data></EventData></Event>\n";

const LOGON: &str = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
    Name='Microsoft-Windows-Security-Auditing'/><EventID>4624</EventID><TimeCreated \
    SystemTime='2026-03-02T08:00:00Z'/><Channel>Security</Channel><Computer>web01.kunden.contoso.com</Computer></System>\
    <EventData><Data Name='TargetUserName'>mallory</Data><Data Name='TargetDomainName'>KUNDEN</Data><Data \
    Name='IpAddress'>10.20.30.77</Data></EventData></Event>\n";

const SERVER: [(&str, &str); 15] = [
    ("environment.txt", "COMPUTERNAME=WEB01\nSystemRoot=C:\\Windows\n"),
    (
        "files/C/Windows/System32/inetsrv/config/applicationHost.config",
        "<configuration>\n<sites><site name='Portal' id='1'><application path='/'><virtualDirectory path='/' \
         physicalPath='\\\\files02\\web' userName='KUNDEN\\carol' password='x'/></application><bindings><binding \
         protocol='http' bindingInformation='*:80:intranet.kunden.contoso.com'/></bindings></site></sites>\n\
         <applicationPools><add name='A'><processModel identityType='SpecificUser' userName='KUNDEN\\svc-web' \
         password='Sup3rS3cret!'/></add></applicationPools></configuration>\n",
    ),
    ("files/files02/web/web.config", "<configuration><system.webServer><security/></system.webServer></configuration>"),
    (
        "files/C/Windows/debug/netlogon.log",
        "03/02 08:15:00 [LOGON] KUNDEN: SamLogon: Network logon of KUNDEN\\mallory \
      from SQL09 (via DC07) Returns 0xC000006A\n",
    ),
    (
        "commands/ipconfig %2Fall.txt",
        "   Host Name . . . . . . . . . . . . : WEB01\r\n   Primary Dns Suffix  . . . . . . . : kunden.contoso.com\r\n   \
         Physical Address. . . . . . . . . : 00-15-5D-0A-1B-2C\r\n   IPv4 Address. . . . . . . . . . . : \
         10.20.30.40(Preferred)\r\n",
    ),
    (
        "commands/systeminfo.txt",
        "Host Name:                 WEB01\r\nDomain:                    kunden.contoso.com\r\nLogon Server:              \
         \\\\DC07\r\n",
    ),
    (
        "commands/klist.txt",
        "Current LogonId is 0:0x3e7\r\n\r\nCached Tickets: (1)\r\n\r\n#0>\tClient: carol @ KUNDEN.CONTOSO.COM\r\n\t\
         Server: HTTP/intranet.kunden.contoso.com @ KUNDEN.CONTOSO.COM\r\n\tKdc Called: dc07.kunden.contoso.com\r\n",
    ),
    (
        "commands/setspn -L WEB01.txt",
        "Registered ServicePrincipalNames for CN=WEB01,OU=Server,DC=kunden,DC=contoso,DC=com:\r\n\tHOST/WEB01\r\n\t\
         HOST/web01.kunden.contoso.com\r\n",
    ),
    (
        "commands/setspn -Q HTTP%2Fintranet.kunden.contoso.com.txt",
        "Checking domain DC=kunden,DC=contoso,DC=com\r\nCN=svc_old,CN=Users,DC=kunden,DC=contoso,DC=com\r\n\t\
         HTTP/intranet.kunden.contoso.com\r\n\r\nExisting SPN found!\r\n",
    ),
    ("commands/setspn -X.txt", "found 0 group of duplicate SPNs.\r\nHTTP/sql09.kunden.con"),
    ("commands/setspn -X.ending", "cut"),
    (
        "commands/nslookup intranet.kunden.contoso.com.txt",
        "Name:    intranet.kunden.contoso.com\r\nAddress:  10.20.30.40\r\n",
    ),
    (
        "registry.txt",
        "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\r\n    Domain    REG_SZ    kunden.contoso.com\r\n",
    ),
    ("events/System.xml", EVENT),
    ("events/Security.xml", LOGON),
];

/// A folder with a server in it, and one to write to.
struct Stage {
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        let stage = Self { folder: tempfile::tempdir().expect("a folder") };
        for (name, text) in SERVER {
            let path = stage.folder.path().join("server").join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("written");
        }
        fs::create_dir(stage.out()).expect("a folder");
        stage
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kerbscope-collect"));
        command.current_dir(self.out()).env("TMPDIR", self.out()).env("TEMP", self.out());
        command.arg("--host-root").arg(self.folder.path().join("server")).args(arguments);
        command.output().expect("it runs")
    }

    fn written(&self) -> Vec<String> {
        let entries = fs::read_dir(self.out()).expect("a folder");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn bundle(path: &Path) -> Archive {
    let archive = read(File::open(path).expect("a file"), &Limits::STANDARD).expect("a zip");
    assert_eq!(archive.problems, []);
    archive
}

/// All that is in a bundle, in small letters: names of files, rows, and content.
fn everything(archive: &Archive) -> String {
    let mut all = format!("{:?}\n", archive.manifest);
    for member in &archive.members {
        all.extend([member.path.as_str(), "\n", &String::from_utf8_lossy(&member.bytes), "\n"]);
        let units: Vec<u16> = member.bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        all.push_str(&String::from_utf16_lossy(&units));
    }
    all.to_lowercase()
}

#[test]
fn names_that_stand_everywhere_stand_nowhere_in_the_bundle_and_all_in_the_map() {
    let stage = Stage::new();
    let output = stage.run(&["--pseudonymize"]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(1), "{text}");
    let names = stage.written();
    let [map, zip] = &names[..] else { panic!("{names:?}") };
    assert!(zip.starts_with("kerbscope-tokens-") && zip.ends_with("Z.zip"), "{zip}");
    assert_eq!(*map, format!("DO-NOT-SEND-{zip}.names.txt"));
    assert!(text.is_ascii() && text.matches(map.as_str()).count() == 2, "before and after: {text}");
    assert!(!text.contains("The zip holds names") && text.contains("give the zip, and nothing else, to"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 100 || line.contains(zip.as_str())), "{text}");
    let archive = bundle(&stage.out().join(zip));
    let all = everything(&archive);
    let map = TokenMap::read(&fs::read(stage.out().join(map)).expect("read")).expect("a map");
    let told = format!("{:?}", map.names.values()).to_lowercase();
    for name in NAMES {
        let at = all.find(name);
        let around = at.map(|at| all.get(at.saturating_sub(60)..at + 60));
        assert_eq!(around, None, "{name}");
    }
    for name in ["web01", "intranet", "contoso", "svc-web", "svc_old", "carol", "mallory", "dc07", "files02"] {
        assert!(told.contains(name), "{name} is not in {told}");
    }
    let manifest = archive.manifest.expect("a manifest");
    assert_eq!(manifest.pseudonyms, Some(map.id.to_string()));
    let logs: Vec<_> = manifest.entries.iter().filter(|entry| entry.kind == ArtifactKind::EventLogXml).collect();
    let collected = logs.iter().filter(|log| log.status == CollectionStatus::Collected);
    let absent = logs.iter().filter(|log| log.status == CollectionStatus::NotPresent);
    assert_eq!((collected.count(), absent.count(), logs.len()), (2, 3, 5), "{logs:?}");
    assert!(!manifest.entries.iter().any(|entry| entry.kind == ArtifactKind::EventLog));
    let server = archive.members.iter().find(|member| member.path == "events-xml/System.xml").expect("a log");
    let xml = String::from_utf8_lossy(&server.bytes);
    assert!(xml.starts_with("<Events>\n<Event ") && xml.ends_with("</Event>\n</Events>\n"), "{xml}");
}

#[test]
fn the_next_computer_has_the_same_tokens() {
    let stage = Stage::new();
    let run = |arguments: &[&str]| {
        let output = stage.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["--pseudonymize", "--out", "a.zip"]);
    run(&["--pseudonymize-map", "DO-NOT-SEND-a.zip.names.txt", "--out", "b.zip"]);
    run(&["--pseudonymize", "--out", "c.zip"]);
    let map = |name: &str| {
        let file = fs::read(stage.out().join(format!("DO-NOT-SEND-{name}.names.txt"))).expect("read");
        TokenMap::read(&file).expect("a map")
    };
    assert_eq!(map("a.zip"), map("b.zip"));
    assert_ne!(map("a.zip").id, map("c.zip").id);
    let members = |name: &str| bundle(&stage.out().join(name)).members;
    for (one, two) in members("a.zip").iter().zip(members("b.zip")) {
        assert_eq!((&one.path, &one.bytes), (&two.path, &two.bytes));
    }
}

#[test]
fn a_map_that_is_none_stops_before_anything_is_asked() {
    let stage = Stage::new();
    fs::write(stage.out().join("notes.txt"), "remember the milk").expect("written");
    for wrong in ["notes.txt", "gone.json"] {
        let output = stage.run(&["--pseudonymize-map", wrong]);
        let sentence = String::from_utf8(output.stderr).expect("text");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{wrong}");
        assert!(sentence.starts_with(&format!("kerbscope-collect: {wrong}: ")) && sentence.lines().count() == 1);
    }
    assert_eq!(stage.written(), ["notes.txt"]);
}

#[test]
fn where_the_map_cannot_be_kept_there_is_no_bundle() {
    let stage = Stage::new();
    fs::write(stage.out().join("DO-NOT-SEND-a.zip.names.txt"), "mine").expect("written");
    let output = stage.run(&["--pseudonymize", "--out", "a.zip"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert_eq!(stage.written(), ["DO-NOT-SEND-a.zip.names.txt"]);
    assert_eq!(stage.run(&["--pseudonymize", "--out", "a.zip", "--force"]).status.code(), Some(1));
    assert_eq!(stage.written(), ["DO-NOT-SEND-a.zip.names.txt", "a.zip"]);
}

/// With a limit of a few blocks on what may be written, which is what a full disk is.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_nothing_is_left_behind() {
    let stage = Stage::new();
    for blocks in [0, 1, 2, 4, 8, 12] {
        let line = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec '{}' --host-root '{}' --pseudonymize --out a.zip",
            env!("CARGO_BIN_EXE_kerbscope-collect"),
            stage.folder.path().join("server").display()
        );
        let mut command = Command::new("sh");
        command.current_dir(stage.out()).env("TMPDIR", stage.out()).args(["-c", &line]);
        let output = command.output().expect("it runs");
        if output.status.code() == Some(1) {
            assert!(blocks > 4 && stage.written().len() == 2, "{:?}", stage.written());
            return;
        }
        assert_eq!(output.status.code(), Some(2), "{blocks}");
        assert!(stage.written().is_empty(), "{blocks}: {:?}", stage.written());
    }
}

#[test]
fn it_can_be_encrypted_too() {
    let stage = Stage::new();
    let identity = age::x25519::Identity::generate();
    let output =
        stage.run(&["--pseudonymize", "--encrypt-to", &identity.to_public().to_string(), "--out", "a.zip.age"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("Give it, and nothing else, to") && !text.contains("Look into the zip"), "{text}");
    assert_eq!(stage.written(), ["DO-NOT-SEND-a.zip.age.names.txt", "a.zip.age"]);
    let sealed = fs::read(stage.out().join("a.zip.age")).expect("read");
    let bytes = age::decrypt(&identity, &sealed).expect("the key fits");
    let archive = read(Cursor::new(bytes), &Limits::STANDARD).expect("a zip");
    assert!(!everything(&archive).contains("contoso"));
}

#[test]
fn the_list_says_that_logs_are_taken_as_xml() {
    let stage = Stage::new();
    let text = String::from_utf8(stage.run(&["--list", "--pseudonymize"]).stdout).expect("text");
    assert!(
        text.contains("System events as XML:\n  wevtutil qe System ") && !text.contains("else a copy of"),
        "{text}"
    );
    assert!(stage.written().is_empty());
}

//! What is encrypted opens with an identity file, says the same as it would in the open, and else says why it does not.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use age::{Encryptor, Recipient};
use tempfile::TempDir;

use crate::command_line::{kerbscope, words};

/// A folder with two identity files in it.
struct Stage {
    folder: TempDir,
    ours: Identity,
    theirs: Identity,
}

impl Stage {
    fn new() -> Self {
        let stage = Self {
            folder: tempfile::tempdir().expect("makes a folder"),
            ours: Identity::generate(),
            theirs: Identity::generate(),
        };
        for (name, identity) in [("ours.key", &stage.ours), ("theirs.key", &stage.theirs)] {
            stage.write(name, format!("# a key\n{}\n", identity.to_string().expose_secret()).as_bytes());
        }
        stage
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("writes");
        text(&path)
    }

    fn key(&self, name: &str) -> String {
        text(&self.folder.path().join(name))
    }

    /// Writes a file, encrypted for one of the two.
    fn seal(&self, name: &str, bytes: &[u8], identity: &Identity) -> String {
        self.write(name, &seal(bytes, &identity.to_public()))
    }
}

pub(crate) fn seal(bytes: &[u8], recipient: &dyn Recipient) -> Vec<u8> {
    let encryptor = Encryptor::with_recipients(std::iter::once(recipient)).expect("has a key");
    let mut writer = encryptor.wrap_output(Vec::new()).expect("writes");
    writer.write_all(bytes).expect("writes");
    writer.finish().expect("writes")
}

fn text(path: &Path) -> String {
    path.to_str().expect("is UTF-8").to_owned()
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/bundles").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(sample(name)).expect("reads")
}

#[test]
fn an_encrypted_bundle_says_what_it_says_in_the_open() {
    const NAME: &str = "kernelmode-spn-on-pool-account.zip";
    let stage = Stage::new();
    let sealed = stage.seal(&format!("{NAME}.age"), &bytes(NAME), &stage.ours);
    let open = text(&sample(NAME));
    for format in ["text", "json", "html", "markdown"] {
        let report = |path: &str, key: &str| kerbscope(&["report", path, "--format", format, "--identity", key]);
        let (sealed, open) = (report(&sealed, &stage.key("ours.key")), report(&open, &stage.key("ours.key")));
        assert_eq!(sealed.status.code(), Some(1));
        assert_eq!(words(&sealed), words(&open), "{format}");
    }
    let fix = "useAppPoolCredentials=true in VGS Portal";
    let key = stage.key("ours.key");
    let trial = |path: &str| words(&kerbscope(&["try", path, "--fix", fix, "--identity", &key]));
    assert!(trial(&sealed).starts_with("If that were done: "));
    assert_eq!(trial(&sealed), trial(&open));
    let compared = kerbscope(&["compare", &open, &sealed, "--identity", &key]);
    assert_eq!(words(&compared), words(&kerbscope(&["compare", &open, &open])));
}

#[test]
fn a_case_may_be_open_in_part_and_encrypted_for_different_people() {
    let stage = Stage::new();
    let server = stage.seal("spn-duplicate.zip.age", &bytes("spn-duplicate.zip"), &stage.ours);
    let controller = stage.seal("spn-duplicate-dc.zip.age", &bytes("spn-duplicate-dc.zip"), &stage.theirs);
    let (ours, theirs) = (stage.key("ours.key"), stage.key("theirs.key"));
    let open = [text(&sample("spn-duplicate.zip")), text(&sample("spn-duplicate-dc.zip"))];
    let expected = words(&kerbscope(&["report", &open[0], &open[1]]));
    let keys = ["--identity", &ours, "--identity", &theirs];
    for paths in [[&server, &controller], [&open[0], &controller], [&server, &open[1]]] {
        let output = kerbscope(&[&["report", paths[0], paths[1]], &keys[..]].concat());
        assert_eq!(words(&output), expected);
    }
}

#[test]
fn a_single_file_may_be_encrypted() {
    let stage = Stage::new();
    let answer = b"C:\\>setspn -L CONTOSO\\svc-web\r\nRegistered ServicePrincipalNames for CN=svc-web,CN=Users,\
        DC=contoso,DC=com:\r\n        HTTP/www.contoso.com\r\n";
    let path = stage.seal("setspn.txt.age", answer, &stage.ours);
    let output = kerbscope(&["report", &path, "--identity", &stage.key("ours.key")]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(!words(&output).contains("nothing in it is evidence"));
}

#[test]
fn what_does_not_open_is_told_in_a_sentence() {
    let stage = Stage::new();
    let plain = bytes("setspn-denied.zip");
    let sealed = stage.seal("a.zip.age", &plain, &stage.ours);
    let whole = fs::read(&sealed).expect("reads");
    let cut = stage.write("cut.zip.age", &whole[..whole.len() - 100]);
    let mut changed = whole;
    changed[600] ^= 1;
    let changed = stage.write("changed.zip.age", &changed);
    let empty = stage.seal("empty.zip.age", b"", &stage.ours);
    let nested = stage.seal("b.zip.age.age", &seal(&plain, &stage.ours.to_public()), &stage.ours);
    let notes = stage.write("notes.key", b"remember the milk");
    let mut protected = Encryptor::with_user_passphrase("secret".to_owned().into()).wrap_output(Vec::new());
    protected.as_mut().expect("writes").write_all(b"AGE-SECRET-KEY-1...").expect("writes");
    let protected = stage.write("protected.key", &protected.expect("writes").finish().expect("writes"));
    let (ours, theirs, gone) = (stage.key("ours.key"), stage.key("theirs.key"), stage.key("gone.key"));
    for (path, keys, sentence) in [
        (&sealed, None, "a.zip.age: it is encrypted, and needs the identity file of one of its recipients (--identity"),
        (&sealed, Some(&theirs), "a.zip.age: it is encrypted for somebody else: no given identity file opens it"),
        (&cut, Some(&ours), "cut.zip.age: the encrypted file was cut short or changed on its way"),
        (&changed, Some(&ours), "changed.zip.age: the encrypted file was cut short or changed on its way"),
        (&empty, Some(&ours), "empty.zip.age: nothing in it is evidence"),
        (&nested, Some(&ours), "what is encrypted is opened as a path of its own only"),
        (&sealed, Some(&notes), "notes.key: line 1 is no key; an identity file is what age-keygen writes"),
        (&sealed, Some(&protected), "protected.key: this identity file is protected with a passphrase"),
        (&sealed, Some(&gone), "gone.key: "),
    ] {
        let mut arguments = vec!["report", path];
        arguments.extend(keys.iter().flat_map(|key| ["--identity", key.as_str()]));
        let output = kerbscope(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}");
        assert!(said.contains(sentence) && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn what_is_encrypted_in_a_folder_is_named_and_not_opened() {
    let stage = Stage::new();
    stage.seal("a.zip.age", &bytes("setspn-denied.zip"), &stage.ours);
    stage.write("setspn.txt", b"C:\\>setspn -X\r\nfound 0 group of duplicate SPNs.\r\n");
    let output = kerbscope(&["report", &text(stage.folder.path()), "--identity", &stage.key("ours.key")]);
    assert!(words(&output).contains("what is encrypted is opened as a path of its own only"), "{}", words(&output));
}

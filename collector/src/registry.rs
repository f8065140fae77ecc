//! Values of the registry: those that the plan names, and of no other key.

use std::fmt;
use std::io::{self, ErrorKind};

use kerbscope_shared::manifest::Source;

use crate::host::{Answer, Ending, Host};
use crate::outcome::{Outcome, judge};
use crate::reg_file::RegFile;

/// A key, and what of it is wanted.
#[derive(Debug, PartialEq, Eq)]
pub struct Key {
    /// Its path, which begins with `HKLM\` or `HKCU\`.
    pub path: &'static str,
    /// Which values.
    pub wanted: Wanted,
}

/// Which values of a key are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Those with these names.
    Named(&'static [&'static str]),
    /// All that are numbers: switches and versions, and no text that somebody wrote.
    Numbers,
    /// All, and those of the keys in it.
    Branch,
}

/// As the administrator reads it.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wanted {
            Wanted::Named(names) => write!(f, "{}: {}", self.path, names.join(", ")),
            Wanted::Numbers => write!(f, "{}: all numbers", self.path),
            Wanted::Branch => write!(f, "{}: all, and the keys in it", self.path),
        }
    }
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its name; empty for the default value of its key.
    pub name: String,
    /// Its type, as Windows counts them.
    pub kind: u32,
    /// Its bytes as they are stored.
    pub data: Vec<u8>,
}

/// Text with a zero at its end.
pub const REG_SZ: u32 = 1;
/// A number of 32 bits.
pub const REG_DWORD: u32 = 4;
/// Texts, each with a zero at its end, and another zero.
pub const REG_MULTI_SZ: u32 = 7;
/// A number of 64 bits.
pub const REG_QWORD: u32 = 11;

impl Value {
    /// The text, or the first one of several; it may be empty.
    pub fn text(&self) -> Option<String> {
        if !matches!(self.kind, REG_SZ | REG_MULTI_SZ) {
            return None;
        }
        let (pairs, _) = self.data.as_chunks::<2>();
        let units = pairs.iter().copied().map(u16::from_le_bytes).take_while(|unit| *unit != 0);
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    }

    /// The number, if it is one of 32 bits.
    pub fn number(&self) -> Option<u32> {
        let bytes = self.data.as_slice().try_into().ok()?;
        (self.kind == REG_DWORD).then(|| u32::from_le_bytes(bytes))
    }

    const fn is_number(&self) -> bool {
        matches!(self.kind, REG_DWORD | REG_QWORD)
    }
}

/// How deep a branch is followed, and over how many keys.
const DEPTH: u32 = 6;
const KEYS: usize = 2000;

/// Reads keys into one file. A key that is not there is a line of it: then all its values are the default ones.
pub fn read(host: &dyn Host, keys: &'static [Key], limit_bytes: u64) -> Outcome {
    let mut reading = Reading { host, file: RegFile::default(), keys: 0, limit_bytes, status: Ok(()) };
    for key in keys {
        let path = key.path;
        match key.wanted {
            Wanted::Named(names) => reading.named(path, names),
            Wanted::Numbers => reading.all(path, Value::is_number),
            Wanted::Branch => reading.branch(path, DEPTH),
        }
        if matches!(&reading.status, Err(error) if error.kind() == ErrorKind::Unsupported) {
            return judge(Answer::bare(Ending::Absent), source(keys), &[]);
        }
    }
    reading.outcome(source(keys))
}

/// The first key stands for its companions.
pub fn source(keys: &[Key]) -> Source {
    Source::Key(keys.first().map(|key| key.path.to_owned()).unwrap_or_default())
}

struct Reading<'a> {
    host: &'a dyn Host,
    file: RegFile,
    keys: usize,
    limit_bytes: u64,
    /// The worst that happened.
    status: Result<(), io::Error>,
}

impl Reading<'_> {
    fn named(&mut self, path: &str, names: &[&str]) {
        match self.host.registry_values(path) {
            Ok(values) => {
                self.file.key(path);
                for name in names {
                    match find(&values, name) {
                        Some(value) => self.file.value(value),
                        None => self.file.absent_value(name),
                    }
                }
            }
            Err(error) => self.failed(path, error),
        }
    }

    fn all(&mut self, path: &str, wanted: impl Fn(&Value) -> bool) {
        match self.host.registry_values(path) {
            Ok(values) => {
                self.file.key(path);
                values.iter().filter(|value| wanted(value)).for_each(|value| self.file.value(value));
            }
            Err(error) => self.failed(path, error),
        }
    }

    fn branch(&mut self, path: &str, depth: u32) {
        self.keys += 1;
        if self.keys > KEYS || self.is_full() {
            return;
        }
        self.all(path, |_| true);
        let Some(depth) = depth.checked_sub(1) else { return };
        // A key that may not be listed may not be read either, and that is told already.
        for name in self.host.registry_keys(path).unwrap_or_default() {
            self.branch(&format!(r"{path}\{name}"), depth);
        }
    }

    fn failed(&mut self, path: &str, error: io::Error) {
        match error.kind() {
            ErrorKind::NotFound => self.file.missing_key(path, &"is not present"),
            ErrorKind::PermissionDenied => self.file.missing_key(path, &"access denied"),
            _ => self.file.missing_key(path, &error),
        }
        if error.kind() != ErrorKind::NotFound {
            self.status = Err(error);
        }
    }

    fn is_full(&self) -> bool {
        self.file.bytes() > self.limit_bytes
    }

    fn outcome(self, source: Source) -> Outcome {
        let full = self.is_full() || self.keys > KEYS;
        let answer = match self.status {
            Ok(()) if full => Answer::bare(Ending::Cut),
            Ok(()) => Answer::bare(Ending::Complete),
            Err(error) => Answer::of_error(&error),
        };
        judge(Answer { bytes: self.file.finish(), ..answer }, source, &[])
    }
}

/// One value of a key, if it is there.
pub fn one(host: &dyn Host, path: &str, name: &str) -> Option<Value> {
    find(&host.registry_values(path).ok()?, name).cloned()
}

/// Windows does not tell upper from lower case in names of values.
fn find<'a>(values: &'a [Value], name: &str) -> Option<&'a Value> {
    values.iter().find(|value| value.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use kerbscope_shared::manifest::CollectionStatus;

    use super::*;
    use crate::folder::FolderHost;

    const KEYS: &[Key] = &[
        Key { path: r"HKLM\SYSTEM\Lsa", wanted: Wanted::Named(&["DisableLoopbackCheck", "LmCompatibilityLevel"]) },
        Key { path: r"HKLM\SYSTEM\Gone", wanted: Wanted::Named(&["X"]) },
        Key { path: r"HKLM\SOFTWARE\InetStp\Components", wanted: Wanted::Numbers },
        Key { path: r"HKCU\Software\ZoneMap", wanted: Wanted::Branch },
    ];

    fn check(registry: Option<&str>, limit_bytes: u64, status: CollectionStatus, expected: Option<&str>) {
        let folder = tempfile::tempdir().expect("a folder");
        if let Some(text) = registry {
            std::fs::write(folder.path().join("registry.txt"), text).expect("written");
        }
        let outcome = read(&FolderHost::new(folder.path()), KEYS, limit_bytes);
        let text = outcome.bytes.map(|bytes| String::from_utf8(bytes).expect("text"));
        let text = text.map(|text| text.trim_start_matches('\u{feff}').replace("\r\n", "\n"));
        assert_eq!((outcome.status, text.as_deref()), (status, expected));
        assert_eq!(outcome.source, Source::Key(r"HKLM\SYSTEM\Lsa".to_owned()));
    }

    const REGISTRY: &str = r"
HKEY_LOCAL_MACHINE\SYSTEM\Lsa
    disableloopbackcheck    REG_DWORD    0x1
    Secret    REG_SZ    Sup3rS3cret!

HKLM\SOFTWARE\InetStp\Components
    WindowsAuthentication    REG_DWORD    0x1
    Path    REG_SZ    C:\inetpub

HKCU\Software\ZoneMap
    ProxyByPass    REG_DWORD    0x0

HKCU\Software\ZoneMap\Domains\contoso.com
    http    REG_DWORD    0x1
";

    const EXPORTED: &str = r#"Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SYSTEM\Lsa]
"disableloopbackcheck"=dword:00000001
; "LmCompatibilityLevel" is not present

; [HKEY_LOCAL_MACHINE\SYSTEM\Gone] is not present

[HKEY_LOCAL_MACHINE\SOFTWARE\InetStp\Components]
"WindowsAuthentication"=dword:00000001

[HKEY_CURRENT_USER\Software\ZoneMap]
"ProxyByPass"=dword:00000000

[HKEY_CURRENT_USER\Software\ZoneMap\Domains]

[HKEY_CURRENT_USER\Software\ZoneMap\Domains\contoso.com]
"http"=dword:00000001
"#;

    #[test]
    fn what_is_named_is_exported_and_what_is_absent_is_said() {
        check(Some(REGISTRY), 1 << 20, CollectionStatus::Collected, Some(EXPORTED));
    }

    #[test]
    fn a_key_that_may_not_be_read_is_said_and_told() {
        let denied = REGISTRY.replace("    ProxyByPass    REG_DWORD    0x0\n", "    ERROR: access is denied\n");
        let (before, after) = EXPORTED.split_once("[HKEY_CURRENT_USER\\Software\\ZoneMap]\n").expect("a branch");
        let (_, after) = after.split_once('\n').expect("a value");
        let expected = format!("{before}; [HKEY_CURRENT_USER\\Software\\ZoneMap] access denied\n{after}");
        check(Some(&denied), 1 << 20, CollectionStatus::AccessDenied, Some(&expected));
    }

    #[test]
    fn a_branch_ends_at_the_limit_and_between_keys() {
        let (before, _) = EXPORTED.split_once("\n[HKEY_CURRENT_USER\\Software\\ZoneMap\\Domains]").expect("a key");
        check(Some(REGISTRY), 350, CollectionStatus::Truncated, Some(before));
    }

    #[test]
    fn a_computer_without_a_registry_has_none() {
        check(None, 1 << 20, CollectionStatus::NotPresent, None);
    }

    #[test]
    fn values_have_types() {
        let value = |kind, data: &[u8]| Value { name: "X".to_owned(), kind, data: data.to_vec() };
        assert_eq!(value(REG_SZ, b"a\0b\0\0\0").text().as_deref(), Some("ab"));
        assert_eq!(value(REG_SZ, b"a\0b\0").text().as_deref(), Some("ab"), "nobody promises the zero at the end");
        assert_eq!(value(REG_MULTI_SZ, b"a\0\0\0b\0\0\0\0\0").text().as_deref(), Some("a"));
        assert_eq!(value(REG_SZ, b"\0\0").text().as_deref(), Some(""));
        assert_eq!(value(REG_SZ, b"\x00\xd8\0\0").text(), None, "half a pair is no text");
        assert_eq!(value(REG_DWORD, b"\x01\0\0\0").text(), None);
        assert_eq!(value(REG_DWORD, b"\x01\x02\0\0").number(), Some(0x201));
        assert_eq!(value(REG_DWORD, b"\x01").number(), None);
        assert_eq!(value(REG_SZ, b"\x01\0\0\0").number(), None, "a text is no number");
    }
}

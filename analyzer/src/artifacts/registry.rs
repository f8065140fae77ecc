//! Registry keys and their values, as `reg export` writes them and as `reg query` prints them, each with its type.
//!
//! The collector writes the form of `reg export`, and says in a comment which keys are not there or may not be read.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::{GapReason, NotCollected};
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::formats::text::Text;

/// Values of one file at most; a whole branch with policies of many browsers stays below it.
const VALUES: usize = 100_000;
/// Lines that one value may go on for.
const CONTINUED: usize = 10_000;

/// The keys of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// How the file was made.
    pub form: Form,
    /// The keys, in the order of the file; a key may come several times.
    pub keys: Vec<Key>,
}

/// How a file with keys was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Exported: a key is there with all of its values.
    #[default]
    Export,
    /// Queried: perhaps for one value alone.
    Query,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its path as written, and where.
    pub path: Cited<String>,
    /// Whether it is there.
    pub state: KeyState,
    /// Its values, in the order of the file.
    pub values: Vec<Value>,
    /// Values of which it is said that the key does not have them: their names.
    pub absent: Vec<Cited<String>>,
}

/// Whether a key is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It is.
    Present,
    /// It is not.
    NotPresent,
    /// Whoever collected may not read it.
    AccessDenied,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Where it stands.
    pub at: Evidence,
    /// Its name; empty for the default value of the key.
    pub name: String,
    /// What it holds.
    pub data: Data,
}

/// What a value holds, by its type: a value of the wrong type is a fault of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// `REG_DWORD`
    Dword(u32),
    /// `REG_QWORD`
    Qword(u64),
    /// `REG_SZ`
    Text(String),
    /// `REG_EXPAND_SZ`
    Expand(String),
    /// `REG_MULTI_SZ`
    Multi(Vec<String>),
    /// `REG_BINARY`, and types that are not told apart here.
    Binary(Vec<u8>),
}

impl Data {
    /// The type as Windows calls it.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Dword(_) => "REG_DWORD",
            Self::Qword(_) => "REG_QWORD",
            Self::Text(_) => "REG_SZ",
            Self::Expand(_) => "REG_EXPAND_SZ",
            Self::Multi(_) => "REG_MULTI_SZ",
            Self::Binary(_) => "REG_BINARY",
        }
    }
}

/// Whether a text holds registry keys.
pub fn recognizes(text: &Text) -> bool {
    let mut lines = text.lines().iter().map(String::as_str).filter(|line| !line.trim().is_empty()).take(50);
    let first = lines.clone().next().unwrap_or_default().trim();
    is_export(first) || (lines.clone().any(is_key_path) && lines.any(|line| queried(line).is_some()))
}

fn is_export(line: &str) -> bool {
    line == "REGEDIT4" || line.starts_with("Windows Registry Editor Version")
}

/// Reads a file of either form.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<Registry> {
    let first = text.lines().iter().map(|line| line.trim()).find(|line| !line.is_empty()).unwrap_or_default();
    let mut reading = Reading { artifact, ansi: first == "REGEDIT4", values: 0, parsed: Parsed::default() };
    if is_export(first) {
        reading.export(text);
    } else {
        reading.parsed.value.form = Form::Query;
        reading.query(text);
    }
    if reading.parsed.value.keys.is_empty() && reading.parsed.is_whole() {
        reading.parsed.lose(artifact.whole(), GapReason::Damaged("it holds no key".to_owned()));
    }
    reading.parsed
}

struct Reading {
    artifact: ArtifactId,
    /// Texts in hexadecimal are in bytes of the code page, as Windows 98 and NT 4 wrote them.
    ansi: bool,
    values: usize,
    parsed: Parsed<Registry>,
}

impl Reading {
    fn export(&mut self, text: &Text) {
        let mut lines = text.numbered().skip_while(|(_, line)| !is_export(line.trim())).skip(1);
        while let Some((number, line)) = lines.next() {
            let words = line.trim();
            if let Some(path) = words.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                // `[-KEY]` takes a key away when it is imported; it says nothing about a computer.
                let state = if path.starts_with('-') { KeyState::NotPresent } else { KeyState::Present };
                self.key(path.trim_start_matches('-'), state, number);
            } else if let Some(comment) = words.strip_prefix(';') {
                self.comment(comment, number);
            } else if !words.is_empty() {
                let mut whole = words.to_owned();
                let mut last = number;
                let is_hexadecimal = words.contains("=hex");
                for _ in 0..CONTINUED {
                    let Some(start) = whole.strip_suffix('\\').filter(|_| is_hexadecimal) else { break };
                    let Some((number, next)) = lines.next() else { break };
                    whole = format!("{start}{}", next.trim());
                    last = number;
                }
                self.exported(&whole, self.artifact.lines(number, last));
            }
        }
    }

    /// `; [KEY] is not present`, `; [KEY] access denied`, and `; "Name" is not present` of a value; other comments say
    /// nothing.
    fn comment(&mut self, comment: &str, number: u32) {
        if let Some((name, words)) = quoted(comment.trim()) {
            return self.value_comment(name, words.trim(), number);
        }
        let Some((path, state)) = comment.trim().strip_prefix('[').and_then(|rest| rest.rsplit_once(']')) else {
            return;
        };
        let at = self.artifact.line(number);
        match state.trim() {
            "is not present" => self.key(path, KeyState::NotPresent, number),
            "access denied" => {
                self.key(path, KeyState::AccessDenied, number);
                self.parsed.lose(at, GapReason::NotCollected(NotCollected::AccessDenied));
            }
            _ => {}
        }
    }

    fn value_comment(&mut self, name: String, words: &str, number: u32) {
        let at = self.artifact.line(number);
        match self.parsed.value.keys.last_mut() {
            Some(key) if words == "is not present" => {
                self.values = self.values.saturating_add(1);
                if self.values <= VALUES {
                    key.absent.push(Cited::new(name, at));
                }
            }
            Some(_) if words.starts_with("has ") => {
                self.parsed.lose(at, GapReason::OverLimit(format!("the size of the value {name}")));
            }
            _ => {}
        }
    }

    fn key(&mut self, path: &str, state: KeyState, number: u32) {
        let path = Cited::new(path.to_owned(), self.artifact.line(number));
        self.parsed.value.keys.push(Key { path, state, values: Vec::new(), absent: Vec::new() });
    }

    fn value(&mut self, name: String, data: Option<Data>, at: Evidence) {
        self.values = self.values.saturating_add(1);
        if self.values > VALUES {
            if self.values == VALUES.saturating_add(1) {
                self.parsed.lose(at, GapReason::OverLimit("registry values".to_owned()));
            }
            return;
        }
        match (self.parsed.value.keys.last_mut(), data) {
            (Some(key), Some(data)) => key.values.push(Value { at, name, data }),
            (None, _) => self.parsed.lose(at, GapReason::Damaged("a value without a key".to_owned())),
            (_, None) => self.parsed.lose(at, GapReason::Damaged(format!("the value {name} is not understood"))),
        }
    }

    /// `"Name"=dword:00000001`
    fn exported(&mut self, line: &str, at: Evidence) {
        let (name, data) = match line.strip_prefix('@') {
            Some(rest) => (String::new(), rest),
            None => match quoted(line) {
                Some(read) => read,
                None => return self.parsed.lose(at, GapReason::Damaged("a line that is not understood".to_owned())),
            },
        };
        match data.trim_start().strip_prefix('=').map(str::trim) {
            // Takes a value away when it is imported.
            Some("-") => {}
            Some(data) => {
                let data = self.data(data);
                self.value(name, data, at);
            }
            None => self.value(name, None, at),
        }
    }

    fn data(&self, text: &str) -> Option<Data> {
        if text.starts_with('"') {
            return quoted(text).filter(|(_, rest)| rest.trim().is_empty()).map(|(text, _)| Data::Text(text));
        }
        let (kind, digits) = text.split_once(':')?;
        if kind.eq_ignore_ascii_case("dword") {
            return u32::from_str_radix(digits.trim(), 16).ok().map(Data::Dword);
        }
        let bytes = bytes(digits)?;
        Some(match kind.to_ascii_lowercase().as_str() {
            "hex(1)" => Data::Text(self.text(&bytes)),
            "hex(2)" => Data::Expand(self.text(&bytes)),
            "hex(4)" => Data::Dword(u32::from_le_bytes(bytes.try_into().ok()?)),
            "hex(7)" => Data::Multi(self.texts(&bytes)),
            "hex(b)" => Data::Qword(u64::from_le_bytes(bytes.try_into().ok()?)),
            hex if hex.starts_with("hex") => Data::Binary(bytes),
            _ => return None,
        })
    }

    fn text(&self, bytes: &[u8]) -> String {
        self.texts(bytes).into_iter().next().unwrap_or_default()
    }

    /// Texts that each end in a zero; an empty one ends the list.
    fn texts(&self, bytes: &[u8]) -> Vec<String> {
        let encoding = if self.ansi { encoding_rs::WINDOWS_1252 } else { encoding_rs::UTF_16LE };
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        text.split('\0').take_while(|text| !text.is_empty()).map(str::to_owned).collect()
    }

    /// `reg query`: the path of a key at the beginning of a line, its values indented below it.
    fn query(&mut self, text: &Text) {
        for (number, line) in text.numbered() {
            let words = line.trim();
            let at = self.artifact.line(number);
            if is_key_path(words) && !line.starts_with([' ', '\t']) {
                self.key(words, KeyState::Present, number);
            } else if let Some((name, kind, data)) = queried(line) {
                let data = typed(kind, data);
                self.value(name.to_owned(), data, at);
            } else if is_complaint(words) {
                self.parsed.lose(at, GapReason::ToolFailed(words.to_owned()));
            }
        }
    }
}

/// A text in quotes, in which a backslash stands before a quote or a backslash; and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, rest.get(at.saturating_add(1)..)?)),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// `61,00,00,00`, with blanks where lines were joined.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let parts = digits.split(',').map(str::trim);
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    parts.into_iter().map(|part| u8::from_str_radix(part, 16).ok().filter(|_| part.len() <= 2)).collect()
}

fn is_key_path(line: &str) -> bool {
    line.starts_with("HKEY_") && !line.contains("REG_")
}

/// `    Name    REG_DWORD    0x1`; old versions put tabs between. A name may hold blanks.
fn queried(line: &str) -> Option<(&str, &str, &str)> {
    if !line.starts_with([' ', '\t']) {
        return None;
    }
    let at = ["    REG_", "\tREG_"].iter().filter_map(|mark| line.find(mark)).min()?;
    let (name, rest) = line.split_at_checked(at)?;
    let rest = rest.trim_start();
    let end = rest.find([' ', '\t']).unwrap_or(rest.len());
    let (kind, data) = rest.split_at_checked(end)?;
    let name = name.trim();
    // The default value has a name in the language of Windows, in parentheses or angle brackets.
    let is_default = (name.starts_with('(') && name.ends_with(')')) || name == "<NO NAME>";
    Some((if is_default { "" } else { name }, kind, data.trim()))
}

/// Data as `reg query` prints it.
fn typed(kind: &str, data: &str) -> Option<Data> {
    let number = || u64::from_str_radix(data.strip_prefix("0x")?, 16).ok();
    Some(match kind {
        "REG_DWORD" => Data::Dword(u32::try_from(number()?).ok()?),
        "REG_QWORD" => Data::Qword(number()?),
        "REG_SZ" => Data::Text(data.to_owned()),
        "REG_EXPAND_SZ" => Data::Expand(data.to_owned()),
        "REG_MULTI_SZ" => Data::Multi(data.split("\\0").filter(|text| !text.is_empty()).map(str::to_owned).collect()),
        "REG_BINARY" => {
            let (pairs, rest) = data.as_bytes().as_chunks::<2>();
            let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
            Data::Binary(pairs.iter().map(byte).collect::<Option<Vec<_>>>().filter(|_| rest.is_empty())?)
        }
        _ => Data::Binary(data.as_bytes().to_vec()),
    })
}

/// `ERROR: …`, in any language: a word in capitals or not, and a colon, at the beginning of a line.
fn is_complaint(words: &str) -> bool {
    let first = words.split_once(':').map(|(first, _)| first.trim().to_lowercase());
    first.is_some_and(|first| first.starts_with("err") || first == "fehler")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const EXPORT: &str = "Windows Registry Editor Version 5.00\r\n\r\n\
        [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Lsa]\r\n\
        \"DisableLoopbackCheck\"=dword:00000001\r\n\"Authentication Packages\"=hex(7):6d,00,73,00,76,00,31,00,5f,00,30,\\\r\n  \
        00,00,00,00,00\r\n\"Say \\\"hi\\\" \\\\ there\"=\"C:\\\\x \\\"y\\\"\"\r\n@=\"the default\"\r\n\
        \"Wide\"=hex(b):01,00,00,00,00,00,00,80\r\n\"Path\"=hex(2):25,00,61,00,25,00,00,00\r\n\"Gone\"=-\r\n\r\n\
        [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0]\r\n\
        \"BackConnectionHostNames\"=hex(7):61,00,2e,00,62,00,00,00,63,00,00,00,00,00\r\n\"Raw\"=hex:0a,ff\r\n\r\n\
        ; [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\Kerberos\\Parameters] is not present\r\n";
    const QUERY: &str = "\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Netlogon\\Parameters\r\n    \
        DBFlag    REG_DWORD    0x2080ffff\r\n    Some Name    REG_SZ    a  b\r\n    (Standard)    REG_SZ    x\r\n    \
        Names    REG_MULTI_SZ    www.contoso.com\\0intranet\r\n    Empty    REG_MULTI_SZ    \r\n    \
        Bytes    REG_BINARY    0AFF\r\n\r\n";
    const OLD_QUERY: &str = "\r\n! REG.EXE VERSION 3.0\r\n\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\InetStp\r\n    \
        <NO NAME>\tREG_SZ\t\r\n    MajorVersion\tREG_DWORD\t0x6\r\n\r\n";

    fn read(text: &str) -> Parsed<Registry> {
        parse(ArtifactId(0), &Text::from(text))
    }

    fn values(key: &Key) -> Vec<(&str, Data)> {
        key.values.iter().map(|value| (value.name.as_str(), value.data.clone())).collect()
    }

    fn multi(texts: &[&str]) -> Data {
        Data::Multi(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn an_export_is_read_with_types_and_lines() {
        let parsed = read(EXPORT);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let [lsa, msv, kerberos] = parsed.value.keys.as_slice() else { panic!("{:?}", parsed.value.keys) };
        let expected = [
            ("DisableLoopbackCheck", Data::Dword(1)),
            ("Authentication Packages", multi(&["msv1_0"])),
            ("Say \"hi\" \\ there", Data::Text("C:\\x \"y\"".to_owned())),
            ("", Data::Text("the default".to_owned())),
            ("Wide", Data::Qword(0x8000_0000_0000_0001)),
            ("Path", Data::Expand("%a%".to_owned())),
        ];
        assert_eq!(values(lsa), expected);
        assert_eq!(lsa.values[1].at, ArtifactId(0).lines(5, 6));
        let expected = [("BackConnectionHostNames", multi(&["a.b", "c"])), ("Raw", Data::Binary(vec![10, 255]))];
        assert_eq!(values(msv), expected);
        assert_eq!((kerberos.state, kerberos.path.at), (KeyState::NotPresent, ArtifactId(0).line(17)));
        assert!(kerberos.path.value.ends_with("Kerberos\\Parameters"));
    }

    #[test]
    fn values_of_which_it_is_said_that_they_are_not_there_are_told() {
        let text = "\u{feff}Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\X]\r\n; \"A\" is not present\r\n\
            \"B\"=dword:00000001\r\n; \"C\" has 70000 bytes, too many to be written here\r\n; \"D\" was fun\r\n";
        let parsed = parse(ArtifactId(0), &Text::decode(text.as_bytes(), None));
        let key = &parsed.value.keys[0];
        assert_eq!(
            (key.absent.clone(), key.values.len()),
            (vec![Cited::new("A".to_owned(), ArtifactId(0).line(4))], 1)
        );
        assert!(matches!(&parsed.losses[..], [loss] if loss.reason.code() == "over-limit"), "{:?}", parsed.losses);
    }

    #[test]
    fn a_query_is_read_in_old_and_new_layouts() {
        let parsed = read(QUERY);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let expected = [
            ("DBFlag", Data::Dword(0x2080_ffff)),
            ("Some Name", Data::Text("a  b".to_owned())),
            ("", Data::Text("x".to_owned())),
            ("Names", multi(&["www.contoso.com", "intranet"])),
            ("Empty", multi(&[])),
            ("Bytes", Data::Binary(vec![10, 255])),
        ];
        assert_eq!(values(&parsed.value.keys[0]), expected);
        assert_eq!(parsed.value.form, Form::Query);
        let old = read(OLD_QUERY).value;
        assert_eq!(values(&old.keys[0]), [("", Data::Text(String::new())), ("MajorVersion", Data::Dword(6))]);
    }

    #[test]
    fn an_old_export_has_texts_in_bytes() {
        let text = "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\X]\r\n\"Names\"=hex(7):61,00,62,63,00,00\r\n";
        assert_eq!(values(&read(text).value.keys[0]), [("Names", multi(&["a", "bc"]))]);
    }

    #[test]
    fn what_may_not_be_read_is_a_gap_and_not_an_absence() {
        let parsed = read("Windows Registry Editor Version 5.00\r\n\r\n; [HKEY_LOCAL_MACHINE\\X] access denied\r\n");
        assert_eq!(parsed.value.keys[0].state, KeyState::AccessDenied);
        assert_eq!(parsed.losses[0].reason, GapReason::NotCollected(NotCollected::AccessDenied));
        let failed = read("ERROR: The system was unable to find the specified registry key or value.\r\n");
        assert!(matches!(failed.losses[0].reason, GapReason::ToolFailed(_)));
        assert!(!read("Fehler: Zugriff verweigert\r\n").is_whole());
    }

    #[test]
    fn damage_costs_one_value() {
        for broken in ["\"A\"=dword:xyz", "\"A", "\"A\"", "\"A\"=hex(b):01", "\"A\"=hex:zz", "\"A\"=frob:1", "what"] {
            let text = format!(
                "Windows Registry Editor Version 5.00\r\n[HKEY_USERS\\X]\r\n{broken}\r\n\"B\"=dword:00000002\r\n"
            );
            let parsed = read(&text);
            assert_eq!(parsed.losses.len(), 1, "{broken}: {:?}", parsed.losses);
            assert_eq!(values(&parsed.value.keys[0]), [("B", Data::Dword(2))], "{broken}");
        }
        assert!(!read("Windows Registry Editor Version 5.00\r\n\"A\"=dword:00000001\r\n").is_whole());
        assert!(!read("").is_whole());
    }

    #[test]
    fn only_such_texts_are_recognized() {
        for text in [EXPORT, QUERY, OLD_QUERY, "REGEDIT4\n"] {
            assert!(recognizes(&Text::from(text)), "{text}");
        }
        for text in ["HKEY_LOCAL_MACHINE is a hive", "", "    A    REG_DWORD    0x1", "Hello"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic_and_what_is_over_the_limit_is_said() {
        for cut in beginnings(&[EXPORT, QUERY]) {
            let _ = read(cut);
        }
        let many =
            format!("Windows Registry Editor Version 5.00\n[HKEY_USERS\\X]\n{}", "\"a\"=dword:1\n".repeat(VALUES + 5));
        let parsed = read(&many);
        assert_eq!((parsed.value.keys[0].values.len(), parsed.losses.len()), (VALUES, 1));
        let endless = format!(
            "Windows Registry Editor Version 5.00\n[HKEY_USERS\\X]\n\"a\"=hex:{}",
            "01,\\\n".repeat(CONTINUED + 5)
        );
        assert!(!read(&endless).is_whole());
    }
}

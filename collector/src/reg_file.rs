//! The text form of registry keys, as `reg export` writes it (version 5.00).

use std::fmt::{Arguments, Display, Write as _};

use crate::registry::{REG_SZ, Value};

/// A file with keys, in the making.
#[derive(Debug)]
pub struct RegFile {
    text: String,
}

const REG_BINARY: u32 = 3;

/// How long a value may be. None that is asked for comes near it.
const VALUE_BYTES: usize = 64 << 10;

impl Default for RegFile {
    fn default() -> Self {
        Self { text: "\u{feff}Windows Registry Editor Version 5.00\r\n".to_owned() }
    }
}

impl RegFile {
    /// How many bytes it has by now.
    pub fn bytes(&self) -> u64 {
        self.text.len() as u64
    }

    /// The whole file.
    pub fn finish(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    /// Begins a key; its values follow.
    pub fn key(&mut self, path: &str) {
        self.line(format_args!("\r\n[{}]", full(path)));
    }

    /// Says of a key why it is not here: `is not present`, `access denied`.
    pub fn missing_key(&mut self, path: &str, why: &dyn Display) {
        let why = one_line(&why.to_string());
        self.line(format_args!("\r\n; [{}] {why}", full(path)));
    }

    /// Adds a value to the key that was begun.
    pub fn value(&mut self, value: &Value) {
        let name = if value.name.is_empty() { "@".to_owned() } else { quoted(&value.name) };
        if value.data.len() > VALUE_BYTES {
            return self.line(format_args!("; {name} has {} bytes, too many to be written here", value.data.len()));
        }
        match (plain_text(value), value.number()) {
            (Some(text), _) => self.line(format_args!("{name}={}", quoted(&text))),
            (None, Some(number)) => self.line(format_args!("{name}=dword:{number:08x}")),
            (None, None) => {
                let kind = if value.kind == REG_BINARY { String::new() } else { format!("({:x})", value.kind) };
                let bytes: Vec<String> = value.data.iter().map(|byte| format!("{byte:02x}")).collect();
                self.line(format_args!("{name}=hex{kind}:{}", bytes.join(",")));
            }
        }
    }

    /// Says that the key that was begun has no such value.
    pub fn absent_value(&mut self, name: &str) {
        self.line(format_args!("; {} is not present", quoted(name)));
    }

    fn line(&mut self, line: Arguments<'_>) {
        write!(self.text, "{line}\r\n").unwrap_or_default();
    }
}

/// The text of a value that reads the same when it is written in quotes: whole, ended by one zero, and on one line.
fn plain_text(value: &Value) -> Option<String> {
    let text = value.text()?;
    let whole = value.data.len() == text.encode_utf16().count() * 2 + 2;
    (value.kind == REG_SZ && whole && one_line(&text) == text).then_some(text)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text).replace('\\', r"\\").replace('"', "\\\""))
}

fn full(path: &str) -> String {
    let path = one_line(path);
    for (short, long) in [("HKLM", "HKEY_LOCAL_MACHINE"), ("HKCU", "HKEY_CURRENT_USER")] {
        if let Some(rest) = path.strip_prefix(short) {
            return format!("{long}{rest}");
        }
    }
    path
}

/// What others have named may hold anything; a line end of theirs must not begin a line of ours.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{REG_DWORD, REG_MULTI_SZ, REG_QWORD};

    fn check(name: &str, kind: u32, data: &[u8], expected: &str) {
        let mut file = RegFile::default();
        file.value(&Value { name: name.to_owned(), kind, data: data.to_vec() });
        let text = String::from_utf8(file.finish()).expect("text");
        assert_eq!(text, format!("\u{feff}Windows Registry Editor Version 5.00\r\n{expected}\r\n"));
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn each_type_has_its_form() {
        check("LogLevel", REG_DWORD, &[1, 0, 0, 0], "\"LogLevel\"=dword:00000001");
        check("Domain", REG_SZ, &wide("contoso.com\0"), "\"Domain\"=\"contoso.com\"");
        check("", REG_SZ, &wide("x\0"), "@=\"x\"");
        check("E", REG_SZ, &wide("\0"), "\"E\"=\"\"");
        check("P", 2, &wide("%a\0"), "\"P\"=hex(2):25,00,61,00,00,00");
        check("B", 3, &[1, 0xab], "\"B\"=hex:01,ab");
        check("M", REG_MULTI_SZ, &wide("a\0\0"), "\"M\"=hex(7):61,00,00,00,00,00");
        check("Q", REG_QWORD, &[1, 0, 0, 0, 0, 0, 0, 0], "\"Q\"=hex(b):01,00,00,00,00,00,00,00");
    }

    #[test]
    fn text_that_would_not_read_back_the_same_is_written_as_bytes() {
        check("S", REG_SZ, &wide("a\r\n\0"), "\"S\"=hex(1):61,00,0d,00,0a,00,00,00");
        check("S", REG_SZ, &wide("a"), "\"S\"=hex(1):61,00");
        check("S", REG_SZ, &wide("a\0b\0"), "\"S\"=hex(1):61,00,00,00,62,00,00,00");
        check("S", REG_SZ, &[0, 0xd8, 0, 0], "\"S\"=hex(1):00,d8,00,00");
        check("S", REG_SZ, b"a", "\"S\"=hex(1):61");
        check("D", REG_DWORD, &[1, 0], "\"D\"=hex(4):01,00");
    }

    #[test]
    fn names_stay_on_their_line_and_in_their_quotes() {
        check(r#"a\"b"#, REG_SZ, &wide("c:\\\"\0"), r#""a\\\"b"="c:\\\"""#);
        check("a\r\n[HKEY]", REG_DWORD, &[0, 0, 0, 0], "\"a\u{fffd}\u{fffd}[HKEY]\"=dword:00000000");
        let mut file = RegFile::default();
        file.key("HKCU\\a\nb");
        assert!(
            String::from_utf8(file.finish()).expect("text").ends_with("\r\n\r\n[HKEY_CURRENT_USER\\a\u{fffd}b]\r\n")
        );
    }

    #[test]
    fn a_value_of_absurd_length_is_not_written() {
        let expected = format!("; \"L\" has {} bytes, too many to be written here", VALUE_BYTES + 1);
        check("L", 3, &vec![0; VALUE_BYTES + 1], &expected);
    }
}

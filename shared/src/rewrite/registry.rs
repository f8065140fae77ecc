//! What `reg export` writes: strings in quotation marks, and others as the hexadecimal bytes of UTF-16.

use crate::rewrite::escapes::Unescaped;
use crate::rewrite::piece::{Editor, Piece, Place, apply};

/// The end of the first value: a line that ends with a backslash goes on in the next one.
pub fn unit(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let body = line.strip_suffix('\n')?;
        if !is_continued(body) {
            return Some(at);
        }
    }
    None
}

fn is_continued(line: &str) -> bool {
    let line = line.trim_end_matches('\r');
    line.ends_with(",\\") || (line.ends_with(":\\") && line.contains("hex"))
}

/// Rewrites one value, one key, or one other line.
pub fn rewrite(unit: &str, editor: &mut dyn Editor, out: &mut String) {
    let body = unit.trim_end_matches(['\r', '\n']);
    let end = unit.get(body.len()..).unwrap_or_default();
    if let Some((name, data)) = value(body) {
        out.push('"');
        string(name, Place::ValueName, editor, out);
        out.push_str("\"=");
        self::data(&Unescaped::of(name, '\\', resolve).text, name.chars().count(), data, editor, out);
    } else if let Some(data) = body.strip_prefix("@=") {
        out.push_str("@=");
        self::data("@", 0, data, editor, out);
    } else {
        let is_key = body.trim_start_matches([';', ' ']).starts_with("[HKEY_");
        let edits = editor.text(&Piece { text: body, place: if is_key { Place::Key } else { Place::Line } });
        out.push_str(&apply(body, &edits));
    }
    out.push_str(end);
}

/// `"name"=data`, the name as it is escaped.
fn value(body: &str) -> Option<(&str, &str)> {
    let rest = body.strip_prefix('"')?;
    let close = closing(rest)?;
    let data = rest.get(close..)?.strip_prefix("\"=")?;
    Some((rest.get(..close)?, data))
}

/// Where the quotation mark stands that ends a string.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}

fn string(escaped: &str, place: Place<'_>, editor: &mut dyn Editor, out: &mut String) {
    let plain = Unescaped::of(escaped, '\\', resolve);
    let edits = editor.text(&Piece { text: &plain.text, place });
    out.push_str(&apply(escaped, &plain.edits(edits, escape)));
}

fn resolve(text: &str) -> Option<(char, usize)> {
    let character = text.strip_prefix('\\')?.chars().next()?;
    matches!(character, '\\' | '"').then_some((character, 2))
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// `name_chars` is how long the name is as it is written: the first line of bytes begins behind it.
fn data(key: &str, name_chars: usize, data: &str, editor: &mut dyn Editor, out: &mut String) {
    if let Some(text) = data.strip_prefix('"') {
        let close = closing(text).unwrap_or(text.len());
        out.push('"');
        string(text.get(..close).unwrap_or_default(), Place::Value { key }, editor, out);
        return out.push_str(text.get(close..).unwrap_or_default());
    }
    let hexadecimal = data.split_once(':').filter(|(kind, _)| kind.starts_with("hex"));
    let Some((kind, bytes)) = hexadecimal.and_then(|(kind, digits)| Some((kind, read(digits)?))) else {
        let edits = editor.text(&Piece { text: data, place: Place::Value { key } });
        return out.push_str(&apply(data, &edits));
    };
    let changed = match wide(kind, &bytes) {
        Some(text) => {
            let edits = editor.text(&Piece { text: &text, place: Place::Value { key } });
            let encode = || apply(&text, &edits).encode_utf16().flat_map(u16::to_le_bytes).collect();
            (!edits.is_empty()).then(encode)
        }
        None => editor.bytes(key, &bytes),
    };
    match changed {
        Some(bytes) => write(kind, Lines { head: name_chars, are_broken: data.contains('\n') }, &bytes, out),
        None => out.push_str(data),
    }
}

/// The text of `REG_SZ`, `REG_EXPAND_SZ` and `REG_MULTI_SZ`, whose strings end with a zero each.
fn wide(kind: &str, bytes: &[u8]) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let is_text = matches!(kind, "hex(1)" | "hex(2)" | "hex(7)") && rest.is_empty();
    is_text.then(|| String::from_utf16(&units.iter().map(|unit| u16::from_le_bytes(*unit)).collect::<Vec<_>>()).ok())?
}

fn read(digits: &str) -> Option<Vec<u8>> {
    let digits: String = digits.chars().filter(|digit| !matches!(digit, '\\' | '\r' | '\n' | ' ')).collect();
    let bytes = digits.split(',').filter(|byte| !byte.is_empty());
    bytes.map(|byte| u8::from_str_radix(byte, 16).ok().filter(|_| byte.len() == 2)).collect()
}

/// How bytes are laid out in lines.
#[derive(Clone, Copy)]
struct Lines {
    /// The characters of the name before them.
    head: usize,
    /// Whether they are broken as `reg export` does it; else they are one line.
    are_broken: bool,
}

/// A line that is broken has 79 characters at most, with the backslash at its end.
fn write(kind: &str, lines: Lines, bytes: &[u8], out: &mut String) {
    use std::fmt::Write as _;
    out.push_str(kind);
    out.push(':');
    // The quotation marks and the equals sign around the name are three characters; `@=` is two.
    let head = if lines.head == 0 { 2 } else { lines.head.saturating_add(3) };
    let mut column = head.saturating_add(kind.len()).saturating_add(1);
    for (index, byte) in bytes.iter().enumerate() {
        let is_last = index.saturating_add(1) == bytes.len();
        let _ = write!(out, "{byte:02x}");
        column = column.saturating_add(2);
        if !is_last {
            out.push(',');
            column = column.saturating_add(1);
            if lines.are_broken && column > LAST_COLUMN {
                out.push_str("\\\r\n  ");
                column = 2;
            }
        }
    }
}

/// Behind this column, a line of bytes is broken.
const LAST_COLUMN: usize = 76;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::format::Format;
    use crate::rewrite::rewriter::rewrite_all;
    use crate::rewrite::rewriter::testing::{Record, Swap};

    fn hex(kind: &str, name: &str, text: &str, are_broken: bool) -> String {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut out = format!("\"{name}\"=");
        write(kind, Lines { head: name.len(), are_broken }, &bytes, &mut out);
        out + "\r\n"
    }

    #[test]
    fn names_and_values_are_told_apart() {
        let text = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\A\\B]\r\n@=\"x\"\r\n\
            \"Ho\\\"st\"=\"C:\\\\web01\"\r\n\"D\"=dword:00000001\r\n\"Bin\"=hex:01,02\r\n\
            ; [HKEY_LOCAL_MACHINE\\C] is not present\r\n";
        let text = text.to_owned() + &hex("hex(7)", "Names", "a\0b\0\0", true);
        let mut record = Record::default();
        assert_eq!(rewrite_all(Format::Registry, &text, &mut record), text);
        let pieces: Vec<_> = record.pieces.iter().map(|(place, text)| format!("{place}|{text}")).collect();
        let value = |key: &str, text: &str| format!("Value {{ key: {key:?} }}|{text}");
        let expected = [
            "Line|Windows Registry Editor Version 5.00".to_owned(),
            "Line|".to_owned(),
            "Key|[HKEY_LOCAL_MACHINE\\A\\B]".to_owned(),
            value("@", "x"),
            "ValueName|Ho\"st".to_owned(),
            value("Ho\"st", "C:\\web01"),
            "ValueName|D".to_owned(),
            value("D", "dword:00000001"),
            "ValueName|Bin".to_owned(),
            format!("Bytes Bin|{:?}", [1, 2]),
            "Key|; [HKEY_LOCAL_MACHINE\\C] is not present".to_owned(),
            "ValueName|Names".to_owned(),
            value("Names", "a\0b\0\0"),
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn words_are_found_in_bytes_and_the_lines_are_broken_again() {
        let swap = |text: &str| rewrite_all(Format::Registry, text, &mut Swap("contoso", "fabrikam"));
        let names = |word: &str| format!("portal.{word}.com\0www.{word}.com\0\0");
        for are_broken in [true, false] {
            let with = |word: &str| hex("hex(7)", "BackConnectionHostNames", &names(word), are_broken);
            assert_eq!(swap(&with("contoso")), with("fabrikam"));
            assert_eq!(with("contoso").lines().count() > 1, are_broken);
            assert!(!are_broken || with("contoso").lines().all(|line| line.len() < 80), "{}", with("contoso"));
        }
        assert_eq!(swap("\"a\"=\"\\\\\\\\contoso\\\\x\"\r\n"), "\"a\"=\"\\\\\\\\fabrikam\\\\x\"\r\n");
    }

    #[test]
    fn what_is_broken_is_read_as_text() {
        let swap = |text: &str| rewrite_all(Format::Registry, text, &mut Swap("contoso", "x"));
        for (broken, expected) in [
            ("\"contoso", "\"x"),
            ("\"a\"=\"contoso", "\"a\"=\"x"),
            ("\"a\"=hex(7):contoso", "\"a\"=hex(7):x"),
            ("\"a\"=hex(7):63,\\", "\"a\"=hex(7):63,\\"),
            ("", ""),
        ] {
            assert_eq!(swap(broken), expected);
        }
    }
}

//! Text as consoles and editors write it: UTF-8, UTF-16, or a code page; lines counted from 1.

use std::borrow::Cow;

/// Decoded text, line by line, without line ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    lines: Vec<String>,
    /// What it was written in, as people call it.
    pub encoding: String,
    /// Why some characters may be wrong, if they may.
    pub doubt: Option<String>,
}

impl Text {
    /// Decodes bytes. `code_page` is the OEM code page of the host, when known: console tools print in it.
    pub fn decode(bytes: &[u8], code_page: Option<u16>) -> Self {
        let (text, doubt) = decode(bytes, code_page);
        Self { doubt, encoding: encoding(bytes, code_page), ..Self::from(text.as_ref()) }
    }

    /// The lines, numbered from 1.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, &str)> {
        (1..).zip(self.lines.iter().map(String::as_str))
    }

    /// The lines.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// One line, counted from 1.
    pub fn line(&self, number: u32) -> Option<&str> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.lines.get(index).map(String::as_str)
    }

    /// All of it as one string, with line feeds between the lines.
    pub fn joined(&self) -> String {
        self.lines.join("\n")
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut lines: Vec<String> = text
            .split('\n')
            .map(|line| line.trim_end_matches('\r').replace('\u{a0}', " ").replace('\0', "\u{fffd}"))
            .collect();
        if lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        Self { lines, ..Self::default() }
    }
}

/// Whether a line holds characters that no tool prints: whatever stands there is not what was written.
pub fn is_garbled(line: &str) -> bool {
    // Old programs end a file with the character 0x1A.
    line.chars().any(|c| c.is_control() && !c.is_whitespace() && c != '\u{1a}')
}

/// Whether a line has lost characters, or holds some that no tool prints, so that a name in it is not that name.
pub fn is_damaged(line: &str) -> bool {
    is_garbled(line) || line.contains(char::REPLACEMENT_CHARACTER)
}

/// The text, and why it may be wrong.
pub fn decode(bytes: &[u8], code_page: Option<u16>) -> (Cow<'_, str>, Option<String>) {
    let Some((encoding, body)) = marked(bytes) else { return decode_unmarked(bytes, code_page) };
    let (text, damaged) = encoding.decode_without_bom_handling(body);
    (text, damaged.then(|| format!("some bytes are not valid {}", encoding.name())))
}

/// What a text is written in, as people call it.
fn encoding(bytes: &[u8], code_page: Option<u16>) -> String {
    match marked(bytes) {
        Some((encoding, body)) if body.len() < bytes.len() => format!("{} with a byte order mark", encoding.name()),
        Some((encoding, _)) => encoding.name().to_owned(),
        None if bytes.is_ascii() => "ASCII".to_owned(),
        None if std::str::from_utf8(bytes).is_ok() => "UTF-8".to_owned(),
        None => match code_page.filter(|page| table(*page).is_some()) {
            Some(page) => format!("code page {page}"),
            None => "read as Windows-1252, because the code page is not known".to_owned(),
        },
    }
}

/// What the first bytes say of the encoding, and what stands behind them.
fn marked(bytes: &[u8]) -> Option<(&'static encoding_rs::Encoding, &[u8])> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Some((encoding_rs::UTF_8, rest)),
        [0xff, 0xfe, rest @ ..] => Some((encoding_rs::UTF_16LE, rest)),
        [0xfe, 0xff, rest @ ..] => Some((encoding_rs::UTF_16BE, rest)),
        _ => looks_like_utf16(bytes).then_some((encoding_rs::UTF_16LE, bytes)),
    }
}

fn table(page: u16) -> Option<&'static oem_cp::code_table_type::TableType> {
    oem_cp::code_table::DECODING_TABLE_CP_MAP.get(&page)
}

fn decode_unmarked(bytes: &[u8], code_page: Option<u16>) -> (Cow<'_, str>, Option<String>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.into(), None);
    }
    if let Some(table) = code_page.and_then(table) {
        return (table.decode_string_lossy(bytes).into(), None);
    }
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    (text, Some("the code page is unknown; read as Windows-1252".to_owned()))
}

/// PowerShell redirection without a mark: ASCII characters, each followed by a zero.
fn looks_like_utf16(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(512)).unwrap_or_default();
    let (pairs, _) = head.as_chunks::<2>();
    let latin = pairs.iter().filter(|pair| pair[0] != 0 && pair[1] == 0).count();
    pairs.len() >= 4 && latin * 10 >= pairs.len() * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8], code_page: Option<u16>) -> Vec<String> {
        Text::decode(bytes, code_page).lines().to_vec()
    }

    #[test]
    fn every_line_end_and_mark_gives_the_same_lines() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let marked = [vec![0xff, 0xfe], utf16("HOST/web01\r\nHOST/web02\r\n")].concat();
        for bytes in [
            b"HOST/web01\r\nHOST/web02\r\n".to_vec(),
            b"HOST/web01\nHOST/web02".to_vec(),
            b"\xef\xbb\xbfHOST/web01\r\nHOST/web02".to_vec(),
            marked,
            utf16("HOST/web01\r\nHOST/web02\r\n"),
        ] {
            assert_eq!(lines(&bytes, None), ["HOST/web01", "HOST/web02"], "{bytes:?}");
        }
    }

    #[test]
    fn a_known_code_page_is_used_and_an_unknown_one_is_said() {
        assert_eq!(lines(b"Dom\x84ne", Some(850)), ["Domäne"]);
        let text = Text::decode(b"Dom\xe4ne", None);
        assert_eq!(text.lines(), ["Domäne"]);
        assert!(text.doubt.is_some());
    }

    #[test]
    fn an_encoding_has_a_name() {
        for (bytes, page, name) in [
            (&b"\xef\xbb\xbfa"[..], None, "UTF-8 with a byte order mark"),
            (b"\xff\xfea\0", None, "UTF-16LE with a byte order mark"),
            (b"a\0b\0c\0d\0", None, "UTF-16LE"),
            (b"abc", Some(850), "ASCII"),
            ("\u{fc}".as_bytes(), Some(850), "UTF-8"),
            (b"\x84", Some(850), "code page 850"),
            (b"\x84", None, "read as Windows-1252, because the code page is not known"),
        ] {
            assert_eq!(encoding(bytes, page), name, "{bytes:?}");
        }
    }

    #[test]
    fn lines_are_counted_from_one() {
        let text = Text::from("a\nb");
        assert_eq!((text.line(0), text.line(1), text.line(2), text.line(3)), (None, Some("a"), Some("b"), None));
    }
}

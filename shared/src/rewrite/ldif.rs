//! LDIF (RFC 2849): the values of attributes, also those in base64, and what comments say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::rewrite::piece::{Edit, Editor, Piece, Place, apply};

/// The end of the first logical line: a line that begins with a blank goes on with the one before it.
pub fn unit(text: &str, is_end: bool) -> Option<usize> {
    let mut ends = text.match_indices('\n').map(|(at, _)| at.saturating_add(1));
    ends.find(|end| match text.as_bytes().get(*end) {
        Some(next) => *next != b' ',
        None => is_end,
    })
}

/// Rewrites one logical line. It keeps as many lines as it had, so that those below keep their numbers.
pub fn rewrite(unit: &str, editor: &mut dyn Editor, out: &mut String) {
    let body = unit.trim_end_matches(['\r', '\n']);
    let end = unit.get(body.len()..).unwrap_or_default();
    if !body.contains('\n') {
        line(body, editor, out);
        return out.push_str(end);
    }
    let whole = body.replace("\r\n ", "").replace("\n ", "");
    let mut rewritten = String::new();
    line(&whole, editor, &mut rewritten);
    if rewritten == whole {
        return out.push_str(unit);
    }
    out.push_str(&rewritten);
    for _ in body.matches('\n') {
        out.push_str(if body.contains("\r\n") { "\r\n " } else { "\n " });
    }
    out.push_str(end);
}

fn line(line: &str, editor: &mut dyn Editor, out: &mut String) {
    let (name, value) = line.split_once(':').unwrap_or(("", line));
    let comment = name.starts_with('#').then(|| name.replace(' ', ""));
    let key = comment.as_deref().unwrap_or_else(|| name.split(';').next().unwrap_or_default());
    let is_key = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"#-.".contains(&byte)) && !key.is_empty();
    if !is_key {
        let edits = editor.text(&Piece { text: line, place: Place::Line });
        return out.push_str(&apply(line, &edits));
    }
    out.push_str(name);
    out.push(':');
    if let Some(encoded) = value.strip_prefix(':').filter(|_| comment.is_none()) {
        out.push(':');
        return encoded_value(key, encoded, editor, out);
    }
    let edits = editor.text(&Piece { text: value, place: Place::Value { key } });
    out.push_str(&apply(value, &edits));
}

fn encoded_value(key: &str, encoded: &str, editor: &mut dyn Editor, out: &mut String) {
    let digits = encoded.trim_start();
    let blanks = encoded.get(..encoded.len().saturating_sub(digits.len())).unwrap_or_default();
    let Ok(bytes) = BASE64.decode(digits.trim_end()) else {
        // Not what it claims to be, so it is read as it stands.
        let edits = editor.text(&Piece { text: encoded, place: Place::Value { key } });
        return out.push_str(&apply(encoded, &edits));
    };
    let changed = match str::from_utf8(&bytes).ok().filter(|text| is_text(text)) {
        Some(text) => {
            let edits: Vec<Edit> = editor.text(&Piece { text, place: Place::Value { key } });
            (!edits.is_empty()).then(|| apply(text, &edits).into_bytes())
        }
        None => editor.bytes(key, &bytes),
    };
    match changed {
        Some(bytes) => {
            out.push_str(blanks);
            out.push_str(&BASE64.encode(&bytes));
        }
        None => out.push_str(encoded),
    }
}

/// A number that happens to be valid UTF-8 is no text.
fn is_text(text: &str) -> bool {
    !text.contains(|character: char| character.is_control() && !matches!(character, '\t' | '\r' | '\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::format::Format;
    use crate::rewrite::rewriter::rewrite_all;
    use crate::rewrite::rewriter::testing::{Record, Swap};

    fn swapped(text: &str) -> String {
        rewrite_all(Format::Ldif, text, &mut Swap("contoso", "Zürich"))
    }

    #[test]
    fn values_are_told_by_their_attribute() {
        let text =
            "version: 1\n# server: dc1\n# a note\n\ndn: CN=x\nmember;range=0-9: CN=y\nobjectSid:: AQID\ncn:: w7x4\n";
        let mut record = Record::default();
        assert_eq!(rewrite_all(Format::Ldif, text, &mut record), text);
        let pieces: Vec<_> = record.pieces.iter().map(|(place, text)| format!("{place}|{text}")).collect();
        let value = |key: &str, text: &str| format!("Value {{ key: {key:?} }}|{text}");
        let expected = [
            value("version", " 1"),
            value("#server", " dc1"),
            "Line|# a note".to_owned(),
            "Line|".to_owned(),
            value("dn", " CN=x"),
            value("member", " CN=y"),
            format!("Bytes objectSid|{:?}", [1, 2, 3]),
            value("cn", "üx"),
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn words_are_found_in_base64_and_across_a_fold() {
        assert_eq!(swapped("dc: contoso\r\n"), "dc: Zürich\r\n");
        let encoded = format!("cn:: {}\n", BASE64.encode("ü contoso".as_bytes()));
        assert_eq!(swapped(&encoded), format!("cn:: {}\n", BASE64.encode("ü Zürich".as_bytes())));
        assert_eq!(swapped("dn: DC=con\n toso\ncn: x\n"), "dn: DC=Zürich\n \ncn: x\n");
        assert_eq!(swapped("dn: DC=con\r\n  toso\r\n"), "dn: DC=con\r\n  toso\r\n");
        assert_eq!(swapped("cn:: con\n toso=\n"), "cn:: con\n toso=\n");
    }

    #[test]
    fn what_is_no_ldif_is_read_as_text() {
        assert_eq!(swapped("it is contoso here\ncontoso"), "it is Zürich here\nZürich");
        assert_eq!(swapped("cn:: contoso!\n"), "cn:: Zürich!\n");
        assert_eq!(swapped(""), "");
    }
}

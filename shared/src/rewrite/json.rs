//! JSON: the strings in it are rewritten, the names of members are not.

use crate::rewrite::escapes::Unescaped;
use crate::rewrite::piece::{Editor, Piece, Place, apply};

/// Which member we are in.
#[derive(Clone, Debug, Default)]
pub struct State {
    key: String,
}

/// The end of the first unit: behind the punctuation that follows a string, a number or nothing.
pub fn unit(text: &str) -> Option<usize> {
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b':' | b',' | b'{' | b'}' | b'[' | b']' if !in_string => return Some(at.saturating_add(1)),
            _ => {}
        }
    }
    None
}

/// Rewrites one unit.
pub fn rewrite(unit: &str, state: &mut State, editor: &mut dyn Editor, out: &mut String) {
    let string = unit.split_once('"').and_then(|(before, rest)| {
        let (string, behind) = rest.rsplit_once('"')?;
        Some((before, string, behind))
    });
    let Some((before, string, behind)) = string else {
        // No string: a number, a word, or what is no JSON at all.
        let edits = editor.text(&Piece { text: unit, place: Place::Line });
        return out.push_str(&apply(unit, &edits));
    };
    let plain = Unescaped::of(string, '\\', resolve);
    if behind.trim_start().starts_with(':') {
        state.key.clone_from(&plain.text);
        return out.push_str(unit);
    }
    out.push_str(before);
    out.push('"');
    let edits = editor.text(&Piece { text: &plain.text, place: Place::Value { key: &state.key } });
    out.push_str(&apply(string, &plain.edits(edits, escape)));
    out.push('"');
    out.push_str(behind);
}

fn resolve(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix('\\')?;
    let simple = match rest.chars().next()? {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(rest),
        other => other,
    };
    matches!(rest.as_bytes().first(), Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'))
        .then_some((simple, 2))
}

/// `u00e4`, or two of them for a character that UTF-16 writes as two units.
fn unicode(rest: &str) -> Option<(char, usize)> {
    let hex = |text: &str| u16::from_str_radix(text.get(1..5)?, 16).ok();
    let first = hex(rest)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Some((character, 6));
    }
    let second = hex(rest.get(5..)?.strip_prefix('\\').filter(|rest| rest.starts_with('u'))?)?;
    Some((char::decode_utf16([first, second]).next()?.ok()?, 12))
}

/// Words as they stand in a string.
fn escape(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use crate::rewrite::format::Format;
    use crate::rewrite::rewriter::rewrite_all;
    use crate::rewrite::rewriter::testing::{Record, Swap};

    #[test]
    fn values_are_told_by_their_member_and_names_stay() {
        let text = r#"{ "user" : "a\\bé", "list":[ "c", 7, "d" ], "o":{"user":"\u0061\ud834\udd1e"}}"#;
        let mut record = Record::default();
        assert_eq!(rewrite_all(Format::Json, text, &mut record), text);
        let values = record.pieces.iter().filter(|(place, _)| place.starts_with("Value"));
        let values: Vec<_> = values.map(|(place, text)| format!("{place} {text}")).collect();
        let value = |key: &str, text: &str| format!("Value {{ key: {key:?} }} {text}");
        assert_eq!(values, [value("user", "a\\bé"), value("list", "c"), value("list", "d"), value("user", "a𝄞")]);
    }

    #[test]
    fn words_are_escaped_on_their_way_in() {
        let text = r#"{"CONTOSO":"CONTOSO\\svc-web"}"#;
        let swapped = rewrite_all(Format::Json, text, &mut Swap(r"CONTOSO\svc", "A\"\\B"));
        assert_eq!(swapped, r#"{"CONTOSO":"A\"\\B-web"}"#);
        let broken = r#"{"a": "b\u00zz \q "#;
        assert_eq!(rewrite_all(Format::Json, broken, &mut Swap("b", "c")), broken.replace('b', "c"));
    }
}

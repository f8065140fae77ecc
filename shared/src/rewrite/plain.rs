//! Lines of text, in which a URL may hold characters as `%` and two digits.

use crate::rewrite::escapes::Unescaped;
use crate::rewrite::piece::{Editor, Piece, Place, apply};

/// Rewrites one line, with its line end if it has one.
pub fn rewrite(line: &str, editor: &mut dyn Editor, out: &mut String) {
    piece(line, Place::Line, editor, out);
}

/// Rewrites text that stands here as it is, but for the escapes of URLs.
pub fn piece(text: &str, place: Place<'_>, editor: &mut dyn Editor, out: &mut String) {
    if !text.contains('%') {
        let edits = editor.text(&Piece { text, place });
        return out.push_str(&apply(text, &edits));
    }
    let plain = Unescaped::of(text, '%', character);
    let edits = editor.text(&Piece { text: &plain.text, place });
    out.push_str(&apply(text, &plain.edits(edits, str::to_owned)));
}

/// The character that `%20`, or `%C3%A4`, stands for. Control characters stay what they are: who writes `%0A` means a
/// text, not a new line.
fn character(text: &str) -> Option<(char, usize)> {
    let first = byte(text, 0)?;
    let length = match first {
        0x20..0x7f => 1,
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => return None,
    };
    let bytes = (0..length).map(|index| byte(text, index)).collect::<Option<Vec<_>>>()?;
    let character = str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((character, length.saturating_mul(3)))
}

fn byte(text: &str, index: usize) -> Option<u8> {
    let digits = text.get(index.checked_mul(3)?..)?.strip_prefix('%')?.get(..2)?;
    // Not `from_str_radix` alone: that takes a sign.
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::rewriter::testing::Swap;

    fn check(line: &str, expected: &str) {
        let mut out = String::new();
        rewrite(line, &mut Swap("Müller", "x"), &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn a_word_is_found_in_a_url_too() {
        check("Müller is Müller\r\n", "x is x\r\n");
        check("/a%20b/M%C3%BCller%5Cc\n", "/a%20b/x%5Cc\n");
        check("%SystemRoot% 100% %zz %+1 %", "%SystemRoot% 100% %zz %+1 %");
        check("%C3 M%fcller %0A", "%C3 M%fcller %0A");
    }
}

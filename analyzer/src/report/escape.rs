//! Text from a bundle on its way out: nothing in it may steer a terminal, turn its direction, or run on forever.

use kerbscope_shared::name::is_invisible;

/// Characters of one piece of text at most.
const LENGTH: usize = 2_000;

/// The text with every invisible or steering character written out, and cut when it is very long.
pub fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (count, character) in text.chars().enumerate() {
        if count == LENGTH {
            shown.push('…');
            break;
        }
        match character {
            '\t' => shown.push_str("    "),
            _ if is_invisible(character) => shown.extend(character.escape_unicode()),
            _ => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_a_terminal_or_turns_its_direction() {
        assert_eq!(escape("a\x1b[31mb\u{202e}c\r\nd"), "a\\u{1b}[31mb\\u{202e}c\\u{d}\\u{a}d");
        assert_eq!(escape("Zürich\t1"), "Zürich    1");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(escape(&"x".repeat(5_000)).chars().count(), LENGTH + 1);
    }
}

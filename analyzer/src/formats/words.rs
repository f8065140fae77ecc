//! Words as they are compared: without blanks around them, in any case.

use std::borrow::Cow;

/// The same without blanks around it. Most words have none, and looking for all that Unicode calls blank takes longer
/// than all else that is done with them.
pub fn trimmed(words: &str) -> &str {
    match words.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => words,
        _ => words.trim(),
    }
}

/// The same in lower case. Most names are so already.
pub fn lower(words: &str) -> Cow<'_, str> {
    let is_lower = words.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(words) } else { Cow::Owned(words.to_lowercase()) }
}

/// Whether a word stands in others, in any case of its letters from A to Z.
pub fn has_word(words: &str, word: &str) -> bool {
    words.as_bytes().windows(word.len().max(1)).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_around_words_mean_nothing() {
        for words in ["", "-", "a", "a b", "NtLmSsp ", " a", "\u{a0}a\u{a0}", "\u{fc}", "a\u{3000}", "\u{3000}", "\t"] {
            assert_eq!(trimmed(words), words.trim(), "{words:?}");
        }
    }

    #[test]
    fn a_word_is_found_in_any_case() {
        let found = ["NTLM", "NTLM V2", "MicrosoftNtlmSsp", "NTL", "", "Kerberos"].map(|words| has_word(words, "ntlm"));
        assert_eq!(found, [true, true, true, false, false, false]);
    }

    #[test]
    fn words_in_lower_case_stay_what_they_are() {
        for words in ["", "alice", "Alice", "svc-1$", "\u{dc}ber", "\u{fc}ber", "\u{130}"] {
            assert_eq!(lower(words), words.to_lowercase(), "{words:?}");
        }
        assert!(matches!((lower("alice"), lower("Alice")), (Cow::Borrowed(_), Cow::Owned(_))));
    }
}

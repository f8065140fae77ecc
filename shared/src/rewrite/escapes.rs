//! Text in which some characters are written as escapes, and the way back from the plain text to its places.

use crate::rewrite::piece::Edit;

/// Plain text, and where each of its parts stands in the text that it was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unescaped {
    /// The plain text.
    pub text: String,
    /// Where a part of the plain text begins, and where it begins in the escaped one; in order.
    parts: Vec<(usize, usize)>,
}

/// Takes the first escape of a text: the character that it means, and how many bytes it has.
pub type Resolve = fn(&str) -> Option<(char, usize)>;

impl Unescaped {
    /// Resolves every escape, each of which begins with `mark`. What looks like one and is none stays as it is.
    pub fn of(escaped: &str, mark: char, resolve: Resolve) -> Self {
        let mut plain = Self::default();
        let mut at = 0;
        while let Some(rest) = escaped.get(at..).filter(|rest| !rest.is_empty()) {
            let before = rest.find(mark).unwrap_or(rest.len());
            plain.part(at, rest.get(..before).unwrap_or_default());
            let from = rest.get(before..).unwrap_or_default();
            at = at.saturating_add(before);
            let length = if let Some((character, length)) = resolve(from) {
                plain.part(at, character.encode_utf8(&mut [0; 4]));
                length
            } else {
                let length = from.chars().next().map_or(0, char::len_utf8);
                plain.part(at, from.get(..length).unwrap_or_default());
                length
            };
            at = at.saturating_add(length);
        }
        plain.parts.push((plain.text.len(), escaped.len()));
        plain
    }

    fn part(&mut self, at: usize, text: &str) {
        if !text.is_empty() {
            self.parts.push((self.text.len(), at));
            self.text.push_str(text);
        }
    }

    /// Turns edits of the plain text into edits of the escaped one.
    pub fn edits(&self, edits: Vec<Edit>, escape: fn(&str) -> String) -> Vec<Edit> {
        let place = |edit: Edit| Edit {
            range: self.start(edit.range.start)..self.end(edit.range.end),
            text: escape(&edit.text),
        };
        edits.into_iter().map(place).collect()
    }

    /// Where the character at this place of the plain text begins in the escaped one.
    fn start(&self, at: usize) -> usize {
        let index = self.parts.partition_point(|(plain, _)| *plain <= at);
        let part = index.checked_sub(1).and_then(|index| self.parts.get(index));
        part.map_or(0, |(plain, escaped)| escaped.saturating_add(at.saturating_sub(*plain)))
    }

    /// Where what ends at this place of the plain text ends in the escaped one.
    fn end(&self, at: usize) -> usize {
        let index = self.parts.partition_point(|(plain, _)| *plain < at);
        let next = self.parts.get(index).copied();
        if let Some((plain, escaped)) = next
            && plain == at
        {
            return escaped;
        }
        self.start(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::piece::apply;

    /// `%41` is an A.
    fn percent(text: &str) -> Option<(char, usize)> {
        let digits = text.get(1..3)?;
        Some((char::from(u8::from_str_radix(digits, 16).ok()?), 3))
    }

    fn check(escaped: &str, plain: &str, word: &str, expected: &str) {
        let unescaped = Unescaped::of(escaped, '%', percent);
        assert_eq!(unescaped.text, plain);
        let edits = unescaped.text.match_indices(word);
        let edits = edits.map(|(at, word)| Edit { range: at..at + word.len(), text: "<>".to_owned() }).collect();
        assert_eq!(apply(escaped, &unescaped.edits(edits, str::to_uppercase)), expected);
    }

    #[test]
    fn a_word_is_replaced_with_its_escapes_and_no_others() {
        check("a%42c", "aBc", "B", "a<>c");
        check("a%42c", "aBc", "a", "<>%42c");
        check("a%42c", "aBc", "c", "a%42<>");
        check("%41%42%43", "ABC", "B", "%41<>%43");
        check("%41%42%43", "ABC", "ABC", "<>");
        check("x%zz%41", "x%zzA", "A", "x%zz<>");
        check("plain", "plain", "lai", "p<>n");
        check("", "", "x", "");
        check("é%41é", "éAé", "é", "<>%41<>");
    }
}

//! Security identifiers in text and in bytes: where the part stands that tells a domain, or a person, from others.

use std::ops::Range;

/// The part of a SID that is like no other, and the family of SIDs that has such parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unique {
    /// How such SIDs begin.
    pub family: Family,
    /// The numbers that follow.
    pub numbers: Vec<u32>,
}

/// Families of SIDs with numbers that are like no other. All other SIDs mean the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// `S-1-5-21-a-b-c`: a domain or a computer; the number of an account may follow.
    Domain,
    /// `S-1-5-82-…`: an application pool, by the SHA-1 of its name.
    Pool,
    /// `S-1-12-1-…`: an account of Entra ID, by its GUID.
    Cloud,
}

const FAMILIES: [Family; 3] = [Family::Domain, Family::Pool, Family::Cloud];

impl Family {
    /// How SIDs of this family begin, in text.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Domain => "S-1-5-21-",
            Self::Pool => "S-1-5-82-",
            Self::Cloud => "S-1-12-1-",
        }
    }

    /// How many numbers are like no other.
    pub const fn count(self) -> usize {
        match self {
            Self::Domain => 3,
            Self::Pool => 5,
            Self::Cloud => 4,
        }
    }

    /// How SIDs of this family begin, in bytes, behind the count of their numbers.
    const fn bytes(self) -> [u8; 10] {
        let (authority, first) = match self {
            Self::Domain => (5, 21),
            Self::Pool => (5, 82),
            Self::Cloud => (12, 1),
        };
        [0, 0, 0, 0, 0, authority, first, 0, 0, 0]
    }
}

/// The SID in text, or the beginning of one.
impl std::fmt::Display for Unique {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.family.prefix())?;
        for (index, number) in self.numbers.iter().enumerate() {
            write!(f, "{}{number}", if index == 0 { "" } else { "-" })?;
        }
        Ok(())
    }
}

/// Every such part in a text, with its place: behind the prefix, before the number of the account.
pub fn in_text(text: &str) -> Vec<(Range<usize>, Unique)> {
    let mut found = Vec::new();
    let starts = text.match_indices(['S', 's']).filter(|(at, _)| !follows_word(text, *at));
    for (at, _) in starts {
        let rest = text.get(at..).unwrap_or_default();
        let family = FAMILIES.into_iter().find(|family| {
            rest.get(..family.prefix().len()).is_some_and(|start| start.eq_ignore_ascii_case(family.prefix()))
        });
        let Some(family) = family else { continue };
        let start = at.saturating_add(family.prefix().len());
        if let Some((length, numbers)) = numbers(text.get(start..).unwrap_or_default(), family.count()) {
            found.push((start..start.saturating_add(length), Unique { family, numbers }));
        }
    }
    found
}

fn follows_word(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric))
}

/// So many numbers with hyphens between them, and the bytes they take.
fn numbers(text: &str, count: usize) -> Option<(usize, Vec<u32>)> {
    let mut numbers = Vec::with_capacity(count);
    let mut at: usize = 0;
    while numbers.len() < count {
        if !numbers.is_empty() {
            text.get(at..)?.strip_prefix('-')?;
            at = at.saturating_add(1);
        }
        let rest = text.get(at..)?;
        let digits = rest.get(..rest.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(rest.len()))?;
        // A number that is written in another way would be written back in this one.
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        numbers.push(digits.parse().ok()?);
        at = at.saturating_add(digits.len());
    }
    Some((at, numbers))
}

/// Every such part in bytes, such as those of a security descriptor, with its place.
pub fn in_bytes(bytes: &[u8]) -> Vec<(Range<usize>, Unique)> {
    /// The revision, the count of numbers, then the authority and the first number.
    const HEAD: usize = 12;
    let mut found = Vec::new();
    for (at, window) in bytes.windows(HEAD).enumerate() {
        let Some(family) = FAMILIES.into_iter().find(|family| window.get(2..) == Some(&family.bytes())) else {
            continue;
        };
        let counted = window.get(1).copied().map_or(0, usize::from);
        if window.first() != Some(&1) || !(family.count().saturating_add(1)..=15).contains(&counted) {
            continue;
        }
        let start = at.saturating_add(HEAD);
        let end = start.saturating_add(family.count().saturating_mul(4));
        if let Some((units, [])) = bytes.get(start..end).map(<[u8]>::as_chunks::<4>) {
            let numbers = units.iter().map(|unit| u32::from_le_bytes(*unit)).collect();
            found.push((start..end, Unique { family, numbers }));
        }
    }
    found
}

/// Puts other numbers in the place of those that are like no other; none when there are none to replace.
pub fn replace_in_bytes(bytes: &[u8], mut replace: impl FnMut(&Unique) -> Option<Unique>) -> Option<Vec<u8>> {
    let mut changed = None;
    for (range, unique) in in_bytes(bytes) {
        let Some(other) = replace(&unique).filter(|other| other.family == unique.family) else { continue };
        let target: &mut Vec<u8> = changed.get_or_insert_with(|| bytes.to_vec());
        let place = target.get_mut(range).unwrap_or_default().as_chunks_mut::<4>().0;
        for (place, number) in place.iter_mut().zip(other.numbers) {
            *place = number.to_le_bytes();
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unique(family: Family, numbers: &[u32]) -> Unique {
        Unique { family, numbers: numbers.to_vec() }
    }

    #[test]
    fn what_is_like_no_other_is_found_in_text() {
        let text = "S-1-5-18 S-1-5-21-1-22-333-1104, s-1-5-21-4294967295-0-7 xS-1-5-21-1-2-3 S-1-5-21-1-2 S-1-5-32-544 \
            (A;;0x3;;;S-1-12-1-1-2-3-4)S-1-5-82-1-2-3-4-5";
        let found = in_text(text);
        let words: Vec<_> = found.iter().filter_map(|(range, _)| text.get(range.clone())).collect();
        assert_eq!(words, ["1-22-333", "4294967295-0-7", "1-2-3-4", "1-2-3-4-5"]);
        assert_eq!(found[0].1, unique(Family::Domain, &[1, 22, 333]));
        assert_eq!(found[3].1.to_string(), "S-1-5-82-1-2-3-4-5");
        assert!(in_text("S-1-5-21-01-2-3 S-1-5-21-4294967296-1-1").is_empty());
    }

    #[test]
    fn what_is_like_no_other_is_found_in_bytes() {
        let mut bytes = vec![9, 1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0x50, 4, 0, 0];
        bytes.extend([1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0]);
        bytes.extend([1, 4, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 9, 9, 9, 9]);
        assert_eq!(in_bytes(&bytes), [(13..25, unique(Family::Domain, &[1, 2, 3]))]);
        let replaced = replace_in_bytes(&bytes, |_| Some(unique(Family::Domain, &[7, 8, 0xff00_00ff])));
        let replaced = replaced.expect("replaced");
        assert_eq!(replaced[13..29], [7, 0, 0, 0, 8, 0, 0, 0, 0xff, 0, 0, 0xff, 0x50, 4, 0, 0]);
        assert_eq!((&replaced[..13], &replaced[29..]), (&bytes[..13], &bytes[29..]));
        assert_eq!(replace_in_bytes(&bytes, |_| None), None);
    }
}

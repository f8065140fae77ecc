//! What tokens look like: `host4kqz`, `DOM1KQZ`, `243.18.0.7`. Each is legal wherever a name of its kind is.
//!
//! The three letters, or the numbers that stand for them, come from the id of the map. Tokens of two maps are
//! therefore never the same, and nobody takes two names for one because two bundles happened to count alike.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::pseudonym::sid::{Family, Unique};

/// Which map a token belongs to: 64 bits that nobody else has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MapId(pub u64);

/// What a word is the name of, as far as can be told. It is for the reader; nothing is concluded from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A unit of the directory.
    Unit,
    /// A person, a group, or anything else that has a name in the directory.
    Name,
    /// An account.
    Account,
    /// A domain, or a part of its name.
    Domain,
    /// A host.
    Host,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Unit, Self::Name, Self::Account, Self::Domain, Self::Host];

    /// The word that its tokens begin with.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Name => "name",
            Self::Account => "acct",
            Self::Domain => "dom",
            Self::Host => "host",
        }
    }
}

/// Letters of which no word is made, and not the one that fills up long tokens.
const LETTERS: &[u8; 19] = b"bcdfghjklmnpqrstvwz";

impl MapId {
    /// The three letters that end each word of the map.
    pub fn tail(self) -> String {
        let count = LETTERS.len() as u64;
        let letter = |place: u32| {
            let index = usize::try_from(self.0 / count.pow(place) % count).unwrap_or(0);
            LETTERS.get(index).copied().map_or('q', char::from)
        };
        [letter(0), letter(1), letter(2)].iter().collect()
    }

    /// A word, in small letters.
    pub fn word(self, role: Role, number: u32) -> String {
        format!("{}{number}{}", role.word(), self.tail())
    }

    /// An address of IPv4: of the block that was never given out, or of the link where the real one was.
    pub fn v4(self, number: u32, is_link_local: bool) -> Ipv4Addr {
        if is_link_local {
            return Ipv4Addr::from_bits(0xa9fe_0000 | (number & 0xffff));
        }
        // 240.0.0.0/4 but for 255, which looks like a mask: 8 bits of the map, 20 of the number.
        let map = u32::try_from(self.0 >> 24 & 0xff).unwrap_or(0);
        let first = 240_u32.saturating_add(map % 15) << 24;
        let second = (map / 15) << 20 & 0x00f0_0000;
        Ipv4Addr::from_bits(first | second | (number & 0x000f_ffff))
    }

    /// An address of IPv6: of the block for documentation, or of the link where the real one was.
    pub fn v6(self, number: u32, is_link_local: bool) -> Ipv6Addr {
        let prefix = if is_link_local { 0xfe80_0000 } else { 0x2001_0db8 };
        let map = u128::from(self.0 >> 32 & 0xffff_ffff);
        Ipv6Addr::from_bits(prefix << 96 | map << 64 | u128::from(number))
    }

    /// The address of a network adapter: one that is given by hand. It always has a letter.
    pub fn mac(self, number: u32) -> [u8; 6] {
        let [.., map] = self.0.to_be_bytes();
        let [_, high, middle, low] = number.to_be_bytes();
        [0x02, 0xa0 | map >> 4, map, high, middle, low]
    }

    /// The part of a SID that is like no other. The first number of a real one is never 0.
    pub fn sid(self, family: Family, number: u32) -> Unique {
        let map = u32::try_from(self.0 >> 32).unwrap_or(0);
        let mut numbers = vec![0, map, number];
        numbers.resize(family.count(), 0);
        Unique { family, numbers }
    }
}

impl fmt::Display for MapId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The text is no id of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a map")]
pub struct NotAnId;

impl FromStr for MapId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let digits = text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let id = u64::from_str_radix(text, 16).ok().filter(|_| digits);
        id.map(Self).ok_or(NotAnId)
    }
}

/// How a name is written: a token is written in the same way, so that it can be told back letter by letter.
///
/// All small, all capital, and the first letter capital are told by the token alone. Any other way has a number, and
/// each number has its own pattern of capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// `web01`
    Small,
    /// `WEB01`
    Capital,
    /// `Web01`
    Initial,
    /// `webServer`, and others, from 0.
    Other(u8),
}

impl Style {
    /// How a name is written; none for a way that needs a number.
    pub fn of(name: &str) -> Option<Self> {
        let small = name.to_lowercase();
        let capital = name.to_uppercase();
        if name == capital {
            // Also what has no letters, or none that can be capital: whoever asks whether it is all capitals, hears yes.
            return Some(Self::Capital);
        }
        if name == small {
            return Some(Self::Small);
        }
        let first = small.chars().next().map_or(0, char::len_utf8);
        let initial = small.get(..first).unwrap_or_default().to_uppercase() + small.get(first..).unwrap_or_default();
        (name == initial).then_some(Self::Initial)
    }

    /// Writes a token in this way.
    pub fn apply(self, token: &str) -> String {
        let pattern = match self {
            Self::Small => 0,
            Self::Capital => return token.to_ascii_uppercase(),
            Self::Initial => 1,
            // The first letter stays small, the others count in binary.
            Self::Other(number) => u32::from(number).saturating_add(1) << 1,
        };
        let mut letter = 0;
        let capitalize = |character: char| {
            if !character.is_ascii_alphabetic() {
                return character;
            }
            let is_capital = letter < 31 && pattern >> letter & 1 == 1;
            letter += 1;
            if is_capital { character.to_ascii_uppercase() } else { character }
        };
        token.chars().map(capitalize).collect()
    }

    /// How many other ways of writing a token of this role can show.
    pub fn others(role: Role) -> u8 {
        let letters = role.word().len().saturating_add(3);
        // The first letter stays small, and all others capital would be read as the pattern of another number.
        u8::try_from((1_u32 << letters.saturating_sub(1).min(7)).saturating_sub(2)).unwrap_or(u8::MAX)
    }
}

/// Where a token begins and ends in a run of letters and digits, as far as its shape tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Where it begins.
    pub start: usize,
    /// Behind its three letters; what fills up a long token follows.
    pub end: usize,
}

/// Every place in a text that looks like a word of the map with this tail.
pub fn shapes<'a>(text: &'a str, tail: &'a str) -> impl Iterator<Item = Shape> + 'a {
    let bytes = text.as_bytes();
    let matches = bytes.windows(tail.len().max(1)).enumerate();
    let ends = matches.filter(|(_, window)| window.eq_ignore_ascii_case(tail.as_bytes()));
    ends.filter_map(move |(at, _)| {
        let head = bytes.get(..at)?;
        let digits = head.iter().rev().take_while(|digit| digit.is_ascii_digit()).count();
        let word = head.get(..at.checked_sub(digits).filter(|_| digits > 0)?)?;
        let ends_with = |role: &Role| {
            let start = word.len().checked_sub(role.word().len())?;
            word.get(start..)?.eq_ignore_ascii_case(role.word().as_bytes()).then_some(start)
        };
        let start = Role::ALL.iter().find_map(ends_with)?;
        Some(Shape { start, end: at.saturating_add(tail.len()) })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ID: MapId = MapId(0x0123_4567_89ab_cdef);

    #[test]
    fn a_token_is_legal_where_names_are() {
        assert_eq!(ID.word(Role::Host, 4), format!("host4{}", ID.tail()));
        assert!(ID.tail().bytes().all(|letter| LETTERS.contains(&letter)));
        assert!(Role::ALL.iter().all(|role| ID.word(*role, 99_999).len() <= 15));
        assert!(Role::ALL.iter().all(|role| ID.word(*role, 1).starts_with(|letter: char| letter.is_ascii_lowercase())));
    }

    #[test]
    fn addresses_are_all_different_and_nobodys() {
        let numbers = [0, 1, 255, 256, 65535, 65536, 0x000f_ffff];
        let v4: BTreeSet<_> = numbers.map(|number| ID.v4(number, false)).into();
        assert_eq!(v4.len(), numbers.len());
        assert!(v4.iter().all(|address| (240..255).contains(&address.octets()[0])), "{v4:?}");
        assert!(ID.v4(7, true).is_link_local());
        assert_eq!(ID.v6(7, false).segments()[..2], [0x2001, 0xdb8]);
        assert!(ID.v6(7, true).is_unicast_link_local());
        assert_ne!(ID.v6(7, false), MapId(7).v6(7, false));
        for number in numbers {
            assert_eq!(ID.mac(number)[0] & 3, 2);
            assert!(ID.mac(number)[1] >= 0xa0);
        }
    }

    #[test]
    fn an_id_is_written_and_read() {
        assert_eq!(ID.to_string().parse(), Ok(ID));
        for text in ["", "0123", "+123456789abcdef", "0123456789abcdefg", "0123456789abcdeg"] {
            assert_eq!(text.parse::<MapId>(), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn each_way_of_writing_has_its_own_token() {
        for (name, style) in [
            ("web01", Some(Style::Small)),
            ("WEB01", Some(Style::Capital)),
            ("Web01", Some(Style::Initial)),
            ("wEb01", None),
            ("007", Some(Style::Capital)),
            ("Ärger", Some(Style::Initial)),
            ("straße", Some(Style::Small)),
            ("STRAßE", None),
        ] {
            assert_eq!(Style::of(name), style, "{name}");
        }
        for role in Role::ALL {
            let word = ID.word(role, 12);
            let others = (0..Style::others(role)).map(Style::Other);
            let styles: Vec<_> = [Style::Small, Style::Capital, Style::Initial].into_iter().chain(others).collect();
            let tokens: BTreeSet<_> = styles.iter().map(|style| style.apply(&word)).collect();
            assert_eq!(tokens.len(), styles.len(), "{tokens:?}");
            assert!(tokens.iter().all(|token| token.to_lowercase() == word));
        }
    }

    #[test]
    fn shapes_are_found_in_any_case_and_inside_words() {
        let tail = ID.tail();
        let word = ID.word(Role::Domain, 12);
        let text = format!("a {word}.com {} x{word}Portal dom{tail} 1{tail} {tail}", word.to_uppercase());
        let found: Vec<_> =
            shapes(&text, &tail).filter_map(|shape| text.get(shape.start..shape.end)).map(str::to_lowercase).collect();
        assert_eq!(found, [word.clone(), word.clone(), word]);
        assert_eq!(shapes("", &tail).count(), 0);
    }
}

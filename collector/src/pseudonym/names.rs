//! The names that were found, and the token of each.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::Ipv6Addr;
use std::rc::Rc;

use kerbscope_shared::pseudonym::address::Address;
use kerbscope_shared::pseudonym::sid::Unique;
use kerbscope_shared::pseudonym::token::{MapId, Role, Style};

use crate::pseudonym::common::Common;

/// How many names, addresses and domains are kept at most: about nine megabytes of memory.
const MOST: usize = 100_000;

/// How long a name may be, in bytes.
pub const LONGEST: usize = 256;

/// Characters of a NetBIOS name. A longer name of a host is cut there, and both are in use.
const NETBIOS: usize = 15;

/// A token of four letters, a number of up to five digits and three more letters is not longer.
const SHORTEST_STEM: usize = 12;

/// Everything that becomes a token.
#[derive(Debug)]
pub struct Names {
    common: Common,
    pub(super) id: MapId,
    pub(super) words: Vec<Word>,
    by_key: HashMap<Rc<str>, u32>,
    /// The first part of each name with several parts, and how many the longest such name has.
    first_parts: HashMap<Rc<str>, u32>,
    /// Parts of domain names that are replaced inside other words too.
    inside: Vec<(Box<str>, u32)>,
    /// Names in DNS under which hosts are known, and how often one was.
    suffixes: HashMap<Rc<str>, u32>,
    pub(super) addresses: HashMap<Address, Numbered>,
    pub(super) sids: HashMap<Unique, Unique>,
    pub(super) next: Next,
    /// Whether a name was met that found no room.
    pub is_over: bool,
}

/// The next number of each kind.
#[derive(Debug, Default)]
pub(super) struct Next {
    pub(super) word: u32,
    pub(super) v4: u32,
    pub(super) v6: u32,
    pub(super) mac: u32,
    pub(super) sid: u32,
}

/// A name that is a word, or several.
#[derive(Debug)]
pub(super) struct Word {
    /// The name in small letters.
    pub(super) key: Rc<str>,
    pub(super) role: Role,
    pub(super) shape: Shape,
    /// How many longer names begin with it.
    pub(super) longer: u32,
    /// Replaced only where it stands as a name.
    is_common: bool,
    /// Its role is known for sure.
    pub(super) is_settled: bool,
    /// How it was written: bits for small, capital and initial.
    pub(super) styles: u8,
    /// Other ways in which it was written.
    #[expect(clippy::box_collection, reason = "nearly all names have none, and there are many names")]
    pub(super) others: Option<Box<Vec<Box<str>>>>,
}

/// How the token of a word is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// By its number.
    Number(u32),
    /// By its number, and filled up to so many characters: longer names begin with it.
    Stem(u32, u8),
    /// By the word that its first fifteen characters are, and by the how-manieth such name it is.
    Long(u32, u32),
}

/// The token of an address, and how the address was written besides the usual way.
#[derive(Debug)]
pub(super) struct Numbered {
    pub(super) token: Address,
    pub(super) spellings: Vec<Box<str>>,
}

/// A name that is known, found in other text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordId(pub(super) u32);

impl Names {
    /// No names yet. `id` must be like no other, unless tokens are to agree with those of other bundles.
    pub fn new(id: MapId) -> Self {
        Self {
            common: Common::default(),
            id,
            words: Vec::new(),
            by_key: HashMap::new(),
            first_parts: HashMap::new(),
            inside: Vec::new(),
            suffixes: HashMap::new(),
            addresses: HashMap::new(),
            sids: HashMap::new(),
            next: Next::default(),
            is_over: false,
        }
    }

    /// Which map the tokens belong to.
    pub const fn id(&self) -> MapId {
        self.id
    }

    /// How many names there are: words, addresses, and SIDs.
    pub fn count(&self) -> usize {
        self.words.len().saturating_add(self.addresses.len()).saturating_add(self.sids.len())
    }

    fn has_room(&mut self) -> bool {
        let has_room = self.count() < MOST;
        self.is_over |= !has_room;
        has_room
    }

    fn word(&self, id: WordId) -> Option<&Word> {
        self.words.get(usize::try_from(id.0).ok()?)
    }

    pub(super) fn word_mut(&mut self, id: WordId) -> Option<&mut Word> {
        self.words.get_mut(usize::try_from(id.0).ok()?)
    }

    /// The word with this key, which is in small letters.
    pub fn find(&self, key: &str) -> Option<WordId> {
        self.by_key.get(key).copied().map(WordId)
    }

    /// How many parts the longest name has that begins with this one; none when no name with several parts does.
    pub fn parts_behind(&self, first: &str) -> Option<u32> {
        self.first_parts.get(first).copied()
    }

    /// Whether a name is replaced only where it stands as one.
    pub fn is_common(&self, id: WordId) -> bool {
        self.word(id).is_none_or(|word| word.is_common)
    }

    /// The names that are replaced inside words too, in small letters.
    pub fn inside(&self) -> impl Iterator<Item = (&str, WordId)> {
        self.inside.iter().map(|(key, id)| (key.as_ref(), WordId(*id)))
    }

    /// Whether a name in DNS, in small letters, is one under which hosts are known.
    pub fn is_suffix(&self, name: &str) -> bool {
        self.suffixes.contains_key(name)
    }

    /// Hosts are known under this name in DNS.
    pub fn add_suffix(&mut self, name: &str) {
        let name = name.to_lowercase();
        if self.suffixes.len() < MOST / 10 {
            let times = self.suffixes.entry(name.into()).or_default();
            *times = times.saturating_add(1);
        }
    }

    /// Takes a name in, or learns more about one. Returns nothing when there is no room for it.
    pub fn note(&mut self, role: Role, name: &str) -> Option<WordId> {
        let key = name.to_lowercase();
        if let Some(id) = self.find(&key) {
            let word = self.word_mut(id)?;
            if role > word.role && !word.is_settled {
                word.role = role;
                self.add_inside(role, &key, id);
            }
            return Some(id);
        }
        if name.is_empty() || name.len() > LONGEST || !self.has_room() {
            return None;
        }
        let shape = self.shape(role, name);
        self.insert(role, key, shape)
    }

    /// As [`Names::note`], for a name whose role is certain.
    pub fn settle(&mut self, role: Role, name: &str) {
        let Some(id) = self.note(role, name) else { return };
        if let Some(word) = self.word_mut(id).filter(|word| !word.is_settled) {
            word.role = role;
            word.is_settled = true;
        }
    }

    pub(super) fn insert(&mut self, role: Role, key: String, shape: Shape) -> Option<WordId> {
        let id = u32::try_from(self.words.len()).ok()?;
        let parts = key.split(|character: char| !character.is_alphanumeric()).filter(|part| !part.is_empty());
        let count = u32::try_from(parts.clone().count()).unwrap_or(u32::MAX);
        if let Some(first) = parts.clone().next().filter(|_| count > 1) {
            let most = self.first_parts.entry(first.into()).or_default();
            *most = (*most).max(count);
        }
        let is_common = self.common.is_common(&key);
        let key: Rc<str> = key.into();
        self.words.push(Word {
            key: Rc::clone(&key),
            role,
            shape,
            longer: 0,
            is_common,
            is_settled: false,
            styles: 0,
            others: None,
        });
        self.by_key.insert(Rc::clone(&key), id);
        self.add_inside(role, &key, WordId(id));
        Some(WordId(id))
    }

    /// The name of a domain is that of a company: it stands in names of pools, sites and folders too.
    fn add_inside(&mut self, role: Role, key: &str, id: WordId) {
        const SHORTEST: usize = 5;
        const MOST_INSIDE: usize = 32;
        let is_word = key.len() >= SHORTEST && key.bytes().all(|letter| letter.is_ascii_lowercase());
        let is_new = self.inside.len() < MOST_INSIDE && !self.inside.iter().any(|(known, _)| known.as_ref() == key);
        if role == Role::Domain && is_word && is_new && !self.common.holds(key) {
            self.inside.push((key.into(), id.0));
        }
    }

    /// A name that is longer than NetBIOS allows begins with a name of its own.
    fn shape(&mut self, role: Role, name: &str) -> Shape {
        let stem: String = name.chars().take(NETBIOS).collect();
        let stem = stem.trim_end_matches(|character: char| !character.is_alphanumeric());
        let is_host = name.chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character));
        let can_be = matches!(role, Role::Host | Role::Account | Role::Domain) && is_host;
        let is_long = can_be && name.len() > NETBIOS && stem.len() >= SHORTEST_STEM;
        if let Some(id) = is_long.then(|| self.note(role, stem)).flatten()
            && self.fill_up(id, stem.len())
            && let Some(stem) = self.word_mut(id)
        {
            stem.longer = stem.longer.saturating_add(1);
            return Shape::Long(id.0, stem.longer);
        }
        self.next.word = self.next.word.saturating_add(1);
        Shape::Number(self.next.word)
    }

    /// Lets longer names begin with a token, unless it was given out in its short form already.
    fn fill_up(&mut self, id: WordId, length: usize) -> bool {
        let Some(word) = self.word_mut(id) else { return false };
        match word.shape {
            Shape::Stem(..) => true,
            Shape::Number(number) if word.styles == 0 && word.others.is_none() => {
                word.shape = Shape::Stem(number, u8::try_from(length).unwrap_or(u8::MAX));
                true
            }
            _ => false,
        }
    }

    /// The token of a word, written as the name is written here.
    pub fn token(&mut self, id: WordId, written: &str) -> Option<String> {
        let plain = self.plain_token(id, written)?;
        let word = self.word_mut(id)?;
        let style = style_of(written, &word.key).unwrap_or_else(|| {
            let others = word.others.get_or_insert_default();
            let known = others.iter().position(|other| other.as_ref() == written);
            let number = known.unwrap_or(others.len());
            if known.is_none() && number < usize::from(Style::others(word.role)) {
                others.push(written.into());
            }
            // With more ways of writing than patterns, what is lost is the way of writing.
            let number = u8::try_from(number).ok().filter(|number| usize::from(*number) < others.len());
            number.map_or(Style::Small, Style::Other)
        });
        word.styles |= bit(style);
        Some(style.apply(&plain))
    }

    /// The token in small letters. `written` is the name as it stands in the text, for what is between its parts.
    fn plain_token(&self, id: WordId, written: &str) -> Option<String> {
        let word = self.word(id)?;
        Some(match word.shape {
            Shape::Number(number) => self.id.word(word.role, number),
            Shape::Stem(number, length) => {
                format!("{:x<1$}", self.id.word(word.role, number), usize::from(length))
            }
            Shape::Long(stem, number) => {
                let stem = self.plain_token(WordId(stem), written)?;
                let between = written.get(stem.len()..NETBIOS).unwrap_or_default();
                format!("{stem}{between}{number}{}", self.id.tail())
            }
        })
    }

    /// The token of an address, as it is written here.
    pub fn address(&mut self, address: Address, written: &str) -> Option<String> {
        if !self.addresses.contains_key(&address) {
            if !self.has_room() {
                return None;
            }
            let token = self.next_address(address);
            self.addresses.insert(address, Numbered { token, spellings: Vec::new() });
        }
        let numbered = self.addresses.get_mut(&address)?;
        Some(match numbered.token {
            Address::V4(token) => token.to_string(),
            Address::V6(token) => spelled_v6(token, address, written, &mut numbered.spellings),
            Address::Mac(token) => {
                remember(written, &mut numbered.spellings, MAC_SPELLINGS);
                spelled_mac(token, written)
            }
        })
    }

    fn next_address(&mut self, address: Address) -> Address {
        let next = |number: &mut u32| {
            *number = number.saturating_add(1);
            *number
        };
        match address {
            Address::V4(real) => Address::V4(self.id.v4(next(&mut self.next.v4), real.is_link_local())),
            Address::V6(real) => Address::V6(self.id.v6(next(&mut self.next.v6), real.is_unicast_link_local())),
            Address::Mac(_) => Address::Mac(self.id.mac(next(&mut self.next.mac))),
        }
    }

    /// The token of the part of a SID that is like no other.
    pub fn sid(&mut self, unique: &Unique) -> Option<Unique> {
        if let Some(token) = self.sids.get(unique) {
            return Some(token.clone());
        }
        if !self.has_room() {
            return None;
        }
        self.next.sid = self.next.sid.saturating_add(1);
        let token = self.id.sid(unique.family, self.next.sid);
        self.sids.insert(unique.clone(), token.clone());
        Some(token)
    }
}

/// How a name is written, if it can be told from its key alone. One with escapes cannot.
fn style_of(written: &str, key: &str) -> Option<Style> {
    let style = Style::of(written)?;
    rewritten(style, key).is_some_and(|told| told == written).then_some(style)
}

/// A key, written in a way that needs no number.
pub(super) fn rewritten(style: Style, key: &str) -> Option<String> {
    match style {
        Style::Small => Some(key.to_owned()),
        Style::Capital => Some(key.to_uppercase()),
        Style::Initial => {
            let first = key.chars().next().map_or(0, char::len_utf8);
            let (first, rest) = key.split_at_checked(first)?;
            Some(first.to_uppercase() + rest)
        }
        Style::Other(_) => None,
    }
}

pub(super) const fn bit(style: Style) -> u8 {
    match style {
        Style::Small => 1,
        Style::Capital => 2,
        Style::Initial => 4,
        Style::Other(_) => 0,
    }
}

/// How many other ways of writing an address of IPv6 can be told apart, and of an adapter.
const V6_SPELLINGS: usize = 3;
const MAC_SPELLINGS: usize = 4;

/// The place of a way of writing in a list of them; it is added while there is room.
fn remember(written: &str, spellings: &mut Vec<Box<str>>, most: usize) -> Option<usize> {
    let known = spellings.iter().position(|spelling| spelling.as_ref() == written);
    if known.is_none() && spellings.len() < most {
        spellings.push(written.into());
        return Some(spellings.len().saturating_sub(1));
    }
    known
}

fn spelled_v6(token: Ipv6Addr, real: Address, written: &str, spellings: &mut Vec<Box<str>>) -> String {
    let usual = matches!(real, Address::V6(real) if real.to_string() == written);
    let number = if usual { None } else { remember(written, spellings, V6_SPELLINGS) };
    numbered_v6(token, number)
}

/// The usual way of writing an address, or another one by its number.
pub(super) fn numbered_v6(token: Ipv6Addr, number: Option<usize>) -> String {
    let long = || {
        let mut text = String::new();
        for (index, segment) in token.segments().into_iter().enumerate() {
            let _ = write!(text, "{}{segment:04x}", if index == 0 { "" } else { ":" });
        }
        text
    };
    match number {
        Some(0) => token.to_string().to_uppercase(),
        Some(1) => long(),
        Some(2) => long().to_uppercase(),
        _ => token.to_string(),
    }
}

/// With the separator and the letters of the real one.
pub(super) fn spelled_mac(token: [u8; 6], written: &str) -> String {
    let separator = if written.contains(':') { ":" } else { "-" };
    let mut text = String::new();
    for (index, byte) in token.into_iter().enumerate() {
        let _ = write!(text, "{}{byte:02x}", if index == 0 { "" } else { separator });
    }
    if written.contains(|letter: char| letter.is_ascii_lowercase()) { text } else { text.to_uppercase() }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::net::Ipv4Addr;

    use super::*;

    const ID: MapId = MapId(0x0123_4567_89ab_cdef);

    fn token(names: &mut Names, role: Role, name: &str) -> String {
        let id = names.note(role, name).expect("has room");
        names.token(id, name).expect("has a token")
    }

    #[test]
    fn a_name_has_one_token_in_every_way_of_writing() {
        let mut names = Names::new(ID);
        let ways = ["web01", "WEB01", "Web01", "wEb01", "weB01"];
        let tokens = ways.map(|way| token(&mut names, Role::Host, way));
        assert!(tokens.iter().all(|token| token.to_lowercase() == tokens[0]), "{tokens:?}");
        assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), ways.len());
        assert_eq!(tokens[1], tokens[0].to_uppercase());
        assert_eq!(tokens, ways.map(|way| token(&mut names, Role::Host, way)));
        assert_ne!(token(&mut names, Role::Host, "web02"), tokens[0]);
    }

    #[test]
    fn a_long_name_begins_with_what_netbios_leaves_of_it() {
        let mut names = Names::new(ID);
        for (short, longs) in [
            ("WEBSERVER-PROD-", ["webserver-prod-01", "webserver-prod-02"]),
            ("svc-intranet-po", ["svc-intranet-portal", "svc-intranet-posts"]),
        ] {
            let tokens = longs.map(|long| token(&mut names, Role::Host, long));
            let stem = short.trim_end_matches('-');
            let cut = token(&mut names, Role::Host, stem) + short.strip_prefix(stem).expect("begins with it");
            assert_eq!(cut.len(), 15, "{cut}");
            assert_ne!(tokens[0], tokens[1]);
            for long in tokens {
                assert!(long.to_lowercase().starts_with(&cut.to_lowercase()), "{long} {cut}");
                assert!(long.len() <= 20, "{long}");
            }
        }
    }

    #[test]
    fn roles_are_learned_and_the_host_keeps_its_own() {
        let mut names = Names::new(ID);
        names.settle(Role::Host, "WEB01");
        assert!(token(&mut names, Role::Domain, "WEB01").starts_with("HOST"));
        names.note(Role::Name, "contoso");
        assert!(token(&mut names, Role::Domain, "contoso").starts_with("dom"));
        assert_eq!(names.inside().map(|(name, _)| name).collect::<Vec<_>>(), ["contoso"]);
    }

    #[test]
    fn addresses_keep_their_kind_and_their_equality() {
        let mut names = Names::new(ID);
        let mut token = |address, written: &str| names.address(address, written).expect("has room");
        let [one, other] = [1, 2].map(|last| Address::V4(Ipv4Addr::new(10, 0, 0, last)));
        assert_eq!(token(one, "10.0.0.1"), token(one, "10.0.0.1"));
        assert_ne!(token(one, "10.0.0.1"), token(other, "10.0.0.2"));
        let link = Address::V4(Ipv4Addr::new(169, 254, 7, 7));
        assert!(token(link, "169.254.7.7").starts_with("169.254."));
        let six: Ipv6Addr = "fd00::a".parse().expect("an address");
        let spelled = ["fd00::a", "FD00::A", "fd00:0::a", "fd00:0:0::a"].map(|text| token(Address::V6(six), text));
        assert_eq!(spelled.iter().collect::<HashSet<_>>().len(), 4);
        let parsed = spelled.map(|text| text.parse::<Ipv6Addr>().expect("an address"));
        assert!(parsed.iter().all(|address| *address == parsed[0]));
        let mac = Address::Mac([0, 0x15, 0x5d, 0, 4, 0x1a]);
        assert_eq!(token(mac, "00-15-5D-00-04-1A").to_lowercase().replace('-', ":"), token(mac, "00:15:5d:00:04:1a"));
    }

    #[test]
    fn sids_keep_their_family() {
        let mut names = Names::new(ID);
        let unique = Unique { family: kerbscope_shared::pseudonym::sid::Family::Domain, numbers: vec![1, 2, 3] };
        let token = names.sid(&unique).expect("has room");
        assert_eq!((token.family, token.numbers.first()), (unique.family, Some(&0)));
        assert_eq!(names.sid(&unique), Some(token));
    }

    #[test]
    fn there_is_an_end_to_the_names() {
        let mut names = Names::new(ID);
        for number in 0..MOST {
            assert!(names.note(Role::Account, &format!("user{number}")).is_some());
        }
        assert!(!names.is_over);
        assert!(names.note(Role::Account, "one-more").is_none() && names.is_over);
        assert!(names.note(Role::Account, "user7").is_some());
        let mut names = Names::new(ID);
        assert!(names.note(Role::Account, &"x".repeat(LONGEST + 1)).is_none() && !names.is_over);
    }
}

//! The map of the names: written for whoever keeps it, and read so that the next bundle has the same tokens.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use kerbscope_shared::pseudonym::address::{self, Address};
use kerbscope_shared::pseudonym::map::TokenMap;
use kerbscope_shared::pseudonym::sid;
use kerbscope_shared::pseudonym::token::{Role, Style, shapes};

use crate::pseudonym::dn;
use crate::pseudonym::names::{Names, Next, Numbered, Shape, WordId, bit, numbered_v6, rewritten, spelled_mac};

impl Names {
    /// Every token that was given out, with the name that it stands for.
    pub fn map(&mut self) -> TokenMap {
        let mut map = TokenMap::empty(self.id());
        for index in 0..self.words.len() {
            self.word_names(index, &mut map.names);
        }
        for (real, numbered) in &self.addresses {
            address_names(*real, numbered, &mut map.names);
        }
        for (real, token) in &self.sids {
            map.names.insert(token.to_string(), real.to_string());
        }
        map
    }

    fn word_names(&mut self, index: usize, names: &mut BTreeMap<String, String>) {
        let Some(word) = self.words.get(index) else { return };
        // What a longer name begins with is in the map even if it stands nowhere by itself: its number is needed.
        let styles = if matches!(word.shape, Shape::Stem(..)) { word.styles | bit(Style::Small) } else { word.styles };
        let told = [Style::Small, Style::Capital, Style::Initial].into_iter().filter(|style| styles & bit(*style) != 0);
        let told = told.filter_map(|style| rewritten(style, &word.key));
        let others = word.others.iter().flat_map(|others| others.iter()).filter(|other| !other.is_empty());
        let written: Vec<String> = told.chain(others.map(ToString::to_string)).collect();
        for name in written {
            let id = WordId(u32::try_from(index).unwrap_or(u32::MAX));
            if let Some(token) = self.token(id, &name) {
                names.insert(token, name);
            }
        }
    }

    /// Names whose tokens are those of a map. What in it is not understood is passed over.
    pub fn of_map(map: &TokenMap) -> Self {
        let mut names = Self::new(map.id);
        let mut numbers = HashMap::new();
        let mut longs = Vec::new();
        for (token, name) in &map.names {
            match Read::of(token, &map.id.tail()) {
                Some(read) if read.long.is_some() => longs.push((read, token, name)),
                Some(read) => names.known_word(&read, token, name, &mut numbers),
                None => names.known_number(token, name),
            }
        }
        for (read, token, name) in longs {
            names.known_word(&read, token, name, &mut numbers);
        }
        names
    }

    fn known_word(&mut self, read: &Read, token: &str, name: &str, numbers: &mut HashMap<Rc<str>, u32>) {
        let key = dn::unescaped(name).to_lowercase();
        let shape = match (read.long, read.filled) {
            (Some(long), _) => {
                let Some(id) = numbers.get(digits(read.number).as_str()).copied() else { return };
                let Some(stem) = self.word_mut(WordId(id)) else { return };
                stem.longer = stem.longer.max(long);
                Shape::Long(id, long)
            }
            (None, true) => Shape::Stem(read.number, u8::try_from(token.len()).unwrap_or(u8::MAX)),
            (None, false) => Shape::Number(read.number),
        };
        let Some(id) = self.find(&key).or_else(|| self.insert(read.role, key, shape)) else { return };
        if read.long.is_none() {
            numbers.insert(digits(read.number).into(), id.0);
            self.next.word = self.next.word.max(read.number);
        }
        let Some(word) = self.word_mut(id) else { return };
        word.is_settled = true;
        match style_of(token) {
            Style::Other(number) => {
                let others = word.others.get_or_insert_default();
                let number = usize::from(number);
                if number >= others.len() {
                    others.resize(number.saturating_add(1), Box::from(""));
                }
                if let Some(place) = others.get_mut(number) {
                    *place = name.into();
                }
            }
            style => word.styles |= bit(style),
        }
    }

    fn known_number(&mut self, token: &str, name: &str) {
        if let (Some((_, token)), Some((_, real))) = (sid::in_text(token).pop(), sid::in_text(name).pop()) {
            self.next.sid = self.next.sid.max(token.numbers.get(2).copied().unwrap_or(0));
            self.sids.insert(real, token);
            return;
        }
        let whole = |text: &str| match address::in_text(text).pop() {
            Some((range, address)) if range.len() == text.len() => Some(address),
            _ => None,
        };
        let (Some(token_address), Some(real)) = (whole(token), whole(name)) else { return };
        let Next { v4, v6, mac, .. } = &mut self.next;
        match token_address {
            Address::V4(token) if token.is_link_local() => *v4 = (*v4).max(token.to_bits() & 0xffff),
            Address::V4(token) => *v4 = (*v4).max(token.to_bits() & 0x000f_ffff),
            Address::V6(token) => *v6 = (*v6).max(u32::try_from(token.to_bits() & 0xffff_ffff).unwrap_or(0)),
            Address::Mac([.., high, middle, low]) => {
                *mac = (*mac).max(u32::from_be_bytes([0, high, middle, low]));
            }
        }
        let numbered = self.addresses.entry(real);
        let numbered = numbered.or_insert_with(|| Numbered { token: token_address, spellings: Vec::new() });
        let usual = matches!(real, Address::V6(real) if real.to_string() == name) || matches!(real, Address::V4(_));
        if !usual && !numbered.spellings.iter().any(|known| known.as_ref() == name) {
            numbered.spellings.push(name.into());
        }
    }
}

/// The number of a word as a key: one kind of table for all takes less room in the program than one for each.
fn digits(number: u32) -> String {
    number.to_string()
}

fn address_names(real: Address, numbered: &Numbered, names: &mut BTreeMap<String, String>) {
    match (numbered.token, real) {
        (Address::V4(token), Address::V4(real)) => {
            names.insert(token.to_string(), real.to_string());
        }
        (Address::V6(token), Address::V6(real)) => {
            names.insert(token.to_string(), real.to_string());
            for (number, name) in numbered.spellings.iter().enumerate() {
                names.insert(numbered_v6(token, Some(number)), name.to_string());
            }
        }
        (Address::Mac(token), _) => {
            for name in &numbered.spellings {
                names.insert(spelled_mac(token, name), name.to_string());
            }
        }
        _ => {}
    }
}

/// What a token that is a word says of itself.
struct Read {
    role: Role,
    number: u32,
    /// Whether it is filled up.
    filled: bool,
    /// The number behind a name that is longer than NetBIOS allows.
    long: Option<u32>,
}

impl Read {
    fn of(token: &str, tail: &str) -> Option<Self> {
        let small = token.to_ascii_lowercase();
        let shape = shapes(&small, tail).next().filter(|shape| shape.start == 0)?;
        let head = small.get(..shape.end)?.strip_suffix(tail)?;
        let role = Role::ALL.into_iter().find(|role| head.starts_with(role.word()))?;
        let number = head.strip_prefix(role.word())?.parse().ok()?;
        let rest = small.get(shape.end..)?;
        let behind = rest.trim_start_matches('x');
        let long = behind
            .strip_suffix(tail)
            .and_then(|rest| rest.trim_start_matches(|character: char| character.is_ascii_punctuation()).parse().ok());
        Some(Self { role, number, filled: rest.len() > behind.len(), long })
    }
}

/// How a token is written.
fn style_of(token: &str) -> Style {
    let letters = token.chars().filter(char::is_ascii_alphabetic).take(8);
    let pattern = letters.zip(0_u32..).filter(|(letter, _)| letter.is_ascii_uppercase());
    let pattern = pattern.fold(0_u32, |pattern, (_, place)| pattern | 1 << place);
    match pattern {
        0 => Style::Small,
        1 => Style::Initial,
        odd if odd & 1 == 1 => Style::Capital,
        even => Style::Other(u8::try_from((even >> 1).saturating_sub(1)).unwrap_or(u8::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kerbscope_shared::pseudonym::sid::{Family, Unique};
    use kerbscope_shared::pseudonym::token::MapId;

    const ID: MapId = MapId(0x0123_4567_89ab_cdef);

    const WRITTEN: [(Role, &str); 12] = [
        (Role::Host, "web01"),
        (Role::Host, "WEB01"),
        (Role::Host, "wEb01"),
        (Role::Host, "weB01"),
        (Role::Host, "WEBSERVER-PROD"),
        (Role::Host, "webserver-prod-01"),
        (Role::Host, "WEBSERVER-PROD-02"),
        (Role::Account, "svc-intranet-portal"),
        (Role::Domain, "Contoso"),
        (Role::Name, "Jane Doe"),
        (Role::Name, r"Doe\, Jane"),
        (Role::Account, "4711"),
    ];

    fn filled(mut names: Names) -> (Names, Vec<String>) {
        let mut tokens = Vec::new();
        let ids = WRITTEN.map(|(role, name)| names.note(role, &dn::unescaped(name)).expect("has room"));
        for (id, (_, name)) in ids.into_iter().zip(WRITTEN) {
            tokens.push(names.token(id, name).expect("has a token"));
        }
        for text in ["10.0.0.20", "169.254.1.1", "fd00::a", "FD00::A", "00-15-5D-00-04-14", "00:15:5d:00:04:14"] {
            let (_, address) = address::in_text(text).pop().expect("an address");
            tokens.push(names.address(address, text).expect("has room"));
        }
        let unique = Unique { family: Family::Domain, numbers: vec![1, 2, 3] };
        tokens.push(names.sid(&unique).expect("has room").to_string());
        (names, tokens)
    }

    #[test]
    fn every_token_is_in_the_map_with_its_name() {
        let (mut names, tokens) = filled(Names::new(ID));
        let map = names.map();
        let written = WRITTEN.map(|(_, name)| name);
        for (token, name) in tokens.iter().zip(written) {
            assert_eq!(map.names.get(token).map(String::as_str), Some(name), "{map:#?}");
        }
        assert!(tokens.iter().all(|token| map.names.contains_key(token)), "{tokens:?} {map:#?}");
    }

    #[test]
    fn a_map_gives_the_same_tokens_again_and_new_names_new_ones() {
        let (mut names, tokens) = filled(Names::new(ID));
        let map = names.map();
        let (mut again, same) = filled(Names::of_map(&map));
        assert_eq!(same, tokens);
        assert_eq!(again.map(), map);
        for name in ["web02", "webserver-prod-03", "WeB01"] {
            let id = again.note(Role::Host, name).expect("has room");
            let token = again.token(id, name).expect("has a token");
            assert!(!map.names.contains_key(&token), "{token} {map:#?}");
        }
        let (_, other) = address::in_text("10.0.0.21").pop().expect("an address");
        let token = again.address(other, "10.0.0.21").expect("has room");
        assert!(!map.names.contains_key(&token));
    }

    #[test]
    fn a_hostile_map_does_no_harm() {
        let tail = ID.tail();
        let names = [
            (format!("host1{tail}"), "x".repeat(9000)),
            (format!("host99999999999{tail}"), "a".to_owned()),
            (format!("hOST1{tail}"), String::new()),
            (format!("host1{tail}-7{tail}"), "b".to_owned()),
            ("S-1-5-21-0-1-4294967295".to_owned(), "S-1-5-21-1-2-3".to_owned()),
            ("255.255.255.254".to_owned(), "10.0.0.1".to_owned()),
            (String::new(), String::new()),
        ];
        let mut names = Names::of_map(&TokenMap { id: ID, names: names.into() });
        let id = names.note(Role::Host, "web01").expect("has room");
        assert!(names.token(id, "web01").is_some());
        let _ = names.map();
    }
}

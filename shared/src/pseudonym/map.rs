//! The map: which name each token stands for. It stays with whoever made the bundle.
//!
//! It is a text of lines, so that the collector needs no more than a few lines to read one: `kerbscope-map`, its version
//! and its id; a sentence for whoever opens it; an empty line; then a token, a tab and its name in each. In a name, `\\t`,
//! `\\n`, `\\r` and `\\\\` stand for a tab, for ends of lines, and for a backslash.

use std::collections::BTreeMap;

use crate::pseudonym::token::MapId;

/// How large a map may be; it is about four times what a domain of a hundred thousand accounts needs.
pub const MAP_BYTES: u64 = 32 << 20;

/// Tokens, and the names that they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenMap {
    /// Which map this is; the manifests of its bundles say the same.
    pub id: MapId,
    /// The name of each token, both as they are written.
    pub names: BTreeMap<String, String>,
}

/// How long a name may be, and a token. Names repeat in a bundle as often as their tokens do, so that a longer one would
/// let the bundle grow without end.
const LONGEST_NAME: usize = 1024;
const LONGEST_TOKEN: usize = 64;

const ABOUT: &str = "The real names behind the tokens of a Kerbscope bundle. Keep this file to yourself.";
const VERSION: u32 = 1;
const MARK: &str = "kerbscope-map";

/// Why a file is no map.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// It is none.
    #[error("this is no map of tokens: it does not begin with {MARK} and a version")]
    NoMap,
    /// A line is not a token and its name.
    #[error("this map of tokens is damaged: line {0} is not a token, a tab and a name")]
    Line(usize),
    /// Its id is damaged.
    #[error("this map of tokens is damaged: {0}")]
    Id(#[from] crate::pseudonym::token::NotAnId),
    /// Two computers were visited with the same map to begin with, and each went on counting by itself.
    #[error(
        "{0} stands for one name in this map of tokens and for another in one that was given before; their bundles \
         cannot be one case"
    )]
    TwoNames(String),
    /// A name or a token is longer than any that is given out.
    #[error("this map of tokens is damaged: the name of {0} is longer than names are")]
    TooLong(String),
    /// It comes from a later version.
    #[error("this map of tokens has version {0}; known is {VERSION}")]
    Newer(u32),
}

impl TokenMap {
    /// A map that holds nothing.
    pub const fn empty(id: MapId) -> Self {
        Self { id, names: BTreeMap::new() }
    }

    /// Whether a file begins like a map.
    pub fn is_begun_by(head: &[u8]) -> bool {
        head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).starts_with(MARK.as_bytes())
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It is no map, or one that is not understood.
    pub fn read(file: &[u8]) -> Result<Self, MapError> {
        let text = std::str::from_utf8(file).map_err(|_| MapError::NoMap)?;
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let mut head = lines.next().unwrap_or_default().split_ascii_whitespace();
        let version = head.next().filter(|mark| *mark == MARK).and_then(|_| head.next()?.parse().ok());
        match version {
            None => return Err(MapError::NoMap),
            Some(VERSION) => {}
            Some(newer) => return Err(MapError::Newer(newer)),
        }
        let mut map = Self::empty(head.next().unwrap_or_default().parse()?);
        for (number, line) in (2_usize..).zip(lines).skip_while(|(_, line)| !line.is_empty()).skip(1) {
            let row = line.split_once('\t').and_then(|(token, name)| Some((token, unescaped(name)?)));
            let (token, name) = row.ok_or(MapError::Line(number))?;
            if token.len() > LONGEST_TOKEN || name.len() > LONGEST_NAME {
                return Err(MapError::TooLong(token.chars().take(LONGEST_TOKEN).collect()));
            }
            map.names.insert(token.to_owned(), name);
        }
        Ok(map)
    }

    /// Takes in the names of another map with the same id, which was written earlier or later.
    ///
    /// # Errors
    ///
    /// A token has another name there.
    pub fn join(&mut self, other: Self) -> Result<(), MapError> {
        for (token, name) in other.names {
            if self.names.get(&token).is_some_and(|known| *known != name) {
                return Err(MapError::TwoNames(token));
            }
            self.names.insert(token, name);
        }
        Ok(())
    }

    /// The file.
    pub fn write(&self) -> String {
        let mut text = format!("{MARK} {VERSION} {}\n{ABOUT}\n\n", self.id);
        for (token, name) in &self.names {
            text.push_str(token);
            text.push('\t');
            for character in name.chars() {
                match ESCAPES.iter().find(|(plain, _)| *plain == character) {
                    Some((_, letter)) => text.extend(['\\', *letter]),
                    None => text.push(character),
                }
            }
            text.push('\n');
        }
        text
    }
}

/// What cannot stand in a line as it is, and the letter behind a backslash that stands for it.
const ESCAPES: [(char, char); 4] = [('\\', '\\'), ('\t', 't'), ('\n', 'n'), ('\r', 'r')];

fn unescaped(text: &str) -> Option<String> {
    let mut characters = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => {
                let letter = characters.next()?;
                ESCAPES.iter().find(|(_, known)| *known == letter)?.0
            }
            other => other,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let mut map = TokenMap::empty(MapId(7));
        map.names.insert("host1kqz".to_owned(), "web01".to_owned());
        map.names.insert("name2kqz".to_owned(), "a\\, b\tc\r\nd\\".to_owned());
        map.names.insert("name3kqz".to_owned(), String::new());
        let file = map.write();
        assert_eq!(file.lines().count(), 6, "{file}");
        assert!(file.contains("name2kqz\ta\\\\, b\\tc\\r\\nd\\\\\n"), "{file}");
        assert!(TokenMap::is_begun_by(file.as_bytes()));
        assert_eq!(TokenMap::read(file.as_bytes()).expect("read"), map);
        let edited = format!("\u{feff}{}", file.replace('\n', "\r\n"));
        assert!(TokenMap::is_begun_by(edited.as_bytes()));
        assert_eq!(TokenMap::read(edited.as_bytes()).expect("read"), map, "Notepad has saved it");
    }

    #[test]
    fn a_map_and_the_one_that_goes_on_from_it_are_joined_and_two_that_went_apart_are_not() {
        let map = |names: &[(&str, &str)]| TokenMap {
            id: MapId(7),
            names: names.iter().map(|(token, name)| ((*token).to_owned(), (*name).to_owned())).collect(),
        };
        let (one, two) = (("host1kqz", "web01"), ("host2kqz", "dc01"));
        let mut joined = map(&[one]);
        joined.join(map(&[one, two])).expect("one goes on from the other");
        assert_eq!(joined, map(&[one, two]));
        let error = joined.join(map(&[one, ("host2kqz", "sql01")])).expect_err("two names").to_string();
        assert!(error.starts_with("host2kqz stands for one name"), "{error}");
    }

    #[test]
    fn other_files_are_refused_in_a_sentence() {
        let head = "kerbscope-map 1 0000000000000007\n\n";
        let long = format!("{head}host1kqz\t{}", "x".repeat(1025));
        for (bytes, words) in [
            (b"".as_slice(), "this is no map of tokens"),
            (b"\xff\xfek", "this is no map of tokens"),
            (b"kerbscope-map one", "this is no map of tokens"),
            (b"kerbscope-map 2 later", "has version 2; known is 1"),
            (b"kerbscope-map 1 7", "damaged"),
            (&[head.as_bytes(), b"a\tb\nhost1kqz"].concat(), "line 4 is not a token, a tab and a name"),
            (&[head.as_bytes(), b"host1kqz\ta\\"].concat(), "line 3 is not"),
            (&[head.as_bytes(), b"host1kqz\ta\\x"].concat(), "line 3 is not"),
            (long.as_bytes(), "longer than names are"),
        ] {
            let error = TokenMap::read(bytes).expect_err("refused").to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}

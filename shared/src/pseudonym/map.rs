//! The map: which name each token stands for. It stays with whoever made the bundle.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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

/// The file.
#[derive(Serialize, Deserialize)]
struct File {
    /// For whoever opens it.
    #[serde(default)]
    about: String,
    kerbscope_map: u32,
    id: String,
    names: BTreeMap<String, String>,
}

/// How long a name may be, and a token. Names repeat in a bundle as often as their tokens do, so that a longer one would
/// let the bundle grow without end.
const LONGEST_NAME: usize = 1024;
const LONGEST_TOKEN: usize = 64;

const ABOUT: &str = "The real names behind the tokens of a Kerbscope bundle. Keep this file to yourself.";
const VERSION: u32 = 1;

/// Why a file is no map.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// It is none.
    #[error("this is no map of tokens: {0}")]
    Json(#[from] serde_json::Error),
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
        let head = String::from_utf8_lossy(head);
        head.trim_start_matches('\u{feff}').trim_start().starts_with('{') && head.contains("\"kerbscope_map\"")
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It is no map, or one that is not understood.
    pub fn read(json: &[u8]) -> Result<Self, MapError> {
        let file: File = serde_json::from_slice(json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json))?;
        if file.kerbscope_map > VERSION {
            return Err(MapError::Newer(file.kerbscope_map));
        }
        let is_long = |(token, name): (&String, &String)| token.len() > LONGEST_TOKEN || name.len() > LONGEST_NAME;
        if let Some((token, _)) = file.names.iter().find(|row| is_long(*row)) {
            return Err(MapError::TooLong(token.chars().take(LONGEST_TOKEN).collect()));
        }
        Ok(Self { id: file.id.parse()?, names: file.names })
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

    /// The file, as JSON.
    ///
    /// # Errors
    ///
    /// None that could happen.
    pub fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec_pretty(&File {
            about: ABOUT.to_owned(),
            kerbscope_map: VERSION,
            id: self.id.to_string(),
            names: self.names.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let mut map = TokenMap::empty(MapId(7));
        map.names.insert("host1kqz".to_owned(), "web01".to_owned());
        assert!(TokenMap::is_begun_by(&map.write().expect("written")));
        assert_eq!(TokenMap::read(&map.write().expect("written")).expect("read"), map);
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
        let long =
            format!(r#"{{"kerbscope_map":1,"id":"0000000000000007","names":{{"host1kqz":"{}"}}}}"#, "x".repeat(1025));
        let newer = br#"{"kerbscope_map":2,"id":"0000000000000007","names":{}}"#;
        for (bytes, words) in [
            (b"".as_slice(), "this is no map of tokens"),
            (b"{}", "this is no map of tokens"),
            (newer, "has version 2; known is 1"),
            (br#"{"kerbscope_map":1,"id":"7","names":{}}"#, "damaged"),
            (long.as_bytes(), "longer than names are"),
        ] {
            let error = TokenMap::read(bytes).expect_err("refused").to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}

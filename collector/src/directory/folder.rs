//! A directory made of files: it stands in for one where there is none.
//!
//! ```text
//! directory/%28servicePrincipalName%3DHTTP%2Fwww%29.ldif    what a search for this filter finds
//! directory/DC%3Dcontoso%2CDC%3Dcom.ldif                    the entry with this name; `root.ldif` is the server itself
//! directory/otherwise.ldif                                  what any other search finds
//! ```
//!
//! A search for which there is no file fails, with the code that `directory/code.txt` holds; if that is not there either,
//! there is no directory.

use std::fs;
use std::path::{Path, PathBuf};

use crate::directory::entry::{Attribute, Entry};
use crate::directory::failure::Failure;
use crate::directory::line::{GLOBAL_CATALOG_PORT, LDAP_PORT};
use crate::directory::search::{ANYTHING, Search};
use crate::directory::service::{Catalog, Directory, Found, NoDirectory, SearchLimits};
use crate::folder;

/// A folder that answers like a directory.
#[derive(Clone, Debug)]
pub struct FolderDirectory {
    root: PathBuf,
}

impl FolderDirectory {
    /// The directory that this folder holds.
    pub fn new(root: &Path) -> Self {
        Self { root: root.join("directory") }
    }

    fn text(&self, search: &Search) -> Option<String> {
        let name = match (search.filter.as_str(), search.base.as_str()) {
            (ANYTHING, "") => "root",
            (ANYTHING, base) => base,
            (filter, _) => filter,
        };
        let read = |name: &str| fs::read_to_string(self.root.join(format!("{}.ldif", folder::file_name(name)))).ok();
        read(name).or_else(|| read("otherwise"))
    }
}

impl Directory for FolderDirectory {
    fn search(&self, catalog: Catalog, search: &Search, limits: SearchLimits) -> Found {
        let port = if catalog == Catalog::Forest { GLOBAL_CATALOG_PORT } else { LDAP_PORT };
        if let Some(text) = self.text(search) {
            return Found { server: Some(format!("dc1:{port}")), entries: entries(&text), pages: 1, failure: None };
        }
        match fs::read_to_string(self.root.join("code.txt")).ok().and_then(|code| code.trim().parse().ok()) {
            Some(code) => Found::nothing(Failure::of_code(code, None)),
            None => NoDirectory("the folder holds no directory").search(catalog, search, limits),
        }
    }
}

fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = match value.strip_prefix(':') {
            Some(encoded) => decoded(encoded.trim()),
            None => value.trim().as_bytes().to_vec(),
        };
        match entries.last_mut() {
            _ if name == "dn" => {
                entries.push(Entry { name: String::from_utf8_lossy(&value).into_owned(), attributes: Vec::new() });
            }
            None => {}
            Some(entry) => match entry.attributes.iter_mut().find(|attribute| attribute.name == name) {
                Some(attribute) => attribute.values.push(value),
                None => entry.attributes.push(Attribute { name: name.to_owned(), values: vec![value] }),
            },
        }
    }
    entries
}

fn decoded(base64: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u8> = base64.bytes().filter_map(digit).collect();
    let group = |group: &[u8]| {
        let bits = (0..4).fold(0, |bits, index| bits << 6 | u32::from(group.get(index).copied().unwrap_or(0)));
        let [_, bytes @ ..] = bits.to_be_bytes();
        bytes.into_iter().take(group.len().saturating_sub(1)).collect::<Vec<u8>>()
    };
    digits.chunks(4).flat_map(group).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::directory::search::Scope;

    #[test]
    fn a_search_finds_the_file_of_its_filter() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("directory");
        let limits = SearchLimits { time: Duration::from_secs(1), entries: 9, bytes: 99 };
        let found = |base: &str, filter: &str| {
            let (base, filter) = (base.to_owned(), filter.to_owned());
            let search = Search { base, scope: Scope::Base, filter, attributes: Vec::new() };
            FolderDirectory::new(folder.path()).search(Catalog::Domain, &search, limits)
        };
        let failure = |found: &Found| found.failure.as_ref().map(|failure| failure.said.clone());
        assert_eq!(failure(&found("", "(cn=a)")).as_deref(), Some("the folder holds no directory"));
        fs::create_dir(&place).expect("a folder");
        fs::write(place.join("code.txt"), "49\n").expect("written");
        assert!(failure(&found("", "(cn=a)")).is_some_and(|said| said.ends_with("(LDAP 49)")));
        let ldif =
            "version: 1\n# note\n\ndn: CN=a\nobjectClass: top\nobjectClass: user\nobjectSid:: AQUA/w==\n\ndn:: YWI=\n";
        fs::write(place.join("%28cn%3Da%29.ldif"), ldif).expect("written");
        let entries = found("", "(cn=a)").entries;
        assert_eq!(entries.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["CN=a", "ab"]);
        let attributes = &entries[0].attributes;
        assert_eq!(attributes[0].values, [b"top".to_vec(), b"user".to_vec()]);
        assert_eq!(attributes[1].values, [vec![1, 5, 0, 255]]);
        fs::write(place.join("root.ldif"), "dn:\n").expect("written");
        assert_eq!(found("", ANYTHING).entries.len(), 1);
        assert_eq!(found("DC=x", ANYTHING).entries.len(), 0);
    }
}

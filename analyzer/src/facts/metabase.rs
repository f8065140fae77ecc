//! The tree of the metabase: what is set at a key, what it inherits, and what nobody listed.

use std::collections::{BTreeMap, BTreeSet};

use crate::artifacts::adsutil::Asked;
use crate::artifacts::contents::{Contents, ReadArtifact};
use crate::artifacts::metabase::{Extent, Key, KeyPath, Metabase, Property};
use crate::evidence::gap::NotKnown;
use crate::evidence::place::{ArtifactId, Evidence};

/// The key of the web service; what is set above it is not about sites.
pub const WEB_SERVICE: &str = "w3svc";

/// All that the artifacts of one bundle say about the metabase. Paths are in lower case, without `/LM`.
#[derive(Clone, Debug)]
pub struct Tree<'a> {
    /// The first artifact that says something.
    pub artifact: ArtifactId,
    /// Where the metabase is listed by a file of its own: only IIS 6 has one.
    pub has_file: bool,
    /// A key that is not listed is not there.
    is_whole: bool,
    nodes: BTreeMap<String, Node<'a>>,
    /// By property, the keys at which it is set; it is set at no other.
    searches: BTreeMap<&'a str, BTreeSet<String>>,
}

/// A key.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// Its path as written.
    pub title: &'a str,
    /// Where it stands.
    pub at: Evidence,
    extent: Extent,
    properties: BTreeMap<String, &'a Property>,
    unset: BTreeSet<&'a str>,
}

/// What holds for a key: a property that is set there or above, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held<'a> {
    /// It is set at this place.
    Set(&'a Property),
    /// It is set nowhere on the way.
    NotSet,
}

impl<'a> Tree<'a> {
    /// Puts the artifacts of a bundle together; none where none of them is about the metabase. What the file says
    /// comes before what a listing says.
    pub fn of(artifacts: &[&'a ReadArtifact]) -> Option<Self> {
        let mut tree: Option<Self> = None;
        let files = artifacts.iter().filter(|read| matches!(read.contents.value, Contents::Metabase(_)));
        let listings = artifacts.iter().filter(|read| matches!(read.contents.value, Contents::Adsutil(_)));
        for read in files.chain(listings) {
            let new = || Self {
                artifact: read.id,
                has_file: matches!(read.contents.value, Contents::Metabase(_)),
                is_whole: false,
                nodes: BTreeMap::new(),
                searches: BTreeMap::new(),
            };
            tree.get_or_insert_with(new).take(read);
        }
        tree
    }

    fn take(&mut self, read: &'a ReadArtifact) {
        match &read.contents.value {
            Contents::Metabase(metabase) => {
                self.is_whole |= read.is_whole();
                self.metabase(metabase, None, read.is_whole());
            }
            Contents::Adsutil(runs) => {
                let source = read.artifact.source.as_deref();
                // Our own listing names every key of the web service.
                let is_all = source.is_some_and(|source| source.to_ascii_lowercase().starts_with("iis://"));
                self.is_whole |= is_all && read.is_whole();
                for run in runs {
                    let asked = if run.command.is_none() { source.and_then(Asked::parse) } else { None };
                    self.metabase(&run.metabase, asked.as_ref(), read.artifact.is_whole());
                }
            }
            _ => {}
        }
    }

    /// Of a text that is not complete, only what is in it is known.
    fn metabase(&mut self, metabase: &'a Metabase, asked: Option<&Asked>, is_complete: bool) {
        let asked_for = match asked {
            Some(Asked::Get(path, _) | Asked::Enum(path)) => Some(path),
            Some(Asked::Find(_)) | None => None,
        };
        for key in &metabase.keys {
            let is_listed = key.path.is_none() && matches!(asked, Some(Asked::Enum(_)));
            let extent = match key.extent {
                Extent::Whole if !is_complete => Extent::Part,
                Extent::Part if is_complete && is_listed => Extent::Whole,
                extent => extent,
            };
            if let Some(path) = key.path.as_ref().or(asked_for) {
                self.key(path, key, extent);
            }
        }
        for search in metabase.searches.iter().filter(|_| is_complete) {
            let paths = search.paths.iter().map(KeyPath::key);
            self.searches.entry(search.property.as_str()).or_default().extend(paths);
        }
    }

    /// A key that is known as a whole gains nothing from other artifacts.
    fn key(&mut self, path: &KeyPath, key: &'a Key, extent: Extent) {
        let title = key.path.as_ref().map_or("", KeyPath::as_str);
        let new = || Node { title, at: key.at, extent, properties: BTreeMap::new(), unset: BTreeSet::new() };
        let node = self.nodes.entry(path.key()).or_insert_with(new);
        let known = node.extent == Extent::Whole && !node.properties.is_empty();
        if known && extent != Extent::Whole {
            return;
        }
        node.extent = if node.extent == Extent::Whole { Extent::Whole } else { extent };
        for property in &key.properties {
            node.properties.entry(property.name.to_lowercase()).or_insert(property);
        }
        node.unset.extend(key.unset.iter().map(String::as_str));
    }

    /// Every key below a path, with its path, in order.
    pub fn below(&self, path: &str) -> impl Iterator<Item = (&str, &Node<'a>)> {
        let prefix = format!("{path}/");
        let from = self.nodes.range(prefix.clone()..);
        let inside = from.take_while(move |(path, _)| path.starts_with(&prefix));
        inside.filter(|(_, node)| node.extent != Extent::Absent).map(|(path, node)| (path.as_str(), node))
    }

    /// A key.
    pub fn node(&self, path: &str) -> Option<&Node<'a>> {
        self.nodes.get(path).filter(|node| node.extent != Extent::Absent)
    }

    /// Whether all keys directly below this one are known.
    pub fn lists_children_of(&self, path: &str) -> bool {
        self.is_whole || self.nodes.get(path).is_some_and(|node| node.extent == Extent::Whole)
    }

    /// A property that is set at a key itself.
    ///
    /// # Errors
    ///
    /// Nobody listed it.
    pub fn own(&self, path: &str, name: &str) -> Result<Held<'a>, NotKnown> {
        let elsewhere = self.searches.get(name).is_some_and(|paths| !paths.contains(path));
        match self.nodes.get(path) {
            Some(node) => match node.properties.get(name) {
                Some(property) => Ok(Held::Set(property)),
                None if node.extent != Extent::Part || node.unset.contains(name) || elsewhere => Ok(Held::NotSet),
                None => Err(need(path)),
            },
            None if elsewhere || self.is_not_there(path) => Ok(Held::NotSet),
            None => Err(need(path)),
        }
    }

    /// A property as it holds for a key: its own, or the one of the nearest key above, up to the web service.
    ///
    /// # Errors
    ///
    /// On the way is a key that nobody listed.
    pub fn held(&self, path: &str, name: &str) -> Result<Held<'a>, NotKnown> {
        let mut path = path;
        loop {
            match self.own(path, name)? {
                Held::NotSet if path != WEB_SERVICE => path = path.rsplit_once('/').map_or(WEB_SERVICE, |(up, _)| up),
                held => return Ok(held),
            }
        }
    }

    /// A key above lists what is below it, and this is not there.
    fn is_not_there(&self, path: &str) -> bool {
        if self.is_whole {
            return true;
        }
        let mut path = path;
        while let Some((up, _)) = path.rsplit_once('/') {
            match self.nodes.get(up) {
                Some(node) => return node.extent != Extent::Part,
                None => path = up,
            }
        }
        false
    }
}

impl<'a> Node<'a> {
    /// Whether one of these properties is set here.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.properties.contains_key(*name))
    }

    /// A property that is set here.
    pub fn property(&self, name: &str) -> Option<&'a Property> {
        self.properties.get(name).copied()
    }
}

/// What lists all that is set at a key.
pub fn need(path: &str) -> NotKnown {
    NotKnown::naming("cscript adsutil.vbs enum", path)
}

#[cfg(test)]
pub(crate) mod tests {
    use kerbscope_shared::kind::ArtifactKind;
    use kerbscope_shared::manifest::CollectionStatus;

    use super::*;

    /// An artifact as a bundle brings it.
    pub(crate) fn read(kind: ArtifactKind, source: Option<&str>, text: &str) -> ReadArtifact {
        ReadArtifact::brought(0, kind, source, CollectionStatus::Collected, Some(text))
    }

    fn check(texts: &[(Option<&str>, &str)], path: &str, name: &str, expected: Result<Option<&str>, &str>) {
        let artifacts: Vec<_> = texts.iter().map(|(source, text)| read(ArtifactKind::Adsutil, *source, text)).collect();
        let tree = Tree::of(&artifacts.iter().collect::<Vec<_>>()).expect("there is a metabase");
        let found = tree.held(path, name).map(|held| match held {
            Held::Set(property) => Some(property.value.as_str()),
            Held::NotSet => None,
        });
        let expected = expected.map_err(NotKnown::until);
        assert_eq!(found, expected, "{path} {name}");
    }

    const SERVICE: &str =
        "KeyType : (STRING) \"IIsWebService\"\nAuthFlags : (INTEGER) 1\n[/w3svc/1]\n[/w3svc/AppPools]\n";
    const SITE: &str = "KeyType : (STRING) \"IIsWebServer\"\n[/w3svc/1/root]\n";
    const ROOT: &str = "KeyType : (STRING) \"IIsWebVirtualDir\"\nAuthFlags : (INTEGER) 4\n[/w3svc/1/root/app]\n";

    #[test]
    fn the_nearest_key_decides() {
        let all = [
            (Some("adsutil.vbs enum w3svc"), SERVICE),
            (Some("adsutil.vbs enum w3svc/1"), SITE),
            (Some("adsutil.vbs enum w3svc/1/root"), ROOT),
        ];
        check(&all, "w3svc/1/root", "authflags", Ok(Some("4")));
        check(&all, "w3svc/1", "authflags", Ok(Some("1")));
        check(&all, "w3svc/1/root", "realm", Ok(None));
        check(&all, "w3svc/1/root/folder", "authflags", Ok(Some("4")));
        check(&all, "w3svc/1/root/app", "authflags", Err("cscript adsutil.vbs enum w3svc/1/root/app"));
    }

    #[test]
    fn a_key_that_nobody_listed_leaves_it_open() {
        check(&[(None, SERVICE)], "w3svc/1/root", "authflags", Err("cscript adsutil.vbs enum w3svc/1/root"));
        check(&[(None, SERVICE)], "w3svc", "authflags", Ok(Some("1")));
        check(&[(None, SERVICE)], "w3svc/2", "authflags", Ok(Some("1")));
        let site = [(Some("adsutil.vbs enum w3svc/1"), SITE)];
        check(&site, "w3svc/1", "authflags", Err("cscript adsutil.vbs enum w3svc"));
    }

    #[test]
    fn not_set_at_this_node_means_that_the_key_above_decides() {
        let get = |path: &str, answer: &str| format!("adsutil.vbs get {path}/AuthFlags\n{answer}\n");
        let not_set = "The parameter \"AuthFlags\" is not set at this node.";
        let texts = [
            get("w3svc/1/root", not_set),
            get("w3svc/1", not_set),
            get("w3svc", "AuthFlags                       : (INTEGER) 5"),
        ];
        let text = texts.concat();
        check(&[(None, &text)], "w3svc/1/root", "authflags", Ok(Some("5")));
        check(&[(None, &text)], "w3svc/1/root", "realm", Err("cscript adsutil.vbs enum w3svc/1/root"));
        check(&[(None, &texts[0])], "w3svc/1/root", "authflags", Err("cscript adsutil.vbs enum w3svc/1"));
    }

    #[test]
    fn a_search_tells_where_a_property_is_not_set() {
        let text = "adsutil.vbs find w3svc/AuthFlags\nProperty AuthFlags found at:\n  w3svc\n\
            adsutil.vbs get w3svc/AuthFlags\nAuthFlags : (INTEGER) 5\n";
        check(&[(None, text)], "w3svc/1/root", "authflags", Ok(Some("5")));
    }

    #[test]
    fn our_own_listing_is_all_there_is() {
        let listing =
            "[/W3SVC]\nKeyType : (STRING) \"IIsWebService\"\n\n[/W3SVC/1]\nKeyType : (STRING) \"IIsWebServer\"\n";
        check(&[(Some("IIS://LocalHost/W3SVC"), listing)], "w3svc/1/root/app", "authflags", Ok(None));
        check(&[(None, listing)], "w3svc/1/root/app", "authflags", Ok(None));
    }

    #[test]
    fn of_a_part_only_what_is_in_it_is_known() {
        let mut part = read(ArtifactKind::Adsutil, Some("IIS://LocalHost/W3SVC"), SERVICE);
        part.artifact.status = CollectionStatus::TimedOut;
        let tree = Tree::of(&[&part]).expect("there is a metabase");
        assert!(matches!(tree.held("w3svc", "authflags"), Ok(Held::Set(_))));
        assert_eq!(tree.held("w3svc", "realm"), Err(need("w3svc")));
        assert!(!tree.lists_children_of("w3svc"));
    }
}

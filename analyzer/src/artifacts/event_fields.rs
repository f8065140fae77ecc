//! The fields of one event: names that many events share, and words in one piece of memory.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Names and words, in the order of the event. A name may come twice.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fields {
    names: Arc<[Box<str>]>,
    /// All words, one behind the other.
    words: Box<str>,
    /// Where the words of each field end.
    ends: Box<[u32]>,
}

/// Lists of names that were met: most events of a log have one of a few.
#[derive(Debug, Default)]
pub(super) struct NameLists {
    lists: BTreeSet<Arc<[Box<str>]>>,
    bytes: usize,
}

/// Bytes of lists that are shared at most; crafted logs could have one for each event.
const SHARED: usize = 4 << 20;

impl Fields {
    /// The fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut start = 0;
        self.names.iter().zip(&self.ends).map(move |(name, end)| {
            let end = usize::try_from(*end).unwrap_or(usize::MAX);
            let words = self.words.get(start..end).unwrap_or_default();
            start = end;
            (&**name, words)
        })
    }

    /// The words of the first field with this name; names are compared without case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.at(self.place(name)?.into())
    }

    /// Where the first field with this name stands, the same for all fields that share their names.
    pub fn place(&self, name: &str) -> Option<u16> {
        u16::try_from(self.names.iter().position(|key| key.eq_ignore_ascii_case(name))?).ok()
    }

    /// The words of the field at this place; there may be fewer words than names.
    pub fn at(&self, place: usize) -> Option<&str> {
        let ends_at = |place: usize| usize::try_from(*self.ends.get(place)?).ok();
        let start = place.checked_sub(1).map_or(Some(0), ends_at)?;
        Some(self.words.get(start..ends_at(place)?).unwrap_or_default())
    }

    /// Whether their names are the very list of these fields: then all have the same places.
    pub fn has_list_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.names, &other.names)
    }

    /// How many bytes they take; names that others have too cost nothing.
    pub(super) fn weight(&self) -> usize {
        let own = if Arc::strong_count(&self.names) > 1 { 0 } else { self.names.iter().map(|name| name.len()).sum() };
        self.words.len().saturating_add(size_of_val(&*self.ends)).saturating_add(own)
    }

    /// Their names, their words one behind the other, and where the words of each end.
    pub(super) fn parts(&self) -> (&Arc<[Box<str>]>, &str, &[u32]) {
        (&self.names, &self.words, &self.ends)
    }

    /// Fields with names from a list, and words that stand one behind the other already.
    pub(super) fn ending(names: Arc<[Box<str>]>, words: &str, ends: Box<[u32]>) -> Self {
        Self { names, words: words.into(), ends }
    }

    /// Fields with names from a list.
    pub(super) fn new(names: Arc<[Box<str>]>, told: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut words = String::new();
        let mut ends = Vec::with_capacity(names.len());
        for one in told.into_iter().take(names.len()) {
            words.push_str(one.as_ref());
            ends.push(u32::try_from(words.len()).unwrap_or(u32::MAX));
        }
        Self { names, words: words.into(), ends: ends.into() }
    }
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(fields: I) -> Self {
        NameLists::default().share(fields.into_iter().collect())
    }
}

impl NameLists {
    /// The same fields, whose names are shared with earlier events.
    pub(super) fn share(&mut self, fields: Vec<(String, String)>) -> Fields {
        let (names, words): (Vec<Box<str>>, Vec<String>) =
            fields.into_iter().map(|(name, words)| (name.into_boxed_str(), words)).unzip();
        Fields::new(self.list(names), words)
    }

    pub(super) fn list(&mut self, names: Vec<Box<str>>) -> Arc<[Box<str>]> {
        if let Some(known) = self.lists.get(names.as_slice()) {
            return Arc::clone(known);
        }
        let names: Arc<[Box<str>]> = names.into();
        if self.bytes < SHARED {
            self.bytes =
                names.iter().fold(self.bytes, |bytes, name| bytes.saturating_add(name.len()).saturating_add(16));
            self.lists.insert(Arc::clone(&names));
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned())).collect()
    }

    #[test]
    fn what_goes_in_comes_out() {
        for fields in [&[][..], &[("A", "")], &[("A", "one"), ("B", ""), ("a", "\u{fc}")]] {
            let kept: Fields = pairs(fields).into_iter().collect();
            assert_eq!(kept.iter().collect::<Vec<_>>(), fields);
        }
    }

    #[test]
    fn a_field_is_found_in_any_case_and_the_first_one_counts() {
        let fields: Fields = pairs(&[("TargetName", "one"), ("targetname", "two")]).into_iter().collect();
        assert_eq!((fields.get("TARGETNAME"), fields.get("Target")), (Some("one"), None));
    }

    #[test]
    fn names_are_kept_once() {
        let mut lists = NameLists::default();
        let [one, other] = ["x", "y"].map(|words| lists.share(pairs(&[("Status", words)])));
        assert!(Arc::ptr_eq(&one.names, &other.names));
        assert_ne!(one, other);
    }
}

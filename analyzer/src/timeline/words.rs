//! Words that many rows share: each is kept once, and a row keeps its number.

use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::quality::RandomState;

/// The number of a word. That of no word is 0.
pub type WordId = u32;

/// Words, each kept once.
#[derive(Debug, Default)]
pub struct Words {
    text: String,
    /// Where each word ends.
    ends: Vec<usize>,
    /// The place of each word among all, sorted; made when somebody sorts.
    ranks: OnceLock<Vec<u32>>,
}

/// Collects words.
#[derive(Debug)]
pub(super) struct Collected {
    words: Words,
    known: HashMap<Box<str>, WordId, RandomState>,
}

impl Words {
    /// A word; that of an unknown number is empty.
    pub fn get(&self, id: WordId) -> &str {
        let Ok(place) = usize::try_from(id) else { return "" };
        let Some(end) = self.ends.get(place) else { return "" };
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..*end).unwrap_or_default()
    }

    /// All words, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let word = self.text.get(start..*end).unwrap_or_default();
            start = *end;
            word
        })
    }

    /// The place of each word among all of them, by its number: no word comes first, then numbers, by their value, then
    /// the others, whatever their case. They are put in order when somebody asks for the first time.
    pub fn ranks(&self) -> &[u32] {
        self.ranks.get_or_init(|| self.ranked())
    }

    fn ranked(&self) -> Vec<u32> {
        let key = |word: &str| {
            let number = word.parse::<u64>().ok();
            (!word.is_empty(), number.is_none(), number, word.to_lowercase())
        };
        let mut sorted: Vec<_> = self.iter().map(key).zip(0_usize..).collect();
        sorted.sort_unstable();
        let mut ranks = vec![0; sorted.len()];
        for (rank, (_, place)) in (0_u32..).zip(sorted) {
            if let Some(slot) = ranks.get_mut(place) {
                *slot = rank;
            }
        }
        ranks
    }

    /// How many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        let ends = self.ends.capacity().saturating_mul(size_of::<usize>());
        let ranks = self.ranks.get().map_or(0, |ranks| ranks.capacity().saturating_mul(size_of::<u32>()));
        self.text.capacity().saturating_add(ends).saturating_add(ranks)
    }
}

impl Collected {
    pub(super) fn new() -> Self {
        let words = Words { ends: vec![0], ..Words::default() };
        Self { words, known: HashMap::from_iter([(Box::from(""), 0)]) }
    }

    /// The number of a word.
    pub(super) fn id(&mut self, word: &str) -> WordId {
        if let Some(known) = self.known.get(word) {
            return *known;
        }
        let Ok(id) = WordId::try_from(self.words.ends.len()) else { return 0 };
        self.words.text.push_str(word);
        self.words.ends.push(self.words.text.len());
        self.known.insert(Box::from(word), id);
        id
    }

    pub(super) fn finish(mut self) -> Words {
        self.words.text.shrink_to_fit();
        self.words.ends.shrink_to_fit();
        self.words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_kept_once() {
        let mut collected = Collected::new();
        let ids: Vec<_> = ["bob", "", "alice", "bob"].map(|word| collected.id(word)).to_vec();
        assert_eq!(ids, [1, 0, 2, 1]);
        let words = collected.finish();
        assert_eq!(words.iter().collect::<Vec<_>>(), ["", "bob", "alice"]);
        assert_eq!((words.get(0), words.get(2), words.get(9)), ("", "alice", ""));
    }

    #[test]
    fn numbers_are_sorted_by_their_value_and_words_without_case() {
        let mut collected = Collected::new();
        let mut ids: Vec<_> = ["Bob", "4625", "alice", "528", ""].map(|word| collected.id(word)).to_vec();
        let words = collected.finish();
        ids.sort_by_key(|id| words.ranks().get(*id as usize).copied());
        assert_eq!(ids.into_iter().map(|id| words.get(id)).collect::<Vec<_>>(), ["", "528", "4625", "alice", "Bob"]);
    }
}

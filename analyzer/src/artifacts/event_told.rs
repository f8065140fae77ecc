//! What events that are alike have in common, in words: the keys of their groups, decoded.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::quality::RandomState;

use crate::artifacts::event_fields::Fields;
use crate::artifacts::event_groups::Seen;
use crate::artifacts::event_key::{ABSENT, IGNORED, KeyHead, KeyPlace, LONG, Piece, WORDS, pieces};
use crate::artifacts::event_kinds::{CONCERNS, Concern};
use crate::artifacts::event_places::{Places, hash};
use crate::formats::evtx::value::{TEXT, Value};

/// What a group came to.
#[derive(Debug)]
pub(super) struct Tallied {
    /// Which of [`CONCERNS`].
    pub(super) concern: usize,
    pub(super) id: u32,
    pub(super) origin: u32,
    /// What its events have in common; none for those that are alike in everything.
    pub(super) fields: Fields,
    /// How many of them are kept whole.
    pub(super) kept: u64,
    pub(super) seen: Seen,
}

/// A group whose key was not decoded yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Where its key lies; a group has a row for each span of time.
    pub(super) key: KeyPlace,
    pub(super) span: u32,
    /// How many of its events are kept whole.
    pub(super) kept: u32,
    pub(super) seen: Seen,
}

/// Groups and their keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) keys: Vec<u8>,
    pub(super) rows: Vec<Row>,
}

impl Rows {
    /// What all of them came to, see [`tell`].
    pub(super) fn tell<T>(&self, tally: impl Fn(Tallied) -> T, join: impl Fn(&mut T, &T)) -> Vec<T> {
        tell(self.rows.iter().copied(), &self.keys, Places::for_groups(self.rows.len()), tally, join)
    }
}

/// What groups came to, in their order. `tally` makes of each what is wanted. Groups whose keys are the same in words are
/// one: `join` adds another to the first of them.
pub(super) fn tell<T>(
    rows: impl Iterator<Item = Row>,
    keys: &[u8],
    mut places: Places,
    tally: impl Fn(Tallied) -> T,
    join: impl Fn(&mut T, &T),
) -> Vec<T> {
    let hasher = RandomState::default();
    // The system hands out memory where it is used only: room for all costs nothing, and moves none.
    let mut found = Vec::with_capacity(rows.size_hint().1.unwrap_or(0));
    // Where the keys of the groups are that the tallies were made of first, and their times.
    let mut firsts: Vec<(KeyPlace, u32)> = Vec::new();
    let (mut told, mut other) = (Told::default(), Told::default());
    let mut names = NamesOfRows::default();
    let mut memory = Vec::new();
    places.clear();
    for Row { key, span, kept, seen } in rows {
        let head = keys.get(key.range()).and_then(|key| told.read(key, span, &mut memory));
        let Some(KeyHead { concern, id, origin, .. }) = head else { continue };
        let hash = hash(&hasher, &told);
        let fields = CONCERNS.get(concern).map_or_else(Fields::default, |row| names.fields(concern, row, &told));
        let tallied = tally(Tallied { concern, id, origin, fields, kept: kept.into(), seen });
        let place = |number: u32| usize::try_from(number).ok()?.checked_sub(1);
        let known = places.find(hash).filter_map(place).find(|place| {
            let first =
                firsts.get(*place).and_then(|(key, span)| other.read(keys.get(key.range())?, *span, &mut memory));
            first.is_some() && other == told
        });
        if let Some(known) = known.and_then(|place| found.get_mut(place)) {
            join(known, &tallied);
        } else {
            found.push(tallied);
            firsts.push((key, span));
            places.insert(hash, u32::try_from(firsts.len()).unwrap_or(0));
        }
    }
    found.shrink_to_fit();
    found
}

/// A key whose values became words, so that groups whose values only have other types are one.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
struct Told {
    head: Option<KeyHead>,
    span: u32,
    /// Those of all fields, one behind the other.
    words: String,
    /// Where those of each field end.
    ends: Vec<u32>,
    /// Whether each field is there.
    present: Vec<bool>,
}

impl Told {
    /// Reads another key, of this span of time, and says what it begins with.
    fn read(&mut self, key: &[u8], span: u32, memory: &mut Vec<u8>) -> Option<KeyHead> {
        self.head = KeyHead::of(key);
        self.span = span;
        self.words.clear();
        self.ends.clear();
        self.present.clear();
        for (kind, piece) in pieces(key) {
            let is_there = self.piece(kind, piece, memory);
            self.ends.push(u32::try_from(self.words.len()).unwrap_or(u32::MAX));
            self.present.push(is_there);
        }
        self.head
    }

    /// Adds the words of a field, and says whether it is there.
    fn piece(&mut self, kind: u8, piece: Piece<'_>, memory: &mut Vec<u8>) -> bool {
        match kind {
            ABSENT | IGNORED => false,
            WORDS | LONG => {
                let words = String::from_utf8_lossy(piece.bytes(memory));
                self.words.extend(words.split('\0'));
                kind == WORDS
            }
            TEXT => {
                piece.write_text(&mut self.words);
                true
            }
            kind => {
                let before = self.words.len();
                let bytes = piece.bytes(memory);
                let is_written = Value { kind, bytes }.write(&mut self.words).is_ok();
                if !is_written {
                    self.words.truncate(before);
                }
                is_written
            }
        }
    }
}

/// The names of the fields that the events of a group have in common: one list for all groups with the same ones.
#[derive(Default)]
struct NamesOfRows {
    lists: BTreeMap<Present, Arc<[Box<str>]>>,
    /// The last one: mostly it is the next one too.
    last: Option<(Present, Arc<[Box<str>]>)>,
    ends: Vec<u32>,
}

/// Which of the concerns, and which of its fields are there: the bit with the number of each.
type Present = (usize, u64);

impl NamesOfRows {
    /// What the events of a group have in common, under its names.
    fn fields(&mut self, concern: usize, row: &Concern, told: &Told) -> Fields {
        let mut present = 0_u64;
        self.ends.clear();
        for (index, (is_there, end)) in told.present.iter().zip(&told.ends).take(row.alike.len()).enumerate() {
            if *is_there {
                present |= 1 << index.min(63);
                self.ends.push(*end);
            }
        }
        if self.last.as_ref().is_none_or(|(last, _)| *last != (concern, present)) {
            let names = self.lists.entry((concern, present)).or_insert_with(|| {
                let is_present = |(index, _): &(usize, &&str)| present & (1 << (*index).min(63)) != 0;
                row.alike.iter().enumerate().filter(is_present).map(|(_, name)| Box::from(*name)).collect()
            });
            self.last = Some(((concern, present), Arc::clone(names)));
        }
        let names = self.last.as_ref().map(|(_, names)| Arc::clone(names)).unwrap_or_default();
        // What is not there has no words, but for a key that tells no fields.
        let end = self.ends.last().and_then(|end| usize::try_from(*end).ok()).unwrap_or(0);
        let words = told.words.get(..end).unwrap_or_default();
        Fields::ending(names, words, self.ends.as_slice().into())
    }
}

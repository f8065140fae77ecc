//! What makes events alike, as bytes: which event it is, and the values of its fields as they stand in the log.
//!
//! Behind its head, a key is made of units of two bytes, as the text of a log is. Where the upper byte of none of them
//! says anything, as in text of Western Europe, only the lower ones are left: then a key takes half as much memory.

use std::ops::Range;

use kerbscope_shared::digest::Digest;

use crate::artifacts::event_grain::Grain;
use crate::artifacts::event_kinds::CONCERNS;
use crate::formats::evtx::record::Cell;
use crate::formats::evtx::value::write_utf16;

/// What a key begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct KeyHead {
    /// Which of [`CONCERNS`].
    pub(super) concern: usize,
    pub(super) sort: Sort,
    pub(super) id: u32,
    /// Which computer.
    pub(super) origin: u32,
}

/// What is done with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sort {
    /// It is counted, with others of its time.
    Ordinary,
    /// It is kept.
    Kept,
}

/// A field that an event does not have.
pub(super) const ABSENT: u8 = 0xff;
/// A field in which events may differ.
pub(super) const IGNORED: u8 = 0xfe;
/// Words in UTF-8; values have the types that the log gives them.
pub(super) const WORDS: u8 = 0xfd;
/// In place of all fields, where they are too long.
pub(super) const LONG: u8 = 0xfc;

/// Bytes of a key at most.
pub(super) const KEY: usize = 1024;
/// Bytes of a key before its fields: which event, what is done with it and how wide the key is, its computer.
const HEAD: usize = 10;
/// Units of a field before its value: its type, and the length of its value in bytes.
const TITLE: usize = 2;

/// In the second byte of a key: its events are ordinary.
const ORDINARY: u8 = 1;
/// In the second byte of a key: of each unit, only the lower byte is there.
const NARROW: u8 = 2;

/// Makes the key of an event.
#[derive(Debug, Default)]
pub(super) struct Key {
    /// All bytes of each unit.
    wide: Vec<u8>,
    /// The lower ones, see [`narrowed`].
    narrow: Vec<u8>,
}

/// Where a key lies among others, and what can be told of it without a look there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeyPlace {
    start: u32,
    length: u16,
    /// Which of [`CONCERNS`].
    concern: u8,
    is_ordinary: bool,
}

impl Key {
    /// Begins a key.
    pub(super) fn begin(&mut self, head: KeyHead) {
        self.wide.clear();
        let sort = if head.sort == Sort::Ordinary { ORDINARY } else { 0 };
        self.wide.extend_from_slice(&[u8::try_from(head.concern).unwrap_or(u8::MAX), sort]);
        self.wide.extend_from_slice(&head.id.to_le_bytes());
        self.wide.extend_from_slice(&head.origin.to_le_bytes());
    }

    /// Adds a field.
    pub(super) fn cell(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Absent => self.piece(ABSENT, &[]),
            Cell::Text(words) => self.piece(WORDS, words.as_bytes()),
            Cell::Value(value) => self.piece(value.kind, value.bytes),
        }
    }

    /// Adds a field, unless ordinary events may differ in it.
    pub(super) fn field(&mut self, name: &str, cell: Cell<'_>, is_ordinary: bool, grain: Grain) {
        if is_ordinary && grain.ignores(name) {
            self.piece(IGNORED, &[]);
        } else {
            self.cell(cell);
        }
    }

    /// Ends a key. One that is longer than any real one is made short, and no longer tells its fields.
    pub(super) fn close(&mut self) -> &[u8] {
        if self.wide.len() > KEY {
            let digest = Digest::of(&self.wide).to_string();
            self.wide.truncate(HEAD);
            self.piece(LONG, digest.as_bytes());
        }
        narrowed(&self.wide, &mut self.narrow).unwrap_or(&self.wide)
    }

    fn piece(&mut self, kind: u8, bytes: &[u8]) {
        let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        let [low, high] = length.to_le_bytes();
        self.wide.extend_from_slice(&[kind, 0, low, high]);
        self.wide.extend_from_slice(bytes.get(..usize::from(length)).unwrap_or(bytes));
        if length % 2 == 1 {
            self.wide.push(0);
        }
    }
}

impl KeyHead {
    /// What this key begins with.
    pub(super) fn of(key: &[u8]) -> Option<Self> {
        let [concern, sort, rest @ ..] = key else { return None };
        let (id, rest) = rest.split_first_chunk()?;
        Some(Self {
            concern: usize::from(*concern),
            sort: if sort & ORDINARY == 0 { Sort::Kept } else { Sort::Ordinary },
            id: u32::from_le_bytes(*id),
            origin: u32::from_le_bytes(*rest.first_chunk()?),
        })
    }
}

impl KeyPlace {
    /// Puts a key behind others.
    pub(super) fn push(key: &[u8], keys: &mut Vec<u8>) -> Self {
        let place = Self::of(key, keys.len());
        keys.extend_from_slice(key);
        place
    }

    /// Of this key, which begins here.
    pub(super) fn of(key: &[u8], start: usize) -> Self {
        let [concern, sort] = key.first_chunk().copied().unwrap_or_default();
        Self {
            start: u32::try_from(start).unwrap_or(u32::MAX),
            length: u16::try_from(key.len()).unwrap_or(u16::MAX),
            concern,
            is_ordinary: sort & ORDINARY != 0,
        }
    }

    /// Of a key of which nothing but its length is known.
    pub(super) fn of_length(length: u16) -> Self {
        Self { length, ..Self::default() }
    }

    /// Which of [`CONCERNS`].
    pub(super) fn concern(self) -> usize {
        self.concern.into()
    }

    /// Where its bytes are.
    pub(super) fn range(self) -> Range<usize> {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        start..start.saturating_add(usize::from(self.length))
    }

    /// Whether it is that of ordinary events whose words only a list of all events shows.
    pub(super) fn is_told_later(self) -> bool {
        self.is_ordinary && CONCERNS.get(usize::from(self.concern)).is_some_and(|row| !row.is_logon())
    }
}

/// This wide key as a narrow one, if it can be. The memory for it never becomes shorter.
fn narrowed<'a>(wide: &[u8], memory: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let (head, body) = wide.split_first_chunk::<HEAD>()?;
    let (lanes, rest) = body.as_chunks::<LANE>();
    let length = HEAD.saturating_add(body.len() / 2);
    let with_lane = length.saturating_add(LANE / 2);
    if memory.len() < with_lane {
        memory.resize(with_lane, 0);
    }
    let (narrow_head, narrow) = memory.split_first_chunk_mut::<HEAD>()?;
    *narrow_head = *head;
    narrow_head[1] |= NARROW;
    let mut last = [0; LANE];
    last.get_mut(..rest.len())?.copy_from_slice(rest);
    let (places, _) = narrow.as_chunks_mut();
    let mut all = [0; LANE / 2];
    for (place, lane) in places.iter_mut().zip(lanes.iter().chain([&last])) {
        narrow_lane(lane, place, &mut all);
    }
    memory.get(..length).filter(|_| all.iter().all(|units| *units < 0x100))
}

/// Bytes of a key that are looked at together: the processor does so where no step depends on the one before.
const LANE: usize = 32;

/// Takes the lower byte of each unit, and adds the bits of all units to those of other lanes.
fn narrow_lane(lane: &[u8; LANE], place: &mut [u8; LANE / 2], all: &mut [u16; LANE / 2]) {
    let (units, _) = lane.as_chunks::<2>();
    for ((low, all), unit) in place.iter_mut().zip(all).zip(units) {
        let unit = u16::from_le_bytes(*unit);
        [*low, _] = unit.to_le_bytes();
        *all |= unit;
    }
}

/// Bytes of each unit of a key.
fn unit(key: &[u8]) -> usize {
    if key.get(1).is_some_and(|sort| sort & NARROW != 0) { 1 } else { 2 }
}

/// The first of these fields: its type, the bytes of its value, and the bytes that it takes in its key.
fn title(fields: &[u8], unit: usize) -> Option<(u8, usize, usize)> {
    let (kind, length) = match (unit, fields) {
        (1, [kind, length, ..]) => (*kind, usize::from(*length)),
        (_, [kind, _, low, high, ..]) => (*kind, usize::from(u16::from_le_bytes([*low, *high]))),
        _ => return None,
    };
    let piece = length.div_ceil(2).checked_add(TITLE)?.checked_mul(unit)?;
    (piece <= fields.len()).then_some((kind, length, piece))
}

/// The value of a field as it stands in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// All of its bytes.
    Wide(&'a [u8]),
    /// The lower bytes of its units, and how many bytes it has.
    Narrow(&'a [u8], usize),
}

/// The fields of a key, each with its type.
pub(super) fn pieces(key: &[u8]) -> impl Iterator<Item = (u8, Piece<'_>)> {
    let unit = unit(key);
    let mut rest = key.get(HEAD..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (kind, length, piece) = title(rest, unit)?;
        let (field, others) = rest.split_at_checked(piece)?;
        rest = others;
        let value = field.get(TITLE.saturating_mul(unit)..)?;
        Some((kind, if unit == 1 { Piece::Narrow(value, length) } else { Piece::Wide(value.get(..length)?) }))
    })
}

impl<'a> Piece<'a> {
    /// All bytes, for which a narrow one needs memory.
    pub(super) fn bytes(self, memory: &'a mut Vec<u8>) -> &'a [u8] {
        match self {
            Self::Wide(bytes) => bytes,
            Self::Narrow(units, length) => {
                memory.clear();
                memory.extend(units.iter().flat_map(|low| [*low, 0]));
                memory.get(..length).unwrap_or_default()
            }
        }
    }

    /// Adds its words, if it is UTF-16 text.
    pub(super) fn write_text(self, words: &mut String) {
        match self {
            Self::Wide(bytes) => write_utf16(bytes, words),
            Self::Narrow(units, length) => {
                // Half a unit at the end is none.
                let units = units.get(..length / 2).unwrap_or_default();
                let is_plain = units.iter().fold(true, |all, unit| all & (1..0x80).contains(unit));
                match std::str::from_utf8(units) {
                    Ok(ascii) if is_plain => words.push_str(ascii),
                    _ => words.extend(units.iter().take_while(|unit| **unit != 0).copied().map(char::from)),
                }
            }
        }
    }
}

/// Makes the key of a group that of the coarser group which it belongs to. It never becomes longer.
pub(super) fn coarser(key: &mut [u8], grain: Grain) -> &mut [u8] {
    let mut length = key.len();
    if grain >= Grain::AnyClient {
        length = leave_out(key, grain);
        // What made it wide may be what was left out.
        let mut memory = Vec::new();
        let wide = key.get(..length).filter(|key| unit(key) == 2);
        if let Some(narrow) = wide.and_then(|wide| narrowed(wide, &mut memory))
            && let Some(place) = key.get_mut(..narrow.len())
        {
            place.copy_from_slice(narrow);
            length = narrow.len();
        }
    }
    key.get_mut(..length).unwrap_or_default()
}

/// Takes out of a key what events may differ in; returns how long it is then.
fn leave_out(key: &mut [u8], grain: Grain) -> usize {
    let Some(row) = key.first().and_then(|concern| CONCERNS.get(usize::from(*concern))) else { return key.len() };
    let unit = unit(key);
    let (mut from, mut to) = (HEAD, HEAD);
    let mut names = row.alike.iter();
    while let Some((kind, _, piece)) = key.get(from..).and_then(|fields| title(fields, unit)) {
        // A key that tells no fields stays as it is.
        let is_ignored = kind != LONG && names.next().is_some_and(|name| grain.ignores(name));
        let length = if is_ignored { TITLE.saturating_mul(unit) } else { piece };
        key.copy_within(from..from.saturating_add(length), to);
        let (next, end) = (from.saturating_add(piece), to.saturating_add(length));
        if let Some(title) = key.get_mut(to..end).filter(|_| is_ignored) {
            title.fill(0);
            title.first_mut().into_iter().for_each(|kind| *kind = IGNORED);
        }
        (from, to) = (next, end);
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::evtx::value::{TEXT, Value};

    /// The rows of [`CONCERNS`] for 4624 and 4769.
    const LOGON: usize = 0;
    const TICKET: usize = 3;

    /// The bytes of a value, and its type.
    type Typed<'a> = (u8, &'a [u8]);

    fn utf16(words: &str) -> Vec<u8> {
        words.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn key(head: KeyHead, values: &[Typed<'_>]) -> Vec<u8> {
        let mut key = Key::default();
        key.begin(head);
        for (kind, bytes) in values {
            key.cell(Cell::Value(Value { kind: *kind, bytes }));
        }
        key.close().to_vec()
    }

    const fn head(concern: usize, sort: Sort) -> KeyHead {
        KeyHead { concern, sort, id: 4769, origin: 7 }
    }

    fn told(key: &[u8]) -> Vec<(u8, Vec<u8>)> {
        pieces(key).map(|(kind, piece)| (kind, piece.bytes(&mut vec![1; 5]).to_vec())).collect()
    }

    #[test]
    fn what_goes_in_comes_out_of_narrow_and_of_wide_keys() {
        let (latin, greek, long) = (utf16("d\u{fc}rer"), utf16("\u{3b1}"), utf16(&"x".repeat(200)));
        let cases: [(&[Typed<'_>], bool); 6] = [
            (&[], true),
            (&[(TEXT, &latin), (0x88, &[1, 0, 2]), (0x07, &[0x12, 0, 0, 0]), (TEXT, &[])], true),
            (&[(0x88, &[]), (TEXT, &latin), (0x88, &[9])], true),
            (&[(TEXT, &greek), (TEXT, &latin)], false),
            (&[(0x07, &[0, 1, 0, 0])], false),
            (&[(TEXT, &long)], false),
        ];
        for (values, is_narrow) in cases {
            for sort in [Sort::Ordinary, Sort::Kept] {
                let key = key(head(TICKET, sort), values);
                assert_eq!(unit(&key) == 1, is_narrow, "{values:?}");
                assert_eq!(KeyHead::of(&key), Some(head(TICKET, sort)));
                let expected: Vec<_> = values.iter().map(|(kind, bytes)| (*kind, bytes.to_vec())).collect();
                assert_eq!(told(&key), expected);
            }
        }
    }

    #[test]
    fn text_is_the_same_in_narrow_and_in_wide_keys() {
        let wide = utf16("\u{3b1}");
        for text in ["", "alice", "d\u{fc}rer", "a\0b", "\0", "alice\0", "\u{ff}\u{80}\u{7f}"].map(utf16) {
            // Also with half a unit at its end.
            for text in [&text[..], text.split_last().map_or(&[], |(_, text)| text)] {
                let [narrow, wide] = [&[][..], &wide].map(|other| {
                    let key = key(head(TICKET, Sort::Kept), &[(TEXT, text), (TEXT, other)]);
                    let mut words = String::new();
                    pieces(&key).take(1).for_each(|(_, piece)| piece.write_text(&mut words));
                    (words, unit(&key))
                });
                assert_eq!(narrow.0, wide.0, "{text:?}");
                assert_eq!(wide.1, 2);
            }
        }
    }

    #[test]
    fn western_text_takes_half_as_much() {
        let latin = utf16(&"x".repeat(100));
        assert_eq!(key(head(TICKET, Sort::Kept), &[(TEXT, &latin)]).len(), HEAD + TITLE + 100);
    }

    #[test]
    fn a_key_that_is_too_long_tells_no_fields_and_is_still_its_own() {
        let [one, other] = ["x", "y"].map(|letter| {
            let words = utf16(&letter.repeat(KEY));
            key(head(TICKET, Sort::Kept), &[(TEXT, &words), (TEXT, &words)])
        });
        assert_ne!(one, other);
        assert!(one.len() <= KEY, "{} bytes", one.len());
        assert_eq!(told(&one).iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [LONG]);
    }

    #[test]
    fn a_key_becomes_that_of_events_in_which_nothing_else_is_looked_at() {
        let row = &CONCERNS[TICKET];
        for (user, client) in
            [("alice", "10.0.0.5"), ("\u{3b1}", "10.0.0.5"), ("alice", "\u{3b2}"), ("\u{3b1}", "\u{3b2}")]
        {
            for (from, to) in [
                (Grain::Hour, Grain::AnyClient),
                (Grain::Hour, Grain::AnyAccount),
                (Grain::AnyClient, Grain::AnyAccount),
            ] {
                let [mut fine, coarse] = [from, to].map(|grain| {
                    let mut key = Key::default();
                    key.begin(head(TICKET, Sort::Ordinary));
                    for name in row.alike {
                        let words = match *name {
                            "TargetUserName" => utf16(user),
                            "IpAddress" => utf16(client),
                            _ => utf16("other"),
                        };
                        key.field(name, Cell::Value(Value { kind: TEXT, bytes: &words }), true, grain);
                    }
                    key.close().to_vec()
                });
                assert_eq!(coarser(&mut fine, to), coarse, "{user} {client} {from:?} {to:?}");
            }
        }
    }

    #[test]
    fn a_place_tells_what_its_key_is_about() {
        let mut keys = vec![0; 3];
        for (concern, sort, is_told_later) in [
            (TICKET, Sort::Ordinary, true),
            (TICKET, Sort::Kept, false),
            (LOGON, Sort::Ordinary, false),
            (200, Sort::Ordinary, false),
        ] {
            let key = key(head(concern, sort), &[(TEXT, &utf16("alice"))]);
            let place = KeyPlace::push(&key, &mut keys);
            assert_eq!(keys.get(place.range()), Some(&*key));
            assert_eq!((place.concern(), place.is_told_later()), (concern, is_told_later));
        }
    }

    #[test]
    fn bytes_that_are_no_key_do_no_harm() {
        for length in 0..40 {
            for byte in [0, 1, 2, 3, 0xff] {
                let mut bytes = vec![byte; length];
                assert!(pieces(&bytes).count() <= length);
                assert!(coarser(&mut bytes, Grain::AnyAccount).len() <= length);
            }
        }
    }
}

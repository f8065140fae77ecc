//! Event logs of Windows NT to 2003 (`.evt`): a ring of records between a header and a record that marks the end.
//!
//! The header is right only in a log that was closed. In a copy from a running system it is old, and says so by a flag;
//! then the end is found by its mark. A record that reaches the end of the file goes on behind the header.

use std::collections::BTreeSet;

use super::evtx::bytes::{size_at, slice, u16_at, u32_at};

/// Bytes of the header; the ring begins behind it.
const RING: usize = 48;
/// Bytes of a record before its texts; they are never split.
const FIXED: usize = 56;
/// The shortest record: nothing but its fixed part and its length again.
const SHORTEST: usize = FIXED + 4;
/// More than the service of any version wrote.
const LONGEST: usize = 1 << 20;
/// What stands in front of every record, behind its length.
const MAGIC: &[u8] = b"LfLe";
/// What the end of the ring begins with.
const END: [u8; 20] = *b"\x28\0\0\0\x11\x11\x11\x11\x22\x22\x22\x22\x33\x33\x33\x33\x44\x44\x44\x44";
/// Bytes of the record that marks the end.
const END_LENGTH: usize = 40;
/// A flag of the header: it is older than the records.
const DIRTY: u32 = 1;

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number in the log.
    pub number: u32,
    /// When the event happened, in seconds since 1970, UTC.
    pub time: u32,
    /// The event id; its upper half is what later became the qualifiers.
    pub id: u32,
    /// What kind of event.
    pub kind: Kind,
    /// Who wrote it.
    pub source: String,
    /// The computer that wrote it.
    pub computer: String,
    /// The account that it is about, as bytes of a SID; often empty.
    pub sid: Vec<u8>,
    /// What it says.
    pub strings: Vec<String>,
}

/// The kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// No more than information.
    Information,
    /// Something was allowed.
    AuditSuccess,
    /// Something was refused.
    AuditFailure,
    /// None of these.
    Other(u16),
}

/// What was lost of a log, in words.
pub type Losses = Vec<String>;

/// Whether bytes begin like such a log.
pub fn is_evt(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x30\0\0\0LfLe")
}

/// Reads a log, the oldest record first.
pub fn read(bytes: &[u8], take: &mut impl FnMut(Record)) -> Losses {
    let ring = Ring { bytes };
    let mut losses = Losses::new();
    let header = |at| size_at(bytes, at).unwrap_or(0);
    let is_dirty = u32_at(bytes, 36).is_none_or(|flags| flags & DIRTY != 0);
    let stated = (!is_dirty).then(|| ring.end_at(header(20))).flatten();
    let Some(end) = stated.or_else(|| ring.find_end(header(20))) else {
        losses.push("the end of the log is not marked; records are in the order of the file".to_owned());
        return ring.carve(&BTreeSet::new(), None, take, losses);
    };
    let mut seen = BTreeSet::new();
    let mut half_written = 0_u32;
    let mut walked = 0_usize;
    let mut at = ring.place(end.first);
    while at != end.at {
        let found = ring.record(at).filter(|_| walked <= bytes.len());
        let Some(found) = found else {
            losses.push(format!("damaged at byte {at}"));
            return ring.carve(&seen, Some(&end), take, losses);
        };
        half_written = half_written.saturating_add(u32::from(!found.is_whole));
        walked = walked.saturating_add(found.length);
        seen.insert(at);
        at = ring.place(found.next);
        take(found.record);
    }
    if half_written > 0 {
        losses.push(format!("{half_written} records were being written; their texts may be cut"));
    }
    losses
}

/// The bytes of a log as a ring.
struct Ring<'a> {
    bytes: &'a [u8],
}

/// The mark at the end of the ring, and what it says.
struct End {
    at: usize,
    first: usize,
    /// The number that the next record would get, and that of the oldest one.
    next: u32,
    oldest: u32,
}

/// A record and where it stands.
struct Found {
    record: Record,
    length: usize,
    next: usize,
    is_whole: bool,
}

impl Ring<'_> {
    /// So many bytes from this place on, behind the header again where the file ends.
    fn slice(&self, at: usize, length: usize) -> Option<Vec<u8>> {
        if at < RING || length > self.bytes.len() {
            return None;
        }
        let tail = self.bytes.get(at..)?;
        let Some(missing) = length.checked_sub(tail.len()) else { return Some(tail.get(..length)?.to_vec()) };
        Some([tail, slice(self.bytes, RING, missing)?].concat())
    }

    /// The same place in the ring.
    fn round(&self, at: usize) -> usize {
        at.checked_sub(self.bytes.len()).map_or(at, |over| over.saturating_add(RING))
    }

    /// Where a record really begins: its fixed part is never split, so that the last bytes of the file stay unused.
    fn place(&self, at: usize) -> usize {
        let has_room = at.checked_add(FIXED).is_some_and(|end| end <= self.bytes.len());
        let is_end = || self.end_at(at).is_some();
        if has_room || is_end() { at } else { RING }
    }

    fn end_at(&self, at: usize) -> Option<End> {
        let mark = self.slice(at, END_LENGTH)?;
        let is_end = mark.starts_with(&END) && size_at(&mark, 24) == Some(at) && size_at(&mark, 36) == Some(END_LENGTH);
        if !is_end {
            return None;
        }
        Some(End { at, first: size_at(&mark, 20)?, next: u32_at(&mark, 28)?, oldest: u32_at(&mark, 32)? })
    }

    /// The end, looked for from this place on and then from the beginning.
    fn find_end(&self, from: usize) -> Option<End> {
        let from = from.clamp(RING, self.bytes.len().max(RING)) / 4 * 4;
        let later = (from..self.bytes.len()).step_by(4);
        let earlier = (RING..from).step_by(4);
        later.chain(earlier).find_map(|at| {
            let is_likely = slice(self.bytes, at, 4).is_some_and(|head| END.starts_with(head));
            is_likely.then(|| self.end_at(at)).flatten()
        })
    }

    fn record(&self, at: usize) -> Option<Found> {
        let length = size_at(self.bytes, at)?;
        if !(SHORTEST..=LONGEST).contains(&length) || slice(self.bytes, at.checked_add(4)?, 4)? != MAGIC {
            return None;
        }
        let copy = size_at(&self.slice(self.round(at.checked_add(length)?.checked_sub(4)?), 4)?, 0)?;
        if copy != length && copy != 0 {
            return None;
        }
        let bytes = self.slice(at, length)?;
        let next = self.round(at.checked_add(length)?);
        Some(Found { record: Record::of(&bytes)?, length, next, is_whole: copy == length })
    }

    /// Records that nothing leads to: what was overwritten in part, or stands behind damage.
    fn carve(
        &self,
        seen: &BTreeSet<usize>,
        end: Option<&End>,
        take: &mut impl FnMut(Record),
        mut losses: Losses,
    ) -> Losses {
        let is_current = |number: u32| end.is_none_or(|end| (end.oldest..end.next).contains(&number));
        let mut carved = 0_u32;
        let mut at = RING;
        while at < self.bytes.len() {
            let is_likely = slice(self.bytes, at.saturating_add(4), MAGIC.len()) == Some(MAGIC);
            let found = if is_likely { self.record(at).filter(|found| found.is_whole) } else { None };
            match found {
                Some(found) => {
                    if !seen.contains(&at) && is_current(found.record.number) {
                        carved = carved.saturating_add(1);
                        take(found.record);
                    }
                    at = at.saturating_add(found.length.next_multiple_of(4));
                }
                None => at = at.saturating_add(4),
            }
        }
        if carved > 0 {
            losses.push(format!("{carved} records were found that nothing leads to; some may be older than the log"));
        }
        losses
    }
}

impl Record {
    /// Reads a record that is in one piece.
    fn of(bytes: &[u8]) -> Option<Self> {
        let texts = bytes.get(FIXED..bytes.len().checked_sub(4)?)?;
        let (source, rest) = text(texts);
        let (computer, _) = text(rest);
        let count = usize::from(u16_at(bytes, 26)?);
        // An offset whose count is zero may point anywhere.
        let part = |at: usize, length: usize| slice(bytes, at, length).unwrap_or_default();
        let mut rest =
            if count == 0 { &[][..] } else { bytes.get(size_at(bytes, 36)?..bytes.len().checked_sub(4)?)? };
        let mut strings = Vec::new();
        while strings.len() < count && !rest.is_empty() {
            let (string, behind) = text(rest);
            strings.push(string);
            rest = behind;
        }
        let sid_length = size_at(bytes, 40)?;
        Some(Self {
            number: u32_at(bytes, 8)?,
            time: u32_at(bytes, 12)?,
            id: u32_at(bytes, 20)?,
            kind: Kind::of(u16_at(bytes, 24)?),
            source,
            computer,
            sid: if sid_length == 0 { Vec::new() } else { part(size_at(bytes, 44)?, sid_length).to_vec() },
            strings,
        })
    }
}

impl Kind {
    const fn of(number: u16) -> Self {
        match number {
            1 => Self::Error,
            2 => Self::Warning,
            0 | 4 => Self::Information,
            8 => Self::AuditSuccess,
            16 => Self::AuditFailure,
            other => Self::Other(other),
        }
    }

    /// The words of the Event Viewer, in lower case.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
            Self::AuditSuccess => "audit success",
            Self::AuditFailure => "audit failure",
            Self::Other(_) => "of an unknown type",
        }
    }
}

/// The UTF-16 text up to its NUL, and what stands behind it.
fn text(bytes: &[u8]) -> (String, &[u8]) {
    let (units, _) = bytes.as_chunks::<2>();
    let length = units.iter().take_while(|unit| **unit != [0, 0]).count();
    let text = units.iter().take(length).map(|unit| u16::from_le_bytes(*unit));
    let text = char::decode_utf16(text).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    (text, bytes.get(length.saturating_add(1).saturating_mul(2)..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One record that says these words.
    fn record(number: u32, words: &[&str]) -> Vec<u8> {
        let utf16 = |text: &str| text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let names = [utf16("Security"), utf16("WEB03")].concat();
        let strings: Vec<u8> = words.iter().flat_map(|word| utf16(word)).collect();
        let at = FIXED + names.len();
        let length = (at + strings.len()).next_multiple_of(4) + 4;
        let mut bytes = Vec::new();
        let small = |at: usize| u32::try_from(at).expect("is small");
        for value in [small(length), 0x654c_664c, number, 1_100_000_000 + number, 1_100_000_000, 0x8000_0211] {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes.extend_from_slice(&16_u16.to_le_bytes());
        bytes.extend_from_slice(&u16::try_from(words.len()).expect("few").to_le_bytes());
        bytes.extend_from_slice(&[0; 8]);
        for value in [small(at), 0, 0xffff_ffff, 0, 0] {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes.extend(names.into_iter().chain(strings));
        bytes.resize(length - 4, 0);
        bytes.extend_from_slice(&small(length).to_le_bytes());
        bytes
    }

    /// A log of this size, whose ring begins at some place; the header is right, or as old as can be.
    fn log(size: usize, start: usize, records: &[Vec<u8>], is_dirty: bool) -> Vec<u8> {
        let mut bytes = vec![0; size];
        let mut at = start;
        let mut put = |at: &mut usize, piece: &[u8]| {
            for byte in piece {
                bytes[*at] = *byte;
                *at = if *at + 1 == size { RING } else { *at + 1 };
            }
        };
        for record in records {
            if at + FIXED > size {
                at = RING;
            }
            put(&mut at, record);
        }
        let end = at;
        let small = |at: usize| u32::try_from(at).expect("is small");
        let next = small(records.len()) + 1;
        let mut mark = END.to_vec();
        for value in [small(start), small(end), next, 1, 40] {
            mark.extend_from_slice(&value.to_le_bytes());
        }
        put(&mut at, &mark);
        let (first, last, flags) = if is_dirty { (48, 48, 1) } else { (small(start), small(end), 0) };
        let head = [48, 0x654c_664c, 1, 1, first, last, next, 1, small(size), flags, 0, 48];
        for (place, value) in bytes.chunks_mut(4).zip(head) {
            place.copy_from_slice(&value.to_le_bytes());
        }
        bytes
    }

    fn records() -> Vec<Vec<u8>> {
        (1..=9).map(|number| record(number, &["alice", "CONTOSO", &"x".repeat(number as usize)])).collect()
    }

    fn numbers(bytes: &[u8]) -> (Vec<u32>, Losses) {
        let mut numbers = Vec::new();
        let losses = read(bytes, &mut |record| numbers.push(record.number));
        (numbers, losses)
    }

    #[test]
    fn a_record_says_what_was_written() {
        let mut found = Vec::new();
        let losses = read(&log(4096, 48, &[record(7, &["alice", "", "3"])], false), &mut |record| found.push(record));
        assert_eq!(losses, Losses::new());
        let [record] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((record.number, record.id & 0xffff, record.kind), (7, 529, Kind::AuditFailure));
        assert_eq!((record.source.as_str(), record.computer.as_str()), ("Security", "WEB03"));
        assert_eq!(record.strings, ["alice", "", "3"]);
    }

    #[test]
    fn the_ring_is_followed_wherever_it_begins_and_however_old_its_header_is() {
        let size = 4096;
        for start in (48..size - FIXED).step_by(4) {
            for is_dirty in [false, true] {
                let bytes = log(size, start, &records(), is_dirty);
                assert!(is_evt(&bytes));
                assert_eq!(numbers(&bytes), ((1..=9).collect(), Losses::new()), "from {start}, dirty: {is_dirty}");
            }
        }
    }

    #[test]
    fn behind_damage_records_are_found_again() {
        let mut bytes = log(4096, 48, &records(), false);
        let third = 48 + records().iter().take(2).map(Vec::len).sum::<usize>();
        bytes[third + 5] ^= 0xff;
        let (numbers, losses) = numbers(&bytes);
        assert_eq!(numbers, [1, 2, 4, 5, 6, 7, 8, 9]);
        assert_eq!(losses.len(), 2, "{losses:?}");
        assert!(losses.iter().any(|loss| loss.contains(&format!("byte {third}"))), "{losses:?}");
    }

    #[test]
    fn without_its_end_a_log_is_searched() {
        let bytes = log(4096, 48, &records(), true);
        let end = bytes.windows(20).position(|window| window == END).expect("has an end");
        let (numbers, losses) = numbers(&bytes[..end]);
        assert_eq!((numbers, losses.is_empty()), ((1..=9).collect(), false));
    }

    #[test]
    fn a_log_cut_or_changed_anywhere_does_not_panic() {
        let whole = log(3000, 1800, &records(), true);
        for at in 0..whole.len() {
            for change in [0xff, 0x01, 0x80] {
                let mut changed = whole.clone();
                changed[at] ^= change;
                let (numbers, _) = numbers(&changed);
                assert!(numbers.len() <= 18, "{} records", numbers.len());
            }
            let _ = numbers(&whole[..at]);
        }
    }
}

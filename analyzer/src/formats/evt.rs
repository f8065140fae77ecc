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

//! One chunk of 64 KiB: its header, its checksums, and the way from record to record, also around damage.

use super::bytes::{size_at, slice, u32_at, u64_at};

/// Bytes of a whole chunk.
pub const CHUNK: usize = 65536;
/// Bytes in which it says which records it holds, with their checksum and its own.
pub const CHUNK_HEAD: usize = 128;
/// Where the records begin.
const RECORDS: usize = 512;
/// Bytes in front of the binary XML of a record.
const RECORD_HEAD: usize = 24;
/// Bytes behind it: its size again.
const RECORD_TAIL: usize = 4;
/// What every record begins with.
const MAGIC: [u8; 4] = *b"**\0\0";
/// A flag of chunks without checksums.
const NO_CHECKSUM: u32 = 4;
/// More records than fit into a chunk: a header that counts more counts wrong.
const MOST_RECORDS: u64 = 2400;

/// What a chunk says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The first and last record, as the log counts them.
    pub(super) numbers: (u64, u64),
    /// The same, as the records themselves say.
    ids: (u64, u64),
    /// Where the last record begins.
    last: usize,
    /// Where the free space begins.
    free: usize,
}

/// How far a chunk can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checksums {
    /// They match, or the chunk has none.
    Match,
    /// That of the header does not, or the header leads nowhere.
    Header,
    /// That of the records does not.
    Records,
}

impl Header {
    /// The header of a chunk; none where no chunk begins.
    pub(super) fn of(chunk: &[u8]) -> Option<Self> {
        if !chunk.starts_with(b"ElfChnk\0") {
            return None;
        }
        Some(Self {
            numbers: (u64_at(chunk, 8)?, u64_at(chunk, 16)?),
            ids: (u64_at(chunk, 24)?, u64_at(chunk, 32)?),
            last: size_at(chunk, 44)?,
            free: size_at(chunk, 48)?,
        })
    }

    /// How many records it says there are, if it can be so.
    pub(super) fn records(&self) -> Option<u64> {
        let records = self.numbers.1.checked_sub(self.numbers.0)?.checked_add(1)?;
        (records <= MOST_RECORDS).then_some(records)
    }
}

impl Checksums {
    /// What to think of the chunk.
    pub(super) const fn doubt(self) -> Option<&'static str> {
        match self {
            Self::Match => None,
            Self::Header => Some("the checksum of its header does not match; values may be wrong"),
            Self::Records => Some("its checksum does not match; values may be wrong"),
        }
    }
}

/// Whether this is the head of a chunk that has checksums of all that is in it.
pub fn is_covered(head: &[u8]) -> bool {
    head.starts_with(b"ElfChnk\0") && u32_at(head, 120).is_some_and(|flags| flags & NO_CHECKSUM == 0)
}

/// Holds a whole chunk against its checksums.
pub(super) fn checksums(chunk: &[u8]) -> Checksums {
    let flags = u32_at(chunk, 120).unwrap_or(0);
    if flags & NO_CHECKSUM != 0 {
        return Checksums::Match;
    }
    match (header_matches(chunk), records_match(chunk)) {
        (Some(true), Some(true)) => Checksums::Match,
        (Some(true), Some(false)) => Checksums::Records,
        _ => Checksums::Header,
    }
}

fn header_matches(chunk: &[u8]) -> Option<bool> {
    let mut crc = crc32fast::Hasher::new();
    crc.update(chunk.get(..120)?);
    crc.update(chunk.get(CHUNK_HEAD..RECORDS)?);
    Some(crc.finalize() == u32_at(chunk, 124)?)
}

fn records_match(chunk: &[u8]) -> Option<bool> {
    Some(crc32fast::hash(chunk.get(RECORDS..size_at(chunk, 48)?)?) == u32_at(chunk, 52)?)
}

/// Where a record lies in its chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Where it begins.
    pub(super) at: usize,
    /// Where its binary XML begins.
    pub(super) start: usize,
    /// Where that ends.
    pub(super) end: usize,
    /// The number in front of it. Logs that were exported have new ones here and the old ones inside.
    pub(super) id: u64,
}

/// A step through a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The next record.
    Record(Span),
    /// From here on there is no record for a while.
    Damage(usize),
}

/// The way through a chunk.
#[derive(Clone, Debug)]
pub(super) struct Walk<'a> {
    chunk: &'a [u8],
    /// None when the chunk does not say: then all of it is searched.
    header: Option<Header>,
    next: Option<usize>,
}

impl<'a> Walk<'a> {
    pub(super) const fn new(chunk: &'a [u8], header: Option<Header>) -> Self {
        Self { chunk, header, next: Some(RECORDS) }
    }

    /// The end of what the chunk uses.
    fn end(&self) -> usize {
        self.header.map_or(self.chunk.len(), |header| header.free.min(self.chunk.len()))
    }

    fn span(&self, at: usize) -> Option<Span> {
        let head = slice(self.chunk, at, RECORD_HEAD)?;
        let size = size_at(head, 4)?;
        let start = at.checked_add(RECORD_HEAD)?;
        let end = at.checked_add(size)?.checked_sub(RECORD_TAIL)?;
        let is_whole = head.starts_with(&MAGIC) && end >= start && end.saturating_add(RECORD_TAIL) <= self.chunk.len();
        is_whole.then_some(Span { at, start, end, id: u64_at(head, 8)? })
    }

    /// The next place at which a record stands beyond doubt: its size stands behind it again, and its number is one of
    /// this chunk. Remains of records from an earlier use of the chunk are none.
    fn search(&self, from: usize) -> Option<usize> {
        let last = self.header.map_or(usize::MAX, |header| header.last);
        let end = self.end();
        let window = self.chunk.get(..end)?;
        (from..=last.min(end)).find(|at| {
            slice(window, *at, MAGIC.len()) == Some(&MAGIC)
                && self.span(*at).is_some_and(|span| {
                    let is_own = self.header.is_none_or(|header| (header.ids.0..=header.ids.1).contains(&span.id));
                    let behind = span.end.saturating_add(RECORD_TAIL);
                    is_own && behind <= end && size_at(window, span.end) == behind.checked_sub(*at)
                })
        })
    }

    /// Whether nothing was ever written here.
    fn is_blank(&self, at: usize) -> bool {
        let magic = slice(self.chunk, at, MAGIC.len());
        // The last record of a chunk that is cut is cut too; that is told of the chunk.
        let is_cut = self.chunk.len() < CHUNK && magic == Some(&MAGIC);
        is_cut || magic.is_none_or(|magic| magic == [0; 4]) || slice(self.chunk, at, RECORD_HEAD).is_none()
    }
}

impl Iterator for Walk<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let at = self.next.filter(|at| *at < self.end())?;
        if let Some(span) = self.span(at) {
            let is_last = self.header.is_some_and(|header| header.ids.1 == span.id);
            self.next = (!is_last).then_some(span.end.saturating_add(RECORD_TAIL));
            return Some(Step::Record(span));
        }
        self.next = self.search(at.saturating_add(1));
        // A chunk may say that more of it is used than is.
        (self.next.is_some() || !self.is_blank(at)).then_some(Step::Damage(at))
    }
}

//! One use of a template: which definition, and the values that a record puts into it.

use super::bytes::{Cursor, size_at, slice};
use super::value::Value;

/// Values whose places are worked out at once; nearly every record has fewer.
const PLACED: usize = 32;
/// Bytes in front of the body of a definition: the next one, its GUID, and the size of the body.
const DEFINITION_HEAD: usize = 24;
/// In front of a record or of nested XML: version 1.1, no flags.
const FRAGMENT_HEADER: u8 = 0x0f;
/// What begins the use of a template.
pub(super) const TEMPLATE_INSTANCE: u8 = 0x0c;

/// One use of a template.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instance<'a> {
    /// Where in the chunk the definition stands.
    pub(super) definition: usize,
    /// The values.
    pub(super) values: Values<'a>,
    /// The first byte after it.
    pub(super) end: usize,
}

/// Where the definition of a template stands, and its parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Definition<'a> {
    /// GUID and size of the body: what two definitions that are the same have in common.
    pub(super) head: &'a [u8],
    /// Its binary XML.
    pub(super) body: &'a [u8],
    /// Where in the chunk the body begins.
    pub(super) at: usize,
}

/// The values of one use of a template.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// Four bytes for each: size and type.
    table: &'a [[u8; 4]],
    /// The values, back to back.
    data: &'a [u8],
    /// Where in the chunk they begin.
    at: usize,
    /// Where the first ones begin.
    starts: [u16; PLACED],
}

impl<'a> Instance<'a> {
    /// Reads the use of a template whose token stands in front of this place; nothing when it leaves its window.
    pub(super) fn read(window: &'a [u8], after_token: usize) -> Option<Self> {
        // A byte that is always 1 and the first bytes of the GUID say nothing that is needed.
        let at = after_token.checked_add(5)?;
        let definition = size_at(window, at)?;
        let mut at = at.checked_add(4)?;
        if definition == at {
            at = at.checked_add(DEFINITION_HEAD)?.checked_add(size_at(window, at.checked_add(20)?)?)?;
        }
        let count = size_at(window, at)?;
        let table = at.checked_add(4)?;
        let length = count.checked_mul(4)?;
        let (entries, _) = slice(window, table, length)?.as_chunks::<4>();
        let (values, end) = Values::read(window, entries, table.checked_add(length)?)?;
        Some(Self { definition, values, end })
    }

    /// Reads a stream that is the use of one template and nothing else, as records and nested XML nearly always are.
    ///
    /// `chunk` ends where the stream ends, and begins with the chunk, as all places are counted from there.
    pub(super) fn alone(chunk: &'a [u8], start: usize) -> Option<Self> {
        let token = match *chunk.get(start)? {
            FRAGMENT_HEADER => start.checked_add(4)?,
            _ => start,
        };
        if *chunk.get(token)? != TEMPLATE_INSTANCE {
            return None;
        }
        let instance = Self::read(chunk, token.checked_add(1)?)?;
        matches!(chunk.get(instance.end), None | Some(0)).then_some(instance)
    }
}

impl<'a> Definition<'a> {
    /// The definition at this place of a chunk.
    pub(super) fn at(chunk: &'a [u8], at: usize) -> Option<Self> {
        let head = slice(chunk, at.checked_add(4)?, 20)?;
        let body = at.checked_add(DEFINITION_HEAD)?;
        Some(Self { head, body: slice(chunk, body, size_at(head, 16)?)?, at: body })
    }

    /// Reads it from its first byte; places are those of the chunk, and it ends where the body ends.
    pub(super) fn cursor(&self, chunk: &'a [u8]) -> Option<Cursor<'a>> {
        let end = self.at.checked_add(self.body.len())?;
        Some(Cursor { chunk: chunk.get(..end)?, at: self.at })
    }
}

impl<'a> Values<'a> {
    /// The values whose table this is, and the place behind them; nothing when they leave the window.
    fn read(window: &'a [u8], table: &'a [[u8; 4]], at: usize) -> Option<(Self, usize)> {
        let mut starts = [0; PLACED];
        let (first, others) = table.split_at(table.len().min(PLACED));
        let mut next = 0_usize;
        for (start, entry) in starts.iter_mut().zip(first) {
            // A chunk is small: what does not fit into 16 bits has left the window too.
            *start = u16::try_from(next).unwrap_or(u16::MAX);
            next = next.saturating_add(size_of(*entry));
        }
        let next = others.iter().fold(next, |next, entry| next.saturating_add(size_of(*entry)));
        let data = slice(window, at, next)?;
        Some((Self { table, data, at, starts }, at.checked_add(next)?))
    }

    /// A value; [`Value::ABSENT`] when there are fewer.
    pub fn get(&self, index: u16) -> Value<'a> {
        let Some(entry) = self.table.get(usize::from(index)) else { return Value::ABSENT };
        let bytes = slice(self.data, self.start(index), size_of(*entry)).unwrap_or_default();
        Value { kind: entry[2], bytes }
    }

    /// Where in the chunk a value begins.
    pub(super) fn place(&self, index: u16) -> usize {
        self.at.saturating_add(self.start(index))
    }

    fn start(&self, index: u16) -> usize {
        let index = usize::from(index);
        match self.starts.get(index) {
            Some(start) => usize::from(*start),
            None => self.table.iter().take(index).copied().map(size_of).sum(),
        }
    }
}

const fn size_of([low, high, ..]: [u8; 4]) -> usize {
    u16::from_le_bytes([low, high]) as usize
}

//! A whole event log, from its file header to its last chunk; each loss is kept with its place.

use super::bytes::u16_at;
use super::chunk::{CHUNK, Header, Span, Step, Walk, checksums};
use super::element::{Budget, Fault};
use super::instance::Instance;
use super::loss::{Loss, Losses};
use super::record::{Record, Room, Walked};
use super::shape::{Frame, Layout};
use super::shapes::Shapes;

/// Bytes of the file header.
pub const FILE_HEADER: usize = 4096;

/// Whether bytes begin like an event log.
pub fn is_evtx(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ElfFile\0") || bytes.get(FILE_HEADER..).is_some_and(|rest| rest.starts_with(b"ElfChnk\0"))
}

/// Reads a log block by block.
#[derive(Debug)]
pub struct Reader {
    frames: Shapes<Frame>,
    layouts: Shapes<Layout>,
    losses: Losses,
    has_header: bool,
    /// The chunks that the file header counts, unless it is old.
    counted: u64,
    /// The chunks so far.
    chunks: u64,
    /// The last record that a chunk counted.
    last: Option<u64>,
    /// Chunks since then that count nothing.
    silent: Silent,
}

/// Chunks in a row that do not say which records they hold.
#[derive(Debug, Default)]
struct Silent {
    /// Which, and why.
    chunks: Vec<(u64, &'static str)>,
    /// Records that were found in them all the same.
    records: u64,
}

/// An empty chunk: ordinary at the end of a log, which is allocated in advance, and a loss between others.
const EMPTY: &str = "it is empty, and chunks after it are not";

impl Default for Reader {
    fn default() -> Self {
        Self {
            frames: Shapes::new(Frame::of),
            layouts: Shapes::new(Layout::of),
            losses: Losses::default(),
            has_header: false,
            counted: 0,
            chunks: 0,
            last: None,
            silent: Silent::default(),
        }
    }
}

impl Reader {
    /// Takes the next bytes of the log: first the file header, then chunks, any number of whole ones at a time.
    pub fn take(&mut self, block: &[u8], take: &mut impl FnMut(Record<'_>)) {
        let mut chunks = block;
        if !self.has_header {
            self.has_header = true;
            let (header, rest) = block.split_at_checked(FILE_HEADER).unwrap_or((block, &[]));
            self.header(header);
            chunks = rest;
        }
        for chunk in chunks.chunks(CHUNK) {
            self.chunk(chunk, take);
        }
    }

    /// What was lost, once there is no more.
    pub fn finish(mut self) -> Vec<Loss> {
        if !self.has_header {
            self.losses.add(None, "cut off in the file header".to_owned());
        }
        self.silent.chunks.retain(|(_, why)| *why != EMPTY);
        self.end_silence(None);
        let missing = self.counted.saturating_sub(self.chunks);
        if missing > 0 {
            self.losses.add(None, format!("{missing} of {} chunks are missing", self.counted));
        }
        self.losses.finish()
    }

    /// The file header counts the chunks, but only in a log that was closed well: flag 1, dirty, means that it is old.
    fn header(&mut self, header: &[u8]) {
        if header.len() < FILE_HEADER {
            self.losses.add(None, "cut off in the file header".to_owned());
        } else if !header.starts_with(b"ElfFile\0") {
            self.losses.add(None, "the file header is damaged".to_owned());
        } else if header.get(120).is_some_and(|flags| flags & 1 == 0) {
            self.counted = u16_at(header, 42).map_or(0, u64::from);
        }
    }

    fn chunk(&mut self, chunk: &[u8], take: &mut impl FnMut(Record<'_>)) {
        let number = self.chunks;
        self.chunks = self.chunks.saturating_add(1);
        let Some(header) = Header::of(chunk) else { return self.headless(number, chunk, take) };
        self.end_silence(Some(header));
        self.last = Some(header.numbers.1);
        let mut damage = Vec::new();
        if chunk.len() < CHUNK {
            damage.push(format!("cut off after {} of {CHUNK} bytes", chunk.len()));
        } else if let Some(doubt) = checksums(chunk).doubt() {
            damage.push(doubt.to_owned());
        }
        let found = self.records(number, chunk, Some(header), take);
        damage.extend(found.damage);
        if damage.is_empty() {
            return;
        }
        let met = found.whole.saturating_add(found.unread);
        let missing = header.records().map_or(0, |records| records.saturating_sub(met));
        if missing > 0 {
            damage.push(missing_records(missing));
        }
        self.losses.add(Some(number), damage.join("; "));
    }

    /// A chunk whose header is not there. What looks like a record in it is one.
    fn headless(&mut self, number: u64, chunk: &[u8], take: &mut impl FnMut(Record<'_>)) {
        let is_empty = chunk.iter().all(|byte| *byte == 0);
        if self.silent.chunks.len() < SILENT {
            self.silent.chunks.push((number, if is_empty { EMPTY } else { "its header is damaged" }));
        }
        if !is_empty {
            let found = self.records(number, chunk, None, take);
            self.silent.records = self.silent.records.saturating_add(found.whole);
        }
    }

    /// The next chunk that counts its records tells how many are missing before it.
    fn end_silence(&mut self, next: Option<Header>) {
        let silent = std::mem::take(&mut self.silent);
        let between = next.and_then(|next| next.numbers.0.checked_sub(self.last?)?.checked_sub(1));
        let missing = between.and_then(|between| between.checked_sub(silent.records)).filter(|missing| *missing > 0);
        let last = silent.chunks.len().saturating_sub(1);
        for (index, (chunk, why)) in silent.chunks.into_iter().enumerate() {
            let what = match missing {
                Some(missing) if index == last => format!("{why}; {}", missing_records(missing)),
                _ => why.to_owned(),
            };
            self.losses.add(Some(chunk), what);
        }
    }

    fn records(
        &mut self,
        number: u64,
        chunk: &[u8],
        header: Option<Header>,
        take: &mut impl FnMut(Record<'_>),
    ) -> Found {
        let mut budget = Budget::CHUNK;
        let mut found = Found::default();
        for step in Walk::new(chunk, header) {
            match step {
                Step::Damage(at) => found.damage.push(format!("damaged at byte {at}")),
                Step::Record(span) if self.record(number, chunk, span, &mut budget, take).is_ok() => {
                    found.whole = found.whole.saturating_add(1);
                }
                Step::Record(_) => found.unread = found.unread.saturating_add(1),
            }
        }
        if found.damage.len() > PLACES {
            found.damage.truncate(PLACES);
            found.damage.push("and in more places".to_owned());
        }
        if found.unread > 0 {
            let records = if found.unread == 1 { "record" } else { "records" };
            found.damage.push(format!("{} {records} cannot be read", found.unread));
        }
        found
    }

    fn record(
        &mut self,
        number: u64,
        chunk: &[u8],
        span: Span,
        budget: &mut Budget,
        take: &mut impl FnMut(Record<'_>),
    ) -> Result<(), Fault> {
        let window = chunk.get(..span.end).ok_or(Fault::Cut)?;
        if let Some(instance) = Instance::alone(window, span.start) {
            let id = self.frames.find(chunk, number, instance.definition, budget)?;
            if let Some(frame) = self.frames.get(id) {
                let room = Room { chunk, number, layouts: &mut self.layouts, budget };
                if let Some(record) = Record::plain(span, frame, &instance, room) {
                    take(record);
                    return Ok(());
                }
            }
        }
        let walked = Walked::read(window, span, budget)?.ok_or(Fault::Senseless)?;
        take(Record::walked(&walked, Room { chunk, number, layouts: &mut self.layouts, budget }));
        Ok(())
    }
}

fn missing_records(missing: u64) -> String {
    if missing == 1 { "1 record is missing".to_owned() } else { format!("{missing} records are missing") }
}

/// What a chunk holds.
#[derive(Default)]
struct Found {
    /// Records that could be read.
    whole: u64,
    /// Records that could not.
    unread: u64,
    /// Damage between them.
    damage: Vec<String>,
}

/// Chunks in a row without a header that are told one by one.
const SILENT: usize = 64;
/// Damaged places in a chunk that are told one by one.
const PLACES: usize = 3;

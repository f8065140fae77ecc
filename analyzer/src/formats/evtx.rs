//! Records of a binary event log (`.evtx`), chunk by chunk; each loss is kept with its place.
//!
//! The chunks are walked here, so that a cut last chunk, a bad file header or a failed checksum costs as little as
//! possible; the crate `evtx` decodes the records inside a chunk.

use std::sync::Arc;

use evtx::{EvtxChunkData, ParserSettings};

/// Bytes of the file header.
const FILE_HEADER: usize = 4096;
/// Bytes of a chunk.
const CHUNK: usize = 65536;
/// Losses that are told one by one; more than these say nothing new.
const LOSSES: usize = 64;

/// Something of a log that could not be read, or not be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The chunk, counted from 0; none for the file as a whole.
    pub chunk: Option<usize>,
    /// What is wrong.
    pub what: String,
}

/// Whether bytes begin like an event log.
pub fn is_evtx(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ElfFile\0") || bytes.get(FILE_HEADER..).is_some_and(|rest| rest.starts_with(b"ElfChnk\0"))
}

/// Hands the XML of each record to `take`, in the order of the file, and returns what was lost.
pub fn read(bytes: &[u8], mut take: impl FnMut(&str)) -> Vec<Loss> {
    let mut losses = Losses::default();
    if let Some(what) = header_loss(bytes) {
        losses.add(None, what);
    }
    let settings = Arc::new(ParserSettings::new().indent(false).num_threads(1));
    let chunks = bytes.get(FILE_HEADER..).unwrap_or_default().chunks(CHUNK);
    for (number, chunk) in chunks.enumerate() {
        if chunk.iter().all(|byte| *byte == 0) {
            continue;
        }
        if chunk.len() < CHUNK {
            losses.add(Some(number), format!("cut off after {} of {CHUNK} bytes", chunk.len()));
        }
        read_chunk(number, chunk, &settings, &mut take, &mut losses);
    }
    losses.finish()
}

/// What the file header says is missing.
///
/// It counts the chunks, but only in a log that was closed well: flag 1, dirty, means that the count is old.
fn header_loss(bytes: &[u8]) -> Option<String> {
    let header = bytes.get(..FILE_HEADER);
    let Some(header) = header.filter(|header| header.starts_with(b"ElfFile\0")) else {
        let cut = bytes.len() < FILE_HEADER;
        return Some(if cut { "cut off in the file header" } else { "the file header is damaged" }.to_owned());
    };
    let is_dirty = header.get(120).is_none_or(|flags| flags & 1 == 1);
    let counted = header.get(42..44).and_then(|count| count.try_into().ok()).map_or(0, u16::from_le_bytes);
    let present = bytes.len().saturating_sub(FILE_HEADER).div_ceil(CHUNK);
    let missing = usize::from(counted).saturating_sub(present);
    (missing > 0 && !is_dirty).then(|| format!("{missing} of {counted} chunks are missing"))
}

/// Reads the records of a chunk. One that is cut is filled up with zeros; its last, half record is none.
fn read_chunk(
    number: usize,
    bytes: &[u8],
    settings: &Arc<ParserSettings>,
    take: &mut impl FnMut(&str),
    losses: &mut Losses,
) {
    let mut whole = bytes.to_vec();
    whole.resize(CHUNK, 0);
    let mut data = match EvtxChunkData::new(whole, false) {
        Ok(data) => data,
        Err(error) => return losses.add(Some(number), error.to_string()),
    };
    if bytes.len() == CHUNK && !data.validate_checksum() {
        losses.add(Some(number), "its checksum does not match; values may be wrong".to_owned());
    }
    let mut chunk = match data.parse(Arc::clone(settings)) {
        Ok(chunk) => chunk,
        Err(error) => return losses.add(Some(number), error.to_string()),
    };
    for record in chunk.iter() {
        let is_whole = record.as_ref().is_ok_and(|record| end(record) <= bytes.len() as u64);
        match record.and_then(evtx::EvtxRecord::into_xml) {
            Ok(record) if is_whole => take(&record.data),
            Ok(_) => {}
            Err(error) => losses.add(Some(number), error.to_string()),
        }
    }
}

/// Where in its chunk a record ends, with the copy of its size.
fn end(record: &evtx::EvtxRecord<'_>) -> u64 {
    record.binxml_offset.saturating_add(u64::from(record.binxml_size)).saturating_add(4)
}

/// The losses so far, and how many were not kept.
#[derive(Default)]
struct Losses {
    kept: Vec<Loss>,
    more: usize,
}

impl Losses {
    fn add(&mut self, chunk: Option<usize>, what: String) {
        if self.kept.len() < LOSSES {
            self.kept.push(Loss { chunk, what });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    fn finish(mut self) -> Vec<Loss> {
        if self.more > 0 {
            self.kept.push(Loss { chunk: None, what: format!("{} more losses like these", self.more) });
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(chunks: u16, flags: u8) -> Vec<u8> {
        let mut header = vec![0; FILE_HEADER];
        header[..8].copy_from_slice(b"ElfFile\0");
        header[42..44].copy_from_slice(&chunks.to_le_bytes());
        header[120] = flags;
        header
    }

    fn losses(bytes: &[u8]) -> Vec<String> {
        read(bytes, |_| {}).into_iter().map(|loss| loss.what).collect()
    }

    #[test]
    fn a_log_that_is_cut_in_its_header_or_between_chunks_is_not_whole() {
        assert_eq!(losses(b"ElfFile\0 and little more"), ["cut off in the file header"]);
        assert_eq!(losses(&header(2, 0)), ["2 of 2 chunks are missing"]);
    }

    #[test]
    fn the_count_of_a_log_that_is_still_open_is_old() {
        assert!(losses(&header(2, 1)).is_empty());
        assert!(losses(&header(0, 0)).is_empty());
    }

    #[test]
    fn a_bad_header_does_not_hide_the_chunks() {
        let bytes = [vec![0; FILE_HEADER], vec![0; CHUNK]].concat();
        assert_eq!(losses(&bytes), ["the file header is damaged"]);
    }
}

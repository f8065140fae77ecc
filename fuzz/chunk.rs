//! Changes a record of a binary event log, and leaves the chunk around it right.

use std::ops::Range;

const FILE_HEADER: usize = 4096;
const CHUNK: usize = 65536;
const RECORDS: usize = 512;
const RECORD_HEADER: usize = 24;

/// Changes the content of one record; says whether there was one.
pub(crate) fn change_a_record(log: &mut [u8], seed: u32) -> bool {
    let Some(chunks) = log.get_mut(FILE_HEADER..) else { return false };
    let count = chunks.len().div_ceil(CHUNK);
    if count == 0 {
        return false;
    }
    let number = (seed >> 3) as usize % count;
    let end = chunks.len().min((number + 1) * CHUNK);
    let chunk = &mut chunks[number * CHUNK..end];
    let records = records(chunk);
    let Some(record) = records.get((seed >> 9) as usize % records.len().max(1)) else { return false };
    let content = &mut chunk[record.start + RECORD_HEADER..record.end - 4];
    let length = content.len();
    libfuzzer_sys::fuzzer_mutate(content, length, length);
    make_right(chunk);
    true
}

/// Where the records of a chunk lie.
fn records(chunk: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = RECORDS;
    while let Some(size) = number(chunk, at + 4).map(|size| size as usize) {
        let end = at.saturating_add(size);
        if !chunk[at..].starts_with(b"**\0\0") || size < RECORD_HEADER + 8 || end > chunk.len() {
            break;
        }
        found.push(at..end);
        at = end;
    }
    found
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

/// Computes both checksums of a chunk anew.
fn make_right(chunk: &mut [u8]) {
    let end = number(chunk, 48).map_or(RECORDS, |end| end as usize).clamp(RECORDS, chunk.len());
    let of_records = crc32fast::hash(&chunk[RECORDS..end]);
    chunk[52..56].copy_from_slice(&of_records.to_le_bytes());
    let mut of_header = crc32fast::Hasher::new();
    of_header.update(&chunk[..120]);
    of_header.update(&chunk[128..RECORDS]);
    chunk[124..128].copy_from_slice(&of_header.finalize().to_le_bytes());
}

//! A whole log file: a header, and as many chunks as its events need.

use super::chunk::Chunk;
use super::event::Event;

const HEADER_BLOCK: usize = 4096;

/// Writes the events, which must be in the order of their time, as one log whose first record has this number.
///
/// # Panics
///
/// One event is larger than a chunk, or there are more than 65535 chunks.
pub fn write(first_record: u64, events: &[Event]) -> Vec<u8> {
    let mut chunks = Vec::new();
    let mut chunk = Chunk::starting_at(first_record);
    let mut number = first_record;
    for event in events {
        let xml = event.xml(number);
        if chunk.push(number, event.time, &xml).is_none() {
            chunks.push(std::mem::replace(&mut chunk, Chunk::starting_at(number)));
            chunk.push(number, event.time, &xml).expect("a record fits into an empty chunk");
        }
        number += 1;
    }
    chunks.push(chunk);
    let mut file = header(chunks.len(), number);
    file.extend(chunks.into_iter().flat_map(Chunk::finish));
    file
}

fn header(chunks: usize, next_record: u64) -> Vec<u8> {
    let count = u16::try_from(chunks).expect("a sample has few chunks");
    let mut bytes = b"ElfFile\0".to_vec();
    for number in [0, u64::from(count) - 1, next_record] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(128_u32.to_le_bytes());
    // Version 3.1, written minor number first.
    for number in [1, 3, 4096, count] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.resize(120, 0);
    let checksum = crc32fast::hash(&bytes);
    bytes.extend(0_u32.to_le_bytes());
    bytes.extend(checksum.to_le_bytes());
    bytes.resize(HEADER_BLOCK, 0);
    bytes
}

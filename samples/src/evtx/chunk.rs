//! One chunk of a log: 64 KiB of records, with two tables in front and a checksum over each part.

use jiff::Timestamp;

use super::template::Instance;
use super::value::filetime;
use super::writer::{RECORDS, Writer};

/// The size of a chunk.
pub(super) const CHUNK: usize = 0x1_0000;

const HEADER: usize = 128;
/// A flag that nearly every chunk of a real log has.
const DIRTY: u32 = 1;

/// A chunk that is being filled.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    writer: Writer,
    first: u64,
    last: u64,
    last_record: u32,
}

impl Chunk {
    /// An empty chunk whose first record will have this number.
    pub(super) fn starting_at(number: u64) -> Self {
        Self { writer: Writer::new(), first: number, last: number, last_record: 0 }
    }

    /// Adds a record; nothing, and no change, when it does not fit.
    pub(super) fn push(&mut self, number: u64, time: Timestamp, xml: &Instance) -> Option<()> {
        let mut writer = self.writer.clone();
        let at = writer.here();
        writer.put(b"**\0\0");
        writer.put_u32(0);
        writer.put(number.to_le_bytes());
        writer.put(filetime(time).to_le_bytes());
        writer.record(xml);
        while !(writer.bytes.len() + 4).is_multiple_of(8) {
            writer.put([0]);
        }
        let size = writer.here() + 4 - at;
        writer.put_u32(size);
        let start = usize::try_from(at).expect("a chunk is small");
        writer.bytes[start + 4..][..4].copy_from_slice(&size.to_le_bytes());
        if writer.bytes.len() > CHUNK {
            return None;
        }
        self.writer = writer;
        self.last = number;
        self.last_record = at;
        Some(())
    }

    /// The bytes of the whole chunk.
    pub(super) fn finish(self) -> Vec<u8> {
        let free = self.writer.here();
        let mut bytes = self.writer.bytes;
        let records = crc32fast::hash(&bytes[RECORDS..]);
        let mut head = b"ElfChnk\0".to_vec();
        for number in [self.first, self.last, self.first, self.last] {
            head.extend(number.to_le_bytes());
        }
        for number in [u32::try_from(HEADER).expect("128"), self.last_record, free, records] {
            head.extend(number.to_le_bytes());
        }
        head.resize(120, 0);
        let buckets = self.writer.name_buckets.iter().chain(&self.writer.template_buckets);
        let tables: Vec<u8> = buckets.flat_map(|offset| offset.to_le_bytes()).collect();
        let checksum = crc32fast::hash(&[head.as_slice(), &tables].concat());
        head.extend(DIRTY.to_le_bytes());
        head.extend(checksum.to_le_bytes());
        head.extend(tables);
        bytes[..RECORDS].copy_from_slice(&head);
        bytes.resize(CHUNK, 0);
        bytes
    }
}

//! A zip that is written from its first byte to its last, without ever going back.
//!
//! The layout is that of the ZIP specification (PKWARE's APPNOTE 6.3): what is not known before an entry ends stands
//! behind it, in a data descriptor, and again in the directory at the end.

use std::io::{self, Write};

use crc::{CRC_32_ISO_HDLC, Crc, Table};
use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The checksum of zip, with its smallest table: others take sixteen times the room in the collector.
static CHECKSUM: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);

/// The version of the specification that knows files over 4 GiB (ZIP64).
const VERSION: u16 = 45;
/// Sizes stand behind the data; names are UTF-8.
const FLAGS: u16 = 1 << 3 | 1 << 11;
const DEFLATE: u16 = 8;
/// The first of January 1980, at midnight: a bundle holds no clock of its own.
const TIME_AND_DATE: u32 = 0x0021_0000;
/// The extra field in which ZIP64 keeps what does not fit elsewhere.
const ZIP64_FIELD: u16 = 1;
/// Stands where a number is too large for its place.
const ELSEWHERE: u32 = u32::MAX;

/// Writes one zip.
pub(crate) struct ZipStream<W> {
    target: Counted<W>,
    directory: Vec<u8>,
    entries: u64,
}

impl<W: Write> ZipStream<W> {
    /// A zip with nothing in it yet.
    pub(crate) const fn new(target: W) -> Self {
        Self { target: Counted { inner: target, bytes: 0 }, directory: Vec::new(), entries: 0 }
    }

    /// Begins an entry; it is in the zip only after [`ZipEntry::finish`].
    ///
    /// # Errors
    ///
    /// The target cannot be written, or the name is longer than a zip allows.
    pub(crate) fn entry<'a>(&'a mut self, name: &'a str) -> io::Result<ZipEntry<'a, W>> {
        let begin = self.target.bytes;
        let mut head = Vec::new();
        put32(&mut head, 0x0403_4b50);
        put16(&mut head, VERSION);
        put_method(&mut head);
        for unknown in [0, ELSEWHERE, ELSEWHERE] {
            put32(&mut head, unknown);
        }
        put16(&mut head, name_length(name)?);
        // Two sizes of eight bytes: so it is known that those behind the data have eight bytes as well.
        put16(&mut head, 20);
        head.extend_from_slice(name.as_bytes());
        put_zip64(&mut head, &[0, 0]);
        self.target.write_all(&head)?;
        let data = self.target.bytes;
        let encoder = DeflateEncoder::new(&mut self.target, Compression::new(6));
        let checksum = CHECKSUM.digest();
        Ok(ZipEntry {
            encoder,
            directory: &mut self.directory,
            entries: &mut self.entries,
            name,
            begin,
            data,
            bytes: 0,
            checksum,
        })
    }

    /// Ends the zip with its directory, and gives the target back.
    ///
    /// # Errors
    ///
    /// The target cannot be written.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let begin = self.target.bytes;
        let length = self.directory.len() as u64;
        let mut end = std::mem::take(&mut self.directory);
        if self.entries >= u64::from(u16::MAX) || begin.saturating_add(length) >= u64::from(ELSEWHERE) {
            put32(&mut end, 0x0606_4b50);
            put64(&mut end, 44);
            put16(&mut end, VERSION);
            put16(&mut end, VERSION);
            put64(&mut end, 0);
            for number in [self.entries, self.entries, length, begin] {
                put64(&mut end, number);
            }
            put32(&mut end, 0x0706_4b50);
            put32(&mut end, 0);
            put64(&mut end, begin.saturating_add(length));
            put32(&mut end, 1);
        }
        put32(&mut end, 0x0605_4b50);
        put32(&mut end, 0);
        let entries = u16::try_from(self.entries).unwrap_or(u16::MAX);
        put16(&mut end, entries);
        put16(&mut end, entries);
        put32(&mut end, fitting(length));
        put32(&mut end, fitting(begin));
        put16(&mut end, 0);
        self.target.write_all(&end)?;
        self.target.flush()?;
        Ok(self.target.inner)
    }
}

/// One entry while it is written.
pub(crate) struct ZipEntry<'a, W: Write> {
    encoder: DeflateEncoder<&'a mut Counted<W>>,
    directory: &'a mut Vec<u8>,
    entries: &'a mut u64,
    name: &'a str,
    /// Where it begins in the zip.
    begin: u64,
    /// Where its data begin.
    data: u64,
    /// How many bytes were put in.
    bytes: u64,
    checksum: crc::Digest<'static, u32, Table<1>>,
}

impl<W: Write> ZipEntry<'_, W> {
    /// Takes bytes in.
    ///
    /// # Errors
    ///
    /// The target cannot be written.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.encoder.write_all(bytes)?;
        self.checksum.update(bytes);
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        Ok(())
    }

    /// Ends the entry.
    ///
    /// # Errors
    ///
    /// The target cannot be written.
    pub(crate) fn finish(self) -> io::Result<()> {
        let target = self.encoder.finish()?;
        let compressed = target.bytes.saturating_sub(self.data);
        let checksum = self.checksum.finalize();
        let mut tail = Vec::new();
        put32(&mut tail, 0x0807_4b50);
        put32(&mut tail, checksum);
        put64(&mut tail, compressed);
        put64(&mut tail, self.bytes);
        target.write_all(&tail)?;

        let large: Vec<u64> =
            [self.bytes, compressed, self.begin].into_iter().filter(|size| fitting(*size) == ELSEWHERE).collect();
        let row = self.directory;
        put32(row, 0x0201_4b50);
        put16(row, VERSION);
        put16(row, VERSION);
        put_method(row);
        put32(row, checksum);
        put32(row, fitting(compressed));
        put32(row, fitting(self.bytes));
        put16(row, name_length(self.name)?);
        put16(row, if large.is_empty() { 0 } else { zip64_length(&large).saturating_add(4) });
        // No comment, the first disk, no attributes.
        row.extend_from_slice(&[0; 10]);
        put32(row, fitting(self.begin));
        row.extend_from_slice(self.name.as_bytes());
        if !large.is_empty() {
            put_zip64(row, &large);
        }
        *self.entries = self.entries.saturating_add(1);
        Ok(())
    }
}

/// Counts what is written.
struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes = self.bytes.saturating_add(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn name_length(name: &str) -> io::Result<u16> {
    u16::try_from(name.len()).map_err(|_too_long| io::ErrorKind::InvalidInput.into())
}

/// The number, or what stands in its place when it has to be elsewhere.
fn fitting(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(ELSEWHERE)
}

fn zip64_length(sizes: &[u64]) -> u16 {
    u16::try_from(size_of_val(sizes)).unwrap_or(u16::MAX)
}

fn put_zip64(bytes: &mut Vec<u8>, sizes: &[u64]) {
    put16(bytes, ZIP64_FIELD);
    put16(bytes, zip64_length(sizes));
    for size in sizes {
        put64(bytes, *size);
    }
}

/// How an entry is written, and when; the same in its head and in the directory.
fn put_method(bytes: &mut Vec<u8>) {
    put16(bytes, FLAGS);
    put16(bytes, DEFLATE);
    put32(bytes, TIME_AND_DATE);
}

fn put16(bytes: &mut Vec<u8>, number: u16) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn put32(bytes: &mut Vec<u8>, number: u32) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn put64(bytes: &mut Vec<u8>, number: u64) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    fn put(zip: &mut ZipStream<impl Write>, name: &str, bytes: &[u8]) {
        let mut entry = zip.entry(name).expect("begun");
        entry.write(bytes).expect("taken");
        entry.finish().expect("ended");
    }

    #[test]
    fn another_reader_reads_what_was_written() {
        let mut zip = ZipStream::new(Vec::new());
        let long = b"Kerberos ".repeat(100_000);
        let files = [("a.txt", b"abc".as_slice()), ("leer/nichts.txt", b""), ("größe.log", &long)];
        for (name, bytes) in files {
            put(&mut zip, name, bytes);
        }
        let written = zip.finish().expect("ended");
        assert!(written.len() < long.len() / 100, "{}", written.len());
        let mut read = zip::ZipArchive::new(Cursor::new(written)).expect("a zip");
        assert_eq!(read.len(), files.len());
        for (index, (name, bytes)) in files.into_iter().enumerate() {
            let mut file = read.by_index(index).expect("an entry");
            assert_eq!(file.name().expect("UTF-8"), name);
            let mut content = Vec::new();
            file.read_to_end(&mut content).expect("whole, with the right checksum");
            assert_eq!(content, bytes);
        }
    }

    #[test]
    fn a_zip_with_nothing_in_it_is_one() {
        let written = ZipStream::new(Vec::new()).finish().expect("ended");
        assert!(zip::ZipArchive::new(Cursor::new(written)).expect("a zip").is_empty());
    }

    #[test]
    fn more_entries_than_two_bytes_can_count() {
        let mut zip = ZipStream::new(Vec::new());
        let names = (0..70_000).map(|number| format!("{number}"));
        for name in names {
            // Without data, because a compressor is made for each.
            zip.entry(&name).expect("begun").finish().expect("ended");
        }
        let written = zip.finish().expect("ended");
        let mut read = zip::ZipArchive::new(Cursor::new(written)).expect("a zip");
        assert_eq!(read.len(), 70_000);
        assert_eq!(read.by_index(69_999).expect("the last").name().expect("UTF-8"), "69999");
    }

    #[test]
    fn what_lies_behind_four_gigabytes_is_found() {
        let mut zip = ZipStream::new(Vec::new());
        let begin = 5_u64 << 30;
        zip.target.bytes = begin;
        put(&mut zip, "far.log", b"abc");
        let length = zip.target.bytes - begin;
        let written = zip.finish().expect("ended");
        let row = written.get(usize::try_from(length).expect("short")..).expect("the directory");
        let (row, end) = row.split_at(46 + 7 + 12);
        assert_eq!(row.get(20..24), Some([5, 0, 0, 0].as_slice()), "its size fits");
        assert_eq!(row.get(42..46), Some([0xff; 4].as_slice()), "its place does not");
        assert_eq!(row.get(53..57), Some([1, 0, 8, 0].as_slice()));
        assert_eq!(row.get(57..), Some(begin.to_le_bytes().as_slice()));
        assert_eq!(end.get(48..56), Some((begin + length).to_le_bytes().as_slice()), "nor does that of the directory");
        assert_eq!(end.get(64..72), Some((begin + length + 65).to_le_bytes().as_slice()));
    }

    /// A disk with room for so many bytes.
    struct Small(usize);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_said() {
        for room in [0, 30, 60, 100] {
            let mut zip = ZipStream::new(Small(room));
            let written = (|| {
                let mut entry = zip.entry("a.txt")?;
                entry.write(b"abc")?;
                entry.finish()?;
                zip.finish()
            })();
            assert_eq!(written.err().map(|error| error.kind()), Some(io::ErrorKind::StorageFull), "{room}");
        }
    }
}

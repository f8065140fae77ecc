//! What tells a file from any other: what the system keeps of it, and the checksums that its content carries.

use std::fs::{self, File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kerbscope_shared::digest::{Digest, Digester};

use crate::formats::evtx::chunk::{CHUNK, CHUNK_HEAD, is_covered};
use crate::formats::evtx::log::FILE_HEADER;

/// A file that was changed as lately as this may be changed again within the same tick of its clock.
const SETTLED: Duration = Duration::from_secs(3);

/// What tells a file from any other, and from itself before it was changed.
pub(super) fn identity(path: &Path) -> Option<String> {
    let path = fs::canonicalize(path).ok()?;
    let file = fs::metadata(&path).ok().filter(Metadata::is_file)?;
    let modified = file.modified().ok()?;
    let age = SystemTime::now().duration_since(modified).ok()?;
    let path = path.to_str().filter(|path| !path.contains('\n'))?;
    let modified = modified.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    (age > SETTLED).then(|| format!("{path}\n{} {modified} {}", file.len(), kept_by_system(&file)))
}

/// The same, and behind it a digest of the checksums in a file of this length or longer.
pub(super) fn identity_with_checksums(path: &Path, shortest: u64) -> Option<String> {
    let identity = identity(path)?;
    let checksums = checksums(&mut File::open(path).ok()?, shortest, Counted::HERE).ok()?;
    Some(format!("{identity}\n{checksums}"))
}

/// What nobody who sends a file can choose: the system alone writes it.
#[cfg(unix)]
fn kept_by_system(file: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;

    format!("{} {} {}.{:09}", file.dev(), file.ino(), file.ctime(), file.ctime_nsec())
}

/// The same on Windows, where programs may choose the time at which a file was made.
#[cfg(windows)]
fn kept_by_system(file: &Metadata) -> String {
    use std::os::windows::fs::MetadataExt as _;

    file.creation_time().to_string()
}

/// A digest of checksums that cover all the content of a file, as far as it has them: then its content counts for the
/// name of a reading, and need not be read.
///
/// A chunk of a log has a checksum of its records and one of its head; what no checksum covers counts itself. Of a zip,
/// the table at its end has the checksums of all it holds.
fn checksums(file: &mut (impl Read + Seek), shortest: u64, counted: Counted) -> std::io::Result<Digest> {
    let mut digester = Digester::default();
    let length = file.seek(SeekFrom::End(0))?;
    if length < shortest {
        return Ok(digester.finish());
    }
    let mut head = vec![0; FILE_HEADER];
    file.rewind()?;
    file.read_exact(&mut head)?;
    digester.update(&head);
    if !head.starts_with(b"ElfFile\0") {
        file.seek(SeekFrom::Start(length.saturating_sub(TABLE)))?;
        let mut table = Vec::new();
        Read::take(file, TABLE).read_to_end(&mut table)?;
        digester.update(&table);
        return Ok(digester.finish());
    }
    let is_closed = head.get(120).is_some_and(|flags| flags & 1 == 0);
    let chunks = usize::try_from(length / CHUNK as u64).unwrap_or(usize::MAX);
    let step = match counted {
        Counted::Some if is_closed => (chunks / SOME_CHUNKS).max(1).saturating_mul(CHUNK),
        Counted::Some | Counted::All => CHUNK,
    };
    let mut head = [0; CHUNK_HEAD];
    let mut bare = Vec::new();
    for at in (FILE_HEADER as u64..length).step_by(step) {
        let is_whole = length.saturating_sub(at) >= CHUNK as u64;
        file.seek(SeekFrom::Start(at))?;
        if is_whole {
            file.read_exact(&mut head)?;
            digester.update(&head);
        }
        if !is_whole || !is_covered(&head) {
            bare.clear();
            file.seek(SeekFrom::Start(at))?;
            Read::take(&mut *file, CHUNK as u64).read_to_end(&mut bare)?;
            digester.update(&bare);
        }
    }
    Ok(digester.finish())
}

/// Which chunks of a log count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    /// All.
    All,
    /// Some of a log that was closed, and all of one that may be written to at any time: where the system itself keeps
    /// when a file was changed last, the file is known by that already, and looking into every chunk of a large log
    /// takes a fifth of the time that it takes to open it again.
    Some,
}

impl Counted {
    const HERE: Self = if cfg!(unix) { Self::Some } else { Self::All };
}

/// How many chunks are some.
const SOME_CHUNKS: usize = 64;
/// Bytes at the end of a zip that hold its table, for all that is ordinary. The place, the length and the checksum of a
/// log in it count besides.
const TABLE: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use kerbscope_samples::events::was;
    use kerbscope_samples::evtx::log;

    use super::*;

    /// A log of many chunks, closed well.
    fn log_of_many() -> Vec<u8> {
        let event = was::disabled(jiff::Timestamp::UNIX_EPOCH, "Intranet");
        let log = log::write(1, &vec![event; 300]);
        let (header, chunks) = log.split_at(FILE_HEADER);
        [header, &chunks.repeat(1 + 200 * CHUNK / chunks.len())].concat()
    }

    fn told(log: &[u8]) -> Digest {
        checksums(&mut Cursor::new(log), 0, Counted::All).expect("reads")
    }

    fn told_in_part(log: &[u8]) -> Digest {
        checksums(&mut Cursor::new(log), 0, Counted::Some).expect("reads")
    }

    /// Changes a byte of a record in a chunk, and makes its checksums anew.
    fn change(log: &mut [u8], chunk: usize) {
        let chunk = &mut log[FILE_HEADER + chunk * CHUNK..][..CHUNK];
        chunk[2000] ^= 1;
        let free = u32::from_le_bytes(chunk[48..52].try_into().expect("four bytes")) as usize;
        let records = crc32fast::hash(&chunk[512..free]);
        chunk[52..56].copy_from_slice(&records.to_le_bytes());
        let head = crc32fast::hash(&[&chunk[..120], &chunk[128..512]].concat());
        chunk[124..128].copy_from_slice(&head.to_le_bytes());
    }

    #[test]
    fn content_that_changed_with_its_checksums_has_another_name() {
        let mut log = log_of_many();
        let before = told(&log);
        for chunk in 0..log.len() / CHUNK {
            change(&mut log, chunk);
            assert_ne!(told(&log), before, "chunk {chunk}");
            change(&mut log, chunk);
            assert_eq!(told(&log), before, "chunk {chunk}");
        }
    }

    #[test]
    fn a_log_that_may_be_written_to_counts_as_a_whole_everywhere() {
        let mut log = log_of_many();
        let last = log.len() / CHUNK - 1;
        let unnoticed = |log: &mut Vec<u8>| {
            let before = told_in_part(log);
            let differs = |log: &[u8]| told_in_part(log) != before;
            let unnoticed = (0..=last).filter(|chunk| {
                change(log, *chunk);
                let is_noticed = differs(log);
                change(log, *chunk);
                !is_noticed
            });
            unnoticed.count()
        };
        assert!(unnoticed(&mut log) > 0, "some are enough");
        log[120] |= 1;
        assert_eq!(unnoticed(&mut log), 0);
    }

    #[test]
    fn what_no_checksum_covers_counts_itself() {
        let whole = log_of_many();
        let differs = |mut log: Vec<u8>, at: usize| {
            let before = told(&log);
            log[at] ^= 1;
            told(&log) != before
        };
        let record = FILE_HEADER + 3 * CHUNK + 2000;
        assert!(!differs(whole.clone(), record), "its old checksum covers it");
        for spoil in [|chunk: &mut [u8]| chunk[0] = b'x', |chunk: &mut [u8]| chunk[120] |= 4] {
            let mut log = whole.clone();
            spoil(&mut log[FILE_HEADER + 3 * CHUNK..]);
            assert!(differs(log, record));
        }
        assert!(differs(whole[..FILE_HEADER + 3 * CHUNK + 5000].to_vec(), record));
    }
}

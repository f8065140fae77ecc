//! Readings of event logs, kept in the cache folder of the person, so that a log is read once. Only `open` uses it.

use std::cmp::Reverse;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kerbscope_shared::digest::{Digest, Digester};

use crate::artifacts::event_log_stored::STORED_BYTES;
use crate::artifacts::event_log_stream::{Memory, Source};
use crate::formats::evtx::chunk::{CHUNK, CHUNK_HEAD, is_covered};
use crate::formats::evtx::log::FILE_HEADER;

/// A folder with readings.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
    /// Which program reads: another one may read the same log in another way.
    reader: String,
    shortest: u64,
}

/// Logs that are shorter are read faster than their reading is kept.
const SHORTEST: u64 = 4 << 20;
/// A file that was changed as lately as this may be changed again within the same tick of its clock.
const SETTLED: Duration = Duration::from_secs(3);
/// Bytes of all readings at most; then the oldest ones go.
const ALL_BYTES: u64 = 512 << 20;
/// Readings at most.
const ALL: usize = 200;
/// What stands behind every reading.
const MAGIC: &str = "kerbscope reading 4";
/// What the name of every reading ends with.
const ENDING: &str = "reading";

impl Cache {
    /// The cache of the person who runs the program; none where the system names no folder for it.
    pub fn of_person() -> Option<Self> {
        Some(Self::in_folder(folder_of_person()?.join("kerbscope")))
    }

    /// A cache in this folder, which is made when it is needed.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder, reader: reader(), shortest: SHORTEST }
    }

    /// The same, for logs of this length or longer.
    #[must_use]
    pub fn from_length(self, shortest: u64) -> Self {
        Self { shortest, ..self }
    }

    /// The same, for a program that reads in another way.
    #[must_use]
    pub fn of_reader(self, reader: &str) -> Self {
        Self { reader: reader.to_owned(), ..self }
    }

    /// Which file this is; none when it cannot be told, or was changed just now.
    pub fn source(&self, path: &Path) -> Option<Source> {
        let identity = identity(path)?;
        let mut file = File::open(path).ok()?;
        let checksums = checksums(&mut file, self.shortest, Counted::HERE).ok()?;
        Some(Source(format!("{}\n{identity}\n{checksums}", self.reader)))
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{ENDING}"))
    }

    /// Writes beside, and puts it in its place when it is whole: whoever reads meanwhile reads the old one or the new.
    fn write(&self, name: &str, reading: &[u8]) -> std::io::Result<()> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        make_folder(&self.folder)?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let beside = self.folder.join(format!("{name}.{}.{number}.new", std::process::id()));
        let written = create(&beside)
            .and_then(|mut file| {
                file.write_all(reading)?;
                file.write_all(seal(name, crc32fast::hash(reading)).as_bytes())
            })
            .and_then(|()| fs::rename(&beside, self.place(name)));
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
        written
    }

    /// Lets the oldest readings go, and what a run that was ended has left.
    fn tidy(&self) -> std::io::Result<()> {
        let mut readings = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let path = entry.path();
            let is_ours = path.extension().is_some_and(|ending| ending == ENDING || ending == "new");
            let Ok(file) = entry.metadata() else { continue };
            if is_ours && file.is_file() {
                readings.push((file.modified().unwrap_or(UNIX_EPOCH), file.len(), path));
            }
        }
        readings.sort_by_key(|reading| Reverse(reading.0));
        let mut bytes = 0_u64;
        for (index, (_, length, path)) in readings.iter().enumerate() {
            bytes = bytes.saturating_add(*length);
            if index >= ALL || bytes > ALL_BYTES {
                let _ = fs::remove_file(path);
            }
        }
        Ok(())
    }
}

impl Memory for Cache {
    fn recall(&self, name: &str) -> Option<Box<dyn Read>> {
        let most = STORED_BYTES.saturating_add(1024) as u64;
        let file = File::open(self.place(name)).ok()?;
        let length = file.metadata().ok().filter(|file| file.is_file() && file.len() <= most)?.len();
        let left = length.checked_sub(seal(name, 0).len() as u64)?;
        Some(Box::new(Sealed { file, left, name: name.to_owned(), checksum: crc32fast::Hasher::new() }))
    }

    fn keep(&self, source: &Source, name: &str, reading: &[u8]) {
        // Whoever changed the file meanwhile would find the reading of the old one under the name of the new.
        let path = source.0.lines().nth(1).map(PathBuf::from);
        let same = |path: &PathBuf| identity(path).is_some_and(|now| source.0.contains(&now));
        if path.as_ref().is_some_and(same) && self.write(name, reading).is_ok() {
            let _ = self.tidy();
        }
    }

    fn shortest(&self) -> u64 {
        self.shortest
    }
}

/// A reading as it comes out of its file; instead of its end comes an error where its seal is not the right one.
struct Sealed {
    file: File,
    /// Bytes before the seal.
    left: u64,
    name: String,
    checksum: crc32fast::Hasher,
}

impl Read for Sealed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 && !buffer.is_empty() {
            let mut found = Vec::new();
            Read::take(&self.file, 1024).read_to_end(&mut found)?;
            let is_right = found == seal(&self.name, self.checksum.clone().finalize()).as_bytes();
            // Whoever asks again behind the end is told an error: the seal was read already.
            return if is_right { Ok(0) } else { Err(ErrorKind::InvalidData.into()) };
        }
        let read = Read::take(&self.file, self.left).read(buffer)?;
        self.checksum.update(buffer.get(..read).unwrap_or_default());
        self.left = self.left.saturating_sub(read as u64);
        if read == 0 && !buffer.is_empty() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(read) }
    }
}

/// What stands behind a reading, always as long: its name and its checksum. It is against accidents; who may write into
/// the cache of a person may do all else in their name too.
fn seal(name: &str, checksum: u32) -> String {
    format!("\n{MAGIC} {name} {checksum:08x}\n")
}

/// Where the system wants caches of a person.
fn folder_of_person() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        Some(folder("HOME")?.join("Library/Caches"))
    } else {
        folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))
    }
}

/// Which program this is. Its file tells more than its version: every build may read in another way.
fn reader() -> String {
    static READER: OnceLock<String> = OnceLock::new();
    let told = || {
        let program = std::env::current_exe().and_then(fs::metadata);
        let program = program.map(|file| format!("{} {:?}", file.len(), file.modified().ok()));
        format!("{MAGIC} {} {}", env!("CARGO_PKG_VERSION"), program.unwrap_or_default())
    };
    READER.get_or_init(told).clone()
}

/// What tells a file from any other, and from itself before it was changed.
fn identity(path: &Path) -> Option<String> {
    let path = fs::canonicalize(path).ok()?;
    let file = fs::metadata(&path).ok().filter(Metadata::is_file)?;
    let modified = file.modified().ok()?;
    let age = SystemTime::now().duration_since(modified).ok()?;
    let path = path.to_str().filter(|path| !path.contains('\n'))?;
    let modified = modified.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    (age > SETTLED).then(|| format!("{path}\n{} {modified} {}", file.len(), kept_by_system(&file)))
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

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

/// A new file that nobody else may read: it names accounts and computers of a customer.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

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
    fn what_is_not_what_was_kept_ends_with_an_error() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let cache = Cache::in_folder(folder.path().to_owned());
        let recalled = || {
            let mut bytes = Vec::new();
            let read = cache.recall("name").map(|mut kept| kept.read_to_end(&mut bytes));
            read.and_then(Result::ok).map(|_| bytes)
        };
        cache.write("name", b"a reading").expect("writes");
        assert_eq!(recalled().as_deref(), Some(&b"a reading"[..]));
        let whole = fs::read(cache.place("name")).expect("reads");
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            for bytes in [&changed, &whole[..at]] {
                fs::write(cache.place("name"), bytes).expect("writes");
                assert_eq!(recalled(), None, "at {at}");
            }
        }
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

//! Readings of event logs, kept in the cache folder of the person, so that a log is read once. Only `open` uses it.

use std::cmp::Reverse;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kerbscope_shared::digest::{Digest, Digester};

use crate::artifacts::event_log_stored::STORED_BYTES;
use crate::artifacts::event_log_stream::{Memory, Source};
use crate::formats::evtx::chunk::{CHUNK, CHUNK_HEAD};
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
const MAGIC: &str = "kerbscope reading 1";
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
        let heads = heads(&mut file, self.shortest).ok()?;
        Some(Source(format!("{}\n{identity}\n{heads}", self.reader)))
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
                file.write_all(seal(name, reading).as_bytes())
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
    fn recall(&self, name: &str) -> Option<Vec<u8>> {
        let most = STORED_BYTES.saturating_add(1024) as u64;
        let file = File::open(self.place(name)).ok()?;
        let length = file.metadata().ok().filter(|file| file.is_file() && file.len() <= most)?.len();
        let mut bytes = Vec::with_capacity(usize::try_from(length).ok()?);
        file.take(most).read_to_end(&mut bytes).ok()?;
        let end = bytes.len().checked_sub(seal(name, &[]).len())?;
        let (reading, sealed) = bytes.split_at_checked(end)?;
        (seal(name, reading).as_bytes() == sealed).then_some(())?;
        bytes.truncate(end);
        Some(bytes)
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

/// What stands behind a reading, always as long: its name and its checksum. It is against accidents; who may write into
/// the cache of a person may do all else in their name too.
fn seal(name: &str, reading: &[u8]) -> String {
    format!("\n{MAGIC} {name} {:08x}\n", crc32fast::hash(reading))
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

/// A digest of what a log says of itself in the heads of its chunks: numbers and checksums of its records. Windows does
/// not tell at once when a log that it writes has changed, and such a log has one length for ever; it is marked as open,
/// and each of its chunks counts. Of a log that was closed, some do.
///
/// Any other file is told by the table at its end, where a zip has the checksums of all it holds.
fn heads(file: &mut File, shortest: u64) -> std::io::Result<Digest> {
    let mut digester = Digester::default();
    let mut head = vec![0; FILE_HEADER];
    let length = file.metadata()?.len();
    if length < shortest {
        return Ok(digester.finish());
    }
    file.read_exact(&mut head)?;
    digester.update(&head);
    if head.starts_with(b"ElfFile\0") {
        let mut at = FILE_HEADER as u64;
        let is_open = head.get(120).is_none_or(|flags| flags & 1 != 0);
        let chunks = length.saturating_sub(at) / CHUNK as u64;
        let step = if is_open { 1 } else { (chunks / SOME_CHUNKS).max(1) };
        head.truncate(CHUNK_HEAD);
        while at.saturating_add(CHUNK_HEAD as u64) <= length {
            file.seek(SeekFrom::Start(at))?;
            file.read_exact(&mut head)?;
            digester.update(&head);
            at = at.saturating_add((CHUNK as u64).saturating_mul(step));
        }
    } else {
        file.seek(SeekFrom::Start(length.saturating_sub(TABLE)))?;
        let mut table = Vec::new();
        Read::take(file, TABLE).read_to_end(&mut table)?;
        digester.update(&table);
    }
    Ok(digester.finish())
}

/// How many chunks tell a log that was closed.
const SOME_CHUNKS: u64 = 64;
/// Bytes at the end of a zip that hold its table, for all that is ordinary.
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

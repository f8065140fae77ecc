//! Readings of event logs, kept in the cache folder of the person, so that a log is read once. Only `open` uses it.

use std::cmp::Reverse;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::UNIX_EPOCH;

use kerbscope_shared::digest::Digest;
use kerbscope_shared::read::{Expected, Stored};

use crate::artifacts::event_log_stored::STORED_BYTES;
use crate::artifacts::event_log_stream::{IsOver, Memory, Source};
use crate::cache::content::stored_digest;
use crate::cache::identity::{identity, identity_with_checksums};

mod content;
mod identity;

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
/// Bytes of all readings at most; then the oldest ones go.
const ALL_BYTES: u64 = 512 << 20;
/// Files at most: mostly a reading, and what is known of a place where its log lies.
const ALL: usize = 400;
/// What stands behind every reading.
const MAGIC: &str = "kerbscope reading 4";
/// What the name of every reading ends with.
const READING: &str = "reading";
/// What the names of files end with that tell which reading is that of the content at a place.
const KNOWN: &str = "known";
/// What a zip would state of content that is a file of its own.
const NOT_IN_A_ZIP: Stored = Stored { starts_at: 0, compressed: 0, crc32: 0 };

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
        Some(Source { path: path.to_owned(), identity: identity_with_checksums(path, self.shortest)? })
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The name of what is known of a place: which reading is that of the content there.
    fn known_name(&self, source: &Source, expected: &Expected) -> String {
        let Stored { starts_at, .. } = expected.stored.unwrap_or(NOT_IN_A_ZIP);
        let place = format!("{}\n{starts_at} {}", source.identity, self.stated(expected));
        format!("{}.{KNOWN}", Digest::of(place.as_bytes()))
    }

    /// Which reading is that of the content at a place.
    fn known(&self, source: &Source, expected: &Expected) -> Option<String> {
        let mut name = String::new();
        self.open(&self.known_name(source, expected))?.read_to_string(&mut name).ok()?;
        (name.ends_with(READING) && !name.contains(['/', '\\'])).then_some(name)
    }

    /// All but its content that decides what a reading says.
    fn stated(&self, expected: &Expected) -> String {
        let Expected { listed, bytes, allowed, stored } = expected;
        let Stored { compressed, crc32, .. } = stored.unwrap_or(NOT_IN_A_ZIP);
        format!("{} {compressed} {crc32} {bytes} {allowed} {listed:?}", self.reader)
    }

    /// What the name of a reading begins with, so that it is seen at a glance whether there may be one.
    fn prefix(&self, expected: &Expected) -> String {
        Digest::of(self.stated(expected).as_bytes()).to_string().split_off(48)
    }

    /// The name of a reading: that of its content, or of its place where no digest of the content was made.
    fn name(&self, source: &Source, expected: &Expected, content: Option<Digest>) -> String {
        match content {
            Some(content) => format!("{}-{content}.{READING}", self.prefix(expected)),
            None => self.known_name(source, expected).replace(KNOWN, READING),
        }
    }

    /// The reading of content that lies in another place than it did, or whose file is another one now.
    fn moved(&self, source: &Source, expected: &Expected, is_over: IsOver<'_>) -> Option<String> {
        let prefix = self.prefix(expected);
        let names = fs::read_dir(&self.folder).ok()?.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        names.into_iter().any(|name| name.starts_with(&prefix)).then_some(())?;
        let name = self.name(source, expected, Some(self.content(source, expected, is_over)?));
        (fs::exists(self.place(&name)).ok()? && is_unchanged(source)).then_some(())?;
        let _ = self.write(&self.known_name(source, expected), name.as_bytes());
        Some(name)
    }

    /// What was kept under a name.
    fn open(&self, name: &str) -> Option<Sealed> {
        let most = STORED_BYTES.saturating_add(1024) as u64;
        let file = File::open(self.place(name)).ok()?;
        let length = file.metadata().ok().filter(|file| file.is_file() && file.len() <= most)?.len();
        let left = length.checked_sub(seal(name, 0).len() as u64)?;
        Some(Sealed { file, left, name: name.to_owned(), checksum: crc32fast::Hasher::new() })
    }

    /// Writes beside, and puts it in its place when it is whole: whoever reads meanwhile reads the old one or the new.
    fn write(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        make_folder(&self.folder)?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let beside = self.folder.join(format!("{name}.{}.{number}.new", std::process::id()));
        let written = create(&beside)
            .and_then(|mut file| {
                file.write_all(bytes)?;
                file.write_all(seal(name, crc32fast::hash(bytes)).as_bytes())
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
            let is_ours =
                path.extension().is_some_and(|ending| [READING, KNOWN, "new"].iter().any(|own| ending == *own));
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
    fn recall(&self, source: &Source, expected: &Expected, is_over: IsOver<'_>) -> Option<Box<dyn Read>> {
        let name = match expected.stored {
            Some(_) => self.known(source, expected).or_else(|| self.moved(source, expected, is_over))?,
            None => self.name(source, expected, None),
        };
        Some(Box::new(self.open(&name)?))
    }

    fn content(&self, source: &Source, expected: &Expected, is_over: IsOver<'_>) -> Option<Digest> {
        stored_digest(&source.path, expected.stored?, is_over).ok()?
    }

    fn keep(&self, source: &Source, expected: &Expected, content: Option<Digest>, reading: &[u8]) {
        if !is_unchanged(source) || (expected.stored.is_some() && content.is_none()) {
            return;
        }
        let name = self.name(source, expected, content);
        let mut kept = self.write(&name, reading);
        if content.is_some() {
            kept = kept.and_then(|()| self.write(&self.known_name(source, expected), name.as_bytes()));
        }
        if kept.is_ok() {
            let _ = self.tidy();
        }
    }

    fn shortest(&self) -> u64 {
        self.shortest
    }
}

/// Whether a file is the one it was. Otherwise the reading of the old one would be found under the name of the new.
fn is_unchanged(source: &Source) -> bool {
    identity(&source.path).is_some_and(|now| source.identity.starts_with(&now))
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
    use super::*;

    #[test]
    fn what_is_not_what_was_kept_ends_with_an_error() {
        let folder = tempfile::tempdir().expect("makes a folder");
        let cache = Cache::in_folder(folder.path().to_owned());
        let recalled = || {
            let mut bytes = Vec::new();
            let read = cache.open("name").map(|mut kept| kept.read_to_end(&mut bytes));
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
}

//! Reading a bundle, or any zip, within limits; nothing is ever unpacked to disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Seek};

use zip::ZipArchive;
use zip::read::ZipFile;

use crate::digest::Digest;
use crate::limits::Limits;
use crate::manifest::{self, Entry, FORMAT_VERSION, MANIFEST, Manifest};
use crate::name;

/// What a zip holds, as far as it may be read.
#[derive(Clone, Debug, Default)]
pub struct Archive {
    /// The manifest, if there is one that can be read.
    pub manifest: Option<Manifest>,
    /// The files, in the order of the zip.
    pub members: Vec<Member>,
    /// What was refused, cut or not understood, and why.
    pub problems: Vec<Problem>,
}

/// One file of a zip.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name inside the zip; checked by [`name::check`].
    pub path: String,
    /// Its bytes, at most as many as the limits allow; none when it was read as it came.
    pub bytes: Vec<u8>,
    /// What came of it, when it was read as it came.
    pub streamed: Option<Streamed>,
    /// Whether these are the bytes that the manifest speaks of.
    pub integrity: Integrity,
}

/// Content that was read as it came, see [`Streams`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streamed {
    /// Under which number its reader keeps what it read.
    pub number: usize,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its digest, where a manifest may list it.
    pub sha256: Option<Digest>,
    /// Why it ended early.
    pub problem: Option<ProblemKind>,
}

/// Whether there is a manifest against which content may be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// There is one: the digest is asked for.
    Perhaps,
    /// There is none.
    Nowhere,
}

/// What is known of content before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Whether a manifest may list it.
    pub listed: Listed,
    /// How long it is, as its zip or folder states; nothing may depend on it.
    pub bytes: u64,
    /// After how many bytes it is cut.
    pub allowed: u64,
    /// Where it lies, if it lies in a zip.
    pub stored: Option<Stored>,
}

/// Where content lies in its zip, and what the zip states of it. As long as the zip is the same file, it is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Where in the zip it begins.
    pub starts_at: u64,
    /// How long it is there.
    pub compressed: u64,
    /// Its checksum.
    pub crc32: u32,
}

/// Reads content that is too long to be held, while it comes out of its file or zip.
pub trait Streams {
    /// Whether content that begins with these bytes, at most [`HEAD`], is read so.
    fn wants(&self, head: &[u8]) -> bool;

    /// What came of content that was read at another time; then it is not read again.
    fn recall(&mut self, _expected: &Expected) -> Option<Streamed> {
        None
    }

    /// Reads content to its end.
    fn read(&mut self, content: &mut (dyn Read + Send), expected: &Expected) -> Streamed;
}

/// How many bytes of content are looked at to know what it is.
pub const HEAD: usize = 8 << 10;

/// Wants no content: everything is held.
#[derive(Clone, Copy, Debug)]
pub struct NoStreams;

impl Streams for NoStreams {
    fn wants(&self, _head: &[u8]) -> bool {
        false
    }

    fn read(&mut self, _content: &mut (dyn Read + Send), _expected: &Expected) -> Streamed {
        Streamed { number: 0, bytes: 0, sha256: None, problem: None }
    }
}

impl Member {
    /// A file that is held, and that no manifest is known to list.
    pub const fn held(path: String, bytes: Vec<u8>) -> Self {
        Self { path, bytes, streamed: None, integrity: Integrity::Unlisted }
    }

    /// A file that was read as it came.
    pub const fn streamed(path: String, streamed: Streamed) -> Self {
        Self { path, bytes: Vec::new(), streamed: Some(streamed), integrity: Integrity::Unlisted }
    }

    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        self.streamed.as_ref().map_or(self.bytes.len() as u64, |streamed| streamed.bytes)
    }

    fn sha256(&self) -> Option<Digest> {
        self.streamed.as_ref().map_or_else(|| Some(Digest::of(&self.bytes)), |streamed| streamed.sha256)
    }
}

/// How the bytes of a member compare with the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// The digest is the one in the manifest.
    Intact,
    /// The manifest has another digest, or another size.
    Altered,
    /// There is nothing to compare with: the manifest does not know this file, or not its digest.
    Unlisted,
}

/// Something about a zip that costs evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The entry it concerns, as the zip names it; empty for the zip as a whole. **Not** checked: escape before printing.
    pub path: String,
    /// What is wrong.
    pub what: ProblemKind,
}

/// What can be wrong with a zip or one of its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// There is no `manifest.json`; the artifacts must be recognized by their content.
    NoManifest,
    /// `manifest.json` is there and cannot be read.
    BadManifest(String),
    /// One entry of the manifest is not understood.
    UnknownEntry(String),
    /// The bundle has a newer format; what is known is read.
    NewerFormat(u32),
    /// The entry has a name that is not accepted.
    BadName(name::NameProblem),
    /// A link, or another thing that is no file.
    NotAFile,
    /// Two entries have this name, or some name, where none is told. Only one of them is read, and other programs may
    /// take the other.
    Duplicate,
    /// Encrypted, or compressed in a way that is not read.
    Unreadable(String),
    /// Over a limit; what is under it is kept.
    OverLimit(&'static str),
    /// The data is damaged; what came before the damage is kept.
    Damaged(String),
    /// The manifest lists it and the zip does not hold it.
    Missing,
    /// The digest, or the size, is not the one in the manifest.
    Altered,
    /// The manifest does not list it: it came into the bundle later.
    Added,
}

/// Why there is nothing to read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// It is no zip, or its directory is cut off.
    #[error("the zip cannot be opened: its directory is damaged, or its end is missing")]
    NotAZip(#[source] zip::result::ZipError),
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

/// Reads a zip, with or without a manifest, and holds all of it.
///
/// # Errors
///
/// Only when there is nothing to read: everything else becomes a [`Problem`] and the rest is kept.
pub fn read(source: impl Read + Seek + Send, limits: &Limits) -> Result<Archive, ReadError> {
    read_with(source, limits, &mut NoStreams)
}

/// The same, but what `streams` wants is given to it while it is inflated.
///
/// # Errors
///
/// As [`read`].
pub fn read_with(
    mut source: impl Read + Seek + Send,
    limits: &Limits,
    streams: &mut dyn Streams,
) -> Result<Archive, ReadError> {
    if source.seek(std::io::SeekFrom::End(0))? == 0 {
        return Err(ReadError::Empty);
    }
    source.rewind()?;
    let mut zip = ZipArchive::new(source).map_err(ReadError::NotAZip)?;
    let is_manifest = |name: &str| name == MANIFEST || name.rsplit('/').next() == Some(MANIFEST);
    let listed =
        if zip.file_names().flatten().any(|name| is_manifest(&name)) { Listed::Perhaps } else { Listed::Nowhere };
    let mut reading = Reading {
        limits,
        archive: Archive::default(),
        budget: limits.total_bytes,
        streamed_budget: limits.streamed_bytes,
        names: BTreeSet::new(),
        listed,
        streams,
    };
    reading.entries(&mut zip);
    reading.archive.understand(limits);
    Ok(reading.archive)
}

impl Archive {
    /// Takes the manifest out of the members, and holds the others against it.
    pub fn understand(&mut self, limits: &Limits) {
        self.leave_wrapper();
        self.take_manifest(limits);
        let entries = self.manifest.iter().flat_map(|manifest| manifest.entries.clone()).collect::<Vec<_>>();
        for entry in &entries {
            self.compare(entry);
        }
        let rows = entries.iter().enumerate().filter_map(|(row, entry)| Some((entry.path.as_deref()?, row)));
        let rows: BTreeMap<&str, usize> = rows.collect();
        self.tell_added(&rows);
        // Whoever zips the files again may put them in another order; what is said of them stays the same.
        self.members.sort_by_key(|member| rows.get(member.path.as_str()).copied().unwrap_or(usize::MAX));
    }

    /// Members without a row. Where rows are not understood, nobody knows what those list.
    fn tell_added(&mut self, rows: &BTreeMap<&str, usize>) {
        let is_unknown =
            |problem: &Problem| matches!(problem.what, ProblemKind::UnknownEntry(_) | ProblemKind::NewerFormat(_));
        if self.manifest.is_none() || self.problems.iter().any(is_unknown) {
            return;
        }
        let added = self.members.iter().filter(|member| !rows.contains_key(member.path.as_str()));
        let added = added.map(|member| Problem { path: member.path.clone(), what: ProblemKind::Added });
        self.problems.extend(added.collect::<Vec<_>>());
    }

    fn problem(&mut self, path: &str, what: ProblemKind) {
        self.problems.push(Problem { path: path.to_owned(), what });
    }

    /// Whoever zips a folder, or unpacks a zip into one, gets a folder around the bundle. Where everything lies in one
    /// folder, and its manifest too, the bundle begins there.
    fn leave_wrapper(&mut self) {
        let Some(wrapper) = self.members.first().and_then(|member| member.path.split_once('/')) else { return };
        let wrapper = format!("{}/", wrapper.0);
        let manifest = format!("{wrapper}{MANIFEST}");
        let wraps = |member: &Member| member.path.starts_with(&wrapper);
        if self.members.iter().all(wraps) && self.members.iter().any(|member| member.path == manifest) {
            for member in &mut self.members {
                member.path.drain(..wrapper.len());
            }
        }
    }

    fn take_manifest(&mut self, limits: &Limits) {
        let Some(at) = self.members.iter().position(|member| member.path == MANIFEST) else {
            return self.problem("", ProblemKind::NoManifest);
        };
        let member = self.members.remove(at);
        if member.bytes.len() as u64 > limits.manifest_bytes {
            return self.problem(MANIFEST, ProblemKind::OverLimit("size of the manifest"));
        }
        match manifest::read(&member.bytes) {
            Ok(read) => {
                for problem in read.unknown_entries {
                    self.problem(MANIFEST, ProblemKind::UnknownEntry(problem));
                }
                if read.manifest.format_version > FORMAT_VERSION {
                    self.problem(MANIFEST, ProblemKind::NewerFormat(read.manifest.format_version));
                }
                self.manifest = Some(read.manifest);
            }
            Err(error) => self.problem(MANIFEST, ProblemKind::BadManifest(error.to_string())),
        }
    }

    /// Holds a member against its row in the manifest. A collector that cannot compute digests tells at least sizes.
    fn compare(&mut self, entry: &Entry) {
        let Some(path) = &entry.path else { return };
        let Some(member) = self.members.iter_mut().find(|member| member.path == *path) else {
            return self.problem(path, ProblemKind::Missing);
        };
        let same_size = member.length() == entry.bytes;
        member.integrity = match entry.sha256 {
            Some(digest) if member.sha256() == Some(digest) => Integrity::Intact,
            None if same_size => Integrity::Unlisted,
            _ => Integrity::Altered,
        };
        if member.integrity == Integrity::Altered {
            self.problem(path, ProblemKind::Altered);
        }
    }
}

/// The state of reading one zip.
struct Reading<'a> {
    limits: &'a Limits,
    archive: Archive,
    budget: u64,
    streamed_budget: u64,
    names: BTreeSet<String>,
    listed: Listed,
    streams: &'a mut dyn Streams,
}

impl Reading<'_> {
    fn problem(&mut self, path: &str, what: ProblemKind) {
        self.archive.problem(path, what);
    }

    fn entries(&mut self, zip: &mut ZipArchive<impl Read + Seek + Send>) {
        if zip.len() > self.limits.entries {
            self.problem("", ProblemKind::OverLimit("number of entries"));
        }
        if zip.has_duplicate_names() {
            self.problem("", ProblemKind::Duplicate);
        }
        for index in 0..zip.len().min(self.limits.entries) {
            match zip.by_index(index) {
                Ok(entry) => self.entry(entry),
                Err(error) => self.problem(&format!("entry {index}"), ProblemKind::Unreadable(error.to_string())),
            }
        }
    }

    fn entry<R: Read + Send>(&mut self, mut entry: ZipFile<'_, R>) {
        let path = entry
            .name()
            .map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), std::borrow::Cow::into_owned);
        if entry.is_dir() {
            return;
        }
        if let Err(problem) = name::check(&path, self.limits.name_bytes) {
            return self.problem(&path, ProblemKind::BadName(problem));
        }
        if !entry.is_file() {
            return self.problem(&path, ProblemKind::NotAFile);
        }
        if self.names.contains(&path) {
            return self.problem(&path, ProblemKind::Duplicate);
        }
        if self.budget == 0 {
            return self.problem(&path, ProblemKind::OverLimit("total size"));
        }
        self.names.insert(path.clone());
        let (compressed, stated) = (entry.compressed_size(), entry.size());
        let stored = Stored { starts_at: entry.header_start(), compressed, crc32: entry.crc32() };
        let mut head = Vec::new();
        if let Err(error) = entry.by_ref().take(HEAD as u64).read_to_end(&mut head) {
            self.problem(&path, ProblemKind::Damaged(error.to_string()));
            return self.archive.members.push(Member::held(path, head));
        }
        let member = if self.streams.wants(&head) {
            self.stream(path, Cursor::new(head).chain(entry), stated, stored)
        } else {
            self.inflate(path, head, entry, compressed)
        };
        self.archive.members.push(member);
    }

    /// Hands content on while it is inflated.
    fn stream(&mut self, path: String, content: impl Read + Send, bytes: u64, stored: Stored) -> Member {
        let allowed = self.limits.streamed(stored.compressed).min(self.streamed_budget);
        let expected = Expected { listed: self.listed, bytes, allowed, stored: Some(stored) };
        let mut content = content.take(allowed);
        let streamed = match self.streams.recall(&expected) {
            Some(streamed) => streamed,
            None => self.streams.read(&mut content, &expected),
        };
        self.streamed_budget = self.streamed_budget.saturating_sub(streamed.bytes);
        let is_more = || content.into_inner().read(&mut [0]).is_ok_and(|more| more > 0);
        if let Some(problem) = &streamed.problem {
            self.problem(&path, problem.clone());
        } else if streamed.bytes >= allowed && is_more() {
            self.problem(&path, ProblemKind::OverLimit("size"));
        }
        Member::streamed(path, streamed)
    }

    /// Reads at most as much as the limits allow, never trusting the size that the zip declares.
    fn inflate(&mut self, path: String, head: Vec<u8>, rest: impl Read, compressed: u64) -> Member {
        let allowed = self.limits.inflated(compressed).min(self.budget);
        let mut bytes = head;
        let more = allowed.saturating_add(1).saturating_sub(bytes.len() as u64);
        let outcome = rest.take(more).read_to_end(&mut bytes);
        if bytes.len() as u64 > allowed {
            bytes.truncate(usize::try_from(allowed).unwrap_or(usize::MAX));
            self.problem(&path, ProblemKind::OverLimit("size"));
        } else if let Err(error) = outcome {
            self.problem(&path, ProblemKind::Damaged(error.to_string()));
        }
        self.budget = self.budget.saturating_sub(bytes.len() as u64);
        Member::held(path, bytes)
    }
}

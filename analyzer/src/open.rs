//! Opens what a person names: a bundle, any zip, a folder, or a single file, encrypted or not. Only the doors use it.

use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use kerbscope_shared::limits::Limits;
use kerbscope_shared::manifest::MANIFEST;
use kerbscope_shared::name;
use kerbscope_shared::pseudonym::map::{MAP_BYTES, MapError, TokenMap};
use kerbscope_shared::read::{
    self, Archive, Expected, HEAD, Listed, Member, Problem, ProblemKind, ReadError, Streams as _,
};

use crate::artifacts::event_log_stream::{EventLogs, Memory};
use crate::artifacts::opened::OpenedBundle;
use crate::artifacts::watch::Watch;
use crate::cache::Cache;
use crate::formats::evtx::whole::Whole;
use crate::formats::identity::{self, Keyring, NoIdentity};
use crate::formats::sealed::{self, SealedError};

/// Folders inside each other that are looked into at most.
const DEPTH: usize = 8;

/// Why a path cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The path leads nowhere, or may not be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is a zip, or claims to be one, and cannot be read.
    #[error("{}: {source}", path.display())]
    Zip {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        source: ReadError,
    },
    /// The file is encrypted, and does not open.
    #[error("{}: {source}", path.display())]
    Sealed {
        /// The path.
        path: PathBuf,
        /// Why.
        source: SealedError,
    },
    /// It was given as an identity file, and is none.
    #[error("{}: {source}", path.display())]
    Identity {
        /// The path.
        path: PathBuf,
        /// Why.
        source: NoIdentity,
    },
    /// It was given as a map of tokens, and is none that can be used.
    #[error("{}: {source}", path.display())]
    Map {
        /// The path.
        path: PathBuf,
        /// Why.
        source: MapError,
    },
    /// There is nothing in it.
    #[error("{}: there is nothing in it", path.display())]
    Empty {
        /// The path.
        path: PathBuf,
    },
    /// It is neither a folder nor a file.
    #[error("{}: this is neither a file nor a folder", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
}

/// Opens a path; what is encrypted, with one of these keys.
///
/// # Errors
///
/// Nothing can be read there; what can be read in part is opened, and says what it lost.
pub fn open(path: &Path, keys: &Keyring) -> Result<OpenedBundle, OpenError> {
    open_watched(path, keys, &Watch::default(), None)
}

/// The same, while another thread watches how far it has come, and may stop it. Event logs that were read before are
/// taken from the cache, and others put into it.
///
/// # Errors
///
/// As [`open`].
pub fn open_watched(
    path: &Path,
    keys: &Keyring,
    watch: &Watch,
    cache: Option<&Cache>,
) -> Result<OpenedBundle, OpenError> {
    let mut logs = EventLogs::new(watch).with_memory(cache.map(|cache| cache as &dyn Memory));
    let (name, archive) = open_into(&mut logs, path, keys, cache)?;
    Ok(OpenedBundle { name, archive, logs: logs.read, room: logs.room })
}

/// A record of a binary event log, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRecord {
    /// The path or file that was opened.
    pub bundle: String,
    /// The log in it.
    pub artifact: String,
    /// The record.
    pub record: Whole,
}

/// The records with this number in all binary event logs at a path, as they stand there: tokens stay tokens.
///
/// # Errors
///
/// As [`open`].
pub fn records(path: &Path, keys: &Keyring, watch: &Watch, number: u64) -> Result<Vec<FoundRecord>, OpenError> {
    let mut logs = EventLogs::looking_for(watch, number);
    let (bundle, archive) = open_into(&mut logs, path, keys, None)?;
    Ok(found(logs, &bundle, &archive))
}

fn found(logs: EventLogs<'_>, bundle: &str, archive: &Archive) -> Vec<FoundRecord> {
    let of_log = |log: usize| {
        let is_it = |member: &&Member| member.streamed.as_ref().is_some_and(|streamed| streamed.number == log);
        archive.members.iter().find(is_it).map(|member| member.path.clone()).unwrap_or_default()
    };
    let found = logs.found.into_iter();
    found.map(|(log, record)| FoundRecord { bundle: bundle.to_owned(), artifact: of_log(log), record }).collect()
}

/// Opens a bundle that is in memory, under this name.
///
/// # Errors
///
/// It cannot be read.
pub fn open_in_memory(name: &str, bytes: &[u8], watch: &Watch) -> Result<OpenedBundle, OpenError> {
    let mut logs = EventLogs::new(watch);
    let archive = read_in_memory(name, bytes, &mut logs)?;
    Ok(OpenedBundle { name: name.to_owned(), archive, logs: logs.read, room: logs.room })
}

/// The records with this number in all binary event logs of a bundle that is in memory.
///
/// # Errors
///
/// As [`open_in_memory`].
pub fn records_in_memory(name: &str, bytes: &[u8], watch: &Watch, number: u64) -> Result<Vec<FoundRecord>, OpenError> {
    let mut logs = EventLogs::looking_for(watch, number);
    let archive = read_in_memory(name, bytes, &mut logs)?;
    Ok(found(logs, name, &archive))
}

fn read_in_memory(name: &str, bytes: &[u8], logs: &mut EventLogs<'_>) -> Result<Archive, OpenError> {
    let zip = |source| OpenError::Zip { path: PathBuf::from(name), source };
    read::read_with(Cursor::new(bytes), &Limits::STANDARD, logs).map_err(zip)
}

/// Opens a path, and gives its event logs to whoever reads them; returns its name and what else it holds.
fn open_into(
    logs: &mut EventLogs<'_>,
    path: &Path,
    keys: &Keyring,
    cache: Option<&Cache>,
) -> Result<(String, Archive), OpenError> {
    let io = |source| OpenError::Io { path: path.to_owned(), source };
    let zip = |source| OpenError::Zip { path: path.to_owned(), source };
    let kind = fs::metadata(path).map_err(io)?;
    if kind.is_dir() {
        return Ok((file_name(path), folder(path, logs, cache)?));
    } else if !kind.is_file() {
        return Err(OpenError::NotAFile { path: path.to_owned() });
    } else if kind.len() == 0 {
        return Err(OpenError::Empty { path: path.to_owned() });
    }
    let head = read_start(path, sealed::HEAD_BYTES as u64).map_err(io)?;
    if sealed::is_sealed(&head) {
        return unseal(path, keys, logs);
    }
    let archive = if is_zip(&head) {
        logs.of(cache.and_then(|cache| cache.source(path)));
        read::read_with(File::open(path).map_err(io)?, &Limits::STANDARD, logs).map_err(zip)?
    } else {
        loose(vec![(file_name(path), path.to_owned())], Listed::Nowhere, logs, cache)
    };
    Ok((file_name(path), archive))
}

/// Opens what was encrypted, under the name it had before: its report is the same. Nothing of it comes onto the disk,
/// also not into the cache.
fn unseal(path: &Path, keys: &Keyring, logs: &mut EventLogs<'_>) -> Result<(String, Archive), OpenError> {
    let file = File::open(path).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
    let decrypted = sealed::decrypt(file, keys, Limits::STANDARD.decrypted_bytes);
    let bytes = decrypted.map_err(|source| OpenError::Sealed { path: path.to_owned(), source })?;
    let is_age = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("age"));
    let name = path.file_stem().filter(|_| is_age);
    let name = name.map_or_else(|| file_name(path), |name| name.to_string_lossy().into_owned());
    let archive = if is_zip(&bytes) {
        let zip = read::read_with(Cursor::new(bytes), &Limits::STANDARD, logs);
        zip.map_err(|source| OpenError::Zip { path: path.to_owned(), source })?
    } else {
        let stated = bytes.len() as u64;
        let mut loose = Loose::new(Listed::Nowhere, logs, None);
        loose
            .read(&name, Cursor::new(bytes), stated, None)
            .map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
        loose.archive
    };
    Ok((name, archive))
}

/// Reads identity files.
///
/// # Errors
///
/// The first that cannot be read, or is none.
pub fn keyring(paths: &[PathBuf]) -> Result<Keyring, OpenError> {
    let mut keys = Keyring::default();
    paths.iter().try_for_each(|path| add_identities(&mut keys, path))?;
    Ok(keys)
}

/// Adds the keys of one identity file.
///
/// # Errors
///
/// It cannot be read, or is none.
pub fn add_identities(keys: &mut Keyring, path: &Path) -> Result<(), OpenError> {
    let file = read_start(path, identity::LIMIT_BYTES);
    let file = file.map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
    keys.add(&file).map_err(|source| OpenError::Identity { path: path.to_owned(), source })?;
    Ok(())
}

/// Reads maps of tokens; those with the same id become one.
///
/// # Errors
///
/// The first that cannot be read, or is none.
pub fn maps(paths: &[PathBuf]) -> Result<Vec<TokenMap>, OpenError> {
    let mut maps = Vec::new();
    paths.iter().try_for_each(|path| add_map(&mut maps, path))?;
    Ok(maps)
}

/// Adds one map of tokens.
///
/// # Errors
///
/// It cannot be read, or is none.
pub fn add_map(maps: &mut Vec<TokenMap>, path: &Path) -> Result<(), OpenError> {
    let wrong = |source| OpenError::Map { path: path.to_owned(), source };
    let file = read_start(path, MAP_BYTES).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
    let map = TokenMap::read(&file).map_err(wrong)?;
    if let Some(known) = maps.iter_mut().find(|known| known.id == map.id) {
        return known.join(map).map_err(wrong);
    }
    maps.push(map);
    Ok(())
}

/// Whether a map of tokens is there.
pub fn is_map_file(path: &Path) -> bool {
    let head = if path.is_file() { read_start(path, HEAD as u64) } else { Ok(Vec::new()) };
    head.is_ok_and(|head| TokenMap::is_begun_by(&head))
}

/// Whether an identity file is there.
pub fn is_identity_file(path: &Path) -> bool {
    let head = if path.is_file() { read_start(path, identity::LIMIT_BYTES) } else { Ok(Vec::new()) };
    head.is_ok_and(|head| identity::is_identity_file(&head))
}

fn read_start(path: &Path, limit_bytes: u64) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(limit_bytes).read_to_end(&mut start)?;
    Ok(start)
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// A folder is a bundle that nobody zipped: names, sizes and the manifest are treated as those of a zip.
fn folder(path: &Path, logs: &mut EventLogs<'_>, cache: Option<&Cache>) -> Result<Archive, OpenError> {
    let mut listing = Listing::default();
    listing.add(path, "", DEPTH).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
    if listing.files.is_empty() && listing.problems.is_empty() {
        return Err(OpenError::Empty { path: path.to_owned() });
    }
    if listing.is_over_limit() {
        listing.pass_over(String::new(), ProblemKind::OverLimit("number of files"));
    }
    // The manifest comes first, so that no event log leaves it without its share of the limits.
    listing.files.sort_by_cached_key(|(name, _)| (!name.ends_with(MANIFEST), name.clone()));
    listing.files.truncate(Limits::STANDARD.entries);
    let is_listed = listing.files.iter().any(|(name, _)| name.ends_with(MANIFEST));
    let listed = if is_listed { Listed::Perhaps } else { Listed::Nowhere };
    let mut archive = loose(listing.files, listed, logs, cache);
    archive.problems.append(&mut listing.problems);
    archive.understand(&Limits::STANDARD);
    Ok(archive)
}

/// What lies below a folder.
#[derive(Default)]
struct Listing {
    /// Names within the folder, and where the files are.
    files: Vec<(String, PathBuf)>,
    /// What is passed over.
    problems: Vec<Problem>,
}

impl Listing {
    /// Links are not followed, they may lead anywhere.
    fn add(&mut self, folder: &Path, prefix: &str, depth: usize) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type()?;
            if self.is_over_limit() {
                break;
            } else if let Err(problem) = name::check(&name, Limits::STANDARD.name_bytes) {
                self.pass_over(name, ProblemKind::BadName(problem));
            } else if kind.is_dir() && depth == 0 {
                self.pass_over(name, ProblemKind::OverLimit("folders inside each other"));
            } else if kind.is_dir() {
                if let Err(error) = self.add(&entry.path(), &format!("{name}/"), depth.saturating_sub(1)) {
                    self.pass_over(name, ProblemKind::Unreadable(error.to_string()));
                }
            } else if kind.is_file() {
                self.files.push((name, entry.path()));
            } else {
                self.pass_over(name, ProblemKind::NotAFile);
            }
        }
        Ok(())
    }

    fn is_over_limit(&self) -> bool {
        self.files.len().saturating_add(self.problems.len()) > Limits::STANDARD.entries
    }

    fn pass_over(&mut self, path: String, what: ProblemKind) {
        self.problems.push(Problem { path, what });
    }
}

/// Reads loose files within the limits of a bundle; what cannot be read becomes a problem.
fn loose(files: Vec<(String, PathBuf)>, listed: Listed, logs: &mut EventLogs<'_>, cache: Option<&Cache>) -> Archive {
    let mut loose = Loose::new(listed, logs, cache);
    for (name, path) in files {
        let stated = fs::metadata(&path).map_or(0, |file| file.len());
        if let Err(error) = File::open(&path).and_then(|file| loose.read(&name, file, stated, Some(&path))) {
            loose.problem(name, ProblemKind::Unreadable(error.to_string()));
        }
    }
    loose.archive
}

/// Loose files that become an archive.
struct Loose<'a, 'w> {
    archive: Archive,
    budget: u64,
    listed: Listed,
    logs: &'a mut EventLogs<'w>,
    cache: Option<&'a Cache>,
}

impl<'a, 'w> Loose<'a, 'w> {
    fn new(listed: Listed, logs: &'a mut EventLogs<'w>, cache: Option<&'a Cache>) -> Self {
        Self { archive: Archive::default(), budget: Limits::STANDARD.total_bytes, listed, logs, cache }
    }

    fn problem(&mut self, path: String, what: ProblemKind) {
        self.archive.problems.push(Problem { path, what });
    }

    /// Reads a file; `path` is where it lies, if it lies anywhere.
    fn read(
        &mut self,
        name: &str,
        mut file: impl Read + Send,
        stated: u64,
        path: Option<&Path>,
    ) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        file.by_ref().take(HEAD as u64).read_to_end(&mut bytes)?;
        if self.logs.wants(&bytes) {
            self.logs.of(self.cache.zip(path).and_then(|(cache, path)| cache.source(path)));
            let expected = Expected { listed: self.listed, bytes: stated, allowed: u64::MAX, stored: None };
            let streamed = self.logs.read_file(Cursor::new(bytes).chain(file), &expected);
            if let Some(problem) = &streamed.problem {
                self.problem(name.to_owned(), problem.clone());
            }
            self.archive.members.push(Member::streamed(name.to_owned(), streamed));
            return Ok(());
        }
        let allowed = Limits::STANDARD.artifact_bytes.min(self.budget);
        let more = allowed.saturating_add(1).saturating_sub(bytes.len() as u64);
        file.take(more).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > allowed {
            bytes.truncate(usize::try_from(allowed).unwrap_or(usize::MAX));
            self.problem(name.to_owned(), ProblemKind::OverLimit("size"));
        }
        self.budget = self.budget.saturating_sub(bytes.len() as u64);
        self.archive.members.push(Member::held(name.to_owned(), bytes));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use kerbscope_shared::read::Integrity;

    use super::*;

    const HEAD: &str = r#""format_version":2,"collector":"kerbscope-legacy 0.1.0","host":"WEB03",
        "collected_at":"2026-03-02T08:15:00Z","code_page":850"#;

    fn row(path: &str, bytes: usize) -> String {
        format!(
            r#"{{"kind":"setspn","path":"{path}","status":"collected","source":{{"command":"setspn -L WEB03"}},
            "bytes":{bytes},"duration_ms":1,"redactions":0}}"#
        )
    }

    /// A folder with these files, opened.
    fn opened(files: &[(&str, &str)]) -> Archive {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("has a parent")).expect("makes it");
            fs::write(path, content).expect("writes");
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("link")).expect("links");
        open(folder.path(), &Keyring::default()).expect("opens").archive
    }

    fn words(archive: &Archive) -> Vec<String> {
        archive.problems.iter().map(|problem| format!("{} {:?}", problem.path, problem.what)).collect()
    }

    #[test]
    fn a_folder_with_a_manifest_is_a_bundle_that_nobody_zipped() {
        let manifest = format!("{{{HEAD},\"entries\":[{},{}]}}", row("setspn/a.txt", 10), row("../../etc/passwd", 1));
        for wrapper in ["", "kerbscope-WEB03-20260302T081500Z/"] {
            let archive = opened(&[
                (&format!("{wrapper}manifest.json"), manifest.as_str()),
                (&format!("{wrapper}setspn/a.txt"), "HOST/web03"),
            ]);
            let manifest = archive.manifest.as_ref().expect("is read");
            assert_eq!((manifest.host.as_str(), manifest.code_page), ("WEB03", Some(850)));
            let member = archive.members.first().expect("is there");
            assert_eq!((member.path.as_str(), member.integrity), ("setspn/a.txt", Integrity::Unlisted));
            let expected = ["link NotAFile", "../../etc/passwd Missing"];
            assert_eq!(words(&archive), if cfg!(unix) { &expected[..] } else { &expected[1..] });
        }
    }

    #[test]
    fn a_manifest_that_cannot_be_read_leaves_a_folder_of_loose_files() {
        let archive = opened(&[("manifest.json", "{}"), ("a.txt", "HOST/web03")]);
        assert_eq!((archive.manifest.is_none(), archive.members.len()), (true, 1));
        assert!(words(&archive).iter().any(|problem| problem.contains("BadManifest")), "{:?}", archive.problems);
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_a_zip_may_not_have_is_refused_in_a_folder() {
        let archive = opened(&[("a\\..\\b", "x"), ("c\u{202e}d", "x"), ("NUL.txt", "x"), ("deep/../good.txt", "x")]);
        assert_eq!(archive.members.iter().map(|member| member.path.as_str()).collect::<Vec<_>>(), ["good.txt"]);
        let refused = words(&archive).iter().filter(|problem| problem.contains("BadName")).count();
        assert_eq!(refused, 3, "{:?}", archive.problems);
    }

    #[test]
    fn folders_without_end_and_files_without_number_are_bounded() {
        let deep = format!("{}end.txt", "d/".repeat(DEPTH + 1));
        let archive = opened(&[(&deep, "x"), ("a.txt", "x")]);
        assert_eq!(archive.members.len(), 1);
        assert!(
            words(&archive).iter().any(|problem| problem.contains("OverLimit(\"folders")),
            "{:?}",
            archive.problems
        );
        let names: Vec<String> = (0..=Limits::STANDARD.entries).map(|number| format!("{number}.txt")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), "x")).chain([("manifest.json", "{}")]).collect();
        let archive = opened(&many);
        assert!(archive.members.len() <= Limits::STANDARD.entries);
        assert!(words(&archive).iter().any(|problem| problem.contains("number of files")), "{:?}", archive.problems);
    }
}

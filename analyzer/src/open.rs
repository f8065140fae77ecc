//! Opens what a person names: a bundle, any zip, a folder, or a single file. Only the doors use it.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use kerbscope_shared::limits::Limits;
use kerbscope_shared::read::{self, Archive, Integrity, Member, Problem, ProblemKind, ReadError};

use crate::evidence::bundle::OpenedBundle;

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

/// Opens a path.
///
/// # Errors
///
/// Nothing can be read there; what can be read in part is opened, and says what it lost.
pub fn open(path: &Path) -> Result<OpenedBundle, OpenError> {
    let io = |source| OpenError::Io { path: path.to_owned(), source };
    let kind = fs::metadata(path).map_err(io)?;
    let archive = if kind.is_dir() {
        folder(path)?
    } else if !kind.is_file() {
        return Err(OpenError::NotAFile { path: path.to_owned() });
    } else if kind.len() == 0 {
        return Err(OpenError::Empty { path: path.to_owned() });
    } else if is_zip(path).map_err(io)? {
        let file = File::open(path).map_err(io)?;
        read::read(file, &Limits::STANDARD).map_err(|source| OpenError::Zip { path: path.to_owned(), source })?
    } else {
        loose(vec![(file_name(path), path.to_owned())])
    };
    Ok(OpenedBundle { name: file_name(path), archive })
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn is_zip(path: &Path) -> std::io::Result<bool> {
    let mut head = [0; 4];
    let read = File::open(path)?.read(&mut head)?;
    Ok(matches!(head.get(..read), Some(b"PK\x03\x04" | b"PK\x05\x06")))
}

/// A folder is a bundle that nobody zipped.
fn folder(path: &Path) -> Result<Archive, OpenError> {
    let mut files = Vec::new();
    collect(path, "", DEPTH, &mut files).map_err(|source| OpenError::Io { path: path.to_owned(), source })?;
    if files.is_empty() {
        return Err(OpenError::Empty { path: path.to_owned() });
    }
    files.sort();
    Ok(loose(files))
}

/// Lists the files below a folder; links are not followed, they may lead anywhere.
fn collect(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<(String, PathBuf)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() && depth > 0 {
            collect(&entry.path(), &format!("{name}/"), depth.saturating_sub(1), files)?;
        } else if kind.is_file() && files.len() <= Limits::STANDARD.entries {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}

/// Reads loose files within the limits of a bundle; what cannot be read becomes a problem.
fn loose(files: Vec<(String, PathBuf)>) -> Archive {
    let limits = Limits::STANDARD;
    let mut archive = Archive::default();
    let mut budget = limits.total_bytes;
    let mut problem = |path: String, what| archive.problems.push(Problem { path, what });
    for (index, (name, path)) in files.into_iter().enumerate() {
        if index >= limits.entries {
            problem(String::new(), ProblemKind::OverLimit("number of files"));
            break;
        }
        let allowed = limits.artifact_bytes.min(budget);
        let mut bytes = Vec::new();
        let outcome = File::open(&path).and_then(|file| file.take(allowed.saturating_add(1)).read_to_end(&mut bytes));
        if let Err(error) = outcome {
            problem(name, ProblemKind::Unreadable(error.to_string()));
            continue;
        }
        if bytes.len() as u64 > allowed {
            bytes.truncate(usize::try_from(allowed).unwrap_or(usize::MAX));
            problem(name.clone(), ProblemKind::OverLimit("size"));
        }
        budget = budget.saturating_sub(bytes.len() as u64);
        archive.members.push(Member { path: name, bytes, integrity: Integrity::Unlisted });
    }
    archive
}

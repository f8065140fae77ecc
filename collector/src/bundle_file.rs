//! The zip on disk: under another name until it is whole, and never in the place of something else by accident.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use crate::temporary::Temporary;

/// What to do when there is a file of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it, and write nothing.
    Keep,
    /// Put the bundle in its place, once that is whole.
    Replace,
}

/// A bundle in the making. Dropped before [`BundleFile::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct BundleFile {
    target: PathBuf,
    partial: Temporary,
    existing: Existing,
}

impl BundleFile {
    /// Opens a new file beside the target, so that a full or read-only disk is noticed before anything is collected.
    ///
    /// # Errors
    ///
    /// The target exists and is to be kept, or its folder cannot be written to.
    pub fn create(target: &Path, existing: Existing) -> io::Result<(Self, BufWriter<File>)> {
        keep(target, existing)?;
        let mut name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
        name.push(format!(".{}.partial", std::process::id()));
        let (partial, file) = Temporary::file(target.with_file_name(name))?;
        Ok((Self { target: target.to_owned(), partial, existing }, BufWriter::new(file)))
    }

    /// Gives the bundle its name; returns its size.
    ///
    /// # Errors
    ///
    /// Not everything could be written, or another file has taken the name in the meantime.
    pub fn finish(self, written: BufWriter<File>) -> io::Result<u64> {
        let file = written.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        // Windows does not rename an open file.
        drop(file);
        keep(&self.target, self.existing)?;
        self.partial.keep_as(&self.target)?;
        Ok(bytes)
    }
}

fn keep(target: &Path, existing: Existing) -> io::Result<()> {
    if existing == Existing::Keep && target.symlink_metadata().is_ok() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file of that name; --force replaces it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_name_appears_when_the_bundle_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.zip");
        let (bundle, mut writer) = BundleFile::create(&target, Existing::Keep).expect("created");
        writer.write_all(b"zip").expect("written");
        assert!(!target.exists());
        assert_eq!(bundle.finish(writer).expect("finished"), 3);
        assert_eq!(names(folder.path()), ["a.zip"]);
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let created = BundleFile::create(&folder.path().join("a.zip"), Existing::Keep).expect("created");
        assert_eq!(names(folder.path()).len(), 1);
        drop(created);
        assert_eq!(names(folder.path()).len(), 0);
    }

    #[test]
    fn a_file_of_that_name_stays_unless_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.zip");
        let (bundle, writer) = BundleFile::create(&target, Existing::Keep).expect("created");
        fs::write(&target, "old").expect("written");
        assert_eq!(bundle.finish(writer).expect_err("kept").kind(), io::ErrorKind::AlreadyExists);
        let refused = BundleFile::create(&target, Existing::Keep).expect_err("kept");
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&target).expect("read"), b"old");
        let (bundle, writer) = BundleFile::create(&target, Existing::Replace).expect("created");
        bundle.finish(writer).expect("replaced");
        assert_eq!(fs::read(&target).expect("read"), b"");
        assert_eq!(names(folder.path()), ["a.zip"]);
    }
}

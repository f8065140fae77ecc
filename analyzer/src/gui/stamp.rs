//! Whether what was opened is still as it was: files are read again when somebody wants more of them, and files change.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::report::escape::escape;

/// Folders inside each other that are looked into, and files that are noted, at most: no case reads more.
const DEPTH: usize = 8;
const FILES: usize = 65_536;

/// Files as they were when they were opened, by their length and the time of their last change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

impl Stamp {
    /// What lies at a path: a file, or all files of a folder.
    pub fn of(path: &Path) -> Self {
        let mut stamp = Self::default();
        stamp.add(path, DEPTH);
        stamp
    }

    fn add(&mut self, path: &Path, depth: usize) {
        let Ok(file) = fs::metadata(path) else { return };
        if file.is_file() {
            self.0.insert(path.to_owned(), told(&file));
        }
        let Some(deeper) = depth.checked_sub(1).filter(|_| file.is_dir()) else { return };
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            if self.0.len() >= FILES {
                return;
            }
            // Links are not followed when a folder is opened.
            if entry.file_type().is_ok_and(|kind| !kind.is_symlink()) {
                self.add(&entry.path(), deeper);
            }
        }
    }

    /// What became of the files, in a sentence; nothing where all are as they were. What came to a folder later was
    /// never opened.
    pub fn changed(&self) -> Option<String> {
        self.0.iter().find_map(|(path, before)| {
            let name = escape(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy());
            match fs::metadata(path) {
                Ok(now) if told(&now) == *before => None,
                Ok(now) if now.len() < before.0 => {
                    Some(format!("{name} is shorter than it was when it was opened. {AGAIN}"))
                }
                Ok(_) => Some(format!("{name} changed since it was opened. {AGAIN}")),
                Err(error) => {
                    let error = escape(&error.to_string());
                    Some(format!("{name} cannot be read any more: {error}. What was opened is still shown."))
                }
            }
        })
    }
}

const AGAIN: &str = "What is shown is what was opened; open it again to see what is there now.";

fn told(file: &Metadata) -> (u64, Option<SystemTime>) {
    (file.len(), file.modified().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_cut_changed_or_deleted_is_told_and_one_that_is_as_it_was_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.evtx");
        fs::write(&path, "0123456789").expect("written");
        let stamp = Stamp::of(&path);
        assert_eq!(stamp.changed(), None);
        fs::write(&path, "01234").expect("written");
        assert!(stamp.changed().is_some_and(|words| words.starts_with("log.evtx is shorter than it was")));
        fs::write(&path, "0123456789ab").expect("written");
        assert!(stamp.changed().is_some_and(|words| words.starts_with("log.evtx changed since")));
        fs::remove_file(&path).expect("deleted");
        assert!(stamp.changed().is_some_and(|words| words.starts_with("log.evtx cannot be read any more: ")));
    }

    #[test]
    fn a_change_of_the_same_length_is_told_by_its_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.evtx");
        fs::write(&path, "0123456789").expect("written");
        let stamp = Stamp::of(folder.path());
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(later)).expect("a time");
        assert!(stamp.changed().is_some_and(|words| words.starts_with("log.evtx changed since")));
    }

    #[test]
    fn what_comes_to_a_folder_later_changes_nothing_that_was_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("log.evtx"), "0").expect("written");
        let stamp = Stamp::of(folder.path());
        fs::write(folder.path().join("report.html"), "0").expect("written");
        assert_eq!(stamp.changed(), None);
    }
}

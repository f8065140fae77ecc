//! Files and folders that must not outlive us: gone when they are dropped, and when we are stopped in the middle.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What is to be removed when we are stopped.
static TEMPORARY: Mutex<Known> = Mutex::new(Known { paths: Vec::new(), kept: false });

#[derive(Debug)]
struct Known {
    paths: Vec<PathBuf>,
    /// Whether one of them has become something that lasts.
    kept: bool,
}

/// What is on the disk when we are stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing of ours.
    Nothing,
    /// What was to last.
    Lasting,
}

/// How often, and how long apart, removing is tried: another program may have a file open for a moment, above all the
/// event log service one that it was writing.
const TRIES: u32 = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// A file or folder of our own, removed with all that is in it when this is dropped.
#[derive(Debug)]
pub struct Temporary {
    path: PathBuf,
}

impl Temporary {
    /// Makes a new file to write to.
    ///
    /// # Errors
    ///
    /// There is something of that name, or the folder cannot be written to.
    pub fn file(path: PathBuf) -> io::Result<(Self, File)> {
        let mut known = known();
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        known.paths.push(path.clone());
        Ok((Self { path }, file))
    }

    /// Makes an empty folder that nobody else uses, where the system keeps such things.
    ///
    /// # Errors
    ///
    /// It cannot be made there.
    pub fn folder() -> io::Result<Self> {
        let mut known = known();
        // What a killed program of the same number left behind is passed over.
        for number in 0..100 {
            let path = std::env::temp_dir().join(format!("kerbscope-{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => {
                    known.paths.push(path.clone());
                    return Ok(Self { path });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its lasting name; from then on it is not temporary.
    ///
    /// # Errors
    ///
    /// It cannot have that name.
    pub fn keep_as(self, target: &Path) -> io::Result<()> {
        // Under the lock: whoever stops us finds the one name or the other, and knows whether it lasts.
        let mut known = known();
        fs::rename(&self.path, target)?;
        known.paths.retain(|path| *path != self.path);
        known.kept = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let mut known = known();
        if known.paths.contains(&self.path) {
            remove(&self.path);
            known.paths.retain(|path| *path != self.path);
        }
    }
}

/// Ends this program at once, and leaves nothing behind that it began; `last_words` makes the exit code.
pub fn stop(last_words: impl FnOnce(Left) -> i32) -> ! {
    // Never given back: whatever the other threads are about, they can begin and finish nothing any more.
    let known = known();
    known.paths.iter().for_each(|path| remove(path));
    std::process::exit(last_words(if known.kept { Left::Lasting } else { Left::Nothing }))
}

/// A thread that panicked has left the list as it was.
fn known() -> MutexGuard<'static, Known> {
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What cannot be removed after all these tries, nobody can be told of.
fn remove(path: &Path) {
    for _ in 0..TRIES {
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        match removed {
            Ok(()) => return,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(_) => thread::sleep(BETWEEN_TRIES),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_gone_with_what_is_in_it() {
        let folder = Temporary::folder().expect("a folder");
        let other = Temporary::folder().expect("another folder");
        assert_ne!(folder.path(), other.path());
        fs::write(folder.path().join("file"), "text").expect("written");
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists() && other.path().exists());
    }

    #[test]
    fn a_file_stays_only_under_its_lasting_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = |name: &str| folder.path().join(name);
        let (dropped, _) = Temporary::file(place("dropped")).expect("a file");
        drop(dropped);
        assert!(!place("dropped").exists());
        let (kept, _) = Temporary::file(place("kept")).expect("a file");
        kept.keep_as(&place("lasting")).expect("renamed");
        assert!(!place("kept").exists() && place("lasting").exists());
    }

    #[test]
    fn what_is_there_is_not_ours() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mine");
        fs::write(&path, "mine").expect("written");
        assert!(Temporary::file(path.clone()).is_err());
        assert!(path.exists());
    }
}

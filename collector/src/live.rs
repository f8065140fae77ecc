//! The server that the collector runs on.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::child;
use crate::host::{Answer, Command, Ending, Host, Listed, Product, RunLimits, SeekRead};
#[cfg(windows)]
use crate::http_head;
use crate::http_head::HeadRequest;

/// This computer.
#[derive(Debug, Default)]
pub struct LiveHost {
    scratch_folders: AtomicU32,
}

impl Host for LiveHost {
    fn read_file(&self, path: &str, limit_bytes: u64) -> Answer {
        read(Path::new(path), limit_bytes)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn SeekRead>> {
        Ok(Box::new(File::open(path)?))
    }

    fn list(&self, path: &str) -> io::Result<Vec<Listed>> {
        list(Path::new(path))
    }

    fn run(&self, command: &Command, limits: RunLimits) -> Answer {
        let Some(root) = self.variable("SystemRoot") else { return Answer::bare(Ending::Absent) };
        // The full path: a program of the same name in the current folder or on PATH is never started.
        let program = Path::new(&root).join("System32").join(command.file_name());
        match &command.product {
            Product::Printed => child::run(&program, &command.arguments, limits, None),
            Product::File(name) => match self.scratch() {
                Ok(scratch) => run_for_file(&program, &command.arguments, name, &scratch, limits),
                Err(error) => Answer::of_error(&error),
            },
        }
    }

    #[cfg(windows)]
    fn http_head(&self, request: &HeadRequest, time: Duration) -> Answer {
        match crate::windows::http::head(request, time) {
            Ok(head) => {
                Answer { bytes: http_head::artifact(request, &head).into_bytes(), ..Answer::bare(Ending::Complete) }
            }
            Err(error) => {
                let words = error.raw_os_error().and_then(http_head::words).map(str::to_owned);
                let answer = Answer::of_error(&error);
                Answer { detail: words.or(answer.detail), ..answer }
            }
        }
    }

    #[cfg(not(windows))]
    fn http_head(&self, _: &HeadRequest, _: Duration) -> Answer {
        Answer::bare(Ending::Absent)
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

impl LiveHost {
    /// An empty folder that nobody else uses; gone when it is dropped.
    fn scratch(&self) -> io::Result<Scratch> {
        let number = self.scratch_folders.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("kerbscope-{}-{number}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Scratch { path })
    }
}

struct Scratch {
    path: PathBuf,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is in the folder for temporary files, where the system removes it.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn run_for_file(program: &Path, arguments: &[String], name: &str, scratch: &Scratch, limits: RunLimits) -> Answer {
    let target = scratch.path.join(name);
    let in_place = |argument: &String| {
        if argument == name { target.to_string_lossy().into_owned() } else { argument.clone() }
    };
    let arguments: Vec<String> = arguments.iter().map(in_place).collect();
    let ran = child::run(program, &arguments, limits, Some(&target));
    let said = ran.last_line();
    match ran.ending {
        Ending::Exited(0) => match read(&target, limits.bytes) {
            Answer { ending: Ending::Absent, .. } => {
                let detail = Some("the program ended without an error and wrote no file".to_owned());
                Answer { ending: Ending::Broken(0), bytes: Vec::new(), detail }
            }
            Answer { ending: Ending::Complete, bytes, detail } => Answer { ending: Ending::Exited(0), bytes, detail },
            other => other,
        },
        Ending::Cut | Ending::OutOfTime => Answer { bytes: read(&target, limits.bytes).bytes, detail: said, ..ran },
        _ => Answer { bytes: Vec::new(), detail: said.or(ran.detail), ..ran },
    }
}

/// What a folder holds; an entry that cannot be looked at is passed over.
///
/// # Errors
///
/// There is no such folder, or it may not be listed.
pub fn list(path: &Path) -> io::Result<Vec<Listed>> {
    let entries = fs::read_dir(path)?;
    let listed = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let metadata = entry.metadata().ok()?;
        let name = entry.file_name().into_string().ok()?;
        Some(Listed { name, bytes: metadata.len(), is_folder: metadata.is_dir() })
    });
    Ok(listed.collect())
}

fn read(path: &Path, limit_bytes: u64) -> Answer {
    let mut bytes = Vec::new();
    let outcome = File::open(path).and_then(|file| file.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes));
    match outcome {
        Err(error) => Answer::of_error(&error),
        Ok(_) if bytes.len() as u64 > limit_bytes => {
            bytes.truncate(usize::try_from(limit_bytes).unwrap_or(usize::MAX));
            Answer { ending: Ending::Cut, bytes, detail: None }
        }
        Ok(_) => Answer { ending: Ending::Complete, bytes, detail: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        fs::write(&path, b"0123456789").expect("written");
        let whole = read(&path, 10);
        assert_eq!((whole.ending, whole.bytes.len()), (Ending::Complete, 10));
        let cut = read(&path, 9);
        assert_eq!((cut.ending, cut.bytes.len()), (Ending::Cut, 9));
        assert_eq!(read(&folder.path().join("other"), 9).ending, Ending::Absent);
    }

    #[cfg(unix)]
    #[test]
    fn what_a_program_writes_is_brought_and_its_folder_removed() {
        use std::time::Duration;
        let limits = RunLimits { time: Duration::from_secs(20), bytes: 100 };
        let host = LiveHost::default();
        let check = |script: &str, ending: Ending, bytes: &[u8]| {
            let scratch = host.scratch().expect("a folder");
            let path = scratch.path.clone();
            let arguments = ["-c", script, "sh", "System.evtx"].map(str::to_owned);
            let answer = run_for_file(Path::new("/bin/sh"), &arguments, "System.evtx", &scratch, limits);
            assert_eq!((answer.ending, answer.bytes.as_slice()), (ending, bytes), "{script}");
            drop(scratch);
            assert!(!path.exists());
        };
        check("printf log > \"$1\"", Ending::Exited(0), b"log");
        check("echo no; exit 120", Ending::Exited(120), b"");
        check("true", Ending::Broken(0), b"");
        check("head -c 101 /dev/zero > \"$1\"", Ending::Cut, &[0; 100]);
    }
}

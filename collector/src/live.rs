//! The server that the collector runs on.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use crate::attend::{Attended, attend};
use crate::child;
use crate::directory::line::Address;
use crate::directory::service::Directory;
use crate::directory::sign_in::SignIn;
use crate::event_log::{EventExport, Order};
use crate::facts::Elevation;
use crate::host::{Answer, Command, Ending, Events, Host, Listed, LongAnswer, RunLimits, SeekRead};
#[cfg(windows)]
use crate::http_head;
use crate::http_head::HeadRequest;
use crate::logon_sessions::{self, Sessions};
use crate::registry::Value;
use crate::system;
use crate::temporary::Temporary;

/// This computer.
pub struct LiveHost {
    directory: Box<dyn Directory>,
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

    fn export_events(&self, export: &EventExport, limits: RunLimits) -> LongAnswer {
        let (channel, query) = (export.log.channel(), export.query());
        in_scratch(limits, move |target| system::event_log::export(channel, &query, target), system::event_log::cancel)
    }

    fn events(&self, export: &EventExport, order: Order) -> io::Result<Events> {
        let events = system::event_log::events(export.log.channel(), &export.query(), order);
        // A channel that does not exist has an error of its own; no other one means that there is none.
        let is_absent = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        let said = |error: io::Error| if is_absent(&error) { io::Error::other(error.to_string()) } else { error };
        Ok(Box::new(events.map_err(said)?))
    }

    fn tickets(&self, sessions: Sessions, time: Duration) -> Answer {
        let limits = RunLimits { time, bytes: u64::MAX };
        let ask = move || match system::lsa::Connection::open() {
            Ok(lsa) => logon_sessions::collect(&lsa, sessions, system::token::elevation()),
            Err(status) => logon_sessions::failed(status),
        };
        match attend(ask, limits, None, || {}) {
            Ok(Attended::Ended(answer)) => answer,
            Ok(_) => Answer::bare(Ending::OutOfTime),
            Err(error) => Answer::of_error(&error),
        }
    }

    fn run(&self, command: &Command, limits: RunLimits) -> Answer {
        let Some(root) = self.variable("SystemRoot") else { return Answer::bare(Ending::Absent) };
        // The full path: a program of the same name in the current folder or on PATH is never started.
        let program = Path::new(&root).join("System32").join(command.file_name());
        child::run(&program, &command.arguments, limits)
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

    fn registry_values(&self, path: &str) -> io::Result<Vec<Value>> {
        system::registry::values(path)
    }

    fn registry_keys(&self, path: &str) -> io::Result<Vec<String>> {
        system::registry::keys(path)
    }

    fn code_page(&self) -> Option<u16> {
        system::console::code_page()
    }

    fn elevation(&self) -> Elevation {
        system::token::elevation()
    }

    fn directory(&self) -> &dyn Directory {
        self.directory.as_ref()
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

impl LiveHost {
    /// This computer, and how its directory is asked.
    pub fn new(server: Option<Address>, sign_in: Option<SignIn>) -> Self {
        Self { directory: system::ldap::directory(server, sign_in) }
    }
}

/// Has a file written into an empty folder of our own, and hands it over together with the folder.
fn in_scratch(
    limits: RunLimits,
    write: impl FnOnce(&Path) -> io::Result<()> + Send + 'static,
    cancel: impl Fn(),
) -> LongAnswer {
    let folder = match Temporary::folder() {
        Ok(folder) => folder,
        Err(error) => return LongAnswer::of_error(&error),
    };
    let target = folder.path().join("events.evtx");
    let path = target.clone();
    let ending = match attend(move || write(&path), limits, Some(&target), cancel) {
        Ok(Attended::Ended(Ok(()))) => Ending::Complete,
        Ok(Attended::Ended(Err(error))) | Err(error) => return LongAnswer::of_error(&error),
        Ok(Attended::OverSize) => Ending::Cut,
        Ok(Attended::OutOfTime) => Ending::OutOfTime,
    };
    match File::open(&target) {
        Ok(file) => {
            LongAnswer { content: Some(Box::new(Scratch { file, _folder: folder })), ..LongAnswer::bare(ending) }
        }
        Err(_) if ending == Ending::Complete => {
            let detail = Some("the export ended without an error and wrote no file".to_owned());
            LongAnswer { detail, ..LongAnswer::bare(Ending::Broken(0)) }
        }
        Err(_) => LongAnswer::bare(ending),
    }
}

/// A file in a folder of our own.
struct Scratch {
    // Dropped first: Windows removes no open file.
    file: File,
    _folder: Temporary,
}

impl Read for Scratch {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
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
    use std::sync::mpsc;

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

    const AMPLE: RunLimits = RunLimits { time: Duration::from_mins(1), bytes: 100 };
    const SHORT: RunLimits = RunLimits { time: Duration::from_millis(100), bytes: 100 };

    /// Has the file written like this; returns the ending and what could be read, and sees the folder go.
    fn scratch(
        limits: RunLimits,
        write: impl FnOnce(&Path) -> io::Result<()> + Send + 'static,
        cancel: impl Fn(),
    ) -> (Ending, Option<Vec<u8>>) {
        let (told, tell) = mpsc::channel();
        let write = move |target: &Path| {
            told.send(target.to_owned()).expect("heard");
            write(target)
        };
        let (answer, content) = in_scratch(limits, write, cancel).split();
        let target = tell.recv().expect("told");
        let bytes = content.map(|mut content| {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).expect("read");
            bytes
        });
        assert!(!target.parent().expect("a folder").exists(), "the folder is gone");
        (answer.ending, bytes)
    }

    #[test]
    fn what_is_written_is_handed_over_and_its_folder_removed() {
        let whole = scratch(AMPLE, |target| fs::write(target, "log"), || {});
        assert_eq!(whole, (Ending::Complete, Some(b"log".to_vec())));
        let refused = scratch(AMPLE, |_| Err(io::Error::from_raw_os_error(120)), || {});
        assert_eq!(refused, (Ending::Broken(120), None));
        assert_eq!(scratch(AMPLE, |_| Ok(()), || {}), (Ending::Broken(0), None), "it said that it had written");
    }

    #[test]
    fn what_was_written_until_the_call_was_given_up_is_handed_over() {
        let (cancel, canceled) = mpsc::channel();
        let late = move |target: &Path| {
            fs::write(target, "log")?;
            canceled.recv().map_err(io::Error::other)
        };
        let given_up = scratch(SHORT, late, || cancel.send(()).expect("waited for"));
        assert_eq!(given_up, (Ending::OutOfTime, Some(b"log".to_vec())));
    }

    #[cfg(windows)]
    #[test]
    fn a_file_that_is_being_written_can_be_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let _writer = File::create(&path).expect("a file");
        assert_eq!(open(&path).ending, Ending::Complete);
    }
}

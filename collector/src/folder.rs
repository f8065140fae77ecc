//! A host made of folders: it stands in for a server where there is none.
//!
//! ```text
//! environment.txt                                   COMPUTERNAME=WEB01, one variable a line
//! registry.txt                                      keys and values, as `reg query` prints them
//! files/C/Windows/System32/inetsrv/config/…         files, the drive letter as a folder
//! commands/setspn -Q HTTP%2Fweb01.txt               what a command prints
//! commands/wevtutil epl System System.evtx.txt      the log that this command would export
//! events/System.xml                                 events as XML, one a line, the newest first
//! http/http%3A%2F%2F127.0.0.1%3A80%2F.txt          the head of an answer over HTTP
//! commands/setspn -X.ending                         how it ends: `exit 5`, `timeout`, `denied` or `absent`
//! ```
//!
//! Without an ending, a command exits with 0 and a file is read to its end. What has neither is absent.
//! Characters of a command line that do not belong into a file name stand as `%` and two digits
//! ([`answer_name`]); the filter of an event log is left out.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::event_log::{EventExport, Order};
use crate::folder_registry;
use crate::host::{Answer, Command, Ending, Events, Host, Listed, LongAnswer, RunLimits, SeekRead};
use crate::http_head::{self, HeadRequest};
use crate::live;
use crate::registry::Value;

/// A folder that answers like a server.
#[derive(Clone, Debug)]
pub struct FolderHost {
    root: PathBuf,
}

impl FolderHost {
    /// The host that this folder holds.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where the file with this path lies; a share is a folder with the name of its server.
    fn place(&self, path: &str) -> Option<PathBuf> {
        let mut place = self.root.join("files");
        for part in path.trim_start_matches('\\').split('\\') {
            if part == ".." {
                return None;
            }
            place.push(part.trim_end_matches(':'));
        }
        Some(place)
    }

    fn registry(&self) -> io::Result<String> {
        fs::read_to_string(self.root.join("registry.txt")).map_err(|_| io::ErrorKind::Unsupported.into())
    }

    fn printed(&self, command: &Command) -> PathBuf {
        self.root.join("commands").join(format!("{}.txt", answer_name(command)))
    }
}

impl Host for FolderHost {
    fn read_file(&self, path: &str, limit_bytes: u64) -> Answer {
        self.place(path).map_or(Answer::bare(Ending::Absent), |place| answer(&place, limit_bytes, Ending::Complete))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn SeekRead>> {
        let place = self.place(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(File::open(place)?))
    }

    fn list(&self, path: &str) -> io::Result<Vec<Listed>> {
        live::list(&self.place(path).ok_or(io::ErrorKind::NotFound)?)
    }

    fn export_events(&self, export: &EventExport, _: RunLimits) -> LongAnswer {
        let path = self.printed(&export.command());
        match (File::open(&path), ending(&path)) {
            (Ok(file), ending) => {
                let ending = ending.unwrap_or(Ending::Complete);
                LongAnswer { content: Some(Box::new(file)), ..LongAnswer::bare(ending) }
            }
            (Err(_), Some(ending)) => LongAnswer::bare(ending),
            (Err(error), None) => LongAnswer::of_error(&error),
        }
    }

    fn events(&self, export: &EventExport, order: Order) -> io::Result<Events> {
        let text = fs::read_to_string(self.root.join("events").join(format!("{}.xml", export.log.name())))?;
        let mut events: Vec<_> = text.lines().map(|line| Ok(line.to_owned())).collect();
        if order == Order::OldestFirst {
            events.reverse();
        }
        Ok(Box::new(events.into_iter()))
    }

    fn run(&self, command: &Command, limits: RunLimits) -> Answer {
        answer(&self.printed(command), limits.bytes, Ending::Exited(0))
    }

    fn http_head(&self, request: &HeadRequest, _: Duration) -> Answer {
        let name = escaped(&request.to_string());
        let answered = answer(&self.root.join("http").join(format!("{name}.txt")), 1 << 20, Ending::Complete);
        let head = String::from_utf8_lossy(&answered.bytes).into_owned();
        let bytes = if head.is_empty() { Vec::new() } else { http_head::artifact(request, &head).into_bytes() };
        Answer { bytes, ..answered }
    }

    fn registry_values(&self, path: &str) -> io::Result<Vec<Value>> {
        folder_registry::values(&self.registry()?, path)
    }

    fn registry_keys(&self, path: &str) -> io::Result<Vec<String>> {
        Ok(folder_registry::keys(&self.registry()?, path))
    }

    fn variable(&self, name: &str) -> Option<String> {
        let environment = fs::read_to_string(self.root.join("environment.txt")).ok()?;
        let value = environment.lines().filter_map(|line| line.split_once('=')).find(|(key, _)| *key == name);
        value.map(|(_, value)| value.trim().to_owned())
    }
}

/// Reads the file that holds an answer, and the one beside it that says how the answer ends.
fn answer(path: &Path, limit_bytes: u64, complete: Ending) -> Answer {
    let bytes = fs::read(path);
    let (mut bytes, ending) = match (bytes, ending(path)) {
        (Ok(bytes), ending) => (bytes, ending.unwrap_or(complete)),
        (Err(_), Some(ending)) => (Vec::new(), ending),
        (Err(error), None) => return Answer::of_error(&error),
    };
    let over = bytes.len() as u64 > limit_bytes;
    bytes.truncate(usize::try_from(limit_bytes).unwrap_or(usize::MAX));
    Answer { ending: if over { Ending::Cut } else { ending }, bytes, detail: None }
}

fn ending(path: &Path) -> Option<Ending> {
    fs::read_to_string(with_ending(path)).ok().and_then(|text| parse_ending(text.trim()))
}

/// The name, without extension, of the file that answers a command.
pub fn answer_name(command: &Command) -> String {
    let filterless = command.arguments.iter().filter(|argument| !argument.starts_with("/q:")).cloned().collect();
    let line = Command { arguments: filterless, ..command.clone() }.to_string();
    escaped(&line)
}

fn escaped(line: &str) -> String {
    let mut name = String::new();
    for character in line.chars() {
        if character.is_alphanumeric() || " -._$@".contains(character) {
            name.push(character);
        } else {
            write!(name, "%{:02X}", u32::from(character)).unwrap_or_default();
        }
    }
    name
}

fn with_ending(path: &Path) -> PathBuf {
    if path.extension().is_some_and(|extension| extension == "txt") {
        return path.with_extension("ending");
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".ending");
    name.into()
}

fn parse_ending(text: &str) -> Option<Ending> {
    match text.split_once(' ') {
        Some(("exit", code)) => code.parse().ok().map(Ending::Exited),
        Some(("error", code)) => code.parse().ok().map(Ending::Broken),
        _ => match text {
            "timeout" => Some(Ending::OutOfTime),
            "denied" => Some(Ending::Denied),
            "absent" => Some(Ending::Absent),
            "cut" => Some(Ending::Cut),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMITS: RunLimits = RunLimits { time: Duration::from_secs(1), bytes: 100 };

    #[test]
    fn an_answer_is_a_file_and_its_ending_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let commands = folder.path().join("commands");
        fs::create_dir(&commands).expect("a folder");
        fs::write(commands.join("setspn -Q HTTP%2Fweb01.txt"), "No such SPN found.").expect("written");
        fs::write(commands.join("setspn -X.ending"), "timeout\n").expect("written");
        fs::write(commands.join("klist.txt"), "denied").expect("written");
        fs::write(commands.join("klist.ending"), "exit 5").expect("written");
        let host = FolderHost::new(folder.path());
        let check = |program, arguments: &[&str], ending| {
            assert_eq!(host.run(&Command::printing(program, arguments.iter().copied()), LIMITS).ending, ending);
        };
        check("setspn", &["-Q", "HTTP/web01"], Ending::Exited(0));
        check("setspn", &["-X"], Ending::OutOfTime);
        check("klist", &[], Ending::Exited(5));
        check("ipconfig", &["/all"], Ending::Absent);
    }

    #[test]
    fn a_path_of_windows_stays_inside_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("files/C/Windows");
        fs::create_dir_all(&place).expect("a folder");
        fs::write(place.join("hosts"), "text").expect("written");
        fs::write(folder.path().join("outside"), "text").expect("written");
        let host = FolderHost::new(folder.path());
        assert_eq!(host.read_file(r"C:\Windows\hosts", 4).ending, Ending::Complete);
        assert_eq!(host.read_file(r"C:\Windows\hosts", 3).ending, Ending::Cut);
        assert_eq!(host.read_file(r"..\outside", 9).ending, Ending::Absent);
    }
}

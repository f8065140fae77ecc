//! What a step may ask of the server: a file, what a program prints, a variable.

use std::fmt;
use std::io::{self, Read, Seek};
use std::time::Duration;

use crate::event_log::{EventExport, Order};
use crate::facts::Elevation;
use crate::http_head::HeadRequest;
use crate::registry::Value;

/// The server that evidence is collected from, or a stand-in for it.
pub trait Host {
    /// Reads at most `limit_bytes` of the file at this absolute path.
    fn read_file(&self, path: &str, limit_bytes: u64) -> Answer;

    /// Opens the file at this absolute path, to read it piece by piece.
    ///
    /// # Errors
    ///
    /// There is no such file, or it may not be read.
    fn open(&self, path: &str) -> io::Result<Box<dyn SeekRead>>;

    /// What the folder at this absolute path holds, not what folders in it hold.
    ///
    /// # Errors
    ///
    /// There is no such folder, or it may not be listed.
    fn list(&self, path: &str) -> io::Result<Vec<Listed>>;

    /// Exports events into a log of their own, within limits.
    fn export_events(&self, _export: &EventExport, _limits: RunLimits) -> LongAnswer {
        LongAnswer::bare(Ending::Absent)
    }

    /// Reads events as XML, one `<Event>` each.
    ///
    /// # Errors
    ///
    /// There is no such log, or it may not be read.
    fn events(&self, _export: &EventExport, _order: Order) -> io::Result<Events> {
        Err(io::ErrorKind::NotFound.into())
    }

    /// Runs a program of Windows within limits; no shell is involved.
    fn run(&self, command: &Command, limits: RunLimits) -> Answer;

    /// Asks this computer over HTTP, as somebody who has not signed in.
    fn http_head(&self, request: &HeadRequest, time: Duration) -> Answer;

    /// The values of a key of the registry, whose path begins with `HKLM` or `HKCU`.
    ///
    /// # Errors
    ///
    /// There is no such key, it may not be read, or this host has no registry (`Unsupported`).
    fn registry_values(&self, _path: &str) -> io::Result<Vec<Value>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// The names of the keys in a key of the registry.
    ///
    /// # Errors
    ///
    /// As [`Host::registry_values`].
    fn registry_keys(&self, _path: &str) -> io::Result<Vec<String>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// The code page in which consoles of this computer print.
    fn code_page(&self) -> Option<u16> {
        None
    }

    /// Whether we run with the rights of an administrator.
    fn elevation(&self) -> Elevation {
        Elevation::Unknown
    }

    /// The value of an environment variable.
    fn variable(&self, name: &str) -> Option<String>;

    /// Puts the values of variables in the places of their names: `%SystemRoot%\System32`.
    ///
    /// A variable that the host does not know stays as it is written.
    fn expand(&self, path: &str) -> String {
        let mut pieces = path.split('%');
        let mut result = pieces.next().unwrap_or_default().to_owned();
        while let Some(name) = pieces.next() {
            // A percent sign without a partner is part of the name.
            let Some(after) = pieces.next() else { return format!("{result}%{name}") };
            let value = self.variable(name).or_else(|| usual(name));
            result.push_str(&value.unwrap_or_else(|| format!("%{name}%")));
            result.push_str(after);
        }
        result
    }
}

/// What variables mean on almost every server.
fn usual(name: &str) -> Option<String> {
    match name.to_ascii_lowercase().as_str() {
        "systemroot" | "windir" => Some(r"C:\Windows".to_owned()),
        "systemdrive" => Some("C:".to_owned()),
        _ => None,
    }
}

/// Events as they are read; an error ends them.
pub type Events = Box<dyn Iterator<Item = io::Result<String>>>;

/// A file that can be read from any place.
pub trait SeekRead: Read + Seek {}

impl<T: Read + Seek> SeekRead for T {}

/// A file or a folder in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name in the folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Whether it is a folder itself.
    pub is_folder: bool,
}

/// How long a program may run, and how much it may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// When it is ended.
    pub time: Duration,
    /// How much is kept; it is ended once it brings more.
    pub bytes: u64,
}

/// A program of Windows and its arguments.
///
/// Its `Display` is the command line as a person would type it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The file name in `System32`, without `.exe` when it has that extension.
    pub program: &'static str,
    /// The arguments, one each.
    pub arguments: Vec<String>,
}

impl Command {
    /// A program that prints what is wanted.
    pub fn printing(program: &'static str, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { program, arguments: arguments.into_iter().map(Into::into).collect() }
    }

    /// The file name of the program.
    pub fn file_name(&self) -> String {
        if self.program.contains('.') { self.program.to_owned() } else { format!("{}.exe", self.program) }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.program)?;
        for argument in &self.arguments {
            let plain = |character: char| character.is_alphanumeric() || r"-_./\:$@=".contains(character);
            if !argument.is_empty() && argument.chars().all(plain) {
                write!(f, " {argument}")?;
            } else {
                write!(f, " \"{argument}\"")?;
            }
        }
        Ok(())
    }
}

/// What the server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How it ended.
    pub ending: Ending,
    /// The bytes that came, at most as many as were allowed.
    pub bytes: Vec<u8>,
    /// What the system or the program said about it.
    pub detail: Option<String>,
}

/// What the server answered, where that may be longer than the memory that we may take.
pub struct LongAnswer {
    /// How it ended.
    pub ending: Ending,
    /// Where it can be read. What lies on the disk for that alone is removed when this is dropped.
    pub content: Option<Box<dyn Read>>,
    /// What the system said about it.
    pub detail: Option<String>,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The whole file was read.
    Complete,
    /// The program ended with this code.
    Exited(i32),
    /// There was more than the limit allows.
    Cut,
    /// The program did not end in time and was ended.
    OutOfTime,
    /// There is no such file or program.
    Absent,
    /// Access denied.
    Denied,
    /// Another error, with the number the system gives it.
    Broken(i32),
}

impl Answer {
    /// An answer with nothing but its ending.
    pub fn bare(ending: Ending) -> Self {
        Self { ending, bytes: Vec::new(), detail: None }
    }

    /// The answer that an error of the system amounts to.
    pub fn of_error(error: &io::Error) -> Self {
        Self { ending: Ending::of_error(error), bytes: Vec::new(), detail: Some(error.to_string()) }
    }

    /// The last line with anything on it: where tools say what went wrong, after what they were doing.
    ///
    /// They print in the OEM code page; what is not ASCII is lost here, and stands in the artifact.
    pub fn last_line(&self) -> Option<String> {
        const LONGEST: usize = 300;
        let text = String::from_utf8_lossy(&self.bytes);
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty())?;
        Some(line.chars().filter(|character| !character.is_control()).take(LONGEST).collect())
    }
}

impl LongAnswer {
    /// An answer with nothing but its ending.
    pub fn bare(ending: Ending) -> Self {
        Self { ending, content: None, detail: None }
    }

    /// The answer that an error of the system amounts to.
    pub fn of_error(error: &io::Error) -> Self {
        Self { detail: Some(error.to_string()), ..Self::bare(Ending::of_error(error)) }
    }

    /// The answer without its content, and the content.
    pub fn split(self) -> (Answer, Option<Box<dyn Read>>) {
        (Answer { ending: self.ending, bytes: Vec::new(), detail: self.detail }, self.content)
    }
}

impl Ending {
    fn of_error(error: &io::Error) -> Self {
        use io::ErrorKind;
        match (error.kind(), error.raw_os_error()) {
            (ErrorKind::NotFound, _) => Self::Absent,
            // 740 is ERROR_ELEVATION_REQUIRED: Windows starts the program for administrators only.
            (ErrorKind::PermissionDenied, _) | (_, Some(740)) => Self::Denied,
            (_, code) => Self::Broken(code.unwrap_or(-1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_one_line_of_text() {
        let check = |bytes: &[u8], line: Option<&str>| {
            let answer = Answer { bytes: bytes.to_vec(), ..Answer::bare(Ending::Complete) };
            assert_eq!(answer.last_line().as_deref(), line);
        };
        check(b"Failed to export log.\r\n  Access is denied.\r\n\r\n", Some("Access is denied."));
        check(b" \r\n", None);
        check(b"a\x1b[31mb", Some("a[31mb"));
    }

    #[test]
    fn a_command_reads_as_a_person_would_type_it() {
        let check = |arguments: &[&str], line: &str| {
            assert_eq!(Command::printing("setspn", arguments.iter().copied()).to_string(), line);
        };
        check(&["-Q", "HTTP/intranet.contoso.com"], "setspn -Q HTTP/intranet.contoso.com");
        check(&["-L", r"CONTOSO\svc-web$"], r"setspn -L CONTOSO\svc-web$");
        check(&["-L", r"CONTOSO\web service"], r#"setspn -L "CONTOSO\web service""#);
        check(&["/q:*[System[EventID=4]]"], r#"setspn "/q:*[System[EventID=4]]""#);
        check(&[""], r#"setspn """#);
    }

    #[test]
    fn only_a_program_without_extension_gets_one() {
        assert_eq!(Command::printing("klist", [""; 0]).file_name(), "klist.exe");
        assert_eq!(Command::printing("chcp.com", [""; 0]).file_name(), "chcp.com");
    }

    #[test]
    fn an_error_of_the_system_has_its_ending() {
        use std::io::{Error, ErrorKind};
        let check = |error: &Error, ending| assert_eq!(Answer::of_error(error).ending, ending);
        check(&ErrorKind::NotFound.into(), Ending::Absent);
        check(&ErrorKind::PermissionDenied.into(), Ending::Denied);
        check(&Error::from_raw_os_error(740), Ending::Denied);
        check(&Error::from_raw_os_error(32), Ending::Broken(32));
        check(&ErrorKind::Other.into(), Ending::Broken(-1));
    }
}

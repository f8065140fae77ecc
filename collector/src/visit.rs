//! One visit to a server: from the command line to the zip and the exit code.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use jiff::Timestamp;
use kerbscope_shared::manifest::{FORMAT_VERSION, Manifest};
use kerbscope_shared::write::{BundleWriter, WriteError};

use crate::baked;
use crate::bundle_file::{BundleFile, Existing};
use crate::console::{self, Console, Harvest, PROGRAM};
use crate::facts::Facts;
use crate::folder::FolderHost;
use crate::host::Host;
use crate::live::LiveHost;
use crate::options::{self, HELP, Options, Request};
#[cfg(feature = "tokens")]
use crate::plan::role::Naming;
use crate::recipient::Recipient;
use crate::runner;
use crate::seal::Seal;
#[cfg(feature = "tokens")]
use crate::tokens;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All that is on the server was collected, or what was asked was printed.
    Well,
    /// The zip is written, and something is missing in it.
    Incomplete,
    /// There is no zip.
    WithNothing,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Well => Self::SUCCESS,
            Ended::Incomplete => Self::from(1),
            Ended::WithNothing => Self::from(2),
        }
    }
}

/// Does what the command line asks for. A program with recipients baked in encrypts for them, whatever is asked.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Ended {
    let always = match baked::recipients() {
        Ok(always) => always,
        Err(damaged) => return fail(&damaged),
    };
    match options::parse(arguments) {
        Ok(Request::Help) => say(&format!("{HELP}{}", console::always(&always))),
        Ok(Request::Version) => say(&format!("{PROGRAM}\n{}", console::always(&always))),
        Ok(Request::List(scope)) => say(&console::list(&scope)),
        Ok(Request::Bake(recipients, copy, existing)) => bake(&together(always, recipients), &copy, existing),
        Ok(Request::Collect(mut options)) => {
            options.recipients = together(always, options.recipients);
            visit(&options)
        }
        Err(misused) => fail(&format!("{misused}; --help shows what can be asked")),
    }
}

/// All of them, each once.
fn together(mut always: Vec<Recipient>, more: Vec<Recipient>) -> Vec<Recipient> {
    for recipient in more {
        if !always.contains(&recipient) {
            always.push(recipient);
        }
    }
    always
}

fn bake(recipients: &[Recipient], copy: &Path, existing: Existing) -> Ended {
    match baked::bake(recipients, copy, existing) {
        Ok(()) => say(&console::baked(copy, recipients)),
        Err(error) => fail(&format!("{}: {error}", copy.display())),
    }
}

fn say(text: &str) -> Ended {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Ended::Well,
        Err(_) => Ended::WithNothing,
    }
}

/// Says why there is nothing.
pub fn fail(why: &dyn Display) -> Ended {
    // If even this cannot be printed, the exit code still tells.
    let _ = writeln!(io::stderr().lock(), "kerbscope-collect: {}", console::ascii(&why.to_string()));
    Ended::WithNothing
}

fn visit(options: &Options) -> Ended {
    let host: Box<dyn Host> = match &options.host_root {
        Some(root) => Box::new(FolderHost::new(root)),
        None => Box::new(LiveHost),
    };
    if host.variable("SystemRoot").is_none() && options.host_root.is_none() {
        return fail(&"this is not Windows: there is no %SystemRoot%");
    }
    let now = now();
    let facts = Facts::ask(host.as_ref());
    let visit = Visit { host: host.as_ref(), facts: &facts, options, now };
    #[cfg(feature = "tokens")]
    if options.scope.naming == Naming::Tokens {
        return tokens::visit(&visit);
    }
    let subject = facts.computer.as_deref().unwrap_or("unknown");
    let target = visit.target(subject);
    visit.ended(&target, visit.collect(&target))
}

/// Not `Timestamp::now`: that panics on an impossible clock, and brings all of jiff's messages along for it,
/// a tenth of this program.
fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// One computer, visited once.
#[derive(Clone, Copy)]
pub struct Visit<'a> {
    /// The computer.
    pub host: &'a dyn Host,
    /// What it says of itself.
    pub facts: &'a Facts,
    /// What the person asked for.
    pub options: &'a Options,
    /// When it began.
    pub now: Timestamp,
}

impl Visit<'_> {
    fn collect(&self, target: &Path) -> Result<Harvest, WriteError> {
        let Self { host, facts, options, .. } = *self;
        let seal = Seal::new(&options.recipients)?;
        let (file, writer) = BundleFile::create(target, options.existing)?;
        let mut console = Console::new(io::stdout(), options.talk, &options.recipients);
        console.introduce(facts, &options.scope, target);
        let mut bundle = BundleWriter::new(seal.wrap(writer)?, self.head());
        runner::collect(host, facts, &options.scope, &mut bundle, &mut console)?;
        let bytes = file.finish(bundle.finish()?.finish()?)?;
        Ok(console.conclude(facts, target, bytes))
    }

    /// The manifest without entries.
    pub fn head(&self) -> Manifest {
        let facts = self.facts;
        Manifest {
            format_version: FORMAT_VERSION,
            collector: PROGRAM.to_owned(),
            host: facts.computer.clone().unwrap_or_else(|| "unknown".to_owned()),
            collected_at: self.now,
            utc_offset_minutes: facts.utc_offset_minutes,
            display_language: facts.display_language.clone(),
            code_page: facts.code_page,
            pseudonyms: None,
            entries: Vec::new(),
        }
    }

    /// Where to write: the file that was asked for, or our own name in the folder that was, with what it is about.
    pub fn target(&self, subject: &str) -> PathBuf {
        target(self.options, subject, self.now)
    }

    /// How the program ends.
    pub fn ended(&self, target: &Path, visited: Result<Harvest, WriteError>) -> Ended {
        match visited {
            Ok(Harvest::Whole) => Ended::Well,
            Ok(Harvest::Partial) => Ended::Incomplete,
            Err(error) => fail(&format!("{}: {error}", target.display())),
        }
    }
}

fn target(options: &Options, subject: &str, now: Timestamp) -> PathBuf {
    let host: String =
        subject.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let encrypted = if options.recipients.is_empty() { "" } else { ".age" };
    let name = format!("kerbscope-{host}-{}.zip{encrypted}", file_time(now));
    let target = match &options.out {
        Some(path) if path.is_dir() => path.join(name),
        Some(path) => path.clone(),
        None => PathBuf::from(name),
    };
    // Whoever is to find the zip must read the whole path.
    std::path::absolute(&target).unwrap_or(target)
}

/// The second, as `20260302T081500Z`: Windows allows no colons in names.
fn file_time(now: Timestamp) -> String {
    let whole = Timestamp::from_second(now.as_second()).unwrap_or(now);
    whole.to_string().replace(['-', ':'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zip_is_named_after_host_and_time() {
        let now = "2026-03-02T08:15:00.25Z".parse().expect("a timestamp");
        let check = |out: Option<PathBuf>, expected: PathBuf| {
            let expected = std::path::absolute(expected).expect("a path");
            assert_eq!(target(&Options { out, ..Options::default() }, "WEB-01", now), expected);
        };
        let own = "kerbscope-WEB-01-20260302T081500Z.zip";
        check(None, own.into());
        check(Some("a.zip".into()), "a.zip".into());
        let folder = tempfile::tempdir().expect("a folder");
        check(Some(folder.path().into()), folder.path().join(own));
    }
}

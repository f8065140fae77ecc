//! One visit to a server: from the command line to the zip and the exit code.

use std::error::Error;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use kerbscope_shared::manifest::{FORMAT_VERSION, Manifest};
use kerbscope_shared::write::{BundleWriter, WriteError};

use crate::baked;
use crate::bundle_file::{BundleFile, Existing};
use crate::clock;
use crate::console::{self, Console, Harvest, PROGRAM};
use crate::directory::sign_in::{SignIn, SignInAccount};
use crate::facts::Facts;
use crate::host::Host;
use crate::live::LiveHost;
use crate::options::{self, HELP, Options, Request};
use crate::plan::role::Naming;
use crate::recipient::Recipient;
use crate::runner;
use crate::seal::Seal;
use crate::system;
use crate::temporary::{self, Left};
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

impl Ended {
    /// What whoever started the program gets to see.
    pub const fn code(self) -> u8 {
        match self {
            Self::Well => 0,
            Self::Incomplete => 1,
            Self::WithNothing => 2,
        }
    }
}

/// Does what the command line asks for, and leaves a window that was opened for it on the screen.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Ended {
    let ended = asked(arguments);
    if system::console::is_ours() && io::stdin().is_terminal() && io::stdout().is_terminal() {
        // After a double click nobody could read what was printed otherwise.
        let _ = write!(io::stdout().lock(), "\nPress Enter to close this window. ");
        let _ = io::stdout().flush();
        let _ = io::stdin().read_line(&mut String::new());
    }
    ended
}

/// Does what the command line asks for. A program with recipients baked in encrypts for them, whatever is asked.
fn asked(arguments: impl IntoIterator<Item = OsString>) -> Ended {
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
    system::process::step_back();
    system::console::on_stop(stop);
    let host: Box<dyn Host> = match &options.host_root {
        Some(root) => match system::stand_in::host(root) {
            Some(host) => host,
            None => return fail(&"--host-root is for tests on other systems than Windows"),
        },
        None if std::env::var_os("SystemRoot").is_none() => {
            return fail(&"this is not Windows: there is no %SystemRoot%");
        }
        None => match options.directory_account.clone().map(sign_in).transpose() {
            Ok(sign_in) => Box::new(LiveHost::new(options.directory_server.clone(), sign_in)),
            Err(error) => return fail(&format!("the password cannot be read: {error}")),
        },
    };
    let now = clock::now();
    let facts = Facts::ask(host.as_ref());
    let visit = Visit { host: host.as_ref(), facts: &facts, options, now };
    if options.scope.naming == Naming::Tokens {
        return tokens::visit(&visit);
    }
    let subject = facts.computer.as_deref().unwrap_or("unknown");
    let target = visit.target(subject);
    visit.ended(&target, visit.collect(&target))
}

/// Whoever is to sign in is asked for his password first, so that he need not wait for the question.
fn sign_in(account: SignInAccount) -> io::Result<SignIn> {
    let prompt = || {
        let name = console::ascii(&account.to_string());
        // A prompt that cannot be written is no reason not to listen.
        let _ = write!(io::stderr().lock(), "Password of {name}, to ask the directory: ");
    };
    let password = system::password::ask(prompt)?;
    Ok(SignIn { account, password })
}

/// Whether the disk is full, or full for us.
fn is_full(error: &WriteError) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if let Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge) = kind {
            return true;
        }
        cause = error.source();
    }
    false
}

/// At Ctrl+C, when the window is closed, when the system goes down.
fn stop() {
    temporary::stop(|left| match left {
        Left::Nothing => {
            let _ = writeln!(io::stderr().lock(), "\nkerbscope-collect: stopped; nothing was written");
            Ended::WithNothing.code().into()
        }
        // It was only about to say so.
        Left::Lasting => Ended::Incomplete.code().into(),
    })
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
            Err(error) if is_full(&error) => {
                let target = target.display();
                fail(&format!("{target}: there is no room for it on the disk; nothing was written ({error})"))
            }
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

//! What the administrator sees. Plain ASCII, because consoles of servers show anything else wrong.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use kerbscope_shared::manifest::{CollectionStatus, Entry};

use crate::export::LogLimits;
use crate::facts::{Elevation, Facts};
use crate::options::Talk;
use crate::outcome::words;
use crate::plan::role::{Naming, Role, Scope};
use crate::plan::row::{Origin, Row, SizeLimit};
use crate::plan::step::{self, Take};
use crate::plan::table;
use crate::recipient::Recipient;
use crate::runner::Progress;

/// The name and version of this program.
pub const PROGRAM: &str = concat!("kerbscope-collect ", env!("CARGO_PKG_VERSION"));

/// Prints while collecting, and remembers what did not go well.
pub struct Console<'a, W: Write> {
    out: W,
    talk: Talk,
    recipients: &'a [Recipient],
    /// Where the map will be; none where names stay as they are.
    map: Option<&'a Path>,
    collected: usize,
    absent: Vec<String>,
    missing: Vec<Missing>,
    removed: u32,
}

/// What to do with a bundle that everybody can open.
const READABLE: &str = "Look into\n\
    it if you like, all of it is readable, then give it to whoever makes the diagnosis:\n\
    they open it with kerbscope.\n";

/// What to do with one that is encrypted.
const UNREADABLE: &str = "It is\n\
    encrypted: you cannot look into it, though you wrote it. Give it to those it is encrypted\n\
    for: they open it with kerbscope. --list prints what is asked for.\n";

/// What a bundle without names holds.
const TOKENS: &str = "\nIn the zip, tokens such as host4kqz stand for names, SIDs and addresses. Names of sites and pools,\n\
    paths and who signed in when are in it as they are. Which token stands for which name is in\n";

/// What to do with its map.
const MAP: &str = "\nKeep that file, and send it to nobody: with it, kerbscope --map shows real names again, and\n\
    --pseudonymize-map gives the next computer the same tokens.\n\n";

/// As [`READABLE`] and [`UNREADABLE`], where two files were written, and only one is to be given away.
const READABLE_TOKENS: &str = "Look into the zip: a name that stands only in the middle of a sentence may be left in it. Then\n\
    give the zip, and nothing else, to whoever makes the diagnosis: they open it with kerbscope.\n";
const UNREADABLE_TOKENS: &str = "The zip is encrypted: you cannot look into it, though you wrote it. Give it, and nothing else, to\n\
    those it is encrypted for: they open it with kerbscope. --list prints what is asked for.\n";

/// A source may be a query of many lines.
const LONGEST_TITLE: usize = 70;

/// How many things are listed in one sentence.
const SHORT_LIST: usize = 4;

/// A step that brought nothing, or not everything.
struct Missing {
    title: String,
    status: CollectionStatus,
    detail: Option<String>,
}

/// How the visit went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harvest {
    /// Everything that is on the server was collected.
    Whole,
    /// Something is missing.
    Partial,
}

impl<'a, W: Write> Console<'a, W> {
    /// A console that has not said anything yet, about a bundle for these recipients.
    pub fn new(out: W, talk: Talk, recipients: &'a [Recipient]) -> Self {
        Self { out, talk, recipients, map: None, collected: 0, absent: Vec::new(), missing: Vec::new(), removed: 0 }
    }

    /// The same, about a bundle with tokens whose map will be there.
    #[must_use]
    pub fn with_map(self, map: &'a Path) -> Self {
        Self { map: Some(map), ..self }
    }

    /// Says that names become tokens now.
    pub fn rewrite(&mut self) {
        self.print("\nPutting tokens in the place of names ...\n");
    }

    /// Hears how a row was collected, and what of it is in the bundle: what cannot be rewritten is left out.
    pub fn rewritten(&mut self, collected: &Entry, entry: &Entry) {
        if collected.status == entry.status {
            return;
        }
        if collected.status == CollectionStatus::Collected {
            self.collected = self.collected.saturating_sub(1);
        }
        let title = ascii(collected.source.text());
        let title = title.get(..title.len().min(LONGEST_TITLE)).unwrap_or_default().to_owned();
        let detail = entry.detail.as_deref().map(ascii);
        self.missing.push(Missing { title, status: entry.status, detail });
    }

    /// A console that cannot be written to, closed or redirected to a full disk, does not stop the collecting.
    fn print(&mut self, text: &str) {
        if self.talk == Talk::Full {
            let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        }
    }

    /// Says what is going to happen.
    pub fn introduce(&mut self, facts: &Facts, scope: &Scope, target: &Path) {
        let host = ascii(facts.computer.as_deref().unwrap_or("this computer"));
        let mut text = format!(
            "{PROGRAM} on {host}\n\n\
             No setting of this computer is changed. Files are read, query tools of Windows are run, the\n\
             directory is asked, and what they say is written into one zip. Nothing is sent to anybody.\n\n\
             {}, of the last {} days.\n\
             --list prints every command, file and key.\n\n",
            collected(&scope.role),
            scope.logs.days,
        );
        if scope.probe {
            text.push_str(PROBES);
        }
        let _ = writeln!(text, "Writing to {}", ascii(&target.display().to_string()));
        if let Some(map) = self.map {
            let map = ascii(&map.display().to_string());
            let _ = writeln!(text, "with tokens for names; the real names go to\n{map}, which you keep.");
        }
        text.push_str(&encrypted_for(self.recipients));
        // A client is asked as the person for whom it fails, and that is no administrator.
        let wants_rights = !matches!(scope.role, Role::Client { .. });
        if facts.elevation == Elevation::Limited && wants_rights {
            text.push_str(
                "\nThis prompt is not elevated, so some evidence will be missing. To have all of it, run\n\
                 this again from a prompt that was started with \"Run as administrator\".\n",
            );
        }
        text.push('\n');
        self.print(&text);
    }

    /// Says what came of it; returns the same in one word.
    pub fn conclude(&mut self, facts: &Facts, target: &Path, bytes: u64) -> Harvest {
        let path = ascii(&target.display().to_string());
        let mut text = format!("\nWritten: {path} ({})\n", size(bytes));
        let secrets = match self.removed {
            0 => "No passwords or keys were found in the IIS configuration.".to_owned(),
            1 => "1 password or key was taken out of the IIS configuration.".to_owned(),
            many => format!("{many} passwords or keys were taken out of the IIS configuration."),
        };
        let _ = writeln!(text, "{} parts collected. {secrets}", self.collected);
        match self.absent.len() {
            0 => {}
            1..=SHORT_LIST => drop(writeln!(text, "Not on this server: {}.", self.absent.join(", "))),
            many => drop(writeln!(text, "Not on this server, as marked above: {many} parts.")),
        }
        if !self.missing.is_empty() {
            text.push_str("\nNot, or not wholly, collected:\n");
            for missing in &self.missing {
                let detail = missing.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
                let _ = writeln!(text, "  {}: {}{detail}", missing.title, words(missing.status));
            }
        }
        let denied = self.missing.iter().any(|missing| missing.status == CollectionStatus::AccessDenied);
        if denied && facts.elevation != Elevation::Elevated {
            text.push_str("\nAccess was denied: run it again from an elevated prompt to have it all.\n");
        }
        if !self.recipients.is_empty() {
            text.push('\n');
        }
        text.push_str(&encrypted_for(self.recipients));
        if let Some(map) = self.map {
            let _ = write!(text, "{TOKENS}  {}{MAP}", ascii(&map.display().to_string()));
            text.push_str(if self.recipients.is_empty() { READABLE_TOKENS } else { UNREADABLE_TOKENS });
        } else {
            text.push_str("\nThe zip holds names of accounts and servers, addresses, and who signed in when. ");
            text.push_str(if self.recipients.is_empty() { READABLE } else { UNREADABLE });
        }
        self.print(&text);
        if self.missing.is_empty() { Harvest::Whole } else { Harvest::Partial }
    }
}

impl<W: Write> Progress for Console<'_, W> {
    fn begin(&mut self, title: &str) {
        self.print(&format!("  {:.<46} ", ascii(title) + " "));
    }

    fn end(&mut self, title: &str, entry: &Entry) {
        let tenths = entry.duration_ms.div_ceil(100);
        let detail = entry.detail.as_deref().map(ascii);
        self.print(&format!("{:<18} {:>4}.{} s\n", words(entry.status), tenths / 10, tenths % 10));
        self.removed = self.removed.saturating_add(entry.redactions);
        match entry.status {
            CollectionStatus::Collected => self.collected += 1,
            CollectionStatus::NotPresent => self.absent.push(ascii(title)),
            status => self.missing.push(Missing { title: ascii(title), status, detail }),
        }
    }
}

/// What a visit brings home, in a sentence that the days of the event logs end.
const fn collected(role: &Role) -> &'static str {
    match role {
        Role::WebServer => {
            "Collected are: settings of IIS and its applications (passwords and keys are taken out), SPNs\n\
             and accounts in the directory, Kerberos tickets (no keys), registry values about Kerberos,\n\
             network, time and trusts, requests that failed (no query strings, no cookies), and from the\n\
             event logs what concerns signing in"
        }
        Role::Client { .. } => {
            "Collected are: Kerberos tickets (no keys), settings of browsers about signing in, who holds the\n\
             SPNs of the site, network, time and trusts, and from the event logs what concerns\n\
             signing in"
        }
        Role::DomainController { .. } => {
            "Collected are: network, time and trusts, settings of the KDC, and from the event logs the\n\
             tickets and NTLM sign-ins that concern the accounts named on the command line"
        }
    }
}

const PROBES: &str = "\
--probe: each binding of this server is asked what it offers, without signing in; and a ticket is
fetched for each name, which stays in the cache of this session as one of a browser would.

";

/// Everything that would be collected, as a table.
pub fn list(scope: &Scope) -> String {
    let logs = scope.logs;
    let mut text = format!("{:<58} {:<14} {:<21} {:>6} {:>7}\n", "what is asked", "by", "holds", "time", "size");
    for row in table::rows(scope) {
        let _ = writeln!(
            text,
            "{:<58} {:<14} {:<21} {:>4} s {:>4} MB",
            asked(row, logs),
            row.privilege.title(),
            row.sensitivity.title(),
            row.time_limit.as_secs(),
            match row.size_limit {
                SizeLimit::Bytes(bytes) => bytes,
                SizeLimit::EventLog => logs.bytes,
            } >> 20,
        );
    }
    for row in table::rows(scope) {
        match row.origin {
            Origin::EventLog(log) => {
                let export = log.export_about(u64::from(logs.days).saturating_mul(24), scope.role.accounts());
                let _ = match scope.naming {
                    Naming::Real => {
                        write!(text, "\n{} events, else a copy of {}:\n  {export}\n", log.name(), log.file())
                    }
                    Naming::Tokens => {
                        write!(text, "\n{} events as XML:\n  {}\n", log.name(), export.xml_source().text())
                    }
                };
            }
            Origin::Directory(question) => {
                let name = row.subject.placeholder();
                let title = row.title.replace("{}", name);
                let (place, filter, attributes) = (question.place(), question.filter(name), question.attributes());
                let _ = write!(text, "\n{title}, LDAP, in {place}:\n  {filter}: {}\n", attributes.join(", "));
            }
            Origin::Registry(keys) => {
                let _ = write!(text, "\n{}:\n", row.title);
                for key in keys {
                    let _ = writeln!(text, "  {key}");
                }
            }
            _ => {}
        }
    }
    text
}

fn asked(row: &'static Row, logs: LogLimits) -> String {
    match row.about("", row.subject.placeholder()).take {
        // Not its `Display`: that puts quotes around a placeholder.
        Take::Program(command, _) => format!("{} {}", command.program, command.arguments.join(" ")),
        Take::File(path, _) => path,
        Take::Requests(folder, begins) => step::logs_in(&folder, begins),
        Take::HttpHead(request) => request.to_string(),
        Take::OldestEvent(_) | Take::Tickets(_) | Take::Registry(_) => row.title.to_owned(),
        Take::EventLog(log) => format!("{} events of the last {} days", log.name(), logs.days),
        // Not its URL: that would spell a placeholder in percent signs.
        Take::Directory(question, name) => format!("LDAP {}", question.filter(&name)),
        Take::LeftOut(source, _) => source.text().to_owned(),
    }
}

/// For whom the bundle is encrypted, one in a line; nothing when it is not.
fn encrypted_for(recipients: &[Recipient]) -> String {
    if recipients.is_empty() {
        return String::new();
    }
    recipients.iter().fold("Encrypted, to be opened only by the holder of\n".to_owned(), |mut text, recipient| {
        let _ = writeln!(text, "  {recipient}");
        text
    })
}

/// What a program says of itself that has recipients baked in.
pub fn always(recipients: &[Recipient]) -> String {
    if recipients.is_empty() {
        return String::new();
    }
    format!("\nThis copy always encrypts, and nothing turns that off.\n{}", encrypted_for(recipients))
}

/// What is said about a copy with recipients baked in.
pub fn baked(copy: &Path, recipients: &[Recipient]) -> String {
    format!(
        "Written: {}, a copy of this program.\nWhat it writes is always encrypted; whoever runs it needs no option.\n{}",
        ascii(&copy.display().to_string()),
        encrypted_for(recipients),
    )
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..0x0010_0000 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{} MB", bytes.div_ceil(1 << 20)),
    }
}

/// Text of the server, safe for any console: what is not printable ASCII becomes `?`.
pub fn ascii(text: &str) -> String {
    text.chars().map(|character| if matches!(character, ' '..='~') { character } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGS: LogLimits = LogLimits { days: 7, bytes: 64 << 20 };

    #[test]
    fn the_plan_shows_every_row_in_ascii() {
        let scope = Scope { logs: LOGS, ..Scope::default() };
        let text = list(&scope);
        assert!(text.is_ascii());
        for line in ["setspn -L <pool account>", "setspn -Q HTTP/<name>", "klist -li 0x3e7", "wevtutil epl System"] {
            assert!(text.contains(line), "{text}");
        }
        assert!(text.lines().take(table::rows(&scope).count() + 1).all(|line| line.len() <= 120), "{text}");
    }

    #[test]
    fn nothing_of_the_server_controls_the_console() {
        assert_eq!(ascii("a\x1b[31mb\u{202e}\u{fc}\n"), "a?[31mb???");
    }

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!([size(7), size(1025), size(5 << 20)], ["7 bytes", "2 KB", "5 MB"]);
    }

    #[test]
    fn quiet_is_quiet() {
        let mut out = Vec::new();
        let mut console = Console::new(&mut out, Talk::Quiet, &[]);
        console.introduce(&Facts::default(), &Scope::default(), Path::new("a.zip"));
        console.begin("x");
        assert_eq!(console.conclude(&Facts::default(), Path::new("a.zip"), 1), Harvest::Whole);
        assert!(out.is_empty());
    }

    #[test]
    fn each_visit_says_what_it_will_take_and_only_a_client_needs_no_rights() {
        let intro = |role: Role, probe: bool| {
            let mut out = Vec::new();
            let facts = Facts { elevation: Elevation::Limited, ..Facts::default() };
            let scope = Scope { role, probe, ..Scope::default() };
            Console::new(&mut out, Talk::Full, &[]).introduce(&facts, &scope, Path::new("a.zip"));
            let text = String::from_utf8(out).expect("text");
            assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 100), "{text}");
            text
        };
        let server = intro(Role::WebServer, true);
        assert!(server.contains("requests that failed") && server.contains("Run as administrator"), "{server}");
        assert!(server.contains("--probe: each binding"), "{server}");
        let client = intro(Role::Client { host: "web01".to_owned() }, false);
        assert!(client.contains("settings of browsers") && !client.contains("Run as administrator"), "{client}");
        assert!(!client.contains("--probe"), "{client}");
        assert!(intro(Role::DomainController { accounts: Vec::new() }, false).contains("KDC"));
    }
}

//! The plan: everything the collector asks a server for, one row each.

use std::collections::BTreeSet;
use std::time::Duration;

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::Source;

use crate::argument::{self, Use};
use crate::event_log::EventLog;
use crate::facts::Facts;
use crate::host::Command;
use crate::sites::{self, Names};

/// One row of the plan. `{}` stands for the name that the row is asked about.
#[derive(Debug)]
pub struct Row {
    /// Its name in this program; never shown to tell a story, never reused.
    pub id: &'static str,
    /// What the administrator reads.
    pub title: &'static str,
    /// What kind of artifact it brings.
    pub kind: ArtifactKind,
    /// The file name in the folder of its kind.
    pub file_name: &'static str,
    /// Where it comes from.
    pub origin: Origin,
    /// What it is asked about.
    pub subject: Subject,
    /// Who may ask.
    pub privilege: Privilege,
    /// When a program is ended.
    pub time_limit: Duration,
    /// How much is kept.
    pub size_limit: SizeLimit,
    /// What is in it that a customer may care about.
    pub sensitivity: Sensitivity,
}

/// Where an artifact comes from.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// The configuration of IIS at this path; secrets are taken out.
    Configuration(&'static str),
    /// What a program of Windows prints.
    Program {
        /// The program.
        name: &'static str,
        /// Its arguments.
        arguments: &'static [&'static str],
        /// The exit codes with which it may end and be right.
        good_exits: &'static [i32],
    },
    /// An export of an event log.
    EventLog(EventLog),
}

/// What a row is asked about; one step for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The server as a whole.
    Server,
    /// The short name of the server.
    ComputerName,
    /// Each account of an application pool.
    PoolAccount,
    /// Each name under which sites are reached: the short and the full name of the server, and host headers.
    Name,
}

impl Subject {
    /// What stands for the name in the printed plan.
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::Server => "",
            Self::ComputerName => "<computer>",
            Self::PoolAccount => "<pool account>",
            Self::Name => "<name>",
        }
    }

    const fn used_as(self) -> Use {
        match self {
            Self::PoolAccount => Use::Account,
            _ => Use::Host,
        }
    }

    fn of<'a>(self, facts: &'a Facts, subjects: &'a Subjects) -> Vec<&'a str> {
        let list = match self {
            Self::Server => return vec![""],
            Self::ComputerName => return facts.computer.as_deref().into_iter().collect(),
            Self::PoolAccount => &subjects.pool_accounts,
            Self::Name => &subjects.names,
        };
        list.iter().map(String::as_str).collect()
    }
}

/// Who may read an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privilege {
    /// Everybody who is signed in.
    User,
    /// Everybody with a domain account.
    DomainUser,
    /// Administrators of the server, from an elevated prompt.
    Administrator,
}

impl Privilege {
    /// What the administrator reads.
    pub const fn title(self) -> &'static str {
        match self {
            Self::User => "any user",
            Self::DomainUser => "domain user",
            Self::Administrator => "administrator",
        }
    }
}

/// How much of an artifact is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeLimit {
    /// So many bytes.
    Bytes(u64),
    /// As many as the command line says for event logs.
    EventLog,
}

/// What is in an artifact that a customer may care about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    /// Settings, with every secret taken out.
    Settings,
    /// Names of servers, accounts and domains, and addresses.
    Names,
    /// Who signed in when, and from where.
    Logons,
}

impl Sensitivity {
    /// What the administrator reads.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Settings => "settings, no secrets",
            Self::Names => "names, addresses",
            Self::Logons => "who signed in when",
        }
    }
}

const fn setspn(arguments: &'static [&'static str]) -> Origin {
    // `setspn -X` ends with 1 even when all went well (seen on Server 2022), and `-Q` so tells that nobody holds
    // the SPN. What it printed is evidence either way.
    Origin::Program { name: "setspn", arguments, good_exits: &[0, 1] }
}

const fn program(name: &'static str, arguments: &'static [&'static str]) -> Origin {
    Origin::Program { name, arguments, good_exits: &[0] }
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

const fn mib(count: u64) -> SizeLimit {
    SizeLimit::Bytes(count << 20)
}

/// Every row, in the order in which it is asked. The configuration comes first: later rows ask about its names.
pub const TABLE: &[Row] = &[
    Row {
        id: "iis-config",
        title: "IIS configuration",
        kind: ArtifactKind::IisConfig,
        file_name: "applicationHost.config",
        origin: Origin::Configuration(r"%SystemRoot%\System32\inetsrv\config\applicationHost.config"),
        subject: Subject::Server,
        privilege: Privilege::Administrator,
        time_limit: seconds(30),
        size_limit: mib(16),
        sensitivity: Sensitivity::Settings,
    },
    Row {
        id: "ipconfig",
        title: "network configuration",
        kind: ArtifactKind::Ipconfig,
        file_name: "ipconfig.txt",
        origin: program("ipconfig", &["/all"]),
        subject: Subject::Server,
        privilege: Privilege::User,
        time_limit: seconds(30),
        size_limit: mib(1),
        sensitivity: Sensitivity::Names,
    },
    Row {
        id: "systeminfo",
        title: "system information",
        kind: ArtifactKind::Systeminfo,
        file_name: "systeminfo.txt",
        origin: program("systeminfo", &[]),
        subject: Subject::Server,
        privilege: Privilege::User,
        time_limit: seconds(120),
        size_limit: mib(1),
        sensitivity: Sensitivity::Names,
    },
    Row {
        id: "klist-current",
        title: "Kerberos tickets of this session",
        kind: ArtifactKind::Klist,
        file_name: "current.txt",
        origin: program("klist", &[]),
        subject: Subject::Server,
        privilege: Privilege::User,
        time_limit: seconds(30),
        size_limit: mib(1),
        sensitivity: Sensitivity::Names,
    },
    Row {
        id: "klist-machine",
        title: "Kerberos tickets of the server",
        kind: ArtifactKind::Klist,
        file_name: "machine.txt",
        origin: program("klist", &["-li", "0x3e7"]),
        subject: Subject::Server,
        privilege: Privilege::Administrator,
        time_limit: seconds(30),
        size_limit: mib(1),
        sensitivity: Sensitivity::Names,
    },
    Row {
        id: "spns-of-computer",
        title: "SPNs of the server",
        kind: ArtifactKind::Setspn,
        file_name: "list-{}.txt",
        origin: setspn(&["-L", "{}"]),
        subject: Subject::ComputerName,
        privilege: Privilege::DomainUser,
        time_limit: seconds(60),
        size_limit: mib(4),
        sensitivity: Sensitivity::Names,
    },
    Row {
        id: "spns-of-pool-account",
        title: "SPNs of {}",
        kind: ArtifactKind::Setspn,
        file_name: "list-{}.txt",
        origin: setspn(&["-L", "{}"]),
        subject: Subject::PoolAccount,
        privilege: Privilege::DomainUser,
        time_limit: seconds(60),
        size_limit: mib(4),
        sensitivity: Sensitivity::Names,
    },
    Row {
        id: "holders-of-http",
        title: "holder of HTTP/{}",
        kind: ArtifactKind::Setspn,
        file_name: "query-HTTP-{}.txt",
        origin: setspn(&["-Q", "HTTP/{}"]),
        subject: Subject::Name,
        privilege: Privilege::DomainUser,
        time_limit: seconds(60),
        size_limit: mib(4),
        sensitivity: Sensitivity::Names,
    },
    // Where nobody holds `HTTP/<name>`, the KDC takes the holder of `HOST/<name>`: that nobody holds the SPN can
    // only be said after both searches, so both are made for the same names.
    Row {
        id: "holders-of-host",
        title: "holder of HOST/{}",
        kind: ArtifactKind::Setspn,
        file_name: "query-HOST-{}.txt",
        origin: setspn(&["-Q", "HOST/{}"]),
        subject: Subject::Name,
        privilege: Privilege::DomainUser,
        time_limit: seconds(60),
        size_limit: mib(4),
        sensitivity: Sensitivity::Names,
    },
    Row {
        id: "name-lookup",
        title: "address of {}",
        kind: ArtifactKind::Nslookup,
        file_name: "{}.txt",
        // It ends with 1 when there is no such name, which is an answer.
        origin: Origin::Program { name: "nslookup", arguments: &["{}"], good_exits: &[0, 1] },
        subject: Subject::Name,
        privilege: Privilege::User,
        time_limit: seconds(30),
        size_limit: mib(1),
        sensitivity: Sensitivity::Names,
    },
    Row {
        id: "duplicate-spns",
        title: "duplicate SPNs of the domain",
        kind: ArtifactKind::Setspn,
        file_name: "duplicates.txt",
        origin: setspn(&["-X"]),
        subject: Subject::Server,
        privilege: Privilege::DomainUser,
        time_limit: seconds(300),
        size_limit: mib(16),
        sensitivity: Sensitivity::Names,
    },
    Row {
        id: "system-log",
        title: "System event log",
        kind: ArtifactKind::EventLog,
        file_name: "System.evtx",
        origin: Origin::EventLog(EventLog::System),
        subject: Subject::Server,
        privilege: Privilege::Administrator,
        time_limit: seconds(120),
        size_limit: SizeLimit::EventLog,
        sensitivity: Sensitivity::Names,
    },
    Row {
        id: "security-log",
        title: "Security event log",
        kind: ArtifactKind::EventLog,
        file_name: "Security.evtx",
        origin: Origin::EventLog(EventLog::Security),
        subject: Subject::Server,
        privilege: Privilege::Administrator,
        time_limit: seconds(300),
        size_limit: SizeLimit::EventLog,
        sensitivity: Sensitivity::Logons,
    },
];

/// A row, asked about one name.
#[derive(Clone, Debug)]
pub struct Step {
    /// The row.
    pub row: &'static Row,
    /// What the administrator reads.
    pub title: String,
    /// The file name in the folder of its kind.
    pub file_name: String,
    /// What is done.
    pub take: Take,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// Reads the configuration of IIS.
    Configuration(String),
    /// Runs a program.
    Program(Command, &'static [i32]),
    /// Exports an event log.
    EventLog(EventLog),
    /// Nothing; here is what would have been asked, and why it is not.
    LeftOut(Source, &'static str),
}

/// The names that rows are asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subjects {
    pool_accounts: Vec<String>,
    names: Vec<String>,
}

impl Subjects {
    /// Puts together what the server says of itself and what its configuration says.
    ///
    /// The names of the server are asked about even where every binding has a host header: for a name that is an
    /// alias in DNS, the browser asks for what it stands for, mostly the server. They come first, so that no number
    /// of host headers crowds them out.
    pub fn new(facts: &Facts, names: Option<&Names>) -> Self {
        let mut subjects = Self::default();
        for name in facts.computer.iter().cloned().chain(facts.full_name()) {
            sites::add(&mut subjects.names, &name);
        }
        if let Some(names) = names {
            subjects.pool_accounts.clone_from(&names.pool_accounts);
            names.host_headers.iter().for_each(|name| sites::add(&mut subjects.names, name));
        }
        subjects
    }
}

/// The step that everything else is derived from.
pub fn first(facts: &Facts) -> Vec<Step> {
    steps(TABLE.iter().take(1), facts, &Subjects::default())
}

/// All other steps.
pub fn rest(facts: &Facts, subjects: &Subjects) -> Vec<Step> {
    steps(TABLE.iter().skip(1), facts, subjects)
}

/// How many names one row is asked about at most; a server with more is a hosting provider's.
pub const NAMES_PER_ROW: usize = 60;

fn steps(rows: impl Iterator<Item = &'static Row>, facts: &Facts, subjects: &Subjects) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut taken = BTreeSet::new();
    for row in rows {
        for (number, name) in row.subject.of(facts, subjects).into_iter().enumerate() {
            let mut step = row.about(name);
            if row.subject != Subject::Server && !argument::is_safe(name, row.subject.used_as()) {
                step = step.left_out("the name has characters that are not given to a program");
            } else if number >= NAMES_PER_ROW {
                step = step.left_out("there are more names than are asked about");
            }
            step.make_unique(&mut taken);
            steps.push(step);
        }
    }
    steps
}

impl Row {
    /// This row, asked about one name, which is not yet checked.
    pub fn about(&'static self, name: &str) -> Step {
        let take = match self.origin {
            Origin::Configuration(path) => Take::Configuration(path.to_owned()),
            Origin::Program { name: program, arguments, good_exits } => {
                let arguments = arguments.iter().map(|argument| argument.replace("{}", name));
                Take::Program(Command::printing(program, arguments), good_exits)
            }
            Origin::EventLog(log) => Take::EventLog(log),
        };
        let file_name = argument::file_name(self.kind, self.file_name, name);
        Step { row: self, title: self.title.replace("{}", name), file_name, take }
    }
}

impl Step {
    fn left_out(self, why: &'static str) -> Self {
        let source = match &self.take {
            Take::Configuration(path) => Source::File(path.clone()),
            Take::Program(command, _) => Source::Command(command.to_string()),
            Take::EventLog(log) => Source::File(log.file()),
            Take::LeftOut(source, _) => source.clone(),
        };
        Self { take: Take::LeftOut(source, why), ..self }
    }

    /// Two names may differ only in what a file name cannot hold.
    fn make_unique(&mut self, taken: &mut BTreeSet<String>) {
        let key = |file_name: &str, row: &Row| format!("{}/{}", row.kind.folder(), file_name.to_lowercase());
        let original = self.file_name.clone();
        let mut number = 2;
        while !taken.insert(key(&self.file_name, self.row)) {
            self.file_name = format!("{number}-{original}");
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts { computer: Some("WEB01".to_owned()), domain: Some("contoso.com".to_owned()), ..Facts::default() }
    }

    fn names(pool_accounts: &[&str], host_headers: &[&str]) -> Names {
        let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        Names { pool_accounts: owned(pool_accounts), host_headers: owned(host_headers) }
    }

    fn line(step: &Step) -> String {
        match &step.take {
            Take::Configuration(path) => path.clone(),
            Take::Program(command, _) => command.to_string(),
            Take::EventLog(log) => format!("export {}", log.name()),
            Take::LeftOut(source, _) => format!("not: {}", source.text()),
        }
    }

    fn check(facts: &Facts, names: Option<&Names>, expected: &[(&str, &str)]) {
        let steps = rest(facts, &Subjects::new(facts, names));
        let found: Vec<_> = steps
            .iter()
            .filter(|step| step.row.subject != Subject::Server)
            .map(|step| (line(step), format!("{}/{}", step.row.kind.folder(), step.file_name)))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(line, path)| ((*line).to_owned(), (*path).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_configuration_is_asked_for_first() {
        let steps = first(&facts());
        assert_eq!(steps.iter().map(|step| step.row.id).collect::<Vec<_>>(), ["iis-config"]);
    }

    #[test]
    fn names_of_the_configuration_become_steps() {
        check(
            &facts(),
            Some(&names(&[r"CONTOSO\svc-web"], &["www.contoso.com"])),
            &[
                ("setspn -L WEB01", "setspn/list-WEB01.txt"),
                (r"setspn -L CONTOSO\svc-web", "setspn/list-CONTOSO_svc-web.txt"),
                ("setspn -Q HTTP/WEB01", "setspn/query-HTTP-WEB01.txt"),
                ("setspn -Q HTTP/WEB01.contoso.com", "setspn/query-HTTP-WEB01.contoso.com.txt"),
                ("setspn -Q HTTP/www.contoso.com", "setspn/query-HTTP-www.contoso.com.txt"),
                ("setspn -Q HOST/WEB01", "setspn/query-HOST-WEB01.txt"),
                ("setspn -Q HOST/WEB01.contoso.com", "setspn/query-HOST-WEB01.contoso.com.txt"),
                ("setspn -Q HOST/www.contoso.com", "setspn/query-HOST-www.contoso.com.txt"),
                ("nslookup WEB01", "nslookup/WEB01.txt"),
                ("nslookup WEB01.contoso.com", "nslookup/WEB01.contoso.com.txt"),
                ("nslookup www.contoso.com", "nslookup/www.contoso.com.txt"),
            ],
        );
    }

    #[test]
    fn each_name_is_asked_about_once() {
        let check = |names: Option<&Names>, expected: &[&str]| {
            assert_eq!(Subjects::new(&facts(), names).names, expected);
        };
        check(None, &["WEB01", "WEB01.contoso.com"]);
        check(
            Some(&names(&[], &["web01", "app.contoso.com", "web01.contoso.com"])),
            &["WEB01", "WEB01.contoso.com", "app.contoso.com"],
        );
    }

    #[test]
    fn who_is_searched_as_http_is_searched_as_host() {
        let app = names(&[], &["app.contoso.com", "*.contoso.com"]);
        for names in [None, Some(&app)] {
            let steps = rest(&facts(), &Subjects::new(&facts(), names));
            let about = |id: &str, class: &str| -> Vec<String> {
                steps.iter().filter(|step| step.row.id == id).map(|step| line(step).replace(class, "")).collect()
            };
            assert_eq!(about("holders-of-http", "HTTP/"), about("holders-of-host", "HOST/"));
        }
    }

    #[test]
    fn a_name_that_is_more_than_a_name_is_left_out() {
        let workgroup = Facts::default();
        check(
            &workgroup,
            Some(&names(&["x & del *"], &["*.contoso.com", "-D"])),
            &[
                (r#"not: setspn -L "x & del *""#, "setspn/list-x___del__.txt"),
                (r#"not: setspn -Q "HTTP/*.contoso.com""#, "setspn/query-HTTP-_.contoso.com.txt"),
                ("not: setspn -Q HTTP/-D", "setspn/query-HTTP--D.txt"),
                (r#"not: setspn -Q "HOST/*.contoso.com""#, "setspn/query-HOST-_.contoso.com.txt"),
                ("not: setspn -Q HOST/-D", "setspn/query-HOST--D.txt"),
                (r#"not: nslookup "*.contoso.com""#, "nslookup/_.contoso.com.txt"),
                ("not: nslookup -D", "nslookup/-D.txt"),
            ],
        );
    }

    #[test]
    fn names_without_number_are_asked_about_up_to_a_limit() {
        let many: Vec<String> = (0..NAMES_PER_ROW + 5).map(|number| format!("site{number}.contoso.com")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let steps = rest(&facts(), &Subjects::new(&facts(), Some(&names(&[], &many))));
        let (left_out, asked): (Vec<_>, Vec<_>) = steps
            .iter()
            .filter(|step| step.row.id == "holders-of-http")
            .partition(|step| matches!(step.take, Take::LeftOut(..)));
        assert_eq!((asked.len(), left_out.len()), (NAMES_PER_ROW, 7), "the server has two names");
        assert!(asked.iter().any(|step| line(step) == "setspn -Q HTTP/WEB01.contoso.com"));
    }

    #[test]
    fn file_names_are_unique_on_systems_that_ignore_case() {
        let alike = names(&[r"A\b", "A_b", "a_B$"], &[]);
        let steps = rest(&facts(), &Subjects::new(&facts(), Some(&alike)));
        let mut paths = BTreeSet::new();
        for step in &steps {
            assert!(paths.insert(format!("{}/{}", step.row.kind.folder(), step.file_name.to_lowercase())));
        }
    }

    #[test]
    fn every_row_has_its_own_id_and_a_safe_file_name() {
        let ids: BTreeSet<_> = TABLE.iter().map(|row| row.id).collect();
        assert_eq!(ids.len(), TABLE.len());
        for row in TABLE {
            assert_eq!(row.file_name.contains("{}"), row.subject != Subject::Server, "{}", row.id);
            assert_eq!(argument::file_name(row.kind, row.file_name, "x"), row.file_name.replace("{}", "x"));
        }
    }
}

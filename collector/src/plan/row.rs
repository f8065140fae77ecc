//! What a row of the plan is: where it comes from, about what, who may ask, and how much is kept.

use std::time::Duration;

use kerbscope_shared::kind::ArtifactKind;

use crate::directory::question::Question;
use crate::event_log::EventLog;
use crate::logon_sessions::Sessions;
use crate::registry::Key;

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
    /// A file at this path, which may begin with a variable such as `%SystemRoot%`. `{}` stands for a folder.
    File(&'static str, Treatment),
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
    /// The head of the oldest event of a log.
    OldestEvent(EventLog),
    /// Tickets, as LSA lists them.
    Tickets(Sessions),
    /// Values of these keys of the registry.
    Registry(&'static [Key]),
    /// The head of the response to a request that nobody signs in for.
    HttpHead,
    /// Requests that failed, and their neighbors, from the logs in a folder. `{}` stands for a folder.
    Requests {
        /// The folder.
        folder: &'static str,
        /// How the names of its logs begin; a date follows, so that their names stand in the order of time.
        begins: &'static [&'static str],
    },
    /// An answer of the directory of the domain.
    Directory(Question),
}

/// What is done with a file before it leaves the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Nothing.
    Plain,
    /// Secrets are taken out; a file that is not understood well enough stays where it is.
    Redacted,
    /// As [`Treatment::Redacted`], and only what concerns signing in stays.
    SecuritySections,
    /// Its end, from the beginning of a line, as much as the limit allows.
    End,
    /// `Firefox`: the lines of `prefs.js` about integrated authentication.
    NegotiateLines,
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
    /// Each account that a domain controller is asked about, without its domain.
    NamedAccount,
    /// Each account that was found to hold one of the SPNs, and of which not all is known yet.
    Holder,
    /// Each account of the domain that was found: the server, pool accounts, holders.
    Account,
    /// The domain of the server.
    Domain,
    /// The folder of a configuration that several servers share.
    SharedFolder,
    /// The folder of each application.
    Application,
    /// Each place where a site answers.
    Binding,
    /// The folder with the logs of each site.
    SiteLog,
    /// The folder of each profile of Firefox.
    FirefoxProfile,
}

impl Subject {
    /// What stands for the name in the printed plan.
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::Server => "",
            Self::ComputerName => "<computer>",
            Self::PoolAccount => "<pool account>",
            Self::Name => "<name>",
            Self::NamedAccount | Self::Account => "<account>",
            Self::Holder => "<holder>",
            Self::Domain => "<domain>",
            Self::SharedFolder => "<folder of the shared configuration>",
            Self::Application => "<folder of the application>",
            Self::Binding => "<binding>",
            Self::SiteLog => "<folder with the logs of the site>",
            Self::FirefoxProfile => "<folder of the profile>",
        }
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

/// A file of the server that everybody may read, for rows that say what is different.
pub(super) const SERVER_FILE: Row = Row {
    id: "",
    title: "",
    kind: ArtifactKind::HostsFile,
    file_name: "",
    origin: Origin::File("", Treatment::Plain),
    subject: Subject::Server,
    privilege: Privilege::User,
    time_limit: seconds(30),
    size_limit: mib(1),
    sensitivity: Sensitivity::Names,
};

/// What a program prints for everybody, for rows that say what is different.
pub(super) const SERVER_PROGRAM: Row = Row { origin: program("", &[]), ..SERVER_FILE };

pub(super) const fn setspn(arguments: &'static [&'static str]) -> Origin {
    // `setspn -X` ends with 1 even when all went well (seen on Server 2022), and `-Q` so tells that nobody holds
    // the SPN. What it printed is evidence either way.
    Origin::Program { name: "setspn", arguments, good_exits: &[0, 1] }
}

pub(super) const fn program(name: &'static str, arguments: &'static [&'static str]) -> Origin {
    Origin::Program { name, arguments, good_exits: &[0] }
}

pub(super) const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(super) const fn mib(count: u64) -> SizeLimit {
    SizeLimit::Bytes(count << 20)
}

//! What a row of the plan is: where it comes from, about what, who may ask, and how much is kept.

use std::time::Duration;

use kerbscope_shared::kind::ArtifactKind;

use crate::event_log::EventLog;

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

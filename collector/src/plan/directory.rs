//! What the directory is asked about the accounts that sign-in depends on.

use kerbscope_shared::kind::ArtifactKind;

use crate::directory::question::Question;
use crate::plan::row::{Origin, Privilege, Row, SERVER_FILE, Subject, mib, seconds};

/// A question about a single entry, for rows that say what is different.
const ENTRY: Row =
    Row { kind: ArtifactKind::Directory, privilege: Privilege::DomainUser, time_limit: seconds(30), ..SERVER_FILE };

/// A search through the whole forest.
const FOREST: Row = Row { time_limit: seconds(60), size_limit: mib(4), ..ENTRY };

/// What the domain says of itself. The later rows rest on it.
pub const OF_THE_DOMAIN: &[Row] = &[
    Row {
        id: "directory-server",
        title: "directory server and its clock",
        file_name: "root-dse.ldif",
        origin: Origin::Directory(Question::Server),
        privilege: Privilege::User,
        time_limit: seconds(15),
        ..ENTRY
    },
    Row {
        id: "directory-domains",
        title: "domains of the forest",
        file_name: "partitions.ldif",
        origin: Origin::Directory(Question::Domains),
        ..ENTRY
    },
    Row {
        id: "directory-host-classes",
        title: "what HOST stands for in SPNs",
        file_name: "spn-mappings.ldif",
        origin: Origin::Directory(Question::HostClasses),
        ..ENTRY
    },
    Row {
        id: "directory-domain",
        title: "policy of the domain for passwords",
        file_name: "domain.ldif",
        origin: Origin::Directory(Question::Domain),
        ..ENTRY
    },
    Row {
        id: "directory-trusts",
        title: "trusts of the domain",
        file_name: "trusts.ldif",
        origin: Origin::Directory(Question::Trusts),
        ..ENTRY
    },
];

/// The accounts whose keys a web server has.
pub const OF_THE_SERVER: &[Row] = &[
    Row {
        id: "directory-computer",
        title: "account of the server",
        file_name: "computer-{}.ldif",
        origin: Origin::Directory(Question::Computer),
        subject: Subject::ComputerName,
        ..ENTRY
    },
    Row {
        id: "directory-pool-account",
        title: "account {}",
        file_name: "account-{}.ldif",
        origin: Origin::Directory(Question::PoolAccount),
        subject: Subject::PoolAccount,
        ..ENTRY
    },
];

/// The accounts that a domain controller is asked about.
pub const OF_NAMED_ACCOUNTS: &[Row] = &[Row {
    id: "directory-named-account",
    title: "account {}",
    file_name: "account-{}.ldif",
    origin: Origin::Directory(Question::NamedAccount),
    subject: Subject::NamedAccount,
    ..ENTRY
}];

/// Who holds the SPNs of the names under which sites are reached.
pub const OF_NAMES: &[Row] = &[
    Row {
        id: "directory-owners-of-http",
        title: "owner of HTTP/{} in the forest",
        file_name: "owners-HTTP-{}.ldif",
        origin: Origin::Directory(Question::Owners("HTTP")),
        subject: Subject::Name,
        ..FOREST
    },
    Row {
        id: "directory-owners-of-host",
        title: "owner of HOST/{} in the forest",
        file_name: "owners-HOST-{}.ldif",
        origin: Origin::Directory(Question::Owners("HOST")),
        subject: Subject::Name,
        ..FOREST
    },
    // Some clients put the port into the SPN, and some administrators register it so.
    Row {
        id: "directory-owners-of-http-with-port",
        title: "owner of HTTP/{} with a port",
        file_name: "ports-HTTP-{}.ldif",
        origin: Origin::Directory(Question::OwnersWithPort("HTTP")),
        subject: Subject::Name,
        ..FOREST
    },
];

/// What else is to be known about the accounts that were found.
pub const OF_ACCOUNTS: &[Row] = &[
    Row {
        id: "directory-holder",
        title: "account {}",
        file_name: "holder-{}.ldif",
        origin: Origin::Directory(Question::Holder),
        subject: Subject::Holder,
        ..ENTRY
    },
    Row {
        id: "directory-protected-users",
        title: "whether {} is a protected user",
        file_name: "protected-users-{}.ldif",
        origin: Origin::Directory(Question::ProtectedUsers),
        subject: Subject::Account,
        ..ENTRY
    },
];

//! Who holds which SPN.

use kerbscope_shared::kind::ArtifactKind;

use crate::plan::row::{Privilege, Row, Sensitivity, Subject, mib, seconds, setspn};

/// Which SPNs the accounts of a web server hold, and which SPNs several accounts hold.
pub const OF_THE_SERVER: &[Row] = &[
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
];

/// Who holds the SPNs that browsers ask for.
pub const OF_NAMES: &[Row] = &[
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
];

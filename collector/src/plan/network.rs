//! What ties the server to its domain: its clock, its secure channel, the trusts, names that are set by hand.

use kerbscope_shared::kind::ArtifactKind;

use crate::plan::row::{
    Origin, Privilege, Row, SERVER_FILE, SERVER_PROGRAM, Sensitivity, Subject, Treatment, mib, program, seconds,
};

/// The rows of this family, in the order in which they are asked.
///
/// Nothing here resets or repairs: no `nltest /sc_reset`, no `/sc_verify`, which may do the same, no `w32tm /resync`.
pub const ROWS: &[Row] = &[
    Row {
        id: "hosts-file",
        title: "hosts file",
        kind: ArtifactKind::HostsFile,
        file_name: "hosts.txt",
        origin: Origin::File(r"%SystemRoot%\System32\drivers\etc\hosts", Treatment::Plain),
        ..SERVER_FILE
    },
    Row {
        id: "time-status",
        title: "state of the time service",
        kind: ArtifactKind::W32tm,
        file_name: "status.txt",
        origin: program("w32tm", &["/query", "/status", "/verbose"]),
        ..SERVER_PROGRAM
    },
    Row {
        id: "time-configuration",
        title: "settings of the time service",
        kind: ArtifactKind::W32tm,
        file_name: "configuration.txt",
        origin: program("w32tm", &["/query", "/configuration"]),
        privilege: Privilege::Administrator,
        ..SERVER_PROGRAM
    },
    Row {
        id: "time-offset",
        title: "offset of the clock to {}",
        kind: ArtifactKind::W32tm,
        file_name: "offset-{}.txt",
        origin: program("w32tm", &["/stripchart", "/computer:{}", "/samples:3", "/dataonly"]),
        subject: Subject::Domain,
        ..SERVER_PROGRAM
    },
    Row {
        id: "secure-channel",
        title: "secure channel to {}",
        kind: ArtifactKind::Nltest,
        file_name: "secure-channel-{}.txt",
        origin: program("nltest", &["/sc_query:{}"]),
        subject: Subject::Domain,
        privilege: Privilege::Administrator,
        ..SERVER_PROGRAM
    },
    Row {
        id: "key-distribution-center",
        title: "domain controller of {}",
        kind: ArtifactKind::Nltest,
        file_name: "kdc-{}.txt",
        origin: program("nltest", &["/dsgetdc:{}", "/kdc"]),
        subject: Subject::Domain,
        privilege: Privilege::DomainUser,
        ..SERVER_PROGRAM
    },
    Row {
        id: "trusts",
        title: "trusted domains",
        kind: ArtifactKind::Nltest,
        file_name: "trusts.txt",
        origin: program("nltest", &["/domain_trusts"]),
        privilege: Privilege::DomainUser,
        ..SERVER_PROGRAM
    },
    Row {
        id: "netlogon-log",
        title: "Netlogon log",
        kind: ArtifactKind::NetlogonLog,
        file_name: "netlogon.log",
        origin: Origin::File(r"%SystemRoot%\debug\netlogon.log", Treatment::End),
        privilege: Privilege::Administrator,
        time_limit: seconds(30),
        size_limit: mib(5),
        sensitivity: Sensitivity::Logons,
        ..SERVER_FILE
    },
];

//! Which Kerberos tickets there are; as LSA lists them, and as the tool of Windows prints them.

use kerbscope_shared::kind::ArtifactKind;

use crate::logon_sessions::Sessions;
use crate::plan::row::{Origin, Privilege, Row, SERVER_PROGRAM, Sensitivity, mib, program};

/// The rows of this family, in the order in which they are asked.
pub const ROWS: &[Row] = &[
    Row {
        id: "tickets-own",
        title: "Kerberos tickets of this session, by LSA",
        kind: ArtifactKind::LsaTickets,
        file_name: "own.json",
        origin: Origin::Tickets(Sessions::Own),
        ..SERVER_PROGRAM
    },
    Row {
        id: "tickets-all",
        title: "Kerberos tickets of all sessions, by LSA",
        kind: ArtifactKind::LsaTickets,
        file_name: "all.json",
        origin: Origin::Tickets(Sessions::All),
        privilege: Privilege::Administrator,
        size_limit: mib(16),
        sensitivity: Sensitivity::Logons,
        ..SERVER_PROGRAM
    },
    Row {
        id: "klist-current",
        title: "Kerberos tickets of this session",
        kind: ArtifactKind::Klist,
        file_name: "current.txt",
        origin: program("klist", &[]),
        ..SERVER_PROGRAM
    },
    Row {
        id: "klist-machine",
        title: "Kerberos tickets of the server",
        kind: ArtifactKind::Klist,
        file_name: "machine.txt",
        origin: program("klist", &["-li", "0x3e7"]),
        privilege: Privilege::Administrator,
        ..SERVER_PROGRAM
    },
    Row {
        id: "klist-sessions",
        title: "logon sessions",
        kind: ArtifactKind::Klist,
        file_name: "sessions.txt",
        origin: program("klist", &["sessions"]),
        privilege: Privilege::Administrator,
        sensitivity: Sensitivity::Logons,
        ..SERVER_PROGRAM
    },
];

//! Which Kerberos tickets there are.

use kerbscope_shared::kind::ArtifactKind;

use crate::plan::row::{Privilege, Row, Sensitivity, Subject, mib, program, seconds};

/// The rows of this family, in the order in which they are asked.
pub const ROWS: &[Row] = &[
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
];

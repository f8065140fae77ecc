//! What the server says about itself: its network and its system.

use kerbscope_shared::kind::ArtifactKind;

use crate::plan::row::{Privilege, Row, Sensitivity, Subject, mib, program, seconds};

/// The rows of this family, in the order in which they are asked.
pub const ROWS: &[Row] = &[
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
];

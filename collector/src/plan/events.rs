//! Which event logs are taken.

use kerbscope_shared::kind::ArtifactKind;

use crate::event_log::EventLog;
use crate::plan::row::{Origin, Privilege, Row, Sensitivity, SizeLimit, Subject, seconds};

/// The rows of this family, in the order in which they are asked.
pub const ROWS: &[Row] = &[
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

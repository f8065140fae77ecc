//! Which event logs are taken, and how much can be in them at all.

use kerbscope_shared::kind::ArtifactKind;

use crate::event_log::EventLog;
use crate::plan::row::{Origin, Privilege, Row, SERVER_PROGRAM, Sensitivity, SizeLimit, program, seconds};

/// The rows of this family for every computer, in the order in which they are asked.
pub const ROWS: &[Row] = &[
    AUDIT_POLICY,
    log("system-log", "System event log", "System.evtx", EventLog::System),
    settings("system-log-settings", "System log: settings", "System-settings.txt", &["gl", "System"]),
    state("system-log-state", "System log: state", "System-state.txt", &["gli", "System"]),
    oldest("system-log-oldest", "System log: oldest event", "System-oldest.xml", EventLog::System),
    Row {
        time_limit: seconds(300),
        sensitivity: Sensitivity::Logons,
        ..log("security-log", "Security event log", "Security.evtx", EventLog::Security)
    },
    settings("security-log-settings", "Security log: settings", "Security-settings.txt", &["gl", "Security"]),
    state("security-log-state", "Security log: state", "Security-state.txt", &["gli", "Security"]),
    oldest("security-log-oldest", "Security log: oldest event", "Security-oldest.xml", EventLog::Security),
];

/// What clients and servers write of Kerberos and NTLM; on a domain controller these would be about everybody.
pub const OF_SIGN_INS: &[Row] = &[
    log("kerberos-log", "Kerberos event log", "Kerberos.evtx", EventLog::Kerberos),
    settings("kerberos-log-settings", "Kerberos log: settings", "Kerberos-settings.txt", &["gl", KERBEROS]),
    state("kerberos-log-state", "Kerberos log: state", "Kerberos-state.txt", &["gli", KERBEROS]),
    oldest("kerberos-log-oldest", "Kerberos log: oldest event", "Kerberos-oldest.xml", EventLog::Kerberos),
    Row { sensitivity: Sensitivity::Logons, ..log("ntlm-log", "NTLM event log", "NTLM.evtx", EventLog::Ntlm) },
    settings("ntlm-log-settings", "NTLM log: settings", "NTLM-settings.txt", &["gl", NTLM]),
    state("ntlm-log-state", "NTLM log: state", "NTLM-state.txt", &["gli", NTLM]),
    oldest("ntlm-log-oldest", "NTLM log: oldest event", "NTLM-oldest.xml", EventLog::Ntlm),
];

/// What worker processes wrote, on a web server.
pub const OF_THE_SERVER: &[Row] = &[
    log("application-log", "Application event log", "Application.evtx", EventLog::Application),
    settings(
        "application-log-settings",
        "Application log: settings",
        "Application-settings.txt",
        &["gl", "Application"],
    ),
    state("application-log-state", "Application log: state", "Application-state.txt", &["gli", "Application"]),
    oldest("application-log-oldest", "Application log: oldest event", "Application-oldest.xml", EventLog::Application),
];

/// What the KDC wrote, on a domain controller.
pub const OF_DOMAIN_CONTROLLER: &[Row] = &[
    log("kdc-log", "KDC event log", "KDC.evtx", EventLog::Kdc),
    settings("kdc-log-settings", "KDC log: settings", "KDC-settings.txt", &["gl", KDC]),
    state("kdc-log-state", "KDC log: state", "KDC-state.txt", &["gli", KDC]),
    oldest("kdc-log-oldest", "KDC log: oldest event", "KDC-oldest.xml", EventLog::Kdc),
    Row {
        sensitivity: Sensitivity::Logons,
        ..log("protected-users-log", "Protected Users event log", "ProtectedUsers.evtx", EventLog::ProtectedUsers)
    },
];

const KERBEROS: &str = EventLog::Kerberos.channel();
const NTLM: &str = EventLog::Ntlm.channel();
const KDC: &str = EventLog::Kdc.channel();

/// What the Security log can hold at all; in numbers and GUIDs beside the words.
const AUDIT_POLICY: Row = Row {
    id: "audit-policy",
    title: "audit policy",
    kind: ArtifactKind::AuditPolicy,
    file_name: "auditpol.csv",
    origin: program("auditpol", &["/get", "/category:*", "/r"]),
    privilege: Privilege::Administrator,
    sensitivity: Sensitivity::Settings,
    ..SERVER_PROGRAM
};

const fn log(id: &'static str, title: &'static str, file_name: &'static str, log: EventLog) -> Row {
    Row {
        id,
        title,
        kind: ArtifactKind::EventLog,
        file_name,
        origin: Origin::EventLog(log),
        privilege: Privilege::Administrator,
        time_limit: seconds(120),
        size_limit: SizeLimit::EventLog,
        ..SERVER_PROGRAM
    }
}

/// Whether it records, and how large it may grow.
const fn settings(
    id: &'static str,
    title: &'static str,
    file_name: &'static str,
    arguments: &'static [&'static str],
) -> Row {
    Row {
        id,
        title,
        kind: ArtifactKind::EventChannel,
        file_name,
        origin: program("wevtutil", arguments),
        sensitivity: Sensitivity::Settings,
        ..SERVER_PROGRAM
    }
}

/// How many records it holds, and how large it is.
const fn state(
    id: &'static str,
    title: &'static str,
    file_name: &'static str,
    arguments: &'static [&'static str],
) -> Row {
    Row { privilege: Privilege::Administrator, ..settings(id, title, file_name, arguments) }
}

/// How far back it goes.
const fn oldest(id: &'static str, title: &'static str, file_name: &'static str, log: EventLog) -> Row {
    Row { origin: Origin::OldestEvent(log), ..state(id, title, file_name, &[]) }
}

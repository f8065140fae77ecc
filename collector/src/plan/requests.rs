//! Which requests IIS and HTTP.sys turned away.

use kerbscope_shared::kind::ArtifactKind;

use crate::plan::row::{Origin, Privilege, Row, SERVER_FILE, Sensitivity, Subject, mib, seconds};

/// The rows of this family, in the order in which they are asked.
pub const ROWS: &[Row] = &[
    Row {
        id: "w3c-log",
        title: "failed requests of {}",
        kind: ArtifactKind::W3cLog,
        file_name: "{}.log",
        origin: Origin::Requests { folder: "{}", begins: &["u_ex", "ex"] },
        subject: Subject::SiteLog,
        privilege: Privilege::Administrator,
        time_limit: seconds(60),
        size_limit: mib(8),
        sensitivity: Sensitivity::Logons,
    },
    Row {
        id: "httperr-log",
        title: "requests that HTTP.sys refused",
        kind: ArtifactKind::HttpErrLog,
        file_name: "httperr.log",
        origin: Origin::Requests { folder: r"%SystemRoot%\System32\LogFiles\HTTPERR", begins: &["httperr"] },
        privilege: Privilege::Administrator,
        time_limit: seconds(60),
        size_limit: mib(8),
        sensitivity: Sensitivity::Names,
        ..SERVER_FILE
    },
];

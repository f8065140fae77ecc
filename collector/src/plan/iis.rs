//! What is asked of IIS itself: how its sites, applications and pools are set up.

use kerbscope_shared::kind::ArtifactKind;

use crate::plan::row::{Origin, Privilege, Row, Sensitivity, Subject, mib, seconds};

/// The rows of this family, in the order in which they are asked.
pub const ROWS: &[Row] = &[Row {
    id: "iis-config",
    title: "IIS configuration",
    kind: ArtifactKind::IisConfig,
    file_name: "applicationHost.config",
    origin: Origin::Configuration(r"%SystemRoot%\System32\inetsrv\config\applicationHost.config"),
    subject: Subject::Server,
    privilege: Privilege::Administrator,
    time_limit: seconds(30),
    size_limit: mib(16),
    sensitivity: Sensitivity::Settings,
}];

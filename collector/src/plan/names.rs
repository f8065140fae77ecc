//! What DNS answers for the names under which the sites are reached.

use kerbscope_shared::kind::ArtifactKind;

use crate::plan::row::{Origin, Privilege, Row, Sensitivity, Subject, mib, seconds};

/// The rows of this family, in the order in which they are asked.
pub const ROWS: &[Row] = &[Row {
    id: "name-lookup",
    title: "address of {}",
    kind: ArtifactKind::Nslookup,
    file_name: "{}.txt",
    // It ends with 1 when there is no such name, which is an answer.
    origin: Origin::Program { name: "nslookup", arguments: &["{}"], good_exits: &[0, 1] },
    subject: Subject::Name,
    privilege: Privilege::User,
    time_limit: seconds(30),
    size_limit: mib(1),
    sensitivity: Sensitivity::Names,
}];

//! What is done only when asked for, because it does more than look: it makes requests and gets tickets.

use kerbscope_shared::kind::ArtifactKind;

use crate::plan::row::{Origin, Privilege, Row, SERVER_FILE, SERVER_PROGRAM, Subject, program, seconds};

/// What this server itself really offers.
pub const OF_THE_SERVER: &[Row] = &[Row {
    id: "http-head",
    title: "what {} offers",
    kind: ArtifactKind::HttpHead,
    file_name: "{}.txt",
    origin: Origin::HttpHead,
    subject: Subject::Binding,
    time_limit: seconds(10),
    ..SERVER_FILE
}];

/// Whether there is a ticket for each name. It stays in the cache of this session, as one for a browser would.
pub const OF_NAMES: &[Row] = &[Row {
    id: "klist-get",
    title: "ticket for HTTP/{}",
    kind: ArtifactKind::Klist,
    file_name: "get-HTTP-{}.txt",
    origin: program("klist", &["get", "HTTP/{}"]),
    subject: Subject::Name,
    privilege: Privilege::DomainUser,
    ..SERVER_PROGRAM
}];

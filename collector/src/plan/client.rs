//! What decides on a client whether a browser signs in by Kerberos, and is no value of the registry.

use kerbscope_shared::kind::ArtifactKind;

use crate::plan::row::{Origin, Row, SERVER_FILE, Sensitivity, Subject, Treatment, mib};

/// The rows of this family, in the order in which they are asked.
pub const ROWS: &[Row] = &[Row {
    id: "firefox-preferences",
    title: "Firefox settings of {}",
    kind: ArtifactKind::BrowserSettings,
    file_name: "firefox-{}.js",
    origin: Origin::File(r"{}\prefs.js", Treatment::NegotiateLines),
    subject: Subject::FirefoxProfile,
    size_limit: mib(4),
    sensitivity: Sensitivity::Names,
    ..SERVER_FILE
}];

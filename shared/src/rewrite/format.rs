//! What the words of an artifact are wrapped in.

use crate::kind::ArtifactKind;

/// How an artifact is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines of text.
    Plain,
    /// XML, with a root element or without.
    Xml,
    /// JSON.
    Json,
    /// LDIF.
    Ldif,
    /// What `reg export` writes.
    Registry,
}

impl Format {
    /// The format of artifacts of this kind; none when they are no text.
    pub const fn of(kind: ArtifactKind) -> Option<Self> {
        match kind {
            ArtifactKind::EventLog | ArtifactKind::EventLogLegacy => None,
            ArtifactKind::IisConfig
            | ArtifactKind::IisRedirection
            | ArtifactKind::WebConfig
            | ArtifactKind::Metabase
            | ArtifactKind::EventLogXml => Some(Self::Xml),
            ArtifactKind::LsaTickets => Some(Self::Json),
            ArtifactKind::Directory => Some(Self::Ldif),
            ArtifactKind::Registry => Some(Self::Registry),
            _ => Some(Self::Plain),
        }
    }
}

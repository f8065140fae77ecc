//! What the window knows of the artifacts of a case: how each came, what it is written in, and which findings cite it.

use kerbscope_shared::manifest::CollectionStatus;
use kerbscope_shared::read::Integrity;

use crate::artifacts::contents::ReadArtifact;
use crate::case::Case;
use crate::codes::number::thousands;
use crate::evidence::gap::{Gap, GapReason};
use crate::evidence::place::{ArtifactId, Evidence};
use crate::gui::theme::Tone;
use crate::report::escape::escape;

/// What can be shown of an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Its lines, which the case holds.
    Lines,
    /// Text that nobody read, because the case holds too much of it.
    Unread,
    /// Bytes that are no text.
    Bytes,
    /// An event log that was read as it came, and is not held.
    Streamed,
    /// Nothing came home.
    Nothing,
}

/// An artifact.
#[derive(Clone, Debug)]
pub struct ArtifactContent {
    /// Its number in the case.
    pub id: ArtifactId,
    /// Its path, behind the name of its bundle where there are several.
    pub path: String,
    /// Its path alone.
    pub name: String,
    /// The name of its bundle.
    pub bundle: String,
    /// What it is.
    pub kind: &'static str,
    /// How collecting it ended.
    pub status: (String, Tone),
    /// How many bytes came.
    pub length: Option<u64>,
    /// Whether these are the bytes that were collected.
    pub integrity: (&'static str, Tone),
    /// The rest of its row in the manifest, and what was found out about it.
    pub facts: Vec<(&'static str, String)>,
    /// What is wrong with it.
    pub doubts: Vec<String>,
    /// The places that findings cite, with the finding by its place in the diagnosis.
    pub cited: Vec<(Evidence, usize)>,
    /// What can be shown.
    pub body: Body,
}

/// The artifacts of a case, in the order of their bundles.
pub fn artifacts(case: &Case) -> Vec<ArtifactContent> {
    let mut artifacts: Vec<_> = case.artifacts.iter().map(|read| artifact(case, read)).collect();
    for (number, ranked) in case.diagnosis.findings.iter().enumerate() {
        for at in &ranked.finding.evidence {
            let place = usize::try_from(at.artifact.0).ok();
            if let Some(artifact) = place.and_then(|place| artifacts.get_mut(place)) {
                artifact.cited.push((*at, number));
            }
        }
    }
    for artifact in &mut artifacts {
        artifact.cited.sort_unstable();
    }
    artifacts
}

fn artifact(case: &Case, read: &ReadArtifact) -> ArtifactContent {
    let artifact = &read.artifact;
    let body = body(read);
    let mut facts = Vec::new();
    facts.extend(artifact.source.as_deref().map(|source| ("Source", escape(source))));
    if let Some(length) = artifact.length {
        facts.push(("Size", format!("{} bytes", thousands(length))));
    }
    if let Some(text) = &read.text {
        facts.push(("Lines", thousands(u64::try_from(text.lines().len()).unwrap_or(u64::MAX))));
    }
    if let Some(text) = &read.text {
        facts.push(("Encoding", text.encoding.clone()));
    }
    // What did not come has no place that a gap could point at.
    let is_own = |gap: &&Gap| match gap.at {
        Some(at) => at.artifact == read.id,
        None => artifact.length.is_none() && gap.subject == artifact.path,
    };
    let gaps = case.gaps.iter().filter(is_own).map(|gap| gap.reason.to_string());
    let bundle = usize::try_from(artifact.bundle).ok().and_then(|bundle| case.bundles.get(bundle));
    let bundle = bundle.map(|bundle| escape(&bundle.name)).unwrap_or_default();
    let name = escape(&artifact.path);
    ArtifactContent {
        id: read.id,
        path: if case.bundles.len() > 1 { format!("{bundle} › {name}") } else { name.clone() },
        name,
        bundle,
        kind: artifact.kind.title(),
        status: status(artifact.status),
        length: artifact.length,
        integrity: integrity(artifact.integrity),
        facts,
        doubts: gaps.map(|gap| escape(&gap)).collect(),
        cited: Vec::new(),
        body,
    }
}

fn body(read: &ReadArtifact) -> Body {
    match (read.artifact.length, &read.artifact.bytes) {
        (None, _) => Body::Nothing,
        _ if read.text.is_some() => Body::Lines,
        (_, None) => Body::Streamed,
        _ if read.artifact.kind.is_binary() => Body::Bytes,
        _ => Body::Unread,
    }
}

fn status(status: CollectionStatus) -> (String, Tone) {
    match status {
        CollectionStatus::Collected => ("collected".to_owned(), Tone::Good),
        CollectionStatus::NotPresent => ("not on this host".to_owned(), Tone::Unknown),
        CollectionStatus::Truncated
        | CollectionStatus::AccessDenied
        | CollectionStatus::Failed(_)
        | CollectionStatus::TimedOut
        | CollectionStatus::Skipped => {
            let code = GapReason::from_status(status).map_or("", |reason| reason.code());
            (code.to_owned(), Tone::Warn)
        }
    }
}

const fn integrity(integrity: Integrity) -> (&'static str, Tone) {
    match integrity {
        Integrity::Intact => ("as collected: the digest is that of the manifest", Tone::Good),
        Integrity::Altered => ("altered: the digest is not that of the manifest", Tone::Bad),
        Integrity::Unlisted => ("there is no digest to compare with", Tone::Unknown),
    }
}

//! What the window knows of the artifacts of a case: how each came, what it is written in, and which findings cite it.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use kerbscope_shared::manifest::CollectionStatus;
use kerbscope_shared::read::Integrity;

use crate::artifacts::contents::ReadArtifact;
use crate::case::Case;
use crate::codes::number::thousands;
use crate::evidence::gap::{Gap, GapReason};
use crate::evidence::other_file::OtherFile;
use crate::evidence::place::{ArtifactId, Evidence, Place};
use crate::formats::text::{decode, is_garbled};
use crate::gui::content::ROWS;
use crate::gui::theme::Tone;
use crate::report::escape::escape;

/// What can be shown of an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Its lines, which the case holds.
    Lines,
    /// Text that nobody read: the case holds too much of it, or it is of no kind that is known.
    Unread,
    /// Bytes that are no text.
    Bytes,
    /// An event log that was read as it came, and is not held.
    Streamed,
    /// A file that nobody knows how to read, and that is too large to be held.
    NotHeld,
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
    /// What it is found by, in lower case.
    pub words: String,
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
    /// The findings that cite it, by their places in the diagnosis, each with the first place that it cites.
    pub cited: Vec<(Evidence, usize)>,
    /// The lines that findings cite, each with one of these.
    pub marks: Marks,
    /// What can be shown.
    pub body: Body,
}

/// The artifacts of a case, in the order of their bundles, and behind them the files that nobody knows how to read.
pub fn artifacts(case: &Case) -> Vec<ArtifactContent> {
    let mut artifacts: Vec<_> = case.artifacts.iter().map(|read| artifact(case, read)).collect();
    let first = u32::try_from(artifacts.len()).unwrap_or(u32::MAX);
    artifacts.extend((first..u32::MAX).zip(&case.others).map(|(id, file)| other(case, ArtifactId(id), file)));
    let mut cited: Vec<Vec<(Evidence, usize)>> = vec![Vec::new(); artifacts.len()];
    for (number, ranked) in case.diagnosis.findings.iter().take(ROWS).enumerate() {
        for at in &ranked.finding.evidence {
            let place = usize::try_from(at.artifact.0).ok();
            if let Some(cited) = place.and_then(|place| cited.get_mut(place)) {
                cited.push((*at, number));
            }
        }
    }
    for (artifact, mut cited) in artifacts.iter_mut().zip(cited) {
        cited.sort_unstable();
        artifact.marks = Marks::of(&cited);
        let mut told = BTreeSet::new();
        cited.retain(|(_, number)| told.insert(*number));
        artifact.cited = cited;
    }
    artifacts
}

/// Which finding cites a line, so that it is known at once however many lines are cited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(Vec<(RangeInclusive<u32>, usize)>);

impl Marks {
    /// Puts cited places, which come in their order, into stretches beside each other; where two of them meet, the
    /// first one counts.
    fn of(cited: &[(Evidence, usize)]) -> Self {
        let mut stretches = Vec::new();
        let mut next = 0;
        for (at, number) in cited {
            let Place::Lines { first, last } = at.place else { continue };
            if last >= next {
                stretches.push((first.max(next)..=last, *number));
                next = last.saturating_add(1);
            }
        }
        Self(stretches)
    }

    /// The finding that cites a line, which is counted from 1.
    pub fn finding(&self, line: u32) -> Option<usize> {
        let before = self.0.partition_point(|(lines, _)| *lines.start() <= line);
        let (lines, number) = self.0.get(before.checked_sub(1)?)?;
        lines.contains(&line).then_some(*number)
    }
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
    let (path, name, bundle) = names(case, artifact.bundle, &artifact.path);
    ArtifactContent {
        id: read.id,
        words: found_by(&path, artifact.kind.title()),
        path,
        name,
        bundle,
        kind: artifact.kind.title(),
        status: status(artifact.status),
        length: artifact.length,
        integrity: integrity(artifact.integrity),
        facts,
        doubts: gaps.map(|gap| escape(&gap)).collect(),
        cited: Vec::new(),
        marks: Marks::default(),
        body,
    }
}

/// The path behind the name of its bundle, where there are several; the path alone; and that name.
fn names(case: &Case, bundle: u32, path: &str) -> (String, String, String) {
    let bundle = usize::try_from(bundle).ok().and_then(|bundle| case.bundles.get(bundle));
    let bundle = bundle.map(|bundle| escape(&bundle.name)).unwrap_or_default();
    let name = escape(path);
    let path = if case.bundles.len() > 1 { format!("{bundle} › {name}") } else { name.clone() };
    (path, name, bundle)
}

fn found_by(path: &str, kind: &str) -> String {
    format!("{path}\n{kind}").to_lowercase()
}

/// What a file is that nobody knows how to read.
const UNKNOWN: &str = "a file of no kind that is known";
/// Bytes of a file that tell whether it is text.
const HEAD: usize = 4_096;

/// A file that nobody knows how to read.
fn other(case: &Case, id: ArtifactId, file: &OtherFile) -> ArtifactContent {
    let (path, name, bundle) = names(case, file.bundle, &file.path);
    let is_text = |bytes: &[u8]| {
        let (head, _) = decode(bytes.get(..HEAD).unwrap_or(bytes), file.code_page);
        !head.lines().any(is_garbled)
    };
    let body = match &file.bytes {
        None => Body::NotHeld,
        Some(bytes) if bytes.is_empty() => Body::Nothing,
        Some(bytes) if is_text(bytes) => Body::Unread,
        Some(_) => Body::Bytes,
    };
    ArtifactContent {
        id,
        words: found_by(&path, UNKNOWN),
        path,
        name,
        bundle,
        kind: UNKNOWN,
        status: (file.reason.code().to_owned(), Tone::Unknown),
        length: Some(file.length),
        integrity: integrity(file.integrity),
        facts: vec![("Size", format!("{} bytes", thousands(file.length)))],
        doubts: vec![format!("{}; nothing is concluded from it", escape(&file.reason.to_string()))],
        cited: Vec::new(),
        marks: Marks::default(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_marked_by_the_first_finding_that_cites_it() {
        let lines = |first, last| ArtifactId(0).lines(first, last);
        let mut cited = vec![
            (lines(5, 9), 1),
            (lines(2, 3), 0),
            (lines(6, 7), 2),
            (lines(8, 12), 3),
            (ArtifactId(0).whole(), 4),
            (ArtifactId(0).record(2), 5),
        ];
        cited.sort_unstable();
        let marks = Marks::of(&cited);
        let told: Vec<_> = (1..=13).map(|line| marks.finding(line)).collect();
        let slowly = |line: u32| {
            let holds =
                |at: &Evidence| matches!(at.place, Place::Lines { first, last } if (first..=last).contains(&line));
            cited.iter().find(|(at, _)| holds(at)).map(|(_, number)| *number)
        };
        assert_eq!(told, (1..=13).map(slowly).collect::<Vec<_>>());
        assert_eq!((told[1], told[6], told[10], told[12]), (Some(0), Some(1), Some(3), None));
    }
}

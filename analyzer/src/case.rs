//! A case: one or many bundles, read, understood and diagnosed. A pure function of the bytes.

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::{CollectionStatus, Entry, Manifest};
use kerbscope_shared::read::{Integrity, Member, Problem, ProblemKind};

use crate::artifacts::contents::{self, Contents, ReadArtifact};
use crate::artifacts::event_log::EventLog;
use crate::artifacts::event_room::Room;
use crate::artifacts::opened::OpenedBundle;
use crate::artifacts::parsed::Parsed;
use crate::artifacts::recognize::{Recognized, recognize};
use crate::artifacts::setspn::SetspnRun;
use crate::codes::number::thousands;
use crate::diagnosis::compare::Picture;
use crate::diagnosis::diagnose::{Diagnosis, diagnose};
use crate::evidence::artifact::Artifact;
use crate::evidence::gap::{Gap, GapReason};
use crate::evidence::other_file::{HELD_BYTES, OtherFile};
use crate::evidence::place::ArtifactId;
use crate::exchange::derive::exchanges;
use crate::exchange::outcome::Exchange;
use crate::facts::assemble::{BundleHead, assemble};
use crate::facts::case_facts::Facts;
use crate::facts::change::{CannotChange, Change};
use crate::facts::directory::setspn_query;
use crate::facts::ldap_filter::Filter;
use crate::facts::spn::Spn;
use crate::formats::ldap_url::LdapUrl;
use crate::rules::finding::Confidence;
use crate::rules::rule::Situation;
use crate::rules::table::RULES;

/// Lines of all texts of a case that are read: a thousand times what a large farm sends.
const LINES: usize = 1_500_000;

/// A case and everything that is known about it.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Its bundles.
    pub bundles: Vec<BundleHead>,
    /// Its artifacts; an [`ArtifactId`] counts them.
    pub artifacts: Vec<ReadArtifact>,
    /// Files that are no evidence of any kind that is known.
    pub others: Vec<OtherFile>,
    /// What the evidence says.
    pub facts: Facts,
    /// What follows for each URL.
    pub exchanges: Vec<Exchange>,
    /// What the rules say.
    pub diagnosis: Diagnosis,
    /// What is missing or damaged.
    pub gaps: Vec<Gap>,
    /// Lines of text that were read so far.
    lines: usize,
    /// What is left for the event logs of a bundle. Whoever opens many bundles at once knows how many.
    room: Room,
    /// Bytes of [`Case::others`] that are held so far.
    held_bytes: u64,
}

impl Case {
    /// Reads and diagnoses bundles.
    pub fn open(bundles: Vec<OpenedBundle>) -> Self {
        let mut case = Self::default();
        for bundle in bundles {
            case.take(bundle);
        }
        case.note_tokens();
        case.facts = assemble(&case.bundles, &case.artifacts);
        case.exchanges = exchanges(&case.facts);
        let diagnosis = diagnose(RULES, &Situation::of(&case.facts, &case.exchanges));
        case.diagnosis = case.lowered(diagnosis);
        case
    }

    /// What would follow if these changes were made, one after the other.
    ///
    /// # Errors
    ///
    /// The first change that cannot be made, and why.
    pub fn tried(&self, changes: &[Change]) -> Result<Tried, CannotChange> {
        let mut facts = self.facts.clone();
        changes.iter().try_for_each(|change| change.apply(&mut facts))?;
        let exchanges = exchanges(&facts);
        let diagnosis = diagnose(RULES, &Situation::of(&facts, &exchanges));
        Ok(Tried { exchanges, diagnosis: self.lowered(diagnosis) })
    }

    /// What follows from the evidence, to be compared with what follows from other evidence.
    pub fn picture(&self) -> Picture<'_> {
        Picture { exchanges: &self.exchanges, diagnosis: &self.diagnosis }
    }

    /// The artifact that a pointer names.
    pub fn artifact(&self, id: ArtifactId) -> Option<&ReadArtifact> {
        self.artifacts.get(usize::try_from(id.0).ok()?)
    }

    /// Whether anything in the case could be read as evidence.
    pub fn has_evidence(&self) -> bool {
        self.artifacts.iter().any(|artifact| artifact.artifact.length.is_some())
    }

    /// Says where tokens stand for names, and which bundles speak of different names without anybody seeing it.
    fn note_tokens(&mut self) {
        let Some(first) = self.bundles.first() else { return };
        for bundle in &self.bundles {
            let words = if bundle.pseudonyms != first.pseudonyms {
                format!(
                    "the names of {} are written in another way, so that no name of the one is found in the other; give \
                     the maps of both with --map",
                    first.name
                )
            } else if bundle.pseudonyms.is_some() {
                "whoever made the bundle keeps the map that leads back to them".to_owned()
            } else {
                continue;
            };
            self.gaps.push(Gap {
                subject: bundle.name.clone(),
                at: None,
                reason: GapReason::Tokens(words),
                how_to_collect: None,
            });
        }
    }

    fn take(&mut self, opened: OpenedBundle) {
        let number = u32::try_from(self.bundles.len()).unwrap_or(u32::MAX);
        self.room = opened.room;
        let (archive, mut logs) = (opened.archive, opened.logs);
        let manifest = archive.manifest.as_ref();
        // The logs of several hosts are often files of one name.
        let is_known = |name: &str| self.bundles.iter().any(|bundle| bundle.name == name);
        let mut names = (2_u32..).map(|count| format!("{} ({count})", opened.name));
        let other = if is_known(&opened.name) { names.find(|name| !is_known(name)) } else { None };
        self.bundles.push(BundleHead {
            name: other.unwrap_or(opened.name),
            host: manifest.map(|manifest| manifest.host.clone()),
            collected_at: manifest.map(|manifest| manifest.collected_at),
            utc_offset_minutes: manifest.and_then(|manifest| manifest.utc_offset_minutes),
            pseudonyms: manifest.and_then(|manifest| manifest.pseudonyms.clone()),
        });
        for problem in &archive.problems {
            self.gaps.extend(archive_gap(problem));
        }
        let entry = |path: &str| manifest?.entries.iter().find(|entry| entry.path.as_deref() == Some(path));
        for member in archive.members {
            let known = entry(&member.path).cloned();
            let log = member.streamed.as_ref().and_then(|streamed| logs.get_mut(streamed.number)).map(std::mem::take);
            self.member(number, member, log, known, manifest);
        }
        let not_there = manifest.iter().flat_map(|manifest| &manifest.entries).filter(|entry| entry.path.is_none());
        for entry in not_there {
            self.not_collected(number, entry);
        }
    }

    /// A file of a bundle: the manifest says what it is, or its content does.
    fn member(
        &mut self,
        bundle: u32,
        member: Member,
        log: Option<Parsed<EventLog>>,
        entry: Option<Entry>,
        manifest: Option<&Manifest>,
    ) {
        let recognized = match &entry {
            Some(entry) => Recognized::Artifact(entry.kind),
            None if log.is_some() => Recognized::Artifact(ArtifactKind::EventLog),
            None => recognize(&member.bytes),
        };
        let reason = match recognized {
            Recognized::Artifact(kind) => {
                let length = Some(member.length());
                let artifact = Artifact {
                    bundle,
                    kind,
                    path: member.path,
                    source: entry.as_ref().map(|entry| entry.source.text().to_owned()),
                    status: entry.map_or(CollectionStatus::Collected, |entry| entry.status),
                    length,
                    bytes: None,
                    integrity: member.integrity,
                    code_page: manifest.and_then(|manifest| manifest.code_page),
                };
                return self.read(artifact, member.bytes, log);
            }
            Recognized::Empty => GapReason::Damaged("the file is empty".to_owned()),
            Recognized::Sealed => {
                GapReason::Refused("what is encrypted is opened as a path of its own only".to_owned())
            }
            Recognized::NestedZip => GapReason::Refused("a zip inside the bundle is not opened".to_owned()),
            Recognized::Unknown => GapReason::Unrecognized,
        };
        self.gaps.push(Gap { subject: member.path.clone(), at: None, reason: reason.clone(), how_to_collect: None });
        self.other(bundle, member, reason, manifest);
    }

    /// Keeps a file that nobody knows how to read, for whoever wants to look at it.
    fn other(&mut self, bundle: u32, member: Member, reason: GapReason, manifest: Option<&Manifest>) {
        let length = member.length();
        let bytes = (length <= HELD_BYTES.saturating_sub(self.held_bytes)).then(|| member.bytes.into());
        if bytes.is_some() {
            self.held_bytes = self.held_bytes.saturating_add(length);
        }
        self.others.push(OtherFile {
            bundle,
            path: member.path,
            length,
            bytes,
            integrity: member.integrity,
            code_page: manifest.and_then(|manifest| manifest.code_page),
            reason,
        });
    }

    fn not_collected(&mut self, bundle: u32, entry: &Entry) {
        let artifact = Artifact {
            bundle,
            kind: entry.kind,
            path: in_words(entry.source.text()),
            source: Some(entry.source.text().to_owned()),
            status: entry.status,
            length: None,
            bytes: None,
            integrity: Integrity::Unlisted,
            code_page: None,
        };
        self.read(artifact, Vec::new(), None);
    }

    /// Reads an artifact and keeps what was lost on the way. Text beyond the limit on lines is kept unread.
    fn read(&mut self, artifact: Artifact, bytes: Vec<u8>, log: Option<Parsed<EventLog>>) {
        let id = ArtifactId(u32::try_from(self.artifacts.len()).unwrap_or(u32::MAX));
        self.lines = self.lines.saturating_add(lines_of(&artifact, &bytes));
        let has_room = log.is_some();
        let mut read = match log {
            Some(log) => contents::of_log(id, artifact, log),
            None if self.lines > LINES => contents::unread(id, artifact, bytes),
            None => contents::read(id, artifact, bytes),
        };
        if !has_room
            && let Contents::EventLog(log) = &mut read.contents.value
            && let Err(reason) = self.room.take(log)
        {
            read.contents.lose(id.whole(), reason);
        }
        if asks_unknown(&read) {
            self.gaps.push(Gap {
                subject: read.artifact.path.clone(),
                at: Some(id.whole()),
                reason: GapReason::Undecodable("it does not say which name was asked for".to_owned()),
                how_to_collect: Some("the same output with the prompt and the command above it".to_owned()),
            });
        }
        let subject = read.artifact.path.clone();
        let how_to_collect = read.artifact.source.as_deref().map(how_to_collect);
        if let Some(reason) = GapReason::from_status(read.artifact.status) {
            let at = read.artifact.length.is_some().then(|| id.whole());
            self.gaps.push(Gap { subject: subject.clone(), at, reason, how_to_collect: how_to_collect.clone() });
        }
        for loss in &read.contents.losses {
            self.gaps.push(Gap {
                subject: subject.clone(),
                at: Some(loss.at),
                reason: loss.reason.clone(),
                how_to_collect: how_to_collect.clone(),
            });
        }
        if let Contents::EventLog(log) = &read.contents.value {
            // They are counted, so that nothing is unknown; but whoever looks for one of them must know.
            self.gaps.extend(log.left_out().into_iter().map(|((provider, event), count)| Gap {
                subject: subject.clone(),
                at: Some(id.whole()),
                reason: GapReason::OverLimit(format!(
                    "events that are kept one by one: {} more like those of event {event} of {provider} are counted",
                    thousands(count)
                )),
                how_to_collect: None,
            }));
            self.gaps.extend(log.told_apart_less().map(|what| Gap {
                subject: subject.clone(),
                at: Some(id.whole()),
                reason: GapReason::OverLimit(what.to_owned()),
                how_to_collect: None,
            }));
        }
        self.artifacts.push(read);
    }

    /// Evidence that is not what the collector wrote supports nothing for certain.
    fn lowered(&self, mut diagnosis: Diagnosis) -> Diagnosis {
        let is_altered =
            |id: ArtifactId| self.artifact(id).is_some_and(|read| read.artifact.integrity == Integrity::Altered);
        for ranked in &mut diagnosis.findings {
            if ranked.finding.evidence.iter().any(|place| is_altered(place.artifact)) {
                ranked.finding.confidence = ranked.finding.confidence.max(Confidence::Likely);
            }
        }
        diagnosis
    }
}

/// What would follow from a change.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What would happen for each URL.
    pub exchanges: Vec<Exchange>,
    /// What the rules would say.
    pub diagnosis: Diagnosis,
}

impl Tried {
    /// The same, to be compared.
    pub fn picture(&self) -> Picture<'_> {
        Picture { exchanges: &self.exchanges, diagnosis: &self.diagnosis }
    }
}

/// How to get what a source did not give. Nobody types a question to the directory: the same is asked otherwise.
fn how_to_collect(source: &str) -> String {
    let Some(url) = LdapUrl::parse(source) else { return source.to_owned() };
    let spn = Filter::parse(&url.filter).only("serviceprincipalname").and_then(Spn::parse);
    spn.map_or_else(|| "kerbscope-collect, where a domain controller answers".to_owned(), |spn| setspn_query(&spn))
}

/// What was to be collected. A question to the directory is long, and written for programs.
fn in_words(source: &str) -> String {
    LdapUrl::parse(source).map_or_else(|| source.to_owned(), |url| url.to_string())
}

/// Line ends in an artifact that is text.
fn lines_of(artifact: &Artifact, bytes: &[u8]) -> usize {
    let is_text = artifact.length.is_some() && !artifact.kind.is_binary();
    if is_text { bytes.split(|byte| *byte == b'\n').count() } else { 0 }
}

/// Whether this is an answer of `setspn` to a question that nobody tells: `No such SPN found.`, of which name?
fn asks_unknown(read: &ReadArtifact) -> bool {
    let Contents::Setspn(runs) = &read.contents.value else { return false };
    let unknown = |run: &SetspnRun| run.command.is_none() && run.answer.is_some() && run.accounts.is_empty();
    read.artifact.source.is_none() && runs.iter().any(unknown)
}

/// What a problem of a zip costs. Loose files have no manifest, and need none.
fn archive_gap(problem: &Problem) -> Option<Gap> {
    let reason = match &problem.what {
        ProblemKind::NoManifest => return None,
        ProblemKind::BadManifest(what) => GapReason::Damaged(format!("the manifest cannot be read: {what}")),
        ProblemKind::UnknownEntry(what) => GapReason::Damaged(format!("an entry is not understood: {what}")),
        ProblemKind::NewerFormat(version) => GapReason::Undecodable(format!(
            "format {version} is newer than {}, which this program knows",
            kerbscope_shared::manifest::FORMAT_VERSION
        )),
        ProblemKind::BadName(problem) => GapReason::Refused(problem.to_string()),
        ProblemKind::NotAFile => GapReason::Refused("it is no file".to_owned()),
        ProblemKind::Duplicate if problem.path.is_empty() => {
            GapReason::Refused("two of its entries have one name, and only one of them is read".to_owned())
        }
        ProblemKind::Duplicate => GapReason::Refused("another entry has the same name".to_owned()),
        ProblemKind::Unreadable(what) | ProblemKind::Damaged(what) => GapReason::Damaged(what.clone()),
        ProblemKind::OverLimit(what) => GapReason::OverLimit((*what).to_owned()),
        ProblemKind::Missing => GapReason::Missing,
        ProblemKind::Altered => GapReason::Altered,
        ProblemKind::Added => GapReason::Added,
    };
    let subject = if problem.path.is_empty() { "the bundle".to_owned() } else { problem.path.clone() };
    Some(Gap { subject, at: None, reason, how_to_collect: None })
}

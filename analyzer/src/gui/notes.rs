//! What a person noted about findings, kept in a small file beside the bundle and never inside it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::gui::background::{Background, Progress};
use crate::gui::finding_content::FindingContent;

/// The version of the file. A file of a newer one is left alone; in the first one a finding was known by its words.
const FORMAT: u32 = 2;
/// Bytes of such a file at most; a person writes less.
const BYTES: u64 = 1 << 20;

/// For how long closing the window waits for a disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// A note about one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The rule and what the finding is about, so that it is found again when it is worded in another way. Notes of the
    /// first version have none.
    #[serde(default)]
    about: Vec<String>,
    /// What the finding says, so that the file can be read by itself.
    finding: String,
    /// Whether somebody has seen it and deals with it.
    pub acknowledged: bool,
    /// What that person wrote.
    pub note: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct CaseFile {
    format: u32,
    notes: Vec<Note>,
}

/// The notes of a case, and the file that keeps them.
#[derive(Debug, Default)]
pub struct Notes {
    path: Option<PathBuf>,
    /// By the rule and what the finding is about.
    by_subject: BTreeMap<Vec<String>, Note>,
    /// Those of the first version, by the words of the finding, as long as nobody has changed them.
    by_words: BTreeMap<String, Note>,
    problem: Option<String>,
    writing: Background<Result<(), String>>,
    /// Something was noted while the file was being written.
    again: bool,
}

impl Notes {
    /// The notes of the case that was opened from these paths. It reads a file: not for the painting thread.
    pub fn of(paths: &[PathBuf]) -> Self {
        let Some(path) = paths.first().and_then(|path| beside(path)) else { return Self::default() };
        match read(&path) {
            Ok(notes) => {
                let (old, notes): (Vec<_>, Vec<_>) = notes.into_iter().partition(|note| note.about.is_empty());
                let by_subject = notes.into_iter().map(|note| (note.about.clone(), note)).collect();
                let by_words = old.into_iter().map(|note| (note.finding.clone(), note)).collect();
                Self { path: Some(path), by_subject, by_words, ..Self::default() }
            }
            Err(problem) => Self { problem: Some(problem), ..Self::default() },
        }
    }

    /// The note about a finding.
    pub fn about(&self, finding: &FindingContent) -> Note {
        let known = self.known(finding).cloned().unwrap_or_default();
        Note { about: finding.identity.clone(), finding: words(finding), ..known }
    }

    fn known(&self, finding: &FindingContent) -> Option<&Note> {
        self.by_subject.get(&finding.identity).or_else(|| self.by_words.get(&words(finding)))
    }

    /// Whether somebody deals with a finding.
    pub fn is_acknowledged(&self, finding: &FindingContent) -> bool {
        self.known(finding).is_some_and(|note| note.acknowledged)
    }

    /// Takes a note. It is kept once [`Notes::keep`] is called.
    pub fn take(&mut self, note: Note) {
        self.by_words.remove(&note.finding);
        if note.note.is_empty() && !note.acknowledged {
            self.by_subject.remove(&note.about);
        } else {
            self.by_subject.insert(note.about.clone(), note);
        }
    }

    /// Writes the file, off the painting thread.
    pub fn keep(&mut self, ctx: &egui::Context) {
        if self.writing.is_busy() {
            self.again = true;
            return;
        }
        let Some(path) = self.path.clone() else { return };
        let notes = self.all();
        self.writing.start(ctx, "notes", move || write(&path, notes));
    }

    fn all(&self) -> Vec<Note> {
        self.by_subject.values().chain(self.by_words.values()).cloned().collect()
    }

    /// Sees to it that the last word is kept too, before the case is closed. A slow disk is waited for.
    pub fn finish(&mut self) {
        if !self.writing.is_busy() {
            return;
        }
        drop(self.writing.wait(PATIENCE));
        if let Some(path) = self.path.as_ref().filter(|_| self.again) {
            // Nobody is there any more to be told.
            drop(write(path, self.all()));
        }
    }

    /// Takes what became of the writing.
    pub fn logic(&mut self, ctx: &egui::Context) {
        match self.writing.poll() {
            Progress::Done(Ok(())) => self.problem = None,
            Progress::Done(Err(problem)) => self.problem = Some(problem),
            Progress::Broke => self.problem = Some("the notes could not be written".to_owned()),
            Progress::Nothing => return,
        }
        if std::mem::take(&mut self.again) {
            self.keep(ctx);
        }
    }

    /// Whether the file is being written.
    pub const fn is_busy(&self) -> bool {
        self.writing.is_busy()
    }

    /// Why notes are not kept, if they are not.
    pub fn problem(&self) -> Option<&str> {
        let nowhere = "there is no file that this case was opened from";
        self.problem.as_deref().or_else(|| self.path.is_none().then_some(nowhere))
    }
}

/// What a finding says, behind the name of its rule.
fn words(finding: &FindingContent) -> String {
    format!("{}: {}", finding.rule, finding.summary)
}

/// The file for the notes about what lies at a path: beside it, and never in it.
fn beside(path: &Path) -> Option<PathBuf> {
    let mut name = path.file_name()?.to_owned();
    name.push(".kerbscope-notes.json");
    Some(path.parent()?.join(name))
}

fn read(path: &Path) -> Result<Vec<Note>, String> {
    let said = |what: &str| format!("{}: {what}; it is left as it is", path.display());
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(said(&error.to_string())),
    };
    let mut text = String::new();
    file.take(BYTES).read_to_string(&mut text).map_err(|error| said(&error.to_string()))?;
    let file: CaseFile = serde_json::from_str(&text).map_err(|_| said("these are no notes of this program"))?;
    if file.format > FORMAT { Err(said("a newer version of this program wrote it")) } else { Ok(file.notes) }
}

/// Writes the file whole or not at all: what was there stays until the new one is complete.
fn write(path: &Path, notes: Vec<Note>) -> Result<(), String> {
    let said = |error: &dyn std::fmt::Display| format!("{}: cannot be written: {error}", path.display());
    let text = serde_json::to_string_pretty(&CaseFile { format: FORMAT, notes }).map_err(|error| said(&error))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, text).map_err(|error| said(&error))?;
    fs::rename(&beside, path).map_err(|error| said(&error))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::case::Case;
    use crate::formats::identity::Keyring;
    use crate::gui::content::Content;
    use crate::gui::record_reader::Origin;

    #[test]
    fn what_is_no_file_of_notes_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let bundle = folder.path().join("web01.zip");
        let file = folder.path().join("web01.zip.kerbscope-notes.json");
        for content in ["not json", r#"{"format":99,"notes":[]}"#, "\u{0}"] {
            fs::write(&file, content).expect("a file");
            let notes = Notes::of(std::slice::from_ref(&bundle));
            assert!(notes.problem().is_some_and(|problem| problem.contains("left as it is")), "{content}");
            assert_eq!(notes.path, None, "nothing is ever written there");
        }
    }

    #[test]
    fn notes_are_read_again_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let bundle = folder.path().join("web01.zip");
        let about = vec!["rule".to_owned(), "http/web01".to_owned()];
        let note =
            Note { about, finding: "rule: words".to_owned(), acknowledged: true, note: "Ümlaut\n日本".to_owned() };
        write(&beside(&bundle).expect("a path"), vec![note.clone()]).expect("written");
        let notes = Notes::of(std::slice::from_ref(&bundle));
        assert_eq!(notes.problem(), None);
        assert_eq!(notes.by_subject.into_values().collect::<Vec<_>>(), [note]);
    }

    #[test]
    fn what_was_noted_last_is_kept_when_the_window_closes_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let bundle = folder.path().join("web01.zip");
        let findings = findings();
        let [bob, ..] = findings.as_slice() else { panic!("no finding") };
        let mut notes = Notes::of(std::slice::from_ref(&bundle));
        for words in ["Ann", "Anna"] {
            notes.take(Note { note: words.to_owned(), ..notes.about(bob) });
            notes.keep(&egui::Context::default());
        }
        notes.finish();
        assert_eq!(Notes::of(std::slice::from_ref(&bundle)).about(bob).note, "Anna");
    }

    /// The findings of a server on which bob is disabled.
    fn findings() -> Vec<FindingContent> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/bundles/user-account-problem.zip");
        let case = Case::open(vec![crate::open::open(&path, &Keyring::default()).expect("opens")]);
        Content::of(&Arc::new(case), Origin::default()).findings
    }

    #[test]
    fn a_note_is_found_again_when_the_finding_is_worded_in_another_way() {
        let findings = findings();
        let [bob, ..] = findings.as_slice() else { panic!("no finding") };
        let mut notes = Notes::default();
        notes.take(Note { acknowledged: true, note: "Anna".to_owned(), ..notes.about(bob) });
        let reworded = FindingContent { summary: "bob may not sign in any more".to_owned(), ..bob.clone() };
        assert_eq!((notes.about(&reworded).note.as_str(), notes.is_acknowledged(&reworded)), ("Anna", true));
        for identity in [vec![bob.rule.to_owned(), "contoso\\eve".to_owned()], vec!["another-rule".to_owned()]] {
            let other = FindingContent { identity, ..bob.clone() };
            assert!(!notes.is_acknowledged(&other), "what is about something else is not acknowledged");
        }
        notes.take(Note { acknowledged: false, note: String::new(), ..notes.about(&reworded) });
        assert!(notes.by_subject.is_empty(), "a note that says nothing is gone");
    }

    #[test]
    fn notes_of_the_first_version_are_read_and_become_those_of_the_second() {
        let findings = findings();
        let [bob, ..] = findings.as_slice() else { panic!("no finding") };
        let folder = tempfile::tempdir().expect("a folder");
        let bundle = folder.path().join("web01.zip");
        let file = beside(&bundle).expect("a path");
        let old = serde_json::json!({ "format": 1, "notes": [
            { "finding": words(bob), "acknowledged": true, "note": "Anna" },
            { "finding": "gone-rule: words of a bundle before", "acknowledged": true, "note": "kept" },
        ]});
        fs::write(&file, old.to_string()).expect("written");
        let mut notes = Notes::of(std::slice::from_ref(&bundle));
        assert_eq!((notes.about(bob).note.as_str(), notes.is_acknowledged(bob)), ("Anna", true));
        notes.take(Note { note: "Anna and Ben".to_owned(), ..notes.about(bob) });
        let all = notes.by_subject.values().chain(notes.by_words.values()).cloned().collect();
        write(&file, all).expect("written");
        let again = Notes::of(std::slice::from_ref(&bundle));
        let reworded = FindingContent { summary: "in other words".to_owned(), ..bob.clone() };
        assert_eq!(again.about(&reworded).note, "Anna and Ben");
        assert_eq!(again.by_words.values().map(|note| note.note.as_str()).collect::<Vec<_>>(), ["kept"]);
    }
}

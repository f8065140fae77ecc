//! What a person noted about findings, kept in a small file beside the bundle and never inside it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::gui::background::{Background, Progress};
use crate::gui::finding_content::FindingContent;

/// The version of the file. A file of a newer one is left alone.
const FORMAT: u32 = 1;
/// Bytes of such a file at most; a person writes less.
const BYTES: u64 = 1 << 20;

/// A note about one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What the finding says, so that it is found again, and so that the file can be read by itself.
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
    by_finding: BTreeMap<String, Note>,
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
                let by_finding = notes.into_iter().map(|note| (note.finding.clone(), note)).collect();
                Self { path: Some(path), by_finding, ..Self::default() }
            }
            Err(problem) => Self { problem: Some(problem), ..Self::default() },
        }
    }

    /// The note about a finding.
    pub fn about(&self, finding: &FindingContent) -> Note {
        let key = key(finding);
        self.by_finding.get(&key).cloned().unwrap_or_else(|| Note { finding: key, ..Note::default() })
    }

    /// Whether somebody deals with a finding.
    pub fn is_acknowledged(&self, finding: &FindingContent) -> bool {
        self.by_finding.get(&key(finding)).is_some_and(|note| note.acknowledged)
    }

    /// Takes a note. It is kept once [`Notes::keep`] is called.
    pub fn take(&mut self, note: Note) {
        if note.note.is_empty() && !note.acknowledged {
            self.by_finding.remove(&note.finding);
        } else {
            self.by_finding.insert(note.finding.clone(), note);
        }
    }

    /// Writes the file, off the painting thread.
    pub fn keep(&mut self, ctx: &egui::Context) {
        if self.writing.is_busy() {
            self.again = true;
            return;
        }
        let Some(path) = self.path.clone() else { return };
        let notes: Vec<_> = self.by_finding.values().cloned().collect();
        self.writing.start(ctx, "notes", move || write(&path, notes));
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

/// By what a finding is found again in the next bundle: its rule, and what it says.
fn key(finding: &FindingContent) -> String {
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
    use super::*;

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
        let note = Note { finding: "rule: words".to_owned(), acknowledged: true, note: "Ümlaut\n日本".to_owned() };
        write(&beside(&bundle).expect("a path"), vec![note.clone()]).expect("written");
        let notes = Notes::of(std::slice::from_ref(&bundle));
        assert_eq!(notes.problem(), None);
        assert_eq!(notes.by_finding.into_values().collect::<Vec<_>>(), [note]);
    }
}

//! What the manifest says of an attempt: names stand in commands, in URLs, in names of files, and in complaints.

use kerbscope_shared::manifest::{Entry, Source};
use kerbscope_shared::rewrite::piece::{Edit, Editor, Piece, Place, apply};
use kerbscope_shared::rewrite::plain;

use crate::pseudonym::editor::{self, REMOVED};
use crate::pseudonym::finder::{Finder, Found};
use crate::pseudonym::names::Names;
use crate::pseudonym::scanner;

/// Learns the names in a row.
pub fn learn(entry: &Entry, names: &mut Names) {
    learn_source(&entry.source, names);
    let mut editor = InRow { source: None, names, does_learn: true, is_stuck: false };
    plain::piece(entry.detail.as_deref().unwrap_or_default(), Place::Line, &mut editor, &mut String::new());
}

/// Learns the names in a source.
pub fn learn_source(source: &Source, names: &mut Names) {
    let mut editor = InRow { source: Some(source), names, does_learn: true, is_stuck: false };
    plain::piece(source.text(), Place::Line, &mut editor, &mut String::new());
}

/// The source with tokens.
pub fn source(source: &Source, names: &mut Names) -> Source {
    let text = replaced(Some(source), source.text(), names);
    match source {
        Source::Command(_) => Source::Command(text),
        Source::File(_) => Source::File(text),
        Source::Key(_) => Source::Key(text),
        Source::Query(_) => Source::Query(text),
    }
}

/// What the system said, with tokens.
pub fn detail(detail: &str, names: &mut Names) -> String {
    replaced(None, detail, names)
}

fn replaced(source: Option<&Source>, text: &str, names: &mut Names) -> String {
    let mut editor = InRow { source, names, does_learn: false, is_stuck: false };
    let mut replaced = String::new();
    plain::piece(text, Place::Line, &mut editor, &mut replaced);
    if editor.is_stuck { REMOVED.to_owned() } else { replaced }
}

/// The name of the file, without its folder. It may hold the names that the row is about, with `_` for some of their
/// characters; nothing is read out of it, so that a name is replaced here even if it is a word of the formats.
pub fn file_name(entry: &Entry, names: &mut Names) -> String {
    let path = entry.path.as_deref().unwrap_or_default();
    let file = path.split_once('/').map_or(path, |(_, file)| file);
    let (stem, extension) = match file.rsplit_once('.') {
        Some((stem, extension)) => (stem, format!(".{extension}")),
        None => (file, String::new()),
    };
    let spaced = stem.replace('_', " ");
    let mut edits = edits_of(stem, names);
    for more in edits_of(&spaced, names) {
        if !edits.iter().any(|edit| edit.range.start < more.range.end && more.range.start < edit.range.end) {
            edits.push(more);
        }
    }
    edits.sort_by_key(|edit| edit.range.start);
    apply(stem, &edits) + &extension
}

fn edits_of(text: &str, names: &mut Names) -> Vec<Edit> {
    let found = everything(text, names);
    editor::replace(text, &found, true, names, &mut String::new()).unwrap_or_default()
}

fn everything(text: &str, names: &mut Names) -> Vec<Found> {
    let mut finder = Finder::new(text, names);
    finder.everything();
    finder.finish()
}

/// Goes over one text of a row.
struct InRow<'a> {
    /// What the text says where an artifact came from; none for other text.
    source: Option<&'a Source>,
    names: &'a mut Names,
    does_learn: bool,
    is_stuck: bool,
}

impl Editor for InRow<'_> {
    fn text(&mut self, piece: &Piece<'_>) -> Vec<Edit> {
        let found = match self.source {
            Some(source) => scanner::in_source(source, piece.text, self.names),
            None => everything(piece.text, self.names),
        };
        if self.does_learn {
            for found in &found {
                editor::learn(piece.text, found, self.names);
            }
            return Vec::new();
        }
        let edits = editor::replace(piece.text, &found, false, self.names, &mut String::new());
        self.is_stuck |= edits.is_none();
        edits.unwrap_or_default()
    }

    fn bytes(&mut self, _: &str, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

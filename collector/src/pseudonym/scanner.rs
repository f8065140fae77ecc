//! Finds names in the pieces of one artifact, one after the other.

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::Source;
use kerbscope_shared::rewrite::piece::{Piece, Place};

use crate::pseudonym::class::Class;
use crate::pseudonym::finder::{Finder, Found};
use crate::pseudonym::names::Names;
use crate::pseudonym::{dn, line, place};

/// Where we are in an artifact.
#[derive(Debug)]
pub struct Scanner {
    kind: ArtifactKind,
    place: place::State,
    line: line::State,
}

/// What was found in a piece.
#[derive(Debug, PartialEq, Eq)]
pub enum Scanned {
    /// It stays as it is.
    Kept,
    /// This, and whatever else is known by name.
    Found(Vec<Found>),
}

impl Scanner {
    /// At the beginning of an artifact of this kind.
    pub fn new(kind: ArtifactKind) -> Self {
        Self { kind, place: place::State::default(), line: line::State::default() }
    }

    /// Finds the names in a piece.
    pub fn scan(&mut self, piece: &Piece<'_>, names: &mut Names) -> Scanned {
        let class = place::class(self.kind, &piece.place, piece.text, &mut self.place);
        if class == Class::Kept {
            return Scanned::Kept;
        }
        let mut finder = Finder::new(piece.text, names);
        finder.value(class, 0..piece.text.len());
        match piece.place {
            Place::Line => line::find(&mut finder, self.kind, &mut self.line),
            Place::Key => key(&mut finder),
            Place::Value { key: "#filter" } => dn::find_in_filter(&mut finder),
            _ => {}
        }
        finder.everything();
        Scanned::Found(finder.finish())
    }
}

/// Folders of the registry that hold one key for each name.
const NAME_KEYS: [&str; 4] = ["\\Domains\\", "\\EscDomains\\", "\\HostToRealm\\", "\\DomainCache\\"];

/// Domains and hosts that are keys: `…\ZoneMap\Domains\contoso.com\intranet`.
fn key(finder: &mut Finder<'_>) {
    let text = finder.text();
    for folder in NAME_KEYS {
        let Some(at) = text.find(folder) else { continue };
        let start = at.saturating_add(folder.len());
        let end = start.saturating_add(text.get(start..).and_then(|rest| rest.find(']')).unwrap_or(0));
        let mut at = start;
        for part in text.get(start..end).unwrap_or_default().split('\\') {
            let class = if at == start { Class::Domain } else { Class::Host };
            finder.value(class, at..at.saturating_add(part.len()));
            at = at.saturating_add(part.len()).saturating_add(1);
        }
    }
}

/// Finds the names in what a manifest says of where an artifact came from.
pub fn in_source(source: &Source, text: &str, names: &mut Names) -> Vec<Found> {
    let mut finder = Finder::new(text, names);
    match source {
        Source::Command(_) => command(&mut finder),
        Source::Query(_) => dn::find_in_filter(&mut finder),
        Source::Key(_) => key(&mut finder),
        Source::File(_) => {}
    }
    // The first word is a program, perhaps with a folder: no account behind its domain.
    let skip = match source {
        Source::Command(_) => text.find(' ').unwrap_or(text.len()),
        _ => 0,
    };
    finder.everything();
    let mut found = finder.finish();
    found.retain(|found| found.range.start >= skip);
    found
}

/// Options of commands that are followed by a name, in the next word or in the same.
const OPTIONS: [(&str, Class); 11] = [
    ("-L", Class::Account),
    ("-Q", Class::Spn),
    ("-T", Class::Domain),
    ("get", Class::Spn),
    ("/sc_query:", Class::Domain),
    ("/dsgetdc:", Class::Domain),
    ("/dclist:", Class::Domain),
    ("/domain:", Class::Domain),
    ("/computer:", Class::Host),
    ("/server:", Class::Host),
    ("/r:", Class::Host),
];

fn command(finder: &mut Finder<'_>) {
    let text = finder.text();
    let mut at = 0;
    let mut class = Class::Text;
    for word in text.split(' ') {
        let end = at + word.len();
        if at == 0 && word == "nslookup" {
            class = Class::Host;
        } else if let Some((option, names)) = OPTIONS.iter().find(|(option, _)| option.eq_ignore_ascii_case(word)) {
            class = if option.ends_with(':') { Class::Text } else { *names };
        } else if class != Class::Text {
            // A name with blanks is in quotation marks, and ends with the line.
            let end = if word.starts_with('"') { text.len() } else { end };
            let quoted = usize::from(word.starts_with('"'));
            finder.value(class, at + quoted..end.saturating_sub(quoted));
            class = Class::Text;
        } else if let Some((option, names)) = OPTIONS.iter().find(|(option, _)| {
            option.ends_with(':') && word.get(..option.len()).is_some_and(|start| start.eq_ignore_ascii_case(option))
        }) {
            finder.value(*names, at + option.len()..end);
        }
        at = end + 1;
    }
}

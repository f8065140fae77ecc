//! The words that a pointer at evidence points at.

use jiff::Timestamp;

use crate::artifacts::contents::{Contents, ReadArtifact};
use crate::artifacts::event_fields::Fields;
use crate::case::Case;
use crate::evidence::place::{Evidence, Place};
use crate::report::escape::escape;

/// Lines of one excerpt at most.
const LINES: u32 = 20;

/// Excerpts that a person is shown for one finding; the JSON report points at every place.
const PLACES: usize = 50;

/// A piece of evidence, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Which bundle it is from, counted from 0.
    pub bundle: u32,
    /// The artifact, escaped.
    pub artifact: String,
    /// Where in it.
    pub place: Place,
    /// The words, escaped, line by line; empty when the whole artifact is meant.
    pub lines: Vec<String>,
}

impl Excerpt {
    /// `iis/applicationHost.config:41` or `events/System.evtx record 17`.
    pub fn location(&self) -> String {
        match self.place {
            Place::Whole => self.artifact.clone(),
            Place::Lines { first, last } if first == last => format!("{}:{first}", self.artifact),
            Place::Lines { first, last } => format!("{}:{first}-{last}", self.artifact),
            Place::Record(record) => format!("{} record {record}", self.artifact),
        }
    }
}

/// What stands behind the first pointers of a finding, and how many more pointers there are.
pub fn excerpts(case: &Case, evidence: &[Evidence]) -> (Vec<Excerpt>, usize) {
    let first = evidence.iter().take(PLACES).filter_map(|place| excerpt(case, *place));
    (first.collect(), evidence.len().saturating_sub(PLACES))
}

/// The words behind a pointer; none when it points at nothing.
pub fn excerpt(case: &Case, at: Evidence) -> Option<Excerpt> {
    let read = case.artifact(at.artifact)?;
    let lines = match at.place {
        Place::Whole => Vec::new(),
        Place::Lines { first, last } => {
            let text = read.text.as_ref()?;
            text.line(first)?;
            let shown = first..=last.min(first.saturating_add(LINES));
            shown.filter_map(|number| text.line(number)).map(|line| escape(line.trim_end())).collect()
        }
        Place::Record(record) => record_lines(read, record)?,
    };
    let artifact = escape(&read.artifact.path);
    Some(Excerpt { bundle: read.artifact.bundle, artifact, place: at.place, lines })
}

/// What a record says: whole, where it is kept; else what it has in common with those that it was counted with.
fn record_lines(read: &ReadArtifact, record: u64) -> Option<Vec<String>> {
    let Contents::EventLog(log) = &read.contents.value else { return None };
    let here = Place::Record(record);
    if let Some(event) = log.events.iter().find(|event| event.at.place == here) {
        let head = format!("event {} of {}, {}, {}", event.id, event.provider, words(event.time), event.computer);
        return Some(lines(&head, &event.fields));
    }
    let tally = log.all_tallies().find(|tally| tally.first.at().place == here || tally.last.at().place == here)?;
    let (first, last) = (words(tally.first.time()), words(tally.last.time()));
    let when = if tally.count == 1 { first } else { format!("{} alike from {first} to {last}", tally.count) };
    Some(lines(&format!("event {} of {}, {when}, {}", tally.id, tally.provider, tally.computer), &tally.fields))
}

fn words(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "at an unknown time".to_owned(), |time| time.to_string())
}

fn lines(head: &str, fields: &Fields) -> Vec<String> {
    let fields = fields.iter().filter(|(_, value)| !value.trim().is_empty() && value.trim() != "-");
    let fields = fields.map(|(name, value)| escape(&format!("{name}: {}", value.trim())));
    std::iter::once(escape(head)).chain(fields).collect()
}

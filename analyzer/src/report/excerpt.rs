//! The words that a pointer at evidence points at.

use crate::artifacts::contents::{Contents, ReadArtifact};
use crate::artifacts::event_log::Event;
use crate::case::Case;
use crate::evidence::place::{Evidence, Place};
use crate::report::escape::escape;

/// Lines of one excerpt at most.
const LINES: u32 = 20;

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
        Place::Record(record) => event_lines(event(read, record)?),
    };
    let artifact = escape(&read.artifact.path);
    Some(Excerpt { bundle: read.artifact.bundle, artifact, place: at.place, lines })
}

fn event(read: &ReadArtifact, record: u64) -> Option<&Event> {
    let Contents::EventLog(log) = &read.contents.value else { return None };
    log.events.iter().find(|event| event.at.place == Place::Record(record))
}

fn event_lines(event: &Event) -> Vec<String> {
    let time = event.time.map_or_else(|| "at an unknown time".to_owned(), |time| time.to_string());
    let head = format!("event {} of {}, {time}, {}", event.id, event.provider, event.computer);
    let fields = event.fields.iter().filter(|(_, value)| !value.trim().is_empty() && value.trim() != "-");
    let fields = fields.map(|(name, value)| escape(&format!("{name}: {}", value.trim())));
    std::iter::once(escape(&head)).chain(fields).collect()
}

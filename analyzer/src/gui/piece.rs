//! A piece of evidence as the window shows it: where it is, its words, and a note on how it came.

use crate::case::Case;
use crate::evidence::place::{Evidence, Place};
use crate::report::escape::escape;
use crate::report::excerpt::excerpt;

/// Pieces of evidence of one finding at most.
const PIECES: usize = 40;

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The place that it is from.
    pub at: Evidence,
    /// Where it is: the artifact, and the line or the record.
    pub location: String,
    /// The words, each with the number of its line where lines are counted.
    pub lines: Vec<(Option<u32>, String)>,
    /// What to know about it.
    pub note: Option<String>,
}

impl Piece {
    /// The piece as text, to be pasted into a mail.
    pub fn as_text(&self) -> String {
        let lines = self.lines.iter().map(|(_, line)| format!("\n{line}"));
        std::iter::once(self.location.clone()).chain(lines).collect()
    }
}

/// The words behind pointers.
pub fn pieces(case: &Case, places: &[Evidence]) -> Vec<Piece> {
    let several = case.bundles.len() > 1;
    let piece = |at: &Evidence| {
        let excerpt = excerpt(case, *at)?;
        let bundle = usize::try_from(excerpt.bundle).ok().and_then(|number| case.bundles.get(number));
        let prefix = bundle.filter(|_| several).map(|bundle| format!("{} › ", escape(&bundle.name)));
        let location = format!("{}{}", prefix.unwrap_or_default(), excerpt.location());
        let (first, note) = match excerpt.place {
            Place::Whole => (None, Some("All of it: what is missing would stand here.".to_owned())),
            Place::Record(_) => (None, None),
            Place::Lines { first, last } => (Some(first), lines_left(first, last, excerpt.lines.len())),
        };
        let numbers = (0..).map(|offset| first.map(|first| first.saturating_add(offset)));
        Some(Piece { at: *at, location, lines: numbers.zip(excerpt.lines).collect(), note })
    };
    places.iter().take(PIECES).filter_map(piece).collect()
}

fn lines_left(first: u32, last: u32, shown: usize) -> Option<String> {
    let all = usize::try_from(last.saturating_sub(first)).ok()?.saturating_add(1);
    let left = all.checked_sub(shown).filter(|left| *left > 0)?;
    Some(format!("… and {left} more, up to line {last}"))
}

//! Names that are known, found wherever they stand as whole words.

use std::ops::Range;

use crate::pseudonym::names::{LONGEST, Names, WordId};

/// Finds known names in a text that was put into small letters; names that are words of the formats are passed over
/// unless `with_common`. Calls `take` with each, in order.
pub fn find(small: &str, names: &Names, with_common: bool, mut take: impl FnMut(Range<usize>, WordId)) {
    let mut at = 0;
    while let Some(start) = next_word(small, at) {
        let first_end = word_end(small, start);
        let first = small.get(start..first_end).unwrap_or_default();
        let found = longest(small, start, first_end, names).filter(|(_, id)| with_common || !names.is_common(*id));
        if let Some((end, id)) = found {
            take(start..end, id);
            at = end;
            continue;
        }
        for (range, id) in inside(first, names) {
            take(start.saturating_add(range.start)..start.saturating_add(range.end), id);
        }
        at = first_end;
    }
}

fn next_word(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    Some(at.saturating_add(rest.find(char::is_alphanumeric)?))
}

fn word_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start.saturating_add(rest.find(|character: char| !character.is_alphanumeric()).unwrap_or(rest.len()))
}

/// The longest name that begins here.
fn longest(small: &str, start: usize, first_end: usize, names: &Names) -> Option<(usize, WordId)> {
    let first = small.get(start..first_end)?;
    let mut found = names.find(first).map(|id| (first_end, id));
    let Some(parts) = names.parts_behind(first) else { return found };
    let mut end = first_end;
    for _ in 1..parts {
        let Some(next) = next_word(small, end) else { break };
        end = word_end(small, next);
        if end.saturating_sub(start) > LONGEST {
            break;
        }
        if let Some(id) = small.get(start..end).and_then(|name| names.find(name)) {
            found = Some((end, id));
        }
    }
    found
}

/// Parts of a word that are names of domains.
fn inside<'a>(word: &'a str, names: &'a Names) -> impl Iterator<Item = (Range<usize>, WordId)> + 'a {
    let mut found: Vec<(Range<usize>, WordId)> = Vec::new();
    for (part, id) in names.inside().filter(|(part, _)| word.len() > part.len() && word.contains(part)) {
        let places = word.match_indices(part).map(|(at, part)| at..at.saturating_add(part.len()));
        for place in places {
            if !found.iter().any(|(range, _)| range.start < place.end && place.start < range.end) {
                found.push((place, id));
            }
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    found.into_iter()
}

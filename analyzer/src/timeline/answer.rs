//! Which rows a person sees, in which order, and how they lie in time: one question, one answer, and a way to stop.

use std::sync::Arc;

use crate::timeline::columns::{Column, Events, Micros, NO_TIME, Span};
use crate::timeline::filter::Filter;
use crate::timeline::histogram::{Counting, Histogram};

/// Rows after which somebody may have changed their mind.
const BREATH: usize = 16_384;

/// What rows are sorted by. Those that are equal stay in the order of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Key {
    /// When the first one happened.
    #[default]
    Time,
    /// How many events a row stands for.
    Count,
    /// The words of a column.
    Words(Column),
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The earliest, the smallest, A.
    #[default]
    Up,
    /// The latest, the largest, Z.
    Down,
}

impl Direction {
    /// The other one.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }
}

/// Which time is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// All of it.
    #[default]
    Always,
    /// What touches this span.
    In(Span),
    /// What begins or ends in this span: what reaches over it from one end to the other tells nothing about it.
    Near(Span),
}

impl Period {
    const fn lets(self, first: Micros, last: Micros) -> bool {
        match self {
            Self::Always => true,
            Self::In(span) => span.touches(first, last),
            Self::Near(span) => span.holds(first) || span.holds(last),
        }
    }
}

/// What a person wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The conditions.
    pub filter: Filter,
    /// The time.
    pub period: Period,
    /// What rows are sorted by.
    pub key: Key,
    /// Which end comes first.
    pub direction: Direction,
    /// The pieces of the histogram.
    pub buckets: usize,
    /// The span of the histogram; that of all events where there is none.
    pub lens: Option<Span>,
}

/// What there is to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The rows, in the order that was asked for.
    pub rows: Arc<[u32]>,
    /// How many events these rows stand for.
    pub events: u64,
    /// What the filter lets through, over time, also outside the period.
    pub histogram: Histogram,
}

/// Answers a question; none when `goes_on` says that nobody waits for it any more.
pub fn answer(events: &Events, question: &Question, goes_on: &dyn Fn() -> bool) -> Option<Answer> {
    let filter = question.filter.prepare(events);
    let span = question.lens.or_else(|| events.span()).filter(|span| span.micros() > 0);
    let mut counting = span.map(|span| Counting::new(span, question.buckets));
    let mut rows: Vec<u32> = Vec::new();
    let mut count = 0_u64;
    for (row, moment) in (0_u32..).zip(events.moments()) {
        let place = usize::try_from(row).ok()?;
        if place % BREATH == 0 && !goes_on() {
            return None;
        }
        if !filter.lets(place, moment.first, moment.last) {
            continue;
        }
        if let Some(counting) = &mut counting {
            counting.add(&moment);
        }
        if question.period.lets(moment.first, moment.last) {
            rows.push(row);
            count = count.saturating_add(moment.count);
        }
    }
    sort(events, &mut rows, question.key, question.direction);
    let histogram = counting.map(Counting::finish).unwrap_or_default();
    goes_on().then(|| Answer { rows: rows.into(), events: count, histogram })
}

/// Rows come in the order of time.
fn sort(events: &Events, rows: &mut Vec<u32>, key: Key, direction: Direction) {
    let up = direction == Direction::Up;
    match key {
        Key::Time if up => {}
        Key::Time => rows.reverse(),
        Key::Count => {
            let count = |row: u32| events.get(row).map_or(0, |event| event.count);
            let key = |row: u32| if up { count(row) } else { u64::MAX.saturating_sub(count(row)) };
            let mut counted: Vec<(u64, u32)> = rows.iter().map(|row| (key(*row), *row)).collect();
            // In the order of time, rows have numbers that rise: no two of these are equal.
            counted.sort_unstable();
            rows.clear();
            rows.extend(counted.into_iter().map(|(_, row)| row));
        }
        Key::Words(column) => *rows = by_words(events, rows, column, direction),
    }
}

/// Sorts rows by the words of a column. Words are sorted once and rows are dealt out to them, so that a million rows
/// are sorted while a person types; those with the same words stay in their order.
fn by_words(events: &Events, rows: &[u32], column: Column, direction: Direction) -> Vec<u32> {
    let cells = events.cells(column);
    let words = events.dictionary();
    let ranks = words.ranks();
    let last = ranks.len();
    let pile = |row: u32| {
        let word = usize::try_from(row).ok().and_then(|row| cells.get(row)).copied().unwrap_or(0);
        let rank = usize::try_from(word).ok().and_then(|word| ranks.get(word)).copied();
        let rank = rank.and_then(|rank| usize::try_from(rank).ok()).unwrap_or(0);
        match direction {
            // What says nothing comes last in any direction.
            _ if word == 0 => last,
            Direction::Up => rank,
            Direction::Down => last.saturating_sub(1).saturating_sub(rank),
        }
    };
    // How many rows lie before each pile: the place of its first one.
    let mut places = vec![0_usize; last.saturating_add(2)];
    for row in rows {
        if let Some(place) = places.get_mut(pile(*row).saturating_add(1)) {
            *place = place.saturating_add(1);
        }
    }
    let mut before = 0_usize;
    for place in &mut places {
        before = before.saturating_add(*place);
        *place = before;
    }
    let mut sorted = vec![0; rows.len()];
    for row in rows {
        let Some(place) = places.get_mut(pile(*row)) else { continue };
        if let Some(slot) = sorted.get_mut(*place) {
            *slot = *row;
        }
        *place = place.saturating_add(1);
    }
    sorted
}

/// The span around an event in which others may belong to it; none where nobody knows when it happened.
pub fn around(events: &Events, row: u32, micros: Micros) -> Option<Span> {
    let moment = events.get(row)?.first;
    (moment != NO_TIME).then(|| Span::around(moment, micros))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::Place;
    use crate::timeline::columns::fixture::{events, logon, tickets};

    fn told() -> Events {
        events(&[
            tickets(5, (50, 400), 9),
            logon(1, 100, "bob", "10.0.0.1"),
            logon(2, 200, "Alice", "10.0.0.2"),
            tickets(6, (201, 202), 20),
            logon(3, 300, "carol", ""),
        ])
    }

    /// The records of an answer, and how many events they stand for.
    fn asked(question: &Question) -> (Vec<u64>, u64) {
        let events = told();
        let answer = answer(&events, question, &|| true).expect("nobody stops it");
        let record = |row: &u32| match events.get(*row)?.at.place {
            Place::Record(record) => Some(record),
            _ => None,
        };
        (answer.rows.iter().filter_map(record).collect(), answer.events)
    }

    #[test]
    fn rows_come_in_the_order_that_was_asked_for() {
        let sorted = |key, direction| asked(&Question { key, direction, ..Question::default() }).0;
        assert_eq!(sorted(Key::Time, Direction::Up), [5, 1, 2, 6, 3]);
        assert_eq!(sorted(Key::Time, Direction::Down), [3, 6, 2, 1, 5]);
        assert_eq!(sorted(Key::Count, Direction::Up), [1, 2, 3, 5, 6]);
        assert_eq!(sorted(Key::Count, Direction::Down), [6, 5, 1, 2, 3]);
        let user = Key::Words(Column::User);
        assert_eq!(sorted(user, Direction::Up), [5, 6, 2, 1, 3]);
        assert_eq!(sorted(user, Direction::Down), [3, 1, 2, 5, 6]);
        let client = Key::Words(Column::Client);
        assert_eq!(
            (sorted(client, Direction::Up), sorted(client, Direction::Down)),
            (vec![1, 2, 5, 6, 3], vec![5, 6, 2, 1, 3])
        );
    }

    #[test]
    fn a_period_narrows_the_rows_and_not_the_histogram() {
        let span = Span { from: 150_000_000, until: 250_000_000 };
        let question = |period| Question { period, buckets: 7, ..Question::default() };
        assert_eq!(asked(&question(Period::In(span))), (vec![5, 2, 6], 30));
        assert_eq!(asked(&question(Period::Near(span))), (vec![2, 6], 21));
        let all = answer(&told(), &question(Period::Near(span)), &|| true).expect("an answer");
        assert_eq!(all.histogram.buckets.iter().map(super::super::histogram::Bucket::all).sum::<u64>(), 32);
    }

    #[test]
    fn what_lies_around_an_event_is_found_in_all_logs() {
        let events = told();
        let span = around(&events, 2, 1_000_000).expect("has a time");
        assert_eq!(asked(&Question { period: Period::Near(span), ..Question::default() }).0, [2, 6]);
    }

    #[test]
    fn an_answer_that_nobody_waits_for_is_not_given() {
        assert_eq!(answer(&told(), &Question::default(), &|| false), None);
    }

    #[test]
    fn without_events_there_is_an_empty_answer() {
        let nothing = answer(&events(&[]), &Question { buckets: 5, ..Question::default() }, &|| true);
        assert_eq!(nothing, Some(Answer::default()));
    }
}

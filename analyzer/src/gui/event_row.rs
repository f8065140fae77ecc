//! A row of the list of events as a person reads it: its cells, and the sentence about events that are alike.

use crate::codes::number::thousands;
use crate::evidence::place::{Evidence, Place};
use crate::facts::attempts::Outcome;
use crate::gui::clock::Clock;
use crate::gui::grid::{Cell, Head, Look};
use crate::gui::theme::Tone;
use crate::report::escape::escape;
use crate::timeline::answer::Key;
use crate::timeline::columns::{Column, Event, NO_TIME};
use crate::timeline::term::{Field, Term};

/// What a column shows, what it is sorted by, and what a filter calls it.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// What it is sorted by.
    pub key: Key,
    /// What a filter calls it, where it has a name for it.
    pub field: Option<Field>,
    /// Its head.
    pub head: Head,
}

const fn shown(key: Key, field: Option<Field>, title: &'static str, width: f32, hint: &'static str) -> Shown {
    Shown { key, field, head: Head { title, hint, width } }
}

const fn words(column: Column, field: Field, title: &'static str, width: f32, hint: &'static str) -> Shown {
    shown(Key::Words(column), Some(field), title, width, hint)
}

/// The columns, in their order.
pub const SHOWN: [Shown; 12] = [
    shown(Key::Time, None, "Time", 158.0, "When it happened; of events that are alike, when the first one did"),
    shown(Key::Count, None, "Events", 62.0, "How many events the row stands for"),
    words(Column::Id, Field::Id, "Id", 48.0, "The event id"),
    words(Column::Outcome, Field::Outcome, "Outcome", 98.0, "How it ended; a service reports trouble of its own"),
    words(Column::Kind, Field::Kind, "What", 136.0, "What was attempted, or who reports"),
    words(Column::User, Field::User, "User", 176.0, "The account, with its domain"),
    words(Column::Client, Field::Client, "Client", 116.0, "The address, or the computer, that it came from"),
    words(Column::Service, Field::Service, "Service", 176.0, "What the ticket was for"),
    words(Column::Code, Field::Code, "Code", 220.0, "Why it failed"),
    words(Column::Package, Field::Package, "Package", 88.0, "Kerberos, Negotiate, or a version of NTLM"),
    words(Column::Host, Field::Host, "Written by", 150.0, "The computer that wrote the event"),
    words(Column::Log, Field::Log, "Log", 200.0, "The file that it was read from"),
];

/// What stands in a column of a row.
pub fn cell(event: &Event<'_>, column: usize, clock: &Clock) -> Cell {
    let Some(shown) = SHOWN.get(column) else { return Cell::default() };
    let toned = |words: String, tone| Cell { words, look: Look::Toned(tone) };
    match shown.key {
        Key::Time => Cell { words: time(event, clock), look: Look::Plain },
        Key::Count if event.count > 1 => toned(format!("×{}", thousands(event.count)), Tone::Calm),
        Key::Count => Cell { words: "1".to_owned(), look: Look::Weak },
        Key::Words(Column::Outcome) => match event.outcome {
            Outcome::Failed => toned("✖ failed".to_owned(), Tone::Bad),
            Outcome::Reported => toned("⚠ reported".to_owned(), Tone::Warn),
            Outcome::Succeeded => toned("✔ succeeded".to_owned(), Tone::Good),
        },
        Key::Words(Column::Code) => Cell { words: code(event), look: Look::Plain },
        Key::Words(column @ (Column::Host | Column::Log | Column::Package | Column::Kind)) => {
            Cell { words: escape(event.words(column)), look: Look::Weak }
        }
        Key::Words(column) => Cell { words: escape(event.words(column)), look: Look::Plain },
    }
}

/// The more precise of two codes tells why; both are told where they differ.
fn code(event: &Event<'_>) -> String {
    let (code, sub) = (event.words(Column::Code), event.words(Column::SubCode));
    if sub.is_empty() { code.to_owned() } else { format!("{sub}, {code}") }
}

/// When, or what the log says of it where nobody tells the zone.
pub fn time(event: &Event<'_>, clock: &Clock) -> String {
    if event.first == NO_TIME { escape(event.words(Column::LocalTime)) } else { clock.time(event.first) }
}

/// What a screen reader says of a row.
pub fn name(event: &Event<'_>, clock: &Clock) -> String {
    let pieces = [
        event.words(Column::Outcome).to_owned(),
        format!("event {}", event.words(Column::Id)),
        escape(event.words(Column::User)),
        escape(event.words(Column::Client)),
        escape(event.words(Column::Service)),
        code(event),
        time(event, clock),
    ];
    let mut name = pieces.into_iter().filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join(", ");
    if event.count > 1 {
        name = format!("{name}, stands for {} events", thousands(event.count));
    }
    name
}

/// What a row that stands for many events does not tell.
pub fn alike(event: &Event<'_>, clock: &Clock) -> Option<String> {
    if event.count < 2 {
        return None;
    }
    let kept = match event.outcome {
        Outcome::Succeeded => "They went well and are counted together; what they have in common is shown here.",
        Outcome::Failed | Outcome::Reported => {
            "They are like others that are shown one by one; there are enough of those, and so these are counted."
        }
    };
    let when = if event.first == NO_TIME {
        String::new()
    } else {
        format!(", between {} and {} ({})", clock.second(event.first), clock.second(event.last), clock.name)
    };
    Some(format!("This row stands for {} events{when}. {kept}", thousands(event.count)))
}

/// The condition that lets events through that have the same in a column.
pub fn same(event: &Event<'_>, column: usize) -> Option<Term> {
    let shown = SHOWN.get(column)?;
    let Key::Words(column) = shown.key else { return None };
    let words = event.words(column);
    // A code is asked for by its number; its name stands behind it.
    let words = if column == Column::Code { words.split(' ').next()? } else { words };
    (!words.is_empty()).then(|| Term::is(shown.field.unwrap_or(Field::Anything), words))
}

/// `record 17`
pub fn record(at: Evidence) -> Option<u64> {
    match at.place {
        Place::Record(number) => Some(number),
        Place::Whole | Place::Lines { .. } => None,
    }
}

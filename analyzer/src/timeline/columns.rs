//! The events of a case, a column for each thing that is known of them; a row is one event or many that are alike.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::codes::encryption_type;
use crate::codes::row::find;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::facts::attempts::{Attempt, Code, Outcome};
use crate::timeline::words::{Collected, WordId, Words};

/// A column of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The event id.
    Id,
    /// The artifact that it was read from, with its bundle where there are several.
    Log,
    /// The computer that wrote it.
    Host,
    /// Who wrote it.
    Provider,
    /// What was attempted.
    Kind,
    /// How it ended.
    Outcome,
    /// The account, with its domain.
    User,
    /// The address, or the computer.
    Client,
    /// What a ticket was for.
    Service,
    /// The authentication package.
    Package,
    /// The code, and its name.
    Code,
    /// The second code, and its name.
    SubCode,
    /// The type of logon.
    LogonType,
    /// The encryption type.
    Encryption,
    /// When, as the log has it, where nobody tells the zone.
    LocalTime,
    /// What it says without telling what each of it is.
    Texts,
}

impl Column {
    /// Every column.
    pub const ALL: [Self; 16] = [
        Self::Id,
        Self::Log,
        Self::Host,
        Self::Provider,
        Self::Kind,
        Self::Outcome,
        Self::User,
        Self::Client,
        Self::Service,
        Self::Package,
        Self::Code,
        Self::SubCode,
        Self::LogonType,
        Self::Encryption,
        Self::LocalTime,
        Self::Texts,
    ];
}

/// Microseconds since 1970; those of an unknown time are [`NO_TIME`].
pub type Micros = i64;

/// Nobody knows when.
pub const NO_TIME: Micros = Micros::MIN;

/// A span of time: its end is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub from: Micros,
    /// The first moment after it.
    pub until: Micros,
}

impl Span {
    /// The span around a moment.
    pub const fn around(moment: Micros, micros: Micros) -> Self {
        Self { from: moment.saturating_sub(micros), until: moment.saturating_add(micros).saturating_add(1) }
    }

    /// Whether something that began and ended then touches it. What has no time touches nothing.
    pub const fn touches(&self, first: Micros, last: Micros) -> bool {
        first != NO_TIME && first < self.until && last >= self.from
    }

    /// Whether a moment is in it.
    pub const fn holds(&self, moment: Micros) -> bool {
        moment != NO_TIME && self.from <= moment && moment < self.until
    }

    /// How long it is.
    pub const fn micros(&self) -> Micros {
        self.until.saturating_sub(self.from)
    }
}

/// The events, in the order of time; those without a time come first.
#[derive(Debug, Default)]
pub struct Events {
    words: Words,
    columns: [Vec<WordId>; Column::ALL.len()],
    first: Vec<Micros>,
    last: Vec<Micros>,
    count: Vec<u64>,
    at: Vec<Evidence>,
    outcome: Vec<Outcome>,
    /// How many events all rows stand for: every frame tells it.
    total: u64,
}

/// What one row says.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    events: &'a Events,
    row: usize,
    /// When the first one happened.
    pub first: Micros,
    /// When the last one happened.
    pub last: Micros,
    /// How many there are.
    pub count: u64,
    /// The record, or the first of those that are alike.
    pub at: Evidence,
    /// How it ended.
    pub outcome: Outcome,
}

impl<'a> Event<'a> {
    /// What it says in a column; empty where it says nothing.
    pub fn words(&self, column: Column) -> &'a str {
        self.events.words.get(self.events.word(column, self.row))
    }
}

impl Events {
    /// Puts attempts into columns; they come in the order of time.
    pub fn of(attempts: &[Attempt<'_>], log: impl Fn(ArtifactId) -> String) -> Self {
        let mut events = Self::default();
        events.columns.iter_mut().for_each(|column| column.reserve_exact(attempts.len()));
        events.first.reserve_exact(attempts.len());
        events.last.reserve_exact(attempts.len());
        events.count.reserve_exact(attempts.len());
        events.at.reserve_exact(attempts.len());
        events.outcome.reserve_exact(attempts.len());
        let mut words = Collected::new();
        let mut log_of: Option<(ArtifactId, WordId)> = None;
        let mut scratch = String::new();
        for attempt in attempts {
            let artifact = attempt.at.artifact;
            let log = match log_of {
                Some((known, id)) if known == artifact => id,
                _ => words.id(&log(artifact)),
            };
            log_of = Some((artifact, log));
            events.push(attempt, log, &mut words, &mut scratch);
        }
        events.words = words.finish();
        events
    }

    fn push(&mut self, attempt: &Attempt<'_>, log: WordId, words: &mut Collected, scratch: &mut String) {
        let micros = |time: Option<Timestamp>| time.map_or(NO_TIME, Timestamp::as_microsecond);
        let first = micros(attempt.first);
        self.first.push(first);
        self.last.push(micros(attempt.last).max(first));
        self.count.push(attempt.count);
        self.total = self.total.saturating_add(attempt.count);
        self.at.push(attempt.at);
        self.outcome.push(attempt.outcome);
        for (column, cells) in Column::ALL.into_iter().zip(&mut self.columns) {
            scratch.clear();
            let id = match column {
                Column::Log => log,
                Column::Host => words.id(attempt.computer),
                Column::Provider => words.id(attempt.provider),
                Column::Kind => words.id(attempt.kind.word()),
                Column::Outcome => words.id(attempt.outcome.word()),
                Column::Client => words.id(attempt.client.unwrap_or_default()),
                Column::Service => words.id(attempt.service.unwrap_or_default()),
                Column::Package => words.id(attempt.package.unwrap_or_default()),
                Column::LocalTime => words.id(attempt.local_time.unwrap_or_default()),
                Column::Id
                | Column::User
                | Column::Code
                | Column::SubCode
                | Column::LogonType
                | Column::Encryption
                | Column::Texts => {
                    write_words(attempt, column, scratch);
                    words.id(scratch)
                }
            };
            cells.push(id);
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// How many events there are: a row may stand for many.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// One row.
    pub fn get(&self, row: u32) -> Option<Event<'_>> {
        let row = usize::try_from(row).ok()?;
        Some(Event {
            events: self,
            row,
            first: *self.first.get(row)?,
            last: *self.last.get(row)?,
            count: *self.count.get(row)?,
            at: *self.at.get(row)?,
            outcome: *self.outcome.get(row)?,
        })
    }

    /// The row of a record: the one that shows it, or that of the events that it was counted with.
    pub fn row_of(&self, at: Evidence) -> Option<u32> {
        self.at.iter().position(|known| *known == at).and_then(|row| u32::try_from(row).ok())
    }

    /// The span of all events whose time is known.
    pub fn span(&self) -> Option<Span> {
        let known = self.first.iter().zip(&self.last).filter(|(first, _)| **first != NO_TIME);
        let ends = known.map(|(first, last)| (*first, *last));
        let (from, last) = ends.reduce(|(from, last), (first, end)| (from.min(first), last.max(end)))?;
        Some(Span { from, until: last.saturating_add(1) })
    }

    /// How many bytes they take.
    pub fn bytes(&self) -> usize {
        let columns = self.columns.len().saturating_mul(size_of::<WordId>());
        let rest = size_of::<(Micros, Micros, u64, Evidence, Outcome)>();
        self.words.bytes().saturating_add(self.len().saturating_mul(columns.saturating_add(rest)))
    }

    /// The words of all columns.
    pub(super) const fn dictionary(&self) -> &Words {
        &self.words
    }

    /// The numbers of the words of a column.
    pub(super) fn cells(&self, column: Column) -> &[WordId] {
        let place = Column::ALL.iter().position(|known| *known == column);
        place.and_then(|place| self.columns.get(place)).map_or(&[], Vec::as_slice)
    }

    fn word(&self, column: Column, row: usize) -> WordId {
        self.cells(column).get(row).copied().unwrap_or(0)
    }

    /// When each began, when it ended, how many there are and how they ended.
    pub(super) fn moments(&self) -> impl Iterator<Item = Moment> {
        let ends = self.first.iter().zip(&self.last);
        let rest = self.count.iter().zip(&self.outcome);
        ends.zip(rest).map(|((first, last), (count, outcome))| Moment {
            first: *first,
            last: *last,
            count: *count,
            outcome: *outcome,
        })
    }
}

/// When something happened, how often, and how it ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) first: Micros,
    pub(super) last: Micros,
    pub(super) count: u64,
    pub(super) outcome: Outcome,
}

/// Words that are put together for a column.
fn write_words(attempt: &Attempt<'_>, column: Column, words: &mut String) {
    let mut code = |code: Option<Code>| {
        let Some(code) = code else { return };
        let _ = write!(words, "{:#x}", code.value);
        if let Some(name) = code.name {
            words.push(' ');
            words.push_str(name);
        }
    };
    match column {
        Column::Code => code(attempt.code),
        Column::SubCode => code(attempt.sub_code),
        Column::Encryption => code(
            attempt
                .encryption_type
                .map(|value| Code { value, name: find(encryption_type::ROWS, value).map(|row| row.name) }),
        ),
        Column::Id => {
            let _ = write!(words, "{}", attempt.id);
        }
        Column::LogonType => {
            let _ = attempt.logon_type.map_or(Ok(()), |value| write!(words, "{value}"));
        }
        Column::User => {
            let user = attempt.user.unwrap_or_default();
            // A name with its realm behind it needs no domain in front.
            if let Some(domain) = attempt.domain.filter(|_| !user.is_empty() && !user.contains(['@', '\\'])) {
                words.push_str(domain);
                words.push('\\');
            }
            words.push_str(user);
        }
        Column::Texts => {
            for text in attempt.texts() {
                words.push_str(if words.is_empty() { "" } else { "; " });
                words.push_str(text);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
pub(super) mod fixture {
    use super::*;
    use crate::facts::attempts::Kind;

    /// A logon that failed: the record, the second, the user and the client.
    pub(in crate::timeline) fn logon(
        record: u64,
        second: i64,
        user: &'static str,
        client: &'static str,
    ) -> Attempt<'static> {
        Attempt {
            at: ArtifactId(0).record(record),
            first: Timestamp::from_second(second).ok(),
            last: Timestamp::from_second(second).ok(),
            local_time: None,
            count: 1,
            computer: "WEB01.contoso.com",
            provider: "Microsoft-Windows-Security-Auditing",
            id: 4625,
            kind: Kind::Logon,
            outcome: Outcome::Failed,
            user: Some(user),
            domain: Some("CONTOSO"),
            client: Some(client),
            service: None,
            package: Some("NTLM V2"),
            logon_type: Some(3),
            encryption_type: None,
            code: Some(Code { value: 0xc000_006d, name: Some("STATUS_LOGON_FAILURE") }),
            sub_code: None,
            fields: Box::leak(Box::default()),
        }
    }

    /// Tickets that were given: how many, from one second to another.
    pub(in crate::timeline) fn tickets(record: u64, seconds: (i64, i64), count: u64) -> Attempt<'static> {
        Attempt {
            at: ArtifactId(1).record(record),
            first: Timestamp::from_second(seconds.0).ok(),
            last: Timestamp::from_second(seconds.1).ok(),
            count,
            computer: "DC1.contoso.com",
            id: 4769,
            kind: Kind::ServiceTicket,
            outcome: Outcome::Succeeded,
            user: Some("alice@CONTOSO.COM"),
            service: Some("svc-web"),
            package: None,
            logon_type: None,
            encryption_type: Some(18),
            code: None,
            ..logon(record, 0, "", "10.0.0.57")
        }
    }

    /// Rows in columns.
    pub(in crate::timeline) fn events(attempts: &[Attempt<'_>]) -> Events {
        Events::of(attempts, |artifact| format!("events/{}.evtx", artifact.0))
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::{events, logon, tickets};
    use super::*;

    #[test]
    fn a_row_says_what_the_attempt_said() {
        let events = events(&[logon(7, 100, "bob", "10.0.0.1"), tickets(9, (101, 200), 12)]);
        let row = events.get(0).expect("a row");
        let told = Column::ALL.map(|column| row.words(column));
        assert_eq!(
            told[..6],
            ["4625", "events/0.evtx", "WEB01.contoso.com", row.words(Column::Provider), "logon", "failed"]
        );
        assert_eq!(told[6..11], ["CONTOSO\\bob", "10.0.0.1", "", "NTLM V2", "0xc000006d STATUS_LOGON_FAILURE"]);
        assert_eq!((row.first, row.count, row.at), (100_000_000, 1, ArtifactId(0).record(7)));
        let row = events.get(1).expect("a row");
        assert_eq!((row.words(Column::User), row.words(Column::Log)), ("alice@CONTOSO.COM", "events/1.evtx"));
        assert_eq!(row.words(Column::Encryption), "0x12 AES256-CTS-HMAC-SHA1-96");
        assert_eq!((events.get(2).is_none(), events.total()), (true, 13));
        assert_eq!(events.span(), Some(Span { from: 100_000_000, until: 200_000_001 }));
        assert_eq!((events.row_of(ArtifactId(1).record(9)), events.row_of(ArtifactId(1).record(1))), (Some(1), None));
    }
}

//! Which events are shown: conditions that a person typed, held against the columns.

use std::fmt;
use std::net::IpAddr;

use crate::codes::number::number;
use crate::timeline::columns::{Column, Events, Micros, NO_TIME, Span};
use crate::timeline::term::{Field, Sense, Term, moment, terms};
use crate::timeline::words::WordId;

/// Conditions. Of those about one field that must hold, one is enough; all words that may stand anywhere must stand
/// somewhere; and none may hold that must not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The conditions, in the order in which they were typed.
    pub terms: Vec<Term>,
}

impl Filter {
    /// What a person typed.
    pub fn parse(text: &str) -> Self {
        Self { terms: terms(text) }
    }

    /// What is wrong with it.
    pub fn complaints(&self) -> Vec<String> {
        self.terms.iter().filter_map(Term::complaint).collect()
    }

    /// The filter without one of its conditions.
    #[must_use]
    pub fn without(&self, place: usize) -> Self {
        let rest = self.terms.iter().enumerate().filter(|(index, _)| *index != place);
        Self { terms: rest.map(|(_, term)| term.clone()).collect() }
    }

    /// The filter with one more condition; the same one again changes nothing.
    #[must_use]
    pub fn with(&self, term: Term) -> Self {
        let mut filter = self.clone();
        if !filter.terms.contains(&term) {
            filter.terms.push(term);
        }
        filter
    }

    /// Makes it ready for these events: each different word is looked at once, and then only numbers are compared.
    pub fn prepare<'a>(&self, events: &'a Events) -> Prepared<'a> {
        let mut prepared = Prepared { alternatives: Vec::new(), conditions: Vec::new(), times: Times::default() };
        let mut groups: Vec<(Field, Vec<Condition<'a>>)> = Vec::new();
        for term in &self.terms {
            if matches!(term.field, Field::Since | Field::Until) {
                prepared.times.take(term);
                continue;
            }
            let condition = Condition::of(term, events);
            let is_one_of = term.sense == Sense::Is && term.field != Field::Anything;
            match groups.iter_mut().find(|(field, _)| *field == term.field) {
                Some((_, group)) if is_one_of => group.push(condition),
                None if is_one_of => groups.push((term.field, vec![condition])),
                _ => prepared.conditions.push((term.sense, condition)),
            }
        }
        prepared.alternatives = groups.into_iter().map(|(_, group)| group).collect();
        prepared
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            let blank = if index == 0 { "" } else { " " };
            write!(f, "{blank}{term}")?;
        }
        Ok(())
    }
}

/// A filter that is ready for some events.
#[derive(Debug)]
pub struct Prepared<'a> {
    /// Of each of these, one must hold.
    alternatives: Vec<Vec<Condition<'a>>>,
    /// Each of these must hold, or must not.
    conditions: Vec<(Sense, Condition<'a>)>,
    times: Times,
}

impl Prepared<'_> {
    /// Whether a row is let through, by its place and its times.
    pub fn lets(&self, row: usize, first: Micros, last: Micros) -> bool {
        self.times.lets(first, last)
            && self.alternatives.iter().all(|group| group.iter().any(|condition| condition.holds(row)))
            && self.conditions.iter().all(|(sense, condition)| condition.holds(row) == (*sense == Sense::Is))
    }
}

/// The columns that a condition looks at, and which words it is content with.
#[derive(Debug)]
struct Condition<'a> {
    cells: Vec<&'a [WordId]>,
    is_right: Vec<bool>,
}

impl<'a> Condition<'a> {
    fn of(term: &Term, events: &'a Events) -> Self {
        let columns = columns(term.field);
        let cells = columns.iter().map(|column| events.cells(*column)).collect();
        let lower = term.words.to_lowercase();
        let words = events.dictionary().iter();
        let is_right = match term.field {
            Field::Id => {
                let ids: Vec<u32> = term.words.split(',').filter_map(|id| id.trim().parse().ok()).collect();
                words.map(|word| word.parse().is_ok_and(|id| ids.contains(&id))).collect()
            }
            Field::Code => {
                let asked = number(&term.words).map(|number| number.value);
                words.map(|word| is_code(word, asked, &lower)).collect()
            }
            Field::User => {
                let asked = account(&lower);
                words.map(|word| holds(word, &lower) || asked.is_some_and(|asked| is_account(word, asked))).collect()
            }
            Field::Client => {
                let asked = address(&lower);
                let is_it = |word: &str| match (asked, address(word)) {
                    (Some(asked), Some(own)) => asked == own,
                    _ => holds(word, &lower),
                };
                words.map(is_it).collect()
            }
            _ => words.map(|word| holds(word, &lower)).collect(),
        };
        Self { cells, is_right }
    }

    fn holds(&self, row: usize) -> bool {
        let is_right = |cells: &&[WordId]| {
            let word = cells.get(row).and_then(|word| usize::try_from(*word).ok());
            word.and_then(|word| self.is_right.get(word)).copied().unwrap_or(false)
        };
        self.cells.iter().any(is_right)
    }
}

/// Whether a word holds another, which is in lower case.
fn holds(word: &str, lower: &str) -> bool {
    if word.is_ascii() {
        let (word, lower) = (word.as_bytes(), lower.as_bytes());
        return word.windows(lower.len().max(1)).any(|part| part.eq_ignore_ascii_case(lower));
    }
    word.to_lowercase().contains(lower)
}

/// The domain and the name of `CONTOSO\alice` and of `alice@contoso.com`.
fn account(words: &str) -> Option<(&str, &str)> {
    let of_domain = words.split_once('\\');
    let (domain, name) = of_domain.or_else(|| words.rsplit_once('@').map(|(name, domain)| (domain, name)))?;
    (!domain.is_empty() && !name.is_empty()).then_some((domain, name))
}

/// Whether a cell names this account, which is in lower case: events write one account in several ways, and some do not
/// tell its domain.
fn is_account(word: &str, (domain, name): (&str, &str)) -> bool {
    let word = word.to_lowercase();
    match account(&word) {
        Some((own, own_name)) => own_name == name && are_one_domain(own, domain),
        None => word == name,
    }
}

/// `contoso` and `contoso.com`, as far as names tell.
fn are_one_domain(one: &str, other: &str) -> bool {
    let is_short_for = |short: &str, long: &str| long.split_once('.').is_some_and(|(label, _)| label == short);
    one == other || is_short_for(one, other) || is_short_for(other, one)
}

/// An address, however it is written. The Event Viewer shows those of IPv4 as addresses of IPv6.
fn address(words: &str) -> Option<IpAddr> {
    words.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// Whether a cell of a code is the one that was asked for, or has these words in its name.
fn is_code(word: &str, asked: Option<u32>, lower: &str) -> bool {
    let (code, name) = word.split_once(' ').unwrap_or((word, ""));
    match asked {
        Some(asked) => code.starts_with("0x") && number(code).is_some_and(|number| number.value == asked),
        None => holds(name, lower),
    }
}

const fn columns(field: Field) -> &'static [Column] {
    match field {
        Field::Anything => &Column::ALL,
        Field::User => &[Column::User],
        Field::Client => &[Column::Client],
        Field::Service => &[Column::Service],
        Field::Code => &[Column::Code, Column::SubCode],
        Field::Id => &[Column::Id],
        Field::Log => &[Column::Log],
        Field::Host => &[Column::Host],
        Field::Kind => &[Column::Kind],
        Field::Outcome => &[Column::Outcome],
        Field::Package => &[Column::Package],
        Field::Provider => &[Column::Provider],
        Field::Since | Field::Until => &[],
    }
}

/// The times between which events must lie. Several of them narrow each other, and what is no time lets nothing through.
#[derive(Debug)]
struct Times {
    span: Span,
    is_asked: bool,
    none: bool,
    outside: Vec<Span>,
}

impl Default for Times {
    fn default() -> Self {
        Self { span: ALWAYS, is_asked: false, none: false, outside: Vec::new() }
    }
}

/// All times but the one that nobody knows.
const ALWAYS: Span = Span { from: NO_TIME.saturating_add(1), until: Micros::MAX };

impl Times {
    fn take(&mut self, term: &Term) {
        let Some(at) = moment(&term.words).map(jiff::Timestamp::as_microsecond) else {
            self.none = true;
            return;
        };
        let span = match term.field {
            Field::Since => Span { from: at, ..ALWAYS },
            _ => Span { until: at, ..ALWAYS },
        };
        match term.sense {
            Sense::Is => {
                self.is_asked = true;
                self.span = Span { from: self.span.from.max(span.from), until: self.span.until.min(span.until) };
            }
            Sense::IsNot => self.outside.push(span),
        }
    }

    fn lets(&self, first: Micros, last: Micros) -> bool {
        let is_in = !self.is_asked || self.span.touches(first, last);
        is_in && !self.none && !self.outside.iter().any(|span| span.touches(first, last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::columns::fixture::{events, logon, tickets};

    /// The records that are let through.
    fn shown(filter: &str) -> Vec<u64> {
        use crate::evidence::place::Place;
        let attempts = [
            logon(1, 100, "bob", "10.0.0.1"),
            logon(2, 200, "Bobby", "10.0.0.2"),
            logon(3, 300, "alice", "10.0.0.1"),
            logon(4, 310, "m\u{fc}ller", "WS-Z\u{dc}RICH"),
            tickets(5, (50, 400), 9),
        ];
        let events = events(&attempts);
        let prepared = Filter::parse(filter).prepare(&events);
        let rows = (0_u32..)
            .zip(events.moments())
            .filter(|(row, moment)| prepared.lets(usize::try_from(*row).expect("is small"), moment.first, moment.last));
        let records = rows.filter_map(|(row, _)| match events.get(row)?.at.place {
            Place::Record(record) => Some(record),
            _ => None,
        });
        records.collect()
    }

    #[test]
    fn conditions_of_one_field_are_alternatives_and_of_several_fields_all_hold() {
        assert_eq!(shown(""), [1, 2, 3, 4, 5]);
        assert_eq!(shown("user:bob"), [1, 2]);
        assert_eq!(shown("user:bob user:alice"), [1, 2, 3, 5]);
        assert_eq!(shown("user:bob client:10.0.0.1"), [1]);
        assert_eq!(shown("user:contoso\\bob"), [1, 2]);
        assert_eq!(shown("-user:bob"), [3, 4, 5]);
        assert_eq!(shown("-user:bob -user:alice"), [4]);
    }

    #[test]
    fn an_account_is_found_however_an_event_writes_it() {
        let cell = |filter: &str, user: &'static str, domain: Option<&'static str>| {
            let attempt = crate::facts::attempts::Attempt { domain, ..logon(1, 100, user, "") };
            let events = events(&[attempt]);
            let micros = 100_000_000;
            Filter::parse(filter).prepare(&events).lets(0, micros, micros)
        };
        for asked in ["user:CONTOSO\\alice", "user:alice@contoso.com", "user:contoso.com\\ALICE", "user:alice@contoso"]
        {
            assert!(cell(asked, "Alice", Some("CONTOSO")), "{asked}");
            assert!(cell(asked, "Alice", Some("CONTOSO.COM")), "{asked}");
            assert!(cell(asked, "alice@CONTOSO.COM", Some("CONTOSO.COM")), "{asked}");
            assert!(cell(asked, "alice", None), "{asked}");
            for (user, domain) in [("alice", "FABRIKAM"), ("malice", "CONTOSO"), ("alice", "CONTOSO2.COM")] {
                assert!(!cell(asked, user, Some(domain)), "{asked} {domain}\\{user}");
            }
            assert!(!cell(asked, "malice", None), "{asked}");
        }
        assert!(cell("user:web01$", "WEB01$@CONTOSO.COM", None) && cell("user:CONTOSO\\", "alice", Some("CONTOSO")));
    }

    #[test]
    fn a_whole_address_is_no_part_of_another() {
        let cell = |filter: &str, client: &'static str| {
            let events = events(&[logon(1, 100, "bob", client)]);
            let micros = 100_000_000;
            Filter::parse(filter).prepare(&events).lets(0, micros, micros)
        };
        for asked in ["client:10.0.0.5", "client:::ffff:10.0.0.5", "client:::FFFF:10.0.0.5"] {
            assert!(cell(asked, "10.0.0.5") && !cell(asked, "10.0.0.57"), "{asked}");
        }
        assert!(cell("client:10.0.0.", "10.0.0.57") && cell("client:ws", "WS-7") && !cell("client:10.0.0.5", "WS-7"));
        assert!(cell("client:FE80::0:1", "fe80::1") && !cell("client:fe80::1", "fe80::12"));
    }

    #[test]
    fn words_may_stand_anywhere_and_case_does_not_matter() {
        assert_eq!(shown("BOBBY"), [2]);
        assert_eq!(shown("bob 10.0.0.2"), [2]);
        assert_eq!(shown("m\u{dc}LLER z\u{fc}rich"), [4]);
        assert_eq!(shown("4769"), [5]);
        assert!(shown("nowhere").is_empty());
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert_eq!(shown("id:4769"), [5]);
        assert!(shown("id:476").is_empty());
        assert_eq!(shown("id:1,4769"), [5]);
        for code in ["code:0xC000006D", "code:3221225581", "code:-1073741715", "code:logon_fail"] {
            assert_eq!(shown(code), [1, 2, 3, 4], "{code}");
        }
        assert!(shown("code:0x6d").is_empty());
        assert_eq!(shown("outcome:failed host:web01 kind:logon package:ntlm log:0.evtx"), [1, 2, 3, 4]);
    }

    #[test]
    fn what_spans_a_time_is_in_it() {
        assert_eq!(shown("since:1970-01-01T00:03:20Z"), [2, 3, 4, 5]);
        assert_eq!(shown("until:1970-01-01T00:03:20Z"), [1, 5]);
        assert_eq!(shown("since:1970-01-01T00:03:20Z until:1970-01-01T00:05:00Z"), [2, 5]);
        assert_eq!(shown("-since:1970-01-01T00:03:20Z"), [1]);
        assert!(shown("since:yesterday").is_empty());
    }

    #[test]
    fn what_has_no_time_is_in_no_span() {
        let timeless = crate::facts::attempts::Attempt { first: None, last: None, ..logon(1, 0, "bob", "") };
        let events = events(&[timeless]);
        let lets = |filter: &str| Filter::parse(filter).prepare(&events).lets(0, NO_TIME, NO_TIME);
        assert_eq!((lets(""), lets("since:1970-01-01"), lets("until:2030-01-01")), (true, false, false));
    }

    #[test]
    fn a_condition_comes_and_goes() {
        let filter = Filter::parse("user:bob id:4625");
        let more = filter.with(Term::is_not(Field::Code, "0x18"));
        assert_eq!(more.to_string(), "user:bob id:4625 -code:0x18");
        assert_eq!(more.with(Term::is(Field::User, "bob")), more);
        assert_eq!(more.without(0).without(1).to_string(), "id:4625");
    }
}

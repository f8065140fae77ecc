//! One condition of a filter, such as `user:bob` or `-code:0x18`, and how a person writes it.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;

/// What a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Any column.
    Anything,
    /// The account, with its domain.
    User,
    /// The address, or the computer.
    Client,
    /// What a ticket was for.
    Service,
    /// The code or the second one: a number in any spelling, or a part of its name.
    Code,
    /// The event id.
    Id,
    /// The artifact that it was read from.
    Log,
    /// The computer that wrote it.
    Host,
    /// What was attempted.
    Kind,
    /// How it ended.
    Outcome,
    /// The authentication package.
    Package,
    /// Who wrote it.
    Provider,
    /// At this moment or later.
    Since,
    /// Before this moment.
    Until,
}

/// A field and what to know about it: this is the help that people read.
#[derive(Clone, Copy, Debug)]
pub struct Explained {
    /// The field.
    pub field: Field,
    /// What is written in front of the colon.
    pub name: &'static str,
    /// What it holds against an event.
    pub does: &'static str,
    /// A condition that can be tried.
    pub example: &'static str,
}

const fn explained(field: Field, name: &'static str, does: &'static str, example: &'static str) -> Explained {
    Explained { field, name, does, example }
}

/// Every field that has a name.
pub const FIELDS: [Explained; 13] = [
    explained(Field::User, "user", "the account holds these words", "user:alice"),
    explained(Field::Client, "client", "the address or the computer that asked holds them", "client:10.0.0.57"),
    explained(Field::Service, "service", "what a ticket was for holds them", "service:HTTP/"),
    explained(Field::Code, "code", "the error, by number or by a part of its name", "code:0x18"),
    explained(Field::Id, "id", "the event id; several with commas", "id:4625,4771"),
    explained(Field::Log, "log", "the file that it was read from holds them", "log:Security"),
    explained(Field::Host, "host", "the computer that wrote it holds them", "host:DC1"),
    explained(Field::Kind, "kind", "what was attempted: logon, service-ticket, ntlm, kdc, …", "kind:logon"),
    explained(Field::Outcome, "outcome", "failed, succeeded, or reported by a service", "-outcome:succeeded"),
    explained(Field::Package, "package", "Kerberos, Negotiate or a version of NTLM", "package:NTLM"),
    explained(Field::Provider, "provider", "who wrote it holds them", "provider:Netlogon"),
    explained(Field::Since, "since", "at this moment or later, in UTC", "since:2026-03-02T08:15"),
    explained(Field::Until, "until", "before this moment, in UTC", "until:2026-03-03"),
];

/// Whether a condition must hold, or must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// It must.
    Is,
    /// It must not.
    IsNot,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it is about.
    pub field: Field,
    /// Whether it must hold.
    pub sense: Sense,
    /// The words.
    pub words: String,
}

impl Term {
    /// A condition that must hold.
    pub fn is(field: Field, words: impl Into<String>) -> Self {
        Self { field, sense: Sense::Is, words: words.into() }
    }

    /// A condition that must not hold.
    pub fn is_not(field: Field, words: impl Into<String>) -> Self {
        Self { sense: Sense::IsNot, ..Self::is(field, words) }
    }

    /// What is wrong with it, in a sentence; such a condition lets nothing through.
    pub fn complaint(&self) -> Option<String> {
        let fine = match self.field {
            Field::Since | Field::Until => moment(&self.words).is_some(),
            Field::Id => self.words.split(',').all(|id| id.trim().parse::<u32>().is_ok()),
            _ => true,
        };
        let wants = match self.field {
            Field::Id => "a number, such as id:4625",
            _ => "a time in UTC, such as 2026-03-02 or 2026-03-02T08:15:00Z",
        };
        (!fine).then(|| format!("{self} wants {wants}"))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sense == Sense::IsNot {
            f.write_str("-")?;
        }
        let name = FIELDS.iter().find(|known| known.field == self.field).map(|known| known.name);
        if let Some(name) = name {
            write!(f, "{name}:")?;
        }
        let words = &self.words;
        let is_plain = !words.contains(|c: char| c.is_whitespace() || c == '"') && !words.is_empty();
        // Words that would be read as a field, or as the mark of what must not be, are quoted.
        let is_read_alike = name.is_some() || (field_of(words).is_none() && !words.starts_with('-'));
        if is_plain && is_read_alike { f.write_str(words) } else { write!(f, "\"{}\"", words.replace('"', "\"\"")) }
    }
}

/// The field that words begin with, and what stands behind its colon.
fn field_of(words: &str) -> Option<(Field, &str)> {
    let (name, rest) = words.split_once(':')?;
    FIELDS.iter().find(|known| known.name.eq_ignore_ascii_case(name)).map(|known| (known.field, rest))
}

/// Reads conditions, as a person types them: blanks between them, quotes around words that hold blanks. A field
/// without words behind it is being typed, and asks for nothing yet.
pub fn terms(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let unsigned = rest.strip_prefix('-').filter(|rest| !rest.starts_with(char::is_whitespace));
        let (sense, body) = unsigned.map_or((Sense::Is, rest), |body| (Sense::IsNot, body));
        let (field, body) = match field_of(body) {
            Some((field, behind)) if !body.starts_with('"') => (field, behind),
            _ => (Field::Anything, body),
        };
        let (words, behind) = words(body);
        if !words.is_empty() {
            terms.push(Term { field, sense, words });
        }
        rest = behind.trim_start();
    }
    terms
}

/// Words up to a blank, or up to the quote that ends them; a quote twice is one of them. What is not ended runs on.
fn words(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (words, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        return (words.to_owned(), rest);
    };
    let mut words = String::new();
    let mut rest = quoted;
    while let Some((before, behind)) = rest.split_once('"') {
        words.push_str(before);
        let Some(more) = behind.strip_prefix('"') else { return (words, behind) };
        words.push('"');
        rest = more;
    }
    words.push_str(rest);
    (words, "")
}

/// A moment in UTC, or the first moment of a day.
pub fn moment(words: &str) -> Option<Timestamp> {
    // A `Date` would be read of the same words too, and their hours be lost.
    let utc = || words.parse::<DateTime>().ok()?.in_tz("UTC").ok().map(|time| time.timestamp());
    words.parse().ok().or_else(utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_as_people_type_them() {
        let anything = |words: &str| Term::is(Field::Anything, words);
        for (typed, expected) in [
            ("user:bob", vec![Term::is(Field::User, "bob")]),
            ("  USER:bob  -code:0x18 ", vec![Term::is(Field::User, "bob"), Term::is_not(Field::Code, "0x18")]),
            ("\"two words\" three", vec![anything("two words"), anything("three")]),
            ("user:\"o \"\"x\"\"\" y", vec![Term::is(Field::User, "o \"x\""), anything("y")]),
            ("HTTP/web:8080 08:15", vec![anything("HTTP/web:8080"), anything("08:15")]),
            ("-\"a b\" - x-y", vec![Term::is_not(Field::Anything, "a b"), anything("-"), anything("x-y")]),
            ("user: \"never ended", vec![anything("never ended")]),
            ("\"user:bob\"", vec![anything("user:bob")]),
            ("", vec![]),
        ] {
            assert_eq!(terms(typed), expected, "{typed}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let words = ["bob", "a b", "a\"b", "user:x", "-x", "ünï", "a:b", "x\u{3000}y"];
        for field in FIELDS.iter().map(|known| known.field).chain([Field::Anything]) {
            for sense in [Sense::Is, Sense::IsNot] {
                let all = words.map(|words| Term { field, sense, words: words.to_owned() });
                let written = all.iter().map(Term::to_string).collect::<Vec<_>>().join(" ");
                assert_eq!(terms(&written), all, "{written}");
            }
        }
    }

    #[test]
    fn every_example_is_a_condition_of_its_field() {
        for known in FIELDS {
            let read = terms(known.example);
            assert_eq!(read.iter().map(|term| term.field).collect::<Vec<_>>(), [known.field], "{}", known.example);
            assert_eq!(read.iter().find_map(Term::complaint), None, "{}", known.example);
        }
    }

    #[test]
    fn what_cannot_hold_is_complained_about() {
        assert!(Term::is(Field::Id, "46x").complaint().is_some_and(|words| words.starts_with("id:46x wants a number")));
        assert!(Term::is(Field::Since, "yesterday").complaint().is_some());
        assert!(Term::is(Field::Id, "4625,4771").complaint().is_none());
    }

    #[test]
    fn moments_are_in_utc() {
        for words in ["2026-03-02", "2026-03-02T00:00:00Z", "2026-03-02 00:00:00", "2026-03-02T02:00:00+02:00"] {
            let read = moment(words).map(|time| time.to_string());
            assert_eq!(read.as_deref(), Some("2026-03-02T00:00:00Z"), "{words}");
        }
        for words in ["2026-03-02T08:15", "2026-03-02 08:15", "2026-03-02T08:15:00", "2026-03-02T08:15Z"] {
            let read = moment(words).map(|time| time.to_string());
            assert_eq!(read.as_deref(), Some("2026-03-02T08:15:00Z"), "{words}");
        }
        assert!(moment("yesterday").is_none());
    }
}

//! `kerbscope events`: what is asked for on the command line, and the list that answers it.

use std::fmt::Write as _;
use std::path::PathBuf;

use kerbscope_shared::kind::ArtifactKind;
use lexopt::{Arg, Parser, ValueExt as _};

use crate::artifacts::contents::{Contents, ReadArtifact};
use crate::case::Case;
use crate::cli::Memory;
use crate::codes::number::number;
use crate::codes::row::Row;
use crate::codes::{kerberos, nt_status};
use crate::evidence::gap::Gap;
use crate::facts::attempts::Outcome;
use crate::formats::evtx::whole::Whole;
use crate::open::FoundRecord;
use crate::report::escape::escape;
use crate::report::event_list::{csv, ndjson, place, rows, table};
use crate::report::event_summary::event_summary;
use crate::timeline::filter::Filter;
use crate::timeline::term::{Field, Term, moment, terms};

/// What a person asked for.
#[derive(Debug, Default)]
pub(super) struct Request {
    /// What to open.
    pub(super) paths: Vec<PathBuf>,
    /// What opens it where it is encrypted.
    pub(super) identities: Vec<PathBuf>,
    /// What tells its real names where tokens stand for them.
    pub(super) maps: Vec<PathBuf>,
    /// Where to write to.
    pub(super) out: Option<PathBuf>,
    /// Whether readings are kept.
    pub(super) memory: Memory,
    /// The record that is to be shown whole, instead of a list.
    pub(super) record: Option<u64>,
    summary: bool,
    filter: Filter,
    format: Option<Format>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Format {
    #[default]
    Table,
    Csv,
    Ndjson,
}

/// Reads what follows the word `events`, and adds it to what stood in front of it; none when help is asked for.
pub(super) fn parse(arguments: &mut Parser, mut request: Request) -> Result<Option<Request>, lexopt::Error> {
    while let Some(argument) = arguments.next()? {
        let asked = &mut request.filter.terms;
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("user") => asked.push(Term::is(Field::User, arguments.value()?.string()?)),
            Arg::Long("client") => asked.push(Term::is(Field::Client, arguments.value()?.string()?)),
            Arg::Long("service") => asked.push(Term::is(Field::Service, arguments.value()?.string()?)),
            Arg::Long("event") => asked.push(Term::is(Field::Id, arguments.value()?.string()?)),
            Arg::Long("code") => asked.push(Term::is(Field::Code, code(arguments.value()?.string()?)?)),
            Arg::Long("since") => asked.push(Term::is(Field::Since, time(arguments.value()?.string()?)?)),
            Arg::Long("until") => asked.push(Term::is(Field::Until, time(arguments.value()?.string()?)?)),
            Arg::Long("failed") => asked.push(Term::is_not(Field::Outcome, Outcome::Succeeded.word())),
            Arg::Long("filter") => asked.extend(terms(&arguments.value()?.string()?)),
            Arg::Long("summary") => request.summary = true,
            Arg::Long("record") => request.record = Some(arguments.value()?.parse()?),
            Arg::Long("format") => request.format = Some(format(&arguments.value()?.string()?)?),
            Arg::Long("identity") => request.identities.push(PathBuf::from(arguments.value()?)),
            Arg::Long("map") => request.maps.push(PathBuf::from(arguments.value()?)),
            Arg::Long("no-cache") => request.memory = Memory::Nothing,
            Arg::Long("out") => request.out = Some(PathBuf::from(arguments.value()?)),
            Arg::Value(path) => request.paths.push(PathBuf::from(path)),
            _ => return Err(argument.unexpected()),
        }
    }
    if let Some(complaint) = request.filter.complaints().into_iter().next() {
        return Err(complaint.into());
    }
    if request.paths.is_empty() {
        return Err("events needs the path of a bundle or of an event log".into());
    }
    request.contradiction().map_or(Ok(Some(request)), |what| Err(what.into()))
}

/// Records as XML, each below a line that says where it stands.
pub(super) fn whole(found: &[FoundRecord]) -> String {
    found.iter().fold(String::new(), |mut words, FoundRecord { bundle, artifact, record }| {
        let (bundle, artifact) = (escape(bundle), escape(artifact));
        // Two hyphens end a comment.
        let place = if bundle == artifact { artifact } else { format!("{bundle}, {artifact}") }.replace("--", "- -");
        let _ = match record {
            Whole::Xml(xml) => writeln!(words, "<!-- {place} -->\n{}", xml.trim_end()),
            Whole::Unreadable => writeln!(words, "<!-- {place}: it is there, and cannot be shown -->"),
        };
        words
    })
}

impl Request {
    /// What cannot be asked for together. An answer that passes over half of a question is a wrong one.
    fn contradiction(&self) -> Option<String> {
        let what = match (self.summary, self.record) {
            (true, Some(_)) => return Some("--summary and --record are two questions".to_owned()),
            (true, None) => "--summary tells of all events",
            (false, Some(_)) => "--record shows one record, whatever it is",
            (false, None) => return None,
        };
        let is_listed = !self.filter.terms.is_empty() || self.format.is_some();
        is_listed.then(|| format!("{what}, and takes neither conditions nor --format"))
    }

    /// The list, in the form that was asked for.
    pub(super) fn answer(&self, case: &Case) -> Result<String, String> {
        if self.summary {
            let lines = event_summary(case, usize::MAX);
            return Ok(lines.into_iter().fold(String::new(), |all, line| all + &line + "\n"));
        }
        let rows = rows(case, &self.filter);
        match self.format.unwrap_or_default() {
            Format::Table => Ok(table(&rows)),
            Format::Csv => Ok(csv(&rows)),
            Format::Ndjson => ndjson(&rows).map_err(|error| format!("the list cannot be written: {error}")),
        }
    }

    /// What the list does not hold, a line each: whoever counts must know it. Nothing is said of artifacts that are of
    /// other kinds; but a file that nobody could read may have been a log.
    pub(super) fn doubts(case: &Case) -> String {
        let is_of_log = |read: &&ReadArtifact| {
            let is_meant = matches!(
                read.artifact.kind,
                ArtifactKind::EventLog | ArtifactKind::EventLogXml | ArtifactKind::EventLogLegacy
            );
            is_meant || matches!(read.contents.value, Contents::EventLog(_))
        };
        let is_told = |gap: &&Gap| {
            let mut of_subject = case.artifacts.iter().filter(|read| read.artifact.path == gap.subject).peekable();
            of_subject.peek().is_none() || of_subject.any(|read| is_of_log(&read))
        };
        let mut lines = String::new();
        if !case.artifacts.iter().any(|read| matches!(read.contents.value, Contents::EventLog(_))) {
            lines.push_str("there is no event log in it\n");
        }
        for gap in case.gaps.iter().filter(is_told) {
            let place = gap.at.and_then(|at| place(case, at.artifact.whole()));
            let subject = place.unwrap_or_else(|| gap.subject.clone());
            let _ = writeln!(lines, "{}: {}", escape(&subject), escape(&gap.reason.to_string()));
        }
        lines
    }
}

/// A code in any spelling, or a part of the name of one.
fn code(words: String) -> Result<String, lexopt::Error> {
    let part = words.trim().to_uppercase();
    let is_named = |rows: &[Row]| rows.iter().any(|row| row.name.to_uppercase().contains(&part));
    let is_name = !part.is_empty() && (is_named(kerberos::ROWS) || is_named(nt_status::ROWS));
    if number(&words).is_none() && !is_name {
        return Err(format!("this is no code: {words:?}").into());
    }
    Ok(words)
}

fn time(words: String) -> Result<String, lexopt::Error> {
    if moment(&words).is_none() {
        return Err(format!("this is no time: {words:?}; try 2026-03-02 or 2026-03-02T08:15:00Z").into());
    }
    Ok(words)
}

fn format(name: &str) -> Result<Format, lexopt::Error> {
    match name {
        "table" => Ok(Format::Table),
        "csv" => Ok(Format::Csv),
        "ndjson" => Ok(Format::Ndjson),
        _ => Err(format!("there is no format {name:?} of events; there are table, csv and ndjson").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(arguments: &[&str]) -> Result<String, String> {
        let mut parser = Parser::from_args(arguments.iter().chain(&["a.zip"]));
        let request = parse(&mut parser, Request::default()).map_err(|error| error.to_string())?;
        Ok(request.map(|request| request.filter.to_string()).unwrap_or_default())
    }

    #[test]
    fn options_say_what_a_filter_says() {
        let options = ["--user", "bob", "--event", "4625", "--event", "4771", "--code", "C000006D", "--failed"];
        assert_eq!(filter(&options), Ok("user:bob id:4625 id:4771 code:C000006D -outcome:succeeded".to_owned()));
        assert_eq!(filter(&["--filter", "-user:\"a b\" x"]), Ok("-user:\"a b\" x".to_owned()));
        for wrong in [["--code", "many"], ["--since", "yesterday"], ["--event", "x"], ["--filter", "id:x"]] {
            assert!(filter(&wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(filter(&["--code", "preauth"]), Ok("code:preauth".to_owned()));
        assert_eq!(filter(&["--code", "-1073741715"]), Ok("code:-1073741715".to_owned()));
    }

    #[test]
    fn no_half_of_a_question_is_passed_over() {
        for wrong in [
            &["--summary", "--user", "bob"][..],
            &["--summary", "--format", "csv"],
            &["--summary", "--record", "5"],
            &["--record", "5", "--failed"],
            &["--record", "5", "--format", "ndjson"],
        ] {
            assert!(filter(wrong).is_err(), "{wrong:?}");
        }
        assert!(filter(&["--summary"]).is_ok() && filter(&["--record", "5"]).is_ok());
    }
}

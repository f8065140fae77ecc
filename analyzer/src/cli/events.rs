//! `kerbscope events`: what is asked for on the command line, and the list that answers it.

use std::fmt::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use lexopt::{Arg, Parser, ValueExt as _};

use crate::artifacts::contents::Contents;
use crate::case::Case;
use crate::cli::Memory;
use crate::codes::number::number;
use crate::formats::evtx::whole::Whole;
use crate::open::FoundRecord;
use crate::report::escape::escape;
use crate::report::event_list::{Filter, csv, ndjson, rows, table};
use crate::report::event_summary::event_summary;

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
    format: Format,
}

#[derive(Clone, Copy, Debug, Default)]
enum Format {
    #[default]
    Table,
    Csv,
    Ndjson,
}

/// Reads what follows the word `events`; none when help is asked for.
pub(super) fn parse(arguments: &mut Parser) -> Result<Option<Request>, lexopt::Error> {
    let mut request = Request::default();
    while let Some(argument) = arguments.next()? {
        let filter = &mut request.filter;
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("user") => filter.user = Some(arguments.value()?.string()?),
            Arg::Long("client") => filter.client = Some(arguments.value()?.string()?),
            Arg::Long("service") => filter.service = Some(arguments.value()?.string()?),
            Arg::Long("summary") => request.summary = true,
            Arg::Long("record") => request.record = Some(arguments.value()?.parse()?),
            Arg::Long("event") => filter.events.push(arguments.value()?.parse()?),
            Arg::Long("code") => filter.codes.push(code(&arguments.value()?.string()?)?),
            Arg::Long("since") => filter.since = Some(moment(&arguments.value()?.string()?)?),
            Arg::Long("until") => filter.until = Some(moment(&arguments.value()?.string()?)?),
            Arg::Long("failed") => filter.failed = true,
            Arg::Long("format") => request.format = format(&arguments.value()?.string()?)?,
            Arg::Long("identity") => request.identities.push(PathBuf::from(arguments.value()?)),
            Arg::Long("map") => request.maps.push(PathBuf::from(arguments.value()?)),
            Arg::Long("no-cache") => request.memory = Memory::Nothing,
            Arg::Long("out") => request.out = Some(PathBuf::from(arguments.value()?)),
            Arg::Value(path) => request.paths.push(PathBuf::from(path)),
            _ => return Err(argument.unexpected()),
        }
    }
    if request.paths.is_empty() {
        return Err("events needs the path of a bundle or of an event log".into());
    }
    Ok(Some(request))
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
    /// The list, in the form that was asked for.
    pub(super) fn answer(&self, case: &Case) -> Result<String, String> {
        if self.summary {
            let lines = event_summary(case, usize::MAX);
            return Ok(lines.into_iter().fold(String::new(), |all, line| all + &line + "\n"));
        }
        let rows = rows(case, &self.filter);
        match self.format {
            Format::Table => Ok(table(&rows)),
            Format::Csv => Ok(csv(&rows)),
            Format::Ndjson => ndjson(&rows).map_err(|error| format!("the list cannot be written: {error}")),
        }
    }

    /// What the list does not hold, a line each: whoever counts must know it.
    pub(super) fn doubts(case: &Case) -> String {
        let of_logs = |subject: &str| {
            case.artifacts
                .iter()
                .any(|read| read.artifact.path == subject && matches!(read.contents.value, Contents::EventLog(_)))
        };
        let gaps = case.gaps.iter().filter(|gap| of_logs(&gap.subject));
        gaps.fold(String::new(), |mut lines, gap| {
            let _ = writeln!(lines, "{}: {}", escape(&gap.subject), escape(&gap.reason.to_string()));
            lines
        })
    }
}

fn code(words: &str) -> Result<u32, lexopt::Error> {
    number(words).map(|number| number.value).ok_or_else(|| format!("this is no code: {words:?}").into())
}

/// A moment in UTC, or the first moment of a day.
fn moment(words: &str) -> Result<Timestamp, lexopt::Error> {
    let day = || words.parse::<Date>().ok()?.in_tz("UTC").ok().map(|day| day.timestamp());
    let utc = || format!("{}Z", words.replace(' ', "T")).parse::<Timestamp>().ok();
    let moment = words.parse().ok().or_else(day).or_else(utc);
    moment.ok_or_else(|| format!("this is no time: {words:?}; try 2026-03-02 or 2026-03-02T08:15:00Z").into())
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

    #[test]
    fn moments_are_in_utc() {
        for words in ["2026-03-02", "2026-03-02T00:00:00Z", "2026-03-02 00:00:00", "2026-03-02T02:00:00+02:00"] {
            assert_eq!(
                moment(words).map(|time| time.to_string()).ok().as_deref(),
                Some("2026-03-02T00:00:00Z"),
                "{words}"
            );
        }
        assert!(moment("yesterday").is_err());
    }

    #[test]
    fn codes_are_read_in_any_spelling() {
        for words in ["0xc000006d", "C000006D", "3221225581", "-1073741715"] {
            assert_eq!(code(words).ok(), Some(0xc000_006d), "{words}");
        }
    }
}

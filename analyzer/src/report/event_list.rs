//! The events of a case as a list: for a terminal, for a spreadsheet, and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use kerbscope_shared::name::is_invisible;
use serde::Serialize;

use crate::case::Case;
use crate::evidence::place::{Evidence, Place};
use crate::facts::attempts::{Attempt, Code};
use crate::facts::event_picture::{EventPicture, Rows, event_picture};
use crate::report::escape::escape;
use crate::timeline::answer::{Question, answer};
use crate::timeline::columns::Events;
use crate::timeline::filter::Filter;

/// One row of the list, under the names that programs read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The bundle or file that it was read from.
    pub bundle: String,
    /// The artifact in it.
    pub artifact: String,
    /// The number of the record, or of the first one.
    pub record: Option<u64>,
    /// When, in UTC.
    pub first_seen: Option<String>,
    /// When the last one happened.
    pub last_seen: Option<String>,
    /// When, as the log has it, where nobody tells the zone.
    pub local_time: Option<String>,
    /// How many records the row stands for.
    pub count: u64,
    /// The computer that wrote it.
    pub computer: String,
    /// Who wrote it.
    pub provider: String,
    /// The event id.
    pub event_id: u32,
    /// What was attempted.
    pub kind: &'static str,
    /// How it ended.
    pub outcome: &'static str,
    /// The account.
    pub user: Option<String>,
    /// Its domain or realm.
    pub domain: Option<String>,
    /// The address, or the computer.
    pub client: Option<String>,
    /// What a ticket was for.
    pub service: Option<String>,
    /// The authentication package.
    pub package: Option<String>,
    /// The type of logon.
    pub logon_type: Option<u32>,
    /// The encryption type.
    pub encryption_type: Option<u32>,
    /// The code, in hexadecimal.
    pub code: Option<String>,
    /// Its name.
    pub code_name: Option<&'static str>,
    /// The second code.
    pub sub_code: Option<String>,
    /// Its name.
    pub sub_code_name: Option<&'static str>,
    /// The attempt that it belongs to, where several records tell of one.
    pub sign_in: Option<u64>,
    /// The line of the log of IIS that belongs to that attempt.
    pub request: Option<String>,
    /// What it says without telling what each of it is.
    pub texts: Vec<String>,
}

/// The names of the columns, in their order.
const COLUMNS: [&str; 26] = [
    "bundle",
    "artifact",
    "record",
    "first_seen",
    "last_seen",
    "local_time",
    "count",
    "computer",
    "provider",
    "event_id",
    "kind",
    "outcome",
    "user",
    "domain",
    "client",
    "service",
    "package",
    "logon_type",
    "encryption_type",
    "code",
    "code_name",
    "sub_code",
    "sub_code_name",
    "sign_in",
    "request",
    "texts",
];

/// The rows of a case that a filter lets through, in the order of time.
pub fn rows(case: &Case, filter: &Filter) -> Vec<Row> {
    let picture = event_picture(&case.artifacts, &case.facts, Rows::All);
    let question = Question { filter: filter.clone(), ..Question::default() };
    let answer = answer(&columns(case, &picture.attempts), &question, &|| true).unwrap_or_default();
    listed(case, &picture, &answer.rows).collect()
}

/// A form for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListForm {
    /// A table for spreadsheets.
    Csv,
    /// A JSON object for each row, a line each.
    Ndjson,
}

/// Rows after which somebody may have changed their mind.
const BREATH: usize = 1_024;

/// Writes the rows of a case at these places among its [`columns`], in this order, one after the other. `goes_on` is
/// told how many are written, and says whether to go on; returns whether all are.
///
/// # Errors
///
/// It cannot be written.
pub fn write_at(
    case: &Case,
    places: &[u32],
    form: ListForm,
    out: &mut dyn io::Write,
    goes_on: &dyn Fn(usize) -> bool,
) -> io::Result<bool> {
    let picture = event_picture(&case.artifacts, &case.facts, Rows::All);
    if form == ListForm::Csv {
        out.write_all(csv_head().as_bytes())?;
    }
    for (written, row) in listed(case, &picture, places).enumerate() {
        if written.is_multiple_of(BREATH) && !goes_on(written) {
            return Ok(false);
        }
        let line = match form {
            ListForm::Csv => csv_line(&row),
            ListForm::Ndjson => ndjson_line(&row)?,
        };
        out.write_all(line.as_bytes())?;
    }
    out.flush()?;
    Ok(goes_on(places.len()))
}

fn listed<'a>(case: &'a Case, picture: &'a EventPicture<'_>, places: &'a [u32]) -> impl Iterator<Item = Row> + 'a {
    let mut attempt_of: BTreeMap<usize, (u64, Option<String>)> = BTreeMap::new();
    for (number, sign_in) in (1..).zip(&picture.sign_ins) {
        let request = sign_in.request.and_then(|at| place(case, at));
        attempt_of.extend(sign_in.events.iter().map(|index| (*index, (number, request.clone()))));
    }
    places.iter().filter_map(move |index| {
        let index = usize::try_from(*index).ok()?;
        let attempt = picture.attempts.get(index)?;
        let read = case.artifact(attempt.at.artifact)?;
        let bundle = usize::try_from(read.artifact.bundle).ok().and_then(|bundle| case.bundles.get(bundle));
        let bundle = bundle.map(|bundle| bundle.name.clone()).unwrap_or_default();
        let mut row = row(&bundle, &read.artifact.path, attempt);
        if let Some((number, request)) = attempt_of.remove(&index) {
            (row.sign_in, row.request) = (Some(number), request);
        }
        Some(row)
    })
}

/// The rows of a case in columns, to be filtered and sorted.
pub fn columns(case: &Case, attempts: &[Attempt<'_>]) -> Events {
    Events::of(attempts, |artifact| place(case, artifact.whole()).unwrap_or_default())
}

/// `iis/logs/u_ex260302.log:12`, behind the name of its bundle where there are several.
pub fn place(case: &Case, at: Evidence) -> Option<String> {
    let artifact = &case.artifact(at.artifact)?.artifact;
    let bundle = usize::try_from(artifact.bundle).ok().and_then(|bundle| case.bundles.get(bundle));
    let path = match bundle {
        Some(bundle) if case.bundles.len() > 1 => format!("{}: {}", bundle.name, artifact.path),
        _ => artifact.path.clone(),
    };
    Some(match at.place {
        Place::Lines { first, .. } => format!("{path}:{first}"),
        Place::Record(record) => format!("{path}, record {record}"),
        Place::Whole => path,
    })
}

fn row(bundle: &str, artifact: &str, attempt: &Attempt<'_>) -> Row {
    let own = |words: Option<&str>| words.map(str::to_owned);
    let hexadecimal = |code: Code| format!("{:#x}", code.value);
    Row {
        bundle: bundle.to_owned(),
        artifact: artifact.to_owned(),
        record: match attempt.at.place {
            Place::Record(number) => Some(number),
            Place::Whole | Place::Lines { .. } => None,
        },
        first_seen: attempt.first.map(|time| time.to_string()),
        last_seen: attempt.last.map(|time| time.to_string()),
        local_time: own(attempt.local_time),
        count: attempt.count,
        computer: attempt.computer.to_owned(),
        provider: attempt.provider.to_owned(),
        event_id: attempt.id,
        kind: attempt.kind.word(),
        outcome: attempt.outcome.word(),
        user: own(attempt.user),
        domain: own(attempt.domain),
        client: own(attempt.client),
        service: own(attempt.service),
        package: own(attempt.package),
        logon_type: attempt.logon_type,
        encryption_type: attempt.encryption_type,
        code: attempt.code.map(hexadecimal),
        code_name: attempt.code.and_then(|code| code.name),
        sub_code: attempt.sub_code.map(hexadecimal),
        sub_code_name: attempt.sub_code.and_then(|code| code.name),
        sign_in: None,
        request: None,
        texts: attempt.texts().map(str::to_owned).collect(),
    }
}

impl Row {
    /// Its cells, in the order of [`COLUMNS`].
    fn cells(&self) -> [String; 26] {
        let text = |words: &Option<String>| words.clone().unwrap_or_default();
        let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        [
            self.bundle.clone(),
            self.artifact.clone(),
            self.record.map(|record| record.to_string()).unwrap_or_default(),
            text(&self.first_seen),
            text(&self.last_seen),
            text(&self.local_time),
            self.count.to_string(),
            self.computer.clone(),
            self.provider.clone(),
            self.event_id.to_string(),
            self.kind.to_owned(),
            self.outcome.to_owned(),
            text(&self.user),
            text(&self.domain),
            text(&self.client),
            text(&self.service),
            text(&self.package),
            number(self.logon_type),
            number(self.encryption_type),
            text(&self.code),
            name(self.code_name),
            text(&self.sub_code),
            name(self.sub_code_name),
            self.sign_in.map(|number| number.to_string()).unwrap_or_default(),
            text(&self.request),
            self.texts.join("; "),
        ]
    }
}

/// A JSON object for each row, a line each.
///
/// # Errors
///
/// A row cannot be serialized.
pub fn ndjson(rows: &[Row]) -> Result<String, serde_json::Error> {
    rows.iter().map(ndjson_line).collect()
}

fn ndjson_line(row: &Row) -> Result<String, serde_json::Error> {
    let mut line = String::new();
    // Characters that steer a terminal stand in strings alone, where JSON can write them in another way.
    for character in serde_json::to_string(row)?.chars() {
        if is_invisible(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        } else {
            line.push(character);
        }
    }
    line.push('\n');
    Ok(line)
}

/// A table for spreadsheets (RFC 4180), whose cells are words and never formulas.
pub fn csv(rows: &[Row]) -> String {
    rows.iter().fold(csv_head(), |table, row| table + &csv_line(row))
}

fn csv_head() -> String {
    format!("{}\r\n", COLUMNS.join(","))
}

fn csv_line(row: &Row) -> String {
    format!("{}\r\n", row.cells().map(|cell| csv_cell(&cell)).join(","))
}

/// Spreadsheets run what begins like a formula; an apostrophe in front makes it words.
fn csv_cell(words: &str) -> String {
    let shown = escape(words);
    let is_formula =
        shown.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    let shown = if is_formula { format!("'{shown}") } else { shown };
    if shown.contains(['"', ',', ';', '\'']) { format!("\"{}\"", shown.replace('"', "\"\"")) } else { shown }
}

/// A table for people.
pub fn table(rows: &[Row]) -> String {
    let mut head = [
        "first seen (UTC)",
        "count",
        "event",
        "what",
        "outcome",
        "user",
        "client",
        "service",
        "package",
        "code",
        "texts",
    ];
    if rows.iter().all(|row| row.texts.is_empty()) {
        head[10] = "";
    }
    let lines: Vec<[String; 11]> = rows.iter().map(cells_for_people).collect();
    let mut widths = head.map(str::len);
    for cells in &lines {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count()).min(WIDEST);
        }
    }
    let mut table = String::new();
    for cells in std::iter::once(&head.map(str::to_owned)).chain(&lines) {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(cells) {
            let _ = write!(line, "{cell:width$}  ");
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}

/// Characters of the widest column; a longer cell pushes the rest of its line to the right.
const WIDEST: usize = 44;
/// Characters of texts without a name in a table; other forms have all of them.
const TEXTS: usize = 160;

fn cells_for_people(row: &Row) -> [String; 11] {
    let text = |words: &Option<String>| words.as_deref().map(escape).unwrap_or_default();
    let named = |code: &Option<String>, name: Option<&str>| match (code, name) {
        (Some(code), Some(name)) => format!("{code} {name}"),
        (Some(code), None) => code.clone(),
        (None, _) => String::new(),
    };
    let code = named(&row.code, row.code_name);
    let sub_code = named(&row.sub_code, row.sub_code_name);
    let user = match (&row.domain, &row.user) {
        (Some(domain), Some(user)) if !user.contains('@') => escape(&format!("{domain}\\{user}")),
        _ => text(&row.user),
    };
    [
        row.first_seen
            .as_deref()
            .map_or_else(|| text(&row.local_time), |time| time.get(..19).unwrap_or(time).replace('T', " ")),
        row.count.to_string(),
        row.event_id.to_string(),
        row.kind.to_owned(),
        row.outcome.to_owned(),
        user,
        text(&row.client),
        text(&row.service),
        text(&row.package),
        if sub_code.is_empty() { code } else { format!("{code}, {sub_code}") },
        escape(&row.texts.join("; ")).chars().take(TEXTS).collect(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hostile(user: &str) -> Row {
        Row {
            bundle: "a.zip".to_owned(),
            artifact: "events/Security.evtx".to_owned(),
            record: Some(7),
            first_seen: Some("2026-03-02T08:15:00.123Z".to_owned()),
            last_seen: Some("2026-03-02T08:15:00.123Z".to_owned()),
            local_time: None,
            count: 1,
            computer: "WEB01".to_owned(),
            provider: "NETLOGON".to_owned(),
            event_id: 4625,
            kind: "logon",
            outcome: "failed",
            user: Some(user.to_owned()),
            domain: None,
            client: None,
            service: None,
            package: None,
            logon_type: Some(3),
            encryption_type: None,
            code: Some("0xc000006d".to_owned()),
            code_name: Some("STATUS_LOGON_FAILURE"),
            sub_code: None,
            sub_code_name: None,
            sign_in: Some(1),
            request: None,
            texts: vec![user.to_owned()],
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for user in ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "  =1", "\t=1", "\u{ff1d}1"] {
            let line = csv(&[hostile(user)]).lines().nth(1).map(str::to_owned).expect("a line");
            let cell = line.split(",failed,").nth(1).expect("a cell");
            assert!(cell.starts_with("\"'"), "{cell}");
        }
        assert!(csv(&[hostile("a\"b,c")]).contains("\"a\"\"b,c\""));
    }

    #[test]
    fn nothing_steers_a_terminal_and_json_loses_nothing() {
        let user = "a\u{1b}[31m\u{202e}\u{7f}\r\nb";
        let rows = [hostile(user)];
        let json = ndjson(&rows).expect("serializes");
        for shown in [table(&rows), csv(&rows), json.clone()] {
            assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7f}']), "{shown:?}");
        }
        assert_eq!((json.lines().count(), table(&rows).lines().count(), csv(&rows).lines().count()), (1, 2, 2));
        let read: serde_json::Value = serde_json::from_str(json.trim_end()).expect("is JSON");
        assert_eq!(read["user"], user);
        assert_eq!(read.as_object().map(serde_json::Map::len), Some(COLUMNS.len()));
        assert!(COLUMNS.iter().all(|name| read.get(name).is_some()));
    }
}

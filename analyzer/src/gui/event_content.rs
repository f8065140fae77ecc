//! What the window knows of the events of a case: their columns, what belongs together, and which findings cite them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::artifacts::contents::Contents;
use crate::artifacts::event_log::EventLog;
use crate::case::Case;
use crate::codes::number::thousands;
use crate::evidence::place::Evidence;
use crate::facts::event_picture::{Rows, event_picture};
use crate::gui::clock::HostClock;
use crate::gui::content::ROWS;
use crate::report::escape::escape;
use crate::report::event_list::columns;
use crate::report::headline::plural;
use crate::timeline::columns::Events;

/// The events of a case.
#[derive(Debug, Default)]
pub struct EventContent {
    /// In columns.
    pub events: Arc<Events>,
    /// Rows that tell of one attempt to sign in, each attempt with its rows.
    pub attempts: Vec<Vec<u32>>,
    /// The attempt that a row belongs to.
    pub attempt_of: BTreeMap<u32, usize>,
    /// The findings that cite a row, by their places in the diagnosis.
    pub findings: BTreeMap<u32, Vec<usize>>,
    /// Records that are cited, or told apart from others, under the row that stands for them.
    rows: BTreeMap<Evidence, u32>,
    /// How many records the logs have, whatever they are about.
    pub records: u64,
    /// How many logs there are.
    pub logs: usize,
    /// What is known of the logs that may mislead whoever counts.
    pub doubts: Vec<String>,
    /// The clock of the first host that tells it.
    pub clock: Option<HostClock>,
}

impl EventContent {
    /// Puts the events of a case into columns.
    pub fn of(case: &Case) -> Self {
        let picture = event_picture(&case.artifacts, &case.facts, Rows::All);
        let events = columns(case, &picture.attempts);
        let logs: Vec<&EventLog> = logs(case).collect();
        let attempts: Vec<Vec<u32>> = picture
            .sign_ins
            .iter()
            .map(|sign_in| sign_in.events.iter().filter_map(|row| u32::try_from(*row).ok()).collect())
            .collect();
        let attempt_of =
            attempts.iter().enumerate().flat_map(|(number, rows)| rows.iter().map(move |row| (*row, number)));
        let mut content = Self {
            attempt_of: attempt_of.collect(),
            attempts,
            records: logs.iter().fold(0, |sum, log| sum.saturating_add(log.records)),
            logs: logs.len(),
            doubts: doubts(case),
            clock: clock(case),
            ..Self::default()
        };
        content.cite(case, &events);
        content.events = Arc::new(events);
        content
    }

    /// Finds the rows of all records that anything points at.
    fn cite(&mut self, case: &Case, events: &Events) {
        let cited = case
            .diagnosis
            .findings
            .iter()
            .take(ROWS)
            .enumerate()
            .flat_map(|(number, ranked)| ranked.finding.evidence.iter().map(move |at| (*at, number)));
        let cited: Vec<(Evidence, usize)> = cited.collect();
        let mut wanted: BTreeSet<Evidence> = cited.iter().map(|(at, _)| *at).collect();
        // The last record of those that are alike is shown by the row of the first.
        let ends = logs(case).flat_map(EventLog::all_tallies).filter(|tally| wanted.contains(&tally.last.at()));
        let first_of: BTreeMap<Evidence, Evidence> = ends.map(|tally| (tally.last.at(), tally.first.at())).collect();
        wanted.extend(first_of.values());
        for row in 0..u32::try_from(events.len()).unwrap_or(u32::MAX) {
            let Some(at) = events.get(row).map(|event| event.at) else { break };
            if wanted.contains(&at) {
                self.rows.entry(at).or_insert(row);
            }
        }
        for (last, first) in first_of {
            if let Some(row) = self.rows.get(&first).copied() {
                self.rows.entry(last).or_insert(row);
            }
        }
        for (at, number) in cited {
            if let Some(row) = self.rows.get(&at) {
                let findings = self.findings.entry(*row).or_default();
                // Those of one finding come one after the other.
                if findings.last() != Some(&number) {
                    findings.push(number);
                }
            }
        }
    }

    /// The row that shows a record.
    pub fn row_of(&self, at: Evidence) -> Option<u32> {
        self.rows.get(&at).copied().or_else(|| self.events.row_of(at))
    }

    /// What the list holds, in a sentence.
    pub fn sentence(&self) -> String {
        if self.logs == 0 {
            return "There is no event log in this case.".to_owned();
        }
        format!(
            "{} of {} in {} concern sign-in.",
            thousands(self.events.total()),
            counted(self.records, "record"),
            plural(self.logs, "log")
        )
    }
}

/// `12,431 events`
pub fn counted(count: u64, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {what}{ending}", thousands(count))
}

fn logs(case: &Case) -> impl Iterator<Item = &EventLog> {
    case.artifacts.iter().filter_map(|read| match &read.contents.value {
        Contents::EventLog(log) => Some(log),
        _ => None,
    })
}

/// What is missing or damaged in the logs.
fn doubts(case: &Case) -> Vec<String> {
    let is_log = |subject: &str| {
        let log =
            |read: &&crate::artifacts::contents::ReadArtifact| matches!(read.contents.value, Contents::EventLog(_));
        case.artifacts.iter().filter(log).any(|read| read.artifact.path == subject)
    };
    let gaps = case.gaps.iter().filter(|gap| is_log(&gap.subject));
    gaps.map(|gap| format!("{}: {}", escape(&gap.subject), escape(&gap.reason.to_string()))).collect()
}

fn clock(case: &Case) -> Option<HostClock> {
    case.bundles.iter().find_map(|bundle| {
        Some(HostClock { host: escape(bundle.host.as_deref()?), minutes: bundle.utc_offset_minutes? })
    })
}

//! Event logs: the newest that fits, by export, else by copying the file.

use std::time::Duration;

use kerbscope_shared::manifest::{CollectionStatus, Source};

use crate::event_log::EventLog;
use crate::host::{Ending, Host, RunLimits};
use crate::runner::{Outcome, judge};

/// How much of a log is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLimits {
    /// How many days back.
    pub days: u32,
    /// How many bytes at most.
    pub bytes: u64,
}

/// The periods to which an export is narrowed when more is too much: it starts with the oldest event, and the
/// newest are worth most.
const NARROWER_HOURS: [u64; 2] = [24, 3];

/// Brings a log home.
pub fn export(host: &dyn Host, log: EventLog, time: Duration, limits: LogLimits) -> Outcome {
    let exported = by_export(host, log, time, limits);
    if exported.bytes.is_some() || exported.status == CollectionStatus::Collected {
        return exported;
    }
    let copied = by_copy(host, log, limits);
    if copied.bytes.is_none() {
        return exported;
    }
    let said = exported.detail.unwrap_or_else(|| format!("{:?}", exported.status));
    Outcome { detail: Some(format!("the log file was copied, because wevtutil did not export it: {said}")), ..copied }
}

fn by_export(host: &dyn Host, log: EventLog, time: Duration, limits: LogLimits) -> Outcome {
    let wanted = u64::from(limits.days).saturating_mul(24);
    let mut outcome = one_export(host, log, time, limits, wanted);
    for hours in NARROWER_HOURS.into_iter().filter(|hours| *hours < wanted) {
        if !matches!(outcome.status, CollectionStatus::Truncated | CollectionStatus::TimedOut) {
            break;
        }
        let narrower = one_export(host, log, time, limits, hours);
        if narrower.status == CollectionStatus::Collected {
            let detail = Some(format!("the last {hours} hours; {} days were too much", limits.days));
            return Outcome { status: CollectionStatus::Truncated, detail, ..narrower };
        }
        if narrower.bytes.is_some() {
            outcome = narrower;
        }
    }
    outcome
}

fn one_export(host: &dyn Host, log: EventLog, time: Duration, limits: LogLimits, hours: u64) -> Outcome {
    let command = log.export(hours);
    let source = Source::Command(command.to_string());
    let answer = host.run(&command, RunLimits { time, bytes: limits.bytes });
    let whole = matches!(answer.ending, Ending::Exited(0) | Ending::Cut | Ending::OutOfTime);
    let outcome = judge(answer, source, &[0]);
    // After an error, the bytes are what the program printed: no event log.
    Outcome { bytes: outcome.bytes.filter(|_| whole), ..outcome }
}

fn by_copy(host: &dyn Host, log: EventLog, limits: LogLimits) -> Outcome {
    let path = host.expand(&log.file());
    judge(host.read_file(&path, limits.bytes), Source::File(path), &[])
}

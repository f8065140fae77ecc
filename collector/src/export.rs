//! Event logs: the newest that fits, by export, else by copying the file.

use std::time::Duration;

use kerbscope_shared::manifest::{CollectionStatus, Source};

use crate::event_log::EventLog;
use crate::host::{Ending, Host, RunLimits};
use crate::outcome::{Outcome, judge};

/// How much of a log is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLimits {
    /// How many days back.
    pub days: u32,
    /// How many bytes at most.
    pub bytes: u64,
}

impl Default for LogLimits {
    fn default() -> Self {
        Self { days: 7, bytes: 64 << 20 }
    }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use std::io;

    use crate::host::{Answer, Command, Listed, SeekRead};
    use crate::http_head::HeadRequest;

    /// A server whose `wevtutil` answers by the hours it is asked for, and whose log file may be readable.
    #[derive(Default)]
    struct Logs {
        exports: BTreeMap<u64, Answer>,
        file: Option<Answer>,
    }

    impl Host for Logs {
        fn read_file(&self, path: &str, _: u64) -> Answer {
            assert_eq!(path, r"C:\Windows\System32\winevt\Logs\Security.evtx");
            self.file.clone().unwrap_or_else(|| Answer::bare(Ending::Denied))
        }

        fn open(&self, _: &str) -> io::Result<Box<dyn SeekRead>> {
            Err(io::ErrorKind::NotFound.into())
        }

        fn list(&self, _: &str) -> io::Result<Vec<Listed>> {
            Err(io::ErrorKind::NotFound.into())
        }

        fn http_head(&self, _: &HeadRequest, _: Duration) -> Answer {
            Answer::bare(Ending::Absent)
        }

        fn run(&self, command: &Command, _: RunLimits) -> Answer {
            let hours = self.exports.keys().find(|hours| *command == EventLog::Security.export(**hours));
            hours.and_then(|hours| self.exports.get(hours)).expect("an export that is planned").clone()
        }

        fn variable(&self, _: &str) -> Option<String> {
            None
        }
    }

    fn answer(ending: Ending, bytes: &[u8]) -> Answer {
        Answer { bytes: bytes.to_vec(), ..Answer::bare(ending) }
    }

    fn check(
        exports: &[(u64, Answer)],
        file: Option<Answer>,
        status: CollectionStatus,
        bytes: Option<&[u8]>,
    ) -> Outcome {
        let logs = Logs { exports: exports.iter().cloned().collect(), file };
        let limits = LogLimits { days: 7, bytes: 100 };
        let outcome = export(&logs, EventLog::Security, Duration::from_secs(1), limits);
        assert_eq!((outcome.status, outcome.bytes.as_deref()), (status, bytes));
        outcome
    }

    #[test]
    fn an_export_that_fits_is_taken() {
        let week = (168, answer(Ending::Exited(0), b"week"));
        let outcome = check(&[week], None, CollectionStatus::Collected, Some(b"week"));
        assert_eq!(outcome.source, Source::Command(EventLog::Security.export(168).to_string()));
    }

    #[test]
    fn what_is_too_much_is_narrowed_to_the_newest() {
        let cut = |bytes| answer(Ending::Cut, bytes);
        let day = [(168, cut(b"old")), (24, answer(Ending::Exited(0), b"day"))];
        let outcome = check(&day, None, CollectionStatus::Truncated, Some(b"day"));
        assert_eq!(outcome.source, Source::Command(EventLog::Security.export(24).to_string()));
        assert_eq!(outcome.detail.as_deref(), Some("the last 24 hours; 7 days were too much"));
        let never = [(168, cut(b"old")), (24, cut(b"newer")), (3, answer(Ending::OutOfTime, b""))];
        check(&never, None, CollectionStatus::Truncated, Some(b"newer"));
    }

    #[test]
    fn what_cannot_be_exported_is_copied() {
        let refused = (168, answer(Ending::Exited(120), b"Failed to export log.\r\nNot supported.\r\n"));
        let file = Some(answer(Ending::Complete, b"ElfFile"));
        let outcome = check(&[refused], file, CollectionStatus::Collected, Some(b"ElfFile"));
        assert_eq!(outcome.source, Source::File(r"C:\Windows\System32\winevt\Logs\Security.evtx".to_owned()));
        assert!(outcome.detail.expect("a reason").ends_with(": Not supported."));
    }

    #[test]
    fn what_cannot_be_copied_either_has_the_reason_of_the_export() {
        let refused = (168, answer(Ending::Exited(5), b"Access is denied.\r\n"));
        let outcome = check(&[refused], None, CollectionStatus::AccessDenied, None);
        assert_eq!(outcome.detail.as_deref(), Some("Access is denied."));
    }

    #[test]
    fn what_took_too_long_without_a_byte_is_copied() {
        let late = |hours| (hours, answer(Ending::OutOfTime, b""));
        let file = Some(answer(Ending::Cut, b"Elf"));
        check(&[late(168), late(24), late(3)], file, CollectionStatus::Truncated, Some(b"Elf"));
    }
}

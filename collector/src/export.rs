//! Event logs: the newest that fits, by export, else by copying the file.

use std::io::Read;
use std::time::Duration;

use kerbscope_shared::manifest::{CollectionStatus, Source};

use crate::event_log::EventLog;
use crate::host::{Ending, Host, LongAnswer, RunLimits};
use crate::outcome::{Outcome, judge, words};

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

/// What of a log is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// How much.
    pub limits: LogLimits,
    /// Whom it must concern; empty for everybody.
    pub accounts: &'a [String],
}

/// The periods to which an export is narrowed when more is too much: it starts with the oldest event, and the
/// newest are worth most.
const NARROWER_HOURS: [u64; 2] = [24, 3];

/// A log that was brought home, or why it was not.
pub struct Exported {
    /// How it went. The bytes are not in here: a log may be longer than the memory that we may take.
    pub outcome: Outcome,
    /// Where the log can be read.
    pub content: Option<Box<dyn Read>>,
}

/// Brings a log home.
pub fn export(host: &dyn Host, log: EventLog, time: Duration, wish: Wish<'_>) -> Exported {
    let exported = by_export(host, log, time, wish);
    // What is not there to be exported has no file either.
    if exported.content.is_some() || exported.outcome.status == CollectionStatus::NotPresent {
        return exported;
    }
    // A copy has everybody in it. On a domain controller, that is nobody's business.
    if !wish.accounts.is_empty() && log == EventLog::Security {
        return exported;
    }
    let copied = by_copy(host, log);
    if copied.content.is_none() {
        return exported;
    }
    let said = exported.outcome.detail.unwrap_or_else(|| words(exported.outcome.status));
    let detail = Some(format!("the log file was copied, because it could not be exported: {said}"));
    Exported { outcome: Outcome { detail, ..copied.outcome }, ..copied }
}

fn by_export(host: &dyn Host, log: EventLog, time: Duration, wish: Wish<'_>) -> Exported {
    let limits = wish.limits;
    let wanted = u64::from(limits.days).saturating_mul(24);
    let mut exported = one_export(host, log, time, wish, wanted);
    for hours in NARROWER_HOURS.into_iter().filter(|hours| *hours < wanted) {
        if !matches!(exported.outcome.status, CollectionStatus::Truncated | CollectionStatus::TimedOut) {
            break;
        }
        let narrower = one_export(host, log, time, wish, hours);
        if narrower.outcome.status == CollectionStatus::Collected {
            let detail = Some(format!("the last {hours} hours; {} days were too much", limits.days));
            let outcome = Outcome { status: CollectionStatus::Truncated, detail, ..narrower.outcome };
            return Exported { outcome, ..narrower };
        }
        if narrower.content.is_some() {
            exported = narrower;
        }
    }
    exported
}

fn one_export(host: &dyn Host, log: EventLog, time: Duration, wish: Wish<'_>, hours: u64) -> Exported {
    let export = log.export_about(hours, wish.accounts);
    let answer = host.export_events(&export, RunLimits { time, bytes: wish.limits.bytes });
    Exported::of(answer, export.source())
}

fn by_copy(host: &dyn Host, log: EventLog) -> Exported {
    let path = host.expand(&log.file());
    let answer = match host.open(&path) {
        Ok(file) => LongAnswer { content: Some(file), ..LongAnswer::bare(Ending::Complete) },
        Err(error) => LongAnswer::of_error(&error),
    };
    Exported::of(answer, Source::File(path))
}

impl Exported {
    /// What an answer of the server means.
    pub fn of(answer: LongAnswer, source: Source) -> Self {
        let (answer, content) = answer.split();
        Self { outcome: Outcome { bytes: None, ..judge(answer, source, &[]) }, content }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::{self, Cursor, ErrorKind};

    use super::*;
    use crate::event_log::EventExport;
    use crate::host::{Answer, Command, Listed, SeekRead};
    use crate::http_head::HeadRequest;

    /// An answer, before it is asked for: how it ends, and what can be read.
    type Prepared = (Ending, Option<&'static str>);

    /// A server that answers by the hours it is asked for, and whose log file may be readable.
    #[derive(Default)]
    struct Logs {
        exports: BTreeMap<u64, Prepared>,
        file: Option<&'static str>,
    }

    impl Host for Logs {
        fn read_file(&self, _: &str, _: u64) -> Answer {
            Answer::bare(Ending::Absent)
        }

        fn open(&self, path: &str) -> io::Result<Box<dyn SeekRead>> {
            assert_eq!(path, r"C:\Windows\System32\winevt\Logs\Security.evtx");
            self.file.map(|text| Box::new(Cursor::new(text)) as Box<dyn SeekRead>).ok_or(ErrorKind::NotFound.into())
        }

        fn list(&self, _: &str) -> io::Result<Vec<Listed>> {
            Err(ErrorKind::NotFound.into())
        }

        fn http_head(&self, _: &HeadRequest, _: Duration) -> Answer {
            Answer::bare(Ending::Absent)
        }

        fn export_events(&self, export: &EventExport, _: RunLimits) -> LongAnswer {
            let asked = |hours: &&u64| {
                let about = EventLog::Security.export_about(**hours, &["WEB01".to_owned()]);
                *export == EventLog::Security.export(**hours) || *export == about
            };
            let hours = self.exports.keys().find(asked);
            answer(*hours.and_then(|hours| self.exports.get(hours)).expect("an export that is planned"))
        }

        fn run(&self, _: &Command, _: RunLimits) -> Answer {
            Answer::bare(Ending::Absent)
        }

        fn variable(&self, _: &str) -> Option<String> {
            None
        }
    }

    fn answer((ending, content): Prepared) -> LongAnswer {
        let content = content.map(|text| Box::new(text.as_bytes()) as Box<dyn Read>);
        LongAnswer { content, detail: Some("why".to_owned()), ..LongAnswer::bare(ending) }
    }

    fn check(
        exports: &[(u64, Prepared)],
        file: Option<&'static str>,
        status: CollectionStatus,
        content: Option<&str>,
    ) -> Outcome {
        let logs = Logs { exports: exports.iter().copied().collect(), file };
        let limits = LogLimits { days: 7, bytes: 100 };
        let exported = export(&logs, EventLog::Security, Duration::from_secs(1), Wish { limits, accounts: &[] });
        let text = exported.content.map(|mut content| {
            let mut text = String::new();
            content.read_to_string(&mut text).expect("text");
            text
        });
        assert_eq!((exported.outcome.status, text.as_deref()), (status, content));
        exported.outcome
    }

    #[test]
    fn an_export_that_fits_is_taken() {
        let week = (168, (Ending::Complete, Some("week")));
        let outcome = check(&[week], None, CollectionStatus::Collected, Some("week"));
        assert_eq!(outcome.source, EventLog::Security.export(168).source());
    }

    #[test]
    fn what_is_too_much_is_narrowed_to_the_newest() {
        let cut = |text| (Ending::Cut, Some(text));
        let day = [(168, cut("old")), (24, (Ending::Complete, Some("day")))];
        let outcome = check(&day, None, CollectionStatus::Truncated, Some("day"));
        assert_eq!(outcome.source, EventLog::Security.export(24).source());
        assert_eq!(outcome.detail.as_deref(), Some("the last 24 hours; 7 days were too much"));
        let never = [(168, cut("old")), (24, cut("newer")), (3, (Ending::OutOfTime, None))];
        check(&never, None, CollectionStatus::Truncated, Some("newer"));
    }

    #[test]
    fn what_cannot_be_exported_is_copied() {
        let refused = (168, (Ending::Broken(120), None));
        let file = Some("ElfFile");
        let outcome = check(&[refused], file, CollectionStatus::Collected, Some("ElfFile"));
        assert_eq!(outcome.source, Source::File(r"C:\Windows\System32\winevt\Logs\Security.evtx".to_owned()));
        assert_eq!(outcome.detail.as_deref(), Some("the log file was copied, because it could not be exported: why"));
    }

    #[test]
    fn what_cannot_be_copied_either_has_the_reason_of_the_export() {
        let outcome = check(&[(168, (Ending::Denied, None))], None, CollectionStatus::AccessDenied, None);
        assert_eq!((outcome.detail.as_deref(), outcome.bytes), (Some("why"), None));
    }

    #[test]
    fn a_log_that_does_not_exist_is_not_looked_for_on_the_disk() {
        let file = Some("a remnant");
        check(&[(168, (Ending::Broken(15007), None))], file, CollectionStatus::NotPresent, None);
    }

    #[test]
    fn what_took_too_long_without_a_byte_is_copied() {
        let late = |hours| (hours, (Ending::OutOfTime, None));
        let file = Some("Elf");
        check(&[late(168), late(24), late(3)], file, CollectionStatus::Collected, Some("Elf"));
    }

    #[test]
    fn a_log_about_everybody_is_not_copied_where_only_some_accounts_matter() {
        let logs = Logs { file: Some("everybody"), exports: [(168, (Ending::Denied, None))].into() };
        let limits = LogLimits { days: 7, bytes: 100 };
        let accounts = ["WEB01".to_owned()];
        let wish = Wish { limits, accounts: &accounts };
        let exported = export(&logs, EventLog::Security, Duration::from_secs(1), wish);
        assert!(exported.content.is_none(), "{:?}", exported.outcome);
    }
}

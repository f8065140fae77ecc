//! Runs the steps one after the other; what goes wrong becomes a row, and the next step runs.

use std::io::{Seek, Write};
use std::time::{Duration, Instant};

use kerbscope_shared::manifest::{CollectionStatus, Entry, Source};
use kerbscope_shared::write::{Attempt, BundleWriter, WriteError};

use crate::export::{LogLimits, export};
use crate::facts::Facts;
use crate::host::{Answer, Ending, Host, RunLimits};
use crate::live::first_line;
use crate::markup;
use crate::plan::{self, SizeLimit, Step, Subjects, Take};
use crate::redact::redact;
use crate::sites::{self, Names};

/// Who wants to know how it goes.
pub trait Progress {
    /// A step begins.
    fn begin(&mut self, title: &str);
    /// It has ended like this.
    fn end(&mut self, title: &str, entry: &Entry);
}

/// How a step ended, before it becomes a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Where it came from, after all.
    pub source: Source,
    /// How it ended.
    pub status: CollectionStatus,
    /// What came.
    pub bytes: Option<Vec<u8>>,
    /// How many secrets were taken out.
    pub redactions: u32,
    /// What the system said.
    pub detail: Option<String>,
}

/// Runs the whole plan.
///
/// # Errors
///
/// Only when the bundle cannot be written: whatever the server answers is a row.
pub fn collect<W: Write + Seek>(
    host: &dyn Host,
    facts: &Facts,
    logs: LogLimits,
    bundle: &mut BundleWriter<W>,
    progress: &mut dyn Progress,
) -> Result<(), WriteError> {
    let mut names = None;
    for step in plan::first(facts) {
        let (outcome, found) = run(host, &step, logs, bundle, progress)?;
        names = found.filter(|_| outcome == CollectionStatus::Collected);
    }
    for step in plan::rest(facts, &Subjects::new(facts, names.as_ref())) {
        run(host, &step, logs, bundle, progress)?;
    }
    Ok(())
}

fn run<W: Write + Seek>(
    host: &dyn Host,
    step: &Step,
    logs: LogLimits,
    bundle: &mut BundleWriter<W>,
    progress: &mut dyn Progress,
) -> Result<(CollectionStatus, Option<Names>), WriteError> {
    progress.begin(&step.title);
    let began = Instant::now();
    let (outcome, names) = take(host, step, logs);
    let attempt = Attempt {
        kind: step.row.kind,
        file_name: step.file_name.clone(),
        source: outcome.source,
        status: outcome.status,
        bytes: outcome.bytes,
        duration_ms: millis(began.elapsed()),
        redactions: outcome.redactions,
        detail: outcome.detail,
    };
    let entry = bundle.add(attempt)?;
    progress.end(&step.title, entry);
    Ok((entry.status, names))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn take(host: &dyn Host, step: &Step, logs: LogLimits) -> (Outcome, Option<Names>) {
    let bytes = match step.row.size_limit {
        SizeLimit::Bytes(bytes) => bytes,
        SizeLimit::EventLog => logs.bytes,
    };
    let time = step.row.time_limit;
    let outcome = match &step.take {
        Take::Configuration(path) => return configuration(host, path, bytes),
        Take::Program(command, good_exits) => {
            let answer = host.run(command, RunLimits { time, bytes });
            judge(answer, Source::Command(command.to_string()), good_exits)
        }
        Take::EventLog(log) => export(host, *log, time, logs),
        Take::LeftOut(source, why) => Outcome {
            source: source.clone(),
            status: CollectionStatus::Skipped,
            bytes: None,
            redactions: 0,
            detail: Some((*why).to_owned()),
        },
    };
    (outcome, None)
}

/// The configuration leaves the server without its secrets, or not at all.
fn configuration(host: &dyn Host, path: &str, limit_bytes: u64) -> (Outcome, Option<Names>) {
    let path = host.expand(path);
    let outcome = judge(host.read_file(&path, limit_bytes), Source::File(path), &[]);
    let Some(bytes) = &outcome.bytes else { return (outcome, None) };
    match redact(bytes) {
        Ok(redacted) => {
            let names = markup::scan(&redacted.text).ok().map(|tokens| sites::read(&tokens));
            (Outcome { bytes: Some(redacted.bytes), redactions: redacted.removed, ..outcome }, names)
        }
        Err(refused) => {
            let (status, detail) = (CollectionStatus::Failed(-1), Some(refused.to_string()));
            (Outcome { status, bytes: None, detail, ..outcome }, None)
        }
    }
}

/// What an answer means. What a program printed is kept even when it failed: its words may be the evidence.
pub fn judge(answer: Answer, source: Source, good_exits: &[i32]) -> Outcome {
    let printed = matches!(source, Source::Command(_));
    let says = |codes: &[&str]| printed && says_any(&answer.bytes, codes);
    let status = match answer.ending {
        Ending::Complete => CollectionStatus::Collected,
        Ending::Exited(_) if says(&DENIED) => CollectionStatus::AccessDenied,
        Ending::Exited(code) if good_exits.contains(&code) => CollectionStatus::Collected,
        Ending::Exited(_) if says(&DENIED_IF_FAILED) => CollectionStatus::AccessDenied,
        Ending::Exited(5) | Ending::Denied => CollectionStatus::AccessDenied,
        Ending::Exited(code) | Ending::Broken(code) => CollectionStatus::Failed(code),
        Ending::Cut => CollectionStatus::Truncated,
        Ending::OutOfTime => CollectionStatus::TimedOut,
        Ending::Absent => CollectionStatus::NotPresent,
    };
    let failed = matches!(status, CollectionStatus::AccessDenied | CollectionStatus::Failed(_));
    let said = answer.detail.or_else(|| first_line(&answer.bytes).filter(|_| failed && printed));
    let detail = said.filter(|_| status != CollectionStatus::NotPresent);
    // A file or a program that ended well may be empty, and that it is empty is evidence.
    let bytes = (status == CollectionStatus::Collected || !answer.bytes.is_empty()).then_some(answer.bytes);
    Outcome { source, status, bytes, redactions: 0, detail }
}

/// Access denied, as HRESULT and NTSTATUS; then "a required privilege is not held", as NTSTATUS.
const DENIED: [&str; 3] = ["0x80070005", "0xc0000022", "0xc0000061"];

/// Access denied as Win32 error. Flags look the same (`Cache Flags: 0x5`), so it counts only when the program failed.
const DENIED_IF_FAILED: [&str; 2] = ["0x5", "0x00000005"];

/// Tools print codes where they end with another one, or with none: `klist failed with 0xc0000061/…`.
fn says_any(printed: &[u8], codes: &[&str]) -> bool {
    const LONGEST_COMPLAINT: usize = 2000;
    if printed.len() > LONGEST_COMPLAINT {
        return false;
    }
    let text = String::from_utf8_lossy(printed).to_ascii_lowercase();
    text.split(|character: char| !character.is_ascii_alphanumeric()).any(|word| codes.contains(&word))
}

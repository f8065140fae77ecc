//! What came of one step: how it ended, and what it brought home.

use kerbscope_shared::manifest::{CollectionStatus, Source};

use crate::host::{Answer, Ending};

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

/// A status in the words of a person.
pub fn words(status: CollectionStatus) -> String {
    match status {
        CollectionStatus::Collected => "collected".to_owned(),
        CollectionStatus::Truncated => "only in part".to_owned(),
        CollectionStatus::NotPresent => "not on this server".to_owned(),
        CollectionStatus::AccessDenied => "access denied".to_owned(),
        CollectionStatus::Failed(-1) => "failed".to_owned(),
        CollectionStatus::Failed(code) => format!("failed, code {code}"),
        CollectionStatus::TimedOut => "took too long".to_owned(),
        CollectionStatus::Skipped => "left out".to_owned(),
    }
}

/// What an answer means. What a program printed is kept even when it failed: its words may be the evidence.
pub fn judge(answer: Answer, source: Source, good_exits: &[i32]) -> Outcome {
    let printed = matches!(source, Source::Command(_));
    let says = |codes: &[&str]| printed && says_any(&answer.bytes, codes);
    let status = match answer.ending {
        Ending::Complete => CollectionStatus::Collected,
        Ending::Absent | Ending::Exited(NO_SUCH_CHANNEL) | Ending::Broken(NO_SUCH_CHANNEL) => {
            CollectionStatus::NotPresent
        }
        Ending::Exited(_) if says(&DENIED) => CollectionStatus::AccessDenied,
        Ending::Exited(code) if good_exits.contains(&code) => CollectionStatus::Collected,
        Ending::Exited(_) if says(&DENIED_IF_FAILED) => CollectionStatus::AccessDenied,
        Ending::Exited(5) | Ending::Denied => CollectionStatus::AccessDenied,
        Ending::Exited(code) | Ending::Broken(code) => CollectionStatus::Failed(code),
        Ending::Cut => CollectionStatus::Truncated,
        Ending::OutOfTime => CollectionStatus::TimedOut,
    };
    let failed = matches!(status, CollectionStatus::AccessDenied | CollectionStatus::Failed(_));
    let last_line = answer.last_line().filter(|_| failed && printed);
    let said = answer.detail.or(last_line);
    let detail = said.filter(|_| status != CollectionStatus::NotPresent);
    // A file or a program that ended well may be empty, and that it is empty is evidence.
    let brought = match status {
        CollectionStatus::Collected => true,
        CollectionStatus::NotPresent => false,
        _ => !answer.bytes.is_empty(),
    };
    let bytes = brought.then_some(answer.bytes);
    Outcome { source, status, bytes, redactions: 0, detail }
}

/// `ERROR_EVT_CHANNEL_NOT_FOUND`: Windows has no event log of this name. It means nothing else, whoever says it.
const NO_SUCH_CHANNEL: i32 = 15007;

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

//! A file of the server, and what is done with it before it leaves.

use std::io::{self, Read, Seek, SeekFrom};

use kerbscope_shared::manifest::{CollectionStatus, Source};

use crate::encoding;
use crate::host::{Answer, Ending, Host};
use crate::markup;
use crate::outcome::{Outcome, judge};
use crate::plan::row::Treatment;
use crate::redact::{Refused, redact};
use crate::sections;
use crate::sites::{self, Names};

/// Reads a file; a configuration also tells what else to ask about.
pub fn read(host: &dyn Host, path: &str, treatment: Treatment, limit_bytes: u64) -> (Outcome, Option<Names>) {
    let path = host.expand(path);
    let source = Source::File(path.clone());
    match treatment {
        Treatment::Plain => (judge(host.read_file(&path, limit_bytes), source, &[]), None),
        Treatment::End => (end(host, &path, limit_bytes), None),
        Treatment::NegotiateLines => (negotiate_lines(judge(host.read_file(&path, limit_bytes), source, &[])), None),
        Treatment::Redacted => {
            without_secrets(judge(host.read_file(&path, limit_bytes), source, &[]), |bytes| Ok(bytes.to_vec()))
        }
        Treatment::SecuritySections => {
            let outcome = judge(host.read_file(&path, limit_bytes), source, &[]);
            (without_secrets(outcome, security_sections).0, None)
        }
    }
}

/// A configuration leaves the server without its secrets, or not at all.
fn without_secrets(outcome: Outcome, prepare: impl Fn(&[u8]) -> Result<Vec<u8>, Refused>) -> (Outcome, Option<Names>) {
    let Some(bytes) = &outcome.bytes else { return (outcome, None) };
    match prepare(bytes).and_then(|bytes| redact(&bytes)) {
        Ok(redacted) => {
            let whole = outcome.status == CollectionStatus::Collected;
            let names = markup::scan(&redacted.text).ok().filter(|_| whole).map(|tokens| sites::read(&tokens));
            (Outcome { bytes: Some(redacted.bytes), redactions: redacted.removed, ..outcome }, names)
        }
        Err(refused) => {
            let (status, detail) = (CollectionStatus::Failed(-1), Some(refused.to_string()));
            (Outcome { status, bytes: None, detail, ..outcome }, None)
        }
    }
}

fn security_sections(bytes: &[u8]) -> Result<Vec<u8>, Refused> {
    let (encoding, text) = encoding::decode(bytes).map_err(|_| Refused::Undecodable)?;
    let tokens = markup::scan(&text).map_err(Refused::Malformed)?;
    Ok(encoding.encode(&sections::keep(&text, &tokens)))
}

/// The end of a file that grows at its end, from the beginning of a line.
fn end(host: &dyn Host, path: &str, limit_bytes: u64) -> Outcome {
    let read = || -> io::Result<(Vec<u8>, bool)> {
        let mut file = host.open(path)?;
        let size = file.seek(SeekFrom::End(0))?;
        let from = size.saturating_sub(limit_bytes);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        // Not more than there was: somebody may be writing.
        file.take(limit_bytes).read_to_end(&mut bytes)?;
        if from > 0 {
            let line = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
            bytes.drain(..line);
        }
        Ok((bytes, from > 0))
    };
    let source = Source::File(path.to_owned());
    match read() {
        Ok((bytes, cut)) => {
            let ending = if cut { Ending::Cut } else { Ending::Complete };
            let detail = cut.then(|| "the beginning is left out".to_owned());
            judge(Answer { ending, bytes, detail }, source, &[])
        }
        Err(error) => judge(Answer::of_error(&error), source, &[]),
    }
}

/// The settings of Firefox hold a whole life; only those about integrated authentication are anybody's business.
fn negotiate_lines(outcome: Outcome) -> Outcome {
    const SETTINGS: [&str; 3] = ["network.negotiate-auth.", "network.automatic-ntlm-auth.", "network.auth."];
    let keep = |line: &&str| SETTINGS.iter().any(|setting| line.contains(&format!("\"{setting}")));
    let bytes = outcome.bytes.as_ref().map(|bytes| {
        let text = String::from_utf8_lossy(bytes);
        text.lines().filter(keep).flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
    });
    Outcome { bytes, ..outcome }
}

//! The logs of one folder, newest first as far as they are read, in the order of time as they are kept.

use std::io::{self, BufRead, BufReader, Read as _, SeekFrom};

use kerbscope_shared::manifest::{CollectionStatus, Source};

use crate::host::{Answer, Host, Listed, SeekRead};
use crate::outcome::{Outcome, judge};
use crate::plan::step::logs_in;
use crate::requests::Filter;

/// How much is read of all logs of a folder; the newest are worth most.
const READ_BYTES: u64 = 256 << 20;

/// How much of the beginning of a log is searched for the names of its columns.
const HEAD_BYTES: u64 = 4 << 10;

/// What of the logs in a folder is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// How the names of the logs begin.
    pub begins: &'a [&'a str],
    /// How many logs, one for each day.
    pub days: u32,
    /// How many bytes are kept.
    pub limit_bytes: u64,
}

/// Reads the logs of a folder.
pub fn read(host: &dyn Host, folder: &str, wanted: Wanted<'_>) -> Outcome {
    let source = Source::File(logs_in(folder, wanted.begins));
    let listed = match host.list(folder) {
        Ok(listed) => listed,
        Err(error) => return judge(Answer::of_error(&error), source, &[]),
    };
    let chosen = choose(listed, wanted);
    if chosen.is_empty() {
        let detail = Some("there is no log in this folder".to_owned());
        return Outcome { source, status: CollectionStatus::NotPresent, bytes: None, redactions: 0, detail };
    }
    let mut filter = Filter::new(usize::try_from(wanted.limit_bytes).unwrap_or(usize::MAX));
    let mut cut = false;
    let mut problem = None;
    for (log, from) in chosen {
        cut |= from > 0;
        let path = format!(r"{folder}\{}", log.name);
        let read = host.open(&path).and_then(|mut file| pass(file.as_mut(), from, &mut filter));
        problem = read.err().or(problem);
    }
    let seen = filter.seen;
    let (bytes, lost) = filter.finish();
    let mut status = if lost || cut { CollectionStatus::Truncated } else { CollectionStatus::Collected };
    let mut detail = format!("{seen} requests were looked at");
    if let Some(error) = problem {
        status = judge(Answer::of_error(&error), source.clone(), &[]).status;
        detail = format!("{detail}; {error}");
    }
    Outcome { source, status, bytes: Some(bytes), redactions: 0, detail: Some(detail) }
}

/// The newest logs, oldest first, each with the place from which it is read.
fn choose(mut listed: Vec<Listed>, wanted: Wanted<'_>) -> Vec<(Listed, u64)> {
    listed.retain(|file| {
        let name = file.name.to_ascii_lowercase();
        name.strip_suffix(".log").is_some() && wanted.begins.iter().any(|begin| name.starts_with(begin))
    });
    // The name ends with the date; a rolled log of HTTP.sys with a number as wide as all others.
    listed.sort_by(|one, other| one.name.cmp(&other.name));
    let mut budget = READ_BYTES;
    let mut chosen = Vec::new();
    for file in listed.into_iter().rev().take(usize::try_from(wanted.days).unwrap_or(usize::MAX)) {
        if budget == 0 {
            break;
        }
        let from = file.bytes.saturating_sub(budget);
        budget = budget.saturating_sub(file.bytes);
        chosen.push((file, from));
    }
    chosen.reverse();
    chosen
}

fn pass(mut file: &mut dyn SeekRead, from: u64, filter: &mut Filter) -> io::Result<()> {
    if from > 0 {
        let mut head = Vec::new();
        (&mut file).take(HEAD_BYTES).read_to_end(&mut head)?;
        head.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"#")).for_each(|line| filter.line(line));
        file.seek(SeekFrom::Start(from))?;
    }
    let mut reader = BufReader::with_capacity(64 << 10, file);
    let mut line = Vec::new();
    let mut skip = from > 0;
    while next_line(&mut reader, &mut line)? {
        if !std::mem::take(&mut skip) {
            filter.line(&line);
        }
    }
    Ok(())
}

/// A line longer than this is cut; the rest of it comes as a line of its own, which is no request.
const LONGEST_LINE: u64 = 128 << 10;

fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    Ok(reader.by_ref().take(LONGEST_LINE).read_until(b'\n', line)? > 0)
}

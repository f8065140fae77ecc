//! Reads one record of an event log whole, on a thread of its own: the log is on the disk, and may be long.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use jiff::Timestamp;

use crate::artifacts::watch::Watch;
use crate::formats::evtx::whole::Whole;
use crate::formats::identity::Keyring;
use crate::gui::stamp::Stamp;
use crate::open::{FoundRecord, OpenError};
use crate::report::escape::escape;
use crate::timeline::columns::{Micros, NO_TIME};

/// Microseconds that a time may lose on its way into XML.
const ROUNDED: u64 = 1_000;

/// Finds the records with a number in all logs at a path.
pub type Records = fn(&Path, &Keyring, &Watch, u64) -> Result<Vec<FoundRecord>, OpenError>;

/// A path that was opened.
#[derive(Clone, Debug, Default)]
pub struct OpenedPath {
    /// The path.
    pub path: PathBuf,
    /// What was there.
    pub stamp: Stamp,
}

/// Where a case came from, and how to look there again.
#[derive(Clone, Default)]
pub struct Origin {
    /// The paths that were opened, in the order of the bundles of the case.
    pub paths: Vec<OpenedPath>,
    /// What opens them where they are encrypted.
    pub keys: Arc<Keyring>,
    /// How records are found there; none where there is no way.
    pub records: Option<Records>,
}

/// A record that is to be shown whole, and what is known of it: another one may have its number by now.
#[derive(Clone, Debug)]
pub struct WantedRecord {
    /// The number of the bundle that its log is in.
    pub bundle: u32,
    /// Its log.
    pub log: String,
    /// Its number.
    pub number: u64,
    /// The event id.
    pub id: String,
    /// When it happened.
    pub time: Micros,
}

impl std::fmt::Debug for Origin {
    /// Without the keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Origin").field("paths", &self.paths).finish_non_exhaustive()
    }
}

/// A record that is being read, or was.
#[derive(Debug)]
pub enum WholeRecord {
    /// It is being read.
    Reading(Reading),
    /// As XML, line by line.
    Read(Vec<String>),
    /// It cannot be shown; the sentence says why.
    NotShown(String),
}

/// A reading that goes on; it ends when nobody waits for it.
#[derive(Debug)]
pub struct Reading {
    watch: Arc<Watch>,
    answer: Receiver<Result<String, String>>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.watch.stop();
    }
}

impl WholeRecord {
    /// Begins to read a record of a log.
    pub fn read(ctx: &egui::Context, origin: &Origin, wanted: WantedRecord) -> Self {
        let number = usize::try_from(wanted.bundle).unwrap_or(usize::MAX);
        let Some((records, opened)) = origin.records.zip(origin.paths.get(number).cloned()) else {
            return Self::NotShown("The log cannot be read again from here.".to_owned());
        };
        let (sender, answer) = channel();
        let watch = Arc::new(Watch::default());
        let keys = Arc::clone(&origin.keys);
        let (watched, ctx) = (Arc::clone(&watch), ctx.clone());
        let worker = std::thread::Builder::new().name("record".to_owned());
        let started = worker.spawn(move || {
            drop(sender.send(found(&opened, &wanted, |path, number| records(path, &keys, &watched, number))));
            ctx.request_repaint();
        });
        match started {
            Ok(_) => Self::Reading(Reading { watch, answer }),
            Err(_) => Self::NotShown("This computer has no room for another thread.".to_owned()),
        }
    }

    /// Takes what was read meanwhile.
    pub fn poll(&mut self) {
        let Self::Reading(reading) = self else { return };
        let next = match reading.answer.try_recv() {
            Ok(Ok(xml)) => Self::Read(xml.lines().map(str::to_owned).collect()),
            Ok(Err(sentence)) => Self::NotShown(sentence),
            Err(TryRecvError::Disconnected) => {
                Self::NotShown("Kerbscope broke while it read this. That is a fault of Kerbscope.".to_owned())
            }
            Err(TryRecvError::Empty) => return,
        };
        *self = next;
    }

    /// Whether it is still being read.
    pub const fn is_busy(&self) -> bool {
        matches!(self, Self::Reading(_))
    }
}

/// The record as XML, or why it is not shown. What changed while it was read is not trusted either.
fn found(
    opened: &OpenedPath,
    wanted: &WantedRecord,
    records: impl Fn(&Path, u64) -> Result<Vec<FoundRecord>, OpenError>,
) -> Result<String, String> {
    let unchanged = || opened.stamp.changed().map_or(Ok(()), Err);
    unchanged()?;
    let found = records(&opened.path, wanted.number);
    unchanged()?;
    of_log(&found.map_err(|error| format!("{}.", escape(&error.to_string())))?, wanted)
}

/// The record of the right log: others have records with the same number.
fn of_log(found: &[FoundRecord], wanted: &WantedRecord) -> Result<String, String> {
    let own: Vec<&FoundRecord> = found.iter().filter(|found| found.artifact == wanted.log).collect();
    let mut words = String::new();
    let mut is_other = false;
    for found in &own {
        let Whole::Xml(xml) = &found.record else { continue };
        if is_it(xml, wanted) {
            words.push_str(xml.trim_end());
            words.push('\n');
        } else {
            is_other = true;
        }
    }
    let sentence = match () {
        () if !words.is_empty() => return Ok(words),
        () if is_other => "Another record has its number by now: the file changed since it was opened.",
        () if own.is_empty() => "It is not there any more: the file changed since it was opened.",
        () => "It is there, and cannot be shown as XML.",
    };
    Err(sentence.to_owned())
}

/// Whether this is the record that the list shows: its id and its time are the same.
fn is_it(xml: &str, wanted: &WantedRecord) -> bool {
    let id = xml.split_once("<EventID").and_then(|(_, rest)| rest.split_once('>')?.1.split_once('<'));
    let time = xml.split_once("SystemTime=\"").and_then(|(_, rest)| rest.split_once('"'));
    let time = time.and_then(|(time, _)| time.parse::<Timestamp>().ok()).map(Timestamp::as_microsecond);
    let is_same_id = id.is_none_or(|(id, _)| id.trim() == wanted.id);
    // What has no time is told by its id alone, and so is what a writer rounded.
    let is_same_time = time.is_none_or(|time| wanted.time == NO_TIME || time.abs_diff(wanted.time) <= ROUNDED);
    is_same_id && is_same_time
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<Event><System><EventID Qualifiers=\"0\">4625</EventID>\
        <TimeCreated SystemTime=\"2026-03-02T07:31:04.411000Z\"/></System></Event>";

    fn wanted() -> WantedRecord {
        let time = "2026-03-02T07:31:04.411Z".parse::<Timestamp>().expect("a time").as_microsecond();
        WantedRecord { bundle: 0, log: "events/Security.evtx".to_owned(), number: 7, id: "4625".to_owned(), time }
    }

    fn record(artifact: &str, xml: &str) -> FoundRecord {
        let (bundle, artifact) = ("a.zip".to_owned(), artifact.to_owned());
        FoundRecord { bundle, artifact, record: Whole::Xml(xml.to_owned()) }
    }

    #[test]
    fn a_record_of_the_same_number_that_is_another_one_is_not_shown() {
        let told = |xml: &str| of_log(&[record("events/Security.evtx", xml)], &wanted());
        assert_eq!(told(XML), Ok(format!("{XML}\n")));
        for other in [XML.replace("4625", "4624"), XML.replace("07:31", "07:32")] {
            assert!(told(&other).is_err_and(|said| said.starts_with("Another record has its number")), "{other}");
        }
    }

    #[test]
    fn a_record_of_another_log_is_not_shown() {
        let told = of_log(&[record("events/System.evtx", XML)], &wanted());
        assert!(told.is_err_and(|said| said.starts_with("It is not there any more")));
    }
}

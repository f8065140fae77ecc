//! Reads one record of an event log whole, on a thread of its own: the log is on the disk, and may be long.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use crate::artifacts::watch::Watch;
use crate::formats::evtx::whole::Whole;
use crate::formats::identity::Keyring;
use crate::open::{FoundRecord, OpenError};
use crate::report::escape::escape;

/// Finds the records with a number in all logs at a path.
pub type Records = fn(&std::path::Path, &Keyring, &Watch, u64) -> Result<Vec<FoundRecord>, OpenError>;

/// Where a case came from, and how to look there again.
#[derive(Clone, Default)]
pub struct Origin {
    /// The paths that were opened.
    pub paths: Vec<PathBuf>,
    /// What opens them where they are encrypted.
    pub keys: Arc<Keyring>,
    /// How records are found there; none where there is no way.
    pub records: Option<Records>,
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
    pub fn read(ctx: &egui::Context, origin: &Origin, log: String, number: u64) -> Self {
        let Some(records) = origin.records else {
            return Self::NotShown("The log cannot be read again from here.".to_owned());
        };
        let (sender, answer) = channel();
        let watch = Arc::new(Watch::default());
        let (paths, keys) = (origin.paths.clone(), Arc::clone(&origin.keys));
        let (watched, ctx) = (Arc::clone(&watch), ctx.clone());
        let worker = std::thread::Builder::new().name("record".to_owned());
        let started = worker.spawn(move || {
            let mut answer = Err("It is not there any more: the file changed since it was opened.".to_owned());
            for path in paths {
                match records(&path, &keys, &watched, number) {
                    Ok(found) => {
                        if let Some(words) = of_log(&found, &log) {
                            answer = words;
                            break;
                        }
                    }
                    Err(error) => answer = Err(format!("{}.", escape(&error.to_string()))),
                }
            }
            drop(sender.send(answer));
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

/// The record of the right log: others have records with the same number.
fn of_log(found: &[FoundRecord], log: &str) -> Option<Result<String, String>> {
    let own = found.iter().filter(|found| found.artifact == log);
    let mut words = String::new();
    let mut there = false;
    for found in own {
        there = true;
        if let Whole::Xml(xml) = &found.record {
            words.push_str(xml.trim_end());
            words.push('\n');
        }
    }
    let unreadable = || Err("It is there, and cannot be shown as XML.".to_owned());
    there.then(|| if words.is_empty() { unreadable() } else { Ok(words) })
}

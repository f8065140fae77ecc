//! Reads event logs as they come out of a file or a zip: one thread inflates, another decodes, and no log is held whole.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use kerbscope_shared::digest::{Digest, Digester};
use kerbscope_shared::read::{Expected, Listed, ProblemKind, Streamed, Streams};

use crate::artifacts::event_log::{EventLog, LogReader, NOBODY};
use crate::artifacts::event_log_stored::{self as stored, block, to_bytes};
use crate::artifacts::event_room::Room;
use crate::artifacts::parsed::Parsed;
use crate::artifacts::watch::Watch;
use crate::formats::evtx::ahead::{read_ahead, read_here};
use crate::formats::evtx::log::is_evtx;
use crate::formats::evtx::whole::{Search, Whole};

/// The event logs of one bundle.
#[derive(Debug)]
pub struct EventLogs<'a> {
    /// What was read of them, in the order in which they came.
    pub read: Vec<Parsed<EventLog>>,
    watch: &'a Watch,
    memory: Option<&'a dyn Memory>,
    /// What is left for more of them.
    pub room: Room,
    source: Option<Source>,
    wanted: Option<u64>,
    /// The records that were looked for, each with the number of its log among those that came.
    pub found: Vec<(usize, Whole)>,
}

/// Keeps readings from one run to another. It may forget any at any time.
pub trait Memory: std::fmt::Debug + Sync {
    /// What was kept of this content of a source. Where it is not what was kept, it ends with an error.
    fn recall(&self, source: &Source, expected: &Expected, is_over: IsOver<'_>) -> Option<Box<dyn Read>>;

    /// A digest of content as it lies in its zip, by which it is known again wherever else it lies. It is made beside the
    /// reading. None where making one takes longer than reading the content again, and when nobody needs it any more.
    fn content(&self, source: &Source, expected: &Expected, is_over: IsOver<'_>) -> Option<Digest>;

    /// Keeps a reading, if it is worth it.
    fn keep(&self, source: &Source, expected: &Expected, content: Option<Digest>, reading: &[u8]);

    /// Content that is shorter is read again every time.
    fn shortest(&self) -> u64;
}

/// Whether nobody needs what is being made any more.
pub type IsOver<'a> = &'a (dyn Fn() -> bool + Sync);

/// Which file is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it lies.
    pub path: PathBuf,
    /// Told so that no other file at any time is told the same.
    pub identity: String,
}

impl Streams for EventLogs<'_> {
    fn wants(&self, head: &[u8]) -> bool {
        is_evtx(head)
    }

    fn recall(&mut self, expected: &Expected) -> Option<Streamed> {
        let (memory, source) = self.remembered(expected)?;
        let kept = memory.recall(source, expected, &|| self.watch.is_stopped())?;
        let (bytes, sha256, reading) = told(kept, expected)?;
        self.watch.expect(bytes);
        // Who stops it now stops it at the next log.
        let _ = self.watch.advance(bytes, reading.value.records);
        let number = self.read.len();
        self.read.push(reading);
        self.make_room();
        Some(Streamed { number, bytes, sha256, problem: None })
    }

    fn read(&mut self, content: &mut (dyn Read + Send), expected: &Expected) -> Streamed {
        let remembered = self.remembered(expected).map(|(memory, source)| (memory, source.clone()));
        let (watch, is_failed) = (self.watch, AtomicBool::new(false));
        let is_over = || watch.is_stopped() || is_failed.load(Ordering::Relaxed);
        let (streamed, digest) = std::thread::scope(|scope| {
            let digest = remembered.as_ref().and_then(|(memory, source)| {
                let thread = std::thread::Builder::new().name("digest".to_owned());
                thread.spawn_scoped(scope, || memory.content(source, expected, &is_over)).ok()
            });
            let streamed = self.take(expected, |take| read_ahead(content, take));
            is_failed.store(streamed.problem.is_some(), Ordering::Relaxed);
            (streamed, digest.and_then(|digest| digest.join().ok()).flatten())
        });
        self.keep(expected, &streamed, digest);
        streamed
    }
}

impl<'a> EventLogs<'a> {
    /// None was read yet; who watches may end it.
    pub const fn new(watch: &'a Watch) -> Self {
        Self { read: Vec::new(), watch, memory: None, room: Room::new(), source: None, wanted: None, found: Vec::new() }
    }

    /// Looks for the records with this number instead of reading.
    pub fn looking_for(watch: &'a Watch, record: u64) -> Self {
        Self { wanted: Some(record), ..Self::new(watch) }
    }

    /// The same, with a memory of readings from other runs.
    #[must_use]
    pub const fn with_memory(mut self, memory: Option<&'a dyn Memory>) -> Self {
        self.memory = memory;
        self
    }

    /// Names the file that is read from now on; readings of none are not kept.
    pub fn of(&mut self, source: Option<Source>) {
        self.source = source;
    }

    /// Reads a log that lies in a file of its own: that is too little work for a second thread.
    pub fn read_file(&mut self, content: impl Read, expected: &Expected) -> Streamed {
        if let Some(streamed) = self.recall(expected) {
            return streamed;
        }
        let streamed = self.take(expected, |take| read_here(content, take));
        self.keep(expected, &streamed, None);
        streamed
    }

    /// The memory for content of the present source, if it is long enough for one.
    fn remembered(&self, expected: &Expected) -> Option<(&'a dyn Memory, &Source)> {
        self.memory.filter(|memory| expected.bytes >= memory.shortest()).zip(self.source.as_ref())
    }

    /// Keeps the last reading, unless a part of the log is missing from it that was there; then leaves as much of it as
    /// there is room for besides the others.
    fn keep(&mut self, expected: &Expected, streamed: &Streamed, content: Option<Digest>) {
        let is_all = streamed.problem.is_none() && streamed.bytes < expected.allowed;
        if let Some((memory, source)) = self.remembered(expected).filter(|_| is_all)
            && let Some(reading) = self.read.get(streamed.number).and_then(|reading| stored_with(streamed, reading))
        {
            memory.keep(source, expected, content, &reading);
        }
        self.make_room();
    }

    fn take(
        &mut self,
        expected: &Expected,
        read: impl FnOnce(&mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> std::io::Result<()>,
    ) -> Streamed {
        let watch = self.watch;
        watch.expect(expected.bytes);
        let mut log = LogReader::new();
        let mut search = self.wanted.map(Search::new);
        let mut digester = (expected.listed == Listed::Perhaps).then(Digester::default);
        let mut bytes = 0_u64;
        let outcome = read(&mut |block| {
            bytes = bytes.saturating_add(block.len() as u64);
            if let Some(digester) = &mut digester {
                digester.update(block);
            }
            let before = log.records();
            match &mut search {
                Some(search) => search.take(block),
                None => log.take(block),
            }
            watch.advance(block.len() as u64, log.records().saturating_sub(before))
        });
        let number = self.read.len();
        self.read.push(log.finish());
        self.found.extend(search.into_iter().flat_map(Search::finish).map(|record| (number, record)));
        let stopped = watch.is_stopped().then(|| ProblemKind::Unreadable("reading was stopped".to_owned()));
        let problem = outcome.err().map(|error| ProblemKind::Damaged(error.to_string())).or(stopped);
        Streamed { number, bytes, sha256: digester.map(Digester::finish), problem }
    }

    /// Leaves the last reading as it is, if there is room for it besides the others.
    fn make_room(&mut self) {
        if let Some(last) = self.read.last_mut()
            && let Err(reason) = self.room.take(&mut last.value)
        {
            last.lose(NOBODY.whole(), reason);
        }
    }
}

/// A reading as it is kept: the length and the digest of the log in front of it.
fn stored_with(streamed: &Streamed, reading: &Parsed<EventLog>) -> Option<Vec<u8>> {
    let digest = streamed.sha256.map(|digest| digest.to_string()).unwrap_or_default();
    let head = block(format!("{} {digest}", streamed.bytes).as_bytes())?;
    Some([head, to_bytes(reading)?].concat())
}

/// What was kept: the length and the digest of the log, and its reading.
fn told(kept: impl Read, expected: &Expected) -> Option<(u64, Option<Digest>, Parsed<EventLog>)> {
    let mut kept = stored::Source(kept);
    let mut head = Vec::new();
    let (bytes, digest) = std::str::from_utf8(kept.block(&mut head)?).ok()?.split_once(' ')?;
    let digest = Digest::try_from(digest.to_owned()).ok();
    if digest.is_some() != (expected.listed == Listed::Perhaps) {
        return None;
    }
    Some((bytes.parse().ok()?, digest, stored::read(kept.0)?))
}

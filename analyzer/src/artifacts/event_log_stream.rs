//! Reads event logs as they come out of a file or a zip: one thread inflates, another decodes, and no log is held whole.

use std::io::Read;
use std::ops::ControlFlow;

use kerbscope_shared::digest::{Digest, Digester};
use kerbscope_shared::read::{Expected, Listed, ProblemKind, Stored, Streamed, Streams};

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

/// Keeps readings from one run to another, under names that we choose. It may forget any at any time.
pub trait Memory: std::fmt::Debug {
    /// What was kept under this name. Where it is not what was kept, it ends with an error.
    fn recall(&self, name: &str) -> Option<Box<dyn Read>>;

    /// Keeps a reading of this source under a name, if it is worth it.
    fn keep(&self, source: &Source, name: &str, reading: &[u8]);

    /// Content that is shorter is read again every time.
    fn shortest(&self) -> u64;
}

/// Which file is read, told so that no other file at any time is told the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source(pub String);

impl Streams for EventLogs<'_> {
    fn wants(&self, head: &[u8]) -> bool {
        is_evtx(head)
    }

    fn recall(&mut self, expected: &Expected) -> Option<Streamed> {
        let name = self.name(expected)?;
        let (bytes, sha256, reading) = told(self.memory?.recall(&name)?, expected)?;
        self.watch.expect(bytes);
        // Who stops it now stops it at the next log.
        let _ = self.watch.advance(bytes, reading.value.records);
        let number = self.read.len();
        self.read.push(reading);
        self.make_room();
        Some(Streamed { number, bytes, sha256, problem: None })
    }

    fn read(&mut self, content: &mut (dyn Read + Send), expected: &Expected) -> Streamed {
        self.take(expected, |take| read_ahead(content, take))
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
        match self.recall(expected) {
            Some(streamed) => streamed,
            None => self.take(expected, |take| read_here(content, take)),
        }
    }

    /// The name of a reading: all that decides what a reading says, but for the program that reads.
    fn name(&self, expected: &Expected) -> Option<String> {
        let Source(source) = self.source.as_ref()?;
        let Expected { listed, bytes, allowed, stored } = expected;
        (*bytes >= self.memory?.shortest()).then_some(())?;
        let Stored { starts_at, compressed, crc32 } =
            stored.unwrap_or(Stored { starts_at: 0, compressed: 0, crc32: 0 });
        let place = format!("{starts_at} {compressed} {crc32} {bytes} {allowed} {listed:?}");
        Some(Digest::of(format!("{source}\n{place}").as_bytes()).to_string())
    }

    /// Keeps the last reading, unless a part of the log is missing from it that was there.
    fn keep(&self, expected: &Expected, streamed: &Streamed) {
        let (Some(memory), Some(source), Some(name)) = (self.memory, &self.source, self.name(expected)) else { return };
        let is_all = streamed.problem.is_none() && streamed.bytes < expected.allowed;
        let Some(reading) = self.read.get(streamed.number).filter(|_| is_all).and_then(to_bytes) else { return };
        let digest = streamed.sha256.map(|digest| digest.to_string()).unwrap_or_default();
        let Some(head) = block(format!("{} {digest}", streamed.bytes).as_bytes()) else { return };
        memory.keep(source, &name, &[head, reading].concat());
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
        let streamed = Streamed { number, bytes, sha256: digester.map(Digester::finish), problem };
        self.keep(expected, &streamed);
        self.make_room();
        streamed
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

//! Reads event logs as they come out of a file or a zip: one thread inflates, another decodes, and no log is held whole.

use std::io::Read;
use std::ops::ControlFlow;

use kerbscope_shared::digest::Digester;
use kerbscope_shared::read::{Listed, ProblemKind, Streamed, Streams};

use crate::artifacts::event_log::{EventLog, LogReader};
use crate::artifacts::parsed::Parsed;
use crate::artifacts::watch::Watch;
use crate::formats::evtx::ahead::{read_ahead, read_here};
use crate::formats::evtx::log::is_evtx;

/// The event logs of one bundle.
#[derive(Debug)]
pub struct EventLogs<'a> {
    /// What was read of them, in the order in which they came.
    pub read: Vec<Parsed<EventLog>>,
    watch: &'a Watch,
}

impl Streams for EventLogs<'_> {
    fn wants(&self, head: &[u8]) -> bool {
        is_evtx(head)
    }

    fn expect(&mut self, bytes: u64) {
        self.watch.expect(bytes);
    }

    fn read(&mut self, content: &mut (dyn Read + Send), listed: Listed) -> Streamed {
        self.take(listed, |take| read_ahead(content, take))
    }
}

impl<'a> EventLogs<'a> {
    /// None was read yet; who watches may end it.
    pub const fn new(watch: &'a Watch) -> Self {
        Self { read: Vec::new(), watch }
    }

    /// Reads a log that lies in a file of its own: that is too little work for a second thread.
    pub fn read_file(&mut self, content: impl Read, listed: Listed) -> Streamed {
        self.take(listed, |take| read_here(content, take))
    }

    fn take(
        &mut self,
        listed: Listed,
        read: impl FnOnce(&mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> std::io::Result<()>,
    ) -> Streamed {
        let watch = self.watch;
        let mut log = LogReader::new();
        let mut digester = (listed == Listed::Perhaps).then(Digester::default);
        let mut bytes = 0_u64;
        let outcome = read(&mut |block| {
            bytes = bytes.saturating_add(block.len() as u64);
            if let Some(digester) = &mut digester {
                digester.update(block);
            }
            let before = log.records();
            log.take(block);
            watch.advance(block.len() as u64, log.records().saturating_sub(before))
        });
        let number = self.read.len();
        self.read.push(log.finish());
        let stopped = watch.is_stopped().then(|| ProblemKind::Unreadable("reading was stopped".to_owned()));
        let problem = outcome.err().map(|error| ProblemKind::Damaged(error.to_string())).or(stopped);
        Streamed { number, bytes, sha256: digester.map(Digester::finish), problem }
    }
}

//! Event logs as XML, one event a line and the newest first: in a binary log, no name could be replaced.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use kerbscope_shared::manifest::CollectionStatus;

use crate::event_log::{EventLog, Order};
use crate::export::{Exported, Wish};
use crate::host::{Events, Host, LongAnswer};
use crate::outcome::Outcome;

/// Reads a log event by event. There is no falling back to a copy of the file, which is binary too.
pub fn read(host: &dyn Host, log: EventLog, time: Duration, wish: Wish<'_>) -> Exported {
    let export = log.export_about(u64::from(wish.limits.days).saturating_mul(24), wish.accounts);
    let source = export.xml_source();
    match host.events(&export, Order::NewestFirst) {
        Ok(events) => {
            let status = CollectionStatus::Collected;
            let outcome = Outcome { source, status, bytes: None, redactions: 0, detail: None };
            Exported { outcome, content: Some(Box::new(Document::new(events, time))) }
        }
        Err(error) => Exported::of(LongAnswer::of_error(&error), source),
    }
}

/// The events in one element, written while they are read.
struct Document {
    events: Option<Events>,
    began: Instant,
    time: Duration,
    line: Vec<u8>,
    at: usize,
}

impl Document {
    fn new(events: Events, time: Duration) -> Self {
        Self { events: Some(events), began: Instant::now(), time, line: b"<Events>\n".to_vec(), at: 0 }
    }

    /// Puts the next line in the place of the one that was read; says whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        let Some(events) = &mut self.events else { return Ok(false) };
        if self.began.elapsed() >= self.time {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let event = events.next();
        if event.is_none() {
            self.events = None;
        }
        let line = event.transpose()?.unwrap_or_else(|| "</Events>".to_owned());
        self.line = line.into_bytes();
        self.line.push(b'\n');
        self.at = 0;
        Ok(true)
    }
}

impl Read for Document {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.line.len() && !self.advance()? {
            return Ok(0);
        }
        let mut rest = self.line.get(self.at..).unwrap_or_default();
        let count = rest.read(buffer)?;
        self.at = self.at.saturating_add(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(events: Vec<io::Result<String>>, time: Duration) -> (String, io::Result<usize>) {
        let mut bytes = Vec::new();
        let ended = Document::new(Box::new(events.into_iter()), time).read_to_end(&mut bytes);
        (String::from_utf8(bytes).expect("text"), ended)
    }

    #[test]
    fn events_stand_in_one_element() {
        let minute = Duration::from_mins(1);
        let (text, ended) =
            document(vec![Ok("<Event>b</Event>".to_owned()), Ok("<Event>a</Event>".to_owned())], minute);
        assert_eq!(text, "<Events>\n<Event>b</Event>\n<Event>a</Event>\n</Events>\n");
        assert_eq!(ended.expect("whole"), text.len());
        assert_eq!(document(Vec::new(), minute).0, "<Events>\n</Events>\n");
    }

    #[test]
    fn what_breaks_off_or_takes_too_long_is_no_whole_document() {
        let events = || vec![Ok("<Event/>".to_owned()), Err(io::Error::from_raw_os_error(5)), Ok("<Late/>".to_owned())];
        let (text, ended) = document(events(), Duration::from_mins(1));
        assert_eq!((text.as_str(), ended.expect_err("broken").raw_os_error()), ("<Events>\n<Event/>\n", Some(5)));
        let (text, ended) = document(events(), Duration::ZERO);
        assert_eq!((text.as_str(), ended.expect_err("late").kind()), ("<Events>\n", io::ErrorKind::TimedOut));
    }
}

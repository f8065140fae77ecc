//! How much is kept of all event logs of a bundle together: however many there are, it fits into memory.

use crate::artifacts::event_log::{Event, EventLog, Failures, LogonGuid, Tally};
use crate::evidence::gap::GapReason;

/// Events and tallies of all logs that are kept: as many as ten logs can have, each of any size.
const EVENTS: usize = 200_000;
/// Bytes of them, and of all else that logs say.
const BYTES: usize = 160 << 20;

/// Room that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    events: usize,
    bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self::new()
    }
}

impl Room {
    /// All of it.
    pub const fn new() -> Self {
        Self { events: EVENTS, bytes: BYTES }
    }

    /// Takes the room that a log needs.
    ///
    /// # Errors
    ///
    /// There is too little, and nothing is left of the log but its head.
    pub fn take(&mut self, log: &mut EventLog) -> Result<(), GapReason> {
        let needed = Self { events: log.events.len().saturating_add(log.tallies.len()), bytes: bytes(log) };
        let left = self.events.checked_sub(needed.events).zip(self.bytes.checked_sub(needed.bytes));
        let Some((events, bytes)) = left else {
            let EventLog { records, channel, computer, span, .. } = std::mem::take(log);
            *log = EventLog { records, channel, computer, span, ..EventLog::default() };
            return Err(GapReason::OverLimit("what is kept of all event logs of a bundle".to_owned()));
        };
        *self = Self { events, bytes };
        Ok(())
    }
}

/// About how many bytes a log takes.
fn bytes(log: &EventLog) -> usize {
    let events = log.events.iter().map(|event| event.fields.weight().saturating_add(size_of::<Event>()));
    let tallies = log.tallies.iter().map(|tally| tally.fields.weight().saturating_add(size_of::<Tally>()));
    let counts = log.counts.keys().map(|key| key.0.len().saturating_add(size_of_val(key)));
    let failures = log.failures.iter().map(|one| size_of_val(&*one.hours).saturating_add(size_of::<Failures>()));
    let guids = std::iter::once(log.guids.len().saturating_mul(size_of::<LogonGuid>()));
    let later = std::iter::once(log.later.bytes());
    events.chain(tallies).chain(counts).chain(failures).chain(guids).chain(later).fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::event_log::NOBODY;

    fn log(events: usize, word: &str) -> EventLog {
        let event = Event {
            at: NOBODY.record(1),
            provider: "p".into(),
            id: 1,
            time: None,
            computer: "c".into(),
            fields: [("n".to_owned(), word.to_owned())].into_iter().collect(),
        };
        EventLog { records: 7, channel: Some("Security".into()), events: vec![event; events], ..EventLog::default() }
    }

    #[test]
    fn logs_are_kept_until_there_is_no_room_for_the_next_one() {
        let mut room = Room::default();
        let full = log(20_000, "word");
        for number in 0..14 {
            let mut next = full.clone();
            assert_eq!(room.take(&mut next).is_ok(), number < 10, "{number}");
            assert_eq!((next.records, next.channel.as_deref()), (7, Some("Security")));
            assert_eq!(next.events.is_empty(), number >= 10, "{number}");
        }
        assert!(Room::new().take(&mut log(3, &"w".repeat(60 << 20))).is_err(), "few, and too large");
        assert!(room.take(&mut EventLog { records: 7, ..EventLog::default() }).is_ok(), "an empty one needs none");
    }
}

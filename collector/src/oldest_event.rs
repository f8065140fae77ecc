//! How far back a log goes: the head of its oldest event, without what the event is about.

use std::io::ErrorKind;

use kerbscope_shared::manifest::Source;

use crate::event_log::{EventExport, EventLog, Order};
use crate::host::{Answer, Ending, Host};
use crate::outcome::{Outcome, judge};

/// Asks for it. A log without events has none.
pub fn read(host: &dyn Host, log: EventLog) -> Outcome {
    let all = EventExport { log, filters: vec!["*".to_owned()] };
    let first = host.events(&all, Order::OldestFirst).and_then(|mut events| events.next().transpose());
    let answer = match first {
        Ok(Some(event)) => match head(&event) {
            Some(head) => Answer { bytes: head.into_bytes(), ..Answer::bare(Ending::Complete) },
            None => Answer { detail: Some("an event without a head".to_owned()), ..Answer::bare(Ending::Broken(-1)) },
        },
        Ok(None) => Answer::of_error(&ErrorKind::NotFound.into()),
        Err(error) => Answer::of_error(&error),
    };
    judge(answer, source(log), &[])
}

/// The command that prints the same, and what the event is about.
pub fn source(log: EventLog) -> Source {
    Source::Command(format!("wevtutil qe {} /c:1 /f:xml", log.channel()))
}

/// What the event is about may be anything, a command line with a password in it too.
fn head(event: &str) -> Option<String> {
    const END: &str = "</System>";
    let (head, _) = event.split_once(END)?;
    let (before, _) = head.split_once("<System>")?;
    // Nothing but the root may stand before it.
    (before.matches('<').count() == 1).then(|| format!("{head}{END}</Event>\r\n"))
}

#[cfg(test)]
mod tests {
    use kerbscope_shared::manifest::CollectionStatus;

    use super::*;
    use crate::folder::FolderHost;

    fn check(log: Option<&str>, status: CollectionStatus, expected: Option<&str>) {
        let folder = tempfile::tempdir().expect("a folder");
        if let Some(events) = log {
            std::fs::create_dir(folder.path().join("events")).expect("a folder");
            std::fs::write(folder.path().join("events/Security.xml"), events).expect("written");
        }
        let outcome = read(&FolderHost::new(folder.path()), EventLog::Security);
        assert_eq!((outcome.status, outcome.bytes.as_deref()), (status, expected.map(str::as_bytes)));
        assert_eq!(outcome.source, Source::Command("wevtutil qe Security /c:1 /f:xml".to_owned()));
    }

    #[test]
    fn the_head_of_the_oldest_event_is_taken_and_nothing_else() {
        let event = |time: &str, data: &str| {
            format!("<Event xmlns='x'><System><TimeCreated SystemTime='{time}'/></System>{data}</Event>\n")
        };
        let secret = "<EventData><Data Name='CommandLine'>net use /user:a Sup3rS3cret!</Data></EventData>";
        let log = event("2026-03-02T07:00:00Z", secret) + &event("2026-02-01T07:00:00Z", secret);
        let expected = event("2026-02-01T07:00:00Z", "").replace('\n', "\r\n");
        check(Some(&log), CollectionStatus::Collected, Some(&expected));
    }

    #[test]
    fn a_log_without_events_has_no_oldest_one() {
        check(Some(""), CollectionStatus::NotPresent, None);
        check(None, CollectionStatus::NotPresent, None);
    }

    #[test]
    fn an_event_without_a_head_stays_where_it_is() {
        for odd in ["<Event><EventData>x</EventData></Event>", "<Event><A>Sup3rS3cret!</A><System></System></Event>"] {
            check(Some(odd), CollectionStatus::Failed(-1), None);
        }
    }
}

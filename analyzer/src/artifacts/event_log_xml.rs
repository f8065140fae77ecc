//! Event logs as XML: what `wevtutil qe /f:xml` prints and the Event Viewer saves, with a root element or without.
//!
//! Each `<Event>` is read by itself, so that a damaged one costs no other.

use crate::artifacts::event_log::EventLog;
use crate::artifacts::event_reading::Reading;
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::ArtifactId;
use crate::formats::text::Text;
use crate::formats::xml;

const END: &str = "</Event>";

/// What every event of Windows declares, since Vista.
const NAMESPACE: &str = "http://schemas.microsoft.com/win/2004/08/events/event";

/// Whether a text is a list of events.
pub fn recognizes(text: &Text) -> bool {
    let head = text.lines().iter().take(5).map(|line| line.trim_start()).find(|line| !is_prolog(line));
    let opens = head.is_some_and(|line| line.starts_with("<Events") || start(line) == Some(0));
    opens && text.lines().iter().any(|line| line.contains(NAMESPACE))
}

fn is_prolog(line: &str) -> bool {
    line.is_empty() || (line.starts_with("<?") && line.ends_with("?>"))
}

/// Reads the events.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<EventLog> {
    let mut reading = Reading::new(artifact);
    let whole = text.joined();
    let mut rest = whole.as_str();
    let mut strays = 0_u64;
    let mut is_cut = false;
    while let Some(at) = start(rest) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        strays = strays.saturating_add(u64::from(!is_frame(before)));
        let Some(end) = from.find(END) else {
            is_cut = true;
            break;
        };
        let (event, behind) = from.split_at_checked(end.saturating_add(END.len())).unwrap_or((from, ""));
        reading.take(&xml::read(event));
        rest = behind;
    }
    let mut parsed = reading.finish();
    if is_cut {
        parsed.lose(artifact.whole(), GapReason::Truncated);
    } else if !is_frame(rest) {
        strays = strays.saturating_add(1);
    }
    if strays > 0 {
        let what = format!("{strays} places between events hold something else");
        parsed.lose(artifact.whole(), GapReason::Damaged(what));
    }
    parsed
}

/// Where the next event begins: `<Event` and no more of a name.
fn start(text: &str) -> Option<usize> {
    let opens = |at: &usize| {
        let behind = text.get(at.saturating_add("<Event".len())..).unwrap_or_default();
        behind.starts_with(|next: char| next == '>' || next.is_whitespace())
    };
    text.match_indices("<Event").map(|(at, _)| at).find(opens)
}

/// What may stand around events: nothing, or the tags of a root element and what introduces it.
fn is_frame(between: &str) -> bool {
    let tags = between.split_inclusive('>').map(str::trim);
    tags.filter(|tag| !tag.is_empty()).all(|tag| {
        let whole = tag.ends_with('>');
        let root =
            tag.strip_prefix("</").or_else(|| tag.strip_prefix('<')).is_some_and(|rest| rest.starts_with("Events"));
        whole && (root || tag.starts_with("<?"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::Place;
    use crate::formats::cut::beginnings;

    const HEAD: &str = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
        <Provider Name='Microsoft-Windows-Security-Kerberos'/><EventID Qualifiers='16384'>4</EventID>\
        <TimeCreated SystemTime='2026-03-02T07:31:04.2180000Z'/><EventRecordID>7</EventRecordID>\
        <Channel>System</Channel><Computer>WEB01.contoso.com</Computer></System>";
    const DATA: &str = "<EventData><Data Name='Server'>web01$</Data><Data Name='Targetname'>HTTP/a&amp;b</Data>\
        <Binary></Binary></EventData></Event>";

    fn event() -> String {
        format!("{HEAD}{DATA}")
    }

    fn read(text: &str) -> Parsed<EventLog> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn events_are_read_with_a_root_and_without() {
        let event = event();
        for text in [
            format!("{event}\r\n{event}\r\n"),
            format!("{event}{event}"),
            format!("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>{event}{event}</Events>"),
            format!("<Events>\n{event}\n{}\n</Events>\n", event.replace("><", ">\n  <")),
        ] {
            let parsed = read(&text);
            assert!(parsed.is_whole(), "{:?} in {text}", parsed.losses);
            let log = parsed.value;
            assert_eq!((log.records, log.events.len()), (2, 2), "{text}");
            assert_eq!(log.channel.as_deref(), Some("System"));
            assert_eq!(log.computer.as_deref(), Some("WEB01.contoso.com"));
            assert_eq!(log.events[0].at.place, Place::Record(7));
            assert_eq!(log.events[0].field("TargetName"), Some("HTTP/a&b"));
            assert_eq!(log.events[0].time, "2026-03-02T07:31:04.218Z".parse().ok());
        }
    }

    #[test]
    fn every_encoding_of_windows_is_read() {
        let utf16: Vec<u8> = format!("\u{feff}{}", event()).encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [event().into_bytes(), utf16] {
            let text = Text::decode(&bytes, Some(850));
            assert!(recognizes(&text));
            assert_eq!(parse(ArtifactId(0), &text).value.records, 1);
        }
    }

    #[test]
    fn a_log_without_events_is_whole() {
        for text in ["", "<Events></Events>", "<Events/>\n"] {
            assert!(read(text).is_whole(), "{text}");
        }
    }

    #[test]
    fn what_is_cut_or_strange_is_a_loss_and_costs_no_other_event() {
        let event = event();
        for (text, records) in [
            (format!("{event}{HEAD}<EventData>"), 1),
            (format!("{event}what is this{event}"), 2),
            (format!("{event}{event}</Oops>"), 2),
            (format!("{event}<Event><System></Event>{event}"), 2),
        ] {
            let parsed = read(&text);
            assert_eq!(parsed.value.records, records, "{text}");
            assert!(!parsed.is_whole(), "{text}");
        }
    }

    #[test]
    fn other_text_is_not_recognized() {
        for text in ["", "<Events></Events>", "<configuration/>", "<EventLog xmlns='x'>"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
        assert!(recognizes(&Text::from(format!("<Events>\n{}", event()).as_str())));
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        let whole = format!("<Events>{}</Events>", event());
        for cut in beginnings(&[&whole]) {
            let _ = read(cut);
        }
    }
}

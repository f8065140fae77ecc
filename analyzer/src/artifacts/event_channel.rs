//! The state of an event channel, as `wevtutil gl`, `gli` and `qe` print it: whether it records, and how far back.

use jiff::Timestamp;

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited};
use crate::formats::text::Text;

/// What is known of one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventChannel {
    /// Its name.
    pub name: Option<String>,
    /// Whether it records.
    pub enabled: Option<Cited<bool>>,
    /// How large it may grow, in bytes.
    pub max_bytes: Option<u64>,
    /// How many records it holds.
    pub records: Option<Cited<u64>>,
    /// When its oldest record was written, where a record is printed.
    pub oldest: Option<Cited<Timestamp>>,
}

/// Whether a text was printed by `wevtutil gl` or `gli`. The words are not translated.
pub fn recognizes(text: &Text) -> bool {
    let has = |mark: &str| text.lines().iter().take(40).any(|line| line.trim_start().starts_with(mark));
    (has("enabled:") && has("channelAccess:")) || (has("numberOfLogRecords:") && has("fileSize:"))
}

/// Reads the output.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<EventChannel> {
    let mut parsed = Parsed::whole(EventChannel::default());
    for (number, line) in text.numbered() {
        let at = artifact.line(number);
        if let Some(time) = system_time(line) {
            parsed.value.oldest.get_or_insert(Cited::new(time, at));
            continue;
        }
        let Some((label, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match label.trim() {
            "name" => parsed.value.name = Some(value.to_owned()).filter(|name| !name.is_empty()),
            "enabled" => parsed.value.enabled = value.parse().ok().map(|enabled| Cited::new(enabled, at)),
            "maxSize" => parsed.value.max_bytes = value.parse().ok(),
            "numberOfLogRecords" => parsed.value.records = value.parse().ok().map(|count| Cited::new(count, at)),
            _ => {}
        }
    }
    if parsed.value == EventChannel::default() {
        parsed.lose(artifact.whole(), GapReason::Damaged("it holds no answer that is understood".to_owned()));
    }
    parsed
}

/// `<TimeCreated SystemTime='2026-03-02T07:00:00.123Z'/>` of a printed record.
fn system_time(line: &str) -> Option<Timestamp> {
    let (_, rest) = line.split_once("SystemTime=")?;
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    rest.get(1..)?.split(quote).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const SETTINGS: &str = "name: Microsoft-Windows-Kerberos/Operational\r\nenabled: false\r\ntype: Operational\r\n\
        owningPublisher: Microsoft-Windows-Security-Kerberos\r\nisolation: Application\r\nchannelAccess: O:BAG:SYD:(A;;0x7;;;BA)\r\n\
        logging:\r\n  logFileName: %SystemRoot%\\System32\\Winevt\\Logs\\x.evtx\r\n  retention: false\r\n  maxSize: 1052672\r\n";
    const STATE: &str = "creationTime: 2026-01-01T00:00:00.000Z\r\nfileSize: 69632\r\nattributes: 32\r\nnumberOfLogRecords: 12\r\noldestRecordNumber: 1\r\n";
    const RECORD: &str =
        "<Event xmlns='x'><System><TimeCreated SystemTime='2026-02-28T11:22:33.5Z'/></System></Event>\r\n";

    fn read(text: &str) -> Parsed<EventChannel> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn a_channel_says_whether_it_records_and_how_much() {
        let settings = read(SETTINGS).value;
        assert_eq!(settings.enabled, Some(Cited::new(false, ArtifactId(0).line(2))));
        assert_eq!(
            (settings.name.as_deref(), settings.max_bytes),
            (Some("Microsoft-Windows-Kerberos/Operational"), Some(1_052_672))
        );
        assert_eq!(read(STATE).value.records, Some(Cited::new(12, ArtifactId(0).line(4))));
        let oldest = read(RECORD).value.oldest.map(|oldest| oldest.value);
        assert_eq!(oldest, "2026-02-28T11:22:33.5Z".parse().ok());
    }

    #[test]
    fn what_is_no_answer_is_a_loss() {
        for text in ["", "Failed to read configuration for log x.\r\nThe specified channel could not be found.\r\n"] {
            assert!(!read(text).is_whole(), "{text}");
        }
    }

    #[test]
    fn only_such_texts_are_recognized() {
        assert!(recognizes(&Text::from(SETTINGS)) && recognizes(&Text::from(STATE)));
        for text in ["", "enabled: true", RECORD, "name: x\nfileSize: 1"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[SETTINGS, STATE, RECORD]) {
            let _ = read(cut);
        }
    }
}

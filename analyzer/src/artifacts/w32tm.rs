//! `w32tm` output: how far the clock of a computer is from that of another, and where it takes its time from.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited};
use crate::formats::text::Text;

/// Samples of one file at most.
const SAMPLES: usize = 10_000;

/// What one run printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct W32tmOutput {
    /// The computer whose clock was compared with, where it is told.
    pub target: Option<Cited<String>>,
    /// How far the other clock is ahead of this one, in milliseconds: a sample each.
    pub offsets_ms: Vec<Cited<i64>>,
    /// Errors instead of samples.
    pub errors: Vec<Cited<u32>>,
    /// Where this computer takes its time from, where it is told.
    pub source: Option<Cited<String>>,
}

/// Whether a text was printed by `w32tm`.
pub fn recognizes(text: &Text) -> bool {
    let words = |mark: &str| text.lines().iter().take(40).any(|line| line.contains(mark));
    let output = parse(ArtifactId(0), text).value;
    let compared = !output.offsets_ms.is_empty() && (output.target.is_some() || words(":123]"));
    compared
        || (words("(syncd by") || words("Stratum:") && words("ReferenceId:"))
        || (words("NtpServer") && words("NtpClient"))
}

/// Reads the output of `/stripchart`, `/monitor` or `/query /status`.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<W32tmOutput> {
    let mut parsed = Parsed::whole(W32tmOutput::default());
    for (number, line) in text.numbered() {
        let at = artifact.line(number);
        let words = line.trim();
        if let Some(target) = target(words) {
            parsed.value.target.get_or_insert(Cited::new(target, at));
        } else if let Some(offset) = sample(words) {
            if parsed.value.offsets_ms.len() >= SAMPLES {
                parsed.lose(at, GapReason::OverLimit("samples".to_owned()));
                break;
            }
            parsed.value.offsets_ms.push(Cited::new(offset, at));
        } else if let Some(code) = error(words) {
            parsed.value.errors.push(Cited::new(code, at));
        } else if let Some(source) = source(words) {
            parsed.value.source.get_or_insert(Cited::new(source, at));
        }
    }
    if parsed.value.offsets_ms.is_empty()
        && let Some(error) = parsed.value.errors.first().cloned()
    {
        let words = format!("the time service answered 0x{:08x}", error.value);
        parsed.lose(error.at, GapReason::ToolFailed(words));
    }
    parsed
}

/// `Tracking DC01.contoso.com [10.0.0.10:123].` and `DC01.contoso.com *** PDC ***[10.0.0.10:123]:`, in any language: the
/// name stands before an address with the port of the time service.
fn target(words: &str) -> Option<String> {
    let (before, _) = words.split_once(":123]")?;
    let (names, _) = before.rsplit_once('[')?;
    let names = names.split("***").next()?;
    names.split_whitespace().last().map(str::to_lowercase)
}

/// `10:20:00, +00.0206779s`, `10:20:00 d:+00.0000000s o:+00.0206779s`, `NTP: +0.0000000s offset from …`.
fn sample(words: &str) -> Option<i64> {
    let starts_with_time = words.split([',', ' ']).next().is_some_and(is_time);
    let is_monitor = words.starts_with("NTP:");
    if !starts_with_time && !is_monitor {
        return None;
    }
    let values = words.split_whitespace().map(|word| word.trim_end_matches(','));
    let mut offsets = values.map(|word| word.strip_prefix("o:").unwrap_or(word)).filter_map(milliseconds);
    if is_monitor { offsets.next() } else { offsets.next_back() }
}

/// `10:20:00`, or with dots.
fn is_time(word: &str) -> bool {
    let parts: Vec<_> = word.split([':', '.']).collect();
    parts.len() == 3
        && parts.iter().all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `+00.0206779s`, also with a comma: thousandths of a second, cut off.
fn milliseconds(word: &str) -> Option<i64> {
    let (sign, digits) = match word.strip_suffix('s')?.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (whole, part) = digits.split_once(['.', ','])?;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let thousandths: i64 = format!("{part}000").get(..3)?.parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(thousandths)?.checked_mul(sign)
}

/// `10:20:04, error: 0x800705B4`, or a sentence that ends in a code.
fn error(words: &str) -> Option<u32> {
    let at = words.find("0x8")?;
    let digits = words.get(at.saturating_add(2)..at.saturating_add(10))?;
    u32::from_str_radix(digits, 16).ok()
}

/// `Source: DC01.contoso.com`
fn source(words: &str) -> Option<String> {
    let (label, value) = words.split_once(':')?;
    let is_source = matches!(label.trim(), "Source" | "Quelle" | "Origen" | "Origine");
    (is_source && !value.trim().is_empty()).then(|| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const CHART: &str = "Tracking DC01.contoso.com [10.0.0.10:123].\r\nCollecting 3 samples.\r\n\
        The current time is 3/2/2026 9:15:00 AM.\r\n09:15:00, +00.0206779s\r\n09:15:02, -660.5000001s\r\n\
        09:15:04, error: 0x800705B4\r\n";
    const GERMAN: &str =
        "DC01.contoso.com [10.0.0.10:123] wird verfolgt.\r\n3 Proben werden gesammelt.\r\n09:15:00, +00,0206779s\r\n";
    const VERBOSE: &str = "Tracking dc01 [10.0.0.10:123].\r\n09:15:00 d:+00.0010000s o:+07.5s  [      *      ]\r\n";
    const MONITOR: &str = "DC01.contoso.com *** PDC ***[10.0.0.10:123]:\r\n    ICMP: 0ms delay\r\n    NTP: -0.2500000s offset from DC01.contoso.com\r\n";
    const STATUS: &str = "Leap Indicator: 0(no warning)\r\nStratum: 3 (secondary reference - syncd by (S)NTP)\r\n\
        ReferenceId: 0x0A00000A (source IP:  10.0.0.10)\r\nSource: DC01.contoso.com\r\nPhase Offset: 0.0000123s\r\n";

    fn read(text: &str) -> Parsed<W32tmOutput> {
        parse(ArtifactId(0), &Text::from(text))
    }

    fn offsets(text: &str) -> Vec<i64> {
        read(text).value.offsets_ms.iter().map(|offset| offset.value).collect()
    }

    #[test]
    fn samples_are_read_with_their_lines_and_either_mark() {
        let parsed = read(CHART);
        assert!(parsed.is_whole());
        assert_eq!(offsets(CHART), [20, -660_500]);
        assert_eq!(parsed.value.offsets_ms[1].at, ArtifactId(0).line(5));
        assert_eq!(parsed.value.errors.iter().map(|error| error.value).collect::<Vec<_>>(), [0x8007_05b4]);
        assert_eq!((offsets(GERMAN), offsets(VERBOSE), offsets(MONITOR)), (vec![20], vec![7500], vec![-250]));
    }

    #[test]
    fn the_other_computer_is_named() {
        for (text, name) in [(CHART, "dc01.contoso.com"), (VERBOSE, "dc01"), (MONITOR, "dc01.contoso.com")] {
            assert_eq!(read(text).value.target.map(|target| target.value).as_deref(), Some(name), "{text}");
        }
    }

    #[test]
    fn the_source_is_told_and_no_small_number_is_a_sample() {
        let parsed = read(STATUS);
        assert_eq!(parsed.value.source.map(|source| source.value).as_deref(), Some("DC01.contoso.com"));
        assert!(parsed.value.offsets_ms.is_empty());
    }

    #[test]
    fn errors_alone_are_a_loss() {
        let stopped = read("The following error occurred: The service has not been started. (0x80070426)\r\n");
        assert!(matches!(stopped.losses[0].reason, GapReason::ToolFailed(_)));
        for odd in ["09:15:00, +s", "09:15:00, +1.s", "09:15:00, 1.5s", "09:15:00, +99999999999999999999.5s"] {
            assert_eq!(offsets(odd), [0_i64; 0], "{odd}");
        }
    }

    #[test]
    fn only_such_texts_are_recognized() {
        for text in [CHART, VERBOSE, MONITOR, STATUS, GERMAN] {
            assert!(recognizes(&Text::from(text)), "{text}");
        }
        for text in ["", "09:15:00, +00.5s", "Source: x", "10.0.0.10:123"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[CHART, GERMAN, VERBOSE, MONITOR, STATUS]) {
            let _ = read(cut);
        }
    }
}

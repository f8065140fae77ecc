//! What a rule checks, and what a code in a log means.

use crate::codes::decode::decode;
use crate::codes::number::{Spelling, number};
use crate::codes::reading::Reading;
use crate::rules::table;

/// Explains a rule by its name, or a code in any spelling: `0x29`, `41`, `3221225572`, `-1073741429`,
/// `KRB_AP_ERR_MODIFIED`, `401.1`, `401 1 2148074252`, `event 4`.
pub fn explain(what: &str) -> Option<String> {
    let what = what.trim();
    if let Some(rule) = table::find(&what.to_ascii_lowercase()) {
        let info = rule.info();
        let references = info.references.join(", ");
        return Some(format!("{}\n{}\n\n{}\n\nReferences: {references}\n", info.name, info.title, info.explanation));
    }
    let readings = decode(what);
    if readings.is_empty() {
        return None;
    }
    let mut words = readings.iter().map(describe).collect::<Vec<_>>();
    words.extend(other_base(what));
    Some(words.join("\n"))
}

fn describe(reading: &Reading) -> String {
    let spelled = Some(&reading.spelled).filter(|spelled| !spelled.is_empty());
    let spelled = spelled.map(|spelled| format!(" ({spelled})")).unwrap_or_default();
    let head = format!("{}: {}{spelled}\n", reading.kind, reading.name);
    let lines = std::iter::once(&reading.meaning).chain(&reading.lines).filter(|line| !line.is_empty());
    std::iter::once(head).chain(lines.map(|line| format!("  {line}\n"))).collect()
}

/// People drop the `0x`; what they then get is another code.
fn other_base(what: &str) -> Option<String> {
    let value = number(what).filter(|number| number.spelling == Spelling::Decimal && number.value > 9)?.value;
    let other = format!("0x{value}");
    (!decode(&other).is_empty())
        .then(|| format!("{value} was read as decimal. Where a log means hexadecimal, ask for {other}.\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_has_its_kind_and_a_bare_number_its_other_base() {
        let words = explain("18").unwrap_or_default();
        for part in ["Kerberos error: KDC_ERR_CLIENT_REVOKED (0x12, 18)", "encryption type: AES256", "ask for 0x18"] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert!(!explain("0x18").unwrap_or_default().contains("was read as"));
        assert_eq!(explain("nothing of the kind"), None);
    }

    #[test]
    fn bits_stand_on_lines_of_their_own() {
        let words = explain("userAccountControl 66048").unwrap_or_default();
        let bit = "\n  0x10000 DONT_EXPIRE_PASSWORD: Its password does not expire; usual for service accounts.\n";
        assert!(words.contains(bit), "{words}");
    }
}

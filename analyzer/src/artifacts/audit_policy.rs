//! `auditpol /get /category:* /r`: which events the Security log can hold at all.
//!
//! Names and settings are translated; subcategories have GUIDs that are not.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::formats::csv;
use crate::formats::text::Text;

/// Subcategories of one file at most; Windows has some sixty.
const SUBCATEGORIES: usize = 5_000;

/// `Logon`
pub const LOGON: &str = "{0cce9215-69ae-11d9-bed3-505054503030}";
/// `Kerberos Service Ticket Operations`
pub const SERVICE_TICKETS: &str = "{0cce9240-69ae-11d9-bed3-505054503030}";
/// `Kerberos Authentication Service`
pub const AUTHENTICATION_SERVICE: &str = "{0cce9242-69ae-11d9-bed3-505054503030}";

/// What is recorded of one kind of event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subcategory {
    /// The line.
    pub at: Evidence,
    /// Its GUID, in braces and lower case.
    pub guid: String,
    /// Its name, in the language of Windows.
    pub name: String,
    /// What is recorded; none where the words are not understood.
    pub audits: Option<Audits>,
}

/// What is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audits {
    /// What succeeded.
    pub success: bool,
    /// What failed.
    pub failure: bool,
}

/// Whether a text was printed by `auditpol /r`.
pub fn recognizes(text: &Text) -> bool {
    !parse(ArtifactId(0), text).value.is_empty()
}

/// Reads the output.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<Vec<Subcategory>> {
    let mut parsed: Parsed<Vec<Subcategory>> = Parsed::default();
    for (number, line) in text.numbered() {
        let cells = csv::cells(line);
        let [_, _, name, guid, setting, rest @ ..] = cells.as_slice() else { continue };
        let guid = guid.trim().to_lowercase();
        if !is_guid(&guid) {
            continue;
        }
        let at = artifact.line(number);
        if parsed.value.len() >= SUBCATEGORIES {
            parsed.lose(at, GapReason::OverLimit("subcategories".to_owned()));
            break;
        }
        // A backup of the policy has the setting as a number in its last column.
        let by_number = rest.get(1).and_then(|value| value.trim().parse::<u32>().ok());
        let audits = by_number.map(|bits| Audits { success: bits & 1 != 0, failure: bits & 2 != 0 }).or(words(setting));
        if audits.is_none() {
            parsed.lose(at, GapReason::Undecodable(format!("the setting {setting} is not understood")));
        }
        parsed.value.push(Subcategory { at, guid, name: name.trim().to_owned(), audits });
    }
    if parsed.value.is_empty() {
        parsed.lose(artifact.whole(), GapReason::Damaged("it holds no answer that is understood".to_owned()));
    }
    parsed
}

fn is_guid(text: &str) -> bool {
    let inside = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inside.is_some_and(|guid| guid.len() == 36 && guid.chars().all(|c| c.is_ascii_hexdigit() || c == '-'))
}

/// `Success and Failure`, in the languages that are known.
fn words(setting: &str) -> Option<Audits> {
    let setting = setting.trim().to_lowercase();
    let is_none = ["no auditing", "keine überwachung", "pas d'audit", "pas d’audit", "sin auditoría"];
    if is_none.contains(&setting.as_str()) {
        return Some(Audits { success: false, failure: false });
    }
    let has = |words: &[&str]| words.iter().any(|word| setting.contains(word));
    let success = has(&["success", "erfolg", "succès", "aciertos", "operación correcta"]);
    let failure = has(&["failure", "fehler", "échec", "errores", "error"]);
    (success || failure).then_some(Audits { success, failure })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const POLICY: &str = "Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting\r\n\
        WEB01,System,Logon,{0CCE9215-69AE-11D9-BED3-505054503030},Success and Failure,\r\n\
        WEB01,System,Kerberos Service Ticket Operations,{0CCE9240-69AE-11D9-BED3-505054503030},No Auditing,\r\n\
        WEB01,System,Kerberos Authentication Service,{0CCE9242-69AE-11D9-BED3-505054503030},Failure,\r\n";

    fn read(text: &str) -> Parsed<Vec<Subcategory>> {
        parse(ArtifactId(0), &Text::from(text))
    }

    fn settings(text: &str) -> Vec<Option<(bool, bool)>> {
        read(text).value.iter().map(|one| one.audits.map(|audits| (audits.success, audits.failure))).collect()
    }

    #[test]
    fn settings_are_read_by_guid() {
        let parsed = read(POLICY);
        assert!(parsed.is_whole());
        let guids: Vec<_> = parsed.value.iter().map(|one| one.guid.as_str()).collect();
        assert_eq!(guids, [LOGON, SERVICE_TICKETS, AUTHENTICATION_SERVICE]);
        assert_eq!(settings(POLICY), [Some((true, true)), Some((false, false)), Some((false, true))]);
        assert_eq!(parsed.value[1].at, ArtifactId(0).line(3));
    }

    #[test]
    fn other_languages_and_numbers_are_understood_or_said_not_to_be() {
        let german =
            POLICY.replace("Success and Failure", "Erfolg und Fehler").replace("No Auditing", "Keine Überwachung");
        assert_eq!(settings(&german)[..2], [Some((true, true)), Some((false, false))]);
        let french = POLICY.replace("Success and Failure", "Succès et échec").replace("No Auditing", "Pas d’audit");
        assert_eq!(settings(&french)[..2], [Some((true, true)), Some((false, false))]);
        let unknown = POLICY.replace("Success and Failure", "成功");
        assert_eq!((settings(&unknown)[0], read(&unknown).is_whole()), (None, false));
        let backup = "WEB01,System,Logon,{0CCE9215-69AE-11D9-BED3-505054503030},成功,,1\r\n";
        assert_eq!(settings(backup), [Some((true, false))]);
    }

    #[test]
    fn only_such_texts_are_recognized() {
        assert!(recognizes(&Text::from(POLICY)));
        for text in ["", "a,b,c,{x},e", "Machine Name,Policy Target"] {
            assert!(!recognizes(&Text::from(text)) && !read(text).is_whole(), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[POLICY]) {
            let _ = read(cut);
        }
    }
}

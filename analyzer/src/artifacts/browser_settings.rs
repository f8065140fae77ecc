//! Lines of Firefox's `prefs.js` about integrated authentication: to which servers it may answer.
//!
//! The collector brings the lines about `network.negotiate-auth` and its like, and no other.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited};
use crate::formats::text::Text;

/// Settings of one file at most.
const SETTINGS: usize = 1_000;

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrowserSettings {
    /// Names of settings, and what they are set to, without quotes around a text.
    pub settings: Vec<(String, Cited<String>)>,
}

impl BrowserSettings {
    /// The last value of a setting, which is the one that counts.
    pub fn value(&self, name: &str) -> Option<&Cited<String>> {
        self.settings.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// Whether a text is such a file.
pub fn recognizes(text: &Text) -> bool {
    !parse(ArtifactId(0), text).value.settings.is_empty()
}

/// Reads the file. One without such a line sets nothing, which is an answer.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<BrowserSettings> {
    let mut parsed: Parsed<BrowserSettings> = Parsed::default();
    for (number, line) in text.numbered() {
        let at = artifact.line(number);
        let Some(rest) = line.trim().strip_prefix("user_pref(") else { continue };
        let Some((name, value)) = setting(rest) else {
            parsed.lose(at, GapReason::Damaged("a setting that is not whole".to_owned()));
            continue;
        };
        if parsed.value.settings.len() >= SETTINGS {
            parsed.lose(at, GapReason::OverLimit("settings".to_owned()));
            break;
        }
        parsed.value.settings.push((name, Cited::new(value, at)));
    }
    parsed
}

/// `"network.negotiate-auth.trusted-uris", "contoso.com");`
fn setting(rest: &str) -> Option<(String, String)> {
    let (name, value) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
    let value = value.trim_start().strip_prefix(',')?.trim().strip_suffix(");")?.trim();
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"')?,
        None => value,
    };
    Some((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFS: &str = "// Mozilla User Preferences\r\n\
        user_pref(\"network.negotiate-auth.trusted-uris\", \"contoso.com, https://web\");\r\n\
        user_pref(\"network.negotiate-auth.allow-non-fqdn\", true);\r\n";

    fn read(text: &str) -> Parsed<BrowserSettings> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn settings_are_texts_or_words() {
        let parsed = read(PREFS);
        assert!(parsed.is_whole() && recognizes(&Text::from(PREFS)));
        let value = |name| parsed.value.value(name).map(|value| (value.value.as_str(), value.at));
        let (at, uris) = (|line| ArtifactId(0).line(line), "network.negotiate-auth.trusted-uris");
        assert_eq!(value(uris), Some(("contoso.com, https://web", at(2))));
        assert_eq!(value("network.negotiate-auth.allow-non-fqdn"), Some(("true", at(3))));
        assert_eq!(value("network.other"), None);
        let twice = read(&format!("{PREFS}user_pref(\"network.negotiate-auth.trusted-uris\", \"\");"));
        assert_eq!(twice.value.value(uris).map(|value| value.value.as_str()), Some(""));
    }

    #[test]
    fn a_line_that_is_cut_is_a_loss_and_the_rest_is_kept() {
        for end in 0..PREFS.len() {
            let _ = read(PREFS.get(..end).unwrap_or_default());
        }
        let cut = read(&PREFS.replace("true);", "tr"));
        assert_eq!((cut.value.settings.len(), cut.losses[0].at), (1, ArtifactId(0).line(3)));
        assert!(!recognizes(&Text::from("nothing of the kind")));
    }

    #[test]
    fn what_is_over_the_limit_is_said() {
        let many = "user_pref(\"a\", 1);\n".repeat(SETTINGS + 3);
        let parsed = read(&many);
        assert_eq!((parsed.value.settings.len(), parsed.losses.len()), (SETTINGS, 1));
    }
}

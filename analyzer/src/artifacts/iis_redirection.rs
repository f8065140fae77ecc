//! `redirection.config`: whether IIS reads its configuration from a share, and from which.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited};
use crate::formats::text::Text;
use crate::formats::xml;

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirection {
    /// Whether the configuration is redirected; none where the file does not say.
    pub enabled: Option<Cited<bool>>,
    /// The folder of the configuration that is used then.
    pub path: Option<Cited<String>>,
}

/// Whether a text is such a file. `applicationHost.config` declares a section of the same name in other words.
pub fn recognizes(text: &Text) -> bool {
    text.lines().iter().take(200).any(|line| line.contains("<configuration"))
        && text.lines().iter().take(1_000).any(|line| line.contains("<configurationRedirection"))
}

/// Reads the file. A section without `enabled` is that of a server that never shared its configuration.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<Redirection> {
    let document = xml::read(&text.joined());
    let mut parsed = Parsed::whole(Redirection::default());
    if let Some(damage) = &document.damage {
        parsed.lose(artifact.line(damage.line), GapReason::Damaged(damage.what.clone()));
    }
    let root = document.root().filter(|root| root.name == "configuration");
    let Some(section) = root.and_then(|root| document.child(root, "configurationRedirection")) else {
        parsed.lose(artifact.whole(), GapReason::Damaged("it has no <configurationRedirection>".to_owned()));
        return parsed;
    };
    let at = artifact.line(section.first_line);
    let enabled = match section.attribute("enabled").map(xml::truth) {
        None => Some(false),
        Some(Some(enabled)) => Some(enabled),
        Some(None) => {
            parsed.lose(at, GapReason::Damaged("enabled is neither true nor false".to_owned()));
            None
        }
    };
    parsed.value.enabled = enabled.map(|enabled| Cited::new(enabled, at));
    let path = section.attribute("path").map(str::trim).filter(|path| !path.is_empty());
    parsed.value.path = path.map(|path| Cited::new(path.to_owned(), at));
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const SHARED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<configuration>\r\n  <configSections>\r\n    \
        <section name=\"configurationRedirection\" />\r\n  </configSections>\r\n  <configurationRedirection \
        enabled=\"true\" path=\"\\\\files\\iis$\" userName=\"CONTOSO\\svc-iis\" password=\"[REDACTED]\" />\r\n\
        </configuration>\r\n";

    fn read(text: &str) -> Parsed<Redirection> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn the_share_is_read_with_its_line() {
        let parsed = read(SHARED);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let at = ArtifactId(0).line(6);
        assert_eq!(parsed.value.enabled, Some(Cited::new(true, at)));
        assert_eq!(parsed.value.path, Some(Cited::new(r"\\files\iis$".to_owned(), at)));
        assert!(recognizes(&Text::from(SHARED)));
    }

    #[test]
    fn a_server_that_shares_nothing_says_so_by_an_empty_section() {
        let enabled = |text: &str| read(text).value.enabled.map(|enabled| enabled.value);
        assert_eq!(enabled("<configuration><configurationRedirection /></configuration>"), Some(false));
        assert_eq!(enabled(&SHARED.replace("\"true\"", "\"false\"")), Some(false));
    }

    #[test]
    fn what_it_does_not_say_is_a_loss_and_no_answer() {
        for text in [SHARED.replace("\"true\"", "\"maybe\""), SHARED.replace("<configurationRedirection", "<x")] {
            let parsed = read(&text);
            assert!(!parsed.is_whole() && parsed.value.enabled.is_none(), "{text}");
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_no_whole_answer() {
        for cut in beginnings(&[SHARED]).filter(|cut| cut.len() < SHARED.len() - 20) {
            assert!(!read(cut).is_whole(), "{cut}");
        }
    }

    #[test]
    fn other_configurations_are_not_recognized() {
        assert!(!recognizes(&Text::from(
            "<configuration><section name=\"configurationRedirection\" /></configuration>"
        )));
        assert!(!recognizes(&Text::from("configurationRedirection")));
    }
}

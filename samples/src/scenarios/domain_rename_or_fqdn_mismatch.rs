//! The server got another suffix, and the directory kept the old name.

use super::Scenario;
use super::hosts::{healthy, text};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().attribute("WEB01", "dNSHostName", &[text("web01.old.contoso.com")]);
    Scenario::of_risk("domain-rename-or-fqdn-mismatch", "The directory has an old name of WEB01", &[server])
}

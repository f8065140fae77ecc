//! The account of the pool was once set up for a Unix server, with keys for DES alone.

use super::Scenario;
use super::hosts::{healthy, text};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().attribute("svc-web", "userAccountControl", &[text("2163200")]);
    Scenario::of_rule("etype-no-common", "CONTOSO\\svc-web has keys for DES alone", &[server])
}

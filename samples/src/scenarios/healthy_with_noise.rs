//! Nothing is wrong. The logs hold errors all the same, as they do on every working day.

use super::Scenario;
use super::hosts::{domain_controller, healthy};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let dc = domain_controller().in_domain_of(&server);
    Scenario::without_finding(
        "healthy-with-noise",
        "Kerberos works; the errors in the logs are harmless",
        &[server, dc],
    )
}

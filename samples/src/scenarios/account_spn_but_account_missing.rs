//! A clean-up of the directory took the server for an old one and disabled its account.

use super::Scenario;
use super::hosts::{healthy, text};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().attribute("WEB01", "userAccountControl", &[text("4098")]);
    Scenario::of_rule(
        "account-spn-but-account-missing",
        "The account of the server is disabled, so nobody gets a ticket for the server's own names",
        &[server],
    )
}

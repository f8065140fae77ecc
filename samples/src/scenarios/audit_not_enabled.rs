//! A server records who signed in, and not who was turned away.

use super::Scenario;
use super::hosts::healthy;
use crate::host::Host;

/// The story.
pub fn scenario() -> Scenario {
    let server = Host { audits: "Success", ..healthy() };
    Scenario::of_risk("audit-not-enabled", "Failed logons are not recorded", &[server])
}

//! The server was restored from a snapshot, and its clock is 11 minutes behind that of the domain controller.

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let server = crate::host::Host { dc_clock: "20260302082604", ..healthy() };
    Scenario::of_rule("clock-skew", "The clock of the server is 11 minutes behind", &[server])
}

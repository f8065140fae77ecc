//! A new group policy says who may reach servers over the network, and forgot a department.

use super::Scenario;
use super::hosts::healthy;
use super::noise::at;
use crate::events::security;

/// STATUS_LOGON_TYPE_NOT_GRANTED
const NOT_GRANTED: (u32, u32) = (0xc000_015b, 0);

/// The story.
pub fn scenario() -> Scenario {
    let server =
        healthy().event(security::refused_logon(at("07:31:04.411"), ("CONTOSO", "bob"), NOT_GRANTED, "10.0.0.61"));
    Scenario::of_rule(
        "logon-right-or-workstation-restriction",
        "CONTOSO\\bob lacks the right to sign in over the network",
        &[server],
    )
}

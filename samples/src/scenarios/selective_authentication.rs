//! Users of a forest that was bought lately cannot open the intranet.

use super::Scenario;
use super::hosts::healthy;
use super::noise::at;
use crate::events::security;

/// STATUS_AUTHENTICATION_FIREWALL_FAILED
const FIREWALL: (u32, u32) = (0xc000_0413, 0);

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .event(security::refused_logon(at("07:31:04.411"), ("FABRIKAM", "dora"), FIREWALL, "10.9.0.31"))
        .event(security::refused_logon(at("07:33:51.002"), ("FABRIKAM", "emil"), FIREWALL, "10.9.0.44"));
    Scenario::of_rule("selective-authentication", "Users of another forest lack a permission", &[server])
}

//! A company was bought, and its domain is trusted by itself: its users come by NTLM.

use super::Scenario;
use super::hosts::healthy;
use super::noise::at;
use crate::events::security;
use crate::events::security::Visitor;
use crate::host::Host;

const CAROL: Visitor =
    Visitor { user: "carol", rid: 2207, workstation: "FAB-PC3", address: "10.9.0.33", port: "50771" };

/// The story.
pub fn scenario() -> Scenario {
    let server = Host { trusts: vec![("fabrikam.com", "FABRIKAM", "4")], ..healthy() }
        .event(security::foreign_ntlm_logon(at("07:31:04.218"), &CAROL, "FABRIKAM"));
    Scenario::of_rule(
        "cross-forest-name-or-external-trust",
        "Users of fabrikam.com come by NTLM over an external trust",
        &[server],
    )
}

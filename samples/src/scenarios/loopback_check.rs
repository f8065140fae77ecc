//! The administrator tests a site at the server itself, and is turned away; everybody else is not.

use super::Scenario;
use super::hosts::healthy;

/// SEC_E_LOGON_DENIED beside 401.1.
const DENIED: &str = "401 1 2148074252";

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .request("Intranet", "07:02:15", "10.0.0.57", "-", "401 2 5")
        .request("Intranet", "07:02:15", "10.0.0.57", r"CONTOSO\alice", "200 0 0")
        .request("Intranet", "07:50:11", "10.0.0.20", "-", "401 2 5")
        .request("Intranet", "07:50:12", "10.0.0.20", "-", DENIED)
        .request("Intranet", "07:50:19", "10.0.0.20", "-", DENIED)
        .request("Intranet", "07:50:27", "10.0.0.20", "-", DENIED);
    Scenario::of_rule(
        "loopback-check",
        "The server refuses sign-ins from itself under a name that is not its own",
        &[server],
    )
}

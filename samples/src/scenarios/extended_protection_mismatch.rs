//! A load balancer ends TLS since last night, and the site requires Extended Protection.

use super::Scenario;
use super::hosts::healthy;

/// SEC_E_BAD_BINDINGS beside 401.1.
const BAD_BINDINGS: &str = "401 1 2148074310";

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .authentication("Intranet", |intranet| intranet.token_checking = Some("Require"))
        .request("Intranet", "07:31:02", "10.0.0.57", "-", BAD_BINDINGS)
        .request("Intranet", "07:31:09", "10.0.0.61", "-", BAD_BINDINGS);
    Scenario::of_rule("extended-protection-mismatch", "Extended Protection turns every client away", &[server])
}

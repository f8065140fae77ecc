//! A service account holds `HTTP/` of the server's own name, and takes the default site away from the machine account.

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().spn("HTTP/web01", "svc-old").spn("HTTP/web01.contoso.com", "svc-old");
    Scenario::of_rule(
        "http-spn-shadows-host",
        "svc-old holds HTTP/web01, where the machine account decrypts",
        &[server],
    )
}

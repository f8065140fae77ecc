//! The pool runs as a new service account, and the SPNs are still on the old one.

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .without_spn("HTTP/intranet")
        .without_spn("HTTP/intranet.contoso.com")
        .spn("HTTP/intranet", "svc-old")
        .spn("HTTP/intranet.contoso.com", "svc-old");
    Scenario::of_rule("spn-on-wrong-account", "svc-old holds the SPN of a site that runs as svc-web", &[server])
}

//! The administrator registered the name as the URL begins.

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .without_spn("HTTP/intranet.contoso.com")
        .without_spn("HTTP/intranet")
        .spn("HTTPS/intranet.contoso.com", "svc-web");
    Scenario::of_rule("spn-malformed", "HTTPS/intranet.contoso.com is registered in place of HTTP", &[server])
}

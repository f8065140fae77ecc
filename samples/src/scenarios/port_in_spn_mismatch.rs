//! The administrator registered the name with its port.

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .without_spn("HTTP/intranet.contoso.com")
        .without_spn("HTTP/intranet")
        .spn("HTTP/intranet.contoso.com:80", "svc-web");
    Scenario::of_rule("port-in-spn-mismatch", "HTTP/intranet.contoso.com is registered with a port", &[server])
}

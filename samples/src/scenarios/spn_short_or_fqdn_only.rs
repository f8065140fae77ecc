//! The administrator registered the short name and forgot the one with the domain.

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().without_spn("HTTP/intranet.contoso.com");
    Scenario::of_rule("spn-short-or-fqdn-only", "Only HTTP/intranet is registered", &[server])
}

//! A server that was set up in a hurry, and never joined to the domain.

use super::Scenario;
use super::hosts::healthy;
use crate::host::Host;
use crate::iis::Authentication;

/// The story.
pub fn scenario() -> Scenario {
    let mut server = Host { workgroup: Some("WORKGROUP"), ..healthy() }
        .authentication("Intranet", |intranet| *intranet = Authentication::windows_only())
        .without_setspn();
    server.own_tickets.clear();
    server.machine_tickets.clear();
    server.events.clear();
    Scenario::of_rule("workgroup-server", "The web server is in no domain", &[server])
}

//! A user signed in to the notebook before the network was there.

use super::Scenario;
use super::hosts::{client, healthy};
use crate::host::Host;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let visitor = Host { own_tickets: Vec::new(), ..client().in_domain_of(&server) };
    Scenario::of_rule("client-not-domain-or-offline", "The user of CLIENT07 has no ticket at all", &[server, visitor])
}

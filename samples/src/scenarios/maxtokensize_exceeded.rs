//! A user belongs to so many groups that no ticket of hers fits the buffer of her computer.

use super::Scenario;
use super::hosts::{client, healthy};
use super::noise::at;
use crate::events::kerberos;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let visitor = client()
        .in_domain_of(&server)
        .event(kerberos::token_too_large(at("07:31:04.411"), "alice", "14310"))
        .event(kerberos::token_too_large(at("07:44:12.120"), "alice", "14310"));
    Scenario::of_rule("maxtokensize-exceeded", "A ticket is too large for its buffer", &[server, visitor])
}

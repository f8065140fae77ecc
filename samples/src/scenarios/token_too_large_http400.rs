//! A user of very many groups sends a ticket that HTTP.sys does not accept.

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .refused("07:14:20", "10.0.0.88", "FieldLength")
        .refused("07:14:23", "10.0.0.88", "FieldLength")
        .refused("07:40:05", "10.0.0.88", "Timer_ConnectionIdle");
    Scenario::of_rule(
        "token-too-large-http400",
        "A ticket with very many groups exceeds the limit on headers",
        &[server],
    )
}

//! The password of the computer and that in its domain differ, as after an old copy of it was started.

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let mut server = healthy();
    server.secure_channel = (1789, "ERROR_TRUSTED_RELATIONSHIP_FAILURE");
    Scenario::of_rule("secure-channel-broken", "The server and its domain disagree about its password", &[server])
}

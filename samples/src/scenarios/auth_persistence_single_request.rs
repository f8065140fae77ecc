//! A site asks for a ticket with every picture of a page.

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().authentication("Intranet", |intranet| intranet.single_request = Some(true));
    Scenario::of_rule("auth-persistence-single-request", "Users sign in anew with every request", &[server])
}

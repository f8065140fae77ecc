//! A site clears the list of providers and adds none, so that nobody can sign in.

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().authentication("Intranet", |intranet| intranet.providers = Some(vec![]));
    Scenario::of_rule("providers-empty-after-clear", "The site offers no provider at all", &[server])
}

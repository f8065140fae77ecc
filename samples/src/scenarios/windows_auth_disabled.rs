//! A site has anonymous and Windows authentication both switched off, so that nobody can sign in.

use crate::iis::Switch;

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().authentication("Intranet", |intranet| intranet.windows = Switch::Off);
    Scenario::of_rule("windows-auth-disabled", "No authentication is enabled on the site", &[server])
}

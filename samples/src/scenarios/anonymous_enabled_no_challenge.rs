//! The application wonders that nobody is ever signed in.

use super::Scenario;
use super::hosts::healthy;
use crate::iis::Switch;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .authentication("Intranet", |intranet| intranet.anonymous = Switch::On)
        .request("Intranet", "07:31:02", "10.0.0.57", "-", "200 0 0")
        .request("Intranet", "07:31:05", "10.0.0.61", "-", "200 0 0");
    Scenario::of_risk("anonymous-enabled-no-challenge", "Anonymous requests are let in", &[server])
}

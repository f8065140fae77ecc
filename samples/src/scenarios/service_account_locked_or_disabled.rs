//! Another server keeps trying an old password of the service account, so that the account is locked out and the pool
//! cannot start.

use crate::events::was;

use super::Scenario;
use super::hosts::{healthy, text};
use super::noise::at;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .attribute("svc-web", "msDS-User-Account-Control-Computed", &[text("16")])
        .attribute("svc-web", "lockoutTime", &[text("134169084000000000")])
        .event(was::identity_invalid(at("07:05:11.402"), "Intranet"));
    Scenario::of_rule(
        "service-account-locked-or-disabled",
        r"CONTOSO\svc-web is locked out, and its pool cannot start",
        &[server],
    )
}

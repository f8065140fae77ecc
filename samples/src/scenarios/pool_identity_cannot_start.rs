//! The account of a pool cannot sign in on the server: visitors see 503, and Kerberos has no part in it.

use crate::events::was;

use super::Scenario;
use super::hosts::healthy;
use super::noise::at;

const POOL: &str = "Intranet";

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .event(was::identity_invalid(at("07:55:00.112"), POOL))
        .event(was::disabled_for_identity(at("07:55:41.906"), POOL))
        .event(was::disabled(at("07:55:41.921"), POOL));
    Scenario::of_rule("pool-identity-cannot-start", "The pool Intranet cannot start as CONTOSO\\svc-web", &[server])
}

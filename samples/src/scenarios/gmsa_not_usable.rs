//! A managed service account came in place of the old one, and nobody let the server read its password.

use super::Scenario;
use super::hosts::healthy;
use super::noise::at;
use crate::directory::Class;
use crate::events::was;
use crate::iis::{Authentication, Identity};

const POOL: &str = "Portal";

/// The story.
pub fn scenario() -> Scenario {
    let mut server = healthy();
    server.directory.account(
        "gmsa-web$",
        1702,
        Class::GroupManaged,
        "CN=Managed Service Accounts",
        &["HTTP/portal", "HTTP/portal.contoso.com"],
    );
    let account = Identity::Specific(r"CONTOSO\gmsa-web$".to_owned());
    let server = server
        .site(POOL, "portal.contoso.com", account, Authentication::windows_with_pool_credentials())
        .event(was::identity_invalid(at("07:55:00.112"), POOL))
        .event(was::disabled_for_identity(at("07:55:41.906"), POOL));
    Scenario::of_rule("gmsa-not-usable", "WEB01 may not read the password of CONTOSO\\gmsa-web$", &[server])
}

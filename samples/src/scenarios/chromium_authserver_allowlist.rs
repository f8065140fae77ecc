//! A policy of Edge names the servers to sign in to, and was not told of the intranet.

use super::Scenario;
use super::hosts::{client, healthy};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let visitor = client().in_domain_of(&server).registry(
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Edge",
        "AuthServerAllowlist",
        "\"portal.contoso.com,*.fabrikam.com\"",
    );
    Scenario::of_rule(
        "chromium-authserver-allowlist",
        "The policy of Edge forgets intranet.contoso.com",
        &[server, visitor],
    )
}

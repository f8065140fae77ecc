//! A site has a name of its own and nobody registered its SPN, so that browsers fall back to NTLM.

use crate::events::security;
use crate::host::Host;
use crate::iis::{Authentication, Identity};

use super::Scenario;
use super::hosts::healthy;
use super::noise::{ALICE, at};

/// The web server.
pub(super) fn server() -> Host {
    healthy()
        .site("App", "app.contoso.com", Identity::ApplicationPool, Authentication::windows_only())
        .event(security::ntlm_logon(at("07:31:04.218"), &ALICE))
}

/// The story.
pub fn scenario() -> Scenario {
    Scenario::of_rule("spn-missing", "No account holds HTTP/app.contoso.com", &[server()])
}

//! One SPN on two accounts: the domain controller gives no ticket, and browsers fall back to NTLM.

use crate::events::{kdc, security};
use crate::host::Host;
use crate::iis::Authentication;

use super::Scenario;
use super::hosts::{domain_controller, healthy, svc_web};
use super::noise::{ALICE, BOB, at};

const SPN: &str = "HTTP/app.contoso.com";

/// The web server: the application moved to another service account, and the SPN stayed on the old one too.
fn server() -> Host {
    healthy()
        .site("App", "app.contoso.com", svc_web(), Authentication::windows_with_pool_credentials())
        .spn("HTTP/app", "svc-web")
        .spn(SPN, "svc-web")
        .spn(SPN, "svc-old")
        .event(security::ntlm_logon(at("07:31:04.218"), &ALICE))
        .event(security::ntlm_logon(at("07:52:36.740"), &BOB))
}

/// The domain controller, which says so.
fn dc(server: &Host) -> Host {
    domain_controller()
        .in_domain_of(server)
        .event(kdc::duplicate_name(at("07:31:04.051"), SPN))
        .event(kdc::duplicate_name(at("07:52:36.662"), SPN))
}

/// The story.
pub fn scenario() -> Scenario {
    let server = server();
    let dc = dc(&server);
    Scenario::of_rule("spn-duplicate", "Two accounts hold HTTP/app.contoso.com", &[server, dc])
}

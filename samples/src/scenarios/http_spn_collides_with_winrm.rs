//! A site took the name of the server, with an account of its own: it works, and remote management does not.

use super::Scenario;
use super::hosts::{healthy, svc_web};
use crate::iis::Authentication;

/// The story.
pub fn scenario() -> Scenario {
    let mut server = healthy();
    server.sites.retain(|site| site.name != "Default Web Site");
    let server = server
        .site("Portal", "web01.contoso.com", svc_web(), Authentication::windows_with_pool_credentials())
        .spn("HTTP/web01.contoso.com", "svc-web");
    Scenario::of_risk("http-spn-collides-with-winrm", "A site has taken the name that WinRM uses", &[server])
}

//! A new portal runs as a service account that holds its SPN, but in kernel mode the machine decrypts the tickets.

use crate::host::Host;
use crate::iis::Authentication;

use super::Scenario;
use super::hosts::{healthy, svc_web};

/// The web server with the portal.
pub fn server() -> Host {
    healthy()
        .site("VGS Portal", "portal.contoso.com", svc_web(), Authentication::windows_only())
        .spn("HTTP/portal", "svc-web")
        .spn("HTTP/portal.contoso.com", "svc-web")
}

/// The story.
pub fn scenario() -> Scenario {
    Scenario::of_rule(
        "kernelmode-spn-on-pool-account",
        "The machine account decrypts, while the SPN is on the account of the pool",
        &[server()],
    )
}

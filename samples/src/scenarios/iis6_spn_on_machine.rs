//! IIS 6 has no kernel mode: a pool with an account of its own cannot decrypt what `HOST` of the server leads to.

use super::Scenario;
use super::hosts::healthy_iis6;
use crate::collect_legacy::OldWindows;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy_iis6()
        .without_spn("HTTP/intranet")
        .without_spn("HTTP/intranet.contoso.com")
        .spn("HTTP/intranet", "WEB01")
        .spn("HTTP/intranet.contoso.com", "WEB01");
    let title = "IIS 6 decrypts as the pool's account, and the machine holds the SPN";
    let told = Scenario::of_old_windows("iis6-spn-on-machine", title, &server, OldWindows::Server2003, None);
    Scenario { expected: Some("pool-account-spn-on-machine"), ..told }
}

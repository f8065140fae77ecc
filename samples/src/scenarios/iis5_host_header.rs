//! IIS 5 answers to a host header of its own, and nobody holds an SPN with that name.

use super::Scenario;
use super::hosts::healthy_iis5;
use crate::collect_legacy::OldWindows;

/// The story.
pub fn scenario() -> Scenario {
    let mut server = healthy_iis5().address_of("www.contoso.com", "10.0.0.20");
    server.sites.iter_mut().for_each(|site| site.host_header = Some("www.contoso.com".to_owned()));
    let title = "Nobody holds HTTP/www.contoso.com, the host header of a site of IIS 5";
    let told =
        Scenario::of_old_windows("iis5-host-header", title, &server, OldWindows::Windows2000, Some("Negotiate,NTLM"));
    Scenario { expected: Some("spn-missing"), ..told }
}

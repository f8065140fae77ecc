//! Two sites share a host name on two ports; the second has its name registered with the port, which browsers leave out.

use super::Scenario;
use super::hosts::healthy;
use crate::iis::{Authentication, Identity};

/// The story.
pub fn scenario() -> Scenario {
    let reports = Identity::Specific(r"CONTOSO\svc-old".to_owned());
    let mut server = healthy()
        .site("Reports", "intranet.contoso.com", reports, Authentication::windows_with_pool_credentials())
        .spn("HTTP/intranet.contoso.com:8081", "svc-old");
    server.sites.iter_mut().filter(|site| site.name == "Reports").for_each(|site| site.port = 8081);
    let title = "HTTP/intranet.contoso.com:8081 is registered, and browsers ask for HTTP/intranet.contoso.com";
    let told = Scenario::of_rule("port-in-spn-mismatch", title, &[]);
    let bundle = crate::collect::bundle(&server);
    Scenario { name: "two-ports-two-accounts", bundles: vec![("two-ports-two-accounts".to_owned(), bundle)], ..told }
}

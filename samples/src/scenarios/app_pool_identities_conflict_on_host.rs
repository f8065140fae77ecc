//! A second site came to the host name, on another port and with an account of its own.

use super::Scenario;
use super::hosts::healthy;
use crate::iis::{Authentication, Identity};

/// The story.
pub fn scenario() -> Scenario {
    let reports = Identity::Specific(r"CONTOSO\svc-old".to_owned());
    let mut server =
        healthy().site("Reports", "intranet.contoso.com", reports, Authentication::windows_with_pool_credentials());
    server.sites.iter_mut().filter(|site| site.name == "Reports").for_each(|site| site.port = 8081);
    Scenario::of_rule(
        "app-pool-identities-conflict-on-host",
        "Two accounts decrypt for intranet.contoso.com",
        &[server],
    )
}

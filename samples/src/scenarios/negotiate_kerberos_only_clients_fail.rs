//! A site was hardened against NTLM, and one of its visitors sits at a computer outside the domain.

use super::Scenario;
use super::hosts::{client, healthy};
use crate::host::Host;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .authentication("Intranet", |intranet| intranet.providers = Some(vec!["Negotiate:Kerberos"]))
        .request("Intranet", "07:44:10", "10.0.0.57", "-", "401 2 5")
        .request("Intranet", "07:44:16", "10.0.0.57", "-", "401 2 5");
    let visitor = client().in_domain_of(&server);
    let visitor = Host { workgroup: Some("WORKGROUP"), own_tickets: Vec::new(), ..visitor };
    Scenario::of_rule(
        "negotiate-kerberos-only-clients-fail",
        "Only Kerberos is offered, and CLIENT07 is in no domain",
        &[server, visitor],
    )
}

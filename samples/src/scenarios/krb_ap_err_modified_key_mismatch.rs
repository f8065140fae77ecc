//! The SPN is on the right account and on no other, and still the site cannot decrypt: the key is another one.

use crate::events::kerberos;
use crate::host::Host;
use crate::layout::klist::Ticket;

use super::Scenario;
use super::hosts::{client, healthy};
use super::noise::at;

/// The client: its ticket is for the right account.
fn visitor(server: &Host) -> Host {
    client()
        .in_domain_of(server)
        .ticket(Ticket::service("alice", "HTTP/intranet.contoso.com", "8:31:04"))
        .event(kerberos::modified(at("07:31:04.411"), "svc-web", "HTTP/intranet.contoso.com"))
        .event(kerberos::modified(at("07:40:18.690"), "svc-web", "HTTP/intranet.contoso.com"))
}

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let visitor = visitor(&server);
    Scenario::of_rule(
        "krb-ap-err-modified-key-mismatch",
        "The right account cannot decrypt tickets for HTTP/intranet.contoso.com",
        &[server, visitor],
    )
}

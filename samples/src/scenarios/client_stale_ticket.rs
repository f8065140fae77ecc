//! The account of the pool got a new password at eight, and a client goes on with a ticket from half past seven.

use crate::events::kerberos;
use crate::host::Host;
use crate::layout::klist::Ticket;

use super::Scenario;
use super::hosts::{client, healthy, text};
use super::noise::at;

/// 07:00 in UTC, in the ticks of the directory.
const SEVEN: &str = "134169084000000000";

/// The client, with tickets of the morning.
fn visitor(server: &Host) -> Host {
    let visitor = client()
        .in_domain_of(server)
        .ticket(Ticket::service("alice", "HTTP/intranet.contoso.com", "7:31:04"))
        .event(kerberos::modified(at("07:31:04.411"), "svc-web", "HTTP/intranet.contoso.com"));
    let tickets =
        vec![("krbtgt/CONTOSO.COM", "2026-03-02T05:58:40Z"), ("HTTP/intranet.contoso.com", "2026-03-02T06:31:04Z")];
    Host { lsa_tickets: tickets, ..visitor }
}

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().attribute("svc-web", "pwdLastSet", &[text(SEVEN)]);
    let visitor = visitor(&server);
    let name = "client-stale-ticket";
    let told = Scenario::of_rule(name, "A client holds a ticket from before the new password", &[server, visitor]);
    Scenario { expected: Some("krb-ap-err-modified-key-mismatch"), latent: Some(name), ..told }
}

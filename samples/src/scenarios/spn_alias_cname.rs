//! The site's name is an alias in DNS: browsers ask for a ticket for the server that it stands for.

use crate::events::kerberos;
use crate::host::Host;
use crate::layout::klist::Ticket;

use super::Scenario;
use super::hosts::{client, healthy};
use super::noise::at;

/// The web server, whose site decrypts with the account of its pool.
fn server() -> Host {
    healthy().alias("intranet.contoso.com", "web01.contoso.com")
}

/// The client: its ticket is for the machine account, and the site cannot decrypt it.
fn visitor(server: &Host) -> Host {
    client()
        .in_domain_of(server)
        .ticket(Ticket::service("alice", "HTTP/web01.contoso.com", "8:31:04"))
        .event(kerberos::modified(at("07:31:04.411"), "web01$", "HTTP/web01.contoso.com"))
        .event(kerberos::modified(at("07:31:09.027"), "web01$", "HTTP/web01.contoso.com"))
}

/// The story.
pub fn scenario() -> Scenario {
    let server = server();
    let visitor = visitor(&server);
    Scenario::of_rule(
        "spn-alias-cname",
        "intranet.contoso.com is an alias, so the client asks for HTTP/web01.contoso.com",
        &[server, visitor],
    )
}

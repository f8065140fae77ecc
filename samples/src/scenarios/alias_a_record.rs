//! The site's name has an address of its own: the healthy counterpart of [`super::spn_alias_cname`].

use crate::layout::klist::Ticket;

use super::Scenario;
use super::hosts::{client, healthy};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let visitor =
        client().in_domain_of(&server).ticket(Ticket::service("alice", "HTTP/intranet.contoso.com", "8:31:04"));
    Scenario::without_finding(
        "alias-a-record",
        "intranet.contoso.com is an address, and the client asks for the SPN that is registered",
        &[server, visitor],
    )
}

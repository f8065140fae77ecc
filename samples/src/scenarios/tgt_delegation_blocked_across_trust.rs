//! Reports come for users of the own forest and stay empty for those of another one: the trust keeps their tickets.

use super::Scenario;
use super::hosts::{client, healthy, text};
use crate::layout::klist::Ticket;

/// The story.
pub fn scenario() -> Scenario {
    // The account is trusted for delegation, and its password does not expire.
    let server = healthy().attribute("svc-web", "userAccountControl", &[text("590336")]);
    let visitor = client().in_domain_of(&server).ticket(Ticket::kept("bob", "HTTP/intranet.contoso.com", "8:31:04"));
    Scenario::of_rule(
        "tgt-delegation-blocked-across-trust",
        "The trust with another forest lets no ticket pass for delegation",
        &[server, visitor],
    )
}

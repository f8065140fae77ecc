//! The application asks the database as its user, and arrives as nobody.

use super::Scenario;
use super::hosts::{back_end, healthy};
use super::noise::{ALICE, at};
use crate::events::security;
use crate::events::security::Visitor;

/// The web server, as whoever it calls sees it.
const WEB: Visitor = Visitor { workstation: "WEB01", address: "10.0.0.20", ..ALICE };

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    // Only the intranet calls the database; the other site is switched off.
    let server = server.authentication("Default Web Site", |site| site.windows = crate::iis::Switch::Off);
    let server = server.authentication("Default Web Site", |site| site.anonymous = crate::iis::Switch::On);
    let database = back_end()
        .in_domain_of(&server)
        .event(security::anonymous_logon(at("07:31:05.402"), &WEB))
        .event(security::anonymous_logon(at("07:44:19.075"), &WEB));
    Scenario::of_rule(
        "unconstrained-delegation-not-trusted",
        "SQL01 sees nobody, because CONTOSO\\svc-web may not delegate",
        &[server, database],
    )
}

//! Users type their passwords at the web server, and the database sees Kerberos.

use super::Scenario;
use super::hosts::{back_end, healthy};
use super::noise::{ALICE, at};
use crate::events::security;
use crate::events::security::Visitor;

/// The web server, as whoever it calls sees it.
const WEB: Visitor = Visitor { workstation: "WEB01", address: "10.0.0.20", ..ALICE };

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().event(security::basic_logon(at("07:31:04.218"), &ALICE));
    let database = back_end().in_domain_of(&server).event(security::kerberos_logon(at("07:31:04.377"), &WEB));
    Scenario::of_risk(
        "basic-front-kerberos-back",
        "Kerberos behind the site comes from passwords that users typed",
        &[server, database],
    )
}

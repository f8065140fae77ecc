//! The application calls a second service, and the list of its account knows only the first.

use super::Scenario;
use super::hosts::{domain_controller, healthy, text};
use super::noise::at;
use crate::events::security;

/// The story.
pub fn scenario() -> Scenario {
    let mut server = healthy();
    server.directory.account("alice", 1604, crate::directory::Class::User, "OU=Staff", &[]);
    server.named_accounts.push("alice");
    let server = server.attribute("svc-web", "msDS-AllowedToDelegateTo", &[text("MSSQLSvc/sql01.contoso.com:1433")]);
    let controller = domain_controller()
        .in_domain_of(&server)
        .event(security::refused_delegation(at("07:31:04.411"), "svc-web", "http/api.contoso.com"))
        .event(security::refused_delegation(at("07:40:10.093"), "svc-web", "http/api.contoso.com"));
    Scenario::of_rule(
        "kcd-target-spn-missing",
        "CONTOSO\\svc-web asks to delegate to a service that is not in its list",
        &[server, controller],
    )
}

//! The administrator gave the account of the pool its list of services; the machine takes the tickets.

use super::Scenario;
use super::hosts::{healthy, text};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .authentication("Intranet", |intranet| intranet.use_app_pool_credentials = None)
        .without_spn("HTTP/intranet.contoso.com")
        .without_spn("HTTP/intranet")
        .spn("HTTP/intranet.contoso.com", "WEB01")
        .spn("HTTP/intranet", "WEB01")
        .attribute("svc-web", "msDS-AllowedToDelegateTo", &[text("MSSQLSvc/sql01.contoso.com:1433")]);
    Scenario::of_rule(
        "delegation-on-wrong-object",
        "The account of the pool may delegate, and the machine decrypts",
        &[server],
    )
}

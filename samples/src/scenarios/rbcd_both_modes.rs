//! One administrator listed the database on the account of the pool, another allowed the same on that of the database.

use super::Scenario;
use super::hosts::{healthy, text};
use crate::directory::allowing;
use crate::layout::ldif::Value;

/// The story.
pub fn scenario() -> Scenario {
    let mut server = healthy();
    server.named_accounts.push("svc-old");
    let server = server
        .attribute("svc-web", "msDS-AllowedToDelegateTo", &[text("MSSQLSvc/sql01.contoso.com:1433")])
        .attribute("svc-old", "msDS-AllowedToActOnBehalfOfOtherIdentity", &[Value::Bytes(allowing(1621))]);
    Scenario::of_risk("rbcd-both-modes", "The delegation to a database is allowed from both ends", &[server])
}

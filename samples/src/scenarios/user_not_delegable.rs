//! Reports work for everybody but one, whose account is marked as sensitive.

use super::Scenario;
use super::hosts::{healthy, text};
use crate::directory::Class;
use crate::host::Host;

/// The story.
pub fn scenario() -> Scenario {
    let mut server = healthy();
    server.directory.account("t0-admin", 1500, Class::User, "OU=Administrators", &[]);
    let server = server.attribute("t0-admin", "userAccountControl", &[text("1114624")]).attribute(
        "svc-web",
        "msDS-AllowedToDelegateTo",
        &[text("MSSQLSvc/sql01.contoso.com:1433")],
    );
    let server = Host { named_accounts: vec!["t0-admin"], ..server };
    Scenario::of_rule("user-not-delegable", "A user who may not be delegated visits a site that delegates", &[server])
}

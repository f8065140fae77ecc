//! A user saved a password for the intranet once, and has another one by now.

use super::Scenario;
use super::hosts::{client, healthy};
use super::noise::at;
use crate::events::kerberos;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let visitor =
        client().in_domain_of(&server).event(kerberos::saved_password_wrong(at("07:31:04.411"), "CONTOSO\\alice"));
    Scenario::of_rule("credential-manager-override", "A saved password is wrong", &[server, visitor])
}

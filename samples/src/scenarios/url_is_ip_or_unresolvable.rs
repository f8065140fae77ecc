//! A link in a mail leads to the address of the server.

use super::Scenario;
use super::hosts::{client, healthy};
use super::noise::at;
use crate::events::kerberos::ErrorReceived;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let unknown =
        ErrorReceived { code: ("0x7", "KDC_ERR_S_PRINCIPAL_UNKNOWN"), extended: "", server: "HTTP/10.0.0.20" };
    let visitor = client().in_domain_of(&server).event(unknown.at(at("07:31:04.411")));
    Scenario::of_rule("url-is-ip-or-unresolvable", "CLIENT07 opens the site by its address", &[server, visitor])
}

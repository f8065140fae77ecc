//! Firefox is told to trust the old name of the site alone.

use super::Scenario;
use super::hosts::{client, healthy};
use crate::host::Host;

const PREFS: &str = "user_pref(\"network.negotiate-auth.trusted-uris\", \"portal.contoso.com,https://\");\r\n";

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let visitor = Host { firefox: Some(PREFS), ..client().in_domain_of(&server) };
    Scenario::of_rule("firefox-trusted-uris", "Firefox does not trust intranet.contoso.com", &[server, visitor])
}

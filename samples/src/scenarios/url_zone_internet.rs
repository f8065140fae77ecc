//! A site got a full name, and nobody told the browsers that it is one of the intranet.

use super::Scenario;
use super::hosts::{client, healthy};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().request("Intranet", "07:44:10", "10.0.0.57", "-", "401 2 5").request(
        "Intranet",
        "07:44:31",
        "10.0.0.57",
        "-",
        "401 2 5",
    );
    let mut visitor = client().in_domain_of(&server);
    visitor.registry.clear();
    Scenario::of_rule("url-zone-internet", "CLIENT07 takes the site for one of the internet", &[server, visitor])
}

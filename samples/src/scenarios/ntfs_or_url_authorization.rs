//! A user is signed in, and the files are not for her.

use super::Scenario;
use super::hosts::healthy;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().request("Intranet", "07:31:02", "10.0.0.57", "-", "401 2 5").request(
        "Intranet",
        "07:31:02",
        "10.0.0.57",
        r"CONTOSO\alice",
        "401 3 5",
    );
    Scenario::of_risk("ntfs-or-url-authorization", "CONTOSO\\alice may not read the files", &[server])
}

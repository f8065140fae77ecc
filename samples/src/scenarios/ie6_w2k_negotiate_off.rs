//! A user switched Integrated Windows Authentication off, while searching for something else.

use super::Scenario;
use super::hosts::{client, healthy};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy();
    let visitor = client().in_domain_of(&server).registry(
        r"HKEY_CURRENT_USER\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings",
        "EnableNegotiate",
        "dword:00000000",
    );
    Scenario::of_rule("ie6-w2k-negotiate-off", "Negotiate is switched off on CLIENT07", &[server, visitor])
}

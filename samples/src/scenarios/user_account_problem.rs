//! One user cannot open the site any more: the account was disabled by mistake.

use super::Scenario;
use super::hosts::healthy;
use super::noise::at;
use crate::events::security;

/// STATUS_LOGON_FAILURE, and STATUS_ACCOUNT_DISABLED behind it.
const DISABLED: (u32, u32) = (0xc000_006d, 0xc000_0072);
/// The same, and STATUS_WRONG_PASSWORD: somebody mistyped.
const MISTYPED: (u32, u32) = (0xc000_006d, 0xc000_006a);

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .event(security::refused_logon(at("06:58:20.118"), ("CONTOSO", "alice"), MISTYPED, "10.0.0.57"))
        .event(security::refused_logon(at("07:31:04.411"), ("CONTOSO", "bob"), DISABLED, "10.0.0.61"));
    Scenario::of_rule("user-account-problem", "The account of a user is disabled", &[server])
}

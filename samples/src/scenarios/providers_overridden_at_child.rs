//! One folder of a site still has the list of providers that somebody gave it years ago.

use super::Scenario;
use super::hosts::healthy;
use crate::iis::Authentication;

/// The story.
pub fn scenario() -> Scenario {
    let archive = Authentication { providers: Some(vec!["NTLM"]), ..Authentication::windows_with_pool_credentials() };
    let server = healthy().folder("Intranet", "archive", archive);
    Scenario::of_rule("providers-overridden-at-child", "One folder offers NTLM and not Negotiate", &[server])
}

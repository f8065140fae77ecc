//! A site offers NTLM alone, so that no browser tries Kerberos.

use crate::events::security;

use super::Scenario;
use super::hosts::healthy;
use super::noise::{ALICE, at};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .authentication("Intranet", |intranet| intranet.providers = Some(vec!["NTLM"]))
        .event(security::ntlm_logon(at("07:31:04.218"), &ALICE));
    Scenario::of_rule("providers-negotiate-missing", "The site offers NTLM and not Negotiate", &[server])
}

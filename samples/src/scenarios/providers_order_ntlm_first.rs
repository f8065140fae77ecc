//! A site offers NTLM first, and browsers that take the first offer never try Kerberos.

use crate::events::security;

use super::Scenario;
use super::hosts::healthy;
use super::noise::{ALICE, at};

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .authentication("Intranet", |intranet| intranet.providers = Some(vec!["NTLM", "Negotiate"]))
        .event(security::ntlm_logon(at("07:31:04.218"), &ALICE));
    Scenario::of_rule("providers-order-ntlm-first", "The site offers NTLM before Negotiate", &[server])
}

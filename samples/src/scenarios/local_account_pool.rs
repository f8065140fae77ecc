//! An old application decrypts as an account of the server, whose key no domain controller has.

use crate::events::security;
use crate::iis::{Authentication, Identity};

use super::Scenario;
use super::hosts::healthy;
use super::noise::{ALICE, at};

/// The story.
pub fn scenario() -> Scenario {
    let legacy = Identity::Specific(r"WEB01\legacy".to_owned());
    let server = healthy()
        .site("Legacy", "legacy.contoso.com", legacy, Authentication::windows_without_kernel_mode())
        .event(security::ntlm_logon(at("07:31:04.218"), &ALICE));
    Scenario::of_rule("local-account-pool", "The pool Legacy decrypts as an account that no KDC knows", &[server])
}

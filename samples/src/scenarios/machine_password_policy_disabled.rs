//! The server was made from a template that never changes its password.

use super::Scenario;
use super::hosts::healthy;

const NETLOGON: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Netlogon\Parameters";

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().registry(NETLOGON, "DisablePasswordChange", "dword:00000001");
    Scenario::of_risk("machine-password-policy-disabled", "WEB01 never changes its password", &[server])
}

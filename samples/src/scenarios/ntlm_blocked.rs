//! Nobody holds the SPN, which went unnoticed until a policy forbade NTLM.

use super::{Scenario, spn_missing};

const MSV: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0";

/// The story.
pub fn scenario() -> Scenario {
    let server = spn_missing::server().registry(MSV, "RestrictReceivingNTLMTraffic", "dword:00000002");
    Scenario {
        expected: Some("spn-missing"),
        ..Scenario::of_rule("ntlm-blocked", "Nobody holds the SPN, and NTLM is forbidden", &[server])
    }
}

//! An upgrade from Windows NT kept NTLM as the only provider of IIS 5.

use super::Scenario;
use super::hosts::healthy_iis5;
use crate::collect_legacy::OldWindows;

/// The story.
pub fn scenario() -> Scenario {
    let title = "IIS 5 offers NTLM alone since it was upgraded";
    let told =
        Scenario::of_old_windows("iis5-ntlm-only", title, &healthy_iis5(), OldWindows::Windows2000, Some("NTLM"));
    Scenario { expected: Some("providers-upgrade-from-iis4"), ..told }
}

//! A site of IIS 5 has a blank in its list of providers, while the list of the service is as it should be.

use super::Scenario;
use super::hosts::healthy_iis5;
use crate::collect_legacy::OldWindows;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy_iis5().authentication("Default Web Site", |site| {
        site.providers = Some(vec!["Negotiate", " NTLM"]);
    });
    let title = "A blank stands behind the comma in a list of providers";
    let told = Scenario::of_old_windows(
        "providers-value-malformed",
        title,
        &server,
        OldWindows::Windows2000,
        Some("Negotiate,NTLM"),
    );
    Scenario { expected: Some("providers-value-malformed"), ..told }
}

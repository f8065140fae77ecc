//! The computer changed its password this morning, and IIS 5 has not noticed.

use super::Scenario;
use super::hosts::{healthy_iis5, text};
use crate::collect_legacy::OldWindows;

const SITE: &str = "Default Web Site";
/// 07:00 in UTC, in the ticks of the directory.
const SEVEN: &str = "134169084000000000";

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy_iis5()
        .attribute("WEB01", "pwdLastSet", &[text(SEVEN)])
        .request(SITE, "06:41:09", "10.0.0.57", r"CONTOSO\alice", "200")
        .request(SITE, "06:52:30", "10.0.0.61", r"CONTOSO\bob", "200")
        .request(SITE, "07:04:18", "10.0.0.57", "-", "401")
        .request(SITE, "07:04:25", "10.0.0.57", "-", "401")
        .request(SITE, "07:11:50", "10.0.0.61", "-", "401");
    let title = "IIS 5 uses the password from before";
    let name = "iis5-30day-401";
    let told = Scenario::of_old_windows(name, title, &server, OldWindows::Windows2000, Some("Negotiate,NTLM"));
    Scenario { expected: Some(name), ..told }
}

//! Somebody made the buffer for requests small, on a server with IIS 5.

use super::Scenario;
use super::hosts::healthy_iis5;
use crate::collect_legacy::OldWindows;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy_iis5().registry(
        r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\W3SVC\Parameters",
        "MaxClientRequestBuffer",
        "dword:00004000",
    );
    let name = "max-request-bytes-iis45";
    let title = "IIS 5 takes requests of 16 KB at most";
    let told = Scenario::of_old_windows(name, title, &server, OldWindows::Windows2000, Some("Negotiate,NTLM"));
    Scenario { latent: Some(name), ..told }
}

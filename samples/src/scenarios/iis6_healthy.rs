//! Server 2003 with IIS 6: a site as the machine, and one whose pool account holds its SPN.

use super::Scenario;
use super::hosts::healthy_iis6;
use crate::collect_legacy::OldWindows;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy_iis6();
    Scenario::of_old_windows(
        "iis6-healthy",
        "Nothing is wrong on a server with IIS 6",
        &server,
        OldWindows::Server2003,
        None,
    )
}

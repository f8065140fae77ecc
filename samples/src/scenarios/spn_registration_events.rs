//! A server could not reach its domain this morning and says so; its names are there from before.

use crate::events::netlogon;

use super::Scenario;
use super::hosts::healthy;
use super::noise::at;

/// The story.
pub fn scenario() -> Scenario {
    let server =
        healthy().event(netlogon::host_spns_not_written(at("06:40:20.390"), "HOST/web01.contoso.com", "HOST/WEB01"));
    Scenario::of_risk("spn-registration-events", "WEB01 could not write its own names", &[server])
}

//! The server could not write its own names into the directory, so that nobody gets a ticket for it.

use crate::events::netlogon;

use super::Scenario;
use super::hosts::healthy;
use super::noise::at;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .without_spn("HOST/WEB01")
        .without_spn("HOST/web01.contoso.com")
        .event(netlogon::dns_name_not_written(at("06:40:20.312"), "web01.contoso.com"))
        .event(netlogon::host_spns_not_written(at("06:40:20.390"), "HOST/web01.contoso.com", "HOST/WEB01"));
    Scenario::of_rule("host-spn-missing", "The machine account of WEB01 has no HOST/ SPN", &[server])
}

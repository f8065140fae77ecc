//! What the logs of other servers say about the web server as their client.

use std::net::IpAddr;

use crate::facts::case_facts::HostFacts;
use crate::facts::host::{HostName, Role};
use crate::facts::sightings::{Seen, Sighting};
use crate::rules::rule::Situation;

/// Hosts whose Security log is in the case, and which are neither this web server nor a domain controller: everybody
/// signs in at those.
pub fn others_with_a_log<'a>(situation: &Situation<'a>, server: &HostFacts) -> Vec<&'a HostFacts> {
    let hosts = situation.facts.hosts.values();
    let is_other = |host: &&HostFacts| {
        host.identity.name != server.identity.name
            && host.role != Role::DomainController
            && host.logs.get("security").is_some_and(|log| log.seen().is_ok())
    };
    hosts.filter(is_other).collect()
}

/// What was seen on a host.
pub fn seen_on<'a>(
    situation: &Situation<'a>,
    host: &HostFacts,
    what: Seen,
) -> impl Iterator<Item = &'a Sighting> + use<'a> {
    let name = host.identity.name.clone();
    let all = situation.facts.sightings.iter();
    all.filter(move |seen| seen.what == what && HostName::new(&seen.computer) == name)
}

/// Whether somebody came from this server: from one of its addresses, or under its name.
pub fn came_from(seen: &Sighting, server: &HostFacts) -> bool {
    let Some(client) = seen.client.as_deref() else { return false };
    match client.parse::<IpAddr>() {
        Ok(address) => server.identity.addresses.contains(&address),
        Err(_) => HostName::new(client.trim_start_matches('\\')) == server.identity.name,
    }
}

//! What the logs of other servers say about the web server as their client.

use std::net::IpAddr;

use crate::evidence::gap::NotKnown;
use crate::facts::case_facts::HostFacts;
use crate::facts::host::{HostName, Role};
use crate::facts::sightings::{Seen, Sighting};
use crate::rules::answer::Answer;
use crate::rules::rule::Situation;

/// What another server saw of a web server that came as its client.
#[derive(Clone, Copy, Debug)]
pub struct Hop<'a> {
    /// The other server.
    pub other: &'a HostFacts,
    /// What it saw last.
    pub seen: &'a Sighting,
}

/// Hosts behind a web server that saw it come in this way. A server whose log is missing or not whole is noted as open;
/// so is a web server whose addresses nobody knows, where somebody came from an address.
pub fn hops<'a>(situation: &Situation<'a>, server: &HostFacts, what: Seen, answer: &mut Answer) -> Vec<Hop<'a>> {
    let mut hops = Vec::new();
    for other in others(situation, server) {
        let seen: Vec<_> = seen_on(situation, other, what).collect();
        if let Some(last) = seen.iter().rfind(|seen| came_from(seen, server)) {
            hops.push(Hop { other, seen: last });
            continue;
        }
        if let Err(not_known) = other.whole_log("Security") {
            answer.open(not_known);
        }
        if server.identity.addresses.is_empty() && seen.iter().any(|seen| address(seen).is_some()) {
            answer.open(NotKnown::naming(
                "the addresses, as ipconfig /all tells them, of",
                server.identity.name.as_str(),
            ));
        }
    }
    hops
}

/// Hosts that may be behind this web server: those with a Security log, and servers that should have one. Domain
/// controllers are none of them: everybody signs in at those.
pub fn others<'a>(situation: &Situation<'a>, server: &HostFacts) -> Vec<&'a HostFacts> {
    let hosts = situation.facts.hosts.values();
    let is_other = |host: &&HostFacts| {
        let has_log = host.logs.get("security").is_some_and(|log| log.seen().is_ok());
        host.identity.name != server.identity.name
            && host.role != Role::DomainController
            && (has_log || host.identity.is_server())
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
fn came_from(seen: &Sighting, server: &HostFacts) -> bool {
    let Some(client) = seen.client.as_deref() else { return false };
    match address(seen) {
        Some(address) => server.identity.addresses.contains(&address),
        None => HostName::new(client.trim_start_matches('\\')) == server.identity.name,
    }
}

/// The address that somebody came from, where the record tells an address and no name.
fn address(seen: &Sighting) -> Option<IpAddr> {
    seen.client.as_deref()?.parse().ok()
}

//! All requests of a site come from one machine in front of it, and sign-ins fail.
//!
//! # Symptom
//!
//! Signing in fails now and then, or one user appears as another; past the proxy, or at the server's own address, it works.
//!
//! # Condition
//!
//! The log of a site shows many requests, of several users, from one and the same address, which is none of the server, and
//! among them 401.1; and clients of the site end in NTLM.
//!
//! # Refuted by
//!
//! Requests from several addresses. Kerberos travels with each request and survives a proxy that hands on the header
//! `Authorization`; NTLM belongs to a connection and does not. A VPN or a translated address looks the same, so this is no
//! more than a hint.
//!
//! # Sources
//!
//! - KB 264921; KB 318863: AuthPersistSingleRequestIfProxy.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::artifacts::w3c_log::Request;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::Outcome;
use crate::facts::traffic::SiteLog;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation, scope};

/// Requests that a log must have, before that they come from one address says anything.
const REQUESTS: usize = 20;
/// Users that it must show.
const USERS: usize = 3;
/// Requests that are shown.
const LINES: usize = 3;

/// The rule.
#[derive(Debug)]
pub struct ProxyBreaksNego;

static INFO: RuleInfo = RuleInfo {
    name: "proxy-breaks-nego",
    title: "A machine in front of the site may break sign-ins",
    explanation: "NTLM signs a connection in, not a request. A reverse proxy or a load balancer that shares its connections \
        among users, or opens a new one for each request, breaks that. Kerberos goes with each request and passes, where the \
        proxy hands the header on.",
    layer: Layer::Reach,
    references: &["KB 264921", "KB 318863"],
    explains: &[],
};

impl Rule for ProxyBreaksNego {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.paths(answer)?.iter().filter(|path| path.path.path == "/") {
            if !path.path.sign_in.windows.value {
                continue;
            }
            let logs: Vec<_> = path.host.traffic.of_site(path.site.id).collect();
            if let Some(seen) = alone(path, &logs).filter(|_| ends_in_ntlm(situation, path)) {
                answer.find(finding(path, &seen));
            } else if logs.is_empty() || logs.iter().any(|log| !log.is_whole) {
                answer.open(NotKnown::naming("the IIS log of", &path.site.name));
            }
        }
        Ok(())
    }
}

fn ends_in_ntlm(situation: &Situation<'_>, path: &SitePath<'_>) -> bool {
    let own = path.scope();
    let mut exchanges = situation.exchanges.iter().filter(|exchange| scope(exchange) == own);
    exchanges.any(|exchange| matches!(exchange.outcome, Outcome::Ntlm(_)))
}

/// The one address that all requests come from.
struct Alone {
    address: IpAddr,
    users: usize,
    refused: Vec<Evidence>,
}

fn alone(path: &SitePath<'_>, logs: &[&SiteLog]) -> Option<Alone> {
    let requests: Vec<&Request> = logs.iter().flat_map(|log| &log.requests).collect();
    let addresses: BTreeSet<_> = requests.iter().filter_map(|request| request.client).collect();
    let [address] = Vec::from_iter(&addresses).try_into().ok()?;
    let is_own = address.is_loopback() || path.host.identity.addresses.contains(address);
    let users: BTreeSet<_> =
        requests.iter().filter_map(|request| request.user.as_deref()).map(str::to_lowercase).collect();
    let refused: Vec<_> = requests.iter().filter(|request| request.ended(401, 1)).map(|request| request.at).collect();
    let is_it = !is_own && requests.len() >= REQUESTS && users.len() >= USERS && !refused.is_empty();
    is_it.then_some(Alone { address: *address, users: users.len(), refused })
}

fn finding(path: &SitePath<'_>, seen: &Alone) -> Finding {
    let summary = format!(
        "All requests to {}, of {} users, come from {}, and some are turned away",
        path.name(),
        seen.users,
        seen.address
    );
    Finding::seen(Severity::Degraded, Confidence::Possible, summary, seen.refused.iter().copied().take(LINES))
        .because("One hint: a proxy, a load balancer, a VPN or a translated address. The first two break NTLM.")
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix::new(
            format!("See what {} is; where it is a proxy, let the site end in Kerberos", seen.address),
            Risk::Safe,
            Privilege::ServerAdmin,
        )
        .noting(
            "With NTLM, the proxy must keep one connection of its own for each connection of a client (TCP, with affinity). A \
             proxy that signs users in itself needs constrained delegation to the site.",
        )])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, LOG, World, points_at};

    const OK: (u16, Option<u16>, u32) = (200, Some(0), 0);
    const REFUSED: (u16, Option<u16>, u32) = (401, Some(1), 0x8009_030c);

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ProxyBreaksNego, expected)
    }

    fn requests(world: World, client: &str) -> World {
        let users = ["alice", "bob", "carol", "dave"];
        let world = world.requested(client, REFUSED, None);
        (0..20).zip(users.iter().cycle()).fold(world, |world, (_, user)| world.requested(client, OK, Some(user)))
    }

    fn by_ntlm() -> World {
        World::healthy().offers(&["NTLM"])
    }

    #[test]
    fn many_users_from_one_address_are_a_hint() {
        let answered = check(&requests(by_ntlm(), "10.0.9.9"), Verdict::Found);
        let finding = answered.finding();
        let summary = "All requests to Intranet, of 4 users, come from 10.0.9.9, and some are turned away";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Possible));
        assert!(points_at(finding, &[LOG.line(1)]));
    }

    #[test]
    fn several_addresses_kerberos_or_few_users_are_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&requests(by_ntlm(), "10.0.9.9").requested("10.0.0.57", OK, Some("erin")), Verdict::Clear);
        check(&requests(World::healthy(), "10.0.9.9"), Verdict::Clear);
        check(&requests(by_ntlm(), "127.0.0.1"), Verdict::Clear);
        check(&by_ntlm().requested("10.0.9.9", REFUSED, None), Verdict::Clear);
    }

    #[test]
    fn without_the_log_it_is_open() {
        assert_eq!(check(&by_ntlm().no_site_log(), Verdict::Open).needs, ["the IIS log of Intranet"]);
    }
}

//! A client opened the server by its address, for which there is no ticket.
//!
//! # Symptom
//!
//! Kerberos works with the name of the site, and users of a link with an IP address get NTLM or a prompt.
//!
//! # Condition
//!
//! A client was told KDC_ERR_S_PRINCIPAL_UNKNOWN for `HTTP/` and an address that a web server of the case has.
//!
//! # Refuted by
//!
//! Any other address, and any other service: such errors are part of every day.
//!
//! # Sources
//!
//! - KB 262177; TryIPSPN since Windows 10 version 1507.

use std::net::IpAddr;

use crate::evidence::gap::NotKnown;
use crate::facts::events::{Happening, What};
use crate::facts::host::{HostName, Role};
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::told::{Told, told, whole_logs};

/// KDC_ERR_S_PRINCIPAL_UNKNOWN
const UNKNOWN: u32 = 7;

/// The rule.
#[derive(Debug)]
pub struct UrlIsIpOrUnresolvable;

static INFO: RuleInfo = RuleInfo {
    name: "url-is-ip-or-unresolvable",
    title: "A client opened the server by its address",
    explanation: "An account is found by a name. Windows asks for no ticket, or gets none, where the URL holds an \
        address; it uses NTLM there. The link is at fault, and neither the server nor its SPNs.",
    layer: Layer::Offer,
    references: &["KB 262177"],
    explains: &[],
};

impl Rule for UrlIsIpOrUnresolvable {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let servers = situation.facts.web_servers()?;
        let asked = told(situation, |happening| {
            let address = asked_address(happening)?;
            let server = servers.iter().find(|(host, _)| host.identity.addresses.contains(&address))?;
            let client = HostName::new(&happening.computer);
            // What a server asks of itself is a test.
            (client != server.0.identity.name).then(|| (client, address, server.0.identity.name.clone()))
        });
        for told in asked {
            answer.find(finding(&told));
        }
        // An address may be that of a server that did not tell its own.
        let is_asked = situation.facts.happenings.iter().any(|happening| asked_address(happening).is_some());
        for (host, _) in servers.iter().filter(|(host, _)| is_asked && host.identity.addresses.is_empty()) {
            answer.open(NotKnown::naming("ipconfig /all on", host.identity.name.as_str()));
        }
        let clients = situation.facts.hosts.values().filter(|host| host.role == Role::Client);
        whole_logs(clients, "System", "the System event log of a client that fails", answer);
        Ok(())
    }
}

/// The address in whose name a client asked for a ticket.
fn asked_address(happening: &Happening) -> Option<IpAddr> {
    match &happening.what {
        What::KerberosError { code: UNKNOWN, target: Some(spn), .. } if spn.class() == "http" => {
            spn.host().parse().ok()
        }
        _ => None,
    }
}

fn finding(told: &Told<'_, (HostName, IpAddr, HostName)>) -> Finding {
    let (client, address, server) = &told.about;
    let summary = format!("{} opened {} by its address, {address}{}", client.as_str(), server.as_str(), told.last);
    Finding::seen(Severity::Degraded, told.confidence().max(Confidence::Likely), summary, told.places())
        .because("There is no SPN with an address, so the client uses NTLM. Under the name of the site it would ask for a ticket.")
        .about([address.to_string()])
        .fixed_by([Fix::new(
            "Use the name of the site in links, bookmarks and settings of applications",
            Risk::Safe,
            Privilege::DomainUser,
        )])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_LOG, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &UrlIsIpOrUnresolvable, expected)
    }

    fn asked(target: &str) -> World {
        World::healthy().address_of_server("10.0.0.20").kerberos_error(7, None, target)
    }

    #[test]
    fn the_address_of_the_server_is_found() {
        let answered = check(&asked("HTTP/10.0.0.20"), Verdict::Found);
        let finding = answered.finding();
        assert!(finding.summary.starts_with("CLIENT07 opened WEB01 by its address, 10.0.0.20"), "{finding:?}");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Likely));
        assert!(points_at(finding, &[CLIENT_LOG.record(1)]));
    }

    #[test]
    fn other_addresses_services_and_names_are_noise() {
        for target in ["HTTP/10.0.0.99", "cifs/10.0.0.20", "HTTP/web01.contoso.com"] {
            check(&asked(target), Verdict::Clear);
        }
    }

    #[test]
    fn without_the_log_of_a_client_it_is_open() {
        check(&World::healthy().no_system_log("CLIENT07"), Verdict::Open);
        check(&World::healthy().no_client(), Verdict::Open);
    }
}

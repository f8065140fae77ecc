//! Servers that answer to one name decrypt as different accounts.
//!
//! # Symptom
//!
//! Signing in works and fails by turns, depending on which server the load balancer chooses.
//!
//! # Condition
//!
//! The case holds several web servers with the same host name, and the accounts that decrypt for it differ.
//!
//! # Refuted by
//!
//! One account on all of them. Names of the servers themselves, which are each one's own. A name that has the address of a
//! machine outside of the case is not judged without that machine.
//!
//! # Sources
//!
//! - KB 558115; KB 325608; TechNet cc738338.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::gap::NotKnown;
use crate::exchange::outcome::{Cause, Exchange};
use crate::facts::account::AccountName;
use crate::facts::host::HostName;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};

/// Lines that are shown.
const PLACES: usize = 40;

/// The rule.
#[derive(Debug)]
pub struct FarmNodesInconsistent;

static INFO: RuleInfo = RuleInfo {
    name: "farm-nodes-inconsistent",
    title: "Servers of one name decrypt as different accounts",
    explanation: "A client asks for one ticket and may come to any server of a farm with it. Every one of them must be able \
        to read it, so all must decrypt as the same account: a domain account or a managed service account that the pools \
        run as, with useAppPoolCredentials on each server. The machines themselves have different keys.",
    layer: Layer::Identity,
    references: &["KB 558115", "KB 325608"],
    explains: &[
        "spn-on-wrong-account",
        "pool-account-spn-on-machine",
        "kernelmode-spn-on-pool-account",
        "local-account-pool",
        "krb-ap-err-modified-key-mismatch",
    ],
};

/// The accounts that decrypt for a name, with the exchanges in which they do.
type Nodes<'a> = BTreeMap<(&'a HostName, &'a AccountName), Vec<&'a Exchange>>;

impl Rule for FarmNodesInconsistent {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut names = BTreeMap::<(&str, &str), Nodes<'_>>::new();
        let exchanges = situation.ticket_exchanges(answer)?;
        let mut elsewhere = BTreeSet::new();
        for exchange in exchanges.iter().filter(|exchange| is_shared(situation, exchange)) {
            elsewhere.extend(leads_elsewhere(situation, exchange).then_some(exchange.url_host.as_str()));
            let Some(account) = exchange.identity.account() else { continue };
            let nodes = names.entry((exchange.url_host.as_str(), exchange.path.as_str())).or_default();
            nodes.entry((&exchange.host, account)).or_default().push(exchange);
        }
        for name in elsewhere {
            answer.open(NotKnown::naming("the bundle of every server at an address of", name));
        }
        for ((name, _), nodes) in &names {
            let hosts: BTreeSet<_> = nodes.keys().map(|(host, _)| *host).collect();
            let accounts: BTreeSet<_> = nodes.keys().map(|(_, account)| *account).collect();
            if hosts.len() > 1 && accounts.len() > 1 {
                answer.find(finding(name, nodes));
            }
        }
        Ok(())
    }
}

/// Whether a name has the address of a machine that is not in the case. Where nobody knows the addresses of a server, it
/// may be that one.
fn leads_elsewhere(situation: &Situation<'_>, exchange: &Exchange) -> bool {
    let hosts = &situation.facts.hosts;
    let Some(server) = hosts.get(&exchange.host).filter(|server| !server.identity.addresses.is_empty()) else {
        return false;
    };
    let is_ours = |address| hosts.values().any(|host| host.identity.addresses.contains(address));
    !server.names.addresses(&exchange.url_host).iter().all(is_ours)
}

/// The name of one of the servers is no name of a farm.
fn is_shared(situation: &Situation<'_>, exchange: &Exchange) -> bool {
    !situation.facts.hosts.values().any(|host| host.identity.answers_to(&exchange.url_host))
}

fn finding(name: &str, nodes: &Nodes<'_>) -> Finding {
    let told: Vec<_> = nodes.keys().map(|(host, account)| format!("{} as {account}", host.as_str())).collect();
    let all = || nodes.values().flatten();
    let failing: Vec<_> = all().filter(|one| one.outcome.cause() == Some(Cause::WrongKey)).copied().collect();
    let concerned = if failing.is_empty() { all().copied().collect() } else { failing };
    let places = all().flat_map(|exchange| exchange.identity_at.iter().copied()).take(PLACES);
    let summary = format!("servers that answer to {name} decrypt as different accounts: {}", told.join(", "));
    Finding::seen(Severity::Blocker, Confidence::Certain, summary, places)
        .because("A ticket for the name is encrypted for one of them. The other servers turn its bearer away.")
        .about([name.to_owned()])
        .at_paths(concerned.into_iter().map(scope))
        .fixed_by([Fix::new(
            format!("Let the pools of all servers that answer to {name} run and decrypt as one domain account"),
            Risk::Disruptive,
            Privilege::ServerAdmin,
        )
        .noting(
            "The SPN belongs on that account and on no machine; useAppPoolCredentials must be on everywhere. ASP.NET needs \
             the same machineKey on all servers besides. If one of the servers is no part of the farm, such as a copy for \
             tests, nothing is wrong.",
        )])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &FarmNodesInconsistent, expected)
    }

    #[test]
    fn nodes_with_different_accounts_are_found() {
        let world = World::healthy().with_node("WEB02", World::pool_credentials_off);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"servers that answer to intranet.contoso.com decrypt as different accounts: WEB01 as CONTOSO\svc-web, WEB02 as CONTOSO\WEB02$";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Blocker));
        assert!(finding.scopes.iter().all(|scope| scope.host.as_str() == "WEB02"), "{finding:?}");
    }

    #[test]
    fn nodes_with_one_account_and_a_server_alone_are_clear() {
        check(&World::healthy().with_node("WEB02", |node| node), Verdict::Clear);
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn a_name_with_the_address_of_a_machine_outside_of_the_case_is_open() {
        let leads = |addresses: &[&str]| World::healthy().address_of_server("10.0.0.20").dns_leads(addresses);
        let needs = check(&leads(&["10.0.0.20", "10.0.0.21"]), Verdict::Open).needs;
        assert_eq!(needs, ["the bundle of every server at an address of intranet.contoso.com"]);
        check(&leads(&["10.0.0.20"]), Verdict::Clear);
        check(&leads(&["10.0.0.20", "10.0.0.21"]).address_of_client("10.0.0.21"), Verdict::Clear);
    }

    #[test]
    fn without_the_whole_configuration_it_is_open() {
        check(&World::healthy().with_node("WEB02", World::part_of_config), Verdict::Open);
    }
}

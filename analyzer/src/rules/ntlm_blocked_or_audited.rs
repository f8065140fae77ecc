//! Users would fall back to NTLM, and a policy forbids it.
//!
//! # Symptom
//!
//! Where others would get NTLM without noticing, users get prompts and 401; 4625 with STATUS_NTLM_BLOCKED (0xC0000418).
//!
//! # Condition
//!
//! Sign-in to a site ends in NTLM, and the server refuses NTLM from everybody (`RestrictReceivingNTLMTraffic` is 2) or
//! from accounts of the domain (1), or a client of the case sends none (`RestrictSendingNTLMTraffic` is 2).
//!
//! # Refuted by
//!
//! Other values, which let NTLM through or only write it down; sites that end in Kerberos; a client whose exceptions
//! (`ClientAllowedNTLMServers`) name the site.
//!
//! # Sources
//!
//! - Security policy settings "Network security: Restrict NTLM": incoming traffic is allowed, denied to accounts of the
//!   domain, or denied to all; what is only written down has a value of its own (`AuditReceivingNTLMTraffic`). Outgoing
//!   traffic is allowed, written down, or denied. Events 4001 to 4004 of NTLM/Operational.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::{Exchange, Outcome};
use crate::facts::case_facts::HostFacts;
use crate::rules::answer::Answer;
use crate::rules::browser_policy::{Servers, clients};
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};

/// Where NTLM is restricted.
const KEY: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0";
const RECEIVING: &str = "RestrictReceivingNTLMTraffic";
const SENDING: &str = "RestrictSendingNTLMTraffic";
const EXCEPTIONS: &str = "ClientAllowedNTLMServers";
/// All of it is denied.
const DENY_ALL: u64 = 2;
/// A server denies accounts of the domain. A client only writes it down.
const DENY_DOMAIN: u64 = 1;

/// Exceptions that are looked at.
const LISTS: usize = 1_000;

/// The rule.
#[derive(Debug)]
pub struct NtlmBlockedOrAudited;

static INFO: RuleInfo = RuleInfo {
    name: "ntlm-blocked-or-audited",
    title: "Users would fall back to NTLM, and a policy forbids it",
    explanation: "Most faults of Kerberos go unnoticed because NTLM takes its place. Where a policy forbids NTLM, the \
        same fault shuts users out. The policy is rarely the thing to change; it is the reason why the fault is felt.",
    layer: Layer::Owner,
    references: &["Network security: Restrict NTLM", "NTLM/Operational 4001 to 4004"],
    explains: &[],
};

impl Rule for NtlmBlockedOrAudited {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        situation.sign_in_paths(answer)?;
        for (server, _) in situation.facts.web_servers()? {
            let own = situation.exchanges.iter().filter(|exchange| exchange.host == server.identity.name);
            let (mut by_ntlm, mut perhaps) = (Vec::new(), None);
            for exchange in own {
                match &exchange.outcome {
                    Outcome::Ntlm(_) => by_ntlm.push(exchange),
                    Outcome::Unknown(not_known) => perhaps = Some(not_known.clone()),
                    Outcome::Kerberos | Outcome::Fails(_) => {}
                }
            }
            if by_ntlm.is_empty() {
                if let Some(not_known) = perhaps {
                    answer.open(not_known);
                }
                continue;
            }
            let set = server.settings.value(KEY, RECEIVING);
            match set.complete() {
                Ok(set) if set.number() == Some(DENY_ALL) => {
                    answer.find(finding(server, "takes no NTLM", set.at, &by_ntlm));
                }
                Ok(set) if set.number() == Some(DENY_DOMAIN) => {
                    answer.find(finding(server, "takes no NTLM from accounts of the domain", set.at, &by_ntlm));
                }
                Ok(_) => of_clients(situation, &by_ntlm, answer),
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

/// What clients of the case do not send.
fn of_clients(situation: &Situation<'_>, by_ntlm: &[&Exchange], answer: &mut Answer) {
    let clients = match clients(situation.facts) {
        Ok(clients) => clients,
        Err(not_known) => return answer.open(not_known),
    };
    for client in clients {
        let set = client.settings.value(KEY, SENDING);
        let at = match set.complete() {
            Ok(set) if set.number() == Some(DENY_ALL) => set.at,
            Ok(_) => continue,
            Err(not_known) => {
                answer.open(not_known);
                continue;
            }
        };
        let excepted = client.settings.value(KEY, EXCEPTIONS);
        let Ok(excepted) = excepted.complete() else {
            answer.open(NotKnown::naming(
                "the value ClientAllowedNTLMServers, below Lsa\\MSV1_0, on",
                client.identity.name.as_str(),
            ));
            continue;
        };
        let lists: Vec<_> = excepted.texts().into_iter().take(LISTS).map(Servers::of).collect();
        let is_left = |one: &&&Exchange| !lists.iter().any(|list| list.name(&one.url_host));
        let left: Vec<_> = by_ntlm.iter().filter(is_left).copied().collect();
        if !left.is_empty() {
            answer.find(finding(client, "sends no NTLM", at, &left));
        }
    }
}

fn finding(host: &HostFacts, does: &str, at: Evidence, by_ntlm: &[&Exchange]) -> Finding {
    let name = host.identity.name.as_str();
    let first = by_ntlm.first().map_or("", |exchange| exchange.url.as_str());
    let steps = by_ntlm.iter().flat_map(|exchange| &exchange.steps).flat_map(|step| step.evidence.iter().copied());
    Finding::new(
        Severity::Blocker,
        Confidence::Certain,
        format!("{name} {does}, and sign-in to {first} would end in NTLM"),
        at,
    )
    .and(steps.take(3))
    .because("What keeps clients from Kerberos keeps them out here: there is nothing to fall back to.")
    .about([name.to_owned()])
    .at_paths(by_ntlm.iter().map(|exchange| scope(exchange)))
    .fixed_by([Fix::new(
        "Let the sites end in Kerberos: deal with the findings about them, and leave the policy as it is",
        Risk::Safe,
        Privilege::ServerAdmin,
    )
    .noting("The policy guards the domain. An exception for one server is for the meantime.")
    .seen_by([CommandLine::of(&format!("reg query {KEY}")).build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, REGISTRY, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &NtlmBlockedOrAudited, expected)
    }

    fn by_ntlm() -> World {
        World::healthy().offers(&["NTLM"])
    }

    fn sending(world: World, value: u32) -> World {
        world.client_registry(&KEY.replace("HKLM", "HKEY_LOCAL_MACHINE"), SENDING, Data::Dword(value))
    }

    #[test]
    fn a_server_that_takes_no_ntlm_makes_the_fault_a_blocker() {
        let answered = check(&by_ntlm().registry(KEY, RECEIVING, Data::Dword(2)), Verdict::Found);
        let finding = answered.finding();
        let summary = "WEB01 takes no NTLM, and sign-in to http://intranet.contoso.com/ would end in NTLM";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Blocker));
        assert!(points_at(finding, &[REGISTRY.line(1)]) && finding.scopes.len() == 1);
    }

    #[test]
    fn a_server_may_deny_the_domain_alone() {
        let answered = check(&by_ntlm().registry(KEY, RECEIVING, Data::Dword(1)), Verdict::Found);
        assert!(answered.finding().summary.starts_with("WEB01 takes no NTLM from accounts of the domain, and"));
        check(&World::healthy().registry(KEY, RECEIVING, Data::Dword(1)), Verdict::Clear);
    }

    #[test]
    fn a_client_that_sends_none_is_found_unless_the_site_is_an_exception() {
        let answered = check(&sending(by_ntlm(), 2), Verdict::Found);
        assert!(answered.finding().summary.starts_with("CLIENT07 sends no NTLM"), "{answered:?}");
        let excepted = Data::Multi(vec!["*.contoso.com".to_owned()]);
        let key = KEY.replace("HKLM", "HKEY_LOCAL_MACHINE");
        check(&sending(by_ntlm(), 2).client_registry(&key, EXCEPTIONS, excepted), Verdict::Clear);
    }

    #[test]
    fn what_is_only_written_down_or_ends_in_kerberos_is_clear() {
        check(&by_ntlm(), Verdict::Clear);
        check(&by_ntlm().registry(KEY, RECEIVING, Data::Dword(0)), Verdict::Clear);
        check(&sending(by_ntlm(), 1), Verdict::Clear);
        check(&World::healthy().registry(KEY, RECEIVING, Data::Dword(2)), Verdict::Clear);
    }

    #[test]
    fn without_the_registry_it_is_open_where_ntlm_is_used() {
        check(&by_ntlm().no_registry(), Verdict::Open);
        check(&by_ntlm().no_client(), Verdict::Open);
        check(&World::healthy().no_registry(), Verdict::Clear);
    }
}

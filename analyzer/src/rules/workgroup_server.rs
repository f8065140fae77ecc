//! The web server is in a workgroup, and in no domain.
//!
//! # Symptom
//!
//! Nobody is ever signed in by Kerberos; accounts of the domain are not known to the server at all.
//!
//! # Condition
//!
//! `systeminfo` names a workgroup in the place of the domain.
//!
//! # Refuted by
//!
//! A domain of Active Directory, or a secure channel. A computer that is joined to Microsoft Entra ID alone is in no domain
//! either.
//!
//! # Sources
//!
//! - Microsoft support: Kerberos needs client and server in a domain; KB 326985, Introduction.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Cited;
use crate::facts::case_facts::HostFacts;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Scope, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// What Windows calls a workgroup that nobody named.
const DEFAULT: &str = "WORKGROUP";

/// The rule.
#[derive(Debug)]
pub struct WorkgroupServer;

static INFO: RuleInfo = RuleInfo {
    name: "workgroup-server",
    title: "The web server is in no domain",
    explanation: "A ticket for a server is encrypted with the key of an account in the domain. A server in a workgroup has no \
        such account: no SPN can lead to it, and it can ask no domain controller who a user is. What is left is NTLM with \
        accounts of the server itself.",
    layer: Layer::Offer,
    references: &["KB 326985"],
    explains: &[
        "spn-missing",
        "local-account-pool",
        "ntlm-blocked-or-audited",
        "secure-channel-broken",
        "negotiate-kerberos-only-clients-fail",
    ],
};

impl Rule for WorkgroupServer {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for (host, _) in situation.facts.web_servers()? {
            answer.applies();
            let channel =
                host.secure_channel.as_ref().is_some_and(|states| states.iter().any(|state| state.value == 0));
            match &host.identity.workgroup {
                Some(workgroup) if !channel => answer.find(finding(situation, host, workgroup)),
                Some(_) => {}
                None if channel || host.identity.account_domain.is_some() => {}
                None => answer.open(NotKnown::naming("systeminfo of", host.identity.name.as_str())),
            }
        }
        Ok(())
    }
}

fn finding(situation: &Situation<'_>, host: &HostFacts, workgroup: &Cited<String>) -> Finding {
    let name = host.identity.name.as_str();
    // A domain of Windows NT has no dot in its name either.
    let is_default = workgroup.value.eq_ignore_ascii_case(DEFAULT);
    let confidence = if is_default { Confidence::Certain } else { Confidence::Likely };
    let own = situation.exchanges.iter().filter(|exchange| exchange.host == host.identity.name);
    let scopes: Vec<Scope> = own.map(crate::rules::rule::scope).collect();
    let summary = format!("{name} is in the workgroup {}, and in no domain", workgroup.value);
    Finding::new(Severity::Degraded, confidence, summary, workgroup.at)
        .because(
            "There is no account that a ticket for this server could be encrypted for. Users can only come by NTLM.",
        )
        .about([name.to_owned()])
        .at_paths(scopes)
        .fixed_by([Fix::new(
            format!("Join {name} to the domain of its users, or accept NTLM"),
            Risk::Disruptive,
            Privilege::ServerAdmin,
        )
        .noting("Joining needs a restart, and an account that may join computers. Accounts of the server itself stay.")
        .seen_by([CommandLine::of("systeminfo").build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &WorkgroupServer, expected)
    }

    #[test]
    fn a_server_in_a_workgroup_is_found() {
        let world = World::healthy().no_secure_channel();
        let answered = check(&world.clone().workgroup("WEB01", "WORKGROUP"), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "WEB01 is in the workgroup WORKGROUP, and in no domain");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        let named = check(&world.workgroup("WEB01", "SALES"), Verdict::Found);
        assert_eq!(named.finding().confidence, Confidence::Likely);
    }

    #[test]
    fn a_domain_or_a_secure_channel_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().no_secure_channel(), Verdict::Clear);
        check(&World::healthy().workgroup("WEB01", "SALES"), Verdict::Clear);
    }

    #[test]
    fn without_either_it_is_open() {
        let needs = check(&World::healthy().no_secure_channel().no_systeminfo("WEB01"), Verdict::Open).needs;
        assert_eq!(needs, ["systeminfo of WEB01"]);
    }
}

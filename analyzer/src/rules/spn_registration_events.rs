//! The computer could not write its own names to the directory, and says so.
//!
//! # Symptom
//!
//! None yet, where the names are there from before; after a new name or a new domain, Kerberos fails under it.
//!
//! # Condition
//!
//! NETLOGON wrote 5788 (`HOST` names), 5789 (the DNS name) or 5801 (no account was found for the computer) on a web server,
//! within a day before collecting.
//!
//! # Refuted by
//!
//! Older records: a computer that starts without its network writes one, and mends it later. Whether the names are missing
//! now, `host-spn-missing` tells.
//!
//! # Sources
//!
//! - KB 326985, "Important"; NETLOGON events 5788, 5789 and 5801.

use crate::evidence::gap::NotKnown;
use crate::exchange::identity::machine_account;
use crate::facts::case_facts::HostFacts;
use crate::facts::events::What;
use crate::facts::host::HostName;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Finding, Fix, Privilege, Risk, Severity};
use crate::rules::last_seen::Age;
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::told::{Told, told, whole_logs};

/// The rule.
#[derive(Debug)]
pub struct SpnRegistrationEvents;

static INFO: RuleInfo = RuleInfo {
    name: "spn-registration-events",
    title: "The computer could not write its own names",
    explanation: "When it starts, and every now and then, Net Logon compares the names of the computer with those on its \
        account, and writes what is missing. Events 5788, 5789 and 5801 say that it was not allowed to, found no \
        domain controller, or that its account was not found. As long as the names are there, nothing fails; the next change of a name will.",
    layer: Layer::Owner,
    references: &["KB 326985", "NETLOGON 5788", "NETLOGON 5789", "NETLOGON 5801"],
    explains: &[],
};

impl Rule for SpnRegistrationEvents {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let servers: Vec<_> = situation.facts.web_servers()?.into_iter().map(|(host, _)| host).collect();
        let failed = told(situation, |happening| match happening.what {
            What::OwnNamesNotRegistered { .. } => Some(HostName::new(&happening.computer)),
            _ => None,
        });
        for told in failed.iter().filter(|told| told.last.age != Age::Old) {
            let server = servers.iter().find(|host| host.identity.name == told.about);
            answer.findings.extend(server.map(|host| finding(host, told)));
        }
        whole_logs(servers.into_iter(), "System", "the System event log of the web server", answer);
        Ok(())
    }
}

fn finding(host: &HostFacts, told: &Told<'_, HostName>) -> Finding {
    let (name, account) = (host.identity.name.as_str(), machine_account(&host.identity));
    let summary = format!("{name} could not write its own names to {account}{}", told.last);
    Finding::seen(Severity::Info, told.confidence(), summary, told.places())
        .because(
            "The event holds the names and the error. Often the computer lacks the right to write its own SPNs (validated \
             write), or its DNS suffix is none that the domain allows (msDS-AllowedDNSSuffixes).",
        )
        .about([name.to_owned()])
        .about(host.identity.dns_names().iter().map(|name| format!("HOST/{name}")))
        .fixed_by([Fix::new("See which names are missing, and let them be written anew", Risk::Safe, Privilege::DomainAdmin)
            .noting("Do it only where a name is missing. The computer's other names are not to be changed by hand.")
            .by([CommandLine::of("setspn -R").name(name).build()])
            .seen_by([CommandLine::of("setspn -L").name(name).build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::finding::Confidence;
    use crate::rules::fixture::{self, SERVER_LOG, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &SpnRegistrationEvents, expected)
    }

    fn failed(time: &str) -> World {
        World::healthy().happened("WEB01", time, What::OwnNamesNotRegistered { id: 5788 })
    }

    #[test]
    fn a_failure_of_today_is_found() {
        let answered = check(&failed("2026-01-20T07:00:00Z"), Verdict::Found);
        let finding = answered.finding();
        let summary = r"WEB01 could not write its own names to CONTOSO\WEB01$, last seen 2026-01-20T07:00:00Z";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Info, Confidence::Certain));
        assert!(points_at(finding, &[SERVER_LOG.record(1)]));
        assert_eq!(commands(&finding.fixes[0]), ["setspn -R WEB01"]);
    }

    #[test]
    fn an_old_failure_or_one_of_another_computer_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&failed("2026-01-10T07:00:00Z"), Verdict::Clear);
        let elsewhere =
            World::healthy().happened("CLIENT07", "2026-01-20T07:00:00Z", What::OwnNamesNotRegistered { id: 5789 });
        check(&elsewhere, Verdict::Clear);
    }

    #[test]
    fn without_the_whole_log_it_is_open() {
        check(&World::healthy().no_system_log("WEB01"), Verdict::Open);
        check(&World::healthy().part_of_system_log("WEB01"), Verdict::Open);
    }
}

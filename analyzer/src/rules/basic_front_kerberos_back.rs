//! Users sign in with Basic, and IIS uses their password to get tickets: Kerberos behind the site proves nothing.
//!
//! # Symptom
//!
//! The next server sees the user by Kerberos, and the web server itself never does.
//!
//! # Condition
//!
//! The Security log of a web server holds logons with a password that crossed the network (type 8, or type 2 of the logon
//! process `IIS`), and another server of the case recorded Kerberos logons that came from the web server.
//!
//! # Refuted by
//!
//! No such logon at the web server: then the tickets behind it come from delegation.
//!
//! # Sources
//!
//! - KB 287537.

use crate::evidence::gap::NotKnown;
use crate::facts::case_facts::HostFacts;
use crate::facts::sightings::{Seen, Sighting};
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::second_hop::{hops, others, seen_on};

/// The rule.
#[derive(Debug)]
pub struct BasicFrontKerberosBack;

static INFO: RuleInfo = RuleInfo {
    name: "basic-front-kerberos-back",
    title: "Kerberos behind the site comes from passwords that users typed",
    explanation: "With Basic authentication IIS has the user's password and gets tickets with it like a workstation does, so \
        the next server sees Kerberos though the browser never used it. Who takes that for a proof that Kerberos works in \
        front looks in the wrong place.",
    layer: Layer::SecondHop,
    references: &["KB 287537"],
    explains: &[],
};

impl Rule for BasicFrontKerberosBack {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for (server, _) in situation.facts.web_servers()? {
            answer.applies();
            let basic: Vec<_> = seen_on(situation, server, Seen::Basic).collect();
            let Some(front) = basic.last() else {
                if let Err(not_known) = server.whole_log("Security") {
                    answer.open(not_known);
                }
                continue;
            };
            if others(situation, server).is_empty() {
                answer.open(NotKnown::naming(
                    "the Security event log of the server behind",
                    server.identity.name.as_str(),
                ));
            }
            for hop in hops(situation, server, Seen::Kerberos, answer) {
                answer.find(finding(server, hop.other, front, hop.seen));
            }
        }
        Ok(())
    }
}

fn finding(server: &HostFacts, other: &HostFacts, front: &Sighting, behind: &Sighting) -> Finding {
    let (name, back) = (server.identity.name.as_str(), other.identity.name.as_str());
    let summary = format!("Users type their passwords at {name} (Basic), which then reaches {back} by Kerberos");
    Finding::seen(Severity::Info, Confidence::Likely, summary, [front.at, behind.at])
        .because("IIS asks for tickets with the password. That says nothing about the ticket that a browser would bring.")
        .about([name.to_owned(), back.to_owned()])
        .fixed_by([Fix::new(
            "Judge Kerberos in front by the logons at the web server, and not by those behind it",
            Risk::Safe,
            Privilege::ServerAdmin,
        )
        .noting("Basic sends passwords as they are: offer it over https alone, or not at all where Windows authentication works.")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_LOG, SERVER_LOG, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &BasicFrontKerberosBack, expected)
    }

    fn basic() -> World {
        World::healthy().address_of_server("10.0.0.20").sighted("WEB01", Seen::Basic, "10.0.0.99")
    }

    #[test]
    fn kerberos_behind_basic_is_found() {
        let answered = check(&basic().sighted("CLIENT07", Seen::Kerberos, "10.0.0.20"), Verdict::Found);
        let finding = answered.finding();
        let summary = "Users type their passwords at WEB01 (Basic), which then reaches CLIENT07 by Kerberos";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Info));
        assert!(points_at(finding, &[SERVER_LOG.record(1), CLIENT_LOG.record(2)]));
    }

    #[test]
    fn either_alone_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&basic(), Verdict::Clear);
        check(&basic().sighted("CLIENT07", Seen::Kerberos, "10.0.0.61"), Verdict::Clear);
        check(&World::healthy().sighted("CLIENT07", Seen::Kerberos, "10.0.0.20"), Verdict::Clear);
    }

    #[test]
    fn without_the_logs_it_is_open() {
        check(&World::healthy().no_security_log(), Verdict::Open);
        let needs = check(&basic().no_security_log_of_client(), Verdict::Open).needs;
        assert_eq!(needs, ["the Security event log of the server behind WEB01"]);
        let seen = World::healthy().sighted("WEB01", Seen::Basic, "10.0.0.99");
        let needs = check(&seen.sighted("CLIENT07", Seen::Kerberos, "10.0.0.20"), Verdict::Open).needs;
        assert_eq!(needs, ["the addresses, as ipconfig /all tells them, of WEB01"]);
    }
}

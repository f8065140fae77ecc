//! The user of a client has no ticket-granting ticket, so no ticket for anything.
//!
//! # Symptom
//!
//! One computer, or one user on it, never uses Kerberos for any server; elsewhere the same user does.
//!
//! # Condition
//!
//! The tickets of the user who collected were listed, and there is none for the KDC (`krbtgt`); or the client asked for a
//! ticket and was told that no domain controller answers (0xC000005E).
//!
//! # Refuted by
//!
//! Such a ticket in any session of a user on the client: an elevated prompt, or one as another user, shows another session.
//! The sessions of the machine say nothing about the user, and neither does 0xC000018B, which means that nobody holds the
//! name, nor a list in a remote session, which has no tickets by nature.
//!
//! # Sources
//!
//! - Microsoft: klist; NTSTATUS 0xC000005E, STATUS_NO_LOGON_SERVERS.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::case_facts::HostFacts;
use crate::facts::tickets::CacheFacts;
use crate::rules::answer::Answer;
use crate::rules::browser_policy::clients;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};

/// STATUS_NO_LOGON_SERVERS
const NO_LOGON_SERVERS: u32 = 0xc000_005e;

/// The rule.
#[derive(Debug)]
pub struct ClientNotDomainOrOffline;

static INFO: RuleInfo = RuleInfo {
    name: "client-not-domain-or-offline",
    title: "A client has no ticket-granting ticket",
    explanation: "A user gets tickets for servers with the ticket-granting ticket that signing in to Windows brought. Who \
        signed in with an account of the computer, or while no domain controller could be reached, has none, and every \
        server gets NTLM from that user.",
    layer: Layer::Offer,
    references: &["Microsoft: klist", "STATUS_NO_LOGON_SERVERS"],
    explains: &[],
};

impl Rule for ClientNotDomainOrOffline {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let exchanges = situation.ticket_exchanges(answer)?;
        for client in clients(situation.facts)? {
            let users: Vec<_> = client.caches.iter().filter(|cache| cache.is_of_user()).collect();
            if users.is_empty() {
                answer.open(NotKnown::naming(
                    "klist of the user, in a prompt that is not elevated, on",
                    client.identity.name.as_str(),
                ));
                continue;
            }
            if users.iter().any(|cache| cache.has_granting_ticket) {
                continue;
            }
            let refused =
                users.iter().find_map(|cache| cache.refused.as_ref().filter(|code| code.value == NO_LOGON_SERVERS));
            let empty = users.iter().find(|cache| cache.is_counted);
            let found = match (refused, empty) {
                (Some(refused), _) => {
                    Some(finding(client, "found no domain controller", refused.at, Confidence::Certain))
                }
                (None, Some(cache)) => Some(without(client, cache)),
                (None, None) => None,
            };
            match found {
                Some(found) => answer.find(found.at_paths(exchanges.iter().map(|exchange| scope(exchange)))),
                None => answer.open(NotKnown::naming("klist of the user, whole, on", client.identity.name.as_str())),
            }
        }
        Ok(())
    }
}

fn without(client: &HostFacts, cache: &CacheFacts) -> Finding {
    let what = match &client.identity.workgroup {
        Some(_) => "is in no domain, and its user has no ticket-granting ticket",
        None => "lists no ticket-granting ticket of its user",
    };
    // An elevated prompt, or one of another user, is another session: by itself an empty list is one hint.
    let confidence = if client.identity.workgroup.is_some() { Confidence::Certain } else { Confidence::Possible };
    finding(client, what, cache.at, confidence).and(client.identity.workgroup.as_ref().map(|workgroup| workgroup.at))
}

fn finding(client: &HostFacts, what: &str, at: Evidence, confidence: Confidence) -> Finding {
    let name = client.identity.name.as_str();
    Finding::new(Severity::Degraded, confidence, format!("{name} {what}"), at)
        .because("Without it there is no ticket for any server. The site and its SPNs are not the reason.")
        .about([name.to_owned()])
        .fixed_by([Fix::new(
            "Sign in to Windows with an account of the domain while a domain controller can be reached",
            Risk::Safe,
            Privilege::DomainUser,
        )
        .noting(
            "Lock and unlock the screen once the network, or the VPN, is up. See first that the list is of the user's own \
             session: a prompt that is elevated or of another user shows another one.",
        )
        .seen_by([CommandLine::of("klist tgt").build(), CommandLine::of("nltest /dsgetdc: /kdc").build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, KLIST_CACHE, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ClientNotDomainOrOffline, expected)
    }

    #[test]
    fn a_user_without_a_granting_ticket_is_found() {
        let answered = check(&World::healthy().no_granting_ticket(), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "CLIENT07 lists no ticket-granting ticket of its user");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Possible));
        assert!(points_at(finding, &[KLIST_CACHE]));
        let outside = World::healthy().no_granting_ticket().workgroup("CLIENT07", "WORKGROUP");
        assert_eq!(check(&outside, Verdict::Found).finding().confidence, Confidence::Certain);
    }

    #[test]
    fn an_answer_that_nobody_is_there_is_found() {
        let answered = check(&World::healthy().no_granting_ticket().asked_in_vain(NO_LOGON_SERVERS), Verdict::Found);
        assert_eq!(answered.finding().summary, "CLIENT07 found no domain controller");
    }

    #[test]
    fn a_granting_ticket_in_any_session_of_a_user_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().asked_in_vain(0xc000_018b), Verdict::Clear);
        check(&World::healthy().no_granting_ticket().session_with_granting_ticket("0x4e7a1"), Verdict::Clear);
    }

    #[test]
    fn the_session_of_the_machine_says_nothing_about_the_user() {
        check(&World::healthy().no_tickets().session_with_granting_ticket("0x3e7"), Verdict::Open);
        check(&World::healthy().no_tickets(), Verdict::Open);
        check(&World::healthy().no_client(), Verdict::Open);
    }
}

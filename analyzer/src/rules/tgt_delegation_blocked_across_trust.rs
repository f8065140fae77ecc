//! A trust keeps the tickets of its users from being delegated.
//!
//! # Symptom
//!
//! The second hop works for users of the own forest and fails for those of another one.
//!
//! # Condition
//!
//! The account that decrypts is trusted for delegation without a list, and a ticket of the case is marked in its cache with
//! DISABLE-TGT-DELEGATION (0x200); or a trust of the domain with another forest forbids it (`trustAttributes` 0x200).
//!
//! # Refuted by
//!
//! Constrained delegation, which passes no ticket-granting ticket.
//!
//! # Sources
//!
//! - KB 4490425.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::trusts::Trust;
use crate::rules::answer::Answer;
use crate::rules::decrypting::{Decrypting, decrypting};
use crate::rules::delegation::{Delegation, delegation};
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// The mark in a ticket cache.
const DISABLED: u32 = 0x200;
/// Tickets that are shown.
const TICKETS: usize = 3;

/// The rule.
#[derive(Debug)]
pub struct TgtDelegationBlockedAcrossTrust;

static INFO: RuleInfo = RuleInfo {
    name: "tgt-delegation-blocked-across-trust",
    title: "A trust keeps tickets from being delegated",
    explanation: "Since the updates of 2019 a trust with another forest hands over no ticket-granting tickets unless it is \
        told to. Servers with unconstrained delegation sign users of that forest in and cannot pass them on.",
    layer: Layer::SecondHop,
    references: &["KB 4490425"],
    explains: &[],
};

impl Rule for TgtDelegationBlockedAcrossTrust {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for account in decrypting(situation, answer)? {
            match delegation(account.state, &account.name) {
                Ok(Delegation::Unconstrained(at)) => match finding(situation, &account, at) {
                    Some(finding) => answer.find(finding),
                    None if knows_of_no_forest(situation) => {}
                    None => answer.open(NotKnown::until(
                        "klist of a user of another forest, if there are such users and the second hop fails for them",
                    )),
                },
                Ok(_) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

/// Whether the trusts of the domain are known, and none of them leads to another forest.
fn knows_of_no_forest(situation: &Situation<'_>) -> bool {
    let directory = &situation.facts.directory;
    directory.trusts_searched && directory.trusts.iter().all(|trust| trust.has(Trust::WITHIN_FOREST).is_some())
}

fn finding(situation: &Situation<'_>, account: &Decrypting<'_>, trusted: Evidence) -> Option<Finding> {
    let is_marked = |flags: Option<u32>| flags.is_some_and(|flags| flags & DISABLED != 0);
    let tickets = situation.facts.hosts.values().flat_map(|host| &host.tickets);
    let marked: Vec<_> = tickets.filter(|ticket| is_marked(ticket.cache_flags)).map(|ticket| ticket.at).collect();
    let trusts = situation.facts.directory.trusts.iter();
    let forbidding: Vec<_> =
        trusts.filter_map(|trust| Some((trust.partner.as_str(), trust.has(Trust::NO_TGT_DELEGATION)?))).collect();
    if marked.is_empty() && forbidding.is_empty() {
        return None;
    }
    let partner = forbidding.first().map_or("another forest", |(partner, _)| partner);
    let confidence = if marked.is_empty() { Confidence::Possible } else { Confidence::Likely };
    let summary =
        format!("{} may delegate any user, and the trust with {partner} lets no ticket pass for that", account.name);
    let places = marked.into_iter().take(TICKETS).chain(forbidding.iter().map(|(_, at)| *at)).chain([trusted]);
    Some(
        account
            .finding(Severity::Delegation, confidence, summary, places)
            .because("Users of the other forest are signed in, and the second hop arrives without them. Others are not concerned.")
            .fixed_by([Fix::new(
                format!("Give {} a list of services, or let the back end allow the delegation", account.name),
                Risk::Disruptive,
                Privilege::DomainAdmin,
            )
            .noting(
                "The trust can be told to pass tickets again (netdom trust, EnableTGTDelegation), which lets every server of \
                 the one forest act as users of the other.",
            )]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::account_control::AccountControl;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, FIRST_TICKET, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &TgtDelegationBlockedAcrossTrust, expected)
    }

    fn trusted() -> World {
        World::healthy().flag("svc-web", AccountControl::TRUSTED_FOR_DELEGATION)
    }

    #[test]
    fn a_ticket_that_is_marked_is_likely() {
        let answered = check(&trusted().ticket_in_cache("HTTP/intranet.contoso.com", DISABLED), Verdict::Found);
        let finding = answered.finding();
        let summary =
            r"CONTOSO\svc-web may delegate any user, and the trust with another forest lets no ticket pass for that";
        assert_eq!((finding.summary.as_str(), finding.confidence), (summary, Confidence::Likely));
        assert_eq!(finding.severity, Severity::Delegation);
        assert!(points_at(finding, &[FIRST_TICKET]));
    }

    #[test]
    fn a_trust_that_forbids_it_is_a_hint() {
        let answered = check(&trusted().trust("fabrikam.com", Trust::NO_TGT_DELEGATION), Verdict::Found);
        assert_eq!(answered.finding().confidence, Confidence::Possible);
        assert!(answered.finding().summary.contains("the trust with fabrikam.com"), "{answered:?}");
    }

    #[test]
    fn one_forest_and_constrained_delegation_are_clear() {
        check(&trusted().all_trusts(), Verdict::Clear);
        check(&trusted().all_trusts().trust("child.contoso.com", Trust::WITHIN_FOREST), Verdict::Clear);
        let constrained = World::healthy().delegates_to("svc-web", &["cifs/files01"]);
        check(&constrained.trust("fabrikam.com", Trust::NO_TGT_DELEGATION), Verdict::Clear);
        check(&World::healthy().no_entry("svc-web"), Verdict::Open);
    }

    #[test]
    fn another_forest_or_trusts_that_nobody_asked_for_are_open() {
        check(&trusted(), Verdict::Open);
        check(&trusted().ticket_in_cache("HTTP/intranet.contoso.com", 0x1), Verdict::Open);
        check(&trusted().all_trusts().trust("fabrikam.com", Trust::FOREST), Verdict::Open);
    }
}

//! Only one of the two forms of a name is registered: the short one, or the one with the domain.
//!
//! # Symptom
//!
//! It works with one form of the URL and not with the other; with Internet Explorer also now and then, half an hour after
//! it worked.
//!
//! # Condition
//!
//! Clients ask for one form, which nobody holds, and the account that decrypts holds the other form.
//!
//! # Refuted by
//!
//! Both forms on the account. A machine holds both through `HOST`.
//!
//! # Sources
//!
//! - KB 871179; KB 899417.

use std::collections::BTreeSet;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::{Cause, Exchange};
use crate::exchange::owner::Owner;
use crate::facts::account::AccountName;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};
use crate::rules::setspn;

/// The rule.
#[derive(Debug)]
pub struct SpnShortOrFqdnOnly;

static INFO: RuleInfo = RuleInfo {
    name: "spn-short-or-fqdn-only",
    title: "Only one form of the name is registered",
    explanation: "To a KDC, HTTP/intranet and HTTP/intranet.contoso.com are two names. An account that holds one of them \
        serves the clients that ask for that one. Browsers differ in which they ask for, and Internet Explorer may ask \
        for the short one after its memory of DNS has run out.",
    layer: Layer::Owner,
    references: &["KB 871179", "KB 899417"],
    explains: &["spn-missing", "ntlm-blocked-or-audited", "protocol-transition-flag-missing"],
};

impl Rule for SpnShortOrFqdnOnly {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut seen = BTreeSet::new();
        for exchange in situation.ticket_exchanges(answer)? {
            let request = exchange.request.as_ref().and_then(|request| request.seen().ok());
            let owner = exchange.owner.as_ref().map(|owner| owner.complete());
            let Some(spn) = request.map(|request| &request.spn).filter(|spn| !seen.contains(spn)) else { continue };
            match owner {
                Some(Ok(Owner::Nobody(searches))) if exchange.outcome.cause() == Some(Cause::SpnNotHeld) => {
                    if let Some((other, at, account)) = other_form(situation, exchange, spn) {
                        seen.insert(spn);
                        answer.find(finding(situation, spn, &other, &account, at, searches));
                    }
                }
                Some(Err(not_known)) => answer.open(not_known),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The other form of a name, where the account that decrypts holds it.
fn other_form(situation: &Situation<'_>, exchange: &Exchange, spn: &Spn) -> Option<(Spn, Evidence, AccountName)> {
    let directory = &situation.facts.directory;
    let account = exchange.identity.account()?;
    let host = situation.facts.hosts.get(&exchange.host)?;
    let other = match spn.host().split_once('.') {
        Some((short, _)) => short.to_owned(),
        None => format!("{}.{}", spn.host(), host.identity.domain.as_ref()?.value),
    };
    let other = Spn::http(&other)?;
    let holders = directory.holders(&other);
    let holder = holders.seen().ok()?.iter().find(|holder| directory.is(account, &holder.dn) == Some(true))?;
    Some((other, holder.at, directory.name_of(&holder.dn)))
}

fn finding(
    situation: &Situation<'_>,
    spn: &Spn,
    other: &Spn,
    account: &AccountName,
    at: Evidence,
    searches: &[Evidence],
) -> Finding {
    Finding::new(
        Severity::Degraded,
        Confidence::Certain,
        format!("{account} holds {other}, and nobody holds {spn}, which clients ask for as well"),
        at,
    )
    .and(searches.iter().copied())
    .because("Clients that ask for the form that nobody holds fall back to NTLM, or are asked for a password.")
    .about([spn.to_string()])
    .at_paths(situation.index.asking(spn).map(scope))
    .fixed_by([Fix::new(format!("Register {spn} on {account} too"), Risk::Safe, Privilege::DomainAdmin)
        .by([setspn::add(spn, account)])
        .undone_by([setspn::delete(spn, account)])
        .seen_by([setspn::query(spn)].into_iter().chain(setspn::ask_anew(spn)))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, commands, points_at};

    const FULL: &str = "HTTP/intranet.contoso.com";
    const SHORT: &str = "HTTP/intranet";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &SpnShortOrFqdnOnly, expected)
    }

    #[test]
    fn a_full_name_that_nobody_holds_beside_its_short_form_is_found() {
        let world = World::healthy().nobody_holds(FULL);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"CONTOSO\svc-web holds HTTP/intranet, and nobody holds HTTP/intranet.contoso.com, which clients ask for as well";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Degraded));
        assert!(points_at(finding, &[world.held_at(SHORT, "svc-web"), world.searched_at(FULL)]));
        assert_eq!(commands(&finding.fixes[0]), [r"setspn -S HTTP/intranet.contoso.com CONTOSO\svc-web"]);
    }

    #[test]
    fn a_short_name_that_nobody_holds_is_found_where_clients_ask_for_it() {
        let world = World::healthy().nobody_holds(SHORT).reached_as("intranet").no_dns();
        check(&world, Verdict::Found);
        check(&World::healthy().nobody_holds(SHORT), Verdict::Clear);
    }

    #[test]
    fn neither_form_is_another_cause_and_an_unsearched_one_is_open() {
        check(&World::healthy().nobody_holds(FULL).nobody_holds(SHORT), Verdict::Clear);
        check(&World::healthy().nobody_holds(FULL).held_only_by(SHORT, "svc-old"), Verdict::Clear);
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().nobody_holds(FULL).not_searched(FULL), Verdict::Open);
    }
}

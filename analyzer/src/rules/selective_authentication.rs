//! Users of another forest may not sign in to the server, because the trust asks for a permission of its own.
//!
//! # Symptom
//!
//! Users of a trusted forest are turned away, while users of the own forest sign in.
//!
//! # Condition
//!
//! The Security log of the server holds 4625 with STATUS_AUTHENTICATION_FIREWALL_FAILED (0xC0000413).
//!
//! # Refuted by
//!
//! The same users signing in later.
//!
//! # Sources
//!
//! - Microsoft: selective authentication of forest trusts; trustAttributes 0x10.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::facts::trusts::Trust;
use crate::rules::answer::Answer;
use crate::rules::finding::{Finding, Fix, Privilege, Risk, Severity};
use crate::rules::refused_logon::{Refused, refused};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::told::Told;

/// STATUS_AUTHENTICATION_FIREWALL_FAILED
const FIREWALL: u32 = 0xc000_0413;

/// The rule.
#[derive(Debug)]
pub struct SelectiveAuthentication;

static INFO: RuleInfo = RuleInfo {
    name: "selective-authentication",
    title: "Users of another forest lack the permission to sign in to the server",
    explanation: "A trust can be set up so that its users may sign in to no computer by themselves: each computer, and \
        each account that holds an SPN, must allow them (\"Allowed to authenticate\"). A server without that permission \
        turns them away, whatever the permissions of the site say.",
    layer: Layer::Circumstance,
    references: &["STATUS_AUTHENTICATION_FIREWALL_FAILED", "Selective authentication of trusts"],
    explains: &[],
};

impl Rule for SelectiveAuthentication {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut domains = BTreeMap::new();
        for told in refused(situation, &[FIREWALL], answer)? {
            let key = (told.about.host.clone(), told.about.domain.clone());
            domains.entry(key).or_insert_with(Vec::new).push(told);
        }
        for told in domains.into_values() {
            answer.findings.extend(finding(situation, &told));
        }
        Ok(())
    }
}

fn finding(situation: &Situation<'_>, told: &[Told<'_, Refused>]) -> Option<Finding> {
    let first = told.first()?;
    let surest = told.iter().min_by_key(|told| told.confidence())?;
    let (host, account) = (first.about.host.as_str(), first.about.account());
    let others = match told.len() {
        1 => String::new(),
        count => format!(" and {} more", count.saturating_sub(1)),
    };
    let selective = situation.facts.directory.trusts.iter().filter_map(|trust| trust.has(Trust::SELECTIVE));
    let summary = format!("{account}{others} may not sign in to {host}: selective authentication{}", surest.last);
    let places = told.iter().flat_map(Told::places).take(5);
    Some(
        Finding::seen(Severity::Degraded, surest.confidence(), summary, places)
            .and(selective)
            .because("Users of the own forest are not concerned. Those of the other one are turned away before IIS sees who they are.")
            .about([host.to_owned()])
            .fixed_by([Fix::new(
                format!("Give the users, or a group of them, \"Allowed to authenticate\" on the account of {host}"),
                Risk::Safe,
                Privilege::DomainAdmin,
            )
            .noting(
                "Where another account holds the SPN, such as that of a pool, they need it on that account too. It is a \
                 permission in Active Directory Users and Computers, under Security of the account.",
            )]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::events::{LogonRefused, What};
    use crate::rules::answer::Verdict;
    use crate::rules::finding::Confidence;
    use crate::rules::fixture::{self, SERVER_LOG, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &SelectiveAuthentication, expected)
    }

    fn refused(world: World, user: &str, logon_type: u32, status: u32) -> World {
        let what = LogonRefused {
            domain: Some("FABRIKAM".to_owned()),
            user: user.to_owned(),
            logon_type: Some(logon_type),
            status,
        };
        world.happened("WEB01", "2026-01-20T07:00:00Z", What::LogonRefused(what))
    }

    #[test]
    fn users_of_another_forest_are_found_together() {
        let world = refused(refused(World::healthy(), "dora", 3, FIREWALL), "emil", 3, FIREWALL);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"FABRIKAM\dora and 1 more may not sign in to WEB01: selective authentication, last seen 2026-01-20T07:00:00Z";
        assert_eq!((finding.summary.as_str(), finding.confidence), (summary, Confidence::Certain));
        assert!(points_at(finding, &[SERVER_LOG.record(1), SERVER_LOG.record(2)]));
    }

    #[test]
    fn another_reason_a_computer_or_another_way_to_sign_in_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&refused(World::healthy(), "dora", 3, 0xc000_006a), Verdict::Clear);
        check(&refused(World::healthy(), "PC1$", 3, FIREWALL), Verdict::Clear);
        check(&refused(World::healthy(), "dora", 10, FIREWALL), Verdict::Clear);
    }

    #[test]
    fn without_the_security_log_it_is_open() {
        assert_eq!(
            check(&World::healthy().no_security_log(), Verdict::Open).needs,
            ["the Security event log of WEB01"]
        );
    }
}

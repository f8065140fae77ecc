//! A user whom nobody may delegate visits a site that delegates.
//!
//! # Symptom
//!
//! The second hop works for most people and fails for some, often for administrators.
//!
//! # Condition
//!
//! The account that decrypts may delegate, and the case holds a user who is marked as sensitive, or belongs to Protected
//! Users.
//!
//! # Refuted by
//!
//! Sites that delegate nobody: then the mark changes nothing.
//!
//! # Sources
//!
//! - KB 283201; MS-ADTS: userAccountControl, NOT_DELEGATED (0x100000); Protected Users (RID 525).

use std::collections::BTreeSet;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::account::Dn;
use crate::facts::account_control::AccountControl;
use crate::facts::account_state::{AccountClass, AccountState};
use crate::facts::iis::PoolIdentity;
use crate::rules::ad_account;
use crate::rules::answer::Answer;
use crate::rules::decrypting::{Decrypting, decrypting};
use crate::rules::delegation::delegation;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, few};

/// Accounts that are named beside a user.
const ACCOUNTS: usize = 10;

/// The rule.
#[derive(Debug)]
pub struct UserNotDelegable;

static INFO: RuleInfo = RuleInfo {
    name: "user-not-delegable",
    title: "A user may not be delegated",
    explanation: "An account can be marked as sensitive, so that nobody may pass it on; members of Protected Users may \
        not be passed on either. For them the second hop fails on every site, while it works for everybody else. For \
        administrators that is how it should be.",
    layer: Layer::SecondHop,
    references: &["KB 283201", "MS-ADTS: userAccountControl"],
    explains: &[],
};

impl Rule for UserNotDelegable {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut delegating = Vec::new();
        for account in decrypting(situation, answer)? {
            match delegation(account.state, &account.name) {
                Ok(delegation) => delegating.extend(delegation.at().map(|at| (account, at))),
                Err(not_known) => answer.open(not_known),
            }
        }
        if delegating.is_empty() {
            return Ok(());
        }
        let services = services(situation);
        let users = situation.facts.directory.states();
        let mut users = users.filter(|(dn, state)| is_user(state) && !services.contains(dn)).peekable();
        if users.peek().is_none() {
            answer.open(NotKnown::until("the directory entry of a user for whom the second hop fails"));
        }
        for (dn, state) in users {
            match protection(state) {
                Ok(Some((why, at))) => answer.find(finding(situation, dn, why, at, &delegating)),
                Ok(None) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

/// Accounts that pools run as: what they may suffer is another question.
fn services<'a>(situation: &Situation<'a>) -> BTreeSet<&'a Dn> {
    let known = situation.facts.hosts.values().filter_map(|host| host.iis.as_ref()?.seen().ok());
    let paths = known.flat_map(|iis| &iis.sites).flat_map(|site| &site.paths);
    let accounts = paths.filter_map(|path| match &path.pool.identity {
        PoolIdentity::Account(account) => situation.facts.directory.account(account),
        _ => None,
    });
    accounts.collect()
}

fn is_user(state: &AccountState) -> bool {
    state.class.as_ref().is_some_and(|class| class.value == AccountClass::User)
}

/// What keeps a user from being delegated, in words, and where that stands.
fn protection(state: &AccountState) -> Result<Option<(&'static str, Evidence)>, NotKnown> {
    let sensitive = state.control.as_ref().filter(|control| control.value.has(AccountControl::NOT_DELEGATED));
    let protected = state.is_protected.as_ref().filter(|is_protected| is_protected.value);
    let found = sensitive
        .map(|control| ("is marked as sensitive", control.at))
        .or_else(|| protected.map(|member| ("belongs to Protected Users", member.at)));
    if found.is_none() && (state.control.is_none() || state.is_protected.is_none()) {
        return Err(NotKnown::until("the members of Protected Users, and the directory entry of the user"));
    }
    Ok(found)
}

fn finding(
    situation: &Situation<'_>,
    dn: &Dn,
    why: &str,
    at: Evidence,
    delegating: &[(Decrypting<'_>, Evidence)],
) -> Finding {
    let name = situation.facts.directory.name_of(dn);
    let accounts: Vec<_> = delegating.iter().map(|(account, _)| account.name.to_string()).take(ACCOUNTS).collect();
    let summary =
        format!("{name} {why} and may not be delegated, as {} would have to", few(accounts.iter().map(String::as_str)));
    Finding::new(Severity::Delegation, Confidence::Likely, summary, at)
        .and(delegating.iter().map(|(_, at)| *at).take(ACCOUNTS))
        .because(format!("Sites sign {name} in, and every server behind them turns the user away."))
        .about([name.to_string()])
        .fixed_by([Fix::new(
            format!("Let {name} use another account for such sites, and leave the protection as it is"),
            Risk::Safe,
            Privilege::DomainUser,
        )
        .noting("For administrators the protection is meant. Take it away only from a user who has it by mistake.")
        .seen_by([ad_account::show_all(&name, dn, "AccountNotDelegated,MemberOf")])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &UserNotDelegable, expected)
    }

    fn delegating() -> World {
        World::healthy().delegates_to("svc-web", &["MSSQLSvc/sql01.contoso.com"]).entry("alice", AccountClass::User)
    }

    #[test]
    fn a_sensitive_user_is_found() {
        let world = delegating().flag("alice", AccountControl::NOT_DELEGATED);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary =
            r"CONTOSO\alice is marked as sensitive and may not be delegated, as CONTOSO\svc-web would have to";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Delegation));
        let control = world.state("alice").control.as_ref().expect("is known").at;
        assert!(points_at(finding, &[control]) && finding.fixes[0].commands.is_empty());
    }

    #[test]
    fn a_member_of_protected_users_is_found() {
        let world = delegating().account("alice", |state| {
            let at = state.at;
            state.is_protected = Some(crate::evidence::place::Cited::new(true, at));
        });
        assert!(check(&world, Verdict::Found).finding().summary.contains("belongs to Protected Users"));
    }

    #[test]
    fn where_nobody_delegates_or_nothing_protects_it_is_clear() {
        check(&delegating(), Verdict::Clear);
        let sensitive = World::healthy().entry("alice", AccountClass::User);
        check(&sensitive.flag("alice", AccountControl::NOT_DELEGATED), Verdict::Clear);
        check(&delegating().flag("svc-web", AccountControl::NOT_DELEGATED), Verdict::Clear);
    }

    #[test]
    fn without_a_user_or_an_account_it_is_open() {
        check(&delegating().no_entry("alice"), Verdict::Open);
        check(&delegating().account("alice", |state| state.is_protected = None), Verdict::Open);
        check(&delegating().no_entry("svc-web"), Verdict::Open);
    }
}

//! A pool runs as a group managed service account whose password the server may not read, or whose name is incomplete.
//!
//! # Symptom
//!
//! The pool does not start: 503, and WAS writes 5021 or 5057.
//!
//! # Condition
//!
//! The account of the pool is a group managed service account, and nobody may read its password; or the pool names it
//! without the dollar at its end.
//!
//! # Refuted by
//!
//! The server itself among those who may read the password. Where a group may, its members decide, and they are not in
//! the bundle.
//!
//! # Sources
//!
//! - Microsoft: group managed service accounts, PrincipalsAllowedToRetrieveManagedPassword; MS-ADTS:
//!   msDS-GroupMSAMembership.

use std::collections::BTreeSet;

use crate::evidence::gap::NotKnown;
use crate::exchange::identity::machine_account;
use crate::facts::account::{AccountName, Dn};
use crate::facts::account_state::{AccountClass, AccountState, not_known};
use crate::facts::iis::PoolIdentity;
use crate::rules::ad_account;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct GmsaNotUsable;

static INFO: RuleInfo = RuleInfo {
    name: "gmsa-not-usable",
    title: "The server cannot use the managed service account of a pool",
    explanation: "Nobody types the password of a group managed service account: the servers that may use it read it from \
        the directory. A server that may not read it cannot start the pool, and neither can one whose pool names the \
        account without the dollar that belongs to its name.",
    layer: Layer::Reach,
    references: &["Group managed service accounts", "MS-ADTS: msDS-GroupMSAMembership"],
    explains: &["pool-identity-cannot-start"],
};

impl Rule for GmsaNotUsable {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut judged = BTreeSet::new();
        for path in situation.paths(answer)? {
            let PoolIdentity::Account(account) = &path.path.pool.identity else { continue };
            let key = (path.host.identity.name.clone(), path.path.pool.name.clone());
            if !judged.insert(key) {
                continue;
            }
            match judge(situation, &path, account) {
                Ok(Some(finding)) => answer.find(finding),
                Ok(None) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

fn judge(situation: &Situation<'_>, path: &SitePath<'_>, account: &AccountName) -> Result<Option<Finding>, NotKnown> {
    let Some((dn, state)) = managed(situation, account)? else { return Ok(None) };
    if !account.name().ends_with('$') {
        return Ok(Some(without_dollar(situation, path, dn, state)));
    }
    let readers = state.password_readers.as_ref().ok_or_else(|| not_known(account))?;
    let Some(allowed) = readers.value.as_ref().filter(|allowed| !allowed.is_empty()) else {
        return Ok(Some(without_readers(path, account, dn, readers.at)));
    };
    let directory = &situation.facts.directory;
    let machine = machine_account(&path.host.identity);
    let machine_state = directory.account(&machine).and_then(|dn| directory.state(dn));
    let own = machine_state.and_then(|state| state.sid.as_ref()).ok_or_else(|| not_known(&machine))?;
    if allowed.contains(&own.value) {
        return Ok(None);
    }
    let groups = NotKnown::naming("whether Test-ADServiceAccount, on the server, says True for", &account.to_string());
    Err(groups)
}

/// The managed account that a pool names, with or without its dollar.
///
/// # Errors
///
/// The directory was not asked about the account.
fn managed<'a>(
    situation: &Situation<'a>,
    account: &AccountName,
) -> Result<Option<(&'a Dn, &'a AccountState)>, NotKnown> {
    let directory = &situation.facts.directory;
    let class = |state: &AccountState| state.class.as_ref().map(|class| class.value);
    let complete = AccountName::new(account.domain().map(str::to_owned), format!("{}$", account.name()));
    let candidates = [account, &complete].map(|name| directory.account(name));
    let known: Vec<_> = candidates.into_iter().flatten().filter_map(|dn| Some((dn, directory.state(dn)?))).collect();
    if known.is_empty() {
        return Err(not_known(account));
    }
    Ok(known.into_iter().find(|(_, state)| class(state) == Some(AccountClass::GroupManaged)))
}

fn finding(path: &SitePath<'_>, summary: String, at: crate::evidence::place::Evidence) -> Finding {
    Finding::new(Severity::Blocker, Confidence::Certain, summary, at)
        .and([path.path.pool.at])
        .because("The worker process cannot start as this account, and every request to the pool ends in 503.")
        .about([path.path.pool.name.clone()])
        .at_paths([path.scope()])
}

fn without_dollar(situation: &Situation<'_>, path: &SitePath<'_>, dn: &Dn, state: &AccountState) -> Finding {
    let name = situation.facts.directory.name_of(dn);
    let pool = &path.path.pool.name;
    let summary = format!("the pool {pool} names the managed service account {name} without its dollar");
    finding(path, summary, state.at).fixed_by([Fix::new(
        format!("Enter the identity of {pool} as {name}, with the dollar and without a password"),
        Risk::Disruptive,
        Privilege::ServerAdmin,
    )])
}

fn without_readers(
    path: &SitePath<'_>,
    account: &AccountName,
    dn: &Dn,
    at: crate::evidence::place::Evidence,
) -> Finding {
    let host = &path.host.identity;
    let machine = machine_account(host);
    let grant = format!("-PrincipalsAllowedToRetrieveManagedPassword {}$", host.name.as_str());
    let is_plain = host.name.as_str().chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let set = ad_account::cmdlet("Set-ADServiceAccount", account, dn, &grant).filter(|_| is_plain);
    finding(
        path,
        format!("nobody may read the password of {account}, as which the pool {} runs", path.path.pool.name),
        at,
    )
    .fixed_by([Fix::new(
        format!("Let {machine} read the password of {account}"),
        Risk::Safe,
        Privilege::DomainAdmin,
    )
    .noting(
        "With several servers, put them into a group and name the group: the command replaces the whole list. A \
                 server must be restarted before it counts as a member.",
    )
    .by([set])
    .seen_by([ad_account::cmdlet(
        "Get-ADServiceAccount",
        account,
        dn,
        "-Properties PrincipalsAllowedToRetrieveManagedPassword",
    )])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::account_state::Set;
    use crate::facts::sid::Sid;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, POOL, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &GmsaNotUsable, expected)
    }

    fn sid(number: u8) -> Sid {
        Sid::read(&[1, 1, 0, 0, 0, 0, 0, 5, number, 0, 0, 0]).expect("an identifier")
    }

    fn managed(readers: Option<Vec<Sid>>) -> World {
        let world = World::healthy().pool_runs_as("CONTOSO\\gmsa-web$").entry("gmsa-web", AccountClass::GroupManaged);
        let world = world.answered("CONTOSO\\gmsa-web$", "gmsa-web").account("gmsa-web", |state| {
            state.password_readers = Some(Set { value: readers, at: state.at });
        });
        world.account("WEB01", |state| state.sid = Some(crate::evidence::place::Cited::new(sid(7), state.at)))
    }

    #[test]
    fn a_password_that_nobody_may_read_is_found() {
        let world = managed(None);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"nobody may read the password of CONTOSO\gmsa-web$, as which the pool IntranetPool runs";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Blocker));
        assert!(points_at(finding, &[world.state("gmsa-web").at, POOL]));
        let grant = "Set-ADServiceAccount -Identity gmsa-web$ -Server contoso.com \
            -PrincipalsAllowedToRetrieveManagedPassword WEB01$";
        assert_eq!(commands(&finding.fixes[0]), [grant]);
    }

    #[test]
    fn a_name_without_its_dollar_is_found() {
        let answered = check(&managed(Some(vec![sid(7)])).pool_runs_as("CONTOSO\\gmsa-web"), Verdict::Found);
        let summary = r"the pool IntranetPool names the managed service account CONTOSO\gmsa-web$ without its dollar";
        assert_eq!(answered.finding().summary, summary);
    }

    #[test]
    fn a_server_that_may_read_and_ordinary_accounts_are_clear() {
        check(&managed(Some(vec![sid(7)])), Verdict::Clear);
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn a_group_of_unknown_members_and_unknown_accounts_are_open() {
        let needs = check(&managed(Some(vec![sid(9)])), Verdict::Open).needs;
        assert!(needs[0].contains("Test-ADServiceAccount"), "{needs:?}");
        check(&managed(None).account("gmsa-web", |state| state.password_readers = None), Verdict::Open);
        check(&World::healthy().no_entry("svc-web"), Verdict::Open);
    }
}

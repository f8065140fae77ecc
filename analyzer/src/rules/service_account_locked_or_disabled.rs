//! An application pool runs as an account that is locked out, disabled or expired, or whose password is too old.
//!
//! # Symptom
//!
//! The site works until its pool starts anew, after a recycle or a reboot; then every request ends in 503.
//!
//! # Condition
//!
//! The directory says of the account of a pool that it is disabled, that it ended, that it is locked out, or that its
//! password has expired.
//!
//! # Refuted by
//!
//! A lockout that is over: `lockoutTime` stays until the next sign-in, so only the computed flags tell. A password
//! that does not expire. Locks may come from another server that still has an old password.
//!
//! # Sources
//!
//! - MS-ADTS: userAccountControl, msDS-User-Account-Control-Computed; WAS events 5021, 5057, 5059.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::Cause;
use crate::exchange::refusal::unusable;
use crate::facts::account::{AccountName, Dn};
use crate::facts::account_control::AccountControl;
use crate::facts::account_state::{AccountState, not_known};
use crate::facts::events::What;
use crate::facts::host::HostName;
use crate::facts::iis::PoolIdentity;
use crate::rules::account_spn_but_account_missing::{enable, prolong};
use crate::rules::ad_account;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation, scope};

/// The rule.
#[derive(Debug)]
pub struct ServiceAccountLockedOrDisabled;

impl Rule for ServiceAccountLockedOrDisabled {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "service-account-locked-or-disabled",
            title: "An application pool runs as an account that cannot sign in",
            explanation: "A worker process signs in as the account of its pool whenever it starts. When the account \
                is disabled, locked out or expired, or its password is too old, a pool that runs goes on until its \
                next start, and then every request ends in 503.",
            layer: Layer::Reach,
            references: &["MS-ADTS: userAccountControl", "WAS events 5021, 5057, 5059"],
            explains: &["pool-identity-cannot-start", "account-spn-but-account-missing", "user-account-problem"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let paths = situation.paths(answer)?;
        let mut groups = BTreeMap::<(&HostName, &Dn), Vec<&SitePath<'_>>>::new();
        for path in &paths {
            let PoolIdentity::Account(account) = &path.path.pool.identity else { continue };
            match situation.facts.directory.account(account) {
                Some(dn) => groups.entry((&path.host.identity.name, dn)).or_default().push(path),
                None => answer.open(not_known(account)),
            }
        }
        for ((_, dn), paths) in groups {
            match judge(situation, dn, &paths) {
                Ok(Some(finding)) => answer.find(finding),
                Ok(None) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

/// What keeps an account from signing in.
struct Trouble {
    /// As in `is locked out`.
    words: String,
    at: Vec<Evidence>,
    confidence: Confidence,
    fix: Fix,
}

fn judge(situation: &Situation<'_>, dn: &Dn, paths: &[&SitePath<'_>]) -> Result<Option<Finding>, NotKnown> {
    let Some(first) = paths.first() else { return Ok(None) };
    let name = situation.facts.directory.name_of(dn);
    let state = situation.facts.directory.state(dn).ok_or_else(|| not_known(&name))?;
    let now = first.host.identity.collected_at;
    let trouble =
        ended(state, &name, dn, now).or_else(|| locked_out(state, &name, dn)).or_else(|| too_old(state, &name));
    match trouble {
        Some(trouble) => Ok(Some(finding(situation, &name, paths, trouble))),
        // That nothing is wrong needs all of it.
        None if state.control.is_none() || state.expires.is_none() || state.computed.is_none() => Err(not_known(&name)),
        None => Ok(None),
    }
}

fn ended(state: &AccountState, name: &AccountName, dn: &Dn, now: Option<jiff::Timestamp>) -> Option<Trouble> {
    let refusal = unusable(state, now)?;
    let is_disabled = state.flag(AccountControl::DISABLED, name).is_ok_and(|at| at.is_some());
    let fix = if is_disabled { enable(name, dn) } else { prolong(name, dn) };
    Some(Trouble { words: refusal.words, at: refusal.at, confidence: Confidence::Certain, fix })
}

/// The computed flags decide. Where nobody asked for them, a time of locking out may be that of a lock that is over.
fn locked_out(state: &AccountState, name: &AccountName, dn: &Dn) -> Option<Trouble> {
    let (words, at, confidence) = match &state.computed {
        Some(computed) if computed.value.has(AccountControl::LOCKED_OUT) => {
            ("is locked out".to_owned(), computed.at, Confidence::Certain)
        }
        Some(_) => return None,
        None => {
            let locked = state.locked_out.as_ref()?;
            let words = format!("was locked out at {}", locked.value?.strftime("%Y-%m-%d %H:%M UTC"));
            (words, locked.at, Confidence::Possible)
        }
    };
    let fix = Fix {
        title: format!("Unlock {name}, after finding who locked it out"),
        risk: Risk::Safe,
        privilege: Privilege::DomainAdmin,
        note: Some(
            "Somebody keeps trying a wrong password: another server, a task or a service that has the old one. Event \
             4740 on the domain controllers names the computer. Until that one is found, the lock comes back."
                .to_owned(),
        ),
        commands: appcmd::all([ad_account::cmdlet("Unlock-ADAccount", name, dn, "")]),
        undo: Vec::new(),
        verify: appcmd::all([ad_account::show(name, dn)]),
    };
    Some(Trouble { words, at: vec![at], confidence, fix })
}

fn too_old(state: &AccountState, name: &AccountName) -> Option<Trouble> {
    let computed = state.computed.as_ref().filter(|flags| flags.value.has(AccountControl::PASSWORD_EXPIRED))?;
    let since = state.password_set.as_ref();
    Some(Trouble {
        words: "has a password that expired".to_owned(),
        at: std::iter::once(computed.at).chain(since.map(|since| since.at)).collect(),
        confidence: Confidence::Certain,
        fix: ad_account::new_password(name),
    })
}

fn finding(situation: &Situation<'_>, name: &AccountName, paths: &[&SitePath<'_>], trouble: Trouble) -> Finding {
    let mut pools: Vec<_> = paths.iter().map(|path| path.path.pool.name.as_str()).collect();
    pools.sort_unstable();
    pools.dedup();
    let failed = failures(situation, paths);
    let severity = severity(situation, paths, !failed.is_empty());
    let explanation = if severity == Severity::Risk {
        "The pool has not failed yet: a worker process that runs keeps its logon. Its next start will fail, and then \
         every request ends in 503."
    } else {
        "A worker process has to sign in when it starts, and this account cannot. Every request ends in 503 then."
    };
    let summary = format!("{name}, which {} runs as, {}", pool_list(&pools), trouble.words);
    let places = trouble.at.into_iter().chain(paths.iter().map(|path| path.path.pool.at)).chain(failed);
    Finding::seen(severity, trouble.confidence, summary, places)
        .because(explanation)
        .about([name.to_string()])
        .about(pools.iter().map(|pool| (*pool).to_owned()))
        .at_paths(paths.iter().map(|path| path.scope()))
        .fixed_by([trouble.fix])
}

/// `pool A`, or `pools A and B`.
fn pool_list(pools: &[&str]) -> String {
    let noun = if pools.len() == 1 { "pool" } else { "each of the pools" };
    format!("{noun} {}", pools.join(" and "))
}

/// Whether users notice it already: a start failed, nobody gets a ticket, or no log shows that none failed.
fn severity(situation: &Situation<'_>, paths: &[&SitePath<'_>], has_failed: bool) -> Severity {
    let scopes: Vec<_> = paths.iter().map(|path| path.scope()).collect();
    let refused = situation
        .exchanges
        .iter()
        .any(|exchange| exchange.outcome.cause() == Some(Cause::HolderUnusable) && scopes.contains(&scope(exchange)));
    let log_is_whole = paths.iter().all(|path| path.host.whole_log("System").is_ok());
    if has_failed || refused || !log_is_whole { Severity::Blocker } else { Severity::Risk }
}

/// Records of failed starts of one of the pools.
fn failures(situation: &Situation<'_>, paths: &[&SitePath<'_>]) -> Vec<Evidence> {
    let concerns = |computer: &str, pool: &str| {
        let host = HostName::new(computer);
        paths.iter().any(|path| path.host.identity.name == host && path.path.pool.name.eq_ignore_ascii_case(pool))
    };
    let failed = situation.facts.happenings.iter().filter(|happening| match &happening.what {
        What::PoolNotStarted { pool, .. } => concerns(&happening.computer, pool),
        _ => false,
    });
    failed.map(|happening| happening.at).take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::account_state::{AccountClass, Set};
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, POOL, SERVER_LOG, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ServiceAccountLockedOrDisabled, expected)
    }

    fn computed(flag: AccountControl) -> World {
        World::healthy().account("svc-web", |state| {
            state.computed.as_mut().expect("is known").value = flag;
        })
    }

    fn locked() -> World {
        computed(AccountControl::LOCKED_OUT)
    }

    #[test]
    fn an_account_that_is_locked_out_is_found() {
        let world = locked();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, r"CONTOSO\svc-web, which pool IntranetPool runs as, is locked out");
        assert_eq!((finding.severity, finding.confidence), (Severity::Risk, Confidence::Certain));
        let flags = world.state("svc-web").computed.as_ref().expect("is known").at;
        assert!(points_at(finding, &[flags, POOL]));
        assert_eq!(commands(&finding.fixes[0]), ["Unlock-ADAccount -Identity svc-web -Server contoso.com"]);
    }

    #[test]
    fn a_start_that_failed_makes_it_a_blocker() {
        let answered = check(&locked().pool_failed("IntranetPool", "2026-01-20T07:00:00Z"), Verdict::Found);
        assert_eq!(answered.finding().severity, Severity::Blocker);
        assert!(points_at(answered.finding(), &[SERVER_LOG.record(1)]));
        let other = locked().pool_failed("OtherPool", "2026-01-20T07:00:00Z");
        assert_eq!(check(&other, Verdict::Found).finding().severity, Severity::Risk);
    }

    #[test]
    fn without_the_whole_log_a_start_may_have_failed() {
        let answered = check(&locked().part_of_system_log("WEB01"), Verdict::Found);
        assert_eq!(answered.finding().severity, Severity::Blocker);
    }

    #[test]
    fn a_lock_that_may_be_over_is_only_possible() {
        let lock = |computed: bool| {
            World::healthy().account("svc-web", |state| {
                let at = state.locked_out.as_ref().expect("is known").at;
                state.locked_out = Some(Set { value: "2026-01-19T08:00:00Z".parse().ok(), at });
                state.computed = state.computed.take().filter(|_| computed);
            })
        };
        check(&lock(true), Verdict::Clear);
        let answered = check(&lock(false), Verdict::Found);
        assert_eq!(answered.finding().confidence, Confidence::Possible);
        assert!(answered.finding().summary.ends_with("was locked out at 2026-01-19 08:00 UTC"));
    }

    #[test]
    fn a_disabled_account_and_one_with_an_old_password_are_found() {
        let disabled = check(&World::healthy().flag("svc-web", AccountControl::DISABLED), Verdict::Found);
        assert_eq!(disabled.finding().severity, Severity::Blocker, "nobody gets a ticket either");
        let hidden = World::kernel_mode_hides_pool_account().flag("svc-web", AccountControl::DISABLED);
        assert_eq!(check(&hidden, Verdict::Found).finding().severity, Severity::Risk);
        let old = check(&computed(AccountControl::PASSWORD_EXPIRED), Verdict::Found);
        assert!(old.finding().summary.ends_with("has a password that expired"));
    }

    #[test]
    fn several_pools_of_one_account_are_one_finding() {
        let world = locked().path("/app", |app| app.pool_named("AppPool"));
        let answered = check(&world, Verdict::Found);
        assert!(answered.finding().summary.contains("which each of the pools AppPool and IntranetPool runs as"));
        assert_eq!(answered.finding().scopes.len(), 2);
    }

    #[test]
    fn other_accounts_do_not_count() {
        check(&World::healthy().flag("WEB01", AccountControl::DISABLED), Verdict::Clear);
        let other = World::healthy().entry("svc-old", AccountClass::User).flag("svc-old", AccountControl::DISABLED);
        check(&other, Verdict::Clear);
    }

    #[test]
    fn a_pool_of_the_machine_needs_no_entry() {
        check(&World::machine_site().no_entry("svc-web").no_entry("WEB01"), Verdict::Clear);
    }

    #[test]
    fn without_the_entry_of_its_account_it_is_open() {
        let need = [r"the directory entry of CONTOSO\svc-web"];
        assert_eq!(check(&World::healthy().no_entry("svc-web"), Verdict::Open).needs, need);
        for change in
            [|state: &mut AccountState| state.computed = None, |state: &mut AccountState| state.expires = None]
        {
            assert_eq!(check(&World::healthy().account("svc-web", change), Verdict::Open).needs, need);
        }
        check(&World::healthy().pool_runs_as("CONTOSO\\svc-new"), Verdict::Open);
    }
}

//! An application pool cannot start because of its account.
//!
//! # Symptom
//!
//! 503 for every request: no worker process runs. This is no failure of Kerberos, though it may look like one.
//!
//! # Condition
//!
//! The service WAS wrote 5021, 5057 or 5059 about a pool that a site of the case uses.
//!
//! # Refuted by
//!
//! The pool is no longer used by any site.
//!
//! # Sources
//!
//! - Events 5021, 5057 and 5059 of Microsoft-Windows-WAS.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::facts::case_facts::HostFacts;
use crate::facts::events::{Happening, What};
use crate::facts::host::HostName;
use crate::facts::iis::PoolIdentity;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::iis_command;
use crate::rules::last_seen::{Age, LastSeen};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct PoolIdentityCannotStart;

impl Rule for PoolIdentityCannotStart {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "pool-identity-cannot-start",
            title: "An application pool cannot start because of its account",
            explanation: "A worker process runs as the account of its pool. When the password that IIS has is no \
                longer right, or the account may not log on as a batch job, or it is locked or disabled, the pool \
                stops and every request ends in 503. No ticket is ever looked at.",
            layer: Layer::Reach,
            references: &["WAS events 5021, 5057, 5059"],
            explains: &[
                "providers-negotiate-missing",
                "providers-upgrade-from-iis4",
                "providers-overridden-at-child",
                "negotiate-kerberos-only-clients-fail",
                "providers-order-ntlm-first",
                "providers-empty-after-clear",
                "windows-auth-disabled",
                "spn-missing",
                "spn-duplicate",
                "spn-on-wrong-account",
                "pool-account-spn-on-machine",
                "spn-alias-cname",
                "kernelmode-spn-on-pool-account",
                "http-spn-shadows-host",
                "local-account-pool",
                "krb-ap-err-modified-key-mismatch",
            ],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let paths = situation.paths(answer)?;
        for (host, _) in situation.facts.web_servers()? {
            for (pool, happenings) in failures(situation, host) {
                let served: Vec<_> = paths.iter().filter(|path| serves(path, host, pool)).collect();
                if !served.is_empty() {
                    answer.find(finding(&served, &happenings, LastSeen::of(situation.facts, &happenings)));
                }
            }
            if let Err(not_known) = host.whole_log("System") {
                answer.open(not_known);
            }
        }
        Ok(())
    }
}

fn failures<'a>(situation: &Situation<'a>, host: &HostFacts) -> BTreeMap<&'a str, Vec<&'a Happening>> {
    let mut failures = BTreeMap::<&str, Vec<&Happening>>::new();
    for happening in &situation.facts.happenings {
        if let What::PoolNotStarted { pool, .. } = &happening.what
            && HostName::new(&happening.computer) == host.identity.name
        {
            failures.entry(pool).or_default().push(happening);
        }
    }
    failures
}

fn serves(path: &SitePath<'_>, host: &HostFacts, pool: &str) -> bool {
    path.host.identity.name == host.identity.name && path.path.pool.name.eq_ignore_ascii_case(pool)
}

/// A managed service account ends with a dollar, and nobody types its password.
fn is_managed(identity: &PoolIdentity) -> bool {
    matches!(identity, PoolIdentity::Account(account) if account.name().ends_with('$'))
}

fn finding(served: &[&SitePath<'_>], happenings: &[&Happening], last_seen: LastSeen) -> Finding {
    let pool = served.first().map(|path| &path.path.pool);
    let name = pool.map_or("", |pool| pool.name.as_str());
    let identity = pool.map_or_else(String::new, |pool| pool.identity.to_string());
    let is_managed = pool.is_some_and(|pool| is_managed(&pool.identity));
    let is_built_in =
        pool.is_some_and(|pool| matches!(pool.identity, PoolIdentity::Machine(_) | PoolIdentity::LocalService));
    let confidence = match last_seen.age {
        Age::Fresh if !is_built_in => Confidence::Certain,
        Age::Fresh | Age::Unknown => Confidence::Likely,
        Age::Old => Confidence::Possible,
    };
    let (why, fix) = if is_managed {
        let why = "The domain sets the password of a managed service account and hands it to the computers that may \
            have it. This server may not be one of them, or was not restarted since it became one.";
        (why.to_owned(), look_for_reason(served, name, &identity))
    } else if is_built_in {
        let why = format!("{identity} has no password that could be wrong, so something else keeps Windows from it.");
        (why, look_for_reason(served, name, &identity))
    } else {
        let why = "Windows could not log the account on: a password that was changed, a missing right to log on as a \
            batch job, or an account that is locked, disabled or expired.";
        (why.to_owned(), enter_password(served, name, &identity))
    };
    let places = happenings.iter().map(|happening| happening.at).chain(pool.map(|pool| pool.at));
    let sites = served.iter().map(|path| path.name()).collect::<Vec<_>>().join(", ");
    Finding::seen(Severity::Blocker, confidence, format!("Pool {name} cannot start as {identity}{last_seen}"), places)
        .because(format!("No worker process runs for {sites}, so every request ends in 503. {why}"))
        .about([name.to_owned()])
        .at_paths(served.iter().map(|path| path.scope()))
        .fixed_by([fix])
}

/// An identity that Windows brings along has no password; only the log tells why it could not be used.
fn look_for_reason(served: &[&SitePath<'_>], pool: &str, identity: &str) -> Fix {
    Fix {
        title: format!("Look in the System log for why WAS could not start {pool} as {identity}, then start the pool"),
        note: Some(
            "The events of WAS around this one tell the reason, such as a right that a policy took away, or a setting \
             of the pool that cannot be read."
                .to_owned(),
        ),
        ..enter_password(served, pool, identity)
    }
}

fn enter_password(served: &[&SitePath<'_>], pool: &str, identity: &str) -> Fix {
    let path = served.first();
    Fix {
        title: format!("Enter the password of {identity} again, in IIS Manager under the identity of the pool {pool}"),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: Some(
            "First see in the directory that the account is not locked, disabled or expired, and in the local \
             security policy that it may log on as a batch job. Then start the pool."
                .to_owned(),
        ),
        commands: path.map(|path| iis_command::start_pool(path)).unwrap_or_default(),
        undo: Vec::new(),
        verify: path.map(|path| iis_command::show_pool(path)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, POOL, SERVER_LOG, World, commands, points_at};

    const THIS_MORNING: &str = "2026-01-20T07:00:00Z";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &PoolIdentityCannotStart, expected)
    }

    #[test]
    fn a_pool_that_cannot_start_is_found() {
        let answered = check(&World::healthy().pool_failed("IntranetPool", THIS_MORNING), Verdict::Found);
        let finding = answered.finding();
        let summary = r"Pool IntranetPool cannot start as CONTOSO\svc-web, last seen 2026-01-20T07:00:00Z";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        assert!(points_at(finding, &[SERVER_LOG.record(1), POOL]));
        let start = r"%windir%\system32\inetsrv\appcmd start apppool IntranetPool";
        assert_eq!(commands(&finding.fixes[0]), [start]);
    }

    #[test]
    fn a_whole_log_without_such_an_event_is_clear() {
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn without_the_whole_log_it_is_open() {
        for world in [World::healthy().no_system_log("WEB01"), World::healthy().part_of_system_log("WEB01")] {
            let needs = check(&world, Verdict::Open).needs;
            assert!(matches!(needs.as_slice(), [need] if need.ends_with("System event log of WEB01")), "{needs:?}");
        }
        let config = check(&World::healthy().no_config(), Verdict::Open);
        assert_eq!(config.needs, ["applicationHost.config"]);
    }

    #[test]
    fn an_event_in_a_part_of_a_log_is_still_an_event() {
        let world = World::healthy().part_of_system_log("WEB01").pool_failed("IntranetPool", THIS_MORNING);
        check(&world, Verdict::Found);
    }

    #[test]
    fn a_pool_is_the_same_in_either_case() {
        check(&World::healthy().pool_failed("INTRANETPOOL", THIS_MORNING), Verdict::Found);
    }

    #[test]
    fn a_pool_that_no_site_uses_any_more_stops_nobody() {
        check(&World::healthy().pool_failed("OldPool", THIS_MORNING), Verdict::Clear);
    }

    #[test]
    fn a_pool_of_that_name_on_another_server_is_another_pool() {
        let what = What::PoolNotStarted { pool: "IntranetPool".to_owned(), id: 5059 };
        check(&World::healthy().happened("WEB02", THIS_MORNING, what), Verdict::Clear);
    }

    #[test]
    fn an_old_event_may_be_history() {
        let old = World::healthy().pool_failed("IntranetPool", "2026-01-10T07:00:00Z");
        assert_eq!(check(&old, Verdict::Found).finding().confidence, Confidence::Possible);
        let again = old.pool_failed("IntranetPool", THIS_MORNING);
        assert_eq!(check(&again, Verdict::Found).finding().confidence, Confidence::Certain);
    }

    #[test]
    fn an_event_of_unknown_age_may_be_history() {
        let world = World::healthy().pool_failed("IntranetPool", THIS_MORNING);
        for world in [world.no_time(), World::healthy().pool_failed("IntranetPool", "no time")] {
            assert_eq!(check(&world, Verdict::Found).finding().confidence, Confidence::Likely);
        }
    }

    #[test]
    fn nobody_enters_the_password_of_a_managed_account() {
        let world = World::healthy().pool_runs_as(r"CONTOSO\gmsa-web$").pool_failed("IntranetPool", THIS_MORNING);
        let answered = check(&world, Verdict::Found);
        assert!(answered.finding().explanation.contains("managed service account"));
        assert!(answered.finding().fixes[0].title.starts_with("Look in the System log"));
    }

    #[test]
    fn an_identity_without_a_password_needs_none_entered() {
        for identity in ["LocalSystem", "NetworkService", "ApplicationPoolIdentity", "LocalService"] {
            let world = World::healthy().pool_runs_as(identity).pool_failed("IntranetPool", THIS_MORNING);
            let answered = check(&world, Verdict::Found);
            let finding = answered.finding();
            assert_eq!(finding.confidence, Confidence::Likely);
            assert!(finding.explanation.contains(&format!("{identity} has no password")), "{}", finding.explanation);
            let title = format!(
                "Look in the System log for why WAS could not start IntranetPool as {identity}, then start the pool"
            );
            assert_eq!(finding.fixes[0].title, title);
            let start = r"%windir%\system32\inetsrv\appcmd start apppool IntranetPool";
            assert_eq!(commands(&finding.fixes[0]), [start]);
        }
    }

    #[test]
    fn a_hostile_pool_gets_a_fix_without_commands() {
        let world = World::healthy().pool_named("x & calc").pool_failed("x & calc", THIS_MORNING);
        let answered = check(&world, Verdict::Found);
        assert!(answered.finding().fixes[0].commands.is_empty());
    }
}

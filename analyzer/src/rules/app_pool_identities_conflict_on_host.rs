//! Several accounts decrypt for one name, and only one of them can hold its SPN.
//!
//! # Symptom
//!
//! Under one host name, some ports or applications sign users in and others never do.
//!
//! # Condition
//!
//! Paths whose tickets their own pools decrypt are asked for the same SPN, and the pools run as different accounts.
//!
//! # Refuted by
//!
//! Kernel mode with the key of the machine, which makes the account of the pool of no matter.
//!
//! # Sources
//!
//! - KB 871179; KB 908209; TechNet cc786486.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::exchange::outcome::{Cause, Exchange};
use crate::facts::account::Dn;
use crate::facts::iis::PoolIdentity;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, few, location, scope};
use crate::rules::setspn;

/// Lines that are shown.
const PLACES: usize = 40;

/// The rule.
#[derive(Debug)]
pub struct AppPoolIdentitiesConflictOnHost;

static INFO: RuleInfo = RuleInfo {
    name: "app-pool-identities-conflict-on-host",
    title: "Several accounts decrypt for one name",
    explanation: "One SPN has one account. Where two pools of different accounts answer under the same host name, on \
        different ports or paths, tickets are for one of them, and the other can read none: browsers leave port and path \
        out of the name.",
    layer: Layer::Identity,
    references: &["KB 871179", "KB 908209"],
    explains: &[
        "spn-on-wrong-account",
        "pool-account-spn-on-machine",
        "http-spn-shadows-host",
        "krb-ap-err-modified-key-mismatch",
    ],
};

/// Which accounts decrypt for a name, and where.
type Users<'a> = BTreeMap<&'a Dn, Vec<&'a Exchange>>;

impl Rule for AppPoolIdentitiesConflictOnHost {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut names = BTreeMap::<&Spn, Users<'_>>::new();
        for exchange in situation.ticket_exchanges(answer)? {
            let request = exchange.request.as_ref().and_then(|request| request.seen().ok());
            let Some(request) = request.filter(|request| request.through_alias.is_none()) else { continue };
            if !pool_decrypts(situation, exchange) {
                continue;
            }
            // An account that the directory does not name is open in the rules about that.
            let dn = exchange.identity.account().and_then(|account| situation.facts.directory.account(account));
            if let Some(dn) = dn {
                names.entry(&request.spn).or_default().entry(dn).or_default().push(exchange);
            }
        }
        for (spn, users) in names.iter().filter(|(_, users)| users.len() > 1) {
            answer.find(finding(situation, spn, users));
        }
        Ok(())
    }
}

/// Whether the account of the pool is the one that decrypts, be it an account of the domain or the machine.
fn pool_decrypts(situation: &Situation<'_>, exchange: &Exchange) -> bool {
    situation.index.path_of(exchange).is_some_and(|path| {
        let sign_in = &path.path.sign_in;
        let by_machine = sign_in.kernel_mode.value && !sign_in.pool_credentials.value;
        !by_machine || matches!(path.path.pool.identity, PoolIdentity::Machine(_))
    })
}

fn finding(situation: &Situation<'_>, spn: &Spn, users: &Users<'_>) -> Finding {
    let directory = &situation.facts.directory;
    let told = users.iter().filter_map(|(dn, exchanges)| {
        let first = exchanges.first()?;
        Some(format!("{} as {}", location(&first.site, &first.path), directory.name_of(dn)))
    });
    let failing = users.values().flatten().filter(|exchange| exchange.outcome.cause() == Some(Cause::WrongKey));
    let failing: Vec<_> = failing.copied().collect();
    let severity = if failing.is_empty() { Severity::Degraded } else { Severity::Blocker };
    let summary =
        format!("{spn} is one name for several accounts: {}", few(told.collect::<Vec<_>>().iter().map(String::as_str)));
    let concerned = if failing.is_empty() { users.values().flatten().copied().collect() } else { failing };
    let places = users.values().flatten().flat_map(|exchange| exchange.identity_at.iter().copied()).take(PLACES);
    Finding::seen(severity, Confidence::Certain, summary, places)
        .because("One account can hold the SPN. Tickets are encrypted for that one, and the others cannot read them.")
        .about([spn.to_string()])
        .at_paths(concerned.into_iter().map(scope))
        .fixed_by([one_account(spn)])
}

fn one_account(spn: &Spn) -> Fix {
    Fix::new(
        format!("Let all that is reached as {} decrypt as one account, or give each a host name of its own", spn.host()),
        Risk::Disruptive,
        Privilege::ServerAdmin,
    )
    .noting(
        "Kernel mode without useAppPoolCredentials makes the machine decrypt for all of them, whatever the pools run as; the \
         SPN then belongs on the machine.",
    )
    .seen_by([setspn::query(spn)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, POOL, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &AppPoolIdentitiesConflictOnHost, expected)
    }

    fn two_pools() -> World {
        let world = World::healthy().answered("CONTOSO\\svc-app", "svc-app").listed("svc-app");
        world.path("/app", |app| app.pool_runs_as("CONTOSO\\svc-app"))
    }

    #[test]
    fn two_accounts_behind_one_name_are_found() {
        let answered = check(&two_pools(), Verdict::Found);
        let finding = answered.finding();
        let summary = r"HTTP/intranet.contoso.com is one name for several accounts: Intranet as CONTOSO\svc-web and Intranet/app as CONTOSO\svc-app";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Blocker));
        assert_eq!((finding.scopes.len(), finding.scopes[0].path.as_str()), (1, "/app"));
        assert!(points_at(finding, &[POOL]));
    }

    #[test]
    fn the_key_of_the_machine_or_one_account_is_clear() {
        check(&two_pools().pool_credentials_off(), Verdict::Clear);
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().path("/app", |app| app.offers(&["NTLM"])), Verdict::Clear);
    }

    #[test]
    fn without_the_whole_configuration_it_is_open() {
        check(&two_pools().part_of_config(), Verdict::Open);
    }
}

//! The account that holds the SPN, and should decrypt, is disabled or has expired.
//!
//! # Symptom
//!
//! From one moment on nobody gets a ticket for the site; clients report that an account is disabled or revoked.
//!
//! # Condition
//!
//! One account holds the SPN and decrypts for the site. Its `userAccountControl` says that it is disabled, or its
//! `accountExpires` lies before the time of collecting.
//!
//! # Refuted by
//!
//! `accountExpires` of zero, or of its largest value, which both mean never. An account that does not decrypt loses
//! the SPN in any case, however it stands.
//!
//! # Sources
//!
//! - RFC 4120: KDC_ERR_CLIENT_REVOKED (0x12), KDC_ERR_SERVICE_REVOKED (0x13).

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::{Cause, Exchange, Outcome};
use crate::exchange::owner::Owner;
use crate::exchange::refusal::unusable;
use crate::facts::account::{AccountName, Dn};
use crate::facts::account_control::AccountControl;
use crate::facts::account_state::{AccountState, not_known};
use crate::facts::directory::Holder;
use crate::rules::ad_account;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};

/// The rule.
#[derive(Debug)]
pub struct AccountSpnButAccountMissing;

impl Rule for AccountSpnButAccountMissing {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "account-spn-but-account-missing",
            title: "The account that holds the SPN is disabled or has expired",
            explanation: "A KDC finds an SPN on a disabled account as on any other, and then gives no ticket for it \
                (0x12 or 0x13). The SPN looks right in every list; only the state of the account tells.",
            layer: Layer::Owner,
            references: &["RFC 4120", "MS-ADTS: userAccountControl"],
            explains: &["krb-ap-err-modified-key-mismatch"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut groups = BTreeMap::<&Dn, Vec<&Exchange>>::new();
        for exchange in situation.ticket_exchanges(answer)? {
            match (&exchange.outcome, holder(exchange)) {
                (Outcome::Unknown(not_known), _) => answer.open(not_known.clone()),
                (Outcome::Fails(Cause::HolderUnusable), Some(holder)) => {
                    groups.entry(&holder.dn).or_default().push(exchange);
                }
                (outcome, Some(holder)) if outcome.cause() != Some(Cause::WrongKey) => {
                    let name = situation.facts.directory.name_of(&holder.dn);
                    let state = situation.facts.directory.state(&holder.dn);
                    if let Err(not_known) = is_usable(situation, exchange, state, &name) {
                        answer.open(not_known);
                    }
                }
                _ => {}
            }
        }
        for (dn, exchanges) in groups {
            if let Some(finding) = finding(situation, dn, &exchanges) {
                answer.find(finding);
            }
        }
        Ok(())
    }
}

fn holder(exchange: &Exchange) -> Option<&Holder> {
    match exchange.owner.as_ref()?.seen().ok()? {
        Owner::One { holder, .. } => Some(holder),
        _ => None,
    }
}

/// That nothing is wrong with an account needs both its flags and its end, and a time to compare that with.
fn is_usable(
    situation: &Situation<'_>,
    exchange: &Exchange,
    state: Option<&AccountState>,
    name: &AccountName,
) -> Result<(), NotKnown> {
    let state = state.ok_or_else(|| not_known(name))?;
    state.flag(AccountControl::DISABLED, name)?;
    let expires = state.expires.as_ref().ok_or_else(|| not_known(name))?;
    let host = situation.facts.hosts.get(&exchange.host);
    let now = host.and_then(|host| host.identity.collected_at);
    if expires.value.is_some() && now.is_none() {
        return Err(NotKnown::naming(
            "the time of collecting, as a bundle of kerbscope-collect has it, on",
            exchange.host.as_str(),
        ));
    }
    Ok(())
}

fn finding(situation: &Situation<'_>, dn: &Dn, exchanges: &[&Exchange]) -> Option<Finding> {
    let directory = &situation.facts.directory;
    let first = exchanges.first()?;
    let now = situation.facts.hosts.get(&first.host).and_then(|host| host.identity.collected_at);
    let refusal = unusable(directory.state(dn)?, now)?;
    let name = directory.name_of(dn);
    let spns = exchanges.iter().filter_map(|exchange| Some(exchange.request.as_ref()?.seen().ok()?.spn.to_string()));
    let held = exchanges.iter().filter_map(|exchange| holder(exchange)).map(|holder| holder.at);
    let decrypts = exchanges.iter().flat_map(|exchange| exchange.identity_at.iter().copied());
    let places: Vec<Evidence> = refusal.at.iter().copied().chain(held).chain(decrypts).collect();
    let summary = format!("{name}, which holds the SPN that clients of {} ask for, {}", first.url, refusal.words);
    let finding = Finding::seen(Severity::Blocker, Confidence::Certain, summary, places)
        .because(
            "The KDC finds the account and refuses to give a ticket for it. Nobody can sign in by Kerberos until the \
             account may be used again, or another one takes its place.",
        )
        .about(spns)
        .about([name.to_string()])
        .at_paths(exchanges.iter().map(|exchange| scope(exchange)));
    let is_disabled = directory.state(dn)?.flag(AccountControl::DISABLED, &name).is_ok_and(|at| at.is_some());
    Some(finding.fixed_by([if is_disabled { enable(&name, dn) } else { prolong(&name, dn) }]))
}

/// Enables an account again.
pub fn enable(name: &AccountName, dn: &Dn) -> Fix {
    Fix {
        title: format!("Enable {name} again, unless somebody disabled it for a reason"),
        risk: Risk::Dangerous,
        privilege: Privilege::DomainAdmin,
        note: Some(
            "Accounts are disabled when people leave, in clean-ups, and after attacks: ask first. If it must stay \
             disabled, the site needs another account, and that account the SPN."
                .to_owned(),
        ),
        commands: appcmd::all([ad_account::cmdlet("Enable-ADAccount", name, dn, "")]),
        undo: appcmd::all([ad_account::cmdlet("Disable-ADAccount", name, dn, "")]),
        verify: appcmd::all([ad_account::show(name, dn)]),
    }
}

/// Lets an account go on.
pub fn prolong(name: &AccountName, dn: &Dn) -> Fix {
    Fix {
        title: format!("Let {name} go on without an end, or set a later one"),
        risk: Risk::Dangerous,
        privilege: Privilege::DomainAdmin,
        note: Some("Ask first whether the account was meant to end. Taking this back needs the old date.".to_owned()),
        commands: appcmd::all([ad_account::cmdlet("Clear-ADAccountExpiration", name, dn, "")]),
        undo: Vec::new(),
        verify: appcmd::all([ad_account::show(name, dn)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::derive::exchanges;
    use crate::facts::account_state::{AccountClass, Set};
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, POOL, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &AccountSpnButAccountMissing, expected)
    }

    fn disabled() -> World {
        World::healthy().flag("svc-web", AccountControl::DISABLED)
    }

    fn ends(time: &str) -> World {
        World::healthy().account("svc-web", |state| {
            let at = state.expires.as_ref().expect("is known").at;
            state.expires = Some(Set { value: time.parse().ok(), at });
        })
    }

    #[test]
    fn a_disabled_account_is_found_with_its_flags_and_its_spn() {
        let world = disabled();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary =
            r"CONTOSO\svc-web, which holds the SPN that clients of http://intranet.contoso.com/ ask for, is disabled";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        let control = world.state("svc-web").control.as_ref().expect("is known").at;
        assert!(points_at(finding, &[control, world.held_at("HTTP/intranet.contoso.com", "svc-web"), POOL]));
        assert_eq!(commands(&finding.fixes[0]), ["Enable-ADAccount -Identity svc-web -Server contoso.com"]);
        assert_eq!(finding.fixes[0].undo.len(), 1);
    }

    #[test]
    fn an_account_that_ended_is_found_and_one_that_will_is_not() {
        let answered = check(&ends("2026-01-20T07:59:00Z"), Verdict::Found);
        assert!(
            answered.finding().summary.ends_with("expired at 2026-01-20 07:59 UTC"),
            "{}",
            answered.finding().summary
        );
        let expected = ["Clear-ADAccountExpiration -Identity svc-web -Server contoso.com"];
        assert_eq!(commands(&answered.finding().fixes[0]), expected);
        check(&ends("2026-01-20T08:00:01Z"), Verdict::Clear);
        check(&ends("never"), Verdict::Clear);
    }

    #[test]
    fn the_account_of_the_machine_counts_where_the_machine_decrypts() {
        let world = World::machine_site().flag("WEB01", AccountControl::DISABLED);
        assert!(check(&world, Verdict::Found).finding().summary.starts_with(r"CONTOSO\WEB01$, "));
        check(&World::machine_site(), Verdict::Clear);
    }

    #[test]
    fn an_account_that_loses_the_spn_anyway_is_not_judged() {
        let world = World::healthy().held_only_by("HTTP/intranet.contoso.com", "svc-old");
        check(&world, Verdict::Clear);
        let disabled = world.entry("svc-old", AccountClass::User).flag("svc-old", AccountControl::DISABLED);
        check(&disabled, Verdict::Clear);
        let steps = exchanges(&disabled.facts()).remove(0).steps;
        assert!(!steps.iter().any(|step| step.text.contains("is disabled")), "{steps:#?}");
        check(&World::kernel_mode_hides_pool_account().flag("svc-web", AccountControl::DISABLED), Verdict::Clear);
    }

    #[test]
    fn without_its_entry_an_account_may_be_disabled() {
        let need = [r"the directory entry of CONTOSO\svc-web"];
        assert_eq!(check(&World::healthy().no_entry("svc-web"), Verdict::Open).needs, need);
        assert_eq!(
            check(&World::healthy().account("svc-web", |state| state.control = None), Verdict::Open).needs,
            need
        );
        assert_eq!(
            check(&World::healthy().account("svc-web", |state| state.expires = None), Verdict::Open).needs,
            need
        );
    }

    #[test]
    fn an_end_needs_a_time_to_compare_it_with() {
        let needs = check(&ends("2020-01-01T00:00:00Z").no_time(), Verdict::Open).needs;
        assert!(needs[0].contains("time of collecting"), "{needs:?}");
        check(&World::healthy().no_time(), Verdict::Clear);
    }

    #[test]
    fn where_the_holder_is_not_settled_it_is_open() {
        check(&disabled().not_searched("HTTP/intranet.contoso.com").duplicates_not_searched(), Verdict::Open);
        check(&disabled().no_dns(), Verdict::Found);
        check(&disabled().part_of_config(), Verdict::Open);
    }

    #[test]
    fn nobody_asks_for_a_ticket_where_only_ntlm_is_offered() {
        check(&disabled().offers(&["NTLM"]), Verdict::NotApplicable);
    }
}

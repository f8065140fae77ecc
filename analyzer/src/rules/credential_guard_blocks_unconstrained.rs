//! Credential Guard keeps the user's own ticket, which a site with unconstrained delegation would need.
//!
//! # Symptom
//!
//! The second hop works from old computers and fails from new ones, in every browser.
//!
//! # Condition
//!
//! The account that decrypts is trusted for delegation without a list, and Credential Guard is switched on for a client of
//! the case (`LsaCfgFlags` is 1 or 2).
//!
//! # Refuted by
//!
//! Constrained delegation, which needs no ticket of the user. A value that is not set says little: since Windows 11 22H2
//! Credential Guard comes switched on.
//!
//! # Sources
//!
//! - Microsoft: considerations when using Credential Guard; event 201 of Kerberos/Operational.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::case_facts::HostFacts;
use crate::facts::fact::Fact;
use crate::rules::answer::Answer;
use crate::rules::browser_policy::clients;
use crate::rules::decrypting::{Decrypting, decrypting};
use crate::rules::delegation::{Delegation, delegation};
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// Where Credential Guard is switched on: by policy, and by hand.
const KEYS: [&str; 2] =
    [r"HKLM\SOFTWARE\Policies\Microsoft\Windows\DeviceGuard", r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"];
/// 1 is on with a lock in the firmware, 2 without.
const ON: [Option<u64>; 2] = [Some(1), Some(2)];

/// The rule.
#[derive(Debug)]
pub struct CredentialGuardBlocksUnconstrained;

static INFO: RuleInfo = RuleInfo {
    name: "credential-guard-blocks-unconstrained",
    title: "Credential Guard does not hand over the user's ticket",
    explanation: "Unconstrained delegation needs the user's own ticket at the server. Credential Guard keeps that ticket \
        where no program can take it, and so ends unconstrained delegation from every computer on which it runs. \
        Constrained delegation is not concerned.",
    layer: Layer::SecondHop,
    references: &["Credential Guard: considerations", "Kerberos/Operational 201"],
    explains: &["chromium-delegate-allowlist"],
};

impl Rule for CredentialGuardBlocksUnconstrained {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for account in decrypting(situation, answer)? {
            match delegation(account.state, &account.name) {
                Ok(Delegation::Unconstrained(at)) => {
                    for client in clients(situation.facts)? {
                        match is_on(client) {
                            Ok(Some(on)) => answer.find(finding(client, &account, at, on)),
                            Ok(None) => {}
                            Err(not_known) => answer.open(not_known),
                        }
                    }
                }
                Ok(_) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

/// Where it is switched on. That it is off takes a value that says so.
fn is_on(client: &HostFacts) -> Result<Option<Evidence>, NotKnown> {
    let values = KEYS.map(|key| client.settings.value(key, "LsaCfgFlags"));
    let known: Vec<_> = values.iter().filter_map(|value| value.seen().ok()).collect();
    if let Some(on) = known.iter().find(|set| ON.contains(&set.number())) {
        return Ok(Some(on.at));
    }
    let all_known = values.iter().all(|value| matches!(value, Fact::Known(_)));
    if all_known && known.iter().any(|set| set.number() == Some(0)) {
        return Ok(None);
    }
    let name = client.identity.name.as_str();
    Err(NotKnown::naming("whether msinfo32 lists Credential Guard among the services that run, on", name))
}

fn finding(client: &HostFacts, account: &Decrypting<'_>, trusted: Evidence, on: Evidence) -> Finding {
    let name = client.identity.name.as_str();
    let summary =
        format!("Credential Guard on {name} keeps the ticket that {} would need for delegation", account.name);
    account
        .finding(Severity::Delegation, Confidence::Likely, summary, [on, trusted])
        .because("Users of this computer are signed in, and the second hop arrives without them.")
        .about([name.to_owned()])
        .fixed_by([Fix::new(
            format!("Give {} a list of services in place of unconstrained delegation", account.name),
            Risk::Disruptive,
            Privilege::DomainAdmin,
        )
        .noting(
            "Constrained delegation, or delegation that the back end allows, works with Credential Guard and is safer. Do not \
             switch Credential Guard off for this.",
        )])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::facts::account_control::AccountControl;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_REGISTRY, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &CredentialGuardBlocksUnconstrained, expected)
    }

    fn trusted() -> World {
        World::healthy().flag("svc-web", AccountControl::TRUSTED_FOR_DELEGATION)
    }

    fn guarded(world: World, value: u32) -> World {
        world.client_registry(&KEYS[1].replace("HKLM", "HKEY_LOCAL_MACHINE"), "LsaCfgFlags", Data::Dword(value))
    }

    #[test]
    fn a_guarded_client_of_an_account_that_needs_the_ticket_is_found() {
        let world = guarded(trusted(), 2);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"Credential Guard on CLIENT07 keeps the ticket that CONTOSO\svc-web would need for delegation";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Delegation));
        let control = world.state("svc-web").control.as_ref().expect("is known").at;
        assert!(points_at(finding, &[CLIENT_REGISTRY.line(1), control]));
    }

    #[test]
    fn constrained_delegation_or_a_guard_that_is_off_is_clear() {
        check(&guarded(World::healthy().delegates_to("svc-web", &["cifs/files01"]), 1), Verdict::Clear);
        check(&guarded(World::healthy(), 1), Verdict::Clear);
        check(&guarded(trusted(), 0), Verdict::Clear);
    }

    #[test]
    fn a_value_that_is_not_set_leaves_it_open() {
        let needs = check(&trusted(), Verdict::Open).needs;
        assert!(needs[0].starts_with("whether msinfo32 lists Credential Guard"), "{needs:?}");
        check(&trusted().no_client_registry(), Verdict::Open);
        check(&trusted().no_client(), Verdict::Open);
    }
}

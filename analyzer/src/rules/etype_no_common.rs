//! The account that decrypts has no key of a type that the server takes.
//!
//! # Symptom
//!
//! Nobody gets a ticket for the site, or the server refuses it; domain controllers write events 14, 16 or 27, and 4769
//! with failure 0xE.
//!
//! # Condition
//!
//! The account holds the SPN and decrypts, and what it is said to be capable of (`msDS-SupportedEncryptionTypes`, or the
//! flag for DES alone) has nothing in common with what the server takes.
//!
//! # Refuted by
//!
//! No type that is named: then the domain controller takes its default, and where the server takes no RC4, only that
//! default tells. A policy that brings the type back.
//!
//! # Sources
//!
//! - KB 977321; RFC 4120: KDC_ERR_ETYPE_NOSUPP (0xE).

use crate::evidence::gap::NotKnown;
use crate::exchange::outcome::Cause;
use crate::exchange::refusal::{POLICY, POLICY_TYPES, refusal, undecided};
use crate::facts::account_state::not_known;
use crate::rules::aes;
use crate::rules::answer::Answer;
use crate::rules::decrypting::{Decrypting, decrypting};
use crate::rules::finding::{Confidence, Finding, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// The rule.
#[derive(Debug)]
pub struct EtypeNoCommon;

static INFO: RuleInfo = RuleInfo {
    name: "etype-no-common",
    title: "The account that decrypts has no key of a type that the server takes",
    explanation: "A ticket is encrypted with a key of one type: DES, RC4 or AES. Where the account is limited to types \
        that the server has switched off, there is no ticket that the server could read, whatever the SPN says.",
    layer: Layer::Key,
    references: &["KB 977321", "RFC 4120", "MS-KILE: msDS-SupportedEncryptionTypes"],
    explains: &["krb-ap-err-modified-key-mismatch"],
};

impl Rule for EtypeNoCommon {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for account in decrypting(situation, answer)? {
            match finding(situation, &account) {
                Some(finding) => answer.find(finding),
                None => {
                    if let Err(not_known) = is_well(situation, &account) {
                        answer.open(not_known);
                    }
                }
            }
        }
        Ok(())
    }
}

fn finding(situation: &Situation<'_>, account: &Decrypting<'_>) -> Option<Finding> {
    let failing = account.exchanges.iter();
    let failing: Vec<_> =
        failing.filter(|exchange| exchange.outcome.cause() == Some(Cause::NoCommonEncryption)).copied().collect();
    let host = situation.facts.hosts.get(&failing.first()?.host)?;
    let refusal = refusal(account.state, host)?;
    let failing = Decrypting { exchanges: failing, ..account.clone() };
    let summary = format!("{}, which decrypts for {}, {}", account.name, failing.url(), refusal.words);
    let finding = failing.finding(Severity::Blocker, Confidence::Certain, summary, refusal.at);
    Some(
        finding
            .because("The KDC can make no ticket for this account that the server would take.")
            .fixed_by([aes::allow(account)]),
    )
}

/// Nothing is wrong with a type where AES is among them, or where none is named and the server takes RC4 as well. What
/// else is stated needs the policy.
fn is_well(situation: &Situation<'_>, account: &Decrypting<'_>) -> Result<(), NotKnown> {
    let stated = account.state.encryption.as_ref().ok_or_else(|| not_known(&account.name))?;
    account.state.control.as_ref().ok_or_else(|| not_known(&account.name))?;
    let hosts = || account.exchanges.iter().filter_map(|exchange| situation.facts.hosts.get(&exchange.host));
    if let Some(not_known) = hosts().find_map(|host| undecided(account.state, host, situation.facts)) {
        return Err(not_known);
    }
    if !stated.value.is_some_and(|types| types.names_any() && !types.has_aes()) {
        return Ok(());
    }
    for host in hosts() {
        host.settings.value(POLICY, POLICY_TYPES).complete()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::facts::account_control::AccountControl;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, POOL, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &EtypeNoCommon, expected)
    }

    fn des() -> World {
        World::healthy().flag("svc-web", AccountControl::DES_ONLY)
    }

    #[test]
    fn an_account_with_des_alone_is_found() {
        let world = des();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"CONTOSO\svc-web, which decrypts for http://intranet.contoso.com/, has keys for DES alone";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        let control = world.state("svc-web").control.as_ref().expect("is known").at;
        assert!(points_at(finding, &[control, POOL]));
        let step = "Set-ADAccountControl -Identity svc-web -Server contoso.com -UseDESKeyOnly $false";
        assert_eq!((commands(&finding.fixes[0]), finding.fixes[0].undo.len()), (vec![step.to_owned()], 1));
        let unset = check(&world.encryption("svc-web", None), Verdict::Found);
        let steps = ["Set-ADUser -Identity svc-web -Server contoso.com -KerberosEncryptionType AES128,AES256", step];
        assert_eq!(
            (commands(&unset.finding().fixes[0]), unset.finding().fixes[0].undo.len()),
            (steps.map(str::to_owned).to_vec(), 2)
        );
    }

    #[test]
    fn a_policy_that_takes_rc4_away_leaves_an_account_of_rc4_without_a_key() {
        let rc4 = World::healthy().encryption("svc-web", Some(0x4));
        check(&rc4, Verdict::Clear);
        let answered = check(&rc4.clone().registry(POLICY, POLICY_TYPES, Data::Dword(0x18)), Verdict::Found);
        assert!(answered.finding().summary.ends_with("while WEB01 allows AES128, AES256"), "{answered:?}");
        let needs = check(&rc4.no_registry(), Verdict::Open).needs;
        assert!(needs[0].contains(POLICY_TYPES), "{needs:?}");
    }

    #[test]
    fn aes_or_no_type_at_all_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().no_registry(), Verdict::Clear);
        check(&World::healthy().encryption("svc-web", None), Verdict::Clear);
        check(&des().registry(POLICY, POLICY_TYPES, Data::Dword(0x1f)), Verdict::Clear);
    }

    #[test]
    fn without_its_entry_it_is_open() {
        let need = [r"the directory entry of CONTOSO\svc-web"];
        assert_eq!(check(&World::healthy().no_entry("svc-web"), Verdict::Open).needs, need);
        let unknown = World::healthy().account("svc-web", |state| state.encryption = None);
        assert_eq!(check(&unknown, Verdict::Open).needs, need);
    }
}

//! The account that decrypts is limited to RC4, or to DES and RC4, by its own attribute.
//!
//! # Symptom
//!
//! None yet, or no tickets since domain controllers got the updates of November 2022: 4769 with failure 0xE.
//!
//! # Condition
//!
//! `msDS-SupportedEncryptionTypes` of the account names DES or RC4 and no form of AES.
//!
//! # Refuted by
//!
//! An attribute that is not set or names no type: then the domain controller takes its default.
//!
//! # Sources
//!
//! - KB 5021131, with the query for such accounts.

use crate::evidence::gap::NotKnown;
use crate::exchange::outcome::Cause;
use crate::facts::account_state::not_known;
use crate::rules::aes;
use crate::rules::answer::Answer;
use crate::rules::decrypting::decrypting;
use crate::rules::finding::{Confidence, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// The rule.
#[derive(Debug)]
pub struct Nov2022ExplicitEtypeRc4Only;

static INFO: RuleInfo = RuleInfo {
    name: "nov2022-explicit-etype-rc4-only",
    title: "The account that decrypts is limited to RC4",
    explanation: "An account may say which encryption types it is capable of. One that names RC4 and no AES gets tickets \
        only as long as domain controllers and clients still use RC4, which updates since November 2022 take away step \
        by step.",
    layer: Layer::Key,
    references: &["KB 5021131"],
    explains: &[],
};

impl Rule for Nov2022ExplicitEtypeRc4Only {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for account in decrypting(situation, answer)? {
            let Some(stated) = &account.state.encryption else {
                answer.open(not_known(&account.name));
                continue;
            };
            // Where tickets fail for it already, another rule says so.
            let limited = stated.value.filter(|types| types.names_any() && !types.has_aes());
            let Some(types) = limited.filter(|_| !account.ends_for(Cause::NoCommonEncryption)) else { continue };
            let summary = format!(
                "{}, which decrypts for {}, is limited to {types} by msDS-SupportedEncryptionTypes",
                account.name,
                account.url()
            );
            let finding = account
                .finding(Severity::Risk, Confidence::Certain, summary, [stated.at])
                .because("Tickets for it are never encrypted with AES, and stop where RC4 is switched off.")
                .fixed_by([aes::allow(&account)]);
            answer.find(finding);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &Nov2022ExplicitEtypeRc4Only, expected)
    }

    fn says(types: u32) -> World {
        World::healthy().encryption("svc-web", Some(types))
    }

    #[test]
    fn an_account_of_rc4_is_a_risk_and_its_way_back_is_told() {
        let world = says(0x7);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert!(finding.summary.contains("is limited to DES-CBC-CRC, DES-CBC-MD5, RC4 by"), "{finding:?}");
        assert_eq!((finding.severity, finding.confidence), (Severity::Risk, Confidence::Certain));
        assert!(points_at(finding, &[world.state("svc-web").encryption.as_ref().expect("is known").at]));
        let back: Vec<_> = finding.fixes[0].undo.iter().map(ToString::to_string).collect();
        assert_eq!(back, ["Set-ADUser -Identity svc-web -Server contoso.com -KerberosEncryptionType DES,RC4"]);
    }

    #[test]
    fn aes_no_type_and_other_features_are_clear() {
        for types in [0x18, 0x1c, 0x40, 0, 0x8_0000] {
            check(&says(types), Verdict::Clear);
        }
        check(&World::healthy().encryption("svc-web", None), Verdict::Clear);
    }

    #[test]
    fn an_account_without_a_common_type_is_left_to_the_rule_for_that() {
        check(&says(0x3), Verdict::Clear);
    }

    #[test]
    fn without_its_entry_it_is_open() {
        check(&World::healthy().no_entry("svc-web"), Verdict::Open);
        check(&World::healthy().account("svc-web", |state| state.encryption = None), Verdict::Open);
    }
}

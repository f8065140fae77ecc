//! A domain controller lacks a strong key for its own account, with which it protects every ticket.
//!
//! # Symptom
//!
//! None yet, or tickets that fail since domain controllers got newer updates.
//!
//! # Condition
//!
//! A domain controller of the case wrote event 42 of the KDC.
//!
//! # Refuted by
//!
//! A later reset of the password of krbtgt; the record is then history.
//!
//! # Sources
//!
//! - KB 5021131; KDC event 42.

use crate::evidence::gap::NotKnown;
use crate::facts::host::HostName;
use crate::rules::answer::Answer;
use crate::rules::finding::{Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::told::{Told, warned_by_controllers};

/// The rule.
#[derive(Debug)]
pub struct KrbtgtNoAes;

static INFO: RuleInfo = RuleInfo {
    name: "krbtgt-no-aes",
    title: "A domain controller lacks a strong key",
    explanation: "Every ticket is signed with the key of krbtgt. Where the password of that account was never set since \
        the domain knows AES, there is no strong key, and updated domain controllers say so. Its password is nothing that \
        anybody types: it is reset, twice, with a pause.",
    layer: Layer::Key,
    references: &["KB 5021131", "KDC 42"],
    explains: &[],
};

impl Rule for KrbtgtNoAes {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for told in warned_by_controllers(situation, answer, |event| event == 42) {
            answer.find(finding(&told));
        }
        Ok(())
    }
}

fn finding(told: &Told<'_, HostName>) -> Finding {
    let summary = format!("{} lacks a strong key for an account (event 42){}", told.about.as_str(), told.last);
    Finding::seen(Severity::Risk, told.confidence(), summary, told.places())
        .because("The text of the event names the account; it is krbtgt as a rule. Its tickets are protected by RC4 alone.")
        .about([told.about.as_str().to_owned()])
        .fixed_by([Fix::new("Reset the password of krbtgt, and once more after a day", Risk::Dangerous, Privilege::DomainAdmin)
            .noting(
                "Between the two resets every domain controller must have got the first one, and every ticket of before must \
                 have ended (ten hours by default). Two resets in a row end every ticket of the domain at once.",
            )])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::events::What;
    use crate::rules::answer::Verdict;
    use crate::rules::finding::Confidence;
    use crate::rules::fixture::{self, World};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &KrbtgtNoAes, expected)
    }

    fn warned(id: u32) -> World {
        World::healthy().no_client().happened("DC02", "2026-01-20T07:00:00Z", What::KdcWarning(id))
    }

    #[test]
    fn event_42_is_a_risk_and_its_reset_comes_with_a_warning() {
        let answered = check(&warned(42), Verdict::Found);
        let finding = answered.finding();
        assert!(finding.summary.starts_with("DC02 lacks a strong key"), "{finding:?}");
        assert_eq!((finding.severity, finding.confidence), (Severity::Risk, Confidence::Likely));
        assert_eq!(finding.fixes[0].risk, Risk::Dangerous);
    }

    #[test]
    fn another_warning_is_clear_and_no_domain_controller_is_nothing_to_ask_about() {
        check(&warned(37), Verdict::Clear);
        check(&World::healthy(), Verdict::NotApplicable);
        check(&World::healthy().no_client().no_system_log("CLIENT07"), Verdict::Open);
    }
}

//! Domain controllers have different updates, and find something missing in each other's tickets.
//!
//! # Symptom
//!
//! Tickets fail now and then, depending on which domain controller gave them out.
//!
//! # Condition
//!
//! A domain controller of the case wrote KDC event 35, 36, 37 or 38 (who asked for a ticket), or 43 or 44 (the full
//! signature of a ticket).
//!
//! # Refuted by
//!
//! Records of the time of an update: old tickets lack what the new controller looks for, until they end.
//!
//! # Sources
//!
//! - KB 5008380; KB 5020805.

use crate::evidence::gap::NotKnown;
use crate::facts::host::HostName;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::told::{Told, warned_by_controllers};

/// The rule.
#[derive(Debug)]
pub struct PacAndPatchMismatch;

static INFO: RuleInfo = RuleInfo {
    name: "pac-and-patch-mismatch",
    title: "A domain controller finds something missing in tickets of another",
    explanation: "Updates since 2021 make domain controllers write into tickets who asked for them, and sign them as a \
        whole; later updates refuse tickets without that. A domain whose controllers do not all have them gives out \
        tickets that some of its own controllers refuse.",
    layer: Layer::Key,
    references: &["KB 5008380", "KB 5020805"],
    explains: &[],
};

impl Rule for PacAndPatchMismatch {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for told in warned_by_controllers(situation, answer, |event| matches!(event, 35..=38 | 43 | 44)) {
            answer.find(finding(&told));
        }
        Ok(())
    }
}

fn finding(told: &Told<'_, HostName>) -> Finding {
    let summary =
        format!("{} finds something missing in tickets of other controllers{}", told.about.as_str(), told.last);
    Finding::seen(Severity::Risk, told.confidence().max(Confidence::Likely), summary, told.places())
        .because(
            "Where the updates are enforced, such tickets are refused, and sign-in depends on the domain controller.",
        )
        .about([told.about.as_str().to_owned()])
        .fixed_by([Fix::new(
            "Bring all domain controllers to the same updates",
            Risk::Disruptive,
            Privilege::DomainAdmin,
        )
        .noting("Records of the hours around an update are ordinary: tickets of before end within a day.")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::events::What;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &PacAndPatchMismatch, expected)
    }

    fn warned(id: u32) -> World {
        World::healthy().no_client().happened("DC02", "2026-01-20T07:00:00Z", What::KdcWarning(id))
    }

    #[test]
    fn warnings_about_tickets_are_a_risk() {
        for id in [35, 36, 37, 38, 43, 44] {
            let answered = check(&warned(id), Verdict::Found);
            assert_eq!(
                (answered.finding().severity, answered.finding().confidence),
                (Severity::Risk, Confidence::Likely)
            );
        }
    }

    #[test]
    fn another_warning_is_clear_and_no_domain_controller_is_nothing_to_ask_about() {
        check(&warned(42), Verdict::Clear);
        check(&World::healthy(), Verdict::NotApplicable);
        check(&World::healthy().no_client().no_system_log("CLIENT07"), Verdict::Open);
    }
}

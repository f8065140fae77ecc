//! Asks every rule of the table, and survives one that breaks.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::diagnosis::rank::{RankedFinding, rank};
use crate::evidence::gap::NotKnown;
use crate::rules::answer::{Answer, Verdict};
use crate::rules::rule::{Rule, RuleInfo, Situation};

/// What all rules say about a case.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// The answer of each rule, in the order of the table.
    pub answers: Vec<RuleAnswer>,
    /// What was found, the first cause first, consequences right after their cause.
    pub findings: Vec<RankedFinding>,
}

/// The answer of one rule.
#[derive(Clone, Debug)]
pub struct RuleAnswer {
    /// The rule.
    pub rule: &'static RuleInfo,
    /// Its verdict.
    pub verdict: Verdict,
    /// What it would need to say more.
    pub not_known: Option<NotKnown>,
}

impl Diagnosis {
    /// How many rules answered like this.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.answers.iter().filter(|answer| answer.verdict == verdict).count()
    }

    /// The one cause to deal with first, if there is one.
    pub fn primary(&self) -> Option<&RankedFinding> {
        self.findings.iter().find(|finding| finding.is_primary())
    }

    /// How many causes users notice; consequences are not counted.
    pub fn problems(&self) -> usize {
        self.findings.iter().filter(|found| found.is_cause() && found.finding.severity.is_problem()).count()
    }

    /// Everything that would have to be collected to close the rules that are open.
    pub fn needs(&self) -> NotKnown {
        let open = self.answers.iter().filter(|answer| answer.verdict == Verdict::Open);
        open.filter_map(|answer| answer.not_known.clone()).fold(NotKnown::default(), NotKnown::and)
    }
}

/// Asks the rules about a case.
pub fn diagnose(rules: &[&'static dyn Rule], situation: &Situation<'_>) -> Diagnosis {
    let mut diagnosis = Diagnosis::default();
    let mut findings = Vec::new();
    for rule in rules {
        let answer = ask(*rule, situation);
        let verdict = answer.as_ref().map_or(Verdict::Failed, Answer::verdict);
        let (found, not_known) = answer.map(|answer| (answer.findings, answer.not_known)).unwrap_or_default();
        findings.extend(found.into_iter().map(|finding| (rule.info(), finding)));
        diagnosis.answers.push(RuleAnswer { rule: rule.info(), verdict, not_known });
    }
    diagnosis.findings = rank(&findings);
    diagnosis
}

/// The answer of a rule; none when it broke.
fn ask(rule: &dyn Rule, situation: &Situation<'_>) -> Option<Answer> {
    let asked = catch_unwind(AssertUnwindSafe(|| {
        let mut answer = Answer::default();
        if let Err(not_known) = rule.check(situation, &mut answer) {
            answer.open(not_known);
        }
        answer
    }));
    asked.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::case_facts::Facts;
    use crate::rules::rule::Layer;

    #[derive(Debug)]
    struct Broken;

    impl Rule for Broken {
        fn info(&self) -> &'static RuleInfo {
            static INFO: RuleInfo = RuleInfo {
                name: "broken",
                title: "it breaks",
                explanation: "",
                layer: Layer::Reach,
                references: &[],
                explains: &[],
            };
            &INFO
        }

        fn check(&self, _: &Situation<'_>, _: &mut Answer) -> Result<(), NotKnown> {
            panic!("as a test wants it")
        }
    }

    #[test]
    fn a_rule_that_breaks_is_reported_and_the_others_go_on() {
        let facts = Facts::default();
        let diagnosis = diagnose(&[&Broken], &Situation { facts: &facts, exchanges: &[] });
        assert_eq!(diagnosis.count(Verdict::Failed), 1);
    }
}

//! Puts causes before their consequences, and names the one to deal with first.

use std::cmp::Reverse;

use crate::rules::finding::{Confidence, Finding, Severity};
use crate::rules::rule::{Layer, RuleInfo};

/// A finding with its place among the others.
#[derive(Clone, Debug)]
pub struct RankedFinding {
    /// The rule that found it.
    pub rule: &'static RuleInfo,
    /// What it found.
    pub finding: Finding,
    /// Its place.
    pub standing: Standing,
}

/// The place of a finding among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The cause to deal with first.
    Primary,
    /// Another cause.
    Cause,
    /// It follows from, or cannot be judged before, the finding at this index of the diagnosis.
    Consequence(usize),
}

impl RankedFinding {
    /// Whether it is the cause to deal with first.
    pub const fn is_primary(&self) -> bool {
        matches!(self.standing, Standing::Primary)
    }

    /// Whether it is a cause and no consequence.
    pub const fn is_cause(&self) -> bool {
        !matches!(self.standing, Standing::Consequence(_))
    }
}

/// Ranks findings: by severity, then by the stage of signing in, then by confidence. A finding that another one on
/// the same path explains stands right after it.
///
/// There is a primary cause only when users notice it: latent risks do not explain a failure.
pub fn rank(findings: &[(&'static RuleInfo, Finding)]) -> Vec<RankedFinding> {
    let parents: Vec<_> = (0..findings.len()).map(|index| parent(findings, index)).collect();
    let mut roots: Vec<_> = (0..findings.len()).filter(|index| parents.get(*index) == Some(&None)).collect();
    roots.sort_by_key(|index| findings.get(*index).map(sort_key));
    let mut ranked = Vec::new();
    for (place, root) in roots.into_iter().enumerate() {
        let Some((rule, finding)) = findings.get(root) else { continue };
        let primary = place == 0 && finding.severity.is_problem();
        let at = ranked.len();
        let standing = if primary { Standing::Primary } else { Standing::Cause };
        ranked.push(RankedFinding { rule, finding: finding.clone(), standing });
        let children = findings.iter().zip(&parents).filter(|(_, parent)| **parent == Some(root));
        ranked.extend(children.map(|((rule, finding), _)| RankedFinding {
            rule,
            finding: finding.clone(),
            standing: Standing::Consequence(at),
        }));
    }
    ranked
}

/// The finding that explains this one, if there is one that is a cause itself: the one on the earliest stage. Only what
/// is certain explains: a cause that may turn out not to be one must not hide another.
fn parent(findings: &[(&'static RuleInfo, Finding)], index: usize) -> Option<usize> {
    let (rule, finding) = findings.get(index)?;
    let candidates = findings.iter().enumerate().filter(|(_, (cause, found))| {
        cause.explains.contains(&rule.name) && overlaps(found, finding) && found.confidence == Confidence::Certain
    });
    let cause = candidates.min_by_key(|(_, candidate)| sort_key(candidate)).map(|(at, _)| at)?;
    Some(parent(findings, cause).unwrap_or(cause))
}

fn overlaps(one: &Finding, other: &Finding) -> bool {
    one.scopes.iter().any(|scope| other.scopes.contains(scope))
        || one.subjects.iter().any(|subject| other.subjects.iter().any(|known| known.eq_ignore_ascii_case(subject)))
}

/// What is merely possible stands behind all that is known, however bad it would be.
fn sort_key((rule, finding): &(&'static RuleInfo, Finding)) -> (bool, Severity, Layer, Confidence, Reverse<usize>) {
    let is_hint = finding.confidence == Confidence::Possible;
    (is_hint, finding.severity, rule.layer, finding.confidence, Reverse(finding.scopes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::ArtifactId;

    static EARLY: RuleInfo = RuleInfo {
        name: "early",
        title: "",
        explanation: "",
        layer: Layer::Offer,
        references: &[],
        explains: &["late"],
    };
    static LATE: RuleInfo = RuleInfo { name: "late", layer: Layer::Owner, explains: &[], ..EARLY };

    fn finding(severity: Severity, subject: &str) -> Finding {
        Finding::new(severity, Confidence::Certain, "x", ArtifactId(0).whole()).about([subject.to_owned()])
    }

    fn standings(findings: &[(&'static RuleInfo, Finding)]) -> Vec<(&'static str, Standing)> {
        rank(findings).into_iter().map(|ranked| (ranked.rule.name, ranked.standing)).collect()
    }

    #[test]
    fn a_consequence_stands_under_its_cause_even_when_it_is_worse() {
        let found = vec![(&LATE, finding(Severity::Blocker, "s")), (&EARLY, finding(Severity::Degraded, "s"))];
        assert_eq!(standings(&found), [("early", Standing::Primary), ("late", Standing::Consequence(0))]);
    }

    #[test]
    fn findings_about_different_things_are_two_causes() {
        let found = vec![(&EARLY, finding(Severity::Degraded, "a")), (&LATE, finding(Severity::Blocker, "b"))];
        assert_eq!(standings(&found), [("late", Standing::Primary), ("early", Standing::Cause)]);
    }

    #[test]
    fn a_hint_stands_behind_what_is_known() {
        let hint = Finding { confidence: Confidence::Possible, ..finding(Severity::Blocker, "a") };
        let found = vec![(&EARLY, hint), (&LATE, finding(Severity::Degraded, "b"))];
        assert_eq!(standings(&found), [("late", Standing::Primary), ("early", Standing::Cause)]);
    }

    #[test]
    fn what_is_not_certain_explains_nothing() {
        let likely = Finding { confidence: Confidence::Likely, ..finding(Severity::Blocker, "s") };
        let found = vec![(&EARLY, likely), (&LATE, finding(Severity::Blocker, "s"))];
        assert_eq!(standings(&found), [("early", Standing::Primary), ("late", Standing::Cause)]);
    }

    #[test]
    fn a_risk_alone_is_no_primary_cause() {
        assert_eq!(standings(&[(&EARLY, finding(Severity::Risk, "a"))]), [("early", Standing::Cause)]);
    }
}

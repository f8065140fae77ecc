//! Puts causes before their consequences, and names the one to deal with first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::rules::finding::{Confidence, Finding, Scope, Severity};
use crate::rules::rule::{Layer, RuleInfo};

/// From a consequence to its cause, from that to its own and so on: steps at most, which is more than there are rules.
const LONGEST: usize = 256;

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
    let causes = Causes::of(findings);
    let mut roots = Vec::new();
    let mut consequences: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..findings.len() {
        match causes.root(findings, index) {
            Some(cause) => consequences.entry(cause).or_default().push(index),
            None => roots.push(index),
        }
    }
    roots.sort_by_key(|index| findings.get(*index).map(sort_key));
    let mut ranked = Vec::new();
    for (place, root) in roots.into_iter().enumerate() {
        let Some((rule, finding)) = findings.get(root) else { continue };
        let primary = place == 0 && finding.severity.is_problem();
        let at = ranked.len();
        let standing = if primary { Standing::Primary } else { Standing::Cause };
        ranked.push(RankedFinding { rule, finding: finding.clone(), standing });
        let children = consequences.get(&root).into_iter().flatten().filter_map(|index| findings.get(*index));
        ranked.extend(children.map(|(rule, finding)| RankedFinding {
            rule,
            finding: finding.clone(),
            standing: Standing::Consequence(at),
        }));
    }
    ranked
}

/// Which finding explains what others say of the same thing. To ask every finding about every other takes minutes where
/// a hostile bundle has a hundred thousand.
struct Causes<'a> {
    /// The best cause for a rule on a path.
    by_scope: BTreeMap<(&'static str, &'a Scope), usize>,
    /// The best cause for a rule about a subject, in any case of ASCII letters.
    by_subject: BTreeMap<(&'static str, String), usize>,
}

impl<'a> Causes<'a> {
    /// Only what is certain explains: a cause that may turn out not to be one must not hide another.
    fn of(findings: &'a [(&'static RuleInfo, Finding)]) -> Self {
        let mut causes = Self { by_scope: BTreeMap::new(), by_subject: BTreeMap::new() };
        let certain = findings.iter().enumerate().filter(|(_, (_, found))| found.confidence == Confidence::Certain);
        for (index, (rule, found)) in certain {
            let better = |known: &mut usize| {
                if place_of(findings, index) < place_of(findings, *known) {
                    *known = index;
                }
            };
            for name in rule.explains {
                for scope in &found.scopes {
                    causes.by_scope.entry((name, scope)).and_modify(better).or_insert(index);
                }
                for subject in &found.subjects {
                    let key = (*name, subject.to_ascii_lowercase());
                    causes.by_subject.entry(key).and_modify(better).or_insert(index);
                }
            }
        }
        causes
    }

    /// The finding that explains this one: the one on the earliest stage.
    fn direct(&self, findings: &[(&'static RuleInfo, Finding)], index: usize) -> Option<usize> {
        let (rule, finding) = findings.get(index)?;
        let scopes = finding.scopes.iter().filter_map(|scope| self.by_scope.get(&(rule.name, scope)));
        let subjects = finding.subjects.iter();
        let subjects = subjects.filter_map(|subject| self.by_subject.get(&(rule.name, subject.to_ascii_lowercase())));
        scopes.chain(subjects).copied().min_by_key(|cause| place_of(findings, *cause))
    }

    /// The finding that explains this one and is a cause itself.
    fn root(&self, findings: &[(&'static RuleInfo, Finding)], index: usize) -> Option<usize> {
        let mut cause = self.direct(findings, index)?;
        // A test of the table holds that no rule explains itself in the end.
        for _ in 0..LONGEST {
            match self.direct(findings, cause) {
                Some(next) => cause = next,
                None => break,
            }
        }
        Some(cause)
    }
}

type Key = (bool, Severity, Layer, Confidence, Reverse<usize>);

/// What is merely possible stands behind all that is known, however bad it would be.
fn sort_key((rule, finding): &(&'static RuleInfo, Finding)) -> Key {
    let is_hint = finding.confidence == Confidence::Possible;
    (is_hint, finding.severity, rule.layer, finding.confidence, Reverse(finding.scopes.len()))
}

/// Where a cause stands among others that explain the same; of equals, the first one counts.
fn place_of(findings: &[(&'static RuleInfo, Finding)], index: usize) -> Option<(Key, usize)> {
    findings.get(index).map(|finding| (sort_key(finding), index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::ArtifactId;
    use crate::facts::host::HostName;

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

    static MIDDLE: RuleInfo = RuleInfo { name: "middle", layer: Layer::Offer, explains: &["late", "last"], ..EARLY };
    static FIRST: RuleInfo = RuleInfo { name: "first", explains: &["middle", "late"], ..EARLY };
    static LAST: RuleInfo = RuleInfo { name: "last", layer: Layer::Owner, explains: &[], ..EARLY };

    /// Which finding explains another, by asking every finding about every other.
    fn asked_one_by_one(findings: &[(&'static RuleInfo, Finding)], index: usize) -> Option<usize> {
        let (rule, finding) = findings.get(index)?;
        let overlaps = |one: &Finding, other: &Finding| {
            one.scopes.iter().any(|scope| other.scopes.contains(scope))
                || one
                    .subjects
                    .iter()
                    .any(|subject| other.subjects.iter().any(|known| known.eq_ignore_ascii_case(subject)))
        };
        let candidates = findings.iter().enumerate().filter(|(_, (cause, found))| {
            cause.explains.contains(&rule.name) && overlaps(found, finding) && found.confidence == Confidence::Certain
        });
        let cause = candidates.min_by_key(|(_, candidate)| sort_key(candidate)).map(|(at, _)| at)?;
        Some(asked_one_by_one(findings, cause).unwrap_or(cause))
    }

    #[test]
    fn the_cause_is_the_one_that_asking_every_finding_about_every_other_names() {
        let rules = [&EARLY, &LATE, &MIDDLE, &FIRST, &LAST];
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut pick = |from: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % from).expect("is small")
        };
        for _ in 0..400 {
            let mut some = Vec::new();
            for _ in 0..pick(14) {
                let severity = [Severity::Blocker, Severity::Degraded, Severity::Risk][pick(3)];
                let subjects = (0..pick(3)).map(|_| ["a", "A", "b", "\u{e4}", "\u{c4}"][pick(5)].to_owned());
                let mut found = finding(severity, "x");
                found.subjects = subjects.collect();
                found.confidence = [Confidence::Certain, Confidence::Certain, Confidence::Likely][pick(3)];
                let scope =
                    |path: &str| Scope { host: HostName::new("web01"), site: "site".to_owned(), path: path.to_owned() };
                found.scopes = (0..pick(3)).map(|_| scope(["/", "/app"][pick(2)])).collect();
                some.push((rules[pick(5)], found));
            }
            let causes = Causes::of(&some);
            for index in 0..some.len() {
                assert_eq!(causes.root(&some, index), asked_one_by_one(&some, index), "{index} of {some:?}");
            }
        }
    }
}

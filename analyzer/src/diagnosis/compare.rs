//! Two diagnoses of the same site, before and after: what a change has changed.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::diagnosis::diagnose::Diagnosis;
use crate::diagnosis::rank::RankedFinding;
use crate::exchange::outcome::Exchange;
use crate::facts::host::HostName;
use crate::rules::finding::Scope;

/// What follows from some evidence.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// What happens for each URL.
    pub exchanges: &'a [Exchange],
    /// What the rules say.
    pub diagnosis: &'a Diagnosis,
}

/// What is different between two pictures.
#[derive(Clone, Debug, Default)]
pub struct Comparison<'a> {
    /// URLs that end in another way than before, or that are only in one of the two.
    pub changed: Vec<ExchangeChange<'a>>,
    /// How many URLs end as before.
    pub unchanged: usize,
    /// Findings that are not there any more.
    pub gone: Vec<&'a RankedFinding>,
    /// Findings that were not there before.
    pub came: Vec<&'a RankedFinding>,
    /// Findings that are there before and after; as they are after.
    pub stayed: Vec<&'a RankedFinding>,
}

/// How a URL ends before and after; none where it is not in the case.
#[derive(Clone, Copy, Debug)]
pub struct ExchangeChange<'a> {
    /// Before.
    pub before: Option<&'a Exchange>,
    /// After.
    pub after: Option<&'a Exchange>,
}

/// What a URL is known by in both pictures. Which clients share an exchange is a result and no part of its name, so
/// each client counts for itself.
type Key<'a> = (&'a HostName, &'a str, &'a str, &'a str);

impl<'a> Comparison<'a> {
    /// Compares.
    pub fn of(before: Picture<'a>, after: Picture<'a>) -> Self {
        let mut comparison = Self::default();
        comparison.exchanges(before.exchanges, after.exchanges);
        comparison.findings(&before.diagnosis.findings, &after.diagnosis.findings);
        comparison
    }

    /// Whether nothing that matters is different.
    pub fn is_same(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty() && self.came.is_empty()
    }

    fn exchanges(&mut self, before: &'a [Exchange], after: &'a [Exchange]) {
        let (old, new) = (by_client(before), by_client(after));
        let keys: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
        let mut seen: HashSet<(Option<*const Exchange>, Option<*const Exchange>)> = HashSet::new();
        for key in keys {
            let change = ExchangeChange { before: old.get(&key).copied(), after: new.get(&key).copied() };
            let pair = (change.before.map(std::ptr::from_ref), change.after.map(std::ptr::from_ref));
            if !seen.insert(pair) {
                continue;
            }
            if change.is_same() {
                self.unchanged = self.unchanged.saturating_add(1);
            } else {
                self.changed.push(change);
            }
        }
    }

    fn findings(&mut self, before: &'a [RankedFinding], after: &'a [RankedFinding]) {
        let (old, new) = (Told::of(before), Told::of(after));
        self.gone.extend(before.iter().filter(|found| !new.speaks_of(found)));
        for found in after {
            if old.speaks_of(found) { &mut self.stayed } else { &mut self.came }.push(found);
        }
    }
}

impl ExchangeChange<'_> {
    fn is_same(&self) -> bool {
        self.before.zip(self.after).is_some_and(|(before, after)| {
            before.outcome.code() == after.outcome.code() && before.outcome.cause() == after.outcome.cause()
        })
    }
}

fn by_client(exchanges: &[Exchange]) -> BTreeMap<(Key<'_>, &'static str), &Exchange> {
    let keys = exchanges.iter().flat_map(|exchange| {
        let key: Key<'_> = (&exchange.host, &exchange.site, &exchange.path, &exchange.url);
        exchange.clients.iter().map(move |client| ((key, client.title()), exchange))
    });
    keys.collect()
}

/// Which rules have found something, and about what: the sentence may say it in another way when less is known.
struct Told<'a> {
    rules: BTreeSet<&'static str>,
    /// Those that have found something about nothing in particular.
    about_all: BTreeSet<&'static str>,
    scopes: BTreeSet<(&'static str, &'a Scope)>,
    /// In any case of ASCII letters.
    subjects: BTreeSet<(&'static str, String)>,
}

impl<'a> Told<'a> {
    fn of(findings: &'a [RankedFinding]) -> Self {
        let subjects = |one: &'a RankedFinding| one.finding.subjects.iter().map(|subject| key(one, subject));
        Self {
            rules: findings.iter().map(|one| one.rule.name).collect(),
            about_all: findings.iter().filter(|one| is_about_all(one)).map(|one| one.rule.name).collect(),
            scopes: findings
                .iter()
                .flat_map(|one| one.finding.scopes.iter().map(|scope| (one.rule.name, scope)))
                .collect(),
            subjects: findings.iter().flat_map(subjects).collect(),
        }
    }

    /// Whether one of these is by the same rule about the same thing.
    fn speaks_of(&self, one: &RankedFinding) -> bool {
        let rule = one.rule.name;
        self.about_all.contains(rule)
            || (is_about_all(one) && self.rules.contains(rule))
            || one.finding.scopes.iter().any(|scope| self.scopes.contains(&(rule, scope)))
            || one.finding.subjects.iter().any(|subject| self.subjects.contains(&key(one, subject)))
    }
}

const fn is_about_all(one: &RankedFinding) -> bool {
    one.finding.scopes.is_empty() && one.finding.subjects.is_empty()
}

fn key(one: &RankedFinding, subject: &str) -> (&'static str, String) {
    (one.rule.name, subject.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::rank::Standing;
    use crate::evidence::place::ArtifactId;
    use crate::rules::finding::{Confidence, Finding, Severity};
    use crate::rules::rule::{Layer, RuleInfo};

    static ONE: RuleInfo =
        RuleInfo { name: "one", title: "", explanation: "", layer: Layer::Reach, references: &[], explains: &[] };
    static OTHER: RuleInfo = RuleInfo { name: "other", ..ONE };

    fn found(rule: &'static RuleInfo, subjects: &[&str], paths: &[&str]) -> RankedFinding {
        let scope =
            |path: &&str| Scope { host: HostName::new("WEB01"), site: "S".to_owned(), path: (*path).to_owned() };
        let finding = Finding::new(Severity::Risk, Confidence::Certain, "x", ArtifactId(0).whole());
        let finding = Finding {
            subjects: subjects.iter().map(|subject| (*subject).to_owned()).collect(),
            scopes: paths.iter().map(scope).collect(),
            ..finding
        };
        RankedFinding { rule, finding, standing: Standing::Cause }
    }

    #[test]
    fn what_a_rule_says_of_the_same_thing_stays() {
        let (before, after) = (
            [found(&ONE, &["HTTP/A", "x"], &[]), found(&ONE, &["b"], &["/"]), found(&OTHER, &["c"], &["/app"])],
            [found(&ONE, &["http/a"], &[]), found(&ONE, &[], &["/"]), found(&ONE, &["c"], &["/app"])],
        );
        let mut comparison = Comparison::default();
        comparison.findings(&before, &after);
        let places = |findings: &[&RankedFinding], all: &[RankedFinding]| -> Vec<usize> {
            findings.iter().filter_map(|one| all.iter().position(|known| std::ptr::eq(*one, known))).collect()
        };
        assert_eq!(places(&comparison.stayed, &after), [0, 1]);
        assert_eq!((places(&comparison.gone, &before), places(&comparison.came, &after)), (vec![2], vec![2]));
    }

    #[test]
    fn a_finding_about_nothing_in_particular_stays_whatever_the_other_is_about() {
        let (all, some) = ([found(&ONE, &[], &[])], [found(&ONE, &["a"], &["/"])]);
        for (before, after, stayed) in [(&all, &some, 1), (&some, &all, 1), (&all, &[found(&OTHER, &[], &[])], 0)] {
            let mut comparison = Comparison::default();
            comparison.findings(before, after);
            assert_eq!((comparison.stayed.len(), comparison.gone.len()), (stayed, 1 - stayed));
        }
    }
}

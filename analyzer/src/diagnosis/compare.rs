//! Two diagnoses of the same site, before and after: what a change has changed.

use std::collections::BTreeMap;

use crate::diagnosis::diagnose::Diagnosis;
use crate::diagnosis::rank::RankedFinding;
use crate::exchange::outcome::Exchange;
use crate::facts::host::HostName;

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
        let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
        let mut seen: Vec<(Option<*const Exchange>, Option<*const Exchange>)> = Vec::new();
        for key in keys {
            let change = ExchangeChange { before: old.get(&key).copied(), after: new.get(&key).copied() };
            let pair = (change.before.map(std::ptr::from_ref), change.after.map(std::ptr::from_ref));
            if seen.contains(&pair) {
                continue;
            }
            seen.push(pair);
            if change.is_same() {
                self.unchanged = self.unchanged.saturating_add(1);
            } else {
                self.changed.push(change);
            }
        }
    }

    fn findings(&mut self, before: &'a [RankedFinding], after: &'a [RankedFinding]) {
        self.gone.extend(before.iter().filter(|old| !after.iter().any(|new| is_about_the_same(old, new))));
        for new in after {
            let known = before.iter().any(|old| is_about_the_same(old, new));
            if known { &mut self.stayed } else { &mut self.came }.push(new);
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

/// The same rule about the same thing; the sentence may say it in another way when less is known.
fn is_about_the_same(one: &RankedFinding, other: &RankedFinding) -> bool {
    let (found, known) = (&one.finding, &other.finding);
    one.rule.name == other.rule.name
        && ((found.scopes.is_empty() && found.subjects.is_empty())
            || found.scopes.iter().any(|scope| known.scopes.contains(scope))
            || found.subjects.iter().any(|subject| known.subjects.iter().any(|two| two.eq_ignore_ascii_case(subject))))
}

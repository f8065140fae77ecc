//! What logs tell: records that a rule asks about, gathered by what they are about, and logs that are not whole.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::case_facts::HostFacts;
use crate::facts::events::{Happening, What};
use crate::facts::host::{HostName, Role};
use crate::rules::answer::Answer;
use crate::rules::finding::Confidence;
use crate::rules::last_seen::{Age, LastSeen};
use crate::rules::rule::Situation;

/// Records of one kind that become evidence; more of the same say nothing new.
const RECORDS: usize = 5;

/// Records that tell the same.
#[derive(Clone, Debug)]
pub struct Told<'a, K> {
    /// What they are about.
    pub about: K,
    /// The records.
    pub records: Vec<&'a Happening>,
    /// When it was last.
    pub last: LastSeen,
}

impl<K> Told<'_, K> {
    /// The last of the records, as evidence.
    pub fn places(&self) -> Vec<Evidence> {
        self.records.iter().rev().take(RECORDS).rev().map(|record| record.at).collect()
    }

    /// How sure a record makes of how things stand: one of today states it, an old one is a hint.
    pub const fn confidence(&self) -> Confidence {
        match self.last.age {
            Age::Fresh => Confidence::Certain,
            Age::Unknown => Confidence::Likely,
            Age::Old => Confidence::Possible,
        }
    }
}

/// Gathers the records that `pick` takes, by what it takes them for.
pub fn told<'a, K: Ord + Clone>(
    situation: &Situation<'a>,
    pick: impl Fn(&'a Happening) -> Option<K>,
) -> Vec<Told<'a, K>> {
    let mut groups = BTreeMap::<K, Vec<&'a Happening>>::new();
    for happening in &situation.facts.happenings {
        if let Some(key) = pick(happening) {
            groups.entry(key).or_default().push(happening);
        }
    }
    let told = groups.into_iter().map(|(about, records)| {
        let last = LastSeen::of(situation.facts, &records);
        Told { about, records, last }
    });
    told.collect()
}

/// The warnings of the KDC that `wanted` takes by their event id, by the domain controller that warned. Where there is a
/// domain controller, `answer` applies, and is open while its System log is not whole.
pub fn warned_by_controllers<'a>(
    situation: &Situation<'a>,
    answer: &mut Answer,
    wanted: impl Fn(u32) -> bool,
) -> Vec<Told<'a, HostName>> {
    let controllers: Vec<_> =
        situation.facts.hosts.values().filter(|host| host.role == Role::DomainController).collect();
    // Those logs are looked at where there are some; nobody has to collect them.
    if controllers.is_empty() {
        return Vec::new();
    }
    whole_logs(controllers.into_iter(), "System", "", answer);
    told(situation, |happening| match happening.what {
        What::KdcWarning(id) if wanted(id) => Some(HostName::new(&happening.computer)),
        _ => None,
    })
}

/// Notes as open every host whose log is not whole: something may have happened there. Where there is no host at all,
/// `need` says whose log it would take.
pub fn whole_logs<'a>(hosts: impl Iterator<Item = &'a HostFacts>, channel: &str, need: &str, answer: &mut Answer) {
    let mut any = false;
    for host in hosts {
        any = true;
        answer.applies();
        if let Err(not_known) = host.whole_log(channel) {
            answer.open(not_known);
        }
    }
    if !any {
        answer.open(NotKnown::until(need));
    }
}

//! Every story with one artifact less, or with one that is cut or garbled: nothing new is claimed, nothing is cleared that
//! was not, the primary cause is the same or none, and what is missing is named.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use kerbscope::artifacts::opened::OpenedBundle;
use kerbscope::case::Case;
use kerbscope::formats::ldap_url::LdapUrl;
use kerbscope::rules::answer::Verdict;
use kerbscope_samples::scenarios::{self, Scenario};
use kerbscope_shared::manifest::CollectionStatus;
use kerbscope_shared::read::{Archive, Integrity, Member, Problem, ProblemKind};

use crate::sample;

/// A way to do harm to one artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Harm {
    /// As if nobody had asked for it.
    Forget,
    /// It may not be read.
    Deny,
    /// The collector stopped in the middle of it, and says so.
    Cut,
    /// A part in the middle became something else.
    Garble,
}

impl Harm {
    const ALL: [Self; 4] = [Self::Forget, Self::Deny, Self::Cut, Self::Garble];

    fn to(self, archive: &mut Archive, number: usize) {
        match self {
            Self::Forget => {
                let gone = archive.members.remove(number).path;
                if let Some(manifest) = &mut archive.manifest {
                    manifest.entries.retain(|entry| entry.path.as_deref() != Some(&gone));
                }
            }
            Self::Deny => {
                let gone = archive.members.remove(number).path;
                for entry in archive.manifest.iter_mut().flat_map(|manifest| &mut manifest.entries) {
                    if entry.path.as_deref() == Some(&gone) {
                        entry.path = None;
                        entry.status = CollectionStatus::AccessDenied;
                    }
                }
            }
            Self::Cut => {
                let member = &mut archive.members[number];
                member.bytes.truncate(member.bytes.len() / 2);
                let path = member.path.clone();
                for entry in archive.manifest.iter_mut().flat_map(|manifest| &mut manifest.entries) {
                    if entry.path.as_deref() == Some(&path) {
                        entry.status = CollectionStatus::Truncated;
                    }
                }
            }
            Self::Garble => {
                garble(&mut archive.members[number]);
                alter(archive, number);
            }
        }
    }
}

/// A sixth of the bytes in the middle become noise, the same at every run.
fn garble(member: &mut Member) {
    let length = member.bytes.len();
    let mut noise = 0x2545_f491_u32;
    for byte in member.bytes.iter_mut().skip(length * 5 / 12).take(length / 6) {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        *byte = noise.to_le_bytes()[1];
    }
}

/// What the reader of bundles says when the digest differs.
fn alter(archive: &mut Archive, number: usize) {
    let member = &mut archive.members[number];
    member.integrity = Integrity::Altered;
    archive.problems.push(Problem { path: member.path.clone(), what: ProblemKind::Altered });
}

/// What is claimed, as pairs of a rule and one thing that it claims something about.
fn claims(case: &Case) -> BTreeSet<(String, String)> {
    let found = case.diagnosis.findings.iter();
    found
        .flat_map(|ranked| {
            let subjects = ranked.finding.subjects.clone();
            let scopes = ranked.finding.scopes.iter().map(|scope| format!("{scope:?}"));
            let rule = ranked.rule.name.to_owned();
            subjects.into_iter().chain(scopes).map(move |thing| (rule.clone(), thing)).collect::<Vec<_>>()
        })
        .collect()
}

fn verdicts(case: &Case) -> BTreeMap<&'static str, Verdict> {
    case.diagnosis.answers.iter().map(|answer| (answer.rule.name, answer.verdict)).collect()
}

/// What is wrong about the case with one artifact harmed, in sentences.
fn wrongs(whole: &Case, harmed: &Case, harm: Harm, names: &[String], expected: Option<&str>) -> Vec<String> {
    let mut wrongs = Vec::new();
    let more: Vec<_> = claims(harmed).difference(&claims(whole)).cloned().collect();
    if !more.is_empty() {
        wrongs.push(format!("claims {more:?}"));
    }
    let primary = harmed.diagnosis.primary().map(|primary| primary.rule.name);
    let was_found = |rule: &str| whole.diagnosis.findings.iter().any(|ranked| ranked.rule.name == rule);
    if primary.is_some_and(|rule| Some(rule) != expected && !was_found(rule)) {
        wrongs.push(format!("the primary cause is {primary:?}"));
    }
    let before = verdicts(whole);
    for answer in &harmed.diagnosis.answers {
        let (now, then) = (answer.verdict, before[answer.rule.name]);
        let is_worse = match now {
            Verdict::Failed => true,
            Verdict::Clear => then != Verdict::Clear,
            Verdict::NotApplicable => then == Verdict::Found,
            Verdict::Open => answer.not_known.is_none(),
            Verdict::Found => false,
        };
        if is_worse {
            wrongs.push(format!("{} was {} and is {}", answer.rule.name, then.as_str(), now.as_str()));
        }
    }
    let is_named = harmed.gaps.iter().any(|gap| names.iter().any(|name| gap.subject.contains(name)));
    if harm != Harm::Forget && !is_named {
        wrongs.push("no gap names it".to_owned());
    }
    wrongs
}

/// An artifact by its path, and by what it was taken from.
fn names(archive: &Archive, path: &str) -> Vec<String> {
    let entries = archive.manifest.iter().flat_map(|manifest| &manifest.entries);
    let source = entries.filter(|entry| entry.path.as_deref() == Some(path)).map(|entry| {
        let source = entry.source.text();
        LdapUrl::parse(source).map_or_else(|| source.to_owned(), |url| url.to_string())
    });
    source.chain([path.to_owned()]).collect()
}

fn harm_every_artifact(scenario: &Scenario) -> Vec<String> {
    let bundles = sample::open(scenario);
    let whole = Case::open(bundles.clone());
    let mut found = Vec::new();
    for (bundle, opened) in bundles.iter().enumerate() {
        for (number, member) in opened.archive.members.iter().enumerate() {
            for harm in Harm::ALL {
                let mut fewer: Vec<OpenedBundle> = bundles.clone();
                harm.to(&mut fewer[bundle].archive, number);
                let names = names(&opened.archive, &member.path);
                let wrongs = wrongs(&whole, &Case::open(fewer), harm, &names, scenario.expected);
                found
                    .extend(wrongs.iter().map(|wrong| format!("{}: {harm:?} {}: {wrong}", scenario.name, member.path)));
            }
        }
    }
    found
}

#[test]
fn less_or_damaged_evidence_never_finds_or_clears_more() {
    let all = scenarios::all();
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let wrongs = thread::scope(|scope| {
        let parts = (0..workers).map(|worker| {
            let mine = all.iter().skip(worker).step_by(workers);
            scope.spawn(move || mine.flat_map(harm_every_artifact).collect::<Vec<_>>())
        });
        let parts: Vec<_> = parts.collect();
        parts.into_iter().flat_map(|part| part.join().expect("does not panic")).collect::<Vec<_>>()
    });
    assert!(wrongs.is_empty(), "{} wrongs:\n{}", wrongs.len(), wrongs.join("\n"));
}

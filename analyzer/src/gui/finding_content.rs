//! A finding in words, ready to be painted.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::diagnosis::rank::{RankedFinding, Standing};
use crate::facts::change::Change;
use crate::facts::change_words;
use crate::gui::piece::{Piece, pieces};
use crate::gui::theme::Tone;
use crate::report::escape::escape;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Fix, Risk, Severity};

/// A finding.
#[derive(Clone, Debug)]
pub struct FindingContent {
    /// The name of the rule.
    pub rule: &'static str,
    /// What the rule checks, and why.
    pub about_rule: &'static str,
    /// Who says so.
    pub references: &'static [&'static str],
    /// What is wrong.
    pub summary: String,
    /// Why that stops users from signing in.
    pub explanation: String,
    /// How bad it is, in a word.
    pub severity: &'static str,
    /// The color of that word.
    pub tone: Tone,
    /// How sure it is, in a word.
    pub confidence: &'static str,
    /// How sure it is, and why.
    pub confidence_words: &'static str,
    /// Its place among the others.
    pub standing: Standing,
    /// The SPNs, sites, pools or hosts that it is about.
    pub subjects: Vec<String>,
    /// By what it is found again in the next bundle: its rule, and what it is about, whatever its words are.
    pub identity: Vec<String>,
    /// The paths that it concerns.
    pub scopes: Vec<String>,
    /// Where that can be seen.
    pub evidence: Vec<Piece>,
    /// What to do, the best first.
    pub fixes: Vec<FixContent>,
}

/// A way to remove a cause.
#[derive(Clone, Debug)]
pub struct FixContent {
    /// What it does.
    pub title: String,
    /// What it may do besides, in a word.
    pub risk: &'static str,
    /// What it may do besides, in a sentence.
    pub risk_words: &'static str,
    /// The color of the risk.
    pub tone: Tone,
    /// Who can do it.
    pub who: &'static str,
    /// What to know before.
    pub note: Option<String>,
    /// The commands, in order.
    pub commands: Vec<String>,
    /// The changes that its commands make, if all of them can be tried.
    pub changes: Option<Vec<Change>>,
    /// The commands that take it back.
    pub undo: Vec<String>,
    /// How to see that it worked.
    pub verify: Vec<String>,
}

impl FindingContent {
    /// The first command that removes the cause.
    pub fn first_command(&self) -> Option<&String> {
        self.fixes.iter().find_map(|fix| fix.commands.first())
    }
}

/// Puts a finding into words.
fn finding_content(case: &Case, ranked: &RankedFinding) -> FindingContent {
    let finding = &ranked.finding;
    let scopes = finding
        .scopes
        .iter()
        .map(|scope| escape(&format!("{}: site {}, path {}", scope.host.as_str(), scope.site, scope.path)));
    let subjects: Vec<String> = finding.subjects.iter().map(|subject| escape(subject)).collect();
    let scopes: Vec<String> = scopes.collect();
    FindingContent {
        identity: identity(ranked.rule.name, if subjects.is_empty() { &scopes } else { &subjects }),
        rule: ranked.rule.name,
        about_rule: ranked.rule.explanation,
        references: ranked.rule.references,
        summary: escape(&finding.summary),
        explanation: escape(&finding.explanation),
        severity: finding.severity.as_str(),
        tone: severity_tone(finding.severity),
        confidence: finding.confidence.as_str(),
        confidence_words: confidence_words(finding.confidence),
        standing: ranked.standing,
        subjects,
        scopes,
        evidence: pieces(case, &finding.evidence),
        fixes: finding.fixes.iter().map(fix_content).collect(),
    }
}

/// The findings that are shown. Of those with one rule that are about the same, each is known by its words besides.
pub fn findings(case: &Case, most: usize) -> Vec<FindingContent> {
    let ranked = case.diagnosis.findings.iter().take(most);
    let mut findings: Vec<_> = ranked.map(|ranked| finding_content(case, ranked)).collect();
    let mut count: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for finding in &findings {
        let count = count.entry(finding.identity.clone()).or_default();
        *count = count.saturating_add(1);
    }
    for finding in &mut findings {
        if count.get(&finding.identity).is_some_and(|count| *count > 1) {
            finding.identity.push(finding.summary.clone());
        }
    }
    findings
}

/// A rule and what a finding is about, in one order and one case.
fn identity(rule: &str, about: &[String]) -> Vec<String> {
    let about: BTreeSet<String> = about.iter().map(|subject| subject.to_lowercase()).collect();
    std::iter::once(rule.to_owned()).chain(about).collect()
}

fn fix_content(fix: &Fix) -> FixContent {
    let (risk_words, tone) = match fix.risk {
        Risk::Safe => ("nothing that works stops working", Tone::Good),
        Risk::Disruptive => ("something restarts, or users sign in again", Tone::Warn),
        Risk::Dangerous => ("other services may break", Tone::Bad),
    };
    let lines = |commands: &[CommandLine]| commands.iter().map(ToString::to_string).collect();
    FixContent {
        title: escape(&fix.title),
        risk: fix.risk.as_str(),
        risk_words,
        tone,
        who: fix.privilege.title(),
        note: fix.note.as_deref().map(escape),
        changes: changes(&fix.commands),
        commands: lines(&fix.commands),
        undo: lines(&fix.undo),
        verify: lines(&fix.verify),
    }
}

/// What the commands change; none where one of them is not understood, for half a fix would be another fix.
fn changes(commands: &[CommandLine]) -> Option<Vec<Change>> {
    let parsed: Option<Vec<_>> = commands.iter().map(|command| change_words::parse(&command.to_string())).collect();
    parsed.map(|changes| changes.concat()).filter(|changes| !changes.is_empty())
}

const fn confidence_words(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "Certain: the evidence states it.",
        Confidence::Likely => "Likely: the evidence points to it, and does not state it outright.",
        Confidence::Possible => "Possible: there is one hint.",
    }
}

/// The color of a severity.
pub const fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Blocker => Tone::Bad,
        Severity::Degraded => Tone::Warn,
        Severity::Delegation => Tone::Distant,
        Severity::Risk => Tone::Calm,
        Severity::Info => Tone::Unknown,
    }
}

//! What is different between two diagnoses, in words.

use crate::diagnosis::compare::{Comparison, ExchangeChange};
use crate::diagnosis::rank::RankedFinding;
use crate::exchange::outcome::{Exchange, Outcome};
use crate::gui::theme::Tone;
use crate::report::comparison::ComparisonText;
use crate::report::escape::escape;

/// Lines of one kind at most.
const LINES: usize = 200;

/// What is different.
#[derive(Clone, Debug, Default)]
pub struct ComparisonContent {
    /// All of it in a sentence.
    pub head: String,
    /// The URLs that end in another way.
    pub changed: Vec<ChangeContent>,
    /// Findings that are gone.
    pub gone: Vec<String>,
    /// Findings that are new.
    pub came: Vec<String>,
    /// Findings that are still there.
    pub stayed: Vec<String>,
    /// All of it as text.
    pub text: String,
}

/// How a URL ends before and after.
#[derive(Clone, Debug)]
pub struct ChangeContent {
    /// The URL, and the clients.
    pub what: String,
    /// How it ended, in a word, and the color of that.
    pub before: (&'static str, Tone),
    /// How it ends.
    pub after: (&'static str, Tone),
}

/// Puts a comparison into words.
pub fn comparison_content(comparison: &Comparison<'_>) -> ComparisonContent {
    let text = ComparisonText(comparison).to_string();
    let summaries = |findings: &[&RankedFinding]| {
        findings.iter().take(LINES).map(|ranked| escape(&ranked.finding.summary)).collect()
    };
    ComparisonContent {
        head: text.lines().next().unwrap_or_default().to_owned(),
        changed: comparison.changed.iter().take(LINES).filter_map(change).collect(),
        gone: summaries(&comparison.gone),
        came: summaries(&comparison.came),
        stayed: summaries(&comparison.stayed),
        text,
    }
}

fn change(change: &ExchangeChange<'_>) -> Option<ChangeContent> {
    let known = change.after.or(change.before)?;
    let clients: Vec<_> = known.clients.iter().map(|client| client.title()).collect();
    let what = format!("{} ({})", escape(&known.url), clients.join(", "));
    Some(ChangeContent { what, before: end(change.before), after: end(change.after) })
}

fn end(exchange: Option<&Exchange>) -> (&'static str, Tone) {
    exchange.map_or(("not in the case", Tone::Unknown), |exchange| ending(&exchange.outcome))
}

/// How an exchange ends, in a word or two, and the color of that.
pub const fn ending(outcome: &Outcome) -> (&'static str, Tone) {
    match outcome {
        Outcome::Kerberos => ("Kerberos", Tone::Good),
        Outcome::Ntlm(_) => ("NTLM", Tone::Warn),
        Outcome::Fails(_) => ("Fails", Tone::Bad),
        Outcome::Unknown(_) => ("Not known", Tone::Unknown),
    }
}

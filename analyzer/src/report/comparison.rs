//! What a change has changed, as text.

use std::fmt::{self, Display, Formatter};

use crate::diagnosis::compare::{Comparison, ExchangeChange};
use crate::diagnosis::rank::RankedFinding;
use crate::exchange::outcome::Exchange;
use crate::report::document::ending;
use crate::report::escape::escape;
use crate::report::headline::plural;

/// A comparison in words.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonText<'a>(pub &'a Comparison<'a>);

impl Display for ComparisonText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let comparison = self.0;
        writeln!(f, "{}", head(comparison))?;
        if !comparison.changed.is_empty() {
            writeln!(f, "\nURLs that end in another way")?;
            comparison.changed.iter().try_for_each(|change| exchange(change, f))?;
        }
        findings("Gone", &comparison.gone, f)?;
        findings("New", &comparison.came, f)?;
        findings("Still there", &comparison.stayed, f)
    }
}

fn head(comparison: &Comparison<'_>) -> String {
    if comparison.is_same() {
        return "Nothing that matters is different.".to_owned();
    }
    let count = |count: usize, word: &str| plural(count, word);
    format!(
        "{} in another way, {} as before. {} gone, {} new, {} still there.",
        count(comparison.changed.len(), "URL"),
        comparison.unchanged,
        count(comparison.gone.len(), "finding"),
        comparison.came.len(),
        comparison.stayed.len()
    )
}

fn exchange(change: &ExchangeChange<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    let Some(known) = change.after.or(change.before) else { return Ok(()) };
    let clients: Vec<_> = known.clients.iter().map(|client| client.title()).collect();
    let end = |exchange: Option<&Exchange>| exchange.map_or("not in the case", |exchange| ending(&exchange.outcome));
    writeln!(f, "  {} ({})", escape(&known.url), clients.join("; "))?;
    writeln!(f, "    {} -> {}", end(change.before), end(change.after))
}

fn findings(title: &str, findings: &[&RankedFinding], f: &mut Formatter<'_>) -> fmt::Result {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}")?;
    findings.iter().try_for_each(|ranked| {
        let (found, rule) = (&ranked.finding, ranked.rule.name);
        writeln!(f, "  {}, {}: {rule}", found.severity.as_str(), found.confidence.as_str())?;
        writeln!(f, "    {}", escape(&found.summary))
    })
}

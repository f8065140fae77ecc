//! The case in a few lines of text, to be pasted into a ticket.

use std::fmt::Write as _;

use crate::case::Case;
use crate::report::document::exchange_title;
use crate::report::escape::escape;
use crate::report::headline::{headline, tally};

/// Findings and exchanges that are named at most.
const LINES: usize = 12;

/// The case in a few lines.
pub fn summary(case: &Case) -> String {
    let mut text = format!("{}\n{}\n", headline(case), tally(case));
    for (number, ranked) in (1..).zip(&case.diagnosis.findings).take(LINES) {
        let (severity, confidence) = (ranked.finding.severity.as_str(), ranked.finding.confidence.as_str());
        let _ = writeln!(text, "\n{number}. {severity}, {confidence}: {}", escape(&ranked.finding.summary));
        if let Some(fix) = ranked.finding.fixes.first() {
            let _ =
                writeln!(text, "   Fix ({}, by {}): {}", fix.risk.as_str(), fix.privilege.title(), escape(&fix.title));
            for command in &fix.commands {
                let _ = writeln!(text, "     {command}");
            }
        }
    }
    let left = case.diagnosis.findings.len().saturating_sub(LINES);
    if left > 0 {
        let _ = writeln!(text, "\nand {left} more findings");
    }
    text.push('\n');
    for exchange in case.exchanges.iter().take(LINES) {
        let _ = writeln!(text, "{}", exchange_title(exchange));
    }
    text
}

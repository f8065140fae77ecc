//! The report for a terminal: the cause first, then its evidence and its fix, then everything else.

use std::fmt::{self, Display, Formatter, Write as _};

use crate::case::Case;
use crate::diagnosis::rank::{RankedFinding, Standing};
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Place;
use crate::exchange::outcome::Exchange;
use crate::facts::host::Role;
use crate::report::document::{exchange_title, mark};
use crate::report::escape::escape;
use crate::report::event_summary::{EVENTS, event_summary};
use crate::report::excerpt::{Excerpt, excerpts};
use crate::report::headline::{headline, plural, tally};
use crate::report::left_open::rules_left_open;
use crate::rules::answer::Verdict;
use crate::rules::command::CommandLine;
use crate::rules::finding::Fix;

/// Columns that prose is broken at; evidence and commands are never broken.
const WIDTH: usize = 100;

/// Exchanges that are printed; the findings name every path that matters.
const EXCHANGES: usize = 100;
/// Pieces of missing evidence that are printed for one check; a farm of small sites has one for each site.
const NEEDS: usize = 50;
/// Gaps that are printed; a folder full of other things has one for each.
const GAPS: usize = 200;

/// The report of a case as plain text.
#[derive(Clone, Copy, Debug)]
pub struct TextReport<'a>(pub &'a Case);

impl Display for TextReport<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let case = self.0;
        head(case, f)?;
        for (number, ranked) in (1..).zip(&case.diagnosis.findings) {
            finding(case, number, ranked, f)?;
        }
        open_checks(case, f)?;
        clear_checks(case, f)?;
        exchanges(case, f)?;
        events(case, f)?;
        gaps(case, f)
    }
}

fn head(case: &Case, f: &mut Formatter<'_>) -> fmt::Result {
    paragraph(f, "", &headline(case))?;
    paragraph(f, "", &tally(case))?;
    writeln!(f)?;
    for host in case.facts.hosts.values() {
        let identity = &host.identity;
        let mut line = format!("{}, {}", escape(identity.name.as_str()), host.role.as_str());
        if let Some(os) = &identity.os {
            write!(line, ", {}", escape(os))?;
        }
        if let Some(iis) = identity.iis_version().filter(|_| host.role == Role::WebServer) {
            write!(line, ", IIS {iis}")?;
        }
        if let Some(time) = identity.collected_at {
            write!(line, ", collected {time}")?;
        }
        writeln!(f, "{line}")?;
    }
    Ok(())
}

fn finding(case: &Case, number: usize, ranked: &RankedFinding, f: &mut Formatter<'_>) -> fmt::Result {
    let found = &ranked.finding;
    let standing = match ranked.standing {
        Standing::Primary => " - deal with this first".to_owned(),
        Standing::Cause => String::new(),
        Standing::Consequence(of) => format!(" - follows from {}", of.saturating_add(1)),
    };
    let severity = found.severity.as_str().to_uppercase();
    writeln!(f, "\n{number}. {severity}, {}: {}{standing}", found.confidence.as_str(), ranked.rule.name)?;
    paragraph(f, "   ", &escape(&found.summary))?;
    writeln!(f, "\n   Why")?;
    paragraph(f, "     ", &escape(&found.explanation))?;
    writeln!(f, "\n   Evidence")?;
    let (shown, more) = excerpts(case, &found.evidence);
    shown.iter().try_for_each(|shown| evidence(case, shown, f))?;
    if more > 0 {
        writeln!(f, "     and {more} more places; the JSON report has them all")?;
    }
    for fix in &found.fixes {
        fix_text(fix, f)?;
    }
    writeln!(f, "\n   References: {}", ranked.rule.references.join(", "))
}

fn evidence(case: &Case, shown: &Excerpt, f: &mut Formatter<'_>) -> fmt::Result {
    let bundle = usize::try_from(shown.bundle).ok().and_then(|bundle| case.bundles.get(bundle));
    let of = match bundle {
        Some(bundle) if case.bundles.len() > 1 => format!(" in {}", escape(&bundle.name)),
        _ => String::new(),
    };
    writeln!(f, "     {}{of}", shown.location())?;
    let numbers: Vec<_> = match shown.place {
        Place::Lines { first, .. } => {
            (first..).take(shown.lines.len()).map(|number| format!("{number:>6} | ")).collect()
        }
        _ => vec!["       | ".to_owned(); shown.lines.len()],
    };
    numbers.iter().zip(&shown.lines).try_for_each(|(number, line)| writeln!(f, "     {number}{line}"))
}

fn fix_text(fix: &Fix, f: &mut Formatter<'_>) -> fmt::Result {
    writeln!(f, "\n   Fix ({}, by {})", fix.risk.as_str(), fix.privilege.title())?;
    paragraph(f, "     ", &escape(&fix.title))?;
    commands("", &fix.commands, f)?;
    if let Some(note) = &fix.note {
        paragraph(f, "     ", &format!("Note: {}", escape(note)))?;
    }
    commands("Undo", &fix.undo, f)?;
    commands("Verify", &fix.verify, f)
}

fn commands(title: &str, commands: &[CommandLine], f: &mut Formatter<'_>) -> fmt::Result {
    if !commands.is_empty() && !title.is_empty() {
        writeln!(f, "     {title}")?;
    }
    commands.iter().try_for_each(|command| writeln!(f, "       > {command}"))
}

/// Checks that wait for the same evidence stand together.
fn open_checks(case: &Case, f: &mut Formatter<'_>) -> fmt::Result {
    let mut groups: Vec<(&NotKnown, Vec<String>)> = Vec::new();
    for answer in &case.diagnosis.answers {
        let Some(not_known) = &answer.not_known else { continue };
        let also = if answer.verdict == Verdict::Found { " (found something, and may find more)" } else { "" };
        let name = format!("{}{also}", answer.rule.name);
        match groups.iter_mut().find(|(known, _)| *known == not_known) {
            Some((_, names)) => names.push(name),
            None => groups.push((not_known, vec![name])),
        }
    }
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(f, "\nOpen: what is missing, and would settle these checks")?;
    for (not_known, names) in groups {
        paragraph(f, "  ", &names.join(", "))?;
        for need in not_known.needs.iter().take(NEEDS) {
            writeln!(f, "    collect: {}", escape(need.as_str()))?;
        }
        let more = not_known.needs.len().saturating_sub(NEEDS);
        if more > 0 {
            writeln!(f, "    and {more} more; the JSON report has them all")?;
        }
    }
    Ok(())
}

fn clear_checks(case: &Case, f: &mut Formatter<'_>) -> fmt::Result {
    for (verdict, title) in [
        (Verdict::Clear, "Clear: all the evidence was there, and the cause was not"),
        (Verdict::NotApplicable, "Not applicable: nothing in the case to ask about"),
        (Verdict::Failed, "Failed: a fault of Kerbscope; please report it"),
    ] {
        let answers = case.diagnosis.answers.iter().filter(|answer| answer.verdict == verdict);
        let names: Vec<_> = answers.map(|answer| answer.rule.name).collect();
        if !names.is_empty() {
            writeln!(f, "\n{title}")?;
            paragraph(f, "  ", &names.join(", "))?;
        }
    }
    Ok(())
}

fn exchanges(case: &Case, f: &mut Formatter<'_>) -> fmt::Result {
    if case.exchanges.is_empty() {
        return Ok(());
    }
    writeln!(f, "\nExchanges: what happens when users open each URL")?;
    case.exchanges.iter().take(EXCHANGES).try_for_each(|exchange| exchange_text(exchange, f))?;
    let more = case.exchanges.len().saturating_sub(EXCHANGES);
    if more > 0 {
        writeln!(f, "  and {more} more; the JSON report has them all")?;
    }
    Ok(())
}

fn exchange_text(exchange: &Exchange, f: &mut Formatter<'_>) -> fmt::Result {
    writeln!(f, "  {}", exchange_title(exchange))?;
    for step in &exchange.steps {
        writeln!(f, "    [{}] {}", mark(step.state), escape(&step.text))?;
    }
    Ok(())
}

fn events(case: &Case, f: &mut Formatter<'_>) -> fmt::Result {
    let told = event_summary(case, EVENTS);
    if told.is_empty() {
        return Ok(());
    }
    writeln!(f, "\nEvent logs: what they tell about signing in (UTC)")?;
    told.iter().try_for_each(|line| writeln!(f, "  {line}"))
}

fn gaps(case: &Case, f: &mut Formatter<'_>) -> fmt::Result {
    if case.gaps.is_empty() {
        return Ok(());
    }
    writeln!(f, "\nGaps: evidence that is missing or damaged")?;
    for gap in case.gaps.iter().take(GAPS) {
        let line = match gap.at.map(|at| at.place) {
            Some(Place::Lines { first, .. }) => format!(":{first}"),
            _ => String::new(),
        };
        writeln!(f, "  {}{line}: {}", escape(&gap.subject), escape(&gap.reason.to_string()))?;
        let open = rules_left_open(case, gap);
        if !open.is_empty() {
            writeln!(f, "    leaves {} open: {}", plural(open.len(), "check"), open.join(", "))?;
        }
    }
    let more = case.gaps.len().saturating_sub(GAPS);
    if more > 0 {
        writeln!(f, "  and {more} more; the JSON report has them all")?;
    }
    Ok(())
}

/// Writes prose, broken at [`WIDTH`] columns, each line indented.
fn paragraph(f: &mut Formatter<'_>, indent: &str, text: &str) -> fmt::Result {
    let mut column = 0;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column == 0 {
            write!(f, "{indent}{word}")?;
            column = indent.len().saturating_add(width);
        } else if column.saturating_add(width).saturating_add(1) > WIDTH {
            write!(f, "\n{indent}{word}")?;
            column = indent.len().saturating_add(width);
        } else {
            write!(f, " {word}")?;
            column = column.saturating_add(width).saturating_add(1);
        }
    }
    writeln!(f)
}

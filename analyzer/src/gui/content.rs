//! What the window shows of a case: every text put into words and escaped once, before anything is painted.

use std::sync::Arc;

use crate::case::Case;
use crate::codes::number::{counted, thousands};
use crate::diagnosis::diagnose::RuleAnswer;
use crate::evidence::gap::{Gap, NotKnown};
use crate::exchange::outcome::{Exchange, Outcome};
use crate::gui::account_content::{AccountContent, accounts};
use crate::gui::artifact_content::{ArtifactContent, artifacts};
use crate::gui::event_content::EventContent;
use crate::gui::exchange_content::{ExchangeContent, exchange_content};
use crate::gui::finding_content::{FindingContent, findings, severity_tone};
use crate::gui::graph_content::{GraphContent, graph};
use crate::gui::overview_content::{OverviewContent, overview_content};
use crate::gui::piece::{Piece, pieces};
use crate::gui::record_reader::Origin;
use crate::gui::site_content::{SiteContent, scopes_of, sites};
use crate::gui::theme::Tone;
use crate::gui::ticket_content::{SessionContent, sessions};
use crate::gui::view::View;
use crate::report::escape::escape;
use crate::report::headline::{headline, tally};
use crate::report::left_open::rules_left_open;
use crate::rules::answer::Verdict;

/// Rows of one list at most: a bundle may be made to have more than any person reads.
pub const ROWS: usize = 500;

/// What the window shows of a case.
#[derive(Clone, Debug)]
pub struct Content {
    /// The case itself, for the views on its data.
    pub case: Arc<Case>,
    /// Where it came from.
    pub origin: Origin,
    /// What the event logs tell.
    pub events: Arc<EventContent>,
    /// Every file.
    pub artifacts: Vec<ArtifactContent>,
    /// The tickets of each logon session.
    pub sessions: Vec<SessionContent>,
    /// The names of the bundles.
    pub names: String,
    /// What the case comes down to.
    pub headline: String,
    /// A word for the headline: the severity of the first cause, or that there is none.
    pub mood: (&'static str, Tone),
    /// How much could be judged.
    pub tally: String,
    /// What the overview says beside.
    pub overview: OverviewContent,
    /// What was found, in the order of the diagnosis.
    pub findings: Vec<FindingContent>,
    /// The rules that were asked.
    pub checks: Vec<CheckContent>,
    /// Everything that would have to be collected to close the open rules.
    pub needs: Vec<String>,
    /// What is missing or damaged.
    pub gaps: Vec<GapContent>,
    /// What happens at each URL, those that go wrong first.
    pub exchanges: Vec<ExchangeContent>,
    /// Every path of every site.
    pub sites: Vec<SiteContent>,
    /// Every account.
    pub accounts: Vec<AccountContent>,
    /// How sites, pools, accounts and SPNs hang together.
    pub graph: GraphContent,
    /// How much there is, whether it is shown or not.
    pub totals: Totals,
    /// What was left out because no person reads that many rows.
    pub left_out: Option<String>,
}

/// How much there is in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Findings.
    pub findings: usize,
    /// Gaps.
    pub gaps: usize,
    /// Exchanges.
    pub exchanges: usize,
}

/// A rule that was asked.
#[derive(Clone, Debug)]
pub struct CheckContent {
    /// Its name.
    pub name: &'static str,
    /// What it would find.
    pub title: &'static str,
    /// What it checks, and why.
    pub explanation: &'static str,
    /// Its verdict.
    pub verdict: Verdict,
    /// What to collect.
    pub needs: Vec<String>,
    /// Who says so.
    pub references: &'static [&'static str],
}

/// Something missing or damaged.
#[derive(Clone, Debug)]
pub struct GapContent {
    /// What it concerns.
    pub subject: String,
    /// One word for the reason.
    pub code: &'static str,
    /// The reason.
    pub reason: String,
    /// The names of the rules that it leaves open.
    pub leaves_open: Vec<&'static str>,
    /// How to get it.
    pub how_to_collect: Option<String>,
    /// Where.
    pub evidence: Vec<Piece>,
}

impl Content {
    /// Puts a case into words.
    pub fn of(shared: &Arc<Case>, origin: Origin) -> Self {
        let case = &**shared;
        let diagnosis = &case.diagnosis;
        let totals =
            Totals { findings: diagnosis.findings.len(), gaps: case.gaps.len(), exchanges: case.exchanges.len() };
        let lists = [("findings", totals.findings), ("gaps", totals.gaps), ("exchanges", totals.exchanges)];
        let over: Vec<_> = lists.iter().filter(|(_, count)| *count > ROWS).collect();
        let left_out = over.iter().map(|(name, all)| format!("{ROWS} of {} {name}", counted(*all))).collect::<Vec<_>>();
        let exchanges = exchanges(case);
        let needed = needs(&diagnosis.needs());
        Self {
            case: Arc::clone(shared),
            origin,
            events: Arc::new(EventContent::of(case)),
            artifacts: artifacts(case),
            sessions: sessions(case),
            names: case.bundles.iter().map(|bundle| escape(&bundle.name)).collect::<Vec<_>>().join(", "),
            headline: headline(case),
            mood: mood(case),
            tally: tally(case),
            overview: overview_content(case, &needed),
            findings: findings(case, ROWS),
            checks: diagnosis.answers.iter().map(check).collect(),
            needs: needed,
            gaps: case.gaps.iter().take(ROWS).map(|gap| gap_content(case, gap)).collect(),
            exchanges: exchanges.iter().map(|exchange| exchange_content(case, exchange)).collect(),
            sites: sites(case, &scopes_of(exchanges.iter().copied())),
            accounts: accounts(case),
            graph: graph(case),
            totals,
            left_out: (!over.is_empty()).then(|| format!("Shown here: {}. The report has all.", left_out.join(", "))),
        }
    }

    /// How much there is in a view, where that is worth a number.
    pub fn count(&self, view: View) -> Option<String> {
        match view {
            View::Findings => Some(counted(self.totals.findings)),
            View::Exchanges => Some(counted(self.totals.exchanges)),
            View::Sites => Some(self.sites.iter().filter(|site| site.is_root).count().to_string()),
            View::Accounts => Some(self.accounts.len().to_string()),
            View::Tickets => Some(self.sessions.len().to_string()),
            View::Artifacts => Some(self.artifacts.len().to_string()),
            View::Events => Some(thousands(self.events.events.total())),
            _ => None,
        }
    }

    /// The first exchange that a finding is about.
    pub fn exchange_of(&self, finding: usize) -> Option<usize> {
        self.exchanges.iter().position(|exchange| exchange.findings.contains(&finding))
    }

    /// The rules with this verdict, each with its index.
    pub fn checks_that_are(&self, verdict: Verdict) -> impl Iterator<Item = (usize, &CheckContent)> {
        self.checks.iter().enumerate().filter(move |(_, check)| check.verdict == verdict)
    }
}

/// The exchanges, those that go wrong first, as far as they are shown.
fn exchanges(case: &Case) -> Vec<&Exchange> {
    let mut exchanges: Vec<_> = case.exchanges.iter().collect();
    exchanges.sort_by_key(|exchange| match exchange.outcome {
        Outcome::Fails(_) => 0,
        Outcome::Ntlm(_) => 1,
        Outcome::Unknown(_) => 2,
        Outcome::Kerberos => 3,
    });
    exchanges.truncate(ROWS);
    exchanges
}

fn mood(case: &Case) -> (&'static str, Tone) {
    match case.diagnosis.primary() {
        Some(primary) => (primary.finding.severity.as_str(), severity_tone(primary.finding.severity)),
        None if case.diagnosis.count(Verdict::Open) > 0 => ("open", Tone::Unknown),
        None => ("clear", Tone::Good),
    }
}

fn check(answer: &RuleAnswer) -> CheckContent {
    CheckContent {
        name: answer.rule.name,
        title: answer.rule.title,
        explanation: answer.rule.explanation,
        verdict: answer.verdict,
        needs: answer.not_known.as_ref().map(needs).unwrap_or_default(),
        references: answer.rule.references,
    }
}

/// What is needed, ready to be shown and copied.
pub fn needs(not_known: &NotKnown) -> Vec<String> {
    not_known.needs.iter().map(|need| escape(need.as_str())).collect()
}

fn gap_content(case: &Case, gap: &Gap) -> GapContent {
    GapContent {
        subject: escape(&gap.subject),
        code: gap.reason.code(),
        reason: escape(&gap.reason.to_string()),
        leaves_open: rules_left_open(case, gap),
        how_to_collect: gap.how_to_collect.as_deref().map(escape),
        evidence: pieces(case, gap.at.as_slice()),
    }
}

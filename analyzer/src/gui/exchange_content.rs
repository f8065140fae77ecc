//! An exchange in words, ready to be painted: five steps, also where it ends before the last.

use crate::case::Case;
use crate::diagnosis::rank::RankedFinding;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::{Exchange, Outcome, Step, StepKind};
use crate::gui::comparison_content::ending;
use crate::gui::content::ROWS;
use crate::gui::path_content::{Station, look, stations};
use crate::gui::piece::{Piece, pieces};
use crate::gui::theme::Tone;
use crate::report::escape::escape;
use crate::rules::rule::scope;

/// The steps of an exchange, in order.
const STEPS: [StepKind; 5] = [StepKind::Offer, StepKind::Name, StepKind::Owner, StepKind::Identity, StepKind::Decrypt];

/// What happens at one URL.
#[derive(Clone, Debug)]
pub struct ExchangeContent {
    /// The URL.
    pub url: String,
    /// The clients that behave like this.
    pub clients: String,
    /// The host, and the site.
    pub site: String,
    /// The findings about the same path, by index.
    pub findings: Vec<usize>,
    /// How it ends, in a word or two.
    pub outcome: &'static str,
    /// The color of that.
    pub tone: Tone,
    /// The steps.
    pub steps: Vec<StepContent>,
    /// The same as stations on a way.
    pub stations: Vec<Station>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct StepContent {
    /// Its name.
    pub title: &'static str,
    /// A sign for how it goes.
    pub glyph: &'static str,
    /// How it goes, in a word or two.
    pub state: &'static str,
    /// The color of that.
    pub tone: Tone,
    /// What happens.
    pub text: String,
    /// What says so.
    pub evidence: Vec<Piece>,
}

impl ExchangeContent {
    /// The step to look at first: the one where it goes wrong, or the one that nobody knows.
    pub fn telling_step(&self) -> usize {
        let first = |tone| self.steps.iter().position(|step| step.tone == tone && step.state != NOT_REACHED);
        first(Tone::Bad).or_else(|| first(Tone::Unknown)).unwrap_or_default()
    }
}

const NOT_REACHED: &str = "not reached";

/// Puts an exchange into words.
pub fn exchange_content(case: &Case, exchange: &Exchange) -> ExchangeContent {
    let clients: Vec<_> = exchange.clients.iter().map(|client| client.title()).collect();
    let (outcome, tone) = ending(&exchange.outcome);
    ExchangeContent {
        url: escape(&exchange.url),
        clients: clients.join(", "),
        site: escape(&format!("{} on {}", exchange.site, exchange.host.as_str())),
        findings: findings(case, exchange),
        outcome,
        tone,
        stations: stations(case, exchange),
        steps: STEPS.iter().map(|kind| step_content(case, exchange, *kind)).collect(),
    }
}

/// Findings about the path of an exchange; one that ends well has none, whatever is wrong beside it.
fn findings(case: &Case, exchange: &Exchange) -> Vec<usize> {
    if exchange.outcome == Outcome::Kerberos {
        return Vec::new();
    }
    let about = |ranked: &RankedFinding| ranked.finding.scopes.contains(&scope(exchange));
    let findings = case.diagnosis.findings.iter().take(ROWS).enumerate();
    findings.filter(|(_, ranked)| about(ranked)).map(|(index, _)| index).collect()
}

fn step_content(case: &Case, exchange: &Exchange, kind: StepKind) -> StepContent {
    let title = match kind {
        StepKind::Offer => "Offer",
        StepKind::Name => "SPN",
        StepKind::Owner => "Owner",
        StepKind::Identity => "Ticket identity",
        StepKind::Decrypt => "Decrypt",
    };
    let Some(step) = exchange.steps.iter().find(|step| step.kind == kind) else {
        let text = "The exchange ends before this step.".to_owned();
        let evidence = Vec::new();
        return StepContent { title, glyph: "–", state: NOT_REACHED, tone: Tone::Unknown, text, evidence };
    };
    let (glyph, state, tone) = look(step.state);
    let evidence = pieces(case, &evidence_of(exchange, kind));
    StepContent { title, glyph, state, tone, text: sentence(&step.text), evidence }
}

/// What says so. The last step compares the two before it: what they rest on, it rests on.
fn evidence_of(exchange: &Exchange, kind: StepKind) -> Vec<Evidence> {
    let compared = [StepKind::Owner, StepKind::Identity];
    let counts = |step: &&Step| step.kind == kind || (kind == StepKind::Decrypt && compared.contains(&step.kind));
    exchange.steps.iter().filter(counts).flat_map(|step| step.evidence.iter().copied()).collect()
}

/// The text with a capital letter at its start.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    escape(&format!("{first}{}", characters.as_str()))
}

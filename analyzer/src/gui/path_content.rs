//! The way of a sign-in as a row of stations, from the browser over the name that it asks for to IIS and beyond.

use crate::case::Case;
use crate::exchange::identity::TicketIdentity;
use crate::exchange::outcome::{Exchange, Outcome, Step, StepKind, StepState};
use crate::exchange::owner::Owner;
use crate::facts::fact::Fact;
use crate::gui::theme::Tone;
use crate::report::escape::escape;
use crate::report::headline::plural;
use crate::rules::finding::{Scope, Severity};
use crate::rules::rule::scope;

/// A station on the way.
#[derive(Clone, Debug)]
pub struct Station {
    /// What kind of station it is.
    pub title: &'static str,
    /// Who or what stands there.
    pub value: String,
    /// A sign for how it goes.
    pub glyph: &'static str,
    /// How it goes, in a word or two.
    pub state: &'static str,
    /// The color of that.
    pub tone: Tone,
    /// What is behind it.
    pub leads_to: Behind,
}

/// What is behind a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// The step at this index.
    Step(usize),
    /// The finding at this index.
    Finding(usize),
    /// Nothing that could be shown.
    Nothing,
}

/// The stations of an exchange. The steps are counted as the exchange shows them.
pub fn stations(case: &Case, exchange: &Exchange) -> Vec<Station> {
    vec![
        station("Browser", browsers(exchange), exchange, StepKind::Offer),
        station("Name", escape(&exchange.url_host), exchange, StepKind::Name),
        station("SPN", spn(exchange), exchange, StepKind::Name),
        station("Owner", owner(case, exchange), exchange, StepKind::Owner),
        station("Ticket identity", identity(&exchange.identity), exchange, StepKind::Identity),
        station("IIS", iis(exchange), exchange, StepKind::Decrypt),
        second_hop(case, exchange),
    ]
}

fn station(title: &'static str, value: String, exchange: &Exchange, kind: StepKind) -> Station {
    let place = match kind {
        StepKind::Offer => 0,
        StepKind::Name => 1,
        StepKind::Owner => 2,
        StepKind::Identity => 3,
        StepKind::Decrypt => 4,
    };
    let (glyph, state, tone) =
        step(exchange, kind).map_or(("–", "not reached", Tone::Unknown), |step| look(step.state));
    Station { title, value, glyph, state, tone, leads_to: Behind::Step(place) }
}

/// How the state of a step looks: a sign, words, and a color.
pub const fn look(state: StepState) -> (&'static str, &'static str, Tone) {
    match state {
        StepState::Good => ("✔", "good", Tone::Good),
        StepState::Bad => ("✖", "wrong", Tone::Bad),
        StepState::Unknown => ("?", "not known", Tone::Unknown),
    }
}

fn step(exchange: &Exchange, kind: StepKind) -> Option<&Step> {
    exchange.steps.iter().find(|step| step.kind == kind)
}

fn browsers(exchange: &Exchange) -> String {
    match exchange.clients.as_slice() {
        [one] => one.title().to_owned(),
        [one, two] => format!("{}; {}", one.title(), two.title()),
        _ => "every browser".to_owned(),
    }
}

fn spn(exchange: &Exchange) -> String {
    match &exchange.request {
        Some(Fact::Known(request) | Fact::Partial(request, _)) => escape(request.spn.as_str()),
        Some(Fact::Unknown(_)) => "not known".to_owned(),
        None => "none is asked for".to_owned(),
    }
}

fn owner(case: &Case, exchange: &Exchange) -> String {
    match &exchange.owner {
        Some(Fact::Known(owner) | Fact::Partial(owner, _)) => match owner {
            Owner::Nobody(_) => "nobody".to_owned(),
            Owner::One { holder, .. } => escape(&case.facts.directory.name_of(&holder.dn).to_string()),
            Owner::Several(holders) => plural(holders.len(), "account"),
            Owner::OnePerDomain(holders) => format!("{} domains, one each", holders.len()),
        },
        Some(Fact::Unknown(_)) => "not known".to_owned(),
        None => "not asked for".to_owned(),
    }
}

fn identity(identity: &TicketIdentity) -> String {
    match identity {
        TicketIdentity::Machine(account) | TicketIdentity::PoolAccount(account) => escape(&account.to_string()),
        TicketIdentity::NoNetworkAccount(name) | TicketIdentity::Unclear(name) => escape(name),
    }
}

fn iis(exchange: &Exchange) -> String {
    let words = match (&exchange.outcome, step(exchange, StepKind::Decrypt).map(|step| step.state)) {
        (_, Some(StepState::Good)) => "decrypts the ticket",
        (_, Some(StepState::Bad)) => "cannot decrypt it",
        (Outcome::Ntlm(_), None) => "signs in by NTLM",
        (Outcome::Fails(_), None) => "gets no ticket",
        _ => "not known",
    };
    words.to_owned()
}

/// Whether the server may pass the user on. Only what was found is said: nobody knows whether the site needs it.
fn second_hop(case: &Case, exchange: &Exchange) -> Station {
    let scope = scope(exchange);
    let concerns = |severity, scopes: &[Scope]| severity == Severity::Delegation && scopes.contains(&scope);
    let found =
        case.diagnosis.findings.iter().position(|ranked| concerns(ranked.finding.severity, &ranked.finding.scopes));
    match found {
        Some(index) => Station {
            title: "Second hop",
            value: "cannot pass the user on".to_owned(),
            glyph: "✖",
            state: "wrong",
            tone: Tone::Bad,
            leads_to: Behind::Finding(index),
        },
        None => Station {
            title: "Second hop",
            value: "nothing found".to_owned(),
            glyph: "–",
            state: "not judged",
            tone: Tone::Unknown,
            leads_to: Behind::Nothing,
        },
    }
}

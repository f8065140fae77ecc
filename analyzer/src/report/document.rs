//! The report as headings, sentences, commands and excerpts, before it takes the form of a page.

use crate::case::Case;
use crate::diagnosis::rank::{RankedFinding, Standing};
use crate::evidence::place::Place;
use crate::exchange::outcome::{Exchange, Outcome, StepState};
use crate::facts::host::Role;
use crate::report::escape::escape;
use crate::report::event_summary::{EVENTS, event_summary};
use crate::report::excerpt::excerpts;
use crate::report::headline::{headline, plural, tally};
use crate::report::left_open::rules_left_open;
use crate::rules::answer::Verdict;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Fix, Privilege};

/// Exchanges and gaps that a page shows at most; a person reads no more, and the JSON report has them all.
const MANY: usize = 200;

/// A page to read: every text in it is escaped for people, and not yet for a format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// What stands in the head.
    pub title: String,
    /// What follows.
    pub blocks: Vec<Block>,
}

/// A piece of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading; 1 is the highest.
    Heading(u8, String),
    /// Prose.
    Paragraph(String),
    /// Things side by side.
    List(Vec<String>),
    /// Commands to copy, under a word that says what for.
    Commands(&'static str, Vec<String>),
    /// An excerpt of an artifact.
    Excerpt {
        /// Where it stands.
        location: String,
        /// The number of its first line, where lines have numbers.
        first: Option<u32>,
        /// Its lines.
        lines: Vec<String>,
    },
    /// The steps of an exchange.
    Steps(Vec<(StepState, String)>),
}

impl Document {
    /// The whole report of a case.
    pub fn of(case: &Case) -> Self {
        let mut page = Self { title: "Kerberos diagnosis".to_owned(), blocks: Vec::new() };
        page.heading(1, &page.title.clone());
        page.say(headline(case));
        page.say(tally(case));
        page.list(hosts(case));
        for (number, ranked) in (1..).zip(&case.diagnosis.findings) {
            page.finding(case, number, ranked);
        }
        page.for_administrators(case, Privilege::DomainAdmin);
        page.open_checks(case);
        page.exchanges(case);
        page.events(case);
        page.gaps(case);
        page
    }

    /// What an administrator of the domain has to do, and nothing else: the administrator of IIS rarely has the rights.
    pub fn for_domain_administrator(case: &Case) -> Self {
        let mut page = Self { title: "For your domain administrator".to_owned(), blocks: Vec::new() };
        page.for_administrators(case, Privilege::DomainAdmin);
        if page.blocks.is_empty() {
            page.heading(1, &page.title.clone());
            page.say("Nothing in this diagnosis needs rights in Active Directory.".to_owned());
        }
        page
    }

    fn events(&mut self, case: &Case) {
        let told = event_summary(case, EVENTS);
        if !told.is_empty() {
            self.heading(2, "Event logs: what they tell about signing in (UTC)");
            self.list(told);
        }
    }

    fn heading(&mut self, level: u8, text: &str) {
        self.blocks.push(Block::Heading(level, text.to_owned()));
    }

    fn say(&mut self, text: String) {
        self.blocks.push(Block::Paragraph(text));
    }

    fn list(&mut self, items: Vec<String>) {
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    fn commands(&mut self, title: &'static str, commands: &[CommandLine]) {
        if !commands.is_empty() {
            self.blocks.push(Block::Commands(title, commands.iter().map(ToString::to_string).collect()));
        }
    }

    fn finding(&mut self, case: &Case, number: usize, ranked: &RankedFinding) {
        let found = &ranked.finding;
        self.heading(2, &format!("{number}. {}", ranked.rule.title));
        let standing = match ranked.standing {
            Standing::Primary => ", to be dealt with first".to_owned(),
            Standing::Cause => String::new(),
            Standing::Consequence(of) => format!(", follows from {}", of.saturating_add(1)),
        };
        let (severity, confidence) = (found.severity.as_str(), found.confidence.as_str());
        self.say(format!("{severity}, {confidence}{standing} ({})", ranked.rule.name));
        self.say(escape(&found.summary));
        self.say(escape(&found.explanation));
        self.heading(3, "Evidence");
        let (excerpts, more) = excerpts(case, &found.evidence);
        for shown in excerpts {
            let first = match shown.place {
                Place::Lines { first, .. } => Some(first),
                _ => None,
            };
            self.blocks.push(Block::Excerpt { location: shown.location(), first, lines: shown.lines });
        }
        if more > 0 {
            self.say(format!("And {more} more places; the JSON report has them all."));
        }
        found.fixes.iter().for_each(|fix| self.fix(fix));
        self.say(format!("References: {}", ranked.rule.references.join(", ")));
    }

    fn fix(&mut self, fix: &Fix) {
        self.heading(3, &format!("Fix ({}, by {})", fix.risk.as_str(), fix.privilege.title()));
        self.say(escape(&fix.title));
        self.commands("Do", &fix.commands);
        if let Some(note) = &fix.note {
            self.say(format!("Note: {}", escape(note)));
        }
        self.commands("Undo", &fix.undo);
        self.commands("Verify", &fix.verify);
    }

    fn for_administrators(&mut self, case: &Case, privilege: Privilege) {
        let mut seen: Vec<&Fix> = Vec::new();
        for ranked in &case.diagnosis.findings {
            for fix in ranked.finding.fixes.iter().filter(|fix| fix.privilege == privilege) {
                if seen.contains(&fix) {
                    continue;
                }
                if seen.is_empty() {
                    self.heading(1, "For your domain administrator");
                    self.say(
                        "These steps need rights in Active Directory. Each says why, what it risks, how to take it back \
                         and how to see that it worked."
                            .to_owned(),
                    );
                }
                seen.push(fix);
                self.heading(2, ranked.rule.title);
                self.say(escape(&ranked.finding.summary));
                self.fix(fix);
            }
        }
    }

    fn open_checks(&mut self, case: &Case) {
        let open = case.diagnosis.answers.iter().filter_map(|answer| Some((answer.rule, answer.not_known.as_ref()?)));
        let items = open.map(|(rule, not_known)| {
            let needs: Vec<_> = not_known.needs.iter().map(|need| escape(need.as_str())).collect();
            format!("{}: collect {}", rule.name, needs.join("; "))
        });
        let items: Vec<_> = items.collect();
        if !items.is_empty() {
            self.heading(2, "Open: what is missing, and would settle these checks");
            self.list(items);
        }
        let clear = case.diagnosis.answers.iter().filter(|answer| answer.verdict == Verdict::Clear);
        let clear: Vec<_> = clear.map(|answer| answer.rule.name).collect();
        if !clear.is_empty() {
            self.heading(2, "Clear: all the evidence was there, and the cause was not");
            self.say(clear.join(", "));
        }
    }

    fn exchanges(&mut self, case: &Case) {
        if case.exchanges.is_empty() {
            return;
        }
        self.heading(2, "What happens when users open each URL");
        for exchange in case.exchanges.iter().take(MANY) {
            self.heading(3, &exchange_title(exchange));
            let steps = exchange.steps.iter().map(|step| (step.state, escape(&step.text)));
            self.blocks.push(Block::Steps(steps.collect()));
        }
        self.and_more(case.exchanges.len());
    }

    fn gaps(&mut self, case: &Case) {
        if case.gaps.is_empty() {
            return;
        }
        self.heading(2, "Evidence that is missing or damaged");
        let items = case.gaps.iter().take(MANY).map(|gap| {
            let open = rules_left_open(case, gap);
            let cost = match open.len() {
                0 => String::new(),
                many => format!(" (leaves {} open: {})", plural(many, "check"), open.join(", ")),
            };
            format!("{}: {}{cost}", escape(&gap.subject), escape(&gap.reason.to_string()))
        });
        self.list(items.collect());
        self.and_more(case.gaps.len());
    }

    fn and_more(&mut self, count: usize) {
        let more = count.saturating_sub(MANY);
        if more > 0 {
            self.say(format!("And {more} more; the JSON report has them all."));
        }
    }
}

fn hosts(case: &Case) -> Vec<String> {
    let line = |host: &crate::facts::case_facts::HostFacts| {
        let identity = &host.identity;
        let iis = identity.iis_version().filter(|_| host.role == Role::WebServer).map(|iis| format!("IIS {iis}"));
        let time = identity.collected_at.map(|time| format!("collected {time}"));
        let name = Some(escape(identity.name.as_str()));
        let words = [name, Some(host.role.as_str().to_owned()), identity.os.as_deref().map(escape), iis, time];
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    case.facts.hosts.values().map(line).collect()
}

/// The URL, who asks, and how it ends.
pub fn exchange_title(exchange: &Exchange) -> String {
    let clients: Vec<_> = exchange.clients.iter().map(|client| client.title()).collect();
    format!("{} ({}): {}", escape(&exchange.url), clients.join("; "), ending(&exchange.outcome))
}

/// How an exchange ends, in words.
pub const fn ending(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Kerberos => "Kerberos",
        Outcome::Ntlm(_) => "NTLM instead of Kerberos",
        Outcome::Fails(_) => "nobody is signed in",
        Outcome::Unknown(_) => "not known",
    }
}

/// The lines of an excerpt, with their numbers where lines have numbers.
pub fn numbered(first: Option<u32>, lines: &[String]) -> Vec<String> {
    let line = |(index, line): (u32, &String)| match first {
        Some(first) => format!("{:>6} | {line}", first.saturating_add(index)),
        None => line.clone(),
    };
    (0..).zip(lines).map(line).collect()
}

/// How the state of a step is marked; never by color alone.
pub const fn mark(state: StepState) -> &'static str {
    match state {
        StepState::Good => "ok",
        StepState::Bad => "!!",
        StepState::Unknown => "??",
    }
}

//! The report for machines. Its form is a contract: `docs/report-schema.json` describes it, and a version names it.

use std::io;

use serde::{Serialize, Serializer};

use crate::case::Case;
use crate::diagnosis::rank::{RankedFinding, Standing};
use crate::evidence::gap::{Gap, NotKnown};
use crate::evidence::place::{Evidence, Place};
use crate::exchange::outcome::{Cause, Exchange, Outcome, Step};
use crate::exchange::owner::Owner;
use crate::facts::case_facts::HostFacts;
use crate::facts::fact::Fact;
use crate::facts::host::Role;
use crate::report::escape::escape;
use crate::report::excerpt::excerpt;
use crate::report::headline::{headline, tally};
use crate::report::json_events::{JsonEvents, json_events};
use crate::report::left_open::rules_left_open;
use crate::rules::answer::Verdict;
use crate::rules::command::CommandLine;
use crate::rules::finding::Fix;

/// The name and version of the contract. Fields may be added; none changes its meaning without a new version.
pub const SCHEMA: &str = "kerbscope-report/1";

/// The report as JSON, indented, with a line feed at its end.
///
/// # Errors
///
/// Serializing failed; that is a fault of this program.
pub fn json(case: &Case) -> Result<String, serde_json::Error> {
    let mut json = serde_json::to_string_pretty(&report(case))?;
    json.push('\n');
    Ok(json)
}

/// The same, written as it is made: of a hundred thousand sites it is larger than memory should be.
///
/// # Errors
///
/// It cannot be written.
pub fn write(case: &Case, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &report(case))?;
    out.write_all(b"\n")
}

/// Things of one kind, of which each is put into words when its turn comes.
struct Each<'a, T, J> {
    case: &'a Case,
    things: &'a [T],
    words: fn(&Case, &T) -> J,
}

impl<T, J: Serialize> Serialize for Each<'_, T, J> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.things.iter().map(|thing| (self.words)(self.case, thing)))
    }
}

#[derive(Serialize)]
struct JsonReport<'a> {
    schema: &'static str,
    hosts: Vec<JsonHost>,
    summary: JsonSummary,
    findings: Each<'a, RankedFinding, JsonFinding>,
    rules: Vec<JsonRule>,
    exchanges: Each<'a, Exchange, JsonExchange>,
    events: JsonEvents,
    gaps: Each<'a, Gap, JsonGap>,
}

#[derive(Serialize)]
struct JsonHost {
    name: String,
    role: &'static str,
    os: Option<String>,
    iis: Option<&'static str>,
    collected_at: Option<String>,
}

#[derive(Serialize)]
struct JsonSummary {
    headline: String,
    tally: String,
    primary: Option<&'static str>,
    problems: usize,
    clear: usize,
    open: usize,
    not_applicable: usize,
    failed: usize,
}

#[derive(Serialize)]
struct JsonFinding {
    rule: &'static str,
    severity: &'static str,
    confidence: &'static str,
    primary: bool,
    explained_by: Option<&'static str>,
    summary: String,
    explanation: String,
    subjects: Vec<String>,
    evidence: Vec<JsonEvidence>,
    fixes: Vec<JsonFix>,
    references: &'static [&'static str],
}

#[derive(Serialize)]
struct JsonEvidence {
    bundle: u32,
    artifact: String,
    first_line: Option<u32>,
    last_line: Option<u32>,
    record: Option<u64>,
    excerpt: String,
}

#[derive(Serialize)]
struct JsonFix {
    title: String,
    risk: &'static str,
    commands: Vec<String>,
    privilege: &'static str,
    note: Option<String>,
    undo: Vec<String>,
    verify: Vec<String>,
}

#[derive(Serialize)]
struct JsonRule {
    rule: &'static str,
    verdict: &'static str,
    missing: Vec<String>,
}

#[derive(Serialize)]
struct JsonExchange {
    url: String,
    host: String,
    site: String,
    path: String,
    clients: Vec<&'static str>,
    providers: Vec<String>,
    requested_spn: Option<String>,
    owners: Vec<String>,
    ticket_identity: Option<String>,
    outcome: &'static str,
    cause: Option<&'static str>,
    missing: Vec<String>,
    steps: Vec<JsonStep>,
}

#[derive(Serialize)]
struct JsonStep {
    step: &'static str,
    state: &'static str,
    text: String,
    evidence: Vec<JsonEvidence>,
}

#[derive(Serialize)]
struct JsonGap {
    artifact: String,
    reason: &'static str,
    detail: String,
    rules_left_open: Vec<&'static str>,
    how_to_collect: Option<String>,
}

fn report(case: &Case) -> JsonReport<'_> {
    let diagnosis = &case.diagnosis;
    JsonReport {
        schema: SCHEMA,
        hosts: case.facts.hosts.values().map(host).collect(),
        summary: JsonSummary {
            headline: headline(case),
            tally: tally(case),
            primary: diagnosis.primary().map(|primary| primary.rule.name),
            problems: diagnosis.problems(),
            clear: diagnosis.count(Verdict::Clear),
            open: diagnosis.count(Verdict::Open),
            not_applicable: diagnosis.count(Verdict::NotApplicable),
            failed: diagnosis.count(Verdict::Failed),
        },
        findings: Each { case, things: &diagnosis.findings, words: finding },
        rules: diagnosis
            .answers
            .iter()
            .map(|answer| JsonRule {
                rule: answer.rule.name,
                verdict: answer.verdict.as_str(),
                missing: answer.not_known.as_ref().map(missing).unwrap_or_default(),
            })
            .collect(),
        exchanges: Each { case, things: &case.exchanges, words: json_exchange },
        events: json_events(case),
        gaps: Each { case, things: &case.gaps, words: json_gap },
    }
}

fn host(host: &HostFacts) -> JsonHost {
    let identity = &host.identity;
    JsonHost {
        name: escape(identity.name.as_str()),
        role: host.role.as_str(),
        os: identity.os.as_deref().map(escape),
        iis: identity.iis_version().filter(|_| host.role == Role::WebServer),
        collected_at: identity.collected_at.map(|time| time.to_string()),
    }
}

fn finding(case: &Case, ranked: &RankedFinding) -> JsonFinding {
    let found = &ranked.finding;
    let explained_by = match ranked.standing {
        Standing::Consequence(of) => case.diagnosis.findings.get(of).map(|cause| cause.rule.name),
        Standing::Primary | Standing::Cause => None,
    };
    JsonFinding {
        rule: ranked.rule.name,
        severity: found.severity.as_str(),
        confidence: found.confidence.as_str(),
        primary: ranked.is_primary(),
        explained_by,
        summary: escape(&found.summary),
        explanation: escape(&found.explanation),
        subjects: found.subjects.iter().map(|subject| escape(subject)).collect(),
        evidence: evidence(case, &found.evidence),
        fixes: found.fixes.iter().map(fix).collect(),
        references: ranked.rule.references,
    }
}

fn evidence(case: &Case, places: &[Evidence]) -> Vec<JsonEvidence> {
    let known = places.iter().filter_map(|place| excerpt(case, *place));
    known
        .map(|excerpt| {
            let (first_line, last_line, record) = match excerpt.place {
                Place::Whole => (None, None, None),
                Place::Lines { first, last } => (Some(first), Some(last), None),
                Place::Record(record) => (None, None, Some(record)),
            };
            let words = excerpt.lines.join("\n");
            JsonEvidence {
                bundle: excerpt.bundle,
                artifact: excerpt.artifact,
                first_line,
                last_line,
                record,
                excerpt: words,
            }
        })
        .collect()
}

fn fix(fix: &Fix) -> JsonFix {
    let lines = |commands: &[CommandLine]| commands.iter().map(ToString::to_string).collect();
    JsonFix {
        title: escape(&fix.title),
        risk: fix.risk.as_str(),
        commands: lines(&fix.commands),
        privilege: fix.privilege.as_str(),
        note: fix.note.as_deref().map(escape),
        undo: lines(&fix.undo),
        verify: lines(&fix.verify),
    }
}

fn missing(not_known: &NotKnown) -> Vec<String> {
    not_known.needs.iter().map(|need| escape(need.as_str())).collect()
}

fn json_exchange(case: &Case, exchange: &Exchange) -> JsonExchange {
    let request = exchange.request.as_ref().and_then(|request| request.seen().ok());
    let owner = exchange.owner.as_ref().and_then(|owner: &Fact<Owner>| owner.seen().ok());
    let name = |dn| escape(&case.facts.directory.name_of(dn).to_string());
    let owners = match owner {
        Some(Owner::One { holder, .. }) => vec![name(&holder.dn)],
        Some(Owner::Several(holders) | Owner::OnePerDomain(holders)) => {
            holders.iter().map(|holder| name(&holder.dn)).collect()
        }
        Some(Owner::Nobody(_)) | None => Vec::new(),
    };
    let open = match &exchange.outcome {
        Outcome::Unknown(not_known) => missing(not_known),
        _ => Vec::new(),
    };
    JsonExchange {
        url: escape(&exchange.url),
        host: escape(exchange.host.as_str()),
        site: escape(&exchange.site),
        path: escape(&exchange.path),
        clients: exchange.clients.iter().map(|client| client.code()).collect(),
        providers: exchange.providers.iter().map(|provider| escape(provider)).collect(),
        requested_spn: request.map(|request| escape(request.spn.as_str())),
        owners,
        ticket_identity: exchange.identity.account().map(|account| escape(&account.to_string())),
        outcome: exchange.outcome.code(),
        cause: exchange.outcome.cause().map(Cause::code),
        missing: open,
        steps: exchange.steps.iter().map(|step| json_step(case, step)).collect(),
    }
}

fn json_step(case: &Case, step: &Step) -> JsonStep {
    JsonStep {
        step: step.kind.code(),
        state: step.state.code(),
        text: escape(&step.text),
        evidence: evidence(case, &step.evidence),
    }
}

fn json_gap(case: &Case, gap: &Gap) -> JsonGap {
    JsonGap {
        artifact: escape(&gap.subject),
        reason: gap.reason.code(),
        detail: escape(&gap.reason.to_string()),
        rules_left_open: rules_left_open(case, gap),
        how_to_collect: gap.how_to_collect.as_deref().map(escape),
    }
}

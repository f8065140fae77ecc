//! What the report for machines says about event logs: what they hold, what fails since when, and who uses NTLM.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::artifacts::contents::{Contents, ReadArtifact};
use crate::artifacts::event_log::EventLog;
use crate::case::Case;
use crate::evidence::place::Evidence;
use crate::facts::attempts::{Attempt, Code, Outcome, attempts};
use crate::facts::beginnings::Beginning;
use crate::facts::event_picture::{EventPicture, Failing, Rows, Share, event_picture};
use crate::facts::sign_ins::SignIn;
use crate::report::escape::escape;
use crate::report::event_list::place;

/// Entries of each list at most; how many there are is told beside it.
const MOST: usize = 100;

#[derive(Serialize)]
pub(super) struct JsonEvents {
    logs: Vec<JsonLog>,
    failing: JsonList<JsonFailing>,
    sign_ins: JsonList<JsonSignIn>,
    network_logons: JsonList<JsonShares>,
    tickets_used: usize,
}

/// The first entries of a list, and how many there are.
#[derive(Serialize)]
struct JsonList<T> {
    total: usize,
    first: Vec<T>,
}

#[derive(Serialize)]
struct JsonLog {
    bundle: u32,
    artifact: String,
    channel: Option<String>,
    computer: Option<String>,
    records: u64,
    first_seen: Option<String>,
    last_seen: Option<String>,
    succeeded: u64,
    failed: u64,
    reported: u64,
    by_event: Vec<JsonCount>,
}

#[derive(Serialize)]
struct JsonCount {
    kind: &'static str,
    event_id: u32,
    outcome: &'static str,
    count: u64,
}

#[derive(Serialize)]
struct JsonFailing {
    bundle: u32,
    artifact: String,
    computer: String,
    kind: &'static str,
    event_id: u32,
    code: Option<String>,
    code_name: Option<&'static str>,
    count: u64,
    accounts: usize,
    first_seen: Option<String>,
    last_seen: Option<String>,
    began: Option<JsonBeginning>,
}

#[derive(Serialize)]
struct JsonBeginning {
    hour: Option<String>,
    before: u64,
    since: u64,
    hours_before: i64,
    hours_since: i64,
}

#[derive(Serialize)]
struct JsonSignIn {
    user: String,
    time: Option<String>,
    events: Vec<JsonStep>,
    request: Option<String>,
}

#[derive(Serialize)]
struct JsonStep {
    place: String,
    computer: String,
    kind: &'static str,
    event_id: u32,
    code: Option<String>,
    code_name: Option<&'static str>,
}

/// The network logons of one computer.
#[derive(Serialize)]
struct JsonShares {
    computer: String,
    kerberos: u64,
    ntlm: u64,
    clients: JsonList<JsonShare>,
}

#[derive(Serialize)]
struct JsonShare {
    client: String,
    sites: Vec<u32>,
    kerberos: u64,
    ntlm: u64,
}

/// What all event logs of a case tell.
pub(super) fn json_events(case: &Case) -> JsonEvents {
    let picture = event_picture(&case.artifacts, &case.facts, Rows::Kept);
    let logs = case.artifacts.iter().filter_map(|read| match &read.contents.value {
        Contents::EventLog(log) => Some(json_log(read, log)),
        _ => None,
    });
    JsonEvents {
        logs: logs.collect(),
        failing: list(picture.failing.iter().filter_map(|failing| json_failing(case, failing))),
        sign_ins: list(picture.sign_ins.iter().map(|sign_in| json_sign_in(case, &picture, sign_in))),
        network_logons: list(by_computer(&picture.shares)),
        tickets_used: picture.tickets.len(),
    }
}

fn list<T>(all: impl Iterator<Item = T>) -> JsonList<T> {
    let mut first: Vec<T> = all.collect();
    let total = first.len();
    first.truncate(MOST);
    JsonList { total, first }
}

fn json_log(read: &ReadArtifact, log: &EventLog) -> JsonLog {
    let mut counts: BTreeMap<(&str, u32, Outcome), u64> = BTreeMap::new();
    for attempt in attempts(log) {
        let count = counts.entry((attempt.kind.word(), attempt.id, attempt.outcome)).or_default();
        *count = count.saturating_add(attempt.count);
    }
    let all = |outcome: Outcome| {
        let own = counts.iter().filter(|((_, _, other), _)| *other == outcome);
        own.map(|(_, count)| *count).fold(0, u64::saturating_add)
    };
    JsonLog {
        bundle: read.artifact.bundle,
        artifact: escape(&read.artifact.path),
        channel: log.channel.as_deref().map(escape),
        computer: log.computer.as_deref().map(escape),
        records: log.records,
        first_seen: log.span.map(|(first, _)| first.to_string()),
        last_seen: log.span.map(|(_, last)| last.to_string()),
        succeeded: all(Outcome::Succeeded),
        failed: all(Outcome::Failed),
        reported: all(Outcome::Reported),
        by_event: counts
            .iter()
            .map(|((kind, event_id, outcome), count)| JsonCount {
                kind,
                event_id: *event_id,
                outcome: outcome.word(),
                count: *count,
            })
            .collect(),
    }
}

fn json_failing(case: &Case, failing: &Failing) -> Option<JsonFailing> {
    let artifact = &case.artifact(failing.log.artifact)?.artifact;
    let (code, code_name) = json_code(failing.code);
    Some(JsonFailing {
        bundle: artifact.bundle,
        artifact: escape(&artifact.path),
        computer: escape(&failing.computer),
        kind: failing.kind.word(),
        event_id: failing.id,
        code,
        code_name,
        count: failing.count,
        accounts: failing.users,
        first_seen: failing.first.map(|time| time.to_string()),
        last_seen: failing.last.map(|time| time.to_string()),
        began: failing.began.map(json_beginning),
    })
}

fn json_beginning(began: Beginning) -> JsonBeginning {
    let hour = Timestamp::from_second(began.hour.saturating_mul(3600)).ok();
    JsonBeginning {
        hour: hour.map(|hour| hour.to_string()),
        before: began.before,
        since: began.since,
        hours_before: began.hours_before,
        hours_since: began.hours_since,
    }
}

fn json_sign_in(case: &Case, picture: &EventPicture<'_>, sign_in: &SignIn) -> JsonSignIn {
    let events = sign_in.events.iter().filter_map(|index| picture.attempts.get(*index));
    let at = |at: Evidence| place(case, at).map(|place| escape(&place));
    let step = |event: &Attempt<'_>| {
        let (code, code_name) = json_code(event.sub_code.or(event.code));
        JsonStep {
            place: at(event.at).unwrap_or_default(),
            computer: escape(event.computer),
            kind: event.kind.word(),
            event_id: event.id,
            code,
            code_name,
        }
    };
    JsonSignIn {
        user: escape(&sign_in.user),
        time: sign_in.time.map(|time| time.to_string()),
        events: events.map(step).collect(),
        request: sign_in.request.and_then(at),
    }
}

/// The computers with the most NTLM first, and of each the clients in the same order.
fn by_computer(shares: &[Share]) -> impl Iterator<Item = JsonShares> {
    let mut computers: BTreeMap<&str, Vec<&Share>> = BTreeMap::new();
    for share in shares {
        computers.entry(&share.computer).or_default().push(share);
    }
    let mut told: Vec<JsonShares> = computers
        .into_iter()
        .map(|(computer, clients)| {
            let all = |count: fn(&Share) -> u64| clients.iter().map(|one| count(one)).fold(0, u64::saturating_add);
            JsonShares {
                computer: escape(computer),
                kerberos: all(|share| share.kerberos),
                ntlm: all(|share| share.ntlm),
                clients: list(clients.iter().map(|share| json_share(share))),
            }
        })
        .collect();
    told.sort_by(|one, other| other.ntlm.cmp(&one.ntlm).then_with(|| one.computer.cmp(&other.computer)));
    told.into_iter()
}

fn json_share(share: &Share) -> JsonShare {
    JsonShare {
        client: escape(&share.client),
        sites: share.sites.iter().copied().collect(),
        kerberos: share.kerberos,
        ntlm: share.ntlm,
    }
}

fn json_code(code: Option<Code>) -> (Option<String>, Option<&'static str>) {
    (code.map(|code| format!("{:#x}", code.value)), code.and_then(|code| code.name))
}

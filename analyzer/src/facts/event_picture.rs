//! What the event logs of a case tell together: attempts that several of them saw, what fails since when, who signs in
//! with NTLM, and which logon was made with which ticket.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use foldhash::quality::RandomState;
use jiff::Timestamp;

use crate::artifacts::contents::{Contents, ReadArtifact};
use crate::artifacts::event_log::EventLog;
use crate::artifacts::event_occurrence::Occurrence;
use crate::artifacts::w3c_log::Request;
use crate::codes::number::number;
use crate::evidence::place::Evidence;
use crate::facts::attempts::{
    Attempt, Code, Kind, NetworkLogons, Outcome, attempts, failure, failures_of, kept_attempts, network_logons,
};
use crate::facts::beginnings::{Beginning, Covered, beginning};
use crate::facts::case_facts::Facts;
use crate::facts::host::HostName;
use crate::facts::sign_ins::{SignIn, sign_ins};
use crate::formats::words::has_word;

/// The picture.
#[derive(Clone, Debug, Default)]
pub struct EventPicture<'a> {
    /// Rows of all logs, in the order of time.
    pub attempts: Vec<Attempt<'a>>,
    /// Attempts that failed, as several records tell them; they count [`EventPicture::attempts`].
    pub sign_ins: Vec<SignIn>,
    /// What fails, and since when; what happens most comes first.
    pub failing: Vec<Failing>,
    /// Who signs in with NTLM, and who with Kerberos.
    pub shares: Vec<Share>,
    /// Logons and the requests for their tickets.
    pub tickets: Vec<TicketUse>,
}

/// Something that fails in one log.
#[derive(Clone, Debug, PartialEq)]
pub struct Failing {
    /// The log.
    pub log: Evidence,
    /// The computer that wrote it.
    pub computer: String,
    /// What was attempted.
    pub kind: Kind,
    /// The event id.
    pub id: u32,
    /// Why it failed.
    pub code: Option<Code>,
    /// How often.
    pub count: u64,
    /// How many accounts it concerns, as far as they are told apart.
    pub users: usize,
    /// The first time.
    pub first: Option<Timestamp>,
    /// The last time.
    pub last: Option<Timestamp>,
    /// When it began, where the log tells it.
    pub began: Option<Beginning>,
}

/// How one client signs in to one computer over the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The computer.
    pub computer: String,
    /// The client: an address or a name.
    pub client: String,
    /// The sites of that computer that it asked, by their numbers.
    pub sites: BTreeSet<u32>,
    /// Logons with Kerberos.
    pub kerberos: u64,
    /// Logons with NTLM.
    pub ntlm: u64,
}

/// A logon, and the request for the ticket that it was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketUse {
    /// The logon.
    pub logon: Occurrence,
    /// The request.
    pub ticket: Occurrence,
}

/// Which rows the picture holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// All.
    All,
    /// Records that are kept, of which the rest of the picture is made.
    Kept,
}

/// What the logs among these artifacts tell.
pub fn event_picture<'a>(artifacts: &'a [ReadArtifact], facts: &Facts, rows: Rows) -> EventPicture<'a> {
    let logs = || {
        artifacts.iter().filter_map(|read| match &read.contents.value {
            Contents::EventLog(log) => Some((read, log)),
            _ => None,
        })
    };
    let rows_of = |log| match rows {
        Rows::All => attempts(log),
        Rows::Kept => kept_attempts(log),
    };
    // There is mostly one log, whose rows are then not moved once more.
    let mut rows = logs().map(|(_, log)| rows_of(log));
    let mut found: Vec<Attempt<'a>> = rows.next().unwrap_or_default();
    rows.for_each(|more| found.extend(more));
    found.sort_by_key(|attempt| (attempt.first, attempt.at));
    let requests: Vec<(HostName, &Request)> = facts
        .hosts
        .iter()
        .flat_map(|(name, host)| {
            host.traffic.logs.iter().flat_map(move |log| log.requests.iter().map(move |one| (name.clone(), one)))
        })
        .collect();
    let mut failing: Vec<Failing> = logs().flat_map(|(read, log)| failing(read, log, &found)).collect();
    failing.sort_by(|one, other| other.count.cmp(&one.count).then(one.first.cmp(&other.first)));
    EventPicture {
        sign_ins: sign_ins(&found, &requests),
        failing,
        shares: shares(logs().flat_map(|(_, log)| network_logons(log)), facts),
        tickets: tickets(logs().map(|(_, log)| log)),
        attempts: found,
    }
}

fn failing(read: &ReadArtifact, log: &EventLog, attempts: &[Attempt<'_>]) -> Vec<Failing> {
    let users = users(read, log, attempts);
    let covered = log.span.map(|(first, last)| Covered { first: hour(first), last: hour(last) });
    // A collector of forwarded events has those of many computers.
    let mut computers: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for attempt in attempts.iter().filter(|attempt| attempt.at.artifact == read.id) {
        computers.entry(attempt.id).or_default().insert(attempt.computer);
    }
    let computer = |id: u32| match computers.get(&id) {
        Some(names) if names.len() > 1 => format!("{} computers", names.len()),
        Some(names) => names.first().copied().unwrap_or_default().to_owned(),
        None => log.computer.clone().unwrap_or_default(),
    };
    let failing = log.failures.iter().filter_map(|failures| {
        let (kind, code) = failure(failures)?;
        Some(Failing {
            log: read.id.whole(),
            computer: computer(failures.id),
            kind,
            id: failures.id,
            code,
            count: failures.hours.iter().map(|(_, count)| u64::from(*count)).fold(0, u64::saturating_add),
            users: users.get(&(failures.id, code.map(|code| code.value))).copied().unwrap_or(0),
            first: failures.first.time(),
            last: failures.last.time(),
            began: covered.and_then(|covered| beginning(&failures.hours, covered)),
        })
    });
    let timeless = timeless(log).into_iter().map(|((kind, id, value), many)| Failing {
        log: read.id.whole(),
        computer: computer(id),
        kind,
        id,
        code: many.code,
        count: many.count,
        users: users.get(&(id, value)).copied().unwrap_or(0),
        first: None,
        last: None,
        began: None,
    });
    failing.chain(timeless).collect()
}

/// How often something failed, and why.
#[derive(Default)]
struct Many {
    code: Option<Code>,
    count: u64,
}

/// What fails at no known hour, by kind, event and code: copies out of the Event Viewer tell no zone.
fn timeless(log: &EventLog) -> BTreeMap<(Kind, u32, Option<u32>), Many> {
    let mut found: BTreeMap<_, Many> = BTreeMap::new();
    let is_some = log.events.iter().any(|event| event.time.is_none());
    let failures = is_some.then(|| failures_of(log, &Kind::ATTEMPTS, |_| true)).into_iter().flatten();
    for attempt in failures.filter(|attempt| attempt.first.is_none()) {
        let code = attempt.sub_code.or(attempt.code);
        let many = found.entry((attempt.kind, attempt.id, code.map(|code| code.value))).or_default();
        many.code = code;
        many.count = many.count.saturating_add(attempt.count);
    }
    found
}

/// How many accounts each event and code concerns.
fn users(read: &ReadArtifact, log: &EventLog, attempts: &[Attempt<'_>]) -> HashMap<(u32, Option<u32>), usize> {
    let kept = attempts.iter().filter(|attempt| attempt.at.artifact == read.id && attempt.outcome == Outcome::Failed);
    let kept = kept.filter_map(|attempt| {
        Some((attempt.id, attempt.sub_code.or(attempt.code).map(|code| code.value), attempt.user?))
    });
    let alike = log.tallies.iter().filter(|tally| tally.count > tally.kept && tally.kept > 0).filter_map(|tally| {
        let code = |name: &str| tally.fields.get(name).and_then(number).map(|number| number.value);
        let code = code("SubStatus").filter(|code| *code != 0).or_else(|| code("Status"));
        Some((tally.id, code, tally.fields.get("TargetUserName")?))
    });
    let mut seen: HashSet<(u32, Option<u32>, &str), RandomState> = HashSet::default();
    let mut users = HashMap::new();
    for (id, code, user) in kept.chain(alike) {
        if seen.insert((id, code, user)) {
            let count: &mut usize = users.entry((id, code)).or_default();
            *count = count.saturating_add(1);
        }
    }
    users
}

/// The hour since 1970.
fn hour(time: Timestamp) -> i64 {
    time.as_second().div_euclid(3600)
}

fn shares<'a>(logons: impl Iterator<Item = NetworkLogons<'a>>, facts: &Facts) -> Vec<Share> {
    let mut shares: HashMap<(&str, &str), (u64, u64), RandomState> = HashMap::default();
    for NetworkLogons { computer, client, package, count } in logons {
        let share = shares.entry((computer, client)).or_default();
        if has_word(package, "ntlm") {
            share.1 = share.1.saturating_add(count);
        } else if has_word(package, "kerberos") {
            share.0 = share.0.saturating_add(count);
        }
    }
    let is_known_who_asked = facts.hosts.values().any(|host| !host.traffic.logs.is_empty());
    let mut shares: Vec<Share> = shares
        .into_iter()
        .filter(|(_, (kerberos, ntlm))| kerberos.saturating_add(*ntlm) > 0)
        .map(|((computer, client), (kerberos, ntlm))| Share {
            computer: computer.to_owned(),
            client: client.to_owned(),
            sites: if is_known_who_asked { sites(facts, computer, client) } else { BTreeSet::new() },
            kerberos,
            ntlm,
        })
        .collect();
    shares.sort_by(|one, other| {
        other.ntlm.cmp(&one.ntlm).then_with(|| (&one.computer, &one.client).cmp(&(&other.computer, &other.client)))
    });
    shares
}

/// The sites of a computer that a client asked, as far as their logs tell.
fn sites(facts: &Facts, computer: &str, client: &str) -> BTreeSet<u32> {
    let (Some(host), Ok(client)) = (facts.hosts.get(&HostName::new(computer)), client.parse::<std::net::IpAddr>())
    else {
        return BTreeSet::new();
    };
    let asked = host.traffic.logs.iter().filter(|log| log.requests.iter().any(|one| one.client == Some(client)));
    asked.filter_map(|log| log.site).collect()
}

/// A logon with Kerberos has a GUID that follows from its ticket; the request for the ticket has the same.
fn tickets<'a>(logs: impl Iterator<Item = &'a EventLog>) -> Vec<TicketUse> {
    let (mut logons, mut asked) = (Vec::new(), Vec::new());
    for named in logs.flat_map(|log| &log.guids) {
        match named.id {
            4624 | 528 | 540 => logons.push(named),
            4769 | 673 => asked.push(named),
            _ => {}
        }
    }
    let mut requests: HashMap<&u128, &Occurrence, RandomState> =
        HashMap::with_capacity_and_hasher(asked.len(), RandomState::default());
    for named in asked {
        requests.entry(&named.guid).or_insert(&named.seen);
    }
    let used =
        logons.iter().filter_map(|logon| Some(TicketUse { logon: logon.seen, ticket: **requests.get(&logon.guid)? }));
    let mut used: Vec<TicketUse> = used.collect();
    used.sort_by_key(|one| (one.logon.time(), one.logon.at()));
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::event_log::{LogonGuid, Tally};
    use crate::evidence::place::ArtifactId;

    /// Logons that are alike: the account, the type, the package and how many.
    type Logons = (&'static str, &'static str, &'static str, u64);

    fn log_of(client: &str, logons: &[Logons]) -> EventLog {
        let seen = Occurrence::new(ArtifactId(0), 1, None);
        let tally = |(user, logon_type, package, count): &Logons| {
            let fields = [
                ("TargetUserName", *user),
                ("LogonType", logon_type),
                ("AuthenticationPackageName", if package.starts_with("NTLM") { "NTLM" } else { package }),
                ("LmPackageName", if package.starts_with("NTLM") { package } else { "-" }),
                ("IpAddress", client),
            ];
            Tally {
                provider: "Microsoft-Windows-Security-Auditing",
                id: 4624,
                computer: "WEB01".into(),
                fields: fields.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned())).collect(),
                count: *count,
                kept: 0,
                first: seen,
                last: seen,
            }
        };
        EventLog { tallies: logons.iter().map(tally).collect(), ..EventLog::default() }
    }

    #[test]
    fn the_share_of_ntlm_is_counted_by_computer_and_client() {
        let logs = [
            log_of(
                "::ffff:10.0.0.1",
                &[
                    ("alice", "3", "Kerberos", 5),
                    ("alice", "3", "NTLM V2", 2),
                    ("bob", "3", "NTLM V1", 1),
                    ("Anonymous Logon", "3", "NTLM V1", 99),
                    ("alice", "2", "NTLM V2", 99),
                ],
            ),
            log_of("10.0.0.2", &[("alice", "3", "Negotiate", 7)]),
            log_of("10.0.0.3", &[("alice", "3", "Kerberos", 7)]),
        ];
        let told: Vec<_> = shares(logs.iter().flat_map(network_logons), &Facts::default())
            .into_iter()
            .map(|share| (share.client, share.kerberos, share.ntlm))
            .collect();
        assert_eq!(told, [("10.0.0.1".to_owned(), 5, 3), ("10.0.0.3".to_owned(), 7, 0)]);
    }

    #[test]
    fn very_many_clients_are_all_counted() {
        let logs: Vec<EventLog> = (0..10_010_u32)
            .map(|number| {
                let client = std::net::Ipv4Addr::from_bits(0x0a00_0000 + number).to_string();
                log_of(&client, &[("alice", "3", "Kerberos", 1)])
            })
            .collect();
        assert_eq!(shares(logs.iter().flat_map(network_logons), &Facts::default()).len(), 10_010);
    }

    #[test]
    fn a_logon_is_told_with_the_request_for_its_ticket() {
        let named = |guid, id, record| LogonGuid { guid, id, seen: Occurrence::new(ArtifactId(0), record, None) };
        let of = |guids: &[LogonGuid]| EventLog { guids: guids.to_vec(), ..EventLog::default() };
        let web = of(&[named(7, 4624, 1), named(8, 4624, 2)]);
        let dc = of(&[named(7, 4769, 10), named(9, 4769, 11), named(7, 4769, 12)]);
        let used = tickets([&web, &dc].into_iter());
        let [one] = used.as_slice() else { panic!("{used:?}") };
        assert_eq!((one.logon.at(), one.ticket.at()), (ArtifactId(0).record(1), ArtifactId(0).record(10)));
    }
}

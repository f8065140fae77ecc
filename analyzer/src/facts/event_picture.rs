//! What the event logs of a case tell together: attempts that several of them saw, what fails since when, who signs in
//! with NTLM, and which logon was made with which ticket.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use crate::artifacts::contents::{Contents, ReadArtifact};
use crate::artifacts::event_log::{EventLog, Occurrence};
use crate::artifacts::w3c_log::Request;
use crate::evidence::place::Evidence;
use crate::facts::attempts::{Attempt, Code, Kind, Outcome, attempts, telling_attempts};
use crate::facts::beginnings::{Beginning, Covered, beginning};
use crate::facts::case_facts::Facts;
use crate::facts::host::HostName;
use crate::facts::sign_ins::{SignIn, sign_ins};

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

/// Clients that are told at most.
const SHARES: usize = 10_000;
/// The type of a logon over the network.
const NETWORK: u32 = 3;

/// Which rows are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// All.
    All,
    /// Those that the rest of the picture is made of.
    Telling,
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
        Rows::Telling => telling_attempts(log),
    };
    let mut found: Vec<Attempt<'a>> = logs().flat_map(|(_, log)| rows_of(log)).collect();
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
        shares: shares(&found, facts),
        tickets: tickets(logs().map(|(_, log)| log)),
        attempts: found,
    }
}

fn failing(read: &ReadArtifact, log: &EventLog, attempts: &[Attempt<'_>]) -> Vec<Failing> {
    let mut groups: BTreeMap<(u32, Kind, Option<u32>), Failing> = BTreeMap::new();
    let mut users: BTreeMap<(u32, Kind, Option<u32>), BTreeSet<&str>> = BTreeMap::new();
    let own = attempts.iter().filter(|attempt| attempt.at.artifact == read.id && attempt.outcome == Outcome::Failed);
    for attempt in own {
        let code = attempt.sub_code.or(attempt.code);
        let key = (attempt.id, attempt.kind, code.map(|code| code.value));
        let group = groups.entry(key).or_insert_with(|| Failing {
            log: read.id.whole(),
            computer: attempt.computer.to_owned(),
            kind: attempt.kind,
            id: attempt.id,
            code,
            count: 0,
            users: 0,
            first: attempt.first,
            last: attempt.last,
            began: None,
        });
        group.count = group.count.saturating_add(attempt.count);
        group.first = earlier(group.first, attempt.first);
        group.last = group.last.max(attempt.last);
        users.entry(key).or_default().extend(attempt.user);
    }
    let covered = log.span.map(|(first, last)| Covered { first: hour(first), last: hour(last) });
    for (key, group) in &mut groups {
        group.users = users.get(key).map_or(0, BTreeSet::len);
        let is_own = |code: Option<u32>| code == key.2;
        let hours = log.failures.iter().find(|failures| failures.id == key.0 && is_own(failures.code));
        group.began = hours.zip(covered).and_then(|(failures, covered)| beginning(&failures.hours, covered));
    }
    groups.into_values().collect()
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    [one, other].into_iter().flatten().min()
}

/// The hour since 1970.
fn hour(time: Timestamp) -> i64 {
    time.as_second().div_euclid(3600)
}

/// Only people and services that signed in over the network count: nobody chooses the package of an anonymous logon.
fn shares(attempts: &[Attempt<'_>], facts: &Facts) -> Vec<Share> {
    let mut shares: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for attempt in attempts {
        let is_network = attempt.kind == Kind::Logon
            && attempt.outcome == Outcome::Succeeded
            && attempt.logon_type == Some(NETWORK)
            && !attempt.user.is_some_and(|user| user.eq_ignore_ascii_case("ANONYMOUS LOGON"));
        let (Some(client), Some(package), true) = (attempt.client, attempt.package, is_network) else {
            continue;
        };
        let package = package.to_ascii_lowercase();
        let share = shares.entry((attempt.computer, client)).or_default();
        if package.contains("ntlm") {
            share.1 = share.1.saturating_add(attempt.count);
        } else if package.contains("kerberos") {
            share.0 = share.0.saturating_add(attempt.count);
        }
    }
    let mut shares: Vec<Share> = shares
        .into_iter()
        .filter(|(_, (kerberos, ntlm))| kerberos.saturating_add(*ntlm) > 0)
        .map(|((computer, client), (kerberos, ntlm))| Share {
            computer: computer.to_owned(),
            client: client.to_owned(),
            sites: sites(facts, computer, client),
            kerberos,
            ntlm,
        })
        .collect();
    shares.sort_by(|one, other| {
        other.ntlm.cmp(&one.ntlm).then_with(|| (&one.computer, &one.client).cmp(&(&other.computer, &other.client)))
    });
    shares.truncate(SHARES);
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
    let mut logons = Vec::new();
    let mut requests: HashMap<u128, Occurrence> = HashMap::new();
    for named in logs.flat_map(|log| &log.guids) {
        match named.id {
            4624 | 528 | 540 => logons.push(named),
            4769 | 673 => {
                requests.entry(named.guid).or_insert(named.seen);
            }
            _ => {}
        }
    }
    let used =
        logons.iter().filter_map(|logon| Some(TicketUse { logon: logon.seen, ticket: *requests.get(&logon.guid)? }));
    let mut used: Vec<TicketUse> = used.collect();
    used.sort_by_key(|one| (one.logon.time, one.logon.at));
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::event_log::LogonGuid;
    use crate::evidence::place::ArtifactId;

    fn row(computer: &'static str, client: &'static str, package: &'static str, count: u64) -> Attempt<'static> {
        Attempt {
            at: ArtifactId(0).record(1),
            first: None,
            last: None,
            local_time: None,
            count,
            computer,
            provider: "",
            id: 4624,
            kind: Kind::Logon,
            outcome: Outcome::Succeeded,
            user: Some("alice"),
            domain: None,
            client: Some(client),
            service: None,
            package: Some(package),
            logon_type: Some(3),
            process: None,
            encryption_type: None,
            code: None,
            sub_code: None,
        }
    }

    #[test]
    fn the_share_of_ntlm_is_counted_by_computer_and_client() {
        let anonymous = Attempt { user: Some("Anonymous Logon"), ..row("WEB01", "10.0.0.1", "NTLM V2", 99) };
        let local = Attempt { logon_type: Some(2), ..row("WEB01", "10.0.0.1", "NTLM V2", 99) };
        let rows = [
            row("WEB01", "10.0.0.1", "Kerberos", 5),
            row("WEB01", "10.0.0.1", "NTLM V2", 2),
            row("WEB01", "10.0.0.1", "NTLM V1", 1),
            row("WEB01", "10.0.0.2", "Negotiate", 7),
            row("WEB01", "10.0.0.3", "Kerberos", 7),
            anonymous,
            local,
        ];
        let told: Vec<_> = shares(&rows, &Facts::default())
            .into_iter()
            .map(|share| (share.client, share.kerberos, share.ntlm))
            .collect();
        assert_eq!(told, [("10.0.0.1".to_owned(), 5, 3), ("10.0.0.3".to_owned(), 7, 0)]);
    }

    #[test]
    fn a_logon_is_told_with_the_request_for_its_ticket() {
        let named = |guid, id, record| LogonGuid {
            guid,
            id,
            seen: Occurrence { at: ArtifactId(0).record(record), time: None },
        };
        let of = |guids: &[LogonGuid]| EventLog { guids: guids.to_vec(), ..EventLog::default() };
        let web = of(&[named(7, 4624, 1), named(8, 4624, 2)]);
        let dc = of(&[named(7, 4769, 10), named(9, 4769, 11), named(7, 4769, 12)]);
        let used = tickets([&web, &dc].into_iter());
        let [one] = used.as_slice() else { panic!("{used:?}") };
        assert_eq!((one.logon.at, one.ticket.at), (ArtifactId(0).record(1), ArtifactId(0).record(10)));
    }
}

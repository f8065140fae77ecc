//! What logs tell about signing in beyond failures: of what is alike, the last record, and how many there are.
//!
//! A log holds very many logons that went well. Rules ask about a few kinds of them, and only whether there are any.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::quality::RandomState;
use jiff::Timestamp;

use crate::artifacts::event_log::EventLog;
use crate::evidence::place::Evidence;
use crate::facts::attempts::{Attempt, Kind, Outcome, attempts_of};
use crate::formats::words::lower;

/// Kinds of one log at most that are told apart; clients make most of them.
const KINDS: usize = 2_000;

/// What [`seen_in`] knows something of.
const KINDS_SEEN: &[Kind] = &[Kind::Logon, Kind::Netlogon, Kind::Lsa, Kind::KerberosClient];

/// NetworkCleartext: Basic authentication, since IIS 6.
const CLEARTEXT: u32 = 8;
/// Interactive: Basic authentication of IIS 5, and everybody at the console.
const INTERACTIVE: u32 = 2;
/// Network: with a ticket or NTLM.
const NETWORK: u32 = 3;
/// What Windows calls somebody who did not sign in.
pub const ANONYMOUS: &str = "ANONYMOUS LOGON";

/// Something that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// What it was.
    pub what: Seen,
    /// The last record of those that are alike, or of the last hour of them.
    pub at: Evidence,
    /// When the last one was.
    pub time: Option<Timestamp>,
    /// The computer that wrote it down.
    pub computer: String,
    /// The domain of whoever signed in.
    pub domain: Option<String>,
    /// From where: an address, or else the name of a computer.
    pub client: Option<String>,
    /// How many there are.
    pub count: u64,
}

/// What rules ask logs for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seen {
    /// Somebody signed in with a password that crossed the network: Basic authentication.
    Basic,
    /// Somebody signed in over the network with a ticket.
    Kerberos,
    /// Somebody signed in over the network with NTLM.
    Ntlm,
    /// Somebody came over the network as nobody.
    Anonymous,
    /// A service reports trouble: 5719 of Netlogon, 40960 of LSA.
    Trouble,
    /// The Kerberos client reports that tickets do not come over UDP: its event 10.
    TroubleOverUdp,
}

/// In what sightings are alike: what, which event, from where, and the domain. Users make no difference: a rule asks
/// where they come from, and of which domain they are.
type Alike<W> = (Seen, u32, W, W);

/// What a log shows.
pub fn sightings(log: &EventLog) -> Vec<Sighting> {
    let mut found = Found::default();
    for attempt in attempts_of(log, KINDS_SEEN) {
        if let Some(what) = seen_in(&attempt) {
            found.add(what, &attempt);
        }
    }
    found.finish()
}

/// What was seen so far.
#[derive(Default)]
struct Found<'a> {
    /// Apart from the table that leads to them: they are large, and a table has far more places than things in it.
    sightings: Vec<Sighting>,
    numbers: HashMap<Alike<Cow<'a, str>>, usize, RandomState>,
    /// The same as the log has it: few things are written in more than one way, and to look here takes less time than to
    /// make words alike.
    written: HashMap<Alike<&'a str>, usize, RandomState>,
}

impl<'a> Found<'a> {
    fn add(&mut self, what: Seen, attempt: &Attempt<'a>) {
        let Some(sighting) = self.number(what, attempt).and_then(|number| self.sightings.get_mut(number)) else {
            return;
        };
        sighting.count = sighting.count.saturating_add(attempt.count);
        if (sighting.time, sighting.at) <= (attempt.last, attempt.at) {
            (sighting.at, sighting.time) = (attempt.at, attempt.last);
        }
    }

    /// The number of the sighting that an attempt belongs to; none where there are too many.
    fn number(&mut self, what: Seen, attempt: &Attempt<'a>) -> Option<usize> {
        let [client, domain] = [attempt.client, attempt.domain].map(Option::unwrap_or_default);
        let written = (what, attempt.id, client, domain);
        if let Some(number) = self.written.get(&written) {
            return Some(*number);
        }
        let key = (what, attempt.id, lower(client), lower(domain));
        if self.sightings.len() >= KINDS && !self.numbers.contains_key(&key) {
            return None;
        }
        let number = *self.numbers.entry(key).or_insert_with(|| {
            self.sightings.push(first_of(what, attempt));
            self.sightings.len().saturating_sub(1)
        });
        self.written.insert(written, number);
        Some(number)
    }

    /// The sightings, in the order of what they are alike in.
    fn finish(self) -> Vec<Sighting> {
        let mut order: Vec<_> = self.numbers.into_iter().collect();
        order.sort_unstable();
        let mut sightings: Vec<Option<Sighting>> = self.sightings.into_iter().map(Some).collect();
        order.into_iter().filter_map(|(_, number)| sightings.get_mut(number)?.take()).collect()
    }
}

/// A sighting of which nothing is counted yet.
fn first_of(what: Seen, attempt: &Attempt<'_>) -> Sighting {
    Sighting {
        what,
        at: attempt.at,
        time: attempt.last,
        computer: attempt.computer.to_owned(),
        domain: attempt.domain.map(str::to_owned),
        client: attempt.client.map(str::to_owned),
        count: 0,
    }
}

fn seen_in(attempt: &Attempt<'_>) -> Option<Seen> {
    match (attempt.kind, attempt.outcome) {
        (Kind::Logon, _) if is_anonymous(attempt) => (attempt.logon_type == Some(NETWORK)).then_some(Seen::Anonymous),
        (Kind::Logon, Outcome::Succeeded) => logon(attempt),
        (Kind::Netlogon, _) => (attempt.id == 5719).then_some(Seen::Trouble),
        (Kind::Lsa, _) => (attempt.id == 40960).then_some(Seen::Trouble),
        // The later provider has an event 10 about smart cards, and never asks over UDP.
        (Kind::KerberosClient, _) => {
            (attempt.id == 10 && attempt.provider.eq_ignore_ascii_case("Kerberos")).then_some(Seen::TroubleOverUdp)
        }
        _ => None,
    }
}

fn is_anonymous(attempt: &Attempt<'_>) -> bool {
    attempt.user.is_some_and(|user| user.eq_ignore_ascii_case(ANONYMOUS))
}

fn logon(attempt: &Attempt<'_>) -> Option<Seen> {
    let package = attempt.package.unwrap_or_default();
    let is_ntlm = || package.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("NTLM"));
    match attempt.logon_type? {
        CLEARTEXT => Some(Seen::Basic),
        INTERACTIVE if is_by_iis(attempt) => Some(Seen::Basic),
        NETWORK if package.eq_ignore_ascii_case("KERBEROS") => Some(Seen::Kerberos),
        NETWORK if is_ntlm() => Some(Seen::Ntlm),
        _ => None,
    }
}

fn is_by_iis(attempt: &Attempt<'_>) -> bool {
    attempt.process().is_some_and(|process| process.eq_ignore_ascii_case("IIS"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::event_log::Event;
    use crate::evidence::place::ArtifactId;

    fn event(provider: &str, id: u32, record: u64, fields: &[(&str, &str)]) -> Event {
        Event {
            at: ArtifactId(0).record(record),
            provider: provider.into(),
            id,
            time: jiff::Timestamp::from_second(i64::try_from(record).expect("small")).ok(),
            computer: "SQL01".into(),
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }

    fn logon(record: u64, user: &str, kind: &str, package: &str, client: &str) -> Event {
        let fields = [
            ("TargetUserName", user),
            ("TargetDomainName", "CONTOSO"),
            ("LogonType", kind),
            ("AuthenticationPackageName", package),
            ("IpAddress", client),
        ];
        event("Microsoft-Windows-Security-Auditing", 4624, record, &fields)
    }

    fn seen(events: Vec<Event>) -> Vec<(Seen, u64, crate::evidence::place::Evidence)> {
        let log = EventLog { events, ..EventLog::default() };
        sightings(&log).into_iter().map(|one| (one.what, one.count, one.at)).collect()
    }

    #[test]
    fn what_is_alike_is_one_and_the_last_record_stands_for_it() {
        let events = vec![
            logon(1, "alice", "3", "Kerberos", "10.0.0.20"),
            logon(2, "bob", "3", "Kerberos", "10.0.0.20"),
            logon(3, "alice", "3", "NTLM", "10.0.0.20"),
        ];
        let at = |record| ArtifactId(0).record(record);
        assert_eq!(seen(events), [(Seen::Kerberos, 2, at(2)), (Seen::Ntlm, 1, at(3))]);
    }

    #[test]
    fn names_in_either_case_are_alike() {
        let of = |record, domain| {
            let fields = [
                ("TargetDomainName", domain),
                ("LogonType", "3"),
                ("AuthenticationPackageName", "kerberos"),
                ("WorkstationName", if record == 1 { "Client07" } else { "CLIENT07" }),
            ];
            event("Microsoft-Windows-Security-Auditing", 4624, record, &fields)
        };
        let domains = ["Contoso", "CONTOSO", "contoso", "CONTOSO", "FABRIKAM", "FABRIKAM"];
        let events = (1..).zip(domains).map(|(record, domain)| of(record, domain)).collect();
        let at = |record| ArtifactId(0).record(record);
        assert_eq!(seen(events), [(Seen::Kerberos, 4, at(4)), (Seen::Kerberos, 2, at(6))]);
    }

    #[test]
    fn passwords_that_crossed_the_network_and_nobody_are_told_apart() {
        let nobody = logon(1, "anonymous logon", "3", "NTLM", "10.0.0.20");
        let basic = logon(2, "alice", "8", "Negotiate", "10.0.0.57");
        let console = logon(3, "alice", "2", "Negotiate", "127.0.0.1");
        let at = |record| ArtifactId(0).record(record);
        assert_eq!(seen(vec![nobody, basic, console]), [(Seen::Basic, 1, at(2)), (Seen::Anonymous, 1, at(1))]);
        let old = [("TargetUserName", "alice"), ("LogonType", "2"), ("LogonProcessName", "IIS     ")];
        let of_iis_5 = event("Security", 528, 4, &old);
        assert_eq!(seen(vec![of_iis_5]), [(Seen::Basic, 1, at(4))]);
    }

    #[test]
    fn trouble_of_services_counts_and_the_rest_does_not() {
        let trouble = event("NETLOGON", 5719, 1, &[]);
        assert_eq!(seen(vec![trouble, event("NETLOGON", 5783, 2, &[]), event("LsaSrv", 40961, 3, &[])]).len(), 1);
        assert_eq!(seen(vec![event("Kerberos", 10, 1, &[]), event("Kerberos", 9, 2, &[])]).len(), 1);
        assert_eq!(seen(vec![event("Microsoft-Windows-Security-Kerberos", 10, 1, &[])]), []);
    }
}

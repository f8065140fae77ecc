//! Records that speak of one attempt to sign in: what the domain controller, the web server and IIS wrote down about it.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use foldhash::quality::RandomState;
use jiff::Timestamp;

use crate::artifacts::w3c_log::Request;
use crate::evidence::place::{Evidence, Place};
use crate::facts::attempts::{Attempt, Kind, Outcome};
use crate::facts::host::HostName;
use crate::formats::words::lower;

/// One attempt that failed, as several logs tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Its account, in lower case and without its domain.
    pub user: String,
    /// When the first record was written, where its zone is told.
    pub time: Option<Timestamp>,
    /// The events, by their places among all attempts, in the order of time.
    pub events: Vec<usize>,
    /// The line of the log of IIS that belongs to it.
    pub request: Option<Evidence>,
}

/// When a record was written, where its zone is told, and its place among all attempts.
type Record = (Option<Timestamp>, usize);

/// Records of computers whose clocks agree as Kerberos wants it belong together when they are not further apart. Nobody
/// signs in twice as fast as that, and a wrong clock leaves records apart instead of bringing wrong ones together.
const TOGETHER_MS: i64 = 10_000;
/// After Kerberos failed, NTLM is tried, and a person may type a password in between.
const FALLBACK_MS: i64 = 120_000;
/// IIS writes its line, to the second, when the answer is sent: right after the logon was refused.
const REQUEST_MS: u64 = 2_000;
/// Records of one account that are looked through for those of one attempt, and that one attempt has at most.
const NEAR: usize = 32;

/// Brings together what belongs together: failures of one account that are moments apart, each of another kind.
pub fn sign_ins(attempts: &[Attempt<'_>], requests: &[(HostName, &Request)]) -> Vec<SignIn> {
    let mut by_user: HashMap<Cow<'_, str>, Vec<Record>, RandomState> = HashMap::default();
    for (index, attempt) in attempts.iter().enumerate() {
        if attempt.outcome == Outcome::Failed
            && attempt.count == 1
            && (attempt.first.is_none() || attempt.first == attempt.last)
            && let Some(user) = attempt.user.map(bare)
            && !user.is_empty()
        {
            by_user.entry(user).or_default().push((attempt.first, index));
        }
    }
    let refused = Refused::of(requests);
    let mut found = Vec::new();
    for (user, mut records) in by_user {
        records.sort_unstable();
        let mut rest: VecDeque<Record> = records.into();
        while let Some(first @ (time, _)) = rest.pop_front() {
            let is_alone = rest.front().is_none_or(|next| !may_belong(first, *next));
            if is_alone && refused.is_empty() {
                continue;
            }
            let own = together(attempts, first, &mut rest);
            let logons = own.iter().filter_map(|(_, index)| attempts.get(*index));
            let request = logons.filter(|attempt| attempt.kind == Kind::Logon).find_map(|logon| refused.by(logon));
            if own.len() > 1 || request.is_some() {
                let events = own.iter().map(|(_, index)| *index).collect();
                found.push(SignIn { user: user.clone().into_owned(), time, events, request });
            }
        }
    }
    found.sort_by(|one, other| (one.time, &one.events).cmp(&(other.time, &other.events)));
    found
}

/// `alice` of `CONTOSO\Alice`, `alice@CONTOSO.COM` and `ALICE`.
pub(super) fn bare(user: &str) -> Cow<'_, str> {
    // Searches that are made for long texts take longer to begin than a name has letters.
    let names = user.bytes();
    let start = names.clone().rposition(|byte| byte == b'\\').map_or(0, |place| place.saturating_add(1));
    let realm = names.skip(start).position(|byte| byte == b'@');
    let end = realm.map_or(user.len(), |place| start.saturating_add(place));
    lower(user.get(start..end).unwrap_or_default())
}

/// Takes out of the records that follow the first one those that tell of its attempt. One account may sign in at two
/// clients at once; then each attempt takes the records of its own client, and those of the other wait.
fn together(attempts: &[Attempt<'_>], first: Record, rest: &mut VecDeque<Record>) -> Vec<Record> {
    let mut own = vec![first];
    let mut place = 0;
    while let Some(next) = rest.get(place).copied() {
        if place >= NEAR || own.len() >= NEAR || !may_belong(first, next) {
            break;
        }
        let is_own = belongs(attempts, &own, next);
        let is_strange = is_of_another_client(attempts, &own, next);
        if is_strange
            && (!is_own || rest.range(place..).take(NEAR).any(|later| is_rather(attempts, &own, next, *later)))
        {
            place = place.saturating_add(1);
        } else if is_own {
            own.extend(rest.remove(place));
        } else {
            break;
        }
    }
    own
}

/// Whether a later record is near enough to be of the same attempt, as far as their times tell.
fn may_belong(first: Record, next: Record) -> bool {
    apart_ms(first.0, next.0).is_none_or(|apart| apart <= FALLBACK_MS)
}

/// Whether a record names an address, and these name another. A proxy lets both name two for one client.
fn is_of_another_client(attempts: &[Attempt<'_>], own: &[Record], (_, index): Record) -> bool {
    let client = |index: usize| attempts.get(index)?.client;
    let address = |client: &str| client.parse::<IpAddr>().ok();
    let Some(asked) = client(index) else { return false };
    let is_another = |(own, asked): (IpAddr, IpAddr)| own.is_ipv4() == asked.is_ipv4() && own != asked;
    // Mostly they are the same to the letter, and need not be read.
    let mut others = own.iter().filter_map(|(_, index)| client(*index)).filter(|own| *own != asked);
    others.any(|own| address(own).zip(address(asked)).is_some_and(is_another))
}

/// Whether a later record tells the same as the next one, but of the client that these are of.
fn is_rather(attempts: &[Attempt<'_>], own: &[Record], (_, next): Record, later: Record) -> bool {
    let is_same_kind = attempts.get(next).zip(attempts.get(later.1)).is_some_and(|(one, other)| one.kind == other.kind);
    is_same_kind && !is_of_another_client(attempts, own, later) && belongs(attempts, own, later)
}

fn belongs(attempts: &[Attempt<'_>], known: &[Record], (time, index): Record) -> bool {
    let Some(attempt) = attempts.get(index) else { return false };
    let first = known.first().and_then(|(time, _)| *time);
    let known = || known.iter().filter_map(|(_, index)| attempts.get(*index));
    let is_same_kind = |other: &Attempt<'_>| {
        other.kind == attempt.kind && (other.computer == attempt.computer || attempt.kind == Kind::Logon)
    };
    let is_fallback = attempt.kind == Kind::Ntlm && known().all(|other| is_kerberos(other.kind));
    let window_ms = if is_fallback { FALLBACK_MS } else { TOGETHER_MS };
    let is_near = match (first, time) {
        (None, None) => known().next_back().is_some_and(|last| are_neighbors(last, attempt)),
        _ => apart_ms(first, time).is_some_and(|apart| apart <= window_ms),
    };
    is_near && !known().any(is_same_kind)
}

/// How much later the other one was written, in milliseconds, where both times are known.
fn apart_ms(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<i64> {
    let (one, other) = one.zip(other)?;
    Some(other.as_millisecond().saturating_sub(one.as_millisecond()))
}

/// Whether two records of a copy without a zone stand next to each other, and are of one day.
fn are_neighbors(one: &Attempt<'_>, other: &Attempt<'_>) -> bool {
    let date = |attempt: &Attempt<'_>| attempt.local_time?.split_whitespace().next().map(str::to_owned);
    let number = |attempt: &Attempt<'_>| match attempt.at.place {
        Place::Record(number) => Some(number),
        Place::Whole | Place::Lines { .. } => None,
    };
    let is_next = number(one).zip(number(other)).is_some_and(|(one, other)| one.abs_diff(other) == 1);
    one.at.artifact == other.at.artifact && is_next && date(one).is_some() && date(one) == date(other)
}

const fn is_kerberos(kind: Kind) -> bool {
    matches!(kind, Kind::TicketGrantingTicket | Kind::ServiceTicket | Kind::PreAuthentication)
}

/// When requests were answered with 401, for each host and who asked it: of those at one time, the first.
struct Refused<'a>(HashMap<(&'a HostName, Who<'a>), Vec<(i64, Evidence)>, RandomState>);

/// By what a request and a logon are known to be of one person.
#[derive(PartialEq, Eq, Hash)]
enum Who<'a> {
    Client(IpAddr),
    User(Cow<'a, str>),
}

impl<'a> Refused<'a> {
    fn of(requests: &'a [(HostName, &'a Request)]) -> Self {
        let mut refused: HashMap<_, Vec<_>, RandomState> = HashMap::default();
        for (host, request) in requests.iter().filter(|(_, request)| request.status == 401) {
            let Some(time) = request.time else { continue };
            let client = request.client.map(Who::Client);
            let user = request.user.as_deref().map(bare).map(Who::User);
            for who in client.into_iter().chain(user) {
                refused.entry((host, who)).or_default().push((time.as_millisecond(), request.at));
            }
        }
        for times in refused.values_mut() {
            times.sort_unstable();
            times.dedup_by_key(|(time, _)| *time);
        }
        Self(refused)
    }

    /// Whether no server refused any request.
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The request that a server refused together with this logon: of the same client, or with the same name.
    fn by(&self, logon: &Attempt<'_>) -> Option<Evidence> {
        if self.is_empty() {
            return None;
        }
        let time = logon.first?.as_millisecond();
        let host = HostName::new(logon.computer);
        let client = logon.client.and_then(|client| client.parse().ok()).map(Who::Client);
        let user = logon.user.map(bare).map(Who::User);
        let near = client.into_iter().chain(user).flat_map(|who| self.near(&host, who, time));
        near.filter(|(apart, _)| *apart <= REQUEST_MS).min().map(|(_, at)| at)
    }

    /// The last request before a time and the first one after it: how far apart, and where it stands.
    fn near(&self, host: &HostName, who: Who<'_>, time: i64) -> Vec<(u64, Evidence)> {
        let times = self.0.get(&(host, who)).map(Vec::as_slice).unwrap_or_default();
        let (before, behind) = times.split_at(times.partition_point(|(at, _)| *at < time));
        let near = before.last().into_iter().chain(behind.first());
        near.map(|(at, evidence)| (at.abs_diff(time), *evidence)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::event_fields::Fields;
    use crate::artifacts::event_log::{Event, EventLog};
    use crate::evidence::place::ArtifactId;
    use crate::facts::attempts::attempts;

    /// Events as (computer, provider, id, seconds, fields).
    type Told<'a> = (&'a str, &'a str, u32, i64, &'a [(&'a str, &'a str)]);

    const AUDITING: &str = "Microsoft-Windows-Security-Auditing";

    fn told(events: &[Told<'_>]) -> Vec<Attempt<'static>> {
        let event = |(record, (computer, provider, id, second, fields)): (u64, &Told<'_>)| Event {
            at: ArtifactId(0).record(record),
            provider: (*provider).into(),
            id: *id,
            time: Timestamp::from_second(1_772_000_000 + second).ok(),
            computer: (*computer).into(),
            fields: fields.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned())).collect::<Fields>(),
        };
        let events = (1..).zip(events).map(event).collect();
        attempts(Box::leak(Box::new(EventLog { events, ..EventLog::default() })))
    }

    fn ids(attempts: &[Attempt<'_>], requests: &[(HostName, &Request)]) -> Vec<(Vec<u32>, bool)> {
        let ids = |sign_in: &SignIn| sign_in.events.iter().map(|index| attempts[*index].id).collect();
        sign_ins(attempts, requests).iter().map(|sign_in| (ids(sign_in), sign_in.request.is_some())).collect()
    }

    fn request(second: i64, status: u16, client: &str) -> Request {
        Request {
            at: ArtifactId(1).line(7),
            time: Timestamp::from_second(1_772_000_000 + second).ok(),
            path: "/".to_owned(),
            user: None,
            client: client.parse().ok(),
            server: None,
            port: None,
            host: None,
            agent: None,
            status,
            sub_status: Some(1),
            win32: None,
        }
    }

    const MAJOR: &[(&str, &str)] = &[("TargetUserName", "Major"), ("Status", "6")];
    const MAJOR_NTLM: &[(&str, &str)] =
        &[("TargetUserName", "Major"), ("Workstation", "WEBSERVER"), ("Status", "3221225572")];

    #[test]
    fn the_pair_of_the_article_is_one_attempt() {
        let pair = [("DBSERVER", "Security", 676, 0, MAJOR), ("DBSERVER", "Security", 681, 90, MAJOR_NTLM)];
        assert_eq!(ids(&told(&pair), &[]), [(vec![676, 681], false)]);
        let late = [("DBSERVER", "Security", 676, 0, MAJOR), ("DBSERVER", "Security", 681, 121, MAJOR_NTLM)];
        assert_eq!(ids(&told(&late), &[]), []);
        let minor: &[(&str, &str)] = &[("TargetUserName", "Minor"), ("Status", "3221225572")];
        let other = [("DBSERVER", "Security", 676, 0, MAJOR), ("DBSERVER", "Security", 681, 1, minor)];
        assert_eq!(ids(&told(&other), &[]), []);
    }

    #[test]
    fn a_refused_logon_comes_with_its_ticket_and_its_request() {
        let ticket: &[(&str, &str)] =
            &[("TargetUserName", "alice@CONTOSO.COM"), ("ServiceName", "svc"), ("Status", "0x12")];
        let logon: &[(&str, &str)] = &[
            ("TargetUserName", "Alice"),
            ("TargetDomainName", "CONTOSO"),
            ("IpAddress", "10.0.0.57"),
            ("Status", "0xc000006d"),
        ];
        let events = told(&[("DC1", AUDITING, 4769, 0, ticket), ("WEB01.contoso.com", AUDITING, 4625, 1, logon)]);
        let web = HostName::new("WEB01");
        let own = request(2, 401, "10.0.0.57");
        assert_eq!(ids(&events, &[(web.clone(), &own)]), [(vec![4769, 4625], true)]);
        for strange in [request(2, 200, "10.0.0.57"), request(2, 401, "10.0.0.58"), request(9, 401, "10.0.0.57")] {
            assert_eq!(ids(&events, &[(web.clone(), &strange)]), [(vec![4769, 4625], false)], "{strange:?}");
        }
        assert_eq!(ids(&events, &[(HostName::new("WEB02"), &own)]), [(vec![4769, 4625], false)]);
    }

    #[test]
    fn a_request_with_the_name_of_the_logon_is_its_request() {
        let logon: &[(&str, &str)] = &[("TargetUserName", "alice"), ("Status", "0xc000006d")];
        let told = told(&[("WEB01", AUDITING, 4625, 0, logon)]);
        let of_nobody = request(0, 401, "");
        let named = Request { user: Some("CONTOSO\\Alice".to_owned()), ..request(0, 401, "") };
        assert_eq!(ids(&told, &[(HostName::new("WEB01"), &of_nobody)]), []);
        assert_eq!(ids(&told, &[(HostName::new("WEB01"), &named)]), [(vec![4625], true)]);
    }

    #[test]
    fn the_nearest_request_is_that_of_the_logon() {
        let logon: &[(&str, &str)] =
            &[("TargetUserName", "alice"), ("IpAddress", "10.0.0.57"), ("Status", "0xc000006d")];
        let told = told(&[("WEB01", AUDITING, 4625, 10, logon)]);
        let at = |line, second| Request { at: ArtifactId(1).line(line), ..request(second, 401, "10.0.0.57") };
        let asked = [at(1, 8), at(2, 9), at(3, 11), at(4, 12)];
        let found = |asked: &[Request]| {
            let asked: Vec<_> = asked.iter().map(|one| (HostName::new("WEB01"), one)).collect();
            sign_ins(&told, &asked).first().and_then(|sign_in| sign_in.request)
        };
        assert_eq!(found(&asked), Some(ArtifactId(1).line(2)), "of two as near, the first");
        assert_eq!(found(&asked[2..]), Some(ArtifactId(1).line(3)));
        assert_eq!(found(&[at(5, 7), at(6, 13)]), None);
    }

    #[test]
    fn two_domain_controllers_may_tell_of_one_attempt() {
        let ticket: &[(&str, &str)] = &[("TargetUserName", "alice"), ("ServiceName", "svc"), ("Status", "0x7")];
        let of = |second: &str| told(&[("DC1", AUDITING, 4769, 0, ticket), (second, AUDITING, 4769, 1, ticket)]);
        assert_eq!(ids(&of("DC2"), &[]), [(vec![4769, 4769], false)]);
        assert_eq!(ids(&of("DC1"), &[]), [], "one that says it twice tells of two");
    }

    #[test]
    fn one_attempt_is_not_told_by_records_without_number() {
        let ticket: &[(&str, &str)] = &[("TargetUserName", "alice"), ("ServiceName", "svc"), ("Status", "0x7")];
        let names: Vec<String> = (0..100).map(|number| format!("DC{number}")).collect();
        let events: Vec<Told<'_>> = names.iter().map(|name| (name.as_str(), AUDITING, 4769, 0, ticket)).collect();
        let lengths: Vec<usize> = ids(&told(&events), &[]).iter().map(|(ids, _)| ids.len()).collect();
        assert_eq!(lengths, [NEAR, NEAR, NEAR, 4]);
    }

    #[test]
    fn without_a_zone_only_neighbors_of_one_day_belong_together() {
        let on = |record, date: &str, attempt: &Attempt<'static>| Attempt {
            at: ArtifactId(0).record(record),
            first: None,
            local_time: Some(String::leak(format!("{date} 8:47:01 PM"))),
            ..attempt.clone()
        };
        let pair = told(&[("DBSERVER", "Security", 676, 0, MAJOR), ("DBSERVER", "Security", 681, 0, MAJOR_NTLM)]);
        let ids_on = |record, date| ids(&[on(4, "5/11/2000", &pair[0]), on(record, date, &pair[1])], &[]).len();
        assert_eq!((ids_on(5, "5/11/2000"), ids_on(6, "5/11/2000"), ids_on(5, "5/12/2000")), (1, 0, 0));
    }

    #[test]
    fn a_second_attempt_is_another_one() {
        let logon: &[(&str, &str)] = &[("TargetUserName", "bob"), ("Status", "0xc000006d")];
        let check: &[(&str, &str)] = &[("TargetUserName", "bob"), ("Status", "0xc000006a")];
        let events = told(&[
            ("DC1", AUDITING, 4776, 0, check),
            ("WEB01", AUDITING, 4625, 0, logon),
            ("DC1", AUDITING, 4776, 3, check),
            ("WEB01", AUDITING, 4625, 3, logon),
        ]);
        assert_eq!(ids(&events, &[]), [(vec![4776, 4625], false), (vec![4776, 4625], false)]);
    }

    #[test]
    fn attempts_of_one_account_at_two_clients_stay_apart() {
        let of = |client: &'static str, id: u32, at: i64| {
            let fields: &[(&str, &str)] = &[("TargetUserName", "bob"), ("Status", "0x12"), ("IpAddress", client)];
            let computer = if id == 4769 { "DC1" } else { "WEB01" };
            (computer, AUDITING, id, at, Box::leak(fields.to_vec().into_boxed_slice()) as &[_])
        };
        let (one, other) = ("10.0.0.1", "10.0.0.2");
        for order in [[one, other, one, other], [one, other, other, one]] {
            let [a, b, c, d] = order;
            let events = told(&[of(a, 4769, 0), of(b, 4769, 1), of(c, 4625, 2), of(d, 4625, 3)]);
            let found = sign_ins(&events, &[]);
            assert_eq!(found.len(), 2, "{order:?}");
            for sign_in in found {
                let clients: Vec<_> = sign_in.events.iter().map(|index| events[*index].client).collect();
                assert!(clients.len() == 2 && clients[0] == clients[1], "{order:?}: {clients:?}");
            }
        }
        // Behind a proxy, the web server sees one address only.
        let events = told(&[of(one, 4769, 0), of(other, 4769, 1), of("10.0.0.9", 4625, 2), of("10.0.0.9", 4625, 3)]);
        assert_eq!(ids(&events, &[]), [(vec![4769, 4625], false), (vec![4769, 4625], false)]);
    }

    #[test]
    fn a_logon_and_a_request_that_tell_no_client_have_nothing_in_common() {
        let logon: &[(&str, &str)] = &[("TargetUserName", "bob"), ("IpAddress", "-"), ("Status", "0xc000006d")];
        let events = told(&[("WEB01", AUDITING, 4625, 0, logon)]);
        let nobody = Request { client: None, ..request(0, 401, "10.0.0.57") };
        let web = HostName::new("WEB01");
        assert_eq!(ids(&events, &[(web.clone(), &nobody)]), []);
        let named = Request { user: Some("CONTOSO\\Bob".to_owned()), ..nobody };
        assert_eq!(ids(&events, &[(web, &named)]), [(vec![4625], true)]);
    }

    #[test]
    fn an_account_is_told_by_its_bare_name() {
        let names = ["alice", "CONTOSO\\Alice", "alice@CONTOSO.COM", "CONTOSO\\alice@contoso.com", "A\\B\\ALICE@c@d"];
        assert_eq!(names.map(bare), ["alice"; 5]);
        assert_eq!(["", "\\", "@", "CONTOSO\\", "@x\\y", "\u{dc}ber"].map(bare), ["", "", "", "", "y", "\u{fc}ber"]);
    }

    #[test]
    fn very_many_attempts_are_all_told() {
        let names: Vec<String> = (0..10_500).map(|number| format!("user{number}")).collect();
        let logon = |(number, name): (usize, &String)| {
            let told: Vec<(&str, &str)> = vec![("TargetUserName", name.clone().leak()), ("Status", "0x12")];
            let fields: &'static [(&str, &str)] = Vec::leak(told);
            let ids = [("DC1", AUDITING, 4769), ("WEB01", AUDITING, 4625)];
            ids.map(|(computer, provider, id)| (computer, provider, id, i64::try_from(number).unwrap_or(0), fields))
        };
        let events: Vec<Told<'_>> = names.iter().enumerate().flat_map(logon).collect();
        assert_eq!(sign_ins(&told(&events), &[]).len(), 10_500);
    }

    #[test]
    fn what_went_well_or_stands_for_many_is_no_attempt() {
        let fine: &[(&str, &str)] = &[("TargetUserName", "bob"), ("Status", "0x0")];
        let events = told(&[("DC1", AUDITING, 4776, 0, fine), ("DC1", AUDITING, 4769, 0, fine)]);
        assert_eq!(ids(&events, &[]), []);
        let pair = [("DBSERVER", "Security", 676, 0, MAJOR), ("DBSERVER", "Security", 681, 1, MAJOR_NTLM)];
        let many: Vec<_> = told(&pair).into_iter().map(|attempt| Attempt { count: 5, ..attempt }).collect();
        assert_eq!(ids(&many, &[]), []);
    }
}

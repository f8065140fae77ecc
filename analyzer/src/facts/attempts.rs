//! What event logs say about signing in, one row for what is alike, the same for every version of Windows.

use jiff::Timestamp;

use crate::artifacts::event_fields::Fields;
use crate::artifacts::event_log::{Event, EventLog, Failures, Tally};
use crate::artifacts::event_log_legacy::{AUDIT_FAILURE, AUDIT_SUCCESS, EVENT_TYPE};
use crate::artifacts::event_log_text::{LOCAL_TIME, MESSAGE};
use crate::codes::number::number;
use crate::codes::row::{Row, find};
use crate::codes::{kerberos, nt_status, security_event};
use crate::evidence::place::Evidence;
use crate::formats::words::trimmed;

/// One event, or many that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// The record, or the first of those that are alike.
    pub at: Evidence,
    /// When the first one happened, in UTC.
    pub first: Option<Timestamp>,
    /// When the last one happened.
    pub last: Option<Timestamp>,
    /// When it happened, as the log has it, where nobody tells the zone.
    pub local_time: Option<&'a str>,
    /// How many there are.
    pub count: u64,
    /// The computer that wrote it down.
    pub computer: &'a str,
    /// Who wrote it.
    pub provider: &'a str,
    /// The event id, as that version of Windows numbers it.
    pub id: u32,
    /// What was attempted.
    pub kind: Kind,
    /// How it ended.
    pub outcome: Outcome,
    /// Who.
    pub user: Option<&'a str>,
    /// The domain or realm of that account.
    pub domain: Option<&'a str>,
    /// From where: an address, or else the name of a computer.
    pub client: Option<&'a str>,
    /// What the ticket was for.
    pub service: Option<&'a str>,
    /// `Kerberos`, `NTLM` or `Negotiate`, with the version of NTLM where it is known.
    pub package: Option<&'a str>,
    /// The type of logon.
    pub logon_type: Option<u32>,
    /// The encryption type of a ticket.
    pub encryption_type: Option<u32>,
    /// Why it failed.
    pub code: Option<Code>,
    /// Why exactly, where a second code says so.
    pub sub_code: Option<Code>,
    /// All that it says, or that those that are alike have in common.
    pub fields: &'a Fields,
}

/// What was attempted, or who reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Somebody signed in to a computer: 4624, 4625, 528 to 540.
    Logon,
    /// Somebody asked for a ticket-granting ticket: 4768, 672, 676.
    TicketGrantingTicket,
    /// Somebody asked for a service ticket: 4769, 673, 677.
    ServiceTicket,
    /// A ticket was renewed: 4770, 674.
    Renewal,
    /// Somebody proved, or failed to prove, to know a password: 4771, 675.
    PreAuthentication,
    /// Somebody used another account than the own one: 4648, 552.
    ExplicitCredentials,
    /// A domain controller checked an NTLM answer: 4776, 680, 681.
    Ntlm,
    /// A Kerberos client reports.
    KerberosClient,
    /// A domain controller reports.
    Kdc,
    /// Netlogon reports.
    Netlogon,
    /// The local security authority reports.
    Lsa,
    /// HTTP.sys reports.
    Http,
    /// The service that starts application pools reports.
    ApplicationPool,
    /// The time service reports.
    Time,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It went well.
    Succeeded,
    /// It failed.
    Failed,
    /// A service reports trouble of its own, or an event does not tell how it ended.
    Reported,
}

/// A number, and what it stands for where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The number.
    pub value: u32,
    /// Its name, if it has one.
    pub name: Option<&'static str>,
}

impl Kind {
    /// All of which somebody attempts something.
    pub const ATTEMPTS: [Self; 7] = [
        Self::Logon,
        Self::TicketGrantingTicket,
        Self::ServiceTicket,
        Self::Renewal,
        Self::PreAuthentication,
        Self::ExplicitCredentials,
        Self::Ntlm,
    ];

    /// One word, for people and programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Logon => "logon",
            Self::TicketGrantingTicket => "ticket-granting-ticket",
            Self::ServiceTicket => "service-ticket",
            Self::Renewal => "renewal",
            Self::PreAuthentication => "pre-authentication",
            Self::ExplicitCredentials => "explicit-credentials",
            Self::Ntlm => "ntlm",
            Self::KerberosClient => "kerberos-client",
            Self::Kdc => "kdc",
            Self::Netlogon => "netlogon",
            Self::Lsa => "lsa",
            Self::Http => "http",
            Self::ApplicationPool => "application-pool",
            Self::Time => "time",
        }
    }

    fn of(provider: &str, id: u32) -> Option<Self> {
        // Almost all write it the same way, and that is seen at once.
        let is = |name: &str| provider == name || provider.eq_ignore_ascii_case(name);
        if is("Microsoft-Windows-Security-Auditing") || is("Security") {
            return match id {
                4624 | 4625 | 528..=537 | 539 | 540 => Some(Self::Logon),
                4768 | 672 | 676 => Some(Self::TicketGrantingTicket),
                4769 | 673 | 677 => Some(Self::ServiceTicket),
                4770 | 674 => Some(Self::Renewal),
                4648 | 552 => Some(Self::ExplicitCredentials),
                4771 | 675 => Some(Self::PreAuthentication),
                4776 | 680 | 681 => Some(Self::Ntlm),
                _ => None,
            };
        }
        let reporters: [(&[&str], Self); 7] = [
            (&["Microsoft-Windows-Security-Kerberos", "Kerberos"], Self::KerberosClient),
            (&["Microsoft-Windows-Kerberos-Key-Distribution-Center", "KDC"], Self::Kdc),
            (&["NETLOGON"], Self::Netlogon),
            (&["LsaSrv"], Self::Lsa),
            (&["Microsoft-Windows-HttpEvent", "HTTP"], Self::Http),
            (&["Microsoft-Windows-WAS", "WAS"], Self::ApplicationPool),
            (&["Microsoft-Windows-Time-Service", "W32Time"], Self::Time),
        ];
        reporters.into_iter().find(|(names, _)| names.iter().any(|name| is(name))).map(|(_, kind)| kind)
    }

    /// Whether somebody attempted something; all others are reports of services.
    const fn is_attempt(self) -> bool {
        matches!(
            self,
            Self::Logon
                | Self::TicketGrantingTicket
                | Self::ServiceTicket
                | Self::Renewal
                | Self::PreAuthentication
                | Self::ExplicitCredentials
                | Self::Ntlm
        )
    }

    const fn codes(self) -> &'static [Row] {
        match self {
            Self::TicketGrantingTicket
            | Self::ServiceTicket
            | Self::Renewal
            | Self::PreAuthentication
            | Self::KerberosClient => kerberos::ROWS,
            Self::Logon
            | Self::ExplicitCredentials
            | Self::Ntlm
            | Self::Kdc
            | Self::Netlogon
            | Self::Lsa
            | Self::Http
            | Self::ApplicationPool
            | Self::Time => nt_status::ROWS,
        }
    }
}

impl<'a> Attempt<'a> {
    /// The process that asked for the logon, such as `Kerberos`, `NtLmSsp` or `Advapi`.
    pub fn process(&self) -> Option<&'a str> {
        self.fields.get("LogonProcessName").map(trimmed)
    }

    /// What it says without telling what each of it is, in its order: texts of old events whose order nobody confirmed,
    /// and messages in a language that is not known here.
    pub fn texts(&self) -> impl Iterator<Item = &'a str> {
        let is_nameless = |name: &str| name == MESSAGE || name.bytes().all(|byte| byte.is_ascii_digit());
        let nameless = self.fields.iter().filter(move |(name, _)| is_nameless(name));
        nameless.map(|(_, words)| trimmed(words)).filter(|words| !words.is_empty() && *words != "-")
    }
}

impl Outcome {
    /// One word, for people and programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Reported => "reported",
        }
    }
}

impl Code {
    fn of(value: u32, table: &'static [Row]) -> Self {
        Self { value, name: find(table, value).map(|row| row.name) }
    }
}

/// What a log says, in the order of time: each kept event, and for all others that are alike one row.
pub fn attempts(log: &EventLog) -> Vec<Attempt<'_>> {
    let mut attempts = kept(log);
    let mut columns = Columns::default();
    attempts.extend(log.all_tallies().filter_map(|tally| of_tally(tally, &mut columns)));
    in_order(attempts)
}

/// The same in any order, and only of these kinds: the others are not even looked at.
pub fn attempts_of<'a>(log: &'a EventLog, kinds: &'a [Kind]) -> impl Iterator<Item = Attempt<'a>> {
    let later = log.later.told_where(|provider, id| is_of(kinds, provider, id));
    let events = log.events.iter().filter(move |event| is_of(kinds, &event.provider, event.id));
    let tallies = log.tallies.iter().chain(later).filter(move |tally| is_of(kinds, tally.provider, tally.id));
    let (mut of_events, mut of_tallies) = (Columns::default(), Columns::default());
    let events = events.filter_map(move |event| of_event(event, &mut of_events));
    events.chain(tallies.filter_map(move |tally| of_tally(tally, &mut of_tallies)))
}

/// Failures of these kinds, in any order, and only of users that are wanted. What is ordinary went well, and is not even
/// looked at.
pub fn failures_of<'a>(
    log: &'a EventLog,
    kinds: &[Kind],
    is_wanted: impl Fn(Option<&'a str>) -> bool,
) -> Vec<Attempt<'a>> {
    let mut columns = Columns::default();
    let is_one = |provider: &str, id: u32, fields: &'a Fields, columns: &mut Columns<'a>| {
        is_of(kinds, provider, id) && columns.told(fields).is_some_and(|told| is_wanted(told.user()))
    };
    let mut found = Vec::new();
    for event in &log.events {
        if is_one(&event.provider, event.id, &event.fields, &mut columns) {
            found.extend(of_event(event, &mut columns));
        }
    }
    for tally in log.tallies.iter().filter(|tally| tally.kept > 0) {
        if is_one(tally.provider, tally.id, &tally.fields, &mut columns) {
            found.extend(of_tally(tally, &mut columns));
        }
    }
    found.retain(|attempt| attempt.outcome == Outcome::Failed);
    found
}

/// Who is named by events of a kind that are kept, however they ended; anybody more than once.
pub fn users_of(log: &EventLog, kind: Kind) -> impl Iterator<Item = &str> {
    let mut columns = Columns::default();
    let events = log.events.iter().filter(move |event| is_of(&[kind], &event.provider, event.id));
    events.filter_map(move |event| columns.told(&event.fields)?.user())
}

fn is_of(kinds: &[Kind], provider: &str, id: u32) -> bool {
    Kind::of(provider, id).is_some_and(|kind| kinds.contains(&kind))
}

/// What a log says of the events that are kept, in the order of time: failures, and what services report.
pub fn kept_attempts(log: &EventLog) -> Vec<Attempt<'_>> {
    in_order(kept(log))
}

fn kept(log: &EventLog) -> Vec<Attempt<'_>> {
    let mut columns = Columns::default();
    // Rows are large, and almost every event has one.
    let mut kept = Vec::with_capacity(log.events.len());
    kept.extend(log.events.iter().filter_map(|event| of_event(event, &mut columns)));
    kept
}

/// Logons over the network that went well and are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkLogons<'a> {
    /// The computer.
    pub computer: &'a str,
    /// From where.
    pub client: &'a str,
    /// The authentication package.
    pub package: &'a str,
    /// How many.
    pub count: u64,
}

/// The logons over the network that went well, of accounts that somebody chose: nobody chooses the package of an
/// anonymous logon.
pub fn network_logons(log: &EventLog) -> impl Iterator<Item = NetworkLogons<'_>> {
    let mut columns = Columns::default();
    let is_logon = |id: u32| matches!(id, 4624 | 528 | 540);
    let later = log.later.told_where(|_, id| is_logon(id));
    let logons = log.tallies.iter().chain(later).filter(move |tally| is_logon(tally.id) && tally.kept == 0);
    logons.filter_map(move |tally| {
        Kind::of(tally.provider, tally.id)?;
        let told = columns.told(&tally.fields)?;
        let is_anonymous = told.words(Column::TargetUserName)?.eq_ignore_ascii_case("ANONYMOUS LOGON");
        (told.words(Column::LogonType) == Some("3") && !is_anonymous).then_some(())?;
        let (client, package) = (told.client()?, told.package()?);
        Some(NetworkLogons { computer: &tally.computer, client, package, count: tally.count })
    })
}

/// A field that a row is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    AppPoolId,
    AuthenticationPackageName,
    ClientName,
    ClientRealm,
    ErrorCode,
    EventType,
    IpAddress,
    LmPackageName,
    LocalTime,
    LogonType,
    PackageName,
    ServerName,
    ServiceName,
    Spn,
    Status,
    SubStatus,
    TargetDomainName,
    TargetName,
    TargetServerName,
    TargetUserName,
    TicketEncryptionType,
    Username,
    Workstation,
    WorkstationName,
}

/// Their names, in the same order.
const NAMES: [&str; 24] = [
    "AppPoolID",
    "AuthenticationPackageName",
    "ClientName",
    "ClientRealm",
    "ErrorCode",
    EVENT_TYPE,
    "IpAddress",
    "LmPackageName",
    LOCAL_TIME,
    "LogonType",
    "PackageName",
    "ServerName",
    "ServiceName",
    "SPN",
    "Status",
    "SubStatus",
    "TargetDomainName",
    "TargetName",
    "TargetServerName",
    "TargetUserName",
    "TicketEncryptionType",
    "Username",
    "Workstation",
    "WorkstationName",
];

/// Where each of [`NAMES`] stands in a list of names.
type Places = [Option<u16>; NAMES.len()];

/// The places of the fields in lists of names that were met: very many events share a few lists.
#[derive(Default)]
struct Columns<'a> {
    met: Vec<(&'a Fields, Places)>,
    /// Which of them the next new one takes the place of.
    next: usize,
}

/// Lists whose places are remembered.
const LISTS: usize = 32;

impl<'a> Columns<'a> {
    fn told(&mut self, fields: &'a Fields) -> Option<Told<'a, '_>> {
        let known = self.met.iter().position(|(other, _)| other.has_list_of(fields));
        let place = known.unwrap_or_else(|| self.meet(fields));
        let (_, places) = self.met.get(place)?;
        Some(Told { fields, places })
    }

    /// Remembers another list; the oldest one goes where there are too many.
    fn meet(&mut self, fields: &'a Fields) -> usize {
        let place = self.next;
        let places = NAMES.map(|name| fields.place(name));
        match self.met.get_mut(place) {
            Some(oldest) => *oldest = (fields, places),
            None => self.met.push((fields, places)),
        }
        self.next = place.saturating_add(1) % LISTS;
        place
    }
}

/// What fields say, where they say anything.
#[derive(Clone, Copy)]
struct Told<'a, 'c> {
    fields: &'a Fields,
    places: &'c Places,
}

impl<'a> Told<'a, '_> {
    fn words(&self, column: Column) -> Option<&'a str> {
        let place = (*self.places.get(column as usize)?)?;
        self.fields.at(place.into()).map(trimmed).filter(|words| !words.is_empty() && *words != "-")
    }

    fn first(&self, columns: &[Column]) -> Option<&'a str> {
        columns.iter().find_map(|column| self.words(*column))
    }

    fn user(&self) -> Option<&'a str> {
        self.first(&[Column::TargetUserName, Column::ClientName, Column::Username])
    }

    fn client(&self) -> Option<&'a str> {
        let address = self.words(Column::IpAddress);
        let address = address.map(|address| address.strip_prefix("::ffff:").unwrap_or(address));
        address.or_else(|| self.first(&[Column::WorkstationName, Column::Workstation]))
    }

    fn package(&self) -> Option<&'a str> {
        self.first(&[Column::LmPackageName, Column::AuthenticationPackageName, Column::PackageName])
    }
}

/// What such failures are, and why they happen; none where a service reports.
pub fn failure(failures: &Failures) -> Option<(Kind, Option<Code>)> {
    let kind = Kind::of(failures.provider, failures.id).filter(|kind| kind.is_attempt())?;
    let code = failures.code.map(|code| Code::of(code, kind.codes())).or_else(|| of_old_id(failures.id));
    Some((kind, code))
}

/// Events of Windows 2000 to 2003 that say by their id why a logon failed.
fn of_old_id(id: u32) -> Option<Code> {
    let status = security_event::EVENTS.iter().find(|event| event.old == Some(id)).and_then(|event| event.status);
    status.map(|status| Code::of(status, nt_status::ROWS))
}

fn in_order(mut attempts: Vec<Attempt<'_>>) -> Vec<Attempt<'_>> {
    attempts.sort_by_key(|attempt| (attempt.first, attempt.at));
    attempts
}

fn of_event<'a>(event: &'a Event, columns: &mut Columns<'a>) -> Option<Attempt<'a>> {
    let mut attempt = of_fields(&event.provider, event.id, &event.fields, event.at, columns)?;
    (attempt.first, attempt.last) = (event.time, event.time);
    attempt.computer = &event.computer;
    Some(attempt)
}

/// Events that are kept stand for themselves.
fn of_tally<'a>(tally: &'a Tally, columns: &mut Columns<'a>) -> Option<Attempt<'a>> {
    let count = tally.count.checked_sub(tally.kept).filter(|count| *count > 0)?;
    let mut attempt = of_fields(tally.provider, tally.id, &tally.fields, tally.first.at(), columns)?;
    (attempt.first, attempt.last, attempt.count) = (tally.first.time(), tally.last.time(), count);
    attempt.computer = &tally.computer;
    if tally.kept == 0 && attempt.kind.is_attempt() {
        attempt.outcome = Outcome::Succeeded;
    }
    Some(attempt)
}

fn of_fields<'a>(
    provider: &'a str,
    id: u32,
    fields: &'a Fields,
    at: Evidence,
    columns: &mut Columns<'a>,
) -> Option<Attempt<'a>> {
    let kind = Kind::of(provider, id)?;
    let told = columns.told(fields)?;
    let value = |column| told.words(column).and_then(number).map(|number| number.value);
    let code = |value: Option<u32>| value.filter(|value| *value != 0).map(|value| Code::of(value, kind.codes()));
    let ended = value(Column::Status);
    // Event 3 of the client puts words behind its code, and event 537 has no name for it.
    let first_word = |column| told.words(column)?.split_whitespace().next().and_then(number);
    let status = code(ended)
        .or_else(|| first_word(Column::ErrorCode).map(|number| Code::of(number.value, kind.codes())))
        .or_else(|| of_old_id(id));
    Some(Attempt {
        at,
        first: None,
        last: None,
        local_time: told.words(Column::LocalTime),
        count: 1,
        computer: "",
        provider,
        id,
        kind,
        outcome: outcome(kind, id, told.words(Column::EventType), status, ended),
        user: told.user(),
        domain: told.first(&[Column::TargetDomainName, Column::ClientRealm]),
        client: told.client(),
        service: told.first(&[
            Column::ServiceName,
            Column::ServerName,
            Column::TargetName,
            Column::Spn,
            Column::AppPoolId,
            Column::TargetServerName,
        ]),
        package: told.package(),
        logon_type: value(Column::LogonType),
        encryption_type: value(Column::TicketEncryptionType),
        code: status,
        sub_code: code(value(Column::SubStatus)),
        fields,
    })
}

fn outcome(kind: Kind, id: u32, event_type: Option<&str>, why: Option<Code>, status: Option<u32>) -> Outcome {
    match (event_type, id) {
        _ if !kind.is_attempt() => Outcome::Reported,
        (Some(words), _) if words == AUDIT_SUCCESS => Outcome::Succeeded,
        // The Event Viewer has other words in other languages.
        (Some(words), _) if words == AUDIT_FAILURE => Outcome::Failed,
        (_, 4625 | 4771 | 529..=537 | 539 | 675..=677 | 681) => Outcome::Failed,
        (_, 4624 | 4648 | 4770 | 528 | 540 | 552 | 674) => Outcome::Succeeded,
        _ if why.is_some() => Outcome::Failed,
        _ if status == Some(0) => Outcome::Succeeded,
        // A message in a language that is not known here, or a damaged record: that it went well is not told either.
        _ => Outcome::Reported,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::event_occurrence::Occurrence;
    use crate::evidence::place::ArtifactId;

    const AUDITING: &str = "Microsoft-Windows-Security-Auditing";

    fn fields(fields: &[(&str, &str)]) -> Fields {
        fields.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned())).collect()
    }

    fn attempt(provider: &'static str, id: u32, told: &[(&str, &str)]) -> Attempt<'static> {
        let fields = Box::leak(Box::new(fields(told)));
        of_fields(provider, id, fields, ArtifactId(0).record(1), &mut Columns::default()).expect("is about signing in")
    }

    #[test]
    fn the_same_failure_is_the_same_in_all_generations() {
        let new = attempt(
            AUDITING,
            4769,
            &[
                ("TargetUserName", "alice@X"),
                ("ServiceName", "HTTP/web"),
                ("Status", "0x7"),
                ("IpAddress", "::ffff:10.1.2.3"),
            ],
        );
        let old = attempt(
            "SECURITY",
            673,
            &[
                ("TargetUserName", "alice@X"),
                ("ServiceName", "HTTP/web"),
                ("Status", "7"),
                ("IpAddress", "10.1.2.3"),
                ("EventType", "audit failure"),
            ],
        );
        assert_eq!(
            (new.kind, new.outcome, new.code.and_then(|code| code.name)),
            (old.kind, old.outcome, old.code.and_then(|code| code.name))
        );
        assert_eq!((new.user, new.client, new.service), (old.user, old.client, old.service));
        assert_eq!(new.code.map(|code| code.value), Some(7));
        assert_eq!((new.kind, new.outcome), (Kind::ServiceTicket, Outcome::Failed));
    }

    #[test]
    fn what_does_not_tell_how_it_ended_did_not_go_well() {
        for id in [4768, 4769, 4776, 673, 680] {
            let outcome = |told: &[(&str, &str)]| attempt(AUDITING, id, told).outcome;
            assert_eq!(outcome(&[("Ergebniscode", "0x6")]), Outcome::Reported, "{id}");
            assert_eq!(outcome(&[("Status", "?")]), Outcome::Reported, "{id}");
            assert_eq!(
                (outcome(&[("Status", "0x0")]), outcome(&[("Status", "0x6")])),
                (Outcome::Succeeded, Outcome::Failed)
            );
            assert_eq!(outcome(&[("EventType", "audit success")]), Outcome::Succeeded, "{id}");
        }
    }

    #[test]
    fn an_old_id_is_a_status() {
        let locked = attempt("Security", 539, &[("TargetUserName", "dave"), ("EventType", "audit failure")]);
        assert_eq!(locked.code.and_then(|code| code.name), Some("STATUS_ACCOUNT_LOCKED_OUT"));
        let decimal = attempt("Security", 681, &[("Status", "3221225578")]);
        assert_eq!(decimal.code.and_then(|code| code.name), Some("STATUS_WRONG_PASSWORD"));
    }

    #[test]
    fn a_status_of_zero_is_no_failure() {
        let ticket = attempt(AUDITING, 4768, &[("Status", "0x0"), ("TicketEncryptionType", "0x12")]);
        assert_eq!((ticket.outcome, ticket.code, ticket.encryption_type), (Outcome::Succeeded, None, Some(18)));
    }

    #[test]
    fn credentials_that_somebody_used_are_those_of_the_row() {
        let told = [("SubjectUserName", "svc-web"), ("TargetUserName", "alice"), ("TargetServerName", "sql01")];
        for (provider, id) in [(AUDITING, 4648), ("Security", 552)] {
            let used = attempt(provider, id, &told);
            assert_eq!((used.kind, used.outcome), (Kind::ExplicitCredentials, Outcome::Succeeded), "{id}");
            assert_eq!((used.user, used.service), (Some("alice"), Some("sql01")), "{id}");
        }
        assert_eq!(attempt(AUDITING, 4770, &[("ServiceName", "krbtgt")]).kind, Kind::Renewal);
        let clock = attempt("Microsoft-Windows-Time-Service", 36, &[]);
        assert_eq!((clock.kind, clock.outcome), (Kind::Time, Outcome::Reported));
    }

    #[test]
    fn texts_without_a_name_are_told_as_they_stand() {
        let told = [("1", "dave"), ("2", "CORP"), ("3", "-"), ("4", "0x18 "), ("EventType", "audit failure")];
        let refused = attempt("Security", 675, &told);
        assert_eq!((refused.user, refused.code, refused.outcome), (None, None, Outcome::Failed));
        assert_eq!(refused.texts().collect::<Vec<_>>(), ["dave", "CORP", "0x18"]);
        let named = attempt(AUDITING, 4768, &[("TargetUserName", "alice"), ("Status", "0x6")]);
        assert_eq!(named.texts().count(), 0);
        let foreign = attempt("Security", 4625, &[("Message", "\u{30a2}\u{30ab}")]);
        assert_eq!(foreign.texts().collect::<Vec<_>>(), ["\u{30a2}\u{30ab}"]);
    }

    #[test]
    fn a_field_is_found_by_its_own_name() {
        let told = NAMES.map(|name| (name, name));
        let all = fields(&told);
        let mut columns = Columns::default();
        for (index, name) in NAMES.into_iter().enumerate() {
            let other = fields(&[("X", "x"), (name, "own")]);
            let column = COLUMNS[index];
            let own = columns.told(&all).and_then(|told| told.words(column));
            let mut new = Columns::default();
            let of_other = new.told(&other).and_then(|told| told.words(column));
            assert_eq!((own, of_other), (Some(name), Some("own")), "{column:?}");
            assert!(format!("{column:?}").eq_ignore_ascii_case(name), "{column:?}");
        }
    }

    const COLUMNS: [Column; NAMES.len()] = [
        Column::AppPoolId,
        Column::AuthenticationPackageName,
        Column::ClientName,
        Column::ClientRealm,
        Column::ErrorCode,
        Column::EventType,
        Column::IpAddress,
        Column::LmPackageName,
        Column::LocalTime,
        Column::LogonType,
        Column::PackageName,
        Column::ServerName,
        Column::ServiceName,
        Column::Spn,
        Column::Status,
        Column::SubStatus,
        Column::TargetDomainName,
        Column::TargetName,
        Column::TargetServerName,
        Column::TargetUserName,
        Column::TicketEncryptionType,
        Column::Username,
        Column::Workstation,
        Column::WorkstationName,
    ];

    #[test]
    fn others_use_the_same_ids() {
        let none = fields(&[]);
        assert_eq!(of_fields("EventSystem", 4625, &none, ArtifactId(0).record(1), &mut Columns::default()), None);
    }

    #[test]
    fn events_that_are_kept_are_not_counted_twice() {
        let at = |record, time: i64| Occurrence::new(ArtifactId(0), record, Timestamp::from_second(time).ok());
        let event = Event {
            at: ArtifactId(0).record(1),
            provider: AUDITING.into(),
            id: 4625,
            time: Timestamp::from_second(10).ok(),
            computer: "WEB01".into(),
            fields: fields(&[("TargetUserName", "alice"), ("Status", "0xc000006d")]),
        };
        let tally = |count, kept| Tally {
            provider: AUDITING,
            id: 4625,
            computer: "WEB01".into(),
            fields: fields(&[("TargetUserName", "alice"), ("Status", "0xc000006d")]),
            count,
            kept,
            first: at(1, 10),
            last: at(9, 90),
        };
        let log = |tally| EventLog { events: vec![event.clone()], tallies: vec![tally], ..EventLog::default() };
        let counts = |log: &EventLog| attempts(log).iter().map(|attempt| attempt.count).collect::<Vec<_>>();
        assert_eq!(counts(&log(tally(1, 1))), [1]);
        assert_eq!(counts(&log(tally(12_432, 1))), [1, 12_431]);
        assert_eq!(kept_attempts(&log(tally(12_432, 1))).len(), 1);
        let ordinary = |id| EventLog { tallies: vec![Tally { id, ..tally(5, 0) }], ..EventLog::default() };
        let told = [4624, 4769].map(|id| (attempts(&ordinary(id)).len(), network_logons(&ordinary(id)).count()));
        assert_eq!(told, [(1, 0), (1, 0)]);
        let failures =
            |log: &EventLog, kind| failures_of(log, &[kind], |_| true).iter().map(|one| one.count).collect::<Vec<_>>();
        assert_eq!(failures(&log(tally(12_432, 1)), Kind::Logon), [1, 12_431]);
        assert!(failures(&log(tally(12_432, 1)), Kind::Ntlm).is_empty());
        assert!(failures(&ordinary(4624), Kind::Logon).is_empty());
    }
}

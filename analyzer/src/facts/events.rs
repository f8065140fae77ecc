//! What event logs say about sign-in, whatever the version of Windows that wrote them.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::quality::RandomState;
use jiff::Timestamp;

use crate::artifacts::event_log::{Event, EventLog};
use crate::codes::number::number;
use crate::evidence::place::Evidence;
use crate::facts::attempts::{Attempt, Kind, failures_of, users_of};
use crate::facts::sign_ins::{bare, sign_ins};
use crate::facts::spn::Spn;

/// Something that happened, with the record that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The record.
    pub at: Evidence,
    /// When, in UTC.
    pub time: Option<Timestamp>,
    /// The computer that wrote it down, shared by all that it wrote.
    pub computer: Arc<str>,
    /// What.
    pub what: What,
}

/// The kinds of happenings that rules ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A server could not decrypt a ticket: Kerberos client event 4, KRB_AP_ERR_MODIFIED.
    TicketNotDecrypted {
        /// The account or host that refused.
        server: String,
        /// The name that the ticket was for.
        target: Option<Spn>,
    },
    /// A Kerberos client was told an error by a domain controller: event 3.
    KerberosError {
        /// The Kerberos error.
        code: u32,
        /// The NT status that came with it.
        extended: Option<u32>,
        /// The name that was asked for.
        target: Option<Spn>,
    },
    /// A domain controller found the same name on several accounts: KDC event 11.
    DuplicateName(Spn),
    /// A computer could not register its own SPNs or DNS name: NETLOGON 5788, 5789 and 5801.
    OwnNamesNotRegistered {
        /// The event id.
        id: u32,
    },
    /// A pool could not start because of its account: WAS 5021, 5057 and 5059.
    PoolNotStarted {
        /// The pool.
        pool: String,
        /// The event id.
        id: u32,
    },
    /// A ticket did not fit a buffer: Kerberos client event 6.
    TokenTooLarge {
        /// Whose ticket, or for which program.
        client: String,
        /// How many bytes it would have needed.
        needed: Option<u32>,
    },
    /// A password that Windows keeps for this user was wrong: Kerberos client event 14.
    SavedPasswordWrong(String),
    /// A domain controller found something of the updates of its fellows missing: KDC events 35 to 38, 42 to 44.
    KdcWarning(u32),
    /// A server refused a logon: Security 4625.
    LogonRefused(LogonRefused),
    /// A domain controller refused a ticket for a service: Security 4769 with a failure.
    TicketRefused(TicketRefused),
    /// A domain controller refused an account twice, a ticket and then NTLM: Security 676 and 681, or 4768 and 4776.
    AccountRefused(AccountRefused),
}

/// A logon that a server refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogonRefused {
    /// The domain of the user, or the name of a computer.
    pub domain: Option<String>,
    /// The user.
    pub user: String,
    /// The logon type.
    pub logon_type: Option<u32>,
    /// Why: the more precise of the two NT statuses.
    pub status: u32,
}

/// A ticket that a domain controller refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TicketRefused {
    /// Who asked, with its realm.
    pub client: String,
    /// What was asked for.
    pub service: String,
    /// The options of the request.
    pub options: Option<u32>,
    /// The Kerberos error.
    pub status: u32,
}

/// An account that a domain controller refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountRefused {
    /// The account, in lower case and without its domain.
    pub user: String,
    /// The computer that asked whether the password is right, as it calls itself.
    pub workstation: Option<String>,
    /// The NT status with which NTLM was refused.
    pub status: u32,
    /// The record in which the ticket was refused.
    pub ticket_at: Evidence,
}

/// Accounts that were refused a ticket, and moments later NTLM, as the log of a domain controller tells it.
pub fn refused_accounts(log: &EventLog) -> Vec<Happening> {
    let by_ntlm: HashSet<_, RandomState> = users_of(log, Kind::Ntlm).map(bare).collect();
    let kinds = [Kind::TicketGrantingTicket, Kind::PreAuthentication, Kind::Ntlm];
    let attempts = failures_of(log, &kinds, |user| user.is_some_and(|user| by_ntlm.contains(&bare(user))));
    let both = |events: &[usize]| -> Option<Happening> {
        let of = |wanted: fn(Kind) -> bool| {
            events.iter().filter_map(|index| attempts.get(*index)).find(|attempt| wanted(attempt.kind))
        };
        let (ntlm, ticket) = (of(|kind| kind == Kind::Ntlm)?, of(|kind| kind != Kind::Ntlm)?);
        let (user, status) = (ntlm.user?.to_lowercase(), ntlm.code?.value);
        let what = AccountRefused { user, workstation: ntlm.client.map(str::to_owned), status, ticket_at: ticket.at };
        Some(happened(ntlm, What::AccountRefused(what)))
    };
    sign_ins(&attempts, &[]).iter().filter_map(|sign_in| both(&sign_in.events)).collect()
}

fn happened(attempt: &Attempt<'_>, what: What) -> Happening {
    Happening { at: attempt.at, time: attempt.last, computer: attempt.computer.into(), what }
}

/// What an event means, if it means anything here.
pub fn happening(event: &Event) -> Option<Happening> {
    let what = meaning(event)?;
    Some(Happening { at: event.at, time: event.time, computer: Arc::clone(&event.computer), what })
}

const KERBEROS: &str = "Microsoft-Windows-Security-Kerberos";
const KDC: &str = "Microsoft-Windows-Kerberos-Key-Distribution-Center";
const AUDIT: &str = "Microsoft-Windows-Security-Auditing";

fn meaning(event: &Event) -> Option<What> {
    let number = |field: &str| event.field(field).and_then(leading_number);
    match event.id {
        5788 | 5789 | 5801 => Some(What::OwnNamesNotRegistered { id: event.id }),
        5021 | 5057 | 5059 => {
            let pool = event.field("AppPoolID").or_else(|| event.field("1"))?.to_owned();
            Some(What::PoolNotStarted { pool, id: event.id })
        }
        4625 if event.is_from(AUDIT) => {
            let (status, precise) = (number("Status")?, number("SubStatus").filter(|status| *status != 0));
            Some(What::LogonRefused(LogonRefused {
                domain: event.field("TargetDomainName").map(str::to_owned),
                user: event.field("TargetUserName")?.to_owned(),
                logon_type: number("LogonType"),
                status: precise.unwrap_or(status),
            }))
        }
        4769 if event.is_from(AUDIT) => {
            let status = number("Status").filter(|status| *status != 0)?;
            Some(What::TicketRefused(TicketRefused {
                client: event.field("TargetUserName")?.to_owned(),
                service: event.field("ServiceName")?.to_owned(),
                options: number("TicketOptions"),
                status,
            }))
        }
        11 => event.fields.iter().find_map(|(_, text)| Spn::parse(text.trim())).map(What::DuplicateName),
        35..=38 | 42..=44 if event.is_from(KDC) => Some(What::KdcWarning(event.id)),
        _ if event.is_from(KERBEROS) => of_kerberos_client(event),
        _ => None,
    }
}

/// Smart cards have events of the same ids, without these fields.
fn of_kerberos_client(event: &Event) -> Option<What> {
    let spn = |field: &str| event.field(field).and_then(|text| Spn::parse(without_realm(text)));
    let number = |field: &str| event.field(field).and_then(leading_number);
    match event.id {
        4 => Some(What::TicketNotDecrypted { server: event.field("Server")?.to_owned(), target: spn("TargetName") }),
        3 => Some(What::KerberosError {
            code: number("ErrorCode")?,
            extended: event.field("ExtendedError").and_then(first_number),
            target: spn("ServerName").or_else(|| spn("TargetName")),
        }),
        6 => Some(What::TokenTooLarge { client: event.field("ClientName")?.to_owned(), needed: number("NeededSize") }),
        14 => Some(What::SavedPasswordWrong(event.field("Username")?.to_owned())),
        _ => None,
    }
}

/// `HTTP/web01@CONTOSO.COM` names the SPN before its realm.
fn without_realm(text: &str) -> &str {
    text.split_once('@').map_or(text, |(name, _)| name)
}

/// The number in `0x7 KDC_ERR_S_PRINCIPAL_UNKNOWN`.
fn leading_number(text: &str) -> Option<u32> {
    number(text.split_ascii_whitespace().next()?).map(|number| number.value)
}

/// The number in `0xc0000035 KLIN(0)`.
fn first_number(text: &str) -> Option<u32> {
    text.split_whitespace().find_map(leading_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::event_log_text::LOCAL_TIME;
    use crate::evidence::place::ArtifactId;

    fn event(provider: &str, id: u32, fields: &[(&str, &str)]) -> Event {
        Event {
            at: ArtifactId(0).record(1),
            provider: provider.into(),
            id,
            time: None,
            computer: "CLIENT07.contoso.com".into(),
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }

    fn spn(text: &str) -> Option<Spn> {
        Spn::parse(text)
    }

    #[test]
    fn a_refused_ticket_names_its_target_in_either_case() {
        let fields = [("Server", "web01$"), ("Targetname", "HTTP/web01.contoso.com")];
        let what = meaning(&event("Microsoft-Windows-Security-Kerberos", 4, &fields));
        let target = spn("HTTP/web01.contoso.com");
        assert_eq!(what, Some(What::TicketNotDecrypted { server: "web01$".to_owned(), target }));
    }

    #[test]
    fn an_extended_error_is_decoded() {
        let fields = [
            ("ErrorCode", "0x7"),
            ("ExtendedError", "0xc0000035 KLIN(0)"),
            ("ServerName", "HTTP/app.contoso.com@CONTOSO.COM"),
        ];
        let what = meaning(&event("Microsoft-Windows-Security-Kerberos", 3, &fields));
        let target = spn("HTTP/app.contoso.com");
        assert_eq!(what, Some(What::KerberosError { code: 7, extended: Some(0xc000_0035), target }));
    }

    #[test]
    fn refusals_are_read_with_the_more_precise_status() {
        let fields = [
            ("TargetUserName", "bob"),
            ("TargetDomainName", "CONTOSO"),
            ("Status", "0xc000006d"),
            ("SubStatus", "0xc0000072"),
            ("LogonType", "3"),
        ];
        let refused = LogonRefused {
            domain: Some("CONTOSO".to_owned()),
            user: "bob".to_owned(),
            logon_type: Some(3),
            status: 0xc000_0072,
        };
        assert_eq!(meaning(&event(AUDIT, 4625, &fields)), Some(What::LogonRefused(refused.clone())));
        let fields = [
            ("TargetUserName", "bob"),
            ("TargetDomainName", "CONTOSO"),
            ("Status", "0xc0000413"),
            ("SubStatus", "0x0"),
            ("LogonType", "3"),
        ];
        let whole = LogonRefused { status: 0xc000_0413, ..refused };
        assert_eq!(meaning(&event(AUDIT, 4625, &fields)), Some(What::LogonRefused(whole)));
    }

    #[test]
    fn a_ticket_that_was_given_is_no_refusal() {
        let ticket = |status| {
            let fields = [
                ("TargetUserName", "a@B"),
                ("ServiceName", "cifs/c"),
                ("TicketOptions", "0x40820000"),
                ("Status", status),
            ];
            meaning(&event(AUDIT, 4769, &fields))
        };
        let refused = TicketRefused {
            client: "a@B".to_owned(),
            service: "cifs/c".to_owned(),
            options: Some(0x4082_0000),
            status: 0xd,
        };
        assert_eq!((ticket("0x0"), ticket("0xd")), (None, Some(What::TicketRefused(refused))));
    }

    #[test]
    fn events_of_smart_cards_with_the_same_ids_mean_nothing() {
        for id in [6, 14] {
            assert_eq!(meaning(&event(KERBEROS, id, &[("Error", "x")])), None);
        }
        assert_eq!(
            meaning(&event(KERBEROS, 14, &[("Username", "CONTOSO\\bob")])),
            Some(What::SavedPasswordWrong("CONTOSO\\bob".to_owned()))
        );
        let large = meaning(&event(KERBEROS, 6, &[("NeededSize", "12288"), ("ClientName", "bob")]));
        assert_eq!(large, Some(What::TokenTooLarge { client: "bob".to_owned(), needed: Some(12_288) }));
        assert_eq!(meaning(&event(KDC, 42, &[])), Some(What::KdcWarning(42)));
        assert_eq!(meaning(&event("WAS", 42, &[])), None);
    }

    #[test]
    fn own_names_that_are_not_registered_are_told_by_three_events() {
        for id in [5788, 5789, 5801] {
            let told = happening(&event("NETLOGON", id, &[])).map(|happening| happening.what);
            assert_eq!(told, Some(What::OwnNamesNotRegistered { id }));
        }
    }

    #[test]
    fn an_account_that_is_refused_a_ticket_and_then_ntlm_is_one_happening() {
        let user = ("TargetUserName", "Major");
        let at = |record, event: Event| Event { at: ArtifactId(0).record(record), ..event };
        let local = (LOCAL_TIME, "5/11/2000 8:47:01 PM");
        let ticket = at(1, event("Security", 676, &[user, ("Status", "6"), local]));
        let code = ("Status", "3221225572");
        let ntlm = at(2, event("Security", 681, &[user, ("Workstation", "WEBSERVER"), code, local]));
        let refused = |events: Vec<Event>| refused_accounts(&EventLog { events, ..EventLog::default() });
        let told = refused(vec![ticket.clone(), ntlm.clone()]);
        let expected = What::AccountRefused(AccountRefused {
            user: "major".to_owned(),
            workstation: Some("WEBSERVER".to_owned()),
            status: 0xc000_0064,
            ticket_at: ArtifactId(0).record(1),
        });
        assert_eq!(told.iter().map(|happening| &happening.what).collect::<Vec<_>>(), [&expected]);
        assert_eq!(told[0].at, ArtifactId(0).record(2));
        assert_eq!((refused(vec![ticket]), refused(vec![ntlm])), (vec![], vec![]));
    }

    #[test]
    fn the_same_id_of_another_provider_means_nothing() {
        assert_eq!(meaning(&event("Microsoft-Windows-Kernel-General", 4, &[("Server", "x")])), None);
    }

    #[test]
    fn words_behind_a_code_mean_nothing() {
        let told = ["0x23", "23", "0X7 words", "-1073741718", "x"].map(leading_number);
        assert_eq!(told, [Some(35), Some(23), Some(7), Some(0xc000_006a), None]);
    }
}

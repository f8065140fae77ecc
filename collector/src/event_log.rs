//! Which events of which logs are taken, in the words in which Windows is asked for them.

use std::fmt;

use kerbscope_shared::manifest::Source;

use crate::host::Command;

/// An event log of Windows, called a channel there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventLog {
    /// What Kerberos, Netlogon, time service and IIS report.
    System,
    /// Who signed in, how, and who could not.
    Security,
    /// What worker processes report, and how they ended.
    Application,
    /// What the Kerberos client reports, where somebody has switched that on.
    Kerberos,
    /// NTLM that was used or refused, where that is audited.
    Ntlm,
    /// What the KDC of a domain controller reports.
    Kdc,
    /// Whom the KDC turned away as a member of Protected Users.
    ProtectedUsers,
}

/// Who writes about Kerberos into the System log.
const SYSTEM_PROVIDERS: [&str; 9] = [
    "Microsoft-Windows-Security-Kerberos",
    "Microsoft-Windows-Kerberos-Key-Distribution-Center",
    "Kdcsvc",
    "NETLOGON",
    "LsaSrv",
    "Microsoft-Windows-Time-Service",
    "Microsoft-Windows-WAS",
    "Microsoft-Windows-HttpService",
    "Microsoft-Windows-HttpEvent",
];

/// Logons, failed logons, logons with other credentials; on a domain controller also tickets that were asked for,
/// NTLM validations and lockouts. A web server writes none of the latter, so asking for them costs nothing there.
const SIGN_IN_EVENTS: [u32; 8] = [4624, 4625, 4648, 4740, 4768, 4769, 4771, 4776];

/// What a domain controller writes about the accounts of one web server.
const TICKET_EVENTS: [u32; 5] = [4740, 4768, 4769, 4771, 4776];

/// Who writes about worker processes into the Application log.
const APPLICATION_PROVIDERS: [&str; 6] = [
    "Microsoft-Windows-IIS-W3SVC",
    "Microsoft-Windows-IIS-W3SVC-WP",
    "Microsoft-Windows-IIS-APPHOSTSVC",
    "IIS AspNetCore Module",
    "IIS AspNetCore Module V2",
    ".NET Runtime",
];

const ASP_NET_PROVIDERS: [&str; 2] = ["ASP.NET 2.0.50727.0", "ASP.NET 4.0.30319.0"];

/// A configuration that ASP.NET cannot use, and users that it turns away. Not 1309: that repeats whole requests, with
/// whatever secrets stand in them.
const ASP_NET_EVENTS: [u32; 2] = [1310, 1314];

impl EventLog {
    /// What Windows calls it.
    pub const fn channel(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Security => "Security",
            Self::Application => "Application",
            Self::Kerberos => "Microsoft-Windows-Kerberos/Operational",
            Self::Ntlm => "Microsoft-Windows-NTLM/Operational",
            Self::Kdc => "Microsoft-Windows-Kerberos-Key-Distribution-Center/Operational",
            Self::ProtectedUsers => "Microsoft-Windows-Authentication/ProtectedUserFailures-DomainController",
        }
    }

    /// Its name in short: of our files, and for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Security => "Security",
            Self::Application => "Application",
            Self::Kerberos => "Kerberos",
            Self::Ntlm => "NTLM",
            Self::Kdc => "KDC",
            Self::ProtectedUsers => "ProtectedUsers",
        }
    }

    /// The file that Windows keeps it in.
    pub fn file(self) -> String {
        format!(r"%SystemRoot%\System32\winevt\Logs\{}.evtx", self.channel().replace('/', "%4"))
    }

    /// The export of the last hours.
    ///
    /// Every filter has a time: without one, the whole log is read, gigabytes on a busy server. Windows understands a
    /// part of XPath 1.0 only, without `contains()`, and no more than about twenty conditions in one filter.
    pub fn export(self, hours: u64) -> EventExport {
        let time = newer_than(hours);
        let system = |which: &str| format!("*[System[{which} and {time}]]");
        let filters = match self {
            Self::System => vec![system(&any_provider(&SYSTEM_PROVIDERS))],
            Self::Security => vec![system(&any_event(&SIGN_IN_EVENTS))],
            Self::Application => vec![
                system(&any_provider(&APPLICATION_PROVIDERS)),
                system(&format!("{} and {}", any_provider(&ASP_NET_PROVIDERS), any_event(&ASP_NET_EVENTS))),
                format!("*[System[Provider[@Name='Application Error'] and {time}] and EventData[Data='w3wp.exe']]"),
            ],
            Self::Kerberos | Self::Ntlm | Self::Kdc | Self::ProtectedUsers => vec![format!("*[System[{time}]]")],
        };
        EventExport { log: self, filters }
    }
}

impl EventLog {
    /// The export of what concerns these accounts, of a log that is about accounts; of any other log, as without them.
    ///
    /// On a domain controller, the Security log is about everybody. What concerns a web server is what was asked for
    /// its accounts and for its service (a ticket that is refused names the SPN), and the NTLM sign-ins it passed on.
    pub fn export_about(self, hours: u64, accounts: &[String]) -> EventExport {
        if self != Self::Security || accounts.is_empty() {
            return self.export(hours);
        }
        let filters = accounts.iter().map(|account| {
            format!(
                "*[System[{} and {}] and EventData[{}]]",
                any_event(&TICKET_EVENTS),
                newer_than(hours),
                about(account)
            )
        });
        EventExport { log: self, filters: filters.collect() }
    }
}

/// When an event was written.
fn newer_than(hours: u64) -> String {
    format!("TimeCreated[timediff(@SystemTime) <= {}]", hours.saturating_mul(60 * 60 * 1000))
}

/// The condition on the account. Windows compares letter by letter, so a name must be written as the
/// directory writes it; computers are written in capitals.
fn about(account: &str) -> String {
    let name = account.trim_end_matches('$');
    let computer = name.to_uppercase();
    let field = |field: &str, value: &str| format!("Data[@Name='{field}']='{value}'");
    let conditions = [
        field("ServiceName", name),
        field("ServiceName", &format!("{computer}$")),
        field("ServiceName", &format!("HTTP/{name}")),
        field("TargetUserName", name),
        field("TargetUserName", &format!("{computer}$")),
        field("Workstation", &computer),
    ];
    conditions.join(" or ")
}

fn any_provider(names: &[&str]) -> String {
    let conditions: Vec<String> = names.iter().map(|name| format!("@Name='{name}'")).collect();
    format!("Provider[{}]", conditions.join(" or "))
}

fn any_event(ids: &[u32]) -> String {
    let conditions: Vec<String> = ids.iter().map(|id| format!("EventID={id}")).collect();
    format!("({})", conditions.join(" or "))
}

/// In which order events are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The oldest first.
    OldestFirst,
    /// The newest first: those that are worth most, when not all are wanted.
    NewestFirst,
}

/// The events of one log that pass one of these filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventExport {
    /// The log.
    pub log: EventLog,
    /// Each is an XPath expression that Windows understands.
    pub filters: Vec<String>,
}

impl EventExport {
    /// The question: one filter as it is, several as a structured query, because one would be too long.
    pub fn query(&self) -> String {
        if let [filter] = self.filters.as_slice() {
            return filter.clone();
        }
        let channel = self.log.channel();
        // The filters hold no `&`; `<` they do.
        let select = |filter: &String| format!("<Select Path=\"{channel}\">{}</Select>", filter.replace('<', "&lt;"));
        let selects: String = self.filters.iter().map(select).collect();
        format!("<QueryList><Query Id=\"0\" Path=\"{channel}\">{selects}</Query></QueryList>")
    }

    /// The command that exports the same; with several filters it cannot be typed like this.
    pub fn command(&self) -> Command {
        let file = format!("{}.evtx", self.log.name());
        Command::printing("wevtutil", ["epl", self.log.channel(), &file, &format!("/q:{}", self.query())])
    }

    /// What the manifest says of where the events come from that are read as XML, the newest first.
    pub fn xml_source(&self) -> Source {
        match self.filters.as_slice() {
            [filter] => {
                let query = format!("/q:{filter}");
                let arguments = ["qe", self.log.channel(), &query, "/f:xml", "/rd:true", "/e:Events"];
                Source::Command(Command::printing("wevtutil", arguments).to_string())
            }
            _ => Source::Query(self.query()),
        }
    }

    /// What the manifest says of where the events come from.
    pub fn source(&self) -> Source {
        if self.filters.len() == 1 { Source::Command(self.command().to_string()) } else { Source::Query(self.query()) }
    }
}

/// As a person would ask for it.
impl fmt::Display for EventExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source().text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [EventLog; 7] = [
        EventLog::System,
        EventLog::Security,
        EventLog::Application,
        EventLog::Kerberos,
        EventLog::Ntlm,
        EventLog::Kdc,
        EventLog::ProtectedUsers,
    ];

    #[test]
    fn an_export_with_one_filter_is_a_command_that_can_be_typed() {
        assert_eq!(
            EventLog::Security.export(24).to_string(),
            "wevtutil epl Security Security.evtx \"/q:*[System[(EventID=4624 or EventID=4625 or EventID=4648 or \
             EventID=4740 or EventID=4768 or EventID=4769 or EventID=4771 or EventID=4776) and \
             TimeCreated[timediff(@SystemTime) <= 86400000]]]\""
        );
        let system = EventLog::System.export(168).to_string();
        assert!(
            system.starts_with("wevtutil epl System System.evtx \"/q:*[System[Provider[@Name='Microsoft-"),
            "{system}"
        );
        assert!(
            system.ends_with(
                "@Name='Microsoft-Windows-HttpEvent'] and TimeCreated[timediff(@SystemTime) <= 604800000]]]\""
            )
        );
        assert_eq!(
            EventLog::Kerberos.export(1).to_string(),
            "wevtutil epl Microsoft-Windows-Kerberos/Operational Kerberos.evtx \
             \"/q:*[System[TimeCreated[timediff(@SystemTime) <= 3600000]]]\""
        );
    }

    #[test]
    fn an_export_with_several_filters_is_a_structured_query() {
        let export = EventLog::Application.export(1);
        let query = export.query();
        assert_eq!(export.source(), Source::Query(query.clone()));
        assert!(query.starts_with(
            "<QueryList><Query Id=\"0\" Path=\"Application\"><Select Path=\"Application\">*[System[Provider[@Name="
        ));
        assert!(query.contains(
            "<Select Path=\"Application\">*[System[Provider[@Name='Application Error'] and \
             TimeCreated[timediff(@SystemTime) &lt;= 3600000]] and EventData[Data='w3wp.exe']]</Select>"
        ));
        assert!(query.ends_with("</Select></Query></QueryList>"));
        assert!(!query.contains("<="));
    }

    #[test]
    fn no_filter_has_more_conditions_than_windows_takes_or_no_time() {
        for filter in ALL.into_iter().flat_map(|log| log.export(24).filters) {
            let conditions = filter.matches('=').count();
            assert!(conditions <= 20, "{conditions} in {filter}");
            assert!(filter.contains("timediff(@SystemTime) <= 86400000"), "{filter}");
        }
    }

    #[test]
    fn on_a_domain_controller_only_what_concerns_the_accounts_is_taken() {
        let accounts = ["web01".to_owned(), "svc-web".to_owned()];
        let export = EventLog::Security.export_about(24, &accounts);
        let [server, service] = export.filters.as_slice() else { panic!("{export:?}") };
        for condition in
            ["'ServiceName']='WEB01$'", "'ServiceName']='HTTP/web01'", "'Workstation']='WEB01'", "EventID=4769"]
        {
            assert!(server.contains(condition), "{condition}: {server}");
        }
        assert!(service.contains("'TargetUserName']='svc-web'"), "{service}");
        for filter in [server, service] {
            assert!(filter.matches('=').count() <= 20, "{filter}");
            assert!(filter.contains("timediff(@SystemTime) <= 86400000"), "{filter}");
        }
        assert_eq!(EventLog::System.export_about(24, &accounts), EventLog::System.export(24));
        assert_eq!(EventLog::Security.export_about(24, &[]), EventLog::Security.export(24));
    }

    #[test]
    fn a_slash_in_the_name_of_a_channel_is_escaped_in_that_of_its_file() {
        assert_eq!(
            EventLog::Ntlm.file(),
            r"%SystemRoot%\System32\winevt\Logs\Microsoft-Windows-NTLM%4Operational.evtx"
        );
    }
}

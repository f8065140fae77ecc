//! Which events of the System and Security logs are exported.

use crate::host::{Command, Product};

/// An event log of Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventLog {
    /// What Kerberos, Netlogon, time service and IIS report.
    System,
    /// Who signed in, how, and who could not.
    Security,
}

/// Who writes about Kerberos into the System log.
const PROVIDERS: [&str; 7] = [
    "Microsoft-Windows-Security-Kerberos",
    "Microsoft-Windows-Kerberos-Key-Distribution-Center",
    "NETLOGON",
    "LsaSrv",
    "Microsoft-Windows-Time-Service",
    "Microsoft-Windows-WAS",
    "Microsoft-Windows-HttpService",
];

/// Logons, failed logons, logons with other credentials; on a domain controller also tickets that were asked for and
/// NTLM validations. A web server writes none of the latter, so asking for them costs nothing there.
const SIGN_IN_EVENTS: [u32; 7] = [4624, 4625, 4648, 4768, 4769, 4771, 4776];

impl EventLog {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Security => "Security",
        }
    }

    /// The file that Windows keeps it in.
    pub fn file(self) -> String {
        format!(r"%SystemRoot%\System32\winevt\Logs\{}.evtx", self.name())
    }

    /// The export of the last hours.
    ///
    /// The filter always has a time: without one, the whole log is read, gigabytes on a busy server. Windows
    /// understands a part of XPath 1.0 only, without `contains()`, and about twenty conditions at most.
    pub fn export(self, hours: u64) -> Command {
        let conditions: Vec<String> = match self {
            Self::System => PROVIDERS.iter().map(|provider| format!("@Name='{provider}'")).collect(),
            Self::Security => SIGN_IN_EVENTS.iter().map(|id| format!("EventID={id}")).collect(),
        };
        let conditions = conditions.join(" or ");
        let events = match self {
            Self::System => format!("Provider[{conditions}]"),
            Self::Security => format!("({conditions})"),
        };
        let period_ms = hours.saturating_mul(60 * 60 * 1000);
        let filter = format!("/q:*[System[{events} and TimeCreated[timediff(@SystemTime) <= {period_ms}]]]");
        let file = format!("{}.evtx", self.name());
        let arguments = vec!["epl".to_owned(), self.name().to_owned(), file.clone(), filter];
        Command { program: "wevtutil", arguments, product: Product::File(file) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_export_is_a_command_that_can_be_typed() {
        assert_eq!(
            EventLog::Security.export(24).to_string(),
            "wevtutil epl Security Security.evtx \"/q:*[System[(EventID=4624 or EventID=4625 or EventID=4648 or \
             EventID=4768 or EventID=4769 or EventID=4771 or EventID=4776) and TimeCreated[timediff(@SystemTime) <= 86400000]]]\""
        );
        let system = EventLog::System.export(168).to_string();
        assert!(
            system.starts_with("wevtutil epl System System.evtx \"/q:*[System[Provider[@Name='Microsoft-"),
            "{system}"
        );
        assert!(system.ends_with(
            "@Name='Microsoft-Windows-HttpService'] and TimeCreated[timediff(@SystemTime) <= 604800000]]]\""
        ));
    }
}

//! The command that exports a log: the week before collecting, and of that what concerns signing in.

const WEEK_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// The command line for one of the two logs, `System` and `Security`.
pub fn command(channel: &str) -> String {
    let wanted = if channel == "System" {
        "Provider[@Name='Microsoft-Windows-Security-Kerberos' or \
         @Name='Microsoft-Windows-Kerberos-Key-Distribution-Center' or @Name='Kdcsvc' or @Name='NETLOGON' or \
         @Name='LsaSrv' or @Name='Microsoft-Windows-Time-Service' or @Name='Microsoft-Windows-WAS' or \
         @Name='Microsoft-Windows-HttpService' or @Name='Microsoft-Windows-HttpEvent']"
    } else {
        "(EventID=4624 or EventID=4625 or EventID=4648 or EventID=4740 or EventID=4768 or EventID=4769 or \
         EventID=4771 or EventID=4776)"
    };
    let filter = format!("/q:*[System[{wanted} and TimeCreated[timediff(@SystemTime) <= {WEEK_MS}]]]");
    format!("wevtutil epl {channel} {channel}.evtx \"{filter}\"")
}

//! The W3C log of an IIS site: who asked for what, and how it was answered.
//!
//! The collector leaves out query strings and cookies, and most requests that were answered well. IIS 5 writes no
//! sub-status.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::formats::columns::{self, Row};
use crate::formats::text::Text;

/// Requests of one log at most.
const REQUESTS: usize = 300_000;

/// What a log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct W3cLog {
    /// The requests, in the order of the log.
    pub requests: Vec<Request>,
    /// Whether every request comes with its sub-status; IIS 5 has none.
    pub has_sub_status: bool,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The line.
    pub at: Evidence,
    /// When, in UTC.
    pub time: Option<Timestamp>,
    /// The path that was asked for.
    pub path: String,
    /// The user, once signed in.
    pub user: Option<String>,
    /// Where it came from; a proxy, where there is one.
    pub client: Option<IpAddr>,
    /// The address that answered.
    pub server: Option<IpAddr>,
    /// The port that answered.
    pub port: Option<u16>,
    /// The name in the URL, where the log keeps it.
    pub host: Option<String>,
    /// The program that asked, as it calls itself.
    pub agent: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// The sub-status of IIS.
    pub sub_status: Option<u16>,
    /// The Windows error beside it.
    pub win32: Option<u32>,
}

impl Request {
    /// Whether it was answered like this.
    pub fn ended(&self, status: u16, sub_status: u16) -> bool {
        self.status == status && self.sub_status == Some(sub_status)
    }
}

/// Whether a text is such a log: it names the columns that tell how a request ended.
pub fn recognizes(text: &Text) -> bool {
    let mut heads = text.lines().iter().take(200).filter_map(|line| line.strip_prefix("#Fields:"));
    heads.any(|names| {
        let has = |column: &str| names.split_whitespace().any(|name| name == column);
        has("sc-status") && !has("s-reason") && (has("cs-uri-stem") || has("c-ip"))
    })
}

/// Reads a log.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<W3cLog> {
    let mut parsed = Parsed::whole(W3cLog { has_sub_status: true, ..W3cLog::default() });
    let (mut damaged, mut over) = (None, None);
    let lost = columns::read(text.numbered(), &[], |row| {
        if parsed.value.requests.len() >= REQUESTS {
            over.get_or_insert(row.number);
            return;
        }
        match request(artifact, row).filter(|_| row.is_whole()) {
            Some(request) => {
                parsed.value.has_sub_status &= request.sub_status.is_some();
                parsed.value.requests.push(request);
            }
            None => {
                damaged.get_or_insert(row.number);
            }
        }
    });
    if let Some(first) = lost {
        parsed
            .lose(artifact.line(first), GapReason::Damaged("requests before any line names their columns".to_owned()));
    }
    if let Some(line) = damaged {
        parsed.lose(artifact.line(line), GapReason::Damaged("a request that is not whole".to_owned()));
    }
    if let Some(line) = over {
        parsed.lose(artifact.line(line), GapReason::OverLimit("requests".to_owned()));
    }
    parsed
}

fn request(artifact: ArtifactId, row: &Row<'_>) -> Option<Request> {
    let number = |column| row.get(column).and_then(|value| value.parse().ok());
    // `+` stands for a blank.
    let words = |column| row.get(column).map(|value| value.replace('+', " "));
    Some(Request {
        at: artifact.line(row.number),
        time: time(row),
        path: row.get("cs-uri-stem").unwrap_or_default().to_owned(),
        user: row.get("cs-username").map(str::to_owned),
        client: row.get("c-ip").and_then(address),
        server: row.get("s-ip").and_then(address),
        port: number("s-port"),
        host: row.get("cs-host").map(str::to_lowercase),
        agent: words("cs(User-Agent)"),
        status: number("sc-status")?,
        sub_status: number("sc-substatus"),
        win32: row.get("sc-win32-status").and_then(|value| value.parse().ok()),
    })
}

/// Rows of old logs hold a time alone; the day stands in the head of the log.
fn time(row: &Row<'_>) -> Option<Timestamp> {
    let day = row.get("date").or(row.day)?;
    format!("{day}T{}Z", row.get("time")?).parse().ok()
}

/// An address, without the zone of an IPv6 address.
pub fn address(text: &str) -> Option<IpAddr> {
    text.split('%').next()?.trim_matches(['[', ']']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const LOG: &str = "#Software: Microsoft Internet Information Services 10.0\r\n#Date: 2026-03-02 07:00:00\r\n\
        #Fields: date time s-ip cs-method cs-uri-stem s-port cs-username c-ip cs(User-Agent) cs-host sc-status sc-substatus sc-win32-status time-taken\r\n\
        2026-03-02 07:00:01 10.0.0.20 GET / 80 - 10.0.0.57 Mozilla/5.0+(Windows) Intranet.contoso.com 401 2 5 3\r\n\
        2026-03-02 07:00:01 10.0.0.20 GET / 80 CONTOSO\\alice fe80::1%12 - - 200 0 0 7\r\n\
        2026-03-02 07:00:02 10.0.0.20 GET / 80 - 10.0.0.57 - - 401 1 2148074252 7\r\n";
    const IIS_5: &str = "#Software: Microsoft Internet Information Services 5.0\r\n#Version: 1.0\r\n\
        #Date: 2002-05-02 17:42:15\r\n#Fields: time c-ip cs-method cs-uri-stem sc-status\r\n17:42:15 172.22.255.255 GET /default.htm 401\r\n";

    fn read(text: &str) -> Parsed<W3cLog> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn requests_are_read_by_the_names_of_columns() {
        let parsed = read(LOG);
        assert!(parsed.is_whole() && parsed.value.has_sub_status);
        let [first, signed_in, refused] = parsed.value.requests.as_slice() else { panic!("{parsed:?}") };
        assert_eq!((first.at, first.user.as_deref(), first.win32), (ArtifactId(0).line(4), None, Some(5)));
        assert_eq!(
            (first.host.as_deref(), first.agent.as_deref()),
            (Some("intranet.contoso.com"), Some("Mozilla/5.0 (Windows)"))
        );
        assert!(first.ended(401, 2) && refused.ended(401, 1) && !refused.ended(401, 2));
        assert_eq!((signed_in.user.as_deref(), signed_in.port), (Some("CONTOSO\\alice"), Some(80)));
        assert_eq!(signed_in.client, "fe80::1".parse().ok());
        assert_eq!(refused.win32, Some(0x8009_030c));
        assert_eq!(refused.time, "2026-03-02T07:00:02Z".parse().ok());
    }

    #[test]
    fn a_log_of_iis_5_has_no_sub_status_and_its_day_in_the_head() {
        let log = read(IIS_5).value;
        assert!(!log.has_sub_status);
        assert_eq!((log.requests[0].status, log.requests[0].sub_status), (401, None));
        assert_eq!(log.requests[0].time, "2002-05-02T17:42:15Z".parse().ok());
    }

    #[test]
    fn a_request_that_is_cut_is_a_loss_and_the_rest_is_kept() {
        let cut = LOG.replace("401 1 2148074252 7", "401 1");
        let parsed = read(&cut);
        assert_eq!((parsed.value.requests.len(), parsed.losses[0].at), (2, ArtifactId(0).line(6)));
        assert!(!read(&LOG.replace("#Fields:", "#Nothing:")).is_whole());
        assert!(!read(&LOG.replace("401 2 5", "4x1 2 5")).is_whole());
    }

    #[test]
    fn only_such_logs_are_recognized() {
        assert!(recognizes(&Text::from(LOG)) && recognizes(&Text::from(IIS_5)));
        for text in ["", "#Fields: date time s-ip s-reason sc-status c-ip", "#Fields: a b", "GET / 401"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic_and_what_is_over_the_limit_is_said() {
        for cut in beginnings(&[LOG]) {
            let _ = read(cut);
        }
        let many = format!("#Fields: sc-status c-ip\n{}", "200 10.0.0.1\n".repeat(REQUESTS + 3));
        let parsed = read(&many);
        assert_eq!((parsed.value.requests.len(), parsed.losses.len()), (REQUESTS, 1));
    }
}

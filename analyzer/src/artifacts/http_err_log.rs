//! The error log of HTTP.sys: requests that it refused before IIS saw them, with its reason.

use jiff::Timestamp;

use crate::artifacts::parsed::Parsed;
use crate::artifacts::w3c_log::address;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::formats::columns::{self, Row};
use crate::formats::text::Text;

use std::net::IpAddr;

/// Requests of one log at most.
const REQUESTS: usize = 300_000;

/// The columns of Windows 2003, which does not name them.
const UNNAMED: [&str; 13] = [
    "date",
    "time",
    "c-ip",
    "c-port",
    "s-ip",
    "s-port",
    "cs-version",
    "cs-method",
    "cs-uri",
    "sc-status",
    "s-siteid",
    "s-reason",
    "s-queuename",
];

/// Reasons that the log gives; a text with one of them, and nothing that names columns, is such a log.
const REASONS: [&str; 14] = [
    "RequestLength",
    "FieldLength",
    "Header",
    "BadRequest",
    "AppOffline",
    "Disabled",
    "N/A",
    "Connection_Dropped",
    "Connection_Abandoned_By_ReqQueue",
    "Timer_ConnectionIdle",
    "Timer_HeaderWait",
    "QueueFull",
    "Hostname",
    "URL",
];

/// What a log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpErrLog {
    /// The requests, in the order of the log.
    pub requests: Vec<Refused>,
}

/// A request that HTTP.sys refused, or a connection that it closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The line.
    pub at: Evidence,
    /// When, in UTC.
    pub time: Option<Timestamp>,
    /// Where it came from.
    pub client: Option<IpAddr>,
    /// The path that was asked for, as far as it was understood.
    pub path: Option<String>,
    /// The HTTP status that was sent.
    pub status: Option<u16>,
    /// The number of the site, when it was known by then.
    pub site: Option<u32>,
    /// Why: `RequestLength`, `AppOffline` and the like.
    pub reason: String,
    /// The application pool, where the log names it.
    pub pool: Option<String>,
}

impl Refused {
    /// Bytes of the address. The collector leaves the length of a long query in its place: `/app?[24310]`.
    pub fn address_length(&self) -> usize {
        let Some(path) = self.path.as_deref() else { return 0 };
        let query = path.rsplit_once("?[").and_then(|(_, length)| length.strip_suffix(']')?.parse::<usize>().ok());
        path.len().saturating_add(query.unwrap_or(0))
    }
}

/// Whether a text is such a log.
pub fn recognizes(text: &Text) -> bool {
    let lines = || text.lines().iter().take(200);
    let named = lines().filter_map(|line| line.strip_prefix("#Fields:")).any(|names| names.contains("s-reason"));
    let software = || lines().any(|line| line.starts_with("#Software: Microsoft HTTP API"));
    let unnamed = || {
        lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).any(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            (11..=14).contains(&words.len())
                && words.first().is_some_and(|date| date.len() == 10 && date.split('-').count() == 3)
                && words.iter().any(|word| REASONS.contains(word))
        })
    };
    named || software() || unnamed()
}

/// Reads a log.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<HttpErrLog> {
    let mut parsed = Parsed::whole(HttpErrLog::default());
    let (mut damaged, mut over) = (None, None);
    columns::read(text.numbered(), &UNNAMED, |row| match refused(artifact, row) {
        Some(_) if parsed.value.requests.len() >= REQUESTS => {
            over.get_or_insert(row.number);
        }
        Some(refused) => parsed.value.requests.push(refused),
        None => {
            damaged.get_or_insert(row.number);
        }
    });
    if let Some(line) = damaged {
        parsed.lose(artifact.line(line), GapReason::Damaged("a request without a reason".to_owned()));
    }
    if let Some(line) = over {
        parsed.lose(artifact.line(line), GapReason::OverLimit("requests".to_owned()));
    }
    parsed
}

fn refused(artifact: ArtifactId, row: &Row<'_>) -> Option<Refused> {
    let time = row.get("date").or(row.day).zip(row.get("time")).map(|(day, time)| format!("{day}T{time}Z"));
    // A connection that timed out has nothing but its reason.
    let reason = row.get("s-reason")?;
    reason.chars().all(|c| c.is_ascii_alphanumeric() || "_/-.".contains(c)).then(|| Refused {
        at: artifact.line(row.number),
        time: time.and_then(|time| time.parse().ok()),
        client: row.get("c-ip").and_then(address),
        path: row.get("cs-uri").map(str::to_owned),
        status: row.get("sc-status").and_then(|status| status.parse().ok()),
        site: row.get("s-siteid").and_then(|site| site.parse().ok()),
        reason: reason.to_owned(),
        pool: row.get("s-queuename").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const LOG: &str = "#Software: Microsoft HTTP API 2.0\r\n#Version: 1.0\r\n#Date: 2014-07-24 16:48:06\r\n\
        #Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid sc-status s-siteid s-reason s-queuename\r\n\
        2014-07-24 16:48:06 192.168.137.113 53335 192.168.137.110 443 HTTP/1.1 GET /owa/ - 400 - FieldLength -\r\n\
        2014-07-24 16:49:06 192.168.137.113 53336 192.168.137.110 443 - - - - - - Timer_ConnectionIdle -\r\n\
        2014-07-24 16:50:06 192.168.137.113 53337 192.168.137.110 80 HTTP/1.1 GET / - 503 1 AppOffline DefaultAppPool\r\n";
    const OLD: &str = "2007-04-12 07:37:51 10.201.25.27 1682 10.248.10.65 80 HTTP/1.1 GET /clm 400 - RequestLength\r\n";

    fn read(text: &str) -> Parsed<HttpErrLog> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn the_length_of_a_query_that_is_left_out_counts() {
        let length = |path: &str| read(&OLD.replace("/clm", path)).value.requests[0].address_length();
        assert_eq!((length("/clm"), length("/clm?[24310]"), length("/clm?[x]")), (4, 24_322, 8));
    }

    #[test]
    fn reasons_are_read_by_the_names_of_columns() {
        let parsed = read(LOG);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let [field, idle, offline] = parsed.value.requests.as_slice() else { panic!("{parsed:?}") };
        assert_eq!(
            (field.reason.as_str(), field.status, field.path.as_deref()),
            ("FieldLength", Some(400), Some("/owa/"))
        );
        assert_eq!((field.at, field.time), (ArtifactId(0).line(5), "2014-07-24T16:48:06Z".parse().ok()));
        assert_eq!((idle.reason.as_str(), idle.status), ("Timer_ConnectionIdle", None));
        assert_eq!((offline.site, offline.pool.as_deref()), (Some(1), Some("DefaultAppPool")));
    }

    #[test]
    fn a_log_of_2003_names_no_columns() {
        let parsed = read(OLD);
        assert_eq!(
            (parsed.value.requests[0].reason.as_str(), parsed.value.requests[0].status),
            ("RequestLength", Some(400))
        );
        assert!(recognizes(&Text::from(OLD)) && recognizes(&Text::from(LOG)));
    }

    #[test]
    fn damage_is_a_loss() {
        let parsed = read(&LOG.replace(" 400 - FieldLength -", ""));
        assert_eq!((parsed.value.requests.len(), parsed.losses[0].at), (2, ArtifactId(0).line(5)));
    }

    #[test]
    fn other_texts_are_not_recognized() {
        for text in ["", "#Fields: date time sc-status", "2007-04-12 an ordinary log line with N/A in it", "hello"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[LOG, OLD]) {
            let _ = read(cut);
        }
    }
}

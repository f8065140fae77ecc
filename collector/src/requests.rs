//! Failed requests in the logs of IIS and HTTP.sys, with their neighbors, and without what people typed.
//!
//! Logs of a day may have gigabytes, and almost all of it is of no use: what tells is the request that was turned
//! away, the one before it, and what the same client did next. Query strings, cookies and referrers may hold anything,
//! so these columns are dropped, whatever the line.

use std::collections::{BTreeMap, VecDeque};

/// Columns that never leave the server.
const DROPPED: [&str; 3] = ["cs-uri-query", "cs(Cookie)", "cs(Referer)"];

/// Requests of the same client that are kept before and after a failed one.
const BEFORE: usize = 3;
const AFTER: usize = 5;

/// Clients that are followed at a time; more than these are not kept in mind.
const CLIENTS: usize = 4096;

/// A line longer than this is no request.
const LONGEST_LINE: usize = 64 << 10;

/// Takes the lines of one log after the other, and keeps what matters.
#[derive(Debug)]
pub struct Filter {
    columns: Columns,
    recent: VecDeque<Request>,
    followed: BTreeMap<String, usize>,
    kept: Kept,
    /// How many requests went by.
    pub seen: u64,
}

#[derive(Debug, Default)]
struct Columns {
    dropped: Vec<usize>,
    address: Vec<usize>,
    client: Option<usize>,
    status: Option<usize>,
    sub_status: Option<usize>,
}

/// A request that may yet turn out to be the neighbor of a failed one.
#[derive(Debug)]
struct Request {
    client: String,
    line: String,
}

impl Filter {
    /// Keeps at most so many bytes: the newest.
    pub fn new(limit_bytes: usize) -> Self {
        Self {
            columns: Columns::default(),
            recent: VecDeque::new(),
            followed: BTreeMap::new(),
            kept: Kept { lines: VecDeque::new(), bytes: 0, limit_bytes, lost: false },
            seen: 0,
        }
    }

    /// Takes the next line, without its end.
    pub fn line(&mut self, line: &[u8]) {
        if line.len() > LONGEST_LINE {
            return;
        }
        // Logs are UTF-8 or ANSI; a character that is neither is none that decides anything.
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        if let Some(fields) = line.strip_prefix("#Fields:") {
            self.columns = Columns::read(fields);
            self.kept.push(format!("#Fields: {}", self.columns.without_dropped(fields.split_ascii_whitespace())));
        } else if line.starts_with("#Date:") || line.starts_with("#Software:") {
            self.kept.push(line.to_owned());
        } else if !line.is_empty() && !line.starts_with('#') {
            self.request(line);
        }
    }

    /// What is kept, with a remark at its head; and whether older lines had to go.
    pub fn finish(self) -> (Vec<u8>, bool) {
        (self.kept.text(), self.kept.lost)
    }

    fn request(&mut self, line: &str) {
        self.seen = self.seen.saturating_add(1);
        let values: Vec<&str> = line.split_ascii_whitespace().collect();
        let value = |column: Option<usize>| column.and_then(|column| values.get(column)).copied();
        // Without a header, nobody knows what a column is; then nothing may go out.
        let Some(status) = value(self.columns.status) else { return };
        let client = value(self.columns.client).unwrap_or_default().to_owned();
        let failed = is_failure(status, value(self.columns.sub_status));
        let line = self.columns.without_dropped(values.iter().copied());
        if failed {
            self.recent.retain(|request| {
                let neighbor = request.client == client;
                if neighbor {
                    self.kept.push(request.line.clone());
                }
                !neighbor
            });
            self.kept.push(line);
            self.follow(client);
        } else if !self.is_followed(&client) {
            self.remember(Request { client, line });
        } else {
            self.kept.push(line);
        }
    }

    fn remember(&mut self, request: Request) {
        if self.recent.len() >= BEFORE {
            self.recent.pop_front();
        }
        self.recent.push_back(request);
    }

    fn follow(&mut self, client: String) {
        if self.followed.len() >= CLIENTS {
            self.followed.clear();
        }
        self.followed.insert(client, AFTER);
    }

    fn is_followed(&mut self, client: &str) -> bool {
        let Some(left) = self.followed.get_mut(client) else { return false };
        *left = left.saturating_sub(1);
        if *left == 0 {
            self.followed.remove(client);
        }
        true
    }
}

/// The statuses that a sign-in can end with: refused, too large, forbidden, a configuration or a pool that fails.
/// HTTP.sys logs connections that merely timed out without a status.
fn is_failure(status: &str, sub_status: Option<&str>) -> bool {
    match status {
        "400" | "401" | "403" | "503" => true,
        "500" => sub_status == Some("19"),
        _ => false,
    }
}

impl Columns {
    fn read(fields: &str) -> Self {
        let mut columns = Self::default();
        for (number, field) in fields.split_ascii_whitespace().enumerate() {
            match field {
                "c-ip" => columns.client = Some(number),
                "sc-status" => columns.status = Some(number),
                "sc-substatus" => columns.sub_status = Some(number),
                "cs-uri" => columns.address.push(number),
                _ if DROPPED.iter().any(|dropped| dropped.eq_ignore_ascii_case(field)) => columns.dropped.push(number),
                _ => {}
            }
        }
        columns
    }

    /// The line without the columns that are dropped, and without the query in an address. How long a long one was stays:
    /// HTTP.sys refuses requests for that alone.
    fn without_dropped<'a>(&self, values: impl Iterator<Item = &'a str>) -> String {
        let mut line = String::new();
        for (number, value) in values.enumerate().filter(|(number, _)| !self.dropped.contains(number)) {
            if !line.is_empty() {
                line.push(' ');
            }
            let address = self.address.contains(&number);
            match value.split_once('?').filter(|_| address) {
                Some((path, query)) if query.len() >= LONG_QUERY => {
                    line.extend([path, "?[", &query.len().to_string(), "]"]);
                }
                Some((path, _)) => line.push_str(path),
                None => line.push_str(value),
            }
        }
        line
    }
}

/// The newest lines, within a limit.
#[derive(Debug)]
struct Kept {
    lines: VecDeque<String>,
    bytes: usize,
    limit_bytes: usize,
    lost: bool,
}

/// Bytes of a query that is long enough to be told of.
const LONG_QUERY: usize = 1_024;

/// How the artifact says what it is.
const REMARK: &str =
    "#Remark: failed requests and their neighbors; query strings, cookies and referrers are left out\n";

impl Kept {
    fn push(&mut self, line: String) {
        self.bytes = self.bytes.saturating_add(line.len()).saturating_add(1);
        self.lines.push_back(line);
        while self.bytes > self.limit_bytes {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(oldest.len()).saturating_sub(1);
            self.lost = true;
            self.keep_header(&oldest);
        }
    }

    /// What the columns mean must stay known for the lines that stay.
    fn keep_header(&mut self, oldest: &str) {
        let next_is_header = self.lines.front().is_some_and(|line| line.starts_with("#Fields:"));
        let has_room = oldest.len() < self.limit_bytes / 2;
        if oldest.starts_with("#Fields:") && !next_is_header && has_room {
            self.lines.pop_front().inspect(|line| self.bytes = self.bytes.saturating_sub(line.len() + 1));
            self.bytes = self.bytes.saturating_add(oldest.len() + 1);
            self.lines.push_front(oldest.to_owned());
        }
    }

    fn text(&self) -> Vec<u8> {
        let mut text = REMARK.as_bytes().to_vec();
        for line in &self.lines {
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &str = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Cookie) cs(Referer) sc-status sc-substatus sc-win32-status";

    fn request(client: &str, path: &str, status: &str) -> String {
        format!(
            "2026-03-02 08:00:00 10.0.0.5 GET {path} q=secret 80 - {client} Mozilla sid=secret http://x/secret {status}"
        )
    }

    fn filter(lines: &[String], limit: usize) -> (String, bool) {
        let mut filter = Filter::new(limit);
        for line in lines {
            filter.line(line.as_bytes());
        }
        let (text, lost) = filter.finish();
        (String::from_utf8(text).expect("text"), lost)
    }

    #[test]
    fn failures_and_their_neighbors_stay_and_nothing_that_was_typed() {
        let mut lines = vec![FIELDS.to_owned()];
        lines.push(request("10.0.0.8", "/other", "200 0 0"));
        lines.push(request("10.0.0.9", "/before", "200 0 0"));
        lines.push(request("10.0.0.9", "/refused", "401 1 2148074252"));
        lines.extend((0..7).map(|number| request("10.0.0.9", &format!("/after{number}"), "200 0 0")));
        lines.push(request("10.0.0.8", "/late", "200 0 0"));
        let (text, lost) = filter(&lines, 1 << 20);
        assert!(!lost && !text.contains("secret"), "{text}");
        assert!(text.contains(
            "#Fields: date time s-ip cs-method cs-uri-stem s-port cs-username c-ip cs(User-Agent) sc-status"
        ));
        let kept: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let paths: Vec<_> = kept.iter().filter_map(|line| line.split(' ').nth(4)).collect();
        assert_eq!(paths, ["/before", "/refused", "/after0", "/after1", "/after2", "/after3", "/after4"]);
    }

    #[test]
    fn each_status_of_a_failed_sign_in_counts() {
        for (status, kept) in [
            ("400 0 0", true),
            ("401 2 5", true),
            ("403 14 0", true),
            ("503 0 0", true),
            ("500 19 183", true),
            ("500 0 64", false),
            ("404 0 2", false),
            ("- - -", false),
        ] {
            let (text, _) = filter(&[FIELDS.to_owned(), request("10.0.0.9", "/", status)], 1 << 20);
            assert_eq!(text.lines().filter(|line| !line.starts_with('#')).count(), usize::from(kept), "{status}");
        }
    }

    #[test]
    fn an_address_of_http_sys_loses_its_query() {
        let lines = [
            "#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename",
            "2026-03-02 08:00:00 10.0.0.9 50000 10.0.0.5 80 HTTP/1.1 GET /app?token=secret 400 - RequestLength -",
            "2026-03-02 08:00:01 10.0.0.9 50000 10.0.0.5 80 - - - - - Timer_ConnectionIdle -",
        ];
        let (text, _) = filter(&lines.map(str::to_owned), 1 << 20);
        assert!(text.contains("GET /app 400 - RequestLength"), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }

    #[test]
    fn a_long_query_leaves_its_length_behind() {
        let fields =
            "#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason";
        let query = "secret".repeat(4_000);
        let line =
            format!("2026-03-02 08:00:00 10.0.0.9 50000 10.0.0.5 80 HTTP/1.1 GET /app?{query} 400 - RequestLength");
        let (text, _) = filter(&[fields.to_owned(), line], 1 << 20);
        assert!(text.contains("GET /app?[24000] 400 - RequestLength") && !text.contains("secret"), "{text}");
    }

    #[test]
    fn lines_whose_columns_nobody_names_stay_where_they_are() {
        let (text, _) = filter(&[request("10.0.0.9", "/", "401 1 0")], 1 << 20);
        assert_eq!(text, REMARK);
    }

    #[test]
    fn over_the_limit_the_oldest_go_and_the_header_stays() {
        let mut lines = vec![FIELDS.to_owned()];
        lines.extend((0..100).map(|number| request("10.0.0.9", &format!("/page{number}"), "401 1 0")));
        let (text, lost) = filter(&lines, 2000);
        assert!(lost && text.len() <= 2000 + REMARK.len(), "{}", text.len());
        assert!(text.contains("/page99 ") && !text.contains("/page0 "), "{text}");
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with("#Fields:")), "{text}");
    }
}

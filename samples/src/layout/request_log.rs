//! Logs of IIS and of HTTP.sys, as the collector keeps them: without query strings, cookies and referrers.

use super::page::Page;

/// A request in the log of a site, on the morning of collecting.
#[derive(Clone, Debug)]
pub struct Request {
    /// When: `07:02:15`.
    pub time: &'static str,
    /// Where it came from.
    pub client: &'static str,
    /// The user, once signed in.
    pub user: &'static str,
    /// Status, sub-status and Windows error: `401 2 5`.
    pub ended: &'static str,
}

/// The log of a site.
pub fn of_site(server: &str, requests: &[Request]) -> String {
    let mut page = Page::default();
    page.line("#Software: Microsoft Internet Information Services 10.0");
    page.line("#Date: 2026-03-02 00:00:00");
    page.line(
        "#Fields: date time s-ip cs-method cs-uri-stem s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus \
        sc-win32-status time-taken",
    );
    for request in requests {
        let Request { time, client, user, ended } = request;
        page.line(format_args!(
            "2026-03-02 {time} {server} GET / 80 {user} {client} Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64) {ended} 15"
        ));
    }
    page.text()
}

/// The log of a site of IIS 5, which writes no sub-status.
pub fn of_old_site(server: &str, requests: &[Request]) -> String {
    let mut page = Page::default();
    page.line("#Software: Microsoft Internet Information Services 5.0");
    page.line("#Version: 1.0");
    page.line("#Date: 2026-03-02 00:00:00");
    page.line("#Fields: date time c-ip cs-username s-ip s-port cs-method cs-uri-stem sc-status");
    for Request { time, client, user, ended } in requests {
        page.line(format_args!("2026-03-02 {time} {client} {user} {server} 80 GET / {ended}"));
    }
    page.text()
}

/// A request in the log of HTTP.sys.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// When: `07:02:15`.
    pub time: &'static str,
    /// Where it came from.
    pub client: &'static str,
    /// What was asked for.
    pub address: &'static str,
    /// Why it was refused.
    pub reason: &'static str,
}

/// The log of HTTP.sys.
pub fn of_http_sys(server: &str, refused: &[Refusal]) -> String {
    let mut page = Page::default();
    page.line("#Software: Microsoft HTTP API 2.0");
    page.line("#Date: 2026-03-02 06:12:44");
    page.line(
        "#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid sc-status s-siteid s-reason \
        s-queuename",
    );
    for Refusal { time, client, address, reason } in refused {
        page.line(format_args!(
            "2026-03-02 {time} {client} 51344 {server} 80 HTTP/1.1 GET {address} - 400 - {reason} -"
        ));
    }
    page.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_value_for_each_column() {
        let request = Request { time: "07:02:15", client: "10.0.0.57", user: "-", ended: "401 2 5" };
        let refusal = Refusal { time: "07:00:00", client: "10.0.0.57", address: "/", reason: "FieldLength" };
        for text in [of_site("10.0.0.20", &[request]), of_http_sys("10.0.0.20", &[refusal])] {
            let lines: Vec<_> = text.lines().collect();
            let columns = |line: &str| line.split_whitespace().count();
            assert_eq!(columns(lines[2]) - 1, columns(lines[3]), "{text}");
        }
    }
}

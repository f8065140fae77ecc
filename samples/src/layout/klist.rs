//! What `klist` prints: the Kerberos tickets of one logon session.

use super::page::Page;

const REALM: &str = "CONTOSO.COM";
const AES256: &str = "AES-256-CTS-HMAC-SHA1-96";
const FLAGS: [(u32, &str); 6] = [
    (0x4000_0000, "forwardable"),
    (0x0080_0000, "renewable"),
    (0x0040_0000, "initial"),
    (0x0020_0000, "pre_authent"),
    (0x0004_0000, "ok_as_delegate"),
    (0x0001_0000, "name_canonicalize"),
];

/// One ticket; its times are local, on the day of collecting.
#[derive(Clone, Debug)]
pub struct Ticket {
    client: String,
    server: String,
    flags: u32,
    started: String,
    cache: &'static str,
}

impl Ticket {
    /// A ticket-granting ticket of this account, from this local time on.
    pub fn granting(client: &str, started: &str) -> Self {
        Self::with(client, "krbtgt/CONTOSO.COM", started, 0x40e1_0000, "0x1 -> PRIMARY")
    }

    /// A service ticket.
    pub fn service(client: &str, server: &str, started: &str) -> Self {
        Self::with(client, server, started, 0x40a1_0000, "0")
    }

    /// A service ticket for a service that may be given the client's own ticket.
    pub fn delegable(client: &str, server: &str, started: &str) -> Self {
        Self::with(client, server, started, 0x40a5_0000, "0")
    }

    /// A service ticket that a trust keeps from being delegated.
    pub fn kept(client: &str, server: &str, started: &str) -> Self {
        Self::with(client, server, started, 0x40a1_0000, "0x200 -> DISABLE-TGT-DELEGATION")
    }

    fn with(client: &str, server: &str, started: &str, flags: u32, cache: &'static str) -> Self {
        Self { client: client.to_owned(), server: server.to_owned(), flags, started: started.to_owned(), cache }
    }

    fn print(&self, number: usize, first_start: &str, page: &mut Page) {
        let words: Vec<_> = FLAGS.iter().filter(|(bit, _)| self.flags & bit != 0).map(|(_, word)| *word).collect();
        page.line(format_args!("#{number}>\tClient: {} @ {REALM}", self.client));
        page.line(format_args!("\tServer: {} @ {REALM}", self.server));
        page.line(format_args!("\tKerbTicket Encryption Type: {AES256}"));
        page.line(format_args!("\tTicket Flags 0x{:x} -> {} ", self.flags, words.join(" ")));
        page.line(format_args!("\tStart Time: 3/2/2026 {} (local)", self.started));
        page.line(format_args!("\tEnd Time:   3/2/2026 {} (local)", ten_hours_after(first_start)));
        page.line(format_args!("\tRenew Time: 3/9/2026 {first_start} (local)"));
        page.line(format_args!("\tSession Key Type: {AES256}"));
        page.line(format_args!("\tCache Flags: {} ", self.cache));
        page.line("\tKdc Called: DC01.contoso.com");
        page.gap();
    }
}

/// Which session `klist` was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// The one that it runs in.
    Own,
    /// That of the machine account, `-li 0x3e7`.
    Machine,
}

/// `klist` or `klist -li 0x3e7`. All tickets end when the first one, the ticket-granting ticket, does.
pub fn tickets(session: Session, tickets: &[Ticket]) -> String {
    let mut page = Page::default();
    page.gap();
    page.line("Current LogonId is 0:0x3e7a1");
    if session == Session::Machine {
        page.line("Targeted LogonId is 0:0x3e7");
    }
    page.gap();
    page.line(format_args!("Cached Tickets: ({})", tickets.len()));
    page.gap();
    let first_start = tickets.first().map_or("", |ticket| ticket.started.as_str());
    for (number, ticket) in tickets.iter().enumerate() {
        ticket.print(number, first_start, &mut page);
    }
    page.text()
}

fn ten_hours_after(time: &str) -> String {
    let (hour, rest) = time.split_once(':').expect("a time has hours and minutes");
    let hour: u32 = hour.parse().expect("hours are a number");
    format!("{}:{rest}", hour + 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_has_ten_lines_behind_a_tab() {
        let text = tickets(Session::Own, &[Ticket::granting("alice", "7:58:40")]);
        let expected = "\r\nCurrent LogonId is 0:0x3e7a1\r\n\r\nCached Tickets: (1)\r\n\r\n\
            #0>\tClient: alice @ CONTOSO.COM\r\n\tServer: krbtgt/CONTOSO.COM @ CONTOSO.COM\r\n\
            \tKerbTicket Encryption Type: AES-256-CTS-HMAC-SHA1-96\r\n\
            \tTicket Flags 0x40e10000 -> forwardable renewable initial pre_authent name_canonicalize \r\n\
            \tStart Time: 3/2/2026 7:58:40 (local)\r\n\tEnd Time:   3/2/2026 17:58:40 (local)\r\n\
            \tRenew Time: 3/9/2026 7:58:40 (local)\r\n\tSession Key Type: AES-256-CTS-HMAC-SHA1-96\r\n\
            \tCache Flags: 0x1 -> PRIMARY \r\n\tKdc Called: DC01.contoso.com\r\n\r\n";
        assert_eq!(text, expected);
    }
}

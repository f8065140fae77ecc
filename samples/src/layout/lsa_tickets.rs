//! Tickets of one logon session as LSA reports them, in the JSON that the collector writes.

use super::page::Page;

/// One ticket: the service, and when it began, in UTC.
pub type Ticket = (&'static str, &'static str);

/// The session of this user.
pub fn own(user: &str, tickets: &[Ticket]) -> String {
    let mut page = Page::default();
    page.line("{");
    page.line("  \"sessions\": [");
    page.line("    {");
    page.line("      \"logon_id\": \"0x3e7a1\",");
    page.line(format_args!("      \"user\": \"{user}\","));
    page.line("      \"domain\": \"CONTOSO\",");
    page.line("      \"logon_type\": 2,");
    page.line("      \"authentication_package\": \"Kerberos\",");
    page.line("      \"is_current\": true,");
    page.line("      \"status\": \"0x00000000\",");
    page.line("      \"source\": \"KerbQueryTicketCacheEx3Message\",");
    page.line("      \"tickets\": [");
    for (number, (server, begins)) in (1..).zip(tickets) {
        page.line("        {");
        for (name, value) in [
            ("client", user),
            ("client_realm", "CONTOSO.COM"),
            ("server", server),
            ("server_realm", "CONTOSO.COM"),
            ("start_time", begins),
        ] {
            page.line(format_args!("          \"{name}\": \"{value}\","));
        }
        page.line("          \"encryption_type\": 18,");
        page.line("          \"ticket_flags\": \"0x40a10000\"");
        page.line(if number == tickets.len() { "        }" } else { "        }," });
    }
    page.line("      ]");
    page.line("    }");
    page.line("  ]");
    page.line("}");
    page.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_stand_between_commas() {
        let text = own("alice", &[("krbtgt/CONTOSO.COM", "2026-03-02T06:58:40Z"), ("HTTP/a", "2026-03-02T06:58:41Z")]);
        let words: String = text.split_whitespace().collect();
        assert!(words.contains(r#""ticket_flags":"0x40a10000"},{"client":"alice""#), "{text}");
        assert!(words.ends_with(r#""ticket_flags":"0x40a10000"}]}]}"#), "{text}");
    }
}

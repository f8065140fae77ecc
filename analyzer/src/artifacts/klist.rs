//! `klist` output: the Kerberos tickets of one logon session, newest tools and Resource Kit alike.
//!
//! Labels are translated by Windows; the order of the lines in a ticket is not. A ticket begins at `#n>`, its second
//! name is the service, and hexadecimal numbers keep their place.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited};
use crate::formats::text::Text;

/// Tickets of one file at most; a session holds some dozens.
const TICKETS: usize = 10_000;

/// What one run of `klist` printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketCache {
    /// The logon session, such as `0x3e7`, when it is printed.
    pub logon_id: Option<Cited<String>>,
    /// How many tickets the tool says there are.
    pub count: Option<Cited<u32>>,
    /// The tickets.
    pub tickets: Vec<Ticket>,
}

/// One ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Where it stands.
    pub at: crate::evidence::place::Evidence,
    /// The client as printed, with its realm.
    pub client: Option<String>,
    /// The name of the service, without its realm.
    pub server: Cited<String>,
    /// The realm of the service, when printed.
    pub realm: Option<String>,
    /// Every other line of the ticket: label and value as printed.
    pub attributes: Vec<(String, String)>,
}

/// Whether a text was printed by `klist`.
pub fn recognizes(text: &Text) -> bool {
    let cache = parse(ArtifactId(0), text).value;
    !cache.tickets.is_empty() || (cache.logon_id.is_some() && cache.count.is_some())
}

/// Reads the output of one run.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<TicketCache> {
    let mut parsed = Parsed::whole(TicketCache::default());
    let mut block: Vec<(u32, &str)> = Vec::new();
    for (number, line) in text.numbered() {
        let words = line.trim();
        if words.starts_with('#') && words.contains('>') {
            finish(artifact, &mut block, &mut parsed);
            block.push((number, words));
        } else if !block.is_empty() && (words.contains(':') || words.contains(" 0x")) {
            block.push((number, words));
        } else if let Some(logon_id) = logon_id(words) {
            parsed.value.logon_id.get_or_insert(Cited::new(logon_id, artifact.line(number)));
        } else if let Some(count) = ticket_count(words) {
            parsed.value.count.get_or_insert(Cited::new(count, artifact.line(number)));
        } else if let (Some(server), true) = (words.strip_prefix("Server:"), parsed.value.count.is_some()) {
            // The Resource Kit prints neither a number nor a client. `nslookup` begins with the same word, and counts
            // no tickets.
            finish(artifact, &mut block, &mut parsed);
            push(artifact, number, number, None, server, Vec::new(), &mut parsed);
        }
    }
    finish(artifact, &mut block, &mut parsed);
    let held = u32::try_from(parsed.value.tickets.len()).unwrap_or(u32::MAX);
    if parsed.value.count.as_ref().is_some_and(|count| count.value > held) {
        parsed.lose(artifact.whole(), GapReason::Truncated);
    }
    parsed
}

/// Turns the lines of one ticket into a ticket.
fn finish(artifact: ArtifactId, block: &mut Vec<(u32, &str)>, parsed: &mut Parsed<TicketCache>) {
    let lines = std::mem::take(block);
    let (Some((first, head)), Some((last, _))) = (lines.first(), lines.last()) else { return };
    let Some((server_line, server)) = lines.get(1) else {
        return parsed.lose(artifact.line(*first), GapReason::Damaged("a ticket without a service".to_owned()));
    };
    let client = head.split_once('>').map_or("", |(_, rest)| rest);
    let client = client.split_once(':').map(|(_, name)| name.trim().to_owned());
    let service = server.split_once(':').map_or("", |(_, name)| name);
    let attributes = lines.iter().skip(2).map(|(_, line)| label_and_value(line)).collect();
    push(artifact, *first, *last, client, service, attributes, parsed);
    if let Some(ticket) = parsed.value.tickets.last_mut() {
        ticket.server.at = artifact.line(*server_line);
    }
}

fn push(
    artifact: ArtifactId,
    first: u32,
    last: u32,
    client: Option<String>,
    service: &str,
    attributes: Vec<(String, String)>,
    parsed: &mut Parsed<TicketCache>,
) {
    let at = artifact.lines(first, last);
    if parsed.value.tickets.len() >= TICKETS {
        if parsed.is_whole() {
            parsed.lose(at, GapReason::OverLimit("tickets".to_owned()));
        }
        return;
    }
    let (name, realm) = match service.split_once('@') {
        Some((name, realm)) => (name.trim(), Some(realm.trim().to_owned())),
        None => (service.trim(), None),
    };
    if name.is_empty() {
        return parsed.lose(at, GapReason::Damaged("a ticket without a service".to_owned()));
    }
    let server = Cited::new(name.to_owned(), artifact.line(first));
    parsed.value.tickets.push(Ticket { at, client, server, realm, attributes });
}

/// `Ticket Flags 0x… -> …` has no colon of its own; everything else is `label: value`.
fn label_and_value(line: &str) -> (String, String) {
    let split = match line.split_once(" 0x") {
        Some((label, value)) if !label.contains(':') => Some((label, format!("0x{value}"))),
        _ => line.split_once(':').map(|(label, value)| (label, value.trim().to_owned())),
    };
    let (label, value) = split.unwrap_or((line, String::new()));
    (label.trim_end_matches([':', ' ']).to_owned(), value)
}

/// `Current LogonId is 0:0x3e7`, in any language: high part, colon, low part in hexadecimal.
fn logon_id(words: &str) -> Option<String> {
    let last = words.split_whitespace().last()?;
    let (high, low) = last.split_once(":0x")?;
    let is_id = high.chars().all(|c| c.is_ascii_hexdigit() || c == 'x') && u64::from_str_radix(low, 16).is_ok();
    (is_id && !high.is_empty()).then(|| format!("0x{}", low.to_ascii_lowercase()))
}

/// `Cached Tickets: (2)`, in any language.
fn ticket_count(words: &str) -> Option<u32> {
    let inside = words.strip_suffix(')')?.rsplit_once('(')?;
    inside.0.trim_end().ends_with(':').then(|| inside.1.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODERN: &str = "\r\nCurrent LogonId is 0:0x3e7a1\r\n\r\nCached Tickets: (2)\r\n\r\n\
        #0>\tClient: alice @ CONTOSO.COM\r\n\tServer: krbtgt/CONTOSO.COM @ CONTOSO.COM\r\n\
        \tKerbTicket Encryption Type: AES-256-CTS-HMAC-SHA1-96\r\n\
        \tTicket Flags 0x40e10000 -> forwardable renewable initial pre_authent name_canonicalize\r\n\
        \tStart Time: 7/16/2026 9:58:40 (local)\r\n\tEnd Time:   7/16/2026 19:58:40 (local)\r\n\
        \tRenew Time: 0\r\n\tSession Key Type: AES-256-CTS-HMAC-SHA1-96\r\n\
        \tCache Flags: 0x1 -> PRIMARY\r\n\tKdc Called: DC01.contoso.com\r\n\r\n\
        #1>\tClient: alice @ CONTOSO.COM\r\n\tServer: HTTP/web01.contoso.com @ CONTOSO.COM\r\n\
        \tKerbTicket Encryption Type: RSADSI RC4-HMAC(NT)\r\n";
    const GERMAN: &str = "Aktuelle Anmelde-ID ist 0:0x3e7\r\nZwischengespeicherte Tickets: (1)\r\n\
        #0>\tClient: WEB01$ @ CONTOSO.COM\r\n\tServer: HTTP/web01 @ CONTOSO.COM\r\n\
        \tTicketkennzeichen 0x40a10000 -> forwardable\r\n\tStartzeit: 16.7.2026 9:58:40 (lokal)\r\n";
    const RESOURCE_KIT: &str = "Cached Tickets: (1)\r\n\r\n   Server: krbtgt/EXAMPLE.COM@EXAMPLE.COM\r\n\
        \x20     KerbTicket Encryption Type: RSADSI RC4-HMAC(NT)\r\n      End Time: 5/10/2004 22:05:11\r\n";

    fn read(text: &str) -> Parsed<TicketCache> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn tickets_know_their_names_and_lines() {
        let parsed = read(MODERN);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let cache = parsed.value;
        assert_eq!(cache.logon_id.map(|id| id.value), Some("0x3e7a1".to_owned()));
        let servers: Vec<_> = cache.tickets.iter().map(|ticket| ticket.server.value.as_str()).collect();
        assert_eq!(servers, ["krbtgt/CONTOSO.COM", "HTTP/web01.contoso.com"]);
        assert_eq!(cache.tickets[1].client.as_deref(), Some("alice @ CONTOSO.COM"));
        assert_eq!(cache.tickets[1].server.at, ArtifactId(0).line(18));
    }

    #[test]
    fn renew_time_of_zero() {
        let ticket = &read(MODERN).value.tickets[0];
        assert!(ticket.attributes.contains(&("Renew Time".to_owned(), "0".to_owned())));
        assert!(ticket.attributes.iter().any(|(label, flags)| label == "Ticket Flags" && flags.starts_with("0x40e1")));
    }

    #[test]
    fn german_is_read_by_its_structure() {
        let cache = read(GERMAN).value;
        assert_eq!(cache.logon_id.map(|id| id.value), Some("0x3e7".to_owned()));
        assert_eq!(cache.tickets[0].server.value, "HTTP/web01");
    }

    #[test]
    fn the_resource_kit_glues_the_realm() {
        let cache = read(RESOURCE_KIT).value;
        assert_eq!(cache.tickets[0].server.value, "krbtgt/EXAMPLE.COM");
        assert_eq!(cache.tickets[0].realm.as_deref(), Some("EXAMPLE.COM"));
    }

    #[test]
    fn fewer_tickets_than_counted_is_a_loss() {
        assert!(!read("Current LogonId is 0:0x3e7\nCached Tickets: (3)\n").is_whole());
        assert!(read("Current LogonId is 0:0x3e7\nCached Tickets: (0)\n").is_whole());
    }

    #[test]
    fn its_own_output_is_recognized_and_other_text_is_not() {
        for text in [MODERN, GERMAN, RESOURCE_KIT, "Current LogonId is 0:0x3e7\n\nCached Tickets: (0)\n"] {
            assert!(recognizes(&Text::from(text)), "{text}");
        }
        for text in ["", "hello: (2)\n", "time is 10:0x\n", "Server:  dc01.contoso.com\nAddress:  10.0.0.10\n"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for text in [MODERN, GERMAN, RESOURCE_KIT] {
            for end in 0..text.len() {
                let _ = read(text.get(..end).unwrap_or_default());
            }
        }
    }
}

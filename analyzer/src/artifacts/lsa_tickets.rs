//! Logon sessions and their tickets as the local security authority reports them, in JSON that the collector writes.

use serde::Deserialize;

use crate::artifacts::parsed::Parsed;
use crate::artifacts::tickets::{LogonSession, Ticket, TicketCache};
use crate::codes::number::number;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::formats::text::Text;

/// Tickets of one file at most.
const TICKETS: usize = 100_000;

/// The file as it is written; fields that nobody knows are left out.
#[derive(Deserialize)]
struct File {
    sessions: Vec<Session>,
}

#[derive(Deserialize)]
struct Session {
    logon_id: String,
    user: Option<String>,
    domain: Option<String>,
    authentication_package: Option<String>,
    /// The NT status of the question, such as `0x00000000`.
    status: Option<String>,
    #[serde(default)]
    tickets: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    client: Option<String>,
    client_realm: Option<String>,
    server: String,
    server_realm: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    renew_time: Option<String>,
    encryption_type: Option<i64>,
    session_key_type: Option<i64>,
    ticket_flags: Option<String>,
    cache_flags: Option<String>,
    kdc_called: Option<String>,
}

/// Whether a text is such a file.
pub fn recognizes(text: &Text) -> bool {
    let first = text.lines().iter().map(|line| line.trim()).find(|line| !line.is_empty()).unwrap_or_default();
    let holds = |mark: &str| text.lines().iter().take(200).any(|line| line.contains(mark));
    first.starts_with('{') && holds("\"sessions\"") && holds("\"logon_id\"")
}

/// Reads the file, one cache for each session.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<Vec<TicketCache>> {
    let mut parsed = Parsed::default();
    let file: File = match serde_json::from_str(&text.joined()) {
        Ok(file) => file,
        Err(error) => {
            let line = u32::try_from(error.line()).ok().filter(|line| *line > 0);
            let at = line.map_or_else(|| artifact.whole(), |line| artifact.line(line));
            parsed.lose(at, GapReason::Damaged("it is not the JSON that it should be".to_owned()));
            return parsed;
        }
    };
    let total: usize = file.sessions.iter().map(|session| session.tickets.len()).sum();
    if total > TICKETS {
        parsed.lose(artifact.whole(), GapReason::OverLimit("tickets".to_owned()));
    }
    let mut places = Places::of(artifact, text, total);
    let mut left = TICKETS;
    for session in file.sessions {
        let cache = session.cache(&mut places, &mut left, &mut parsed);
        parsed.value.push(cache);
    }
    parsed
}

impl Session {
    fn cache(self, places: &mut Places, left: &mut usize, parsed: &mut Parsed<Vec<TicketCache>>) -> TicketCache {
        let at = places.artifact.whole();
        let logon_id = self.logon_id.to_lowercase();
        let user = match (&self.domain, &self.user) {
            (Some(domain), Some(user)) if !domain.is_empty() => Some(format!("{domain}\\{user}")),
            (_, user) => user.clone(),
        };
        let status = self.status.as_deref().and_then(number).map(|status| status.value);
        if let Some(status) = status.filter(|status| *status != 0) {
            let words = format!("LSA answered 0x{status:08x} about the session {logon_id}");
            parsed.lose(at, GapReason::ToolFailed(words));
        }
        // LSA hands out all that it has; where it refused, nobody counted.
        let count = u32::try_from(self.tickets.len()).ok().filter(|_| status == Some(0));
        let mut tickets = Vec::new();
        for listed in self.tickets {
            let place = places.next();
            if *left == 0 {
                continue;
            }
            *left = left.saturating_sub(1);
            match listed.ticket(place) {
                Some(ticket) => tickets.push(ticket),
                None => parsed.lose(place, GapReason::Damaged("a ticket without a service".to_owned())),
            }
        }
        let session = LogonSession {
            at,
            logon_id: logon_id.clone(),
            user: user.clone().unwrap_or_default(),
            package: self.authentication_package.unwrap_or_default(),
        };
        TicketCache {
            logon_id: Some(Cited::new(logon_id, at)),
            user,
            count: count.map(|count| Cited::new(count, at)),
            tickets,
            sessions: vec![session],
            ..TicketCache::default()
        }
    }
}

impl Listed {
    fn ticket(self, at: Evidence) -> Option<Ticket> {
        let flags = |text: &Option<String>| text.as_deref().and_then(number).map(|number| number.value);
        let kind = |value: Option<i64>| value.and_then(|value| u32::try_from(value & 0xffff_ffff).ok());
        let ticket = Ticket::named(&self.server, at)?;
        let client = match (self.client, self.client_realm) {
            (Some(client), Some(realm)) => Some(format!("{client} @ {realm}")),
            (client, _) => client,
        };
        Some(Ticket {
            client,
            realm: self.server_realm.or(ticket.realm),
            encryption_type: kind(self.encryption_type),
            session_key_type: kind(self.session_key_type),
            flags: flags(&self.ticket_flags),
            cache_flags: flags(&self.cache_flags),
            start_time: self.start_time,
            end_time: self.end_time,
            renew_time: self.renew_time,
            kdc: self.kdc_called,
            server: ticket.server,
            at: ticket.at,
        })
    }
}

/// The lines of the tickets: the file has a line for each `server`, or all of them in one line.
struct Places {
    artifact: ArtifactId,
    lines: std::vec::IntoIter<u32>,
    is_known: bool,
}

impl Places {
    fn of(artifact: ArtifactId, text: &Text, tickets: usize) -> Self {
        let lines: Vec<_> =
            text.numbered().filter(|(_, line)| line.trim_start().starts_with("\"server\"")).map(|(at, _)| at).collect();
        let is_known = lines.len() == tickets;
        Self { artifact, lines: lines.into_iter(), is_known }
    }

    fn next(&mut self) -> Evidence {
        let line = self.lines.next().filter(|_| self.is_known);
        line.map_or_else(|| self.artifact.whole(), |line| self.artifact.line(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const JSON: &str = r#"{
  "sessions": [
    {
      "logon_id": "0x3E7", "user": "WEB01$", "domain": "CONTOSO", "sid": "S-1-5-18", "logon_type": 0,
      "authentication_package": "Negotiate", "is_current": false, "status": "0x00000000", "tickets": [
        {
          "client": "WEB01$", "client_realm": "CONTOSO.COM",
          "server": "HTTP/web01.contoso.com",
          "server_realm": "CONTOSO.COM", "start_time": "2026-03-02T07:41:03Z", "end_time": "2026-03-02T17:41:03Z",
          "encryption_type": 18, "session_key_type": -133, "ticket_flags": "0x40a10000", "cache_flags": "0x0",
          "kdc_called": "dc01.contoso.com", "branch_id": 0
        },
        {
          "server": "krbtgt/CONTOSO.COM@CONTOSO.COM"
        }
      ]
    },
    { "logon_id": "0x51a", "user": "alice", "status": "0xc0000022" }
  ]
}"#;

    fn read(text: &str) -> Parsed<Vec<TicketCache>> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn tickets_are_read_with_their_session_and_lines() {
        let parsed = read(JSON);
        let [machine, alice] = parsed.value.as_slice() else { panic!("{parsed:?}") };
        assert_eq!(machine.logon_id.as_ref().map(|id| id.value.as_str()), Some("0x3e7"));
        assert_eq!((machine.user.as_deref(), alice.user.as_deref()), (Some("CONTOSO\\WEB01$"), Some("alice")));
        let [service, granting] = machine.tickets.as_slice() else { panic!("{machine:?}") };
        assert_eq!((service.at, service.server.at), (ArtifactId(0).line(8), ArtifactId(0).line(8)));
        assert_eq!((service.encryption_type, service.session_key_type), (Some(18), Some(0xffff_ff7b)));
        assert_eq!((service.flags, service.cache_flags), (Some(0x40a1_0000), Some(0)));
        assert_eq!(
            (granting.server.value.as_str(), granting.realm.as_deref()),
            ("krbtgt/CONTOSO.COM", Some("CONTOSO.COM"))
        );
    }

    #[test]
    fn a_session_that_may_not_be_asked_about_is_a_loss() {
        let losses = read(JSON).losses;
        assert!(
            matches!(&losses[..], [loss] if matches!(&loss.reason, GapReason::ToolFailed(words) if words.contains("0xc0000022"))),
            "{losses:?}"
        );
    }

    #[test]
    fn tickets_on_one_line_point_at_the_whole() {
        let parsed = read(&JSON.replace('\n', " "));
        assert_eq!(parsed.value[0].tickets[0].at, ArtifactId(0).whole());
    }

    #[test]
    fn damage_is_a_loss_with_its_line() {
        let parsed = read(&JSON.replace("\"is_current\": false", "\"is_current\": fal"));
        assert!(parsed.value.is_empty());
        assert_eq!(parsed.losses[0].at, ArtifactId(0).line(5));
        let nameless = read(&JSON.replace("krbtgt/CONTOSO.COM@CONTOSO.COM", " "));
        assert_eq!(nameless.value[0].tickets.len(), 1);
        assert_eq!(nameless.losses.len(), 2);
    }

    #[test]
    fn only_such_files_are_recognized() {
        assert!(recognizes(&Text::from(JSON)));
        assert!(recognizes(&Text::from(JSON.replace('\n', " ").as_str())));
        for text in ["{}", "{\"sessions\": []}", "", "[]", "sessions logon_id"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_file_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[JSON]) {
            assert!(!read(cut).is_whole(), "{cut}");
        }
        assert!(!read(&"[".repeat(10_000)).is_whole());
    }
}

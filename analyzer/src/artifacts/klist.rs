//! `klist` output: the Kerberos tickets of one logon session, of the newest tool and of the Resource Kit alike.
//!
//! Labels are translated by Windows; the order of the lines in a ticket is not. A ticket begins at `#n>`, its second
//! name is the service, and hexadecimal numbers keep their place.

use crate::artifacts::parsed::Parsed;
use crate::artifacts::tickets::{LogonSession, Ticket, TicketCache, encryption_type};
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited};
use crate::formats::text::Text;
use crate::formats::wrapped::{self, Line};

/// Tickets of one file at most; a session holds some dozens.
const TICKETS: usize = 10_000;
/// Logon sessions of one file at most.
const SESSIONS: usize = 10_000;

/// NT status of `klist` when it runs in a session that can have no tickets, such as a remote one.
const NO_SUCH_LOGON_SESSION: u32 = 0xc000_005f;

/// Whether a text was printed by `klist`.
pub fn recognizes(text: &Text) -> bool {
    parse(ArtifactId(0), text).value.iter().any(|cache| {
        let is_listed = !cache.tickets.is_empty() || !cache.sessions.is_empty();
        is_listed || (cache.logon_id.is_some() && (cache.count.is_some() || cache.refused.is_some()))
    })
}

/// Reads the output, one cache for each session in it.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<Vec<TicketCache>> {
    let mut reading = Reading { artifact, parsed: Parsed::default(), cache: TicketCache::default(), block: Vec::new() };
    // A piece of a broken line has no label of its own.
    let lines = wrapped::unwrap(text.numbered(), |_, next| !next.contains([':', '>']) && !next.contains(" 0x"));
    for line in &lines {
        reading.line(line);
    }
    reading.finish();
    reading.close();
    reading.parsed
}

struct Reading<'a> {
    artifact: ArtifactId,
    parsed: Parsed<Vec<TicketCache>>,
    /// The cache that is being read.
    cache: TicketCache,
    /// The lines of the ticket that is being read.
    block: Vec<&'a Line>,
}

impl<'a> Reading<'a> {
    fn line(&mut self, line: &'a Line) {
        let words = line.text.trim();
        let at = self.artifact.lines(line.first, line.last);
        let is_numbered = words.strip_prefix('#').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if is_numbered && words.contains('>') {
            self.finish();
            self.block.push(line);
        } else if words.is_empty() {
            self.finish();
        } else if let Some(logon_id) = logon_id(words) {
            // With `-li`, the session that runs the tool comes before the one that is asked about.
            self.finish();
            if self.cache.count.is_some() || !self.cache.tickets.is_empty() {
                self.close();
            }
            self.cache.logon_id = Some(Cited::new(logon_id, at));
        } else if !self.block.is_empty() {
            if words.contains(':') || words.contains(" 0x") {
                self.block.push(line);
            }
        } else if let Some(session) = session(words) {
            if self.cache.sessions.len() < SESSIONS {
                let (logon_id, user, package) = session;
                self.cache.sessions.push(LogonSession { at, logon_id, user, package });
            }
        } else if let Some(count) = ticket_count(words) {
            self.cache.count.get_or_insert(Cited::new(count, at));
        } else if let Some(status) = failure(words) {
            self.cache.refused = Some(Cited::new(status, at));
        } else if self.cache.count.is_some() && words.starts_with("Server:") {
            // The Resource Kit prints neither a number nor a client. `nslookup` begins with the same word, and counts
            // no tickets.
            self.block.push(line);
        } else if self.cache.logon_id.is_some() && is_granting_ticket(words) {
            self.block.push(line);
        }
    }

    /// Turns the lines of one ticket into a ticket.
    fn finish(&mut self) {
        let lines = std::mem::take(&mut self.block);
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return };
        let at = self.artifact.lines(first.first, last.last);
        if self.cache.tickets.len() >= TICKETS {
            if self.cache.tickets.len() == TICKETS && self.parsed.is_whole() {
                self.parsed.lose(at, GapReason::OverLimit("tickets".to_owned()));
            }
            return;
        }
        let ticket = if first.text.trim().starts_with('#') {
            listed(self.artifact, &lines)
        } else if first.text.trim().starts_with("Server:") {
            nameless(self.artifact, &lines)
        } else {
            granting(self.artifact, &lines)
        };
        match ticket {
            Some(ticket) => self.cache.tickets.push(Ticket { at, ..ticket }),
            None => self.parsed.lose(at, GapReason::Damaged("a ticket without a service".to_owned())),
        }
    }

    /// Ends a cache.
    fn close(&mut self) {
        let cache = std::mem::take(&mut self.cache);
        let held = u32::try_from(cache.tickets.len()).unwrap_or(u32::MAX);
        if cache.count.as_ref().is_some_and(|count| count.value > held) {
            self.parsed.lose(self.artifact.whole(), GapReason::Truncated);
        }
        if let Some(refused) = cache.refused.as_ref().filter(|refused| refused.value == NO_SUCH_LOGON_SESSION) {
            let words = "klist ran in a session that has no tickets";
            self.parsed.lose(refused.at, GapReason::ToolFailed(words.to_owned()));
        }
        if cache != TicketCache::default() {
            self.parsed.value.push(cache);
        }
    }
}

/// A ticket behind `#n>`: its client, its service, and the rest.
fn listed(artifact: ArtifactId, lines: &[&Line]) -> Option<Ticket> {
    let [head, server, rest @ ..] = lines else { return None };
    let service = Ticket::named(after_label(&server.text), artifact.lines(server.first, server.last))?;
    let client = head.text.split_once('>').map_or("", |(_, rest)| rest);
    let client = Some(after_label(client).to_owned()).filter(|client| !client.is_empty());
    Some(described(Ticket { client, ..service }, rest))
}

/// A ticket of the Resource Kit: its service, and the rest.
fn nameless(artifact: ArtifactId, lines: &[&Line]) -> Option<Ticket> {
    let (server, rest) = lines.split_first()?;
    Some(described(Ticket::named(after_label(&server.text), artifact.line(server.first))?, rest))
}

/// What `klist tgt` prints: fields of the ticket-granting ticket. Their names are not translated.
fn granting(artifact: ArtifactId, lines: &[&Line]) -> Option<Ticket> {
    let field = |name: &str| {
        let mut fields = lines.iter().filter_map(|line| line.text.split_once(':'));
        let (_, value) = fields.find(|(label, _)| label.trim().eq_ignore_ascii_case(name))?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    let service = field("ServiceName")?;
    let domain = field("TargetDomainName").or_else(|| field("DomainName"));
    let name = domain.as_ref().map_or_else(|| service.clone(), |domain| format!("{service}/{domain}"));
    let first = lines.first()?;
    let ticket = Ticket::named(&name, artifact.line(first.first))?;
    let client = field("ClientName").zip(field("DomainName")).map(|(client, domain)| format!("{client} @ {domain}"));
    Some(Ticket {
        client,
        realm: field("DomainName"),
        flags: field("Ticket Flags").as_deref().and_then(hexadecimal),
        session_key_type: field("Session Key").and_then(|key| key.split_whitespace().find_map(hexadecimal)),
        start_time: field("StartTime"),
        end_time: field("EndTime"),
        renew_time: field("RenewUntil"),
        ..ticket
    })
}

/// Where in a ticket a line stands, told by the lines before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Encryption, flags and times.
    Ticket,
    /// What follows the type of the session key.
    Cache,
}

/// The lines behind the names, told by their values and their order: encryption, flags, three times, session key, flags
/// in the cache, KDC.
fn described(mut ticket: Ticket, lines: &[&Line]) -> Ticket {
    let mut part = Part::Ticket;
    for line in lines {
        let value = value(&line.text);
        let kind = encryption_type(&value);
        match part {
            Part::Ticket if kind.is_some() && ticket.encryption_type.is_none() => ticket.encryption_type = kind,
            Part::Ticket if kind.is_some() => {
                ticket.session_key_type = kind;
                part = Part::Cache;
            }
            Part::Ticket if value.starts_with("0x") && ticket.flags.is_none() => ticket.flags = hexadecimal(&value),
            Part::Ticket => time(&mut ticket, value),
            Part::Cache if value.starts_with("0x") || value == "0" => {
                ticket.cache_flags = hexadecimal(&value).or(Some(0));
            }
            Part::Cache => ticket.kdc = Some(value).filter(|kdc| !kdc.is_empty()),
        }
    }
    // The Resource Kit prints an end and a renewal, and no start.
    if ticket.flags.is_none() && ticket.renew_time.is_none() && ticket.end_time.is_some() {
        ticket.renew_time = ticket.end_time.take();
        ticket.end_time = ticket.start_time.take();
    }
    ticket
}

/// `klist` may print `Renew Time: 0`, also where the flags say `renewable`. Test: `tickets_know_their_names_and_lines`.
fn time(ticket: &mut Ticket, value: String) {
    let value = Some(value).filter(|value| value != "0");
    if ticket.start_time.is_none() {
        ticket.start_time = value;
    } else if ticket.end_time.is_none() {
        ticket.end_time = value;
    } else if ticket.renew_time.is_none() {
        ticket.renew_time = value;
    }
}

/// `Ticket Flags 0x… -> …` has no colon of its own; everything else is `label: value`.
fn value(line: &str) -> String {
    match line.split_once(" 0x") {
        Some((label, value)) if !label.contains(':') => format!("0x{}", value.trim()),
        _ => after_label(line).to_owned(),
    }
}

fn after_label(line: &str) -> &str {
    line.split_once(':').map_or("", |(_, value)| value.trim())
}

/// The number at the beginning of `0x40e10000 -> forwardable …`.
fn hexadecimal(text: &str) -> Option<u32> {
    let digits = text.trim().strip_prefix("0x")?;
    let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
    u32::from_str_radix(digits.get(..end)?, 16).ok()
}

/// `Current LogonId is 0:0x3e7`, in any language: high part, colon, low part in hexadecimal, at the end of a sentence.
fn logon_id(words: &str) -> Option<String> {
    let mut parts = words.split_whitespace();
    let last = parts.next_back()?;
    parts.next().filter(|first| !first.starts_with('['))?;
    low_part(last)
}

/// `0x3e7` of `0:0x3e7`.
fn low_part(word: &str) -> Option<String> {
    let (high, low) = word.split_once(":0x")?;
    let is_id = high.chars().all(|c| c.is_ascii_hexdigit() || c == 'x') && u64::from_str_radix(low, 16).is_ok();
    (is_id && !high.is_empty()).then(|| format!("0x{}", low.to_ascii_lowercase()))
}

/// `Cached Tickets: (2)`, in any language.
fn ticket_count(words: &str) -> Option<u32> {
    let inside = words.strip_suffix(')')?.rsplit_once('(')?;
    inside.0.trim_end().ends_with(':').then(|| inside.1.parse().ok())?
}

/// `[0] Session 0 0:0x3e7 CONTOSO\WEB01$ Negotiate:Interactive`
fn session(words: &str) -> Option<(String, String, String)> {
    let (number, rest) = words.strip_prefix('[')?.split_once(']')?;
    number.parse::<u32>().ok()?;
    let parts: Vec<_> = rest.split_whitespace().collect();
    let at = parts.iter().position(|part| low_part(part).is_some())?;
    let (package, user) = parts.get(at.saturating_add(1)..)?.split_last()?;
    Some((low_part(parts.get(at)?)?, user.join(" "), (*package).to_owned()))
}

/// `klist failed with 0xc000018b/-1073741429: …`, in any language.
fn failure(words: &str) -> Option<u32> {
    words.split_whitespace().find_map(|word| {
        let (status, signed) = word.trim_end_matches([':', '.']).split_once('/')?;
        let status = hexadecimal(status)?;
        (signed.parse::<i32>().ok()? == status.cast_signed()).then_some(status)
    })
}

/// The first line of `klist tgt` below its title.
fn is_granting_ticket(words: &str) -> bool {
    words.split_once(':').is_some_and(|(label, _)| label.trim() == "ServiceName")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

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
        \tKerbTicket (Verschlüsselungstyp): AES-256-CTS-HMAC-SHA1-96\r\n\
        \tTicketkennzeichen 0x40a10000 -> forwardable\r\n\tStartzeit: 16.7.2026 9:58:40 (lokal)\r\n\
        \tEndzeit:   16.7.2026 19:58:40 (lokal)\r\n\tErneuerungszeit: 23.7.2026 9:58:40 (lokal)\r\n\
        \tSitzungsschlüsseltyp: AES-128-CTS-HMAC-SHA1-96\r\n\tCacheflags: 0\r\n\tAufgerufenes KDC: DC01\r\n";
    const FRENCH: &str = "LogonId est 0:0x4fa21\r\n\r\nTickets mis en cache : (1)\r\n\r\n\
        #0>\tClient : bob @ CONTOSO.COM\r\n\tServeur : HTTP/web01 @ CONTOSO.COM\r\n\
        \tType de chiffrement KerbTicket : RSADSI RC4-HMAC(NT)\r\n\
        \tIndicateurs de tickets 0x40a50000 -> forwardable renewable pre_authent ok_as_delegate name_canonicalize\r\n\
        \tHeure de démarrage : 16/07/2026 09:58:40 (Local)\r\n\tHeure de fin :   16/07/2026 19:58:40 (Local)\r\n\
        \tHeure de renouvellement : 23/07/2026 09:58:40 (Local)\r\n\tType de clé de session : RSADSI RC4-HMAC(NT)\r\n\
        \tIndicateurs de cache : 0x200 -> DISABLE-TGT-DELEGATION\r\n\tKDC appelé : DC01.contoso.com\r\n";
    const SPANISH: &str = "El id. de inicio de sesión actual es 0:0x51ab\r\n\r\nVales almacenados en caché: (1)\r\n\r\n\
        #0>\tCliente: eva @ CONTOSO.COM\r\n\tServidor: HTTP/web01 @ CONTOSO.COM\r\n\
        \tTipo de cifrado de vale Kerberos: AES-256-CTS-HMAC-SHA1-96\r\n\tMarcas de vale 0x40a10000 -> forwardable\r\n\
        \tHora de inicio: 16/7/2026 9:58:40 (local)\r\n\tHora de finalización: 16/7/2026 19:58:40 (local)\r\n\
        \tHora de renovación: 23/7/2026 9:58:40 (local)\r\n\tTipo de clave de sesión: AES-256-CTS-HMAC-SHA1-96\r\n\
        \tMarcas de caché: 0\r\n\tKDC llamado: DC01.contoso.com\r\n";
    /// Nobody has written down how `klist` speaks Finnish; these are words of that language.
    const FINNISH: &str = "Nykyinen kirjautumistunnus on 0:0x7a2f\r\n\r\nVälimuistissa olevat liput: (1)\r\n\r\n\
        #0>\tAsiakas: aino @ CONTOSO.COM\r\n\tPalvelin: HTTP/web01 @ CONTOSO.COM\r\n\
        \tLipun salaustyyppi: AES-256-CTS-HMAC-SHA1-96\r\n\tLipun liput 0x40a10000 -> forwardable\r\n\
        \tAlkamisaika: 16.7.2026 9:58:40 (paikallinen)\r\n\tPäättymisaika: 16.7.2026 19:58:40 (paikallinen)\r\n\
        \tUusimisaika: 23.7.2026 9:58:40 (paikallinen)\r\n\tIstunnon avaimen tyyppi: AES-128-CTS-HMAC-SHA1-96\r\n\
        \tVälimuistin liput: 0x2 -> DELEGATION\r\n\tKutsuttu KDC: DC01.contoso.com\r\n";
    const RESOURCE_KIT: &str = "Cached Tickets: (1)\r\n\r\n   Server: krbtgt/EXAMPLE.COM@EXAMPLE.COM\r\n\
        \x20     KerbTicket Encryption Type: RSADSI RC4-HMAC(NT)\r\n      End Time: 5/10/2004 22:05:11\r\n\
        \x20     Renew Time: 5/17/2004 12:05:11\r\n";
    const GRANTING: &str = "\r\nCurrent LogonId is 0:0x1e3f\r\n\r\nCached TGT:\r\n\r\nServiceName        : krbtgt\r\n\
        TargetName (SPN)   : krbtgt\r\nClientName         : alice\r\nDomainName         : CONTOSO.COM\r\n\
        TargetDomainName   : CONTOSO.COM\r\nAltTargetDomainName: CONTOSO.COM\r\n\
        Ticket Flags       : 0x40e10000 -> forwardable renewable initial pre_authent name_canonicalize\r\n\
        Session Key        : KeyType 0x12 - AES-256-CTS-HMAC-SHA1-96\r\n\
        \x20                  : KeyLength 32 - 00 00\r\nStartTime          : 2/17/2026 15:49:57 (local)\r\n\
        EndTime            : 2/18/2026 1:49:57 (local)\r\nRenewUntil         : 2/24/2026 15:49:57 (local)\r\n\
        TimeSkew           :  + 0:00 minute(s)\r\nEncodedTicket      : (size: 1026)\r\n\
        0000  61 82 03 fe 30 82 03 fa:a0 03 02 01 05 a1 0d 1b  a...0...........\r\n";
    const SESSIONS_LIST: &str = "Current LogonId is 0:0x3e7a1\r\n[0] Session 2 0:0x91a3e Window Manager\\DWM-2 Negotiate:Interactive\r\n\
        [1] Session 0 0:0x3e7 CONTOSO\\WEB01$ Negotiate:(0)\r\n";
    const REFUSED: &str = "\r\nCurrent LogonId is 0:0x3e7a1\r\nError calling API LsaCallAuthenticationPackage (GetTicket \
        substatus): 0x6fb\r\n\r\nklist failed with 0xc000018b/-1073741429: no such account\r\n";

    fn read(text: &str) -> Parsed<TicketCache> {
        let parsed = parse(ArtifactId(0), &Text::from(text));
        let mut caches = parsed.value;
        assert!(caches.len() < 2, "{caches:?}");
        Parsed { value: caches.pop().unwrap_or_default(), losses: parsed.losses }
    }

    #[test]
    fn tickets_know_their_names_and_lines() {
        let parsed = read(MODERN);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let cache = parsed.value;
        assert_eq!(cache.logon_id.map(|id| id.value), Some("0x3e7a1".to_owned()));
        let [granting, service] = cache.tickets.as_slice() else { panic!("{:?}", cache.tickets) };
        assert_eq!(
            (granting.server.value.as_str(), service.server.value.as_str()),
            ("krbtgt/CONTOSO.COM", "HTTP/web01.contoso.com")
        );
        assert_eq!((granting.server.at, granting.at), (ArtifactId(0).line(7), ArtifactId(0).lines(6, 15)));
        assert_eq!((granting.encryption_type, granting.flags), (Some(18), Some(0x40e1_0000)));
        assert_eq!((granting.cache_flags, granting.kdc.as_deref()), (Some(1), Some("DC01.contoso.com")));
        assert_eq!(granting.end_time.as_deref(), Some("7/16/2026 19:58:40 (local)"));
        assert_eq!(granting.renew_time, None);
        assert_eq!((service.encryption_type, service.session_key_type), (Some(23), None));
        assert_eq!(service.client.as_deref(), Some("alice @ CONTOSO.COM"));
    }

    #[test]
    fn other_languages_are_read_by_their_structure() {
        for (text, session, flags, cache, key) in [
            (GERMAN, "0x3e7", 0x40a1_0000, 0, 17),
            (FRENCH, "0x4fa21", 0x40a5_0000, 0x200, 23),
            (SPANISH, "0x51ab", 0x40a1_0000, 0, 18),
            (FINNISH, "0x7a2f", 0x40a1_0000, 2, 17),
        ] {
            let parsed = read(&text.replace("Client :", "Client\u{a0}:"));
            assert!(parsed.is_whole(), "{:?}", parsed.losses);
            let ticket = &parsed.value.tickets[0];
            assert_eq!(parsed.value.logon_id.map(|id| id.value).as_deref(), Some(session));
            assert_eq!(ticket.server.value, "HTTP/web01");
            assert_eq!(ticket.realm.as_deref(), Some("CONTOSO.COM"));
            assert_eq!(
                (ticket.flags, ticket.cache_flags, ticket.session_key_type),
                (Some(flags), Some(cache), Some(key))
            );
            assert!(ticket.start_time.as_deref().is_some_and(|time| time.contains("9:58:40")), "{ticket:?}");
            assert!(ticket.renew_time.as_deref().is_some_and(|time| time.starts_with("23")), "{ticket:?}");
            assert!(ticket.kdc.as_deref().is_some_and(|kdc| kdc.starts_with("DC01")), "{ticket:?}");
        }
    }

    #[test]
    fn the_resource_kit_prints_neither_client_nor_start() {
        let cache = read(RESOURCE_KIT).value;
        let ticket = &cache.tickets[0];
        assert_eq!(
            (ticket.server.value.as_str(), ticket.realm.as_deref()),
            ("krbtgt/EXAMPLE.COM", Some("EXAMPLE.COM"))
        );
        assert_eq!((ticket.encryption_type, ticket.start_time.as_deref()), (Some(23), None));
        assert_eq!(ticket.end_time.as_deref(), Some("5/10/2004 22:05:11"));
        assert_eq!(ticket.renew_time.as_deref(), Some("5/17/2004 12:05:11"));
    }

    #[test]
    fn the_session_that_is_asked_about_comes_last() {
        let asked = MODERN.replace("0x3e7a1\r\n", "0x3e7a1\r\nTargeted LogonId is 0:0x3e7\r\n");
        assert_eq!(read(&asked).value.logon_id.map(|id| id.value), Some("0x3e7".to_owned()));
        let parsed = parse(ArtifactId(0), &Text::from(format!("{MODERN}{GERMAN}").as_str()));
        let sessions: Vec<_> = parsed.value.iter().filter_map(|cache| cache.logon_id.as_ref()).collect();
        assert_eq!(sessions.iter().map(|id| id.value.as_str()).collect::<Vec<_>>(), ["0x3e7a1", "0x3e7"]);
    }

    #[test]
    fn a_granting_ticket_is_read_field_by_field() {
        let parsed = read(GRANTING);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let ticket = &parsed.value.tickets[0];
        assert_eq!(ticket.server.value, "krbtgt/CONTOSO.COM");
        assert_eq!(ticket.client.as_deref(), Some("alice @ CONTOSO.COM"));
        assert_eq!((ticket.flags, ticket.session_key_type), (Some(0x40e1_0000), Some(18)));
        assert_eq!(ticket.end_time.as_deref(), Some("2/18/2026 1:49:57 (local)"));
    }

    #[test]
    fn sessions_are_listed_with_their_users() {
        let sessions = read(SESSIONS_LIST).value.sessions;
        let told: Vec<_> = sessions.iter().map(|session| (session.logon_id.as_str(), session.user.as_str())).collect();
        assert_eq!(told, [("0x91a3e", "Window Manager\\DWM-2"), ("0x3e7", "CONTOSO\\WEB01$")]);
        assert_eq!(sessions[0].package, "Negotiate:Interactive");
    }

    #[test]
    fn a_refusal_is_a_status_and_a_wrong_session_a_loss() {
        let parsed = read(REFUSED);
        assert_eq!(parsed.value.refused.as_ref().map(|refused| refused.value), Some(0xc000_018b));
        assert!(parsed.is_whole());
        let remote = REFUSED.replace("0xc000018b/-1073741429", "0xc000005f/-1073741729");
        assert!(matches!(read(&remote).losses[0].reason, GapReason::ToolFailed(_)));
        assert_eq!(read(&REFUSED.replace("-1073741429", "-5")).value.refused, None);
    }

    #[test]
    fn names_that_a_narrow_console_broke_are_put_together() {
        let server = "        Server: HTTP/intranet.with.a.very.long.name.indeed.contoso.com @ CONTOSO.COM";
        let (first, rest) = server.split_at(60);
        let pasted = MODERN
            .replace('\t', "        ")
            .replace("        Server: HTTP/web01.contoso.com @ CONTOSO.COM", &format!("{first}\r\n{rest}"));
        let narrow: String = pasted
            .lines()
            .map(|line| {
                if line.len() > 60 && !line.starts_with(first) {
                    "        Kdc Called: x\r\n".to_owned()
                } else {
                    format!("{line}\r\n")
                }
            })
            .collect();
        assert_eq!(
            read(&narrow).value.tickets[1].server.value,
            "HTTP/intranet.with.a.very.long.name.indeed.contoso.com"
        );
    }

    #[test]
    fn fewer_tickets_than_counted_is_a_loss() {
        assert!(!read("Current LogonId is 0:0x3e7\nCached Tickets: (3)\n").is_whole());
        assert!(read("Current LogonId is 0:0x3e7\nCached Tickets: (0)\n").is_whole());
        assert!(!read("Current LogonId is 0:0x3e7\nCached Tickets: (1)\n#0>\tClient: a @ B\n\n").is_whole());
    }

    #[test]
    fn its_own_output_is_recognized_and_other_text_is_not() {
        for text in [MODERN, GERMAN, FRENCH, SPANISH, FINNISH, RESOURCE_KIT, GRANTING, SESSIONS_LIST, REFUSED] {
            assert!(recognizes(&Text::from(text)), "{text}");
        }
        for text in ["", "hello: (2)\n", "time is 10:0x\n", "Server:  dc01.contoso.com\nAddress:  10.0.0.10\n"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[MODERN, GERMAN, FRENCH, RESOURCE_KIT, GRANTING, SESSIONS_LIST, REFUSED]) {
            let _ = parse(ArtifactId(0), &Text::from(cut));
        }
    }
}

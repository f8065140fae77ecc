//! The tickets of each logon session in words: whose session it is, what a ticket is good for, and how long.

use jiff::Timestamp;

use crate::artifacts::contents::{Contents, ReadArtifact};
use crate::artifacts::tickets::{Ticket, TicketCache};
use crate::case::Case;
use crate::codes::row::{Row, bits, find};
use crate::codes::{cache_flags, encryption_type, nt_status, ticket_flags};
use crate::evidence::place::Evidence;
use crate::facts::assemble::BundleHead;
use crate::gui::theme::Tone;
use crate::report::escape::escape;
use crate::report::headline::plural;
use crate::timeline::columns::{Micros, Span};

/// Tickets that are shown at most; a bundle may be made to have more than any person reads.
const TICKETS: usize = 20_000;

/// The tickets of one logon session, as one file lists them.
#[derive(Clone, Debug)]
pub struct SessionContent {
    /// Its number, such as `0x3e7`, or that nobody tells it.
    pub number: String,
    /// Whose it is, as far as that is told.
    pub owner: String,
    /// Which session that is, in a sentence.
    pub which: String,
    /// The host.
    pub host: String,
    /// Where it is listed.
    pub at: Evidence,
    /// The file.
    pub file: String,
    /// What to know about the list.
    pub notes: Vec<(String, Tone)>,
    /// Its tickets.
    pub tickets: Vec<TicketContent>,
    /// When it was collected.
    pub collected: Option<Micros>,
    /// Whether times are told by the clock of the computer, so that they cannot be compared.
    pub tells_local_time: bool,
    /// From the first start to the last end of its tickets, where they are told in UTC.
    pub span: Option<Span>,
}

/// A flag: its name, and what it means.
pub type Flag = (String, &'static str);

/// One ticket.
#[derive(Clone, Debug)]
pub struct TicketContent {
    /// What it is for.
    pub server: String,
    /// Whose it is.
    pub client: String,
    /// What kind of ticket it is.
    pub kind: &'static str,
    /// What it is encrypted with, and what its session key is for.
    pub encryption: String,
    /// A word of warning about that.
    pub encryption_tone: Tone,
    /// Its flags, and those in the cache.
    pub flags: Vec<Flag>,
    /// The KDC that was called.
    pub kdc: String,
    /// What it is found by, in lower case.
    pub words: String,
    /// When it begins, ends, and until when it can be renewed, as it was told.
    pub told: [String; 3],
    /// The same, where it is told in UTC.
    pub times: Option<Times>,
    /// Where it stands.
    pub at: Evidence,
}

/// The life of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Its first moment.
    pub start: Micros,
    /// Its last moment.
    pub end: Micros,
    /// Until when it can be renewed.
    pub renew: Option<Micros>,
}

/// The sessions of a case, in the order of its files.
pub fn sessions(case: &Case) -> Vec<SessionContent> {
    let mut left = TICKETS;
    let mut sessions = Vec::new();
    for read in &case.artifacts {
        let Contents::Tickets(caches) = &read.contents.value else { continue };
        let bundle = usize::try_from(read.artifact.bundle).ok().and_then(|bundle| case.bundles.get(bundle));
        let known: Vec<&TicketCache> = of_bundle(case, read.artifact.bundle).collect();
        for cache in caches {
            // A list of sessions alone has no tickets to show.
            if cache.tickets.is_empty() && cache.logon_id.is_none() && cache.count.is_none() && cache.refused.is_none()
            {
                continue;
            }
            sessions.push(session(read, bundle, cache, &known, &mut left));
        }
    }
    sessions
}

fn of_bundle(case: &Case, bundle: u32) -> impl Iterator<Item = &TicketCache> {
    let own = case.artifacts.iter().filter(move |read| read.artifact.bundle == bundle);
    own.filter_map(|read| match &read.contents.value {
        Contents::Tickets(caches) => Some(caches),
        _ => None,
    })
    .flatten()
}

fn session(
    read: &ReadArtifact,
    bundle: Option<&BundleHead>,
    cache: &TicketCache,
    known: &[&TicketCache],
    left: &mut usize,
) -> SessionContent {
    let id = cache.logon_id.as_ref().map(|id| id.value.to_lowercase());
    let listed = known.iter().flat_map(|cache| &cache.sessions);
    let listed = listed.into_iter().find(|one| id.as_deref().is_some_and(|id| is_same(id, &one.logon_id)));
    let owner = cache.user.clone().or_else(|| listed.map(|one| one.user.clone()));
    let owner = owner.or_else(|| cache.tickets.iter().find_map(|ticket| ticket.client.clone()));
    let collected = bundle.and_then(|bundle| bundle.collected_at).map(Timestamp::as_microsecond);
    let tickets: Vec<TicketContent> = cache.tickets.iter().take(*left).map(ticket).collect();
    *left = left.saturating_sub(tickets.len());
    let first = cache.tickets.first().map(|ticket| ticket.at);
    let at = cache.logon_id.as_ref().map(|id| id.at).or(first).unwrap_or_else(|| read.id.whole());
    let package = listed.map(|one| one.package.as_str());
    SessionContent {
        number: escape(id.as_deref().unwrap_or("not told")),
        which: which(id.as_deref(), owner.as_deref(), package),
        owner: escape(owner.as_deref().unwrap_or("nobody tells whose")),
        host: escape(bundle.and_then(|bundle| bundle.host.as_deref()).unwrap_or_default()),
        at,
        file: escape(&read.artifact.path),
        notes: notes(read, cache, tickets.len()),
        span: span(&tickets),
        tells_local_time: tells_local_time(&tickets),
        collected,
        tickets,
    }
}

/// `0:0x3e7` and `0x3e7` are one session.
fn is_same(one: &str, other: &str) -> bool {
    let bare = |id: &str| id.rsplit(':').next().unwrap_or(id).trim_start_matches("0x").to_lowercase();
    bare(one) == bare(other)
}

fn which(id: Option<&str>, owner: Option<&str>, package: Option<&str>) -> String {
    let known = id.map(|id| id.rsplit(':').next().unwrap_or(id)).and_then(|id| match id {
        "0x3e7" => Some("the computer itself (LocalSystem): its services ask with the account of the computer"),
        "0x3e4" => Some("NetworkService: in the network it is the account of the computer"),
        "0x3e5" => Some("LocalService: in the network it is nobody"),
        _ => None,
    });
    let mut words = match (id, known) {
        (Some(id), Some(known)) => format!("Session {} is {known}.", escape(id)),
        (Some(id), None) => match owner {
            Some(owner) if owner.split('@').next().is_some_and(|name| name.trim().ends_with('$')) => {
                format!("Session {} is one of a computer or of a managed account.", escape(id))
            }
            _ => format!("Session {} is one of a person or of a service.", escape(id)),
        },
        (None, _) => "The list does not tell which session it is of.".to_owned(),
    };
    if let Some(package) = package {
        words = format!("{words} It was made by {}.", escape(package));
    }
    words
}

fn notes(read: &ReadArtifact, cache: &TicketCache, shown: usize) -> Vec<(String, Tone)> {
    let mut notes = Vec::new();
    if let Some(refused) = &cache.refused {
        let name = find(nt_status::ROWS, refused.value).map_or("", |row| row.name);
        notes.push((format!("The KDC gave no ticket: {:#x} {name}", refused.value), Tone::Bad));
    }
    let count = cache.count.as_ref().map(|count| count.value);
    if let Some(count) = count.filter(|count| usize::try_from(*count) != Ok(cache.tickets.len())) {
        let words = format!("The tool counted {count}, and {} could be read.", plural(cache.tickets.len(), "ticket"));
        notes.push((words, Tone::Warn));
    }
    if shown < cache.tickets.len() {
        notes.push((format!("Only the first {shown} are shown."), Tone::Warn));
    }
    if !read.is_whole() {
        notes.push(("The list is not whole: what is missing here may have been there.".to_owned(), Tone::Warn));
    }
    if cache.tickets.is_empty() && cache.refused.is_none() {
        notes.push(("There is no ticket in this session.".to_owned(), Tone::Unknown));
    }
    notes
}

fn ticket(ticket: &Ticket) -> TicketContent {
    let server = match &ticket.realm {
        Some(realm) => format!("{} @ {realm}", ticket.server.value),
        None => ticket.server.value.clone(),
    };
    let told = |time: &Option<String>| escape(time.as_deref().unwrap_or_default());
    let content = TicketContent {
        server: escape(&server),
        client: escape(ticket.client.as_deref().unwrap_or_default()),
        kind: kind(ticket),
        encryption: encryption(ticket),
        encryption_tone: tone(ticket.encryption_type),
        flags: flags(ticket),
        kdc: escape(ticket.kdc.as_deref().unwrap_or_default()),
        told: [told(&ticket.start_time), told(&ticket.end_time), told(&ticket.renew_time)],
        times: times(ticket),
        at: ticket.at,
        words: String::new(),
    };
    let flags = content.flags.iter().map(|(name, _)| name.as_str());
    let words = [content.server.as_str(), &content.client, &content.encryption, &content.kdc, content.kind];
    let words = words.into_iter().chain(flags).collect::<Vec<_>>().join("\n").to_lowercase();
    TicketContent { words, ..content }
}

fn kind(ticket: &Ticket) -> &'static str {
    let is_granting = ticket.server.value.get(..7).is_some_and(|class| class.eq_ignore_ascii_case("krbtgt/"));
    let is = |bit: u32| ticket.flags.is_some_and(|flags| flags & bit != 0);
    match (is_granting, is(0x2000_0000)) {
        (true, true) => "forwarded ticket-granting ticket",
        (true, false) => "ticket-granting ticket",
        (false, _) => "service ticket",
    }
}

fn named(kind: Option<u32>) -> String {
    let Some(kind) = kind else { return "not told".to_owned() };
    find(encryption_type::ROWS, kind).map_or_else(|| format!("type {kind}"), |row| row.name.to_owned())
}

fn encryption(ticket: &Ticket) -> String {
    match ticket.session_key_type {
        Some(key) if Some(key) != ticket.encryption_type => {
            format!("{}, its session key {}", named(ticket.encryption_type), named(Some(key)))
        }
        _ => named(ticket.encryption_type),
    }
}

/// AES is as it should be, RC4 is on its way out, and DES is gone.
const fn tone(kind: Option<u32>) -> Tone {
    match kind {
        Some(17..=20) => Tone::Good,
        Some(23 | 24) => Tone::Warn,
        Some(1..=3) => Tone::Bad,
        _ => Tone::Unknown,
    }
}

fn flags(ticket: &Ticket) -> Vec<Flag> {
    let tables: [(&'static [Row], Option<u32>); 2] =
        [(ticket_flags::TICKET, ticket.flags), (cache_flags::ROWS, ticket.cache_flags)];
    let mut flags = Vec::new();
    for (table, value) in tables {
        let (known, rest) = bits(table, value.unwrap_or(0));
        flags.extend(known.into_iter().map(|row| (row.name.to_owned(), row.meaning)));
        if rest != 0 {
            flags.push((format!("{rest:#x}"), "No name is known for it."));
        }
    }
    flags
}

/// `klist` tells times in the language and the zone of the computer; only LSA tells them so that they can be compared.
fn times(ticket: &Ticket) -> Option<Times> {
    let moment = |time: &Option<String>| time.as_deref()?.parse::<Timestamp>().ok().map(Timestamp::as_microsecond);
    let (start, end) = (moment(&ticket.start_time)?, moment(&ticket.end_time)?);
    (start < end).then(|| Times { start, end, renew: moment(&ticket.renew_time).filter(|renew| *renew > end) })
}

fn tells_local_time(tickets: &[TicketContent]) -> bool {
    let told = tickets.iter().flat_map(|ticket| &ticket.told).filter(|time| !time.is_empty());
    told.into_iter().any(|time| time.parse::<Timestamp>().is_err())
}

fn span(tickets: &[TicketContent]) -> Option<Span> {
    let times = tickets.iter().filter_map(|ticket| ticket.times);
    times
        .map(|times| Span { from: times.start, until: times.renew.unwrap_or(times.end) })
        .reduce(|all, one| Span { from: all.from.min(one.from), until: all.until.max(one.until) })
}

impl Times {
    /// How the ticket stood at a moment, and whether that is good.
    pub fn stood(&self, moment: Micros) -> (String, Tone) {
        if moment < self.start {
            let words = format!("began {} after the collection", length(self.start.saturating_sub(moment)));
            return (words, Tone::Warn);
        }
        if moment >= self.end {
            return (format!("ended {} before the collection", length(moment.saturating_sub(self.end))), Tone::Bad);
        }
        (format!("valid for {} after the collection", length(self.end.saturating_sub(moment))), Tone::Good)
    }
}

/// `7 h 5 min`
pub fn length(micros: Micros) -> String {
    let minutes = micros / 60_000_000;
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, 0) => format!("{} s", micros / 1_000_000),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::ArtifactId;

    #[test]
    fn a_session_is_told_by_its_number() {
        assert!(which(Some("0:0x3e7"), None, None).contains("the computer itself"));
        assert!(which(Some("0x3e4"), None, None).contains("NetworkService"));
        assert!(which(Some("0x51a"), Some("gmsa$ @ CONTOSO.COM"), None).contains("managed account"));
        assert!(
            which(Some("0x51a"), Some("alice"), Some("Kerberos:Network")).ends_with("It was made by Kerberos:Network.")
        );
        assert_eq!(which(None, Some("x"), None), "The list does not tell which session it is of.");
        assert!(is_same("0:0x3E7", "0x3e7") && !is_same("0x3e7", "0x3e4"));
    }

    #[test]
    fn how_long_a_ticket_lives_is_held_against_the_collection() {
        const HOUR: Micros = 3_600_000_000;
        let times = Times { start: 10 * HOUR, end: 20 * HOUR, renew: None };
        assert_eq!(times.stood(13 * HOUR), ("valid for 7 h 0 min after the collection".to_owned(), Tone::Good));
        assert_eq!(times.stood(20 * HOUR).1, Tone::Bad);
        assert_eq!(times.stood(70 * HOUR).0, "ended 2 d 2 h before the collection");
        assert_eq!(times.stood(9 * HOUR), ("began 1 h 0 min after the collection".to_owned(), Tone::Warn));
    }

    #[test]
    fn flags_and_types_have_names_and_unknown_ones_are_shown() {
        let mut one = Ticket::named("krbtgt/CONTOSO.COM @ CONTOSO.COM", ArtifactId(0).line(1)).expect("a name");
        (one.flags, one.cache_flags, one.encryption_type) = (Some(0x6000_8000), Some(1), Some(23));
        one.session_key_type = Some(18);
        one.start_time = Some("2026-03-02T07:00:00Z".to_owned());
        one.end_time = Some("2026-03-02T17:00:00Z".to_owned());
        let shown = ticket(&one);
        let names: Vec<_> = shown.flags.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["forwardable", "forwarded", "0x8000", "PRIMARY"]);
        assert_eq!((shown.kind, shown.encryption_tone), ("forwarded ticket-granting ticket", Tone::Warn));
        assert!(shown.encryption.contains("its session key AES256"), "{}", shown.encryption);
        assert_eq!(shown.times.map(|times| times.end - times.start), Some(36_000_000_000));
        one.end_time = Some("3/2/2026 18:49:17 (local)".to_owned());
        assert_eq!(ticket(&one).times, None);
    }
}

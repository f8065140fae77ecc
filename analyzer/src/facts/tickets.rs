//! The tickets that were seen on a host: for which service, in which session, and what kind of ticket.

use jiff::Timestamp;

use crate::artifacts::tickets::TicketCache;
use crate::evidence::place::{Cited, Evidence};
use crate::facts::spn::Spn;

/// A ticket for a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldTicket {
    /// The name that was asked for.
    pub spn: Spn,
    /// Where it is listed.
    pub at: Evidence,
    /// The logon session, such as `0x3e7`, when it is told.
    pub session: Option<String>,
    /// What it is encrypted with, by the numbers of the protocol.
    pub encryption_type: Option<u32>,
    /// Its flags.
    pub flags: Option<u32>,
    /// Its flags in the cache.
    pub cache_flags: Option<u32>,
    /// When it begins, where that is told in UTC: `klist` tells it in the language and the zone of the computer.
    pub begins: Option<Timestamp>,
}

/// The tickets of one logon session as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheFacts {
    /// Where it stands.
    pub at: Evidence,
    /// The logon session, such as `0x3e7`, when it is told.
    pub session: Option<String>,
    /// Whose session it is, when it is told.
    pub user: Option<String>,
    /// Whether a ticket for the KDC is among them.
    pub has_granting_ticket: bool,
    /// Whether there are exactly those tickets that were read, as the tool counted them.
    pub is_counted: bool,
    /// Why the KDC gave no ticket for a name that was asked for: an NT status.
    pub refused: Option<Cited<u32>>,
}

/// LocalService, NetworkService and LocalSystem.
const OF_THE_MACHINE: [&str; 3] = ["0x3e5", "0x3e4", "0x3e7"];

impl CacheFacts {
    /// What a list says of a session.
    fn of(cache: &TicketCache, is_whole: bool) -> Option<Self> {
        let count_at = cache.count.as_ref().map(|count| count.at);
        let first = cache.tickets.first().map(|ticket| ticket.at);
        let told = cache.logon_id.as_ref().map(|id| id.at).or(cache.refused.as_ref().map(|refused| refused.at));
        let is_granting = |name: &str| name.get(..7).is_some_and(|class| class.eq_ignore_ascii_case("krbtgt/"));
        Some(Self {
            at: count_at.or(first).or(told)?,
            session: cache.logon_id.as_ref().map(|id| id.value.to_lowercase()),
            user: cache.user.clone(),
            has_granting_ticket: cache.tickets.iter().any(|ticket| is_granting(&ticket.server.value)),
            is_counted: is_whole
                && cache.count.as_ref().is_some_and(|count| usize::try_from(count.value) == Ok(cache.tickets.len())),
            refused: cache.refused.clone(),
        })
    }

    /// Whether it may be the session of a person: none of the machine, and of nobody with a dollar.
    pub fn is_of_user(&self) -> bool {
        let id = self.session.as_deref().map(|id| id.rsplit(':').next().unwrap_or(id));
        let machine = id.is_some_and(|id| OF_THE_MACHINE.contains(&id));
        !machine && !self.user.as_deref().is_some_and(|user| user.ends_with('$'))
    }
}

/// The caches of a list.
pub fn caches(listed: &[TicketCache], is_whole: bool) -> impl Iterator<Item = CacheFacts> {
    listed.iter().filter_map(move |cache| CacheFacts::of(cache, is_whole))
}

impl HeldTicket {
    /// A ticket of which only the name is known.
    pub const fn named(spn: Spn, at: Evidence) -> Self {
        Self { spn, at, session: None, encryption_type: None, flags: None, cache_flags: None, begins: None }
    }
}

/// The tickets of a cache that name a service as an SPN does.
pub fn held(cache: &TicketCache) -> impl Iterator<Item = HeldTicket> {
    cache.tickets.iter().filter_map(|ticket| {
        Some(HeldTicket {
            session: cache.logon_id.as_ref().map(|id| id.value.clone()),
            encryption_type: ticket.encryption_type,
            flags: ticket.flags,
            cache_flags: ticket.cache_flags,
            begins: ticket.start_time.as_deref().and_then(|time| time.parse().ok()),
            ..HeldTicket::named(Spn::parse(&ticket.server.value)?, ticket.at)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::klist;
    use crate::evidence::place::ArtifactId;
    use crate::formats::text::Text;

    #[test]
    fn a_ticket_knows_its_session_and_kind() {
        let text = "Current LogonId is 0:0x3e7\nCached Tickets: (1)\n#0>\tClient: a @ B\n\tServer: HTTP/web01 @ B\n\
            \tKerbTicket Encryption Type: RSADSI RC4-HMAC(NT)\n\tTicket Flags 0x40a50000 -> x\n";
        let caches = klist::parse(ArtifactId(0), &Text::from(text)).value;
        let tickets: Vec<_> = caches.iter().flat_map(held).collect();
        let expected = HeldTicket {
            session: Some("0x3e7".to_owned()),
            encryption_type: Some(23),
            flags: Some(0x40a5_0000),
            ..HeldTicket::named(Spn::parse("HTTP/web01").expect("an SPN"), ArtifactId(0).lines(3, 6))
        };
        assert_eq!(tickets, [expected]);
    }
}

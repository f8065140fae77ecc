//! The tickets that were seen on a host: for which service, in which session, and what kind of ticket.

use crate::artifacts::tickets::TicketCache;
use crate::evidence::place::Evidence;
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
}

impl HeldTicket {
    /// A ticket of which only the name is known.
    pub const fn named(spn: Spn, at: Evidence) -> Self {
        Self { spn, at, session: None, encryption_type: None, flags: None, cache_flags: None }
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

//! Kerberos tickets of a logon session, however they were listed.

use crate::codes::encryption_type;
use crate::evidence::place::{Cited, Evidence};

/// What is known of the tickets of one logon session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketCache {
    /// The logon session that the tickets are of, such as `0x3e7`, when it is told.
    pub logon_id: Option<Cited<String>>,
    /// Whose session it is, such as `CONTOSO\WEB01$`, when it is told.
    pub user: Option<String>,
    /// How many tickets there are, when the tool counts them.
    pub count: Option<Cited<u32>>,
    /// The tickets.
    pub tickets: Vec<Ticket>,
    /// Why the KDC gave no ticket for the name that was asked for: an NT status.
    pub refused: Option<Cited<u32>>,
    /// The sessions of the computer, where they were listed.
    pub sessions: Vec<LogonSession>,
}

/// One ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Where it stands.
    pub at: Evidence,
    /// The client, with its realm.
    pub client: Option<String>,
    /// The name of the service, without its realm.
    pub server: Cited<String>,
    /// The realm of the service.
    pub realm: Option<String>,
    /// What it is encrypted with, by the numbers of the protocol.
    pub encryption_type: Option<u32>,
    /// What its session key is for.
    pub session_key_type: Option<u32>,
    /// Its flags.
    pub flags: Option<u32>,
    /// Its flags in the cache.
    pub cache_flags: Option<u32>,
    /// When it begins, as it was told.
    pub start_time: Option<String>,
    /// When it ends, as it was told.
    pub end_time: Option<String>,
    /// Until when it can be renewed, as it was told.
    pub renew_time: Option<String>,
    /// The KDC that gave it.
    pub kdc: Option<String>,
}

impl Ticket {
    /// A ticket of which only the name is known, with or without its realm: `HTTP/web01 @ CONTOSO.COM`.
    pub fn named(service: &str, at: Evidence) -> Option<Self> {
        let (name, realm) = match service.split_once('@') {
            Some((name, realm)) => (name.trim(), Some(realm.trim().to_owned()).filter(|realm| !realm.is_empty())),
            None => (service.trim(), None),
        };
        (!name.is_empty()).then(|| Self {
            at,
            client: None,
            server: Cited::new(name.to_owned(), at),
            realm,
            encryption_type: None,
            session_key_type: None,
            flags: None,
            cache_flags: None,
            start_time: None,
            end_time: None,
            renew_time: None,
            kdc: None,
        })
    }
}

/// A logon session of the computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogonSession {
    /// Where it stands.
    pub at: Evidence,
    /// Its number, such as `0x3e7`.
    pub logon_id: String,
    /// Whose it is.
    pub user: String,
    /// How it was made, such as `Kerberos:Network`.
    pub package: String,
}

/// The encryption type that `klist` prints by its name.
pub fn encryption_type(name: &str) -> Option<u32> {
    let plain = |name: &str| name.to_lowercase().replace(['-', ' '], "");
    let wanted = plain(name);
    let known = |other: &str| plain(other) == wanted;
    let by_alias = encryption_type::ALIASES.iter().find(|(alias, _)| known(alias)).map(|(_, value)| *value);
    let by_name = || encryption_type::ROWS.iter().find(|row| known(row.name)).map(|row| row.value);
    by_alias.or_else(by_name).or_else(|| {
        // A type that this version of Windows has no name for: `Unknown (20)`.
        let (_, number) = name.trim().strip_suffix(')')?.rsplit_once('(')?;
        number.parse::<i64>().ok().and_then(|number| u32::try_from(number & 0xffff_ffff).ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::ArtifactId;

    #[test]
    fn encryption_types_are_known_by_their_names() {
        assert_eq!(encryption_type("AES-256-CTS-HMAC-SHA1-96"), Some(18));
        assert_eq!(encryption_type("AES128-CTS-HMAC-SHA1-96"), Some(17));
        assert_eq!(encryption_type("RSADSI RC4-HMAC(NT)"), Some(23));
        assert_eq!(encryption_type("Kerberos DES-CBC-MD5"), Some(3));
        assert_eq!((encryption_type("Unknown (20)"), encryption_type("Unknown (-133)")), (Some(20), Some(0xffff_ff7b)));
        assert_eq!((encryption_type("7/16/2026 9:58:40 (local)"), encryption_type("")), (None, None));
    }

    #[test]
    fn a_service_has_its_realm_behind_it() {
        let at = ArtifactId(0).line(1);
        let named = |text| Ticket::named(text, at).map(|ticket| (ticket.server.value, ticket.realm));
        assert_eq!(named("HTTP/web01 @ CONTOSO.COM"), Some(("HTTP/web01".to_owned(), Some("CONTOSO.COM".to_owned()))));
        assert_eq!(named("HTTP/web01"), Some(("HTTP/web01".to_owned(), None)));
        assert_eq!(named(" @ X"), None);
    }
}

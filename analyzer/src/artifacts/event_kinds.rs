//! How often each kind of event stands in a log, and which kinds concern sign-in.

use std::collections::BTreeMap;

use crate::formats::evtx::record::Words;

/// Different kinds of events counted at most; a real log has some hundreds.
const KINDS: usize = 10_000;
/// Kinds that are found without a search. The audits of a log are mostly of a few dozens of kinds, whose ids are
/// hardly ever so far apart; with fewer places, 4624 and 4688 would drive each other out.
const RECENT: usize = 512;

/// Events that concern sign-in.
#[derive(Debug)]
pub(super) struct Concern {
    /// Who writes them. Names are compared without case: a provider writes itself differently in different versions.
    pub(super) provider: &'static str,
    /// Their event ids.
    pub(super) ids: &'static [u32],
    /// The fields that make two of them alike; without any, all fields do.
    pub(super) alike: &'static [&'static str],
    /// When nothing is wrong, so that it is enough to count them.
    pub(super) ordinary: Ordinary,
}

impl Concern {
    /// Whether it tells of logons that went well: rules ask for them one by one.
    pub(super) fn is_logon(&self) -> bool {
        self.ids.iter().any(|id| matches!(id, 528 | 540 | 4624))
    }
}

/// When an event is one of those that every working day brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ordinary {
    /// It is worth keeping one by one.
    Never,
    /// It says that something went well.
    Always,
    /// The field `Status` says so.
    StatusZero,
    /// The type of the event says so; only logs of Windows NT to 2003 have one.
    AuditSuccess,
}

const AUDITING: &str = "Microsoft-Windows-Security-Auditing";

/// Who wrote the audits of Windows NT to 2003.
const SECURITY: &str = "Security";

/// In what logons of Windows 2000 to 2003 are alike.
const OLD_LOGON: &[&str] = &[
    "TargetUserName",
    "TargetDomainName",
    "LogonType",
    "LogonProcessName",
    "AuthenticationPackageName",
    "WorkstationName",
    "IpAddress",
];

const fn audit(ids: &'static [u32], ordinary: Ordinary, alike: &'static [&'static str]) -> Concern {
    Concern { provider: AUDITING, ids, alike, ordinary }
}

const fn rare(provider: &'static str, ids: &'static [u32]) -> Concern {
    Concern { provider, ids, alike: &[], ordinary: Ordinary::Never }
}

/// The events that are kept or tallied.
pub(super) const CONCERNS: [Concern; 28] = [
    audit(
        &[4624],
        Ordinary::Always,
        &[
            "TargetUserName",
            "TargetDomainName",
            "LogonType",
            "LogonProcessName",
            "AuthenticationPackageName",
            "LmPackageName",
            "WorkstationName",
            "IpAddress",
        ],
    ),
    audit(
        &[4625],
        Ordinary::Never,
        &[
            "TargetUserName",
            "TargetDomainName",
            "Status",
            "SubStatus",
            "LogonType",
            "LogonProcessName",
            "AuthenticationPackageName",
            "WorkstationName",
            "IpAddress",
        ],
    ),
    audit(
        &[4768],
        Ordinary::StatusZero,
        &[
            "TargetUserName",
            "TargetDomainName",
            "ServiceName",
            "Status",
            "TicketEncryptionType",
            "PreAuthType",
            "IpAddress",
        ],
    ),
    audit(
        &[4769],
        Ordinary::StatusZero,
        &["TargetUserName", "TargetDomainName", "ServiceName", "Status", "TicketEncryptionType", "IpAddress"],
    ),
    audit(&[4771], Ordinary::Never, &["TargetUserName", "ServiceName", "Status", "PreAuthType", "IpAddress"]),
    audit(&[4776], Ordinary::StatusZero, &["PackageName", "TargetUserName", "Workstation", "Status"]),
    Concern {
        alike: &["ErrorCode", "ExtendedError", "ClientRealm", "ClientName", "ServerRealm", "ServerName", "TargetName"],
        ..rare("Microsoft-Windows-Security-Kerberos", &[3])
    },
    rare("Microsoft-Windows-Security-Kerberos", &[4, 5, 6, 7, 8, 9, 14, 100, 101]),
    rare("Kerberos", &[3, 4, 5, 6, 7, 8, 9, 10, 14]),
    rare("Microsoft-Windows-Kerberos-Key-Distribution-Center", &[11, 16, 27, 29, 35, 36, 37, 38, 42, 43, 44]),
    rare("KDC", &[11, 16, 27, 29]),
    rare("NETLOGON", &[5719, 5722, 5723, 5783, 5788, 5789, 5801, 5805]),
    rare("LsaSrv", &[6037, 6038, 6039, 40960, 40961, 40962]),
    rare("Microsoft-Windows-HttpEvent", &[15007]),
    rare("HTTP", &[15007]),
    rare("Microsoft-Windows-WAS", &[5021, 5057, 5059]),
    rare("WAS", &[5021, 5057, 5059]),
    Concern { provider: SECURITY, ids: &[528, 540], alike: OLD_LOGON, ordinary: Ordinary::AuditSuccess },
    Concern {
        provider: SECURITY,
        ids: &[529, 530, 531, 532, 533, 534, 535, 536, 539],
        alike: OLD_LOGON,
        ordinary: Ordinary::Never,
    },
    // Texts whose order is not known for sure have no name but their position.
    Concern { provider: SECURITY, ids: &[672, 674], alike: &["1", "2", "3", "4"], ordinary: Ordinary::AuditSuccess },
    Concern {
        provider: SECURITY,
        ids: &[673],
        alike: &["TargetUserName", "ServiceName", "Status", "TicketEncryptionType", "IpAddress", "1", "2", "3"],
        ordinary: Ordinary::AuditSuccess,
    },
    Concern {
        provider: SECURITY,
        ids: &[680],
        alike: &["PackageName", "TargetUserName", "Workstation", "Status"],
        ordinary: Ordinary::AuditSuccess,
    },
    rare(SECURITY, &[537, 675, 676, 677, 681]),
    audit(&[4648], Ordinary::Always, EXPLICIT),
    Concern { provider: SECURITY, ids: &[552], alike: EXPLICIT, ordinary: Ordinary::AuditSuccess },
    audit(
        &[4770],
        Ordinary::Always,
        &["TargetUserName", "TargetDomainName", "ServiceName", "TicketEncryptionType", "IpAddress"],
    ),
    rare("Microsoft-Windows-Time-Service", TIME),
    rare("W32Time", TIME),
];

/// In what uses of other credentials than one's own are alike.
const EXPLICIT: &[&str] =
    &["SubjectUserName", "SubjectDomainName", "TargetUserName", "TargetDomainName", "TargetServerName", "IpAddress"];

/// What the time service reports when a clock has nobody to follow, or is wrong.
const TIME: &[u32] = &[12, 29, 36, 47, 50];

/// The kinds of events met so far.
#[derive(Debug)]
pub(super) struct EventKinds {
    kinds: Vec<Kind>,
    numbers: BTreeMap<(String, u32), usize>,
    recent: Vec<Recent>,
}

/// One provider's event of one id.
#[derive(Debug)]
struct Kind {
    count: u64,
    concern: Option<usize>,
}

/// A kind under the bytes by which its provider was named.
#[derive(Clone, Debug)]
struct Recent {
    id: u32,
    is_text: bool,
    provider: Vec<u8>,
    kind: usize,
}

/// No kind: ids have 16 bits.
const NONE: Recent = Recent { id: u32::MAX, is_text: false, provider: Vec::new(), kind: 0 };

impl EventKinds {
    /// None was met yet.
    pub(super) fn new() -> Self {
        Self { kinds: Vec::new(), numbers: BTreeMap::new(), recent: vec![NONE; RECENT] }
    }

    /// Counts one event, and says which of [`CONCERNS`] it is, if any.
    pub(super) fn count(&mut self, provider: Words<'_>, id: u32) -> Option<usize> {
        let (is_text, bytes) = provider.stored();
        let slot = usize::try_from(id).unwrap_or(0) % RECENT;
        let is_it = |recent: &&Recent| recent.id == id && recent.is_text == is_text && recent.provider == bytes;
        let known = self.recent.get(slot).filter(is_it).map(|recent| recent.kind);
        let Some(number) = known.or_else(|| self.number(&provider.to_string(), id)) else {
            return concern(&provider.to_string(), id);
        };
        if known.is_none()
            && let Some(recent) = self.recent.get_mut(slot)
        {
            *recent = Recent { id, is_text, provider: bytes.to_vec(), kind: number };
        }
        let kind = self.kinds.get_mut(number)?;
        kind.count = kind.count.saturating_add(1);
        kind.concern
    }

    /// How many there are of each provider and id.
    pub(super) fn counts(self) -> BTreeMap<(String, u32), u64> {
        let kinds = self.kinds;
        let count = |number: usize| kinds.get(number).map_or(0, |kind| kind.count);
        self.numbers.into_iter().map(|(kind, number)| (kind, count(number))).collect()
    }

    /// The number of a kind; none when there are too many already.
    fn number(&mut self, provider: &str, id: u32) -> Option<usize> {
        let key = (provider.to_owned(), id);
        if let Some(number) = self.numbers.get(&key) {
            return Some(*number);
        }
        if self.kinds.len() >= KINDS {
            return None;
        }
        let number = self.kinds.len();
        self.kinds.push(Kind { count: 0, concern: concern(provider, id) });
        self.numbers.insert(key, number);
        Some(number)
    }
}

fn concern(provider: &str, id: u32) -> Option<usize> {
    CONCERNS.iter().position(|row| provider.eq_ignore_ascii_case(row.provider) && row.ids.contains(&id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn the_same_kind_is_counted_once_however_its_provider_is_stored() {
        let mut kinds = EventKinds::new();
        for provider in [Words::Text(AUDITING), Words::Utf16(&utf16(AUDITING)), Words::Text(AUDITING)] {
            assert_eq!(kinds.count(provider, 4624), Some(0));
            assert_eq!(kinds.count(provider, 4624 + 64), None);
        }
        let name = AUDITING.to_owned();
        assert_eq!(kinds.counts(), BTreeMap::from([((name.clone(), 4624), 3), ((name, 4688), 3)]));
    }

    #[test]
    fn an_id_counts_for_its_provider_only() {
        let mut kinds = EventKinds::new();
        assert_eq!(kinds.count(Words::Text("EventSystem"), 4625), None);
        assert_eq!(kinds.count(Words::Text("NETLOGON"), 5788), Some(11));
        assert_eq!(kinds.count(Words::Text("Netlogon"), 5788), Some(11));
        assert_eq!(kinds.counts().len(), 3);
    }

    #[test]
    fn too_many_kinds_are_not_counted_and_still_concern_sign_in() {
        let mut kinds = EventKinds::new();
        for id in 0..20_000 {
            kinds.count(Words::Text("a provider of nonsense"), id);
        }
        assert_eq!(kinds.count(Words::Text("was"), 5057), Some(16));
        assert_eq!(kinds.counts().len(), KINDS);
    }
}

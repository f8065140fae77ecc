//! Events of other logs that speak of Kerberos, by source and id. One id means different things in different sources.

/// An event of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SystemEvent {
    /// The source, or the channel where one source writes into several.
    pub source: &'static str,
    /// The id, without the bits that say how severe it is.
    pub id: u32,
    /// What it means for sign-in to IIS.
    pub meaning: &'static str,
}

const fn of(source: &'static str, id: u32, meaning: &'static str) -> SystemEvent {
    SystemEvent { source, id, meaning }
}

/// The Kerberos client, in the System log.
pub const KERBEROS: &str = "Microsoft-Windows-Security-Kerberos";
/// The Kerberos client's own channel, which is off until someone enables it.
const KERBEROS_OPERATIONAL: &str = "Microsoft-Windows-Kerberos/Operational";
/// The KDC, in the System log of domain controllers.
pub const KDC: &str = "Microsoft-Windows-Kerberos-Key-Distribution-Center";
/// Netlogon, in the System log.
pub const NETLOGON: &str = "NETLOGON";
/// The local security authority, in the System log.
pub const LSA: &str = "LsaSrv";
/// The time service, in the System log.
pub const TIME: &str = "Microsoft-Windows-Time-Service";
/// The starter of worker processes since IIS 7, in the System log.
pub const WAS: &str = "Microsoft-Windows-WAS";
/// The starter of worker processes of IIS 6, in the System log.
pub const W3SVC: &str = "W3SVC";
/// HTTP.sys, in the System log.
pub const HTTP: &str = "Microsoft-Windows-HttpService";
/// NTLM's own channel.
pub const NTLM: &str = "Microsoft-Windows-NTLM/Operational";
const PROTECTED_USERS: &str = "ProtectedUserFailures-DomainController";
const AUTHENTICATION_POLICY: &str = "AuthenticationPolicyFailures-DomainController";

const RC4_REMOVAL: &str = "Part of the removal of RC4; the text of the event names the account that it concerns.";

/// The table.
pub const EVENTS: &[SystemEvent] = &[
    of(KERBEROS, 3, "The client was told a Kerberos error; only with LogLevel on. What it means, its error code says."),
    of(KERBEROS, 4, "KRB_AP_ERR_MODIFIED: a server could not decrypt the ticket for the named SPN."),
    of(KERBEROS, 5, "The ticket is not valid yet: the clock of the server is behind."),
    of(KERBEROS, 6, "The ticket is too large for its buffer: the user is in very many groups."),
    of(
        KERBEROS,
        7,
        "The groups in a ticket could not be checked with a domain controller: look at trust and secure channel.",
    ),
    of(KERBEROS, 10, "No tickets came over UDP: the datagrams are broken up or blocked."),
    of(KERBEROS, 14, "A password kept in Credential Manager is wrong."),
    of(KERBEROS, 15, "The buffer of a program is too small for the ticket."),
    of(KERBEROS, 17, "A forest of the search order for names was not found."),
    of(KERBEROS, 18, "A delegated ticket has ended, and with it unconstrained delegation."),
    of(KERBEROS_OPERATIONAL, 100, "Nobody holds the named SPN: direct proof."),
    of(KERBEROS_OPERATIONAL, 101, "Several accounts hold the named SPN: direct proof."),
    of(KERBEROS_OPERATIONAL, 102, "Trust in a certificate is missing (PKINIT)."),
    of(KERBEROS_OPERATIONAL, 103, "Trust in a certificate is missing (PKINIT)."),
    of(KERBEROS_OPERATIONAL, 104, "Trust in a certificate is missing (PKINIT)."),
    of(KERBEROS_OPERATIONAL, 105, "The password of a group managed service account could not be fetched."),
    of(KERBEROS_OPERATIONAL, 200, "No domain controller was found."),
    of(KERBEROS_OPERATIONAL, 201, "Credential Guard does not allow unconstrained delegation for this user."),
    of(KERBEROS_OPERATIONAL, 202, "Credential Guard did not hand out a ticket-granting ticket."),
    of(KERBEROS_OPERATIONAL, 203, "Credential Guard stood against a sign-in with a certificate."),
    of(KERBEROS_OPERATIONAL, 300, "A domain controller was found. Ordinary."),
    of(KERBEROS_OPERATIONAL, 301, "Credentials kept in Credential Manager were used. Ordinary, unless they are wrong."),
    of(KERBEROS_OPERATIONAL, 302, "The domain controller in use cannot be reached."),
    of(KERBEROS_OPERATIONAL, 303, "The password of a group managed service account was fetched anew. Ordinary."),
    of(KDC, 7, "The accounts database of the domain controller failed."),
    of(KDC, 11, "Several accounts hold the named SPN. It may be history: look at its time."),
    of(KDC, 12, "The way to the other domain leads over a trust that does not go on."),
    of(KDC, 13, "The keys of an account are damaged; a new password makes new ones."),
    of(KDC, 14, "A user has no key of the types that were asked for; a new password makes one."),
    of(KDC, 16, "The holder of an SPN has no key of the types that were asked for; a new password makes one."),
    of(KDC, 18, "The signature of the groups in a ticket is wrong."),
    of(KDC, 24, "A ticket was asked for a user who has no SPN: user-to-user is needed."),
    of(KDC, 25, "A service may not ask for the groups of a user: it is missing in Windows Authorization Access Group."),
    of(KDC, 26, "A user has no key of the types that were asked for."),
    of(KDC, 27, "The holder of an SPN has no key of the types that were asked for. On Windows 2003 it is noise."),
    of(KDC, 28, "The password of a trust differs on its two sides."),
    of(KDC, 30, "The search for a name in other forests failed."),
    of(KDC, 31, "A ticket is about to become too large: a user in very many groups."),
    of(KDC, 35, "A ticket-granting ticket came without the attributes that updates demand."),
    of(KDC, 36, "A ticket came without groups."),
    of(KDC, 37, "A ticket does not say who asked for it."),
    of(KDC, 38, "A ticket names another account than the one it was asked for with."),
    of(KDC, 39, "A certificate is not mapped to its user strongly enough."),
    of(KDC, 40, "A certificate is older than the user that it names."),
    of(KDC, 41, "The SID in a certificate is not that of the user."),
    of(KDC, 42, "krbtgt or another account has no strong key: its password was never set since the domain knows AES."),
    of(KDC, 43, "The full signature of a ticket is wrong: domain controllers of different updates."),
    of(KDC, 44, "The full signature of a ticket is missing: domain controllers of different updates."),
    of(KDC, 201, "RC4 was used in a way that will be refused after the next updates."),
    of(KDC, 202, "RC4 was used in a way that will be refused after the next updates."),
    of(KDC, 203, "RC4 was refused."),
    of(KDC, 204, RC4_REMOVAL),
    of(KDC, 205, RC4_REMOVAL),
    of(KDC, 206, RC4_REMOVAL),
    of(KDC, 207, RC4_REMOVAL),
    of(KDC, 208, RC4_REMOVAL),
    of(KDC, 209, RC4_REMOVAL),
    of(NETLOGON, 3210, "The computer could not prove itself to its domain: the secure channel is broken."),
    of(NETLOGON, 5719, "No domain controller could be reached for the secure channel. At start alone it is ordinary."),
    of(NETLOGON, 5721, "The domain has no account for the computer, or one with another password."),
    of(NETLOGON, 5722, "On a domain controller: a computer could not prove itself."),
    of(NETLOGON, 5774, "A DNS record of a domain controller could not be registered."),
    of(NETLOGON, 5783, "The domain controller of the secure channel does not answer."),
    of(NETLOGON, 5788, "The computer could not register its HOST names in the directory."),
    of(NETLOGON, 5789, "The computer could not write its DNS name into the directory."),
    of(NETLOGON, 5801, "The computer could not register its names: its account was not found."),
    of(NETLOGON, 5805, "On a domain controller: a computer could not prove itself."),
    of(LSA, 40960, "Negotiate failed with the named server; the code in the event says why."),
    of(LSA, 40961, "Negotiate found no protocol that works with the named server."),
    of(TIME, 12, "The first domain controller of the forest has no source of time outside."),
    of(TIME, 29, "No source of time can be reached."),
    of(TIME, 36, "The clock was not set for a long time."),
    of(TIME, 47, "The named source of time does not answer."),
    of(TIME, 50, "The clock differs from its source by more than it may."),
    of(WAS, 5002, "An application pool was switched off after it failed several times."),
    of(WAS, 5021, "The identity of an application pool is not valid: name or password."),
    of(WAS, 5057, "An application pool was switched off because of its identity."),
    of(WAS, 5059, "An application pool was switched off because its process did not start."),
    of(W3SVC, 1021, "The identity of an application pool is not valid: name or password."),
    of(W3SVC, 1057, "An application pool was switched off because of its identity."),
    of(W3SVC, 1059, "An application pool was switched off because its process did not start."),
    of(HTTP, 15016, "HTTP.sys could not start the package Kerberos: there is no Kerberos in kernel mode."),
    of(NTLM, 4001, "NTLM to another server was blocked on the client."),
    of(NTLM, 4002, "NTLM was blocked on the server."),
    of(NTLM, 4003, "NTLM was blocked on the server for accounts of the domain."),
    of(NTLM, 4004, "NTLM was blocked by the domain controller."),
    of(NTLM, 8001, "NTLM to another server would be blocked on the client; it is only recorded."),
    of(NTLM, 8002, "NTLM would be blocked on the server; it is only recorded."),
    of(NTLM, 8003, "NTLM would be blocked on the server for accounts of the domain; it is only recorded."),
    of(NTLM, 8004, "NTLM would be blocked by the domain controller; it is only recorded."),
    of(PROTECTED_USERS, 104, "A member of Protected Users tried DES or RC4."),
    of(AUTHENTICATION_POLICY, 105, "An authentication policy refused a ticket-granting ticket."),
    of(AUTHENTICATION_POLICY, 106, "An authentication policy refused a service ticket."),
];

/// Every event that has this id.
pub fn with_id(id: u32) -> impl Iterator<Item = &'static SystemEvent> {
    EVENTS.iter().filter(move |event| event.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_stands_once_and_has_a_meaning() {
        let mut seen = std::collections::BTreeSet::new();
        for event in EVENTS {
            assert!(seen.insert((event.source, event.id)) && event.meaning.ends_with('.'), "{event:?}");
            assert!(with_id(event.id).any(|known| known == event));
        }
        assert_eq!(EVENTS.len(), 93);
    }

    #[test]
    fn one_id_is_told_apart_by_its_source() {
        let sources = |id| with_id(id).map(|event| event.source).collect::<Vec<_>>();
        assert_eq!(sources(14), [KERBEROS, KDC]);
        assert_eq!(sources(18), [KERBEROS, KDC]);
        assert_eq!(sources(4), [KERBEROS]);
        assert_eq!(sources(4625), [""; 0]);
    }
}

//! The names of the fields of events that speak of sign-in, in their order: labels are translated, these are not.
//!
//! Later versions of Windows added fields at the end. Events of Windows 2000 and 2003 have no names, only an order.

/// The fields of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventFields {
    /// The id.
    pub id: u32,
    /// The fields, those that every version has before those that came later.
    pub fields: &'static [&'static str],
    /// What to know before reading them.
    pub note: &'static str,
}

/// What domain controllers with updates of 2025 tell about encryption types.
const KEYS: [&str; 9] = [
    "AccountSupportedEncryptionTypes",
    "AccountAvailableKeys",
    "ServiceSupportedEncryptionTypes",
    "ServiceAvailableKeys",
    "DCSupportedEncryptionTypes",
    "DCAvailableKeys",
    "ClientAdvertizedEncryptionTypes",
    "SessionKeyEncryptionType",
    "PreAuthEncryptionType",
];

/// The table.
pub const EVENTS: &[EventFields] = &[
    EventFields {
        id: 3,
        fields: &[
            "LogonSession",
            "ClientTime",
            "ServerTime",
            "ErrorCode",
            "ErrorMessage",
            "ExtendedError",
            "ClientRealm",
            "ClientName",
            "ServerRealm",
            "ServerName",
            "TargetName",
            "ErrorText",
            "File",
            "Line",
        ],
        note: "Of Kerberos in the System log.",
    },
    EventFields {
        id: 4,
        fields: &["Server", "TargetRealm", "Targetname", "ClientRealm"],
        note: "Of Kerberos in the System log. Its Targetname has a small n.",
    },
    EventFields {
        id: 4624,
        fields: &[
            "SubjectUserSid",
            "SubjectUserName",
            "SubjectDomainName",
            "SubjectLogonId",
            "TargetUserSid",
            "TargetUserName",
            "TargetDomainName",
            "TargetLogonId",
            "LogonType",
            "LogonProcessName",
            "AuthenticationPackageName",
            "WorkstationName",
            "LogonGuid",
            "TransmittedServices",
            "LmPackageName",
            "KeyLength",
            "ProcessId",
            "ProcessName",
            "IpAddress",
            "IpPort",
            "ImpersonationLevel",
            "RestrictedAdminMode",
            "TargetOutboundUserName",
            "TargetOutboundDomainName",
            "VirtualAccount",
            "TargetLinkedLogonId",
            "ElevatedToken",
        ],
        note: "By Kerberos the workstation is a dash, the key length 0, and LogonGuid is that of event 4769.",
    },
    EventFields {
        id: 4625,
        fields: &[
            "SubjectUserSid",
            "SubjectUserName",
            "SubjectDomainName",
            "SubjectLogonId",
            "TargetUserSid",
            "TargetUserName",
            "TargetDomainName",
            "Status",
            "FailureReason",
            "SubStatus",
            "LogonType",
            "LogonProcessName",
            "AuthenticationPackageName",
            "WorkstationName",
            "TransmittedServices",
            "LmPackageName",
            "KeyLength",
            "ProcessId",
            "ProcessName",
            "IpAddress",
            "IpPort",
        ],
        note: "Where SubStatus is not zero it says more than Status.",
    },
    EventFields {
        id: 4768,
        fields: &[
            "TargetUserName",
            "TargetDomainName",
            "TargetSid",
            "ServiceName",
            "ServiceSid",
            "TicketOptions",
            "Status",
            "TicketEncryptionType",
            "PreAuthType",
            "IpAddress",
            "IpPort",
            "CertIssuerName",
            "CertSerialNumber",
            "CertThumbprint",
        ],
        note: "With updates of 2025 also the keys and encryption types of account, service, controller and client.",
    },
    EventFields {
        id: 4769,
        fields: &[
            "TargetUserName",
            "TargetDomainName",
            "ServiceName",
            "ServiceSid",
            "TicketOptions",
            "TicketEncryptionType",
            "IpAddress",
            "IpPort",
            "Status",
            "LogonGuid",
            "TransmittedServices",
        ],
        note: "ServiceName is an account, not an SPN. With updates of 2025 also keys and encryption types.",
    },
    EventFields {
        id: 4770,
        fields: &[
            "TargetUserName",
            "TargetDomainName",
            "ServiceName",
            "ServiceSid",
            "TicketOptions",
            "TicketEncryptionType",
            "IpAddress",
            "IpPort",
        ],
        note: "ServiceName is an account, not an SPN.",
    },
    EventFields {
        id: 4771,
        fields: &[
            "TargetUserName",
            "TargetSid",
            "ServiceName",
            "TicketOptions",
            "Status",
            "PreAuthType",
            "IpAddress",
            "IpPort",
            "CertIssuerName",
            "CertSerialNumber",
            "CertThumbprint",
        ],
        note: "Status is a Kerberos error.",
    },
    EventFields {
        id: 4776,
        fields: &["PackageName", "TargetUserName", "Workstation", "Status"],
        note: "Status is an NT status. The server that was signed in to is not named.",
    },
    EventFields {
        id: 529,
        fields: &["user", "domain", "type", "process", "package", "workstation"],
        note: "An order without names. Windows 2003 adds who called, and where from.",
    },
    EventFields {
        id: 540,
        fields: &["user", "domain", "session", "type", "process", "package", "workstation"],
        note: "An order without names. Windows 2003 adds a GUID, who called, and where from.",
    },
    EventFields {
        id: 673,
        fields: &[
            "user",
            "domain",
            "service account",
            "service id",
            "options",
            "encryption type",
            "address",
            "port",
            "failure code",
            "logon GUID",
            "services passed through",
        ],
        note: "An order without names.",
    },
    EventFields {
        id: 675,
        fields: &["user", "user id", "service", "pre-authentication", "code", "address"],
        note: "An order without names.",
    },
    EventFields {
        id: 676,
        fields: &["user", "realm", "service", "options", "code", "address"],
        note: "An order without names; the code is decimal.",
    },
    EventFields { id: 680, fields: &["package", "account", "workstation", "code"], note: "An order without names." },
];

/// The fields of an event, if they are known, in their order.
pub fn of(id: u32) -> Option<&'static EventFields> {
    EVENTS.iter().find(|event| event.id == id)
}

/// The fields that updates of 2025 added to an event.
pub fn added_in_2025(id: u32) -> &'static [&'static str] {
    if matches!(id, 4768 | 4769) { &KEYS } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_stands_once_with_its_fields() {
        let mut ids = std::collections::BTreeSet::new();
        for event in EVENTS {
            assert!(ids.insert(event.id) && event.note.ends_with('.'), "{event:?}");
            let fields: std::collections::BTreeSet<_> = event.fields.iter().collect();
            assert_eq!(fields.len(), event.fields.len(), "{event:?}");
        }
        assert_eq!(EVENTS.len(), 15);
    }

    #[test]
    fn fields_stand_in_their_order() {
        let at = |id, index: usize| of(id).and_then(|event| event.fields.get(index)).copied();
        assert_eq!(of(4625).map(|event| event.fields.len()), Some(21));
        assert_eq!((at(4625, 7), at(4625, 9)), (Some("Status"), Some("SubStatus")));
        assert_eq!(at(4769, 2), Some("ServiceName"));
        assert_eq!(at(4771, 4), Some("Status"));
        assert_eq!((added_in_2025(4768).len(), added_in_2025(4625).len()), (9, 0));
    }
}

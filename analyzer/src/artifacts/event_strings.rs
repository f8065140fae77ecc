//! The names of what events of Windows NT to 2003 say: their texts have an order and no names.
//!
//! Only orders that a real record or a message text confirms are here. All others are shown as they stand, under their
//! position: a name in the wrong place would accuse the wrong account. The names are those of the event that took the
//! place of the old one in Windows Vista.

/// The order of the texts of one event.
struct Order {
    ids: &'static [u32],
    /// How many texts there are, by version of Windows.
    counts: &'static [usize],
    names: &'static [&'static str],
}

/// The orders that are known.
const ORDERS: &[Order] = &[
    Order {
        ids: &[528, 540],
        counts: &[7, 8, 15],
        names: &[
            "TargetUserName",
            "TargetDomainName",
            "TargetLogonId",
            "LogonType",
            "LogonProcessName",
            "AuthenticationPackageName",
            "WorkstationName",
            "LogonGuid",
            "SubjectUserName",
            "SubjectDomainName",
            "SubjectLogonId",
            "ProcessId",
            "TransmittedServices",
            "IpAddress",
            "IpPort",
        ],
    },
    Order {
        ids: &[529, 530, 531, 532, 533, 534, 535, 536, 539],
        counts: &[6, 13],
        names: &[
            "TargetUserName",
            "TargetDomainName",
            "LogonType",
            "LogonProcessName",
            "AuthenticationPackageName",
            "WorkstationName",
            "SubjectUserName",
            "SubjectDomainName",
            "SubjectLogonId",
            "ProcessId",
            "TransmittedServices",
            "IpAddress",
            "IpPort",
        ],
    },
    // What follows are two codes, as far as anybody remembers; no source says so.
    Order {
        ids: &[537],
        counts: &[6, 15],
        names: &[
            "TargetUserName",
            "TargetDomainName",
            "LogonType",
            "LogonProcessName",
            "AuthenticationPackageName",
            "WorkstationName",
        ],
    },
    Order { ids: &[538], counts: &[4], names: &["TargetUserName", "TargetDomainName", "TargetLogonId", "LogonType"] },
    Order {
        ids: &[552],
        counts: &[12],
        names: &[
            "SubjectUserName",
            "SubjectDomainName",
            "SubjectLogonId",
            "LogonGuid",
            "TargetUserName",
            "TargetDomainName",
            "TargetLogonGuid",
            "TargetServerName",
            "TargetInfo",
            "ProcessId",
            "IpAddress",
            "IpPort",
        ],
    },
    Order {
        ids: &[576],
        counts: &[4],
        names: &["SubjectUserName", "SubjectDomainName", "SubjectLogonId", "PrivilegeList"],
    },
    Order {
        ids: &[673],
        counts: &[10],
        names: &[
            "TargetUserName",
            "TargetDomainName",
            "ServiceName",
            "ServiceSid",
            "TicketOptions",
            "TicketEncryptionType",
            "IpAddress",
            "Status",
            "LogonGuid",
            "TransmittedServices",
        ],
    },
    Order { ids: &[680], counts: &[3, 4], names: &["PackageName", "TargetUserName", "Workstation", "Status"] },
    Order { ids: &[681], counts: &[4], names: &["PackageName", "TargetUserName", "Workstation", "Status"] },
];

/// The names of the texts of a security event; none where their order is not known.
pub(super) fn names(id: u32, count: usize) -> &'static [&'static str] {
    let order = ORDERS.iter().find(|order| order.ids.contains(&id) && order.counts.contains(&count));
    order.map_or(&[], |order| order.names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_nobody_confirmed_has_no_names() {
        assert_eq!(names(528, 15).len(), 15);
        assert_eq!(names(528, 14), <[&str; 0]>::default());
        for (id, count) in [(672, 13), (672, 9), (675, 6), (676, 6), (677, 6), (674, 7), (673, 7)] {
            assert_eq!(names(id, count), <[&str; 0]>::default(), "{id}");
        }
    }

    #[test]
    fn every_order_has_as_many_names_as_texts_at_most() {
        for order in ORDERS {
            assert!(order.counts.iter().max().is_some_and(|most| order.names.len() <= *most), "{:?}", order.ids);
        }
    }
}

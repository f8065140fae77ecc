//! Events of the key distribution center in the System log of a domain controller.

use jiff::Timestamp;

use crate::evtx::event::{Event, Item, Provider};

const PROVIDER: Provider = Provider {
    name: "Microsoft-Windows-Kerberos-Key-Distribution-Center",
    guid: Some(0x3fd9_da1a_5a54_46c5_9a26_9bd7_c068_5056),
    source: Some("KDC"),
};

/// Event 11: several accounts hold the SPN that a client asked for, so it gets no ticket.
pub fn duplicate_name(time: Timestamp, spn: &str) -> Event {
    Event::classic(
        PROVIDER,
        11,
        0xc000,
        time,
        vec![
            Item::Field("Name", spn.into()),
            Item::Field("Type", "DS_SERVICE_PRINCIPAL_NAME".into()),
            Item::Bytes(Vec::new()),
        ],
    )
}

/// A warning that comes without fields that matter: events 35 to 38 and 42 to 44.
pub fn warning(time: Timestamp, id: u16) -> Event {
    Event::classic(PROVIDER, id, 0x8000, time, vec![Item::Bytes(Vec::new())])
}

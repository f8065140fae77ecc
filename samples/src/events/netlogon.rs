//! Events of the Netlogon service: it could not write the computer's own names into the directory.

use jiff::Timestamp;

use crate::evtx::event::{Event, Item, Provider};

const PROVIDER: Provider = Provider { name: "NETLOGON", guid: None, source: None };
/// Access denied, as message text and as number.
const DENIED: (&str, u32) = ("%%5", 5);

/// Event 5788: the SPNs `HOST/…` could not be written.
pub fn host_spns_not_written(time: Timestamp, fqdn_spn: &str, short_spn: &str) -> Event {
    event(5788, time, &[fqdn_spn, short_spn, DENIED.0])
}

/// Event 5789: the DNS host name could not be written.
pub fn dns_name_not_written(time: Timestamp, fqdn: &str) -> Event {
    event(5789, time, &[fqdn, DENIED.0])
}

fn event(id: u16, time: Timestamp, strings: &[&str]) -> Event {
    Event::classic(
        PROVIDER,
        id,
        0,
        time,
        vec![
            Item::Strings(strings.iter().map(|&text| text.to_owned()).collect()),
            Item::Bytes(DENIED.1.to_le_bytes().to_vec()),
        ],
    )
}

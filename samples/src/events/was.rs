//! Events of the process activation service: an application pool cannot start.

use jiff::Timestamp;

use crate::evtx::event::{Event, Item, Provider};

const PROVIDER: Provider = Provider {
    name: "Microsoft-Windows-WAS",
    guid: Some(0x524b_5d04_133c_4a62_8362_64e8_edb9_ce40),
    source: Some("WAS"),
};
/// The logon failed: user name or password is wrong, as an HRESULT.
const LOGON_FAILURE: u32 = 0x8007_052e;

/// Event 5021: the identity of the pool is invalid.
pub fn identity_invalid(time: Timestamp, pool: &str) -> Event {
    event(5021, 0x8000, 3, time, pool)
}

/// Event 5057: the pool was disabled because of its identity.
pub fn disabled_for_identity(time: Timestamp, pool: &str) -> Event {
    event(5057, 0x8000, 3, time, pool)
}

/// Event 5059: the pool was disabled because no worker process could be started.
pub fn disabled(time: Timestamp, pool: &str) -> Event {
    event(5059, 0xc000, 2, time, pool)
}

fn event(id: u16, qualifiers: u16, level: u8, time: Timestamp, pool: &str) -> Event {
    Event {
        level,
        ..Event::classic(
            PROVIDER,
            id,
            qualifiers,
            time,
            vec![Item::Field("AppPoolID", pool.into()), Item::Bytes(LOGON_FAILURE.to_le_bytes().to_vec())],
        )
    }
}

//! Events of the service control manager: services come and go on every host.

use jiff::Timestamp;

use crate::evtx::event::{Event, Item, Provider};
use crate::evtx::value::utf16;

const PROVIDER: Provider = Provider {
    name: "Service Control Manager",
    guid: Some(0x5559_08d1_a6d7_4695_8e1e_2693_1d20_12f4),
    source: Some("Service Control Manager"),
};

/// Event 7036: a service is running now.
pub fn running(time: Timestamp, title: &str, key: &str) -> Event {
    Event {
        provider: PROVIDER,
        id: 7036,
        qualifiers: Some(0x4000),
        version: 0,
        level: 4,
        task: 0,
        keywords: 0x8080_0000_0000_0000,
        time,
        execution: (724, 3108),
        channel: "System",
        computer: String::new(),
        data: vec![
            Item::Field("param1", title.into()),
            Item::Field("param2", "running".into()),
            Item::Bytes(utf16(&format!("{key}/4\0"))),
        ],
    }
}

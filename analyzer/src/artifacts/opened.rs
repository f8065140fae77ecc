//! A bundle, a zip, a folder or loose files: what a door hands to a case after opening it.

use kerbscope_shared::read::Archive;

use crate::artifacts::event_log::EventLog;
use crate::artifacts::event_room::Room;
use crate::artifacts::parsed::Parsed;

/// What was opened at one path.
#[derive(Clone, Debug, Default)]
pub struct OpenedBundle {
    /// The name under which a person knows it: its file name.
    pub name: String,
    /// What it holds. A folder or a loose file is an archive without a manifest.
    pub archive: Archive,
    /// The event logs that were read while it was opened, because they are too long to be held. A member with
    /// [`streamed`](kerbscope_shared::read::Member::streamed) content names its log by the place in this list.
    pub logs: Vec<Parsed<EventLog>>,
    /// What they have left for those that are text.
    pub room: Room,
}

impl OpenedBundle {
    /// A bundle whose members are all in memory.
    pub const fn held(name: String, archive: Archive) -> Self {
        Self { name, archive, logs: Vec::new(), room: Room::new() }
    }
}

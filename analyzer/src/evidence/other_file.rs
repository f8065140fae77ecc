//! A file of a bundle that is no evidence of a kind that is known: nothing is concluded from it, and a person may look.

use std::sync::Arc;

use kerbscope_shared::read::Integrity;

use crate::evidence::gap::GapReason;

/// Bytes of all such files of a case that are held; nobody sends as many on purpose.
pub const HELD_BYTES: u64 = 64 << 20;

/// A file that nobody knows how to read.
#[derive(Clone, Debug)]
pub struct OtherFile {
    /// Which bundle of the case it belongs to, counted from 0.
    pub bundle: u32,
    /// Its path in the bundle, or the name of the loose file.
    pub path: String,
    /// How many bytes it has.
    pub length: u64,
    /// They themselves; none where such files have more than [`HELD_BYTES`] together.
    pub bytes: Option<Arc<[u8]>>,
    /// Whether these are the bytes that were collected.
    pub integrity: Integrity,
    /// The OEM code page of the host that it came from, when known.
    pub code_page: Option<u16>,
    /// Why it is not read.
    pub reason: GapReason,
}

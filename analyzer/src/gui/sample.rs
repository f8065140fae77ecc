//! The bundle of a made-up server that the program carries along, to try the window on.

use std::path::Path;

use crate::artifacts::opened::OpenedBundle;
use crate::artifacts::watch::Watch;
use crate::formats::identity::Keyring;
use crate::open::{self, FoundRecord, OpenError};

/// What it is called, wherever a bundle has a name.
pub const NAME: &str = "sample of a made-up server";

/// The server of the story that the README tells.
const BYTES: &[u8] = include_bytes!("../../../samples/bundles/kernelmode-spn-on-pool-account.zip");

/// Opens it.
///
/// # Errors
///
/// As [`open::open`]; the tests would have seen it.
pub fn open(watch: &Watch) -> Result<OpenedBundle, OpenError> {
    open::open_in_memory(NAME, BYTES, watch)
}

/// Finds records of its event logs again; there is one such bundle, whatever the path.
///
/// # Errors
///
/// As [`open()`].
pub fn records(_: &Path, _: &Keyring, watch: &Watch, number: u64) -> Result<Vec<FoundRecord>, OpenError> {
    open::records_in_memory(NAME, BYTES, watch, number)
}

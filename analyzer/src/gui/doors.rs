//! The two ways in which the window reaches outside: asking a person for paths, and opening them.

use std::path::Path;

use crate::artifacts::opened::OpenedBundle;
use crate::artifacts::watch::Watch;
use crate::cache::Cache;
use crate::formats::identity::Keyring;
use crate::gui::file_dialog::{self, Ask};
use crate::open::{self, OpenError};

/// Opens a path, with these keys if it is encrypted, and tells how far it has come.
pub type Open = fn(&Path, &Keyring, &Watch) -> Result<OpenedBundle, OpenError>;

/// The ways outside; a test gives its own.
#[derive(Clone, Copy, Debug)]
pub struct Doors {
    /// Asks a person what to open.
    pub ask: Ask,
    /// Opens it.
    pub open: Open,
}

impl Doors {
    /// The dialog of the desktop, and its files.
    pub const DESKTOP: Self = Self { ask: file_dialog::desktop, open: remembering };
}

/// Opens a path; event logs that were read before are not read again.
fn remembering(path: &Path, keys: &Keyring, watch: &Watch) -> Result<OpenedBundle, OpenError> {
    open::open_watched(path, keys, watch, Cache::of_person().as_ref())
}

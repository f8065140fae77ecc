//! A bundle, a zip, a folder or loose files: what a door hands to a case after opening it.

use kerbscope_shared::read::Archive;

/// What was opened at one path.
#[derive(Clone, Debug)]
pub struct OpenedBundle {
    /// The name under which a person knows it: its file name.
    pub name: String,
    /// What it holds. A folder or a loose file is an archive without a manifest.
    pub archive: Archive,
}

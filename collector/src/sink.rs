//! Where attempts go as they come: into the bundle, or into a store that the bundle is made of later.

use std::io::Write;

use kerbscope_shared::manifest::Entry;
use kerbscope_shared::write::{Attempt, BundleWriter, Content, WriteError};

/// Takes attempts in.
pub trait Sink {
    /// Takes an attempt with its bytes.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn add(&mut self, attempt: Attempt) -> Result<&Entry, WriteError>;

    /// Takes an attempt whose bytes are read while they are written.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn add_content(&mut self, attempt: Attempt, content: Content<'_>) -> Result<&Entry, WriteError>;
}

impl<W: Write> Sink for BundleWriter<W> {
    fn add(&mut self, attempt: Attempt) -> Result<&Entry, WriteError> {
        Self::add(self, attempt)
    }

    fn add_content(&mut self, attempt: Attempt, content: Content<'_>) -> Result<&Entry, WriteError> {
        Self::add_content(self, attempt, content)
    }
}

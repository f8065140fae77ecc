//! What stands in for the interfaces of Windows where there is no Windows: nothing answers.

/// Event logs.
pub mod event_log {
    use std::io::{Error, ErrorKind, Result};
    use std::path::Path;

    /// There is none to export.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn export(_channel: &str, _query: &str, _target: &Path) -> Result<()> {
        Err(Error::from(ErrorKind::NotFound))
    }

    /// There is nothing to cancel.
    pub fn cancel() {}
}

//! What stands in for the interfaces of Windows where there is no Windows: nothing answers.

/// Event logs.
pub mod event_log {
    use std::io::{Error, ErrorKind, Result};
    use std::path::Path;

    use crate::event_log::Order;

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

    /// The events of a log.
    pub type Events = std::iter::Empty<Result<String>>;

    /// There are none.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn events(_channel: &str, _query: &str, _order: Order) -> Result<Events> {
        Err(Error::from(ErrorKind::NotFound))
    }
}

/// The registry.
pub mod registry {
    use std::io::{ErrorKind, Result};

    use crate::registry::Value;

    /// There is none.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn values(_path: &str) -> Result<Vec<Value>> {
        Err(ErrorKind::Unsupported.into())
    }

    /// There is none.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn keys(_path: &str) -> Result<Vec<String>> {
        Err(ErrorKind::Unsupported.into())
    }
}

/// The console.
pub mod console {
    /// Code pages are numbered by Windows alone.
    pub fn code_page() -> Option<u16> {
        None
    }
}

/// Our own process.
pub mod process {
    use crate::facts::Elevation;

    /// Nobody is elevated here.
    pub fn elevation() -> Elevation {
        Elevation::Unknown
    }
}

/// Code pages.
#[cfg(feature = "tokens")]
pub mod code_page {
    use oem_cp::code_table::DECODING_TABLE_CP_MAP;

    /// The text in the bytes of a code page; none when the page is not known, or a byte in it.
    pub fn text(page: u16, bytes: &[u8]) -> Option<String> {
        DECODING_TABLE_CP_MAP.get(&page)?.decode_string_checked(bytes)
    }
}

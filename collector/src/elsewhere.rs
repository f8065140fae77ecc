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

/// The directory.
pub mod ldap {
    use crate::directory::line::Address;
    use crate::directory::service::{Directory, NoDirectory};
    use crate::directory::sign_in::SignIn;

    /// There is none to ask.
    pub fn directory(_server: Option<Address>, _sign_in: Option<SignIn>) -> Box<dyn Directory> {
        Box::new(NoDirectory("this is not Windows"))
    }
}

/// Asking for a password.
pub mod password {
    use std::io::{self, stdin};

    use crate::directory::sign_in::Password;

    /// Reads it from standard input.
    ///
    /// # Errors
    ///
    /// Nothing can be read, or what was read is no password.
    pub fn ask(prompt: impl FnOnce()) -> io::Result<Password> {
        prompt();
        Password::read(&mut stdin())
    }
}

//! The connection to one server of the directory, as the library of the system makes it.

use std::fmt;
use std::time::Duration;

use crate::directory::entry::Entry;
use crate::directory::failure::Failure;
use crate::directory::search::Search;
use crate::directory::service::Catalog;
use crate::directory::sign_in::SignIn;

/// Finds servers and connects to them.
pub trait Connector {
    /// Names a server that has this catalog.
    ///
    /// # Errors
    ///
    /// There is none, or this computer belongs to no domain.
    fn locate(&mut self, catalog: Catalog) -> Result<Address, Failure>;

    /// Connects to it.
    ///
    /// # Errors
    ///
    /// It does not answer in time.
    fn connect(&mut self, address: &Address, time: Duration) -> Result<Box<dyn Line>, Failure>;
}

/// A connection.
pub trait Line {
    /// Signs in, as the caller of this program if nobody else is named.
    ///
    /// # Errors
    ///
    /// The server refuses.
    fn sign_in(&mut self, sign_in: Option<&SignIn>) -> Result<(), Failure>;

    /// Searches, and brings the part of the answer that the cookie stands for; the first one if it is empty.
    ///
    /// # Errors
    ///
    /// Nothing came. What came with an error code is a page.
    fn page(&mut self, search: &Search, cookie: &[u8], time: Duration) -> Result<Page, Failure>;
}

/// The port of a domain controller.
pub const LDAP_PORT: u16 = 389;

/// The port of a global catalog.
pub const GLOBAL_CATALOG_PORT: u16 = 3268;

/// A server of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Its name, or its address.
    pub name: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}

/// A part of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// What to ask the next part with; empty after the last one.
    pub cookie: Vec<u8>,
    /// The code of LDAP with which it ended.
    pub code: i32,
    /// What the server said with the code.
    pub said: Option<String>,
}

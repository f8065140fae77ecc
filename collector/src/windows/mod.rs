//! What only Windows itself can answer, behind functions that are safe to call. Nowhere else is code unsafe.

pub mod code_page;
pub mod console;
pub mod event_log;
pub mod http;
pub mod ldap;
pub mod locator;
pub mod lsa;
pub mod password;
pub mod process;
pub mod registry;
pub mod stand_in;
pub mod token;
pub mod wide;

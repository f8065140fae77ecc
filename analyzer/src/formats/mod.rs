//! Bytes to lines, elements, records; nothing here knows what they mean.

pub mod columns;
pub mod csv;
#[cfg(test)]
pub mod cut;
pub mod escaped;
pub mod evt;
pub mod evtx;
pub mod identity;
pub mod ldap_url;
pub mod name;
pub mod sealed;
pub mod text;
pub mod words;
pub mod wrapped;
pub mod xml;

//! What the directory of the domain knows about accounts and SPNs, and how it is asked.

pub mod account;
pub mod entry;
pub mod failure;
#[cfg(not(windows))]
pub mod folder;
pub mod inquiry;
pub mod known;
pub mod ldif;
pub mod line;
pub mod patience;
pub mod question;
pub mod search;
pub mod service;
pub mod session;
pub mod sid;
pub mod sign_in;

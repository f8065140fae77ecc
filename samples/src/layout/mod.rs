//! The text that the tools of Windows print, in English, and the directory, one file for each.

pub mod application_host;
pub mod auditpol;
pub mod event_viewer;
pub mod ipconfig;
pub mod klist;
pub mod ldif;
pub mod lsa_tickets;
pub mod metabase;
pub mod nltest;
pub mod nslookup;
pub mod page;
pub mod registry;
pub mod request_log;
pub mod setspn;
pub mod systeminfo;

//! A parser for each kind of artifact: it repeats what a tool said, and draws no conclusion.

pub mod contents;
pub mod event_kinds;
pub mod event_log;
pub mod event_log_xml;
pub mod iis_config;
pub mod iis_redirection;
pub mod iis_sections;
pub mod ipconfig;
pub mod klist;
pub mod ldif;
pub mod lsa_tickets;
pub mod nslookup;
pub mod parsed;
pub mod recognize;
pub mod registry;
pub mod setspn;
pub mod systeminfo;
pub mod tickets;
pub mod web_config;

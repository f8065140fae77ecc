//! One parser for each kind of artifact, faithful to what the tool printed.

pub mod contents;
pub mod event_log;
pub mod iis_config;
pub mod ipconfig;
pub mod klist;
pub mod nslookup;
pub mod parsed;
pub mod recognize;
pub mod setspn;
pub mod systeminfo;

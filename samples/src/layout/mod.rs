//! The text that the tools of Windows print, in English, one file for each tool.

pub mod application_host;
pub mod ipconfig;
pub mod klist;
pub mod nslookup;
pub mod page;
pub mod setspn;
pub mod systeminfo;

//! The collector: one small program that reads what a Kerberos diagnosis needs, and writes it into one zip.
//!
//! It runs on a customer's production server, so it obeys four rules. It changes nothing there. It interprets
//! nothing: what a tool prints is kept as it was printed. No secret leaves the server. And whatever goes wrong
//! becomes a row of the manifest, and the next step runs.
//!
//! A new piece of evidence is a new row in one of the families of [`plan`].

pub mod argument;
pub mod attend;
pub mod baked;
pub mod bundle_file;
pub mod child;
pub mod clock;
pub mod console;
pub mod directory;
#[cfg(not(windows))]
pub mod elsewhere;
pub mod encoding;
pub mod event_log;
pub mod event_xml;
pub mod export;
pub mod facts;
pub mod file;
pub mod firefox;
#[cfg(not(windows))]
pub mod folder;
#[cfg(not(windows))]
pub mod folder_registry;
pub mod handover;
pub mod host;
pub mod http_head;
pub mod live;
pub mod logon_sessions;
pub mod markup;
pub mod oldest_event;
pub mod options;
pub mod outcome;
pub mod plan;
pub mod pseudonym;
pub mod random;
pub mod recipient;
pub mod redact;
pub mod reg_file;
pub mod registry;
pub mod request_logs;
pub mod requests;
pub mod runner;
pub mod seal;
pub mod secret;
pub mod sections;
pub mod sink;
pub mod sites;
pub mod spool;
pub mod temporary;
pub mod tokens;
pub mod visit;
#[cfg(windows)]
#[expect(
    unsafe_code,
    reason = "functions of Windows can be called in no other way; docs/adr/0010 says how that is kept"
)]
pub mod windows;

#[cfg(not(windows))]
use elsewhere as system;
#[cfg(windows)]
use windows as system;

//! Hosts described by code, each written as the bundle that its collector would make.
//!
//! Nothing here is read from outside: a sample that cannot be built is a mistake in this crate and may stop it. It
//! shares no type with the analyzer, so that a misunderstanding is not made twice the same way.

#![expect(clippy::expect_used, reason = "samples are built from constants; a broken one must not be written")]
#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "as above; no byte comes from outside")]

pub mod collect;
pub mod collect_legacy;
pub mod directory;
pub mod dns;
pub mod events;
pub mod evtx;
pub mod export;
pub mod host;
pub mod iis;
pub mod layout;
mod questions;
pub mod scenarios;
mod state;

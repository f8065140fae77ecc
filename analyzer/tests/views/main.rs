//! The views on the data of a case, driven by the names of what is in them, without a screen.

#![cfg(feature = "gui")]
#![expect(clippy::expect_used, reason = "what cannot be set up is a failed test")]

mod artifacts;
mod events;
mod fonts;
mod harness;
mod keyboard;
mod sample;
mod sizes;
mod tickets;

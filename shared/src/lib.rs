//! The bundle: one zip with a manifest and the raw artifacts, written on a customer's server, read anywhere.
//!
//! The collector writes it ([`mod@write`]), the samples build it, the analyzer reads it ([`read`]). All three agree
//! on the [`kind`]s of artifacts, on the [`manifest`] and on the [`limits`]; nothing else is shared.

pub mod digest;
pub mod kind;
pub mod limits;
pub mod manifest;
pub mod name;
pub mod pseudonym;
pub mod read;
pub mod rewrite;
pub mod write;
mod zip_stream;

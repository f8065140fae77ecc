//! Pointing at the bundle, and saying what is missing from it.

pub mod artifact;
pub mod bundle;
pub mod gap;
pub mod place;

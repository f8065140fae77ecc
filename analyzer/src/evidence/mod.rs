//! Pointers into the artifacts of a bundle, and words for evidence that is missing.

pub mod artifact;
pub mod gap;
pub mod other_file;
pub mod place;

//! A diagnosis in words: what is wrong, where that can be seen, what to do, and what could not be known.

pub mod escape;
pub mod excerpt;
pub mod headline;
pub mod json;
pub mod left_open;
pub mod text;

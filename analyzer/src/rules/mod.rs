//! One file, one diagnosis; a table of all.

pub mod answer;
pub mod command;
pub mod finding;
pub mod rule;
pub mod table;

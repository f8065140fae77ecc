//! The events of a case as columns: filtered, sorted and counted over time, fast enough to answer while a person types.

pub mod answer;
pub mod columns;
pub mod filter;
pub mod histogram;
pub mod term;
pub mod words;

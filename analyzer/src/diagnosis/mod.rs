//! Puts the question to each rule, and sorts what was found so that a cause stands before what it causes.

pub mod compare;
pub mod diagnose;
pub mod rank;

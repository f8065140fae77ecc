//! Asks every rule, keeps every answer, ranks causes before consequences.

pub mod diagnose;
pub mod rank;

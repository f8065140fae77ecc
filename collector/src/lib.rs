//! Collects evidence.

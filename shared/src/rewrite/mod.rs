//! Rewriting the words of an artifact inside whatever they are wrapped in, and leaving the wrapping as it is.

pub mod escapes;
pub mod format;
pub mod json;
pub mod ldif;
pub mod piece;
pub mod plain;
pub mod registry;
pub mod rewriter;
pub mod xml;

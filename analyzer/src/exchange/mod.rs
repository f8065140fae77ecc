//! One URL, one client: what browser, KDC and IIS will do, step by step, and how it ends.

pub mod client;
pub mod derive;
pub mod identity;
pub mod outcome;
pub mod owner;
pub mod request;
pub mod url;

//! What the artifacts say together, in the words of Kerberos and IIS, keyed by host.

pub mod account;
pub mod assemble;
pub mod case_facts;
pub mod codes;
pub mod directory;
pub mod events;
pub mod fact;
pub mod host;
pub mod iis;
pub mod names;
pub mod sign_in;
pub mod spn;

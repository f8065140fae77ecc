//! What the evidence of all bundles amounts to: hosts, accounts, SPNs, sites, events, each as far as it is known.

pub mod account;
pub mod assemble;
pub mod case_facts;
pub mod directory;
pub mod events;
pub mod fact;
pub mod host;
pub mod iis;
pub mod names;
pub mod settings;
pub mod shared_configuration;
pub mod sign_in;
pub mod spn;

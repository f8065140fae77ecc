//! What the evidence of all bundles amounts to: hosts, accounts, SPNs, sites, events, each as far as it is known.

pub mod account;
pub mod account_names;
pub mod assemble;
pub mod case_facts;
pub mod change;
pub mod change_words;
pub mod directory;
pub mod domains;
pub mod events;
pub mod fact;
pub mod folder;
pub mod host;
pub mod iis;
pub mod ldap;
pub mod ldap_filter;
pub mod ldap_question;
pub mod names;
pub mod scopes;
pub mod settings;
pub mod shared_configuration;
pub mod sign_in;
pub mod spn;
pub mod tickets;
pub mod web_configs;

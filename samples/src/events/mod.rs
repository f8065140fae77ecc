//! The events of the samples, one file for each provider.

pub mod kdc;
pub mod kerberos;
pub mod netlogon;
pub mod security;
pub mod service_control;
pub mod was;

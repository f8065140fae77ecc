//! The causes that are known, each in a file of its own, and the table that lists them.

pub mod account_spn_but_account_missing;
pub mod ad_account;
pub mod adsutil;
pub mod answer;
pub mod appcmd;
pub mod clock_skew;
pub mod command;
pub mod finding;
#[cfg(test)]
pub mod fixture;
pub mod host_spn_missing;
pub mod http_spn_shadows_host;
pub mod iis_command;
pub mod index;
pub mod kernelmode_spn_on_pool_account;
pub mod krb_ap_err_modified_key_mismatch;
pub mod last_seen;
pub mod local_account_pool;
pub mod pool_identity_cannot_start;
pub mod providers_empty_after_clear;
pub mod providers_negotiate_missing;
pub mod providers_order_ntlm_first;
pub mod rule;
pub mod service_account_locked_or_disabled;
pub mod setspn;
pub mod shared_name;
pub mod spn_alias_cname;
pub mod spn_duplicate;
pub mod spn_missing;
pub mod spn_on_wrong_account;
pub mod table;
pub mod windows_auth_disabled;
pub mod wrong_key;

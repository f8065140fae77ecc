//! One story for each fault: the hosts that show it, and the rule that names it.
//!
//! Every story starts from the same healthy hosts ([`hosts`]) and their harmless noise ([`noise`]), so that what
//! differs is the fault.
//!
//! | scenario | what is told | bundles | primary rule |
//! |---|---|---|---|
//! | `healthy-with-noise` | nothing is wrong, though the logs hold errors | server, `-dc` | none |
//! | `kernelmode-spn-on-pool-account` | the machine decrypts, the pool's account holds the SPN | server | same name |
//! | `setspn-denied` | the same, but nobody could ask the directory | server | none: rules stay open |
//! | `spn-duplicate` | two accounts hold one SPN | server, `-dc` | same name |
//! | `spn-alias-cname` | the site's name is an alias, the client asks for the server | server, `-client` | same name |
//! | `alias-a-record` | the site's name has an address of its own | server, `-client` | none |
//! | `providers-negotiate-missing` | a site offers NTLM alone | server | same name |
//! | `providers-order-ntlm-first` | a site offers NTLM before Negotiate | server | same name |
//! | `providers-empty-after-clear` | a site clears the providers and adds none | server | same name |
//! | `windows-auth-disabled` | a site has no authentication switched on | server | same name |
//! | `spn-missing` | nobody holds the SPN of a site | server | same name |
//! | `local-account-pool` | the pool decrypts as an account of the server | server | same name |
//! | `spn-on-wrong-account` | another service account holds the SPN | server | same name |
//! | `http-spn-shadows-host` | a service account holds `HTTP/` of the server's own name | server | same name |
//! | `host-spn-missing` | the server could not register its own names | server | same name |
//! | `pool-identity-cannot-start` | the pool's account cannot sign in | server | same name |
//! | `krb-ap-err-modified-key-mismatch` | all names are right, and still the key is not | server, `-client` | same name |
//! | `account-spn-but-account-missing` | the account of the server is disabled | server | same name |
//! | `service-account-locked-or-disabled` | the pool's account is locked out | server | same name |
//! | `clock-skew` | the clock of the server is 11 minutes behind | server | same name |
//! | `iis6-healthy` | a server with IIS 6, collected by the script | server | none |
//! | `iis6-spn-on-machine` | IIS 6 decrypts as the pool's account, the machine holds the SPN | server | `pool-account-spn-on-machine` |
//! | `iis5-ntlm-only` | an upgrade left IIS 5 with NTLM alone | server | `providers-upgrade-from-iis4` |
//! | `web-config-locked` | a web.config sets what is locked | server | same name |
//! | `token-too-large-http400` | a ticket exceeds the limit on headers | server | same name |
//! | `secure-channel-broken` | server and domain disagree about its password | server | same name |
//! | `loopback-check` | the server refuses sign-ins from itself | server | same name |
//! | `etype-no-common` | the pool's account has keys for DES alone | server | same name |
//! | `nov2022-explicit-etype-rc4-only` | the pool's account is limited to RC4 | server | none: a risk of the same name |
//! | `rc4-deprecation-2026` | a password of 2004 left no AES key, and RC4 is refused | server, `-dc` | same name |
//! | `delegation-on-wrong-object` | the pool's account may delegate, the machine decrypts | server | same name |
//! | `protocol-transition-flag-missing` | NTLM in front of constrained delegation | server | `providers-negotiate-missing` |
//! | `user-not-delegable` | a sensitive user visits a site that delegates | server | same name |
//! | `chromium-delegate-allowlist` | Edge does not hand over the user's ticket | server, `-client` | same name |
//! | `chromium-authserver-allowlist` | a policy of Edge forgets the site | server, `-client` | same name |
//! | `ie6-w2k-negotiate-off` | a user has Negotiate switched off | server, `-client` | same name |
//! | `ntlm-blocked` | nobody holds the SPN, and a policy forbids NTLM | server | `spn-missing` |
//! | `machine-password-policy-disabled` | the server keeps its password for ever | server | none: a risk of the same name |
//! | `domain-rename-or-fqdn-mismatch` | the directory has an old name of the server | server | none: a risk of the same name |
//! | `maxtokensize-exceeded` | a ticket does not fit its buffer | server, `-client` | same name |
//! | `credential-manager-override` | a saved password is wrong | server, `-client` | same name |
//! | `url-is-ip-or-unresolvable` | a link holds the address of the server | server, `-client` | same name |
//! | `selective-authentication` | users of another forest lack a permission | server | same name |
//! | `logon-right-or-workstation-restriction` | a user lacks the right to sign in over the network | server | same name |
//! | `user-account-problem` | the account of a user is disabled | server | same name |
//! | `kcd-target-spn-missing` | the list of services lacks the one that is asked for | server, `-dc` | same name |
//! | `krbtgt-no-aes` | a domain controller lacks a strong key | server, `-dc` | none: a risk of the same name |
//! | `pac-and-patch-mismatch` | domain controllers have different updates | server, `-dc` | none: a risk of the same name |
//! | `extended-protection-mismatch` | Extended Protection turns clients away | server | same name |
//! | `spn-short-or-fqdn-only` | only the short name is registered | server | same name |
//! | `port-in-spn-mismatch` | the name is registered with a port | server | same name |
//! | `spn-malformed` | `HTTPS/` is registered in place of `HTTP/` | server | same name |
//! | `app-pool-identities-conflict-on-host` | two accounts decrypt for one name | server | same name |
//! | `http-spn-collides-with-winrm` | a site has taken the name that WinRM uses | server | none: a risk of the same name |
//! | `ntfs-or-url-authorization` | a user may not read the files | server | none: a note of the same name |
//! | `anonymous-enabled-no-challenge` | anonymous requests are let in | server | none: a note of the same name |
//! | `credential-guard-blocks-unconstrained` | Credential Guard keeps the user's ticket | server, `-client` | same name |
//! | `providers-overridden-at-child` | one folder takes Negotiate away that its site offers | server | same name |
//! | `auth-persistence-single-request` | users sign in anew with every request | server | same name |
//! | `negotiate-kerberos-only-clients-fail` | only Kerberos is offered, and a client is in no domain | server, `-client` | same name |
//! | `workgroup-server` | the web server is in no domain | server | same name |
//! | `spn-registration-events` | the server could not write its own names this morning | server | none: a note of the same name |
//! | `audit-not-enabled` | failed logons are not recorded | server | none: a note of the same name |
//! | `rbcd-both-modes` | a delegation is allowed from both ends | server | none: a note of the same name |
//! | `aspnet-impersonation-or-module-mismatch` | the application does not learn who signed in | server | none: a note of the same name |
//! | `basic-front-kerberos-back` | Kerberos behind a site comes from passwords that users typed | server, `-back` | none: a note of the same name |
//! | `unconstrained-delegation-not-trusted` | the database behind a site sees nobody | server, `-back` | same name |
//! | `cross-forest-name-or-external-trust` | users of another domain come over an external trust | server | same name |
//! | `client-not-domain-or-offline` | a user signed in while no domain controller was there | server, `-client` | same name |
//! | `url-zone-internet` | a client takes the site for one of the internet | server, `-client` | same name |
//! | `firefox-trusted-uris` | Firefox is told to trust another name | server, `-client` | same name |
//! | `proxy-breaks-nego` | a proxy stands in front of a site with NTLM | server | `providers-negotiate-missing`, and this as a hint |
//! | `nlb-windows2000-unsupported` | two servers with Windows 2000 share a name | servers | same name |
//! | `client-stale-ticket` | a client holds a ticket from before the new password | server, `-client` | `krb-ap-err-modified-key-mismatch`, and a note of the same name |
//! | `max-request-bytes-iis45` | IIS 5 takes small requests alone | server | none: a risk of the same name |
//! | `iis5-30day-401` | IIS 5 uses the password from before | server | same name |
//! | `gmsa-not-usable` | the server may not read the password of a managed account | server | same name |
//! | `tgt-delegation-blocked-across-trust` | a trust keeps tickets from being delegated | server, `-client` | same name |
//! | `providers-value-malformed` | a blank stands in the providers of IIS 5 | server | same name |
//! | `farm-nodes-inconsistent` | two servers of one name decrypt differently | server, `-second` | same name |
//! | `iis5-user-unknown` | a user has no account, as a domain controller tells twice | server, `-dc` | `user-account-problem` |
//! | `two-ports-two-accounts` | the name of a second site is registered with its port | server | `port-in-spn-mismatch` |
//! | `url-too-long-http400` | the addresses of an application are too long | server | none: a note of `token-too-large-http400` |
//! | `udp-fragmentation-vpn` | Windows 2003 asks for tickets over UDP | server | same name, as a hint |
//! | `cluster-name-kerberos-off` | a server cluster made no account for its name | server | same name |
//! | `iis5-host-header` | nobody holds the SPN of a host header of IIS 5 | server | `spn-missing` |

pub mod account_spn_but_account_missing;
pub mod alias_a_record;
pub mod anonymous_enabled_no_challenge;
pub mod app_pool_identities_conflict_on_host;
pub mod aspnet_impersonation_or_module_mismatch;
pub mod audit_not_enabled;
pub mod auth_persistence_single_request;
pub mod basic_front_kerberos_back;
pub mod chromium_authserver_allowlist;
pub mod chromium_delegate_allowlist;
pub mod client_not_domain_or_offline;
pub mod client_stale_ticket;
pub mod clock_skew;
pub mod cluster_name_kerberos_off;
pub mod credential_guard_blocks_unconstrained;
pub mod credential_manager_override;
pub mod cross_forest_name_or_external_trust;
pub mod delegation_on_wrong_object;
pub mod domain_rename_or_fqdn_mismatch;
pub mod etype_no_common;
pub mod extended_protection_mismatch;
pub mod farm_nodes_inconsistent;
pub mod firefox_trusted_uris;
pub mod gmsa_not_usable;
pub mod healthy_with_noise;
pub mod host_spn_missing;
pub mod hosts;
pub mod http_spn_collides_with_winrm;
pub mod http_spn_shadows_host;
pub mod ie6_w2k_negotiate_off;
pub mod iis5_30day_401;
pub mod iis5_host_header;
pub mod iis5_ntlm_only;
pub mod iis5_user_unknown;
pub mod iis6_healthy;
pub mod iis6_spn_on_machine;
pub mod kcd_target_spn_missing;
pub mod kernelmode_spn_on_pool_account;
pub mod krb_ap_err_modified_key_mismatch;
pub mod krbtgt_no_aes;
pub mod local_account_pool;
pub mod logon_right_or_workstation_restriction;
pub mod loopback_check;
pub mod machine_password_policy_disabled;
pub mod max_request_bytes_iis45;
pub mod maxtokensize_exceeded;
pub mod negotiate_kerberos_only_clients_fail;
pub mod nlb_windows2000_unsupported;
pub mod noise;
pub mod nov2022_explicit_etype_rc4_only;
pub mod ntfs_or_url_authorization;
pub mod ntlm_blocked;
pub mod pac_and_patch_mismatch;
pub mod pool_identity_cannot_start;
pub mod port_in_spn_mismatch;
pub mod protocol_transition_flag_missing;
pub mod providers_empty_after_clear;
pub mod providers_negotiate_missing;
pub mod providers_order_ntlm_first;
pub mod providers_overridden_at_child;
pub mod providers_value_malformed;
pub mod proxy_breaks_nego;
pub mod rbcd_both_modes;
pub mod rc4_deprecation_2026;
pub mod secure_channel_broken;
pub mod selective_authentication;
pub mod service_account_locked_or_disabled;
pub mod setspn_denied;
pub mod spn_alias_cname;
pub mod spn_duplicate;
pub mod spn_malformed;
pub mod spn_missing;
pub mod spn_on_wrong_account;
pub mod spn_registration_events;
pub mod spn_short_or_fqdn_only;
pub mod tgt_delegation_blocked_across_trust;
pub mod token_too_large_http400;
pub mod two_ports_two_accounts;
pub mod udp_fragmentation_vpn;
pub mod unconstrained_delegation_not_trusted;
pub mod url_is_ip_or_unresolvable;
pub mod url_too_long_http400;
pub mod url_zone_internet;
pub mod user_account_problem;
pub mod user_not_delegable;
pub mod web_config_locked;
pub mod windows_auth_disabled;
pub mod workgroup_server;

use crate::collect;
use crate::collect_legacy::{self, OldWindows};
use crate::host::{Host, Role};

/// A story: hosts with one fault, or none.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The name, in kebab-case.
    pub name: &'static str,
    /// One sentence for people.
    pub title: &'static str,
    /// The bundles, each with the name of its file without `.zip`.
    pub bundles: Vec<(String, Vec<u8>)>,
    /// The rule that names the primary cause, or none where nothing can be found.
    pub expected: Option<&'static str>,
    /// The rule that names what nobody notices yet.
    pub latent: Option<&'static str>,
}

impl Scenario {
    /// A story whose fault has a rule of the story's own name.
    fn of_rule(rule: &'static str, title: &'static str, hosts: &[Host]) -> Self {
        Self { expected: Some(rule), ..Self::without_finding(rule, title, hosts) }
    }

    /// A story of something that fails tomorrow, and has a rule of the story's own name.
    fn of_risk(rule: &'static str, title: &'static str, hosts: &[Host]) -> Self {
        Self { latent: Some(rule), ..Self::without_finding(rule, title, hosts) }
    }

    /// A story of one server of Windows 2000 or 2003 in which nothing can be found. `providers` is what its web
    /// service states.
    fn of_old_windows(
        name: &'static str,
        title: &'static str,
        host: &Host,
        windows: OldWindows,
        providers: Option<&str>,
    ) -> Self {
        let bundle = collect_legacy::bundle(host, windows, providers);
        Self { name, title, bundles: vec![(name.to_owned(), bundle)], expected: None, latent: None }
    }

    /// A story in which nothing can be found.
    fn without_finding(name: &'static str, title: &'static str, hosts: &[Host]) -> Self {
        let bundles = hosts.iter().map(|host| (file_stem(name, host.role), collect::bundle(host))).collect();
        Self { name, title, bundles, expected: None, latent: None }
    }
}

/// The web server's bundle has the name of the story; the others say what they are.
fn file_stem(name: &str, role: Role) -> String {
    match role {
        Role::WebServer => name.to_owned(),
        Role::DomainController => format!("{name}-dc"),
        Role::Client => format!("{name}-client"),
        Role::BackEnd => format!("{name}-back"),
    }
}

/// Every story, in the order of the table above.
pub fn all() -> Vec<Scenario> {
    STORIES.iter().map(|story| story()).collect()
}

const STORIES: &[fn() -> Scenario] = &[
    healthy_with_noise::scenario,
    kernelmode_spn_on_pool_account::scenario,
    setspn_denied::scenario,
    spn_duplicate::scenario,
    spn_alias_cname::scenario,
    alias_a_record::scenario,
    providers_negotiate_missing::scenario,
    providers_order_ntlm_first::scenario,
    providers_empty_after_clear::scenario,
    windows_auth_disabled::scenario,
    spn_missing::scenario,
    local_account_pool::scenario,
    spn_on_wrong_account::scenario,
    http_spn_shadows_host::scenario,
    host_spn_missing::scenario,
    pool_identity_cannot_start::scenario,
    krb_ap_err_modified_key_mismatch::scenario,
    account_spn_but_account_missing::scenario,
    service_account_locked_or_disabled::scenario,
    clock_skew::scenario,
    iis6_healthy::scenario,
    iis6_spn_on_machine::scenario,
    iis5_ntlm_only::scenario,
    web_config_locked::scenario,
    token_too_large_http400::scenario,
    secure_channel_broken::scenario,
    loopback_check::scenario,
    etype_no_common::scenario,
    nov2022_explicit_etype_rc4_only::scenario,
    rc4_deprecation_2026::scenario,
    delegation_on_wrong_object::scenario,
    protocol_transition_flag_missing::scenario,
    user_not_delegable::scenario,
    chromium_delegate_allowlist::scenario,
    chromium_authserver_allowlist::scenario,
    ie6_w2k_negotiate_off::scenario,
    ntlm_blocked::scenario,
    machine_password_policy_disabled::scenario,
    domain_rename_or_fqdn_mismatch::scenario,
    maxtokensize_exceeded::scenario,
    credential_manager_override::scenario,
    url_is_ip_or_unresolvable::scenario,
    selective_authentication::scenario,
    logon_right_or_workstation_restriction::scenario,
    user_account_problem::scenario,
    kcd_target_spn_missing::scenario,
    krbtgt_no_aes::scenario,
    pac_and_patch_mismatch::scenario,
    extended_protection_mismatch::scenario,
    spn_short_or_fqdn_only::scenario,
    port_in_spn_mismatch::scenario,
    spn_malformed::scenario,
    app_pool_identities_conflict_on_host::scenario,
    http_spn_collides_with_winrm::scenario,
    ntfs_or_url_authorization::scenario,
    anonymous_enabled_no_challenge::scenario,
    credential_guard_blocks_unconstrained::scenario,
    providers_overridden_at_child::scenario,
    auth_persistence_single_request::scenario,
    negotiate_kerberos_only_clients_fail::scenario,
    workgroup_server::scenario,
    spn_registration_events::scenario,
    audit_not_enabled::scenario,
    rbcd_both_modes::scenario,
    aspnet_impersonation_or_module_mismatch::scenario,
    basic_front_kerberos_back::scenario,
    unconstrained_delegation_not_trusted::scenario,
    cross_forest_name_or_external_trust::scenario,
    client_not_domain_or_offline::scenario,
    url_zone_internet::scenario,
    firefox_trusted_uris::scenario,
    proxy_breaks_nego::scenario,
    nlb_windows2000_unsupported::scenario,
    client_stale_ticket::scenario,
    max_request_bytes_iis45::scenario,
    iis5_30day_401::scenario,
    gmsa_not_usable::scenario,
    tgt_delegation_blocked_across_trust::scenario,
    providers_value_malformed::scenario,
    farm_nodes_inconsistent::scenario,
    iis5_user_unknown::scenario,
    two_ports_two_accounts::scenario,
    url_too_long_http400::scenario,
    udp_fragmentation_vpn::scenario,
    cluster_name_kerberos_off::scenario,
    iis5_host_header::scenario,
];

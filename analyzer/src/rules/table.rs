//! The table of all rules, in the order of the report: by the stage of signing in.

use crate::rules::account_spn_but_account_missing::AccountSpnButAccountMissing;
use crate::rules::anonymous_enabled_no_challenge::AnonymousEnabledNoChallenge;
use crate::rules::app_pool_identities_conflict_on_host::AppPoolIdentitiesConflictOnHost;
use crate::rules::aspnet_impersonation_or_module_mismatch::AspnetImpersonationOrModuleMismatch;
use crate::rules::audit_not_enabled::AuditNotEnabled;
use crate::rules::auth_persistence_single_request::AuthPersistenceSingleRequest;
use crate::rules::basic_front_kerberos_back::BasicFrontKerberosBack;
use crate::rules::chromium_authserver_allowlist::ChromiumAuthserverAllowlist;
use crate::rules::chromium_delegate_allowlist::ChromiumDelegateAllowlist;
use crate::rules::client_not_domain_or_offline::ClientNotDomainOrOffline;
use crate::rules::client_stale_ticket::ClientStaleTicket;
use crate::rules::clock_skew::ClockSkew;
use crate::rules::cluster_name_kerberos_off::ClusterNameKerberosOff;
use crate::rules::credential_guard_blocks_unconstrained::CredentialGuardBlocksUnconstrained;
use crate::rules::credential_manager_override::CredentialManagerOverride;
use crate::rules::cross_forest_name_or_external_trust::CrossForestNameOrExternalTrust;
use crate::rules::delegation_on_wrong_object::DelegationOnWrongObject;
use crate::rules::domain_rename_or_fqdn_mismatch::DomainRenameOrFqdnMismatch;
use crate::rules::etype_no_common::EtypeNoCommon;
use crate::rules::extended_protection_mismatch::ExtendedProtectionMismatch;
use crate::rules::farm_nodes_inconsistent::FarmNodesInconsistent;
use crate::rules::firefox_trusted_uris::FirefoxTrustedUris;
use crate::rules::gmsa_not_usable::GmsaNotUsable;
use crate::rules::host_spn_missing::HostSpnMissing;
use crate::rules::http_spn_collides_with_winrm::HttpSpnCollidesWithWinrm;
use crate::rules::http_spn_shadows_host::HttpSpnShadowsHost;
use crate::rules::ie6_w2k_negotiate_off::Ie6W2kNegotiateOff;
use crate::rules::iis5_30day_401::Iis530day401;
use crate::rules::kcd_target_spn_missing::KcdTargetSpnMissing;
use crate::rules::kernelmode_spn_on_pool_account::KernelmodeSpnOnPoolAccount;
use crate::rules::krb_ap_err_modified_key_mismatch::KrbApErrModifiedKeyMismatch;
use crate::rules::krbtgt_no_aes::KrbtgtNoAes;
use crate::rules::local_account_pool::LocalAccountPool;
use crate::rules::logon_right_or_workstation_restriction::LogonRightOrWorkstationRestriction;
use crate::rules::loopback_check::LoopbackCheck;
use crate::rules::machine_password_policy_disabled::MachinePasswordPolicyDisabled;
use crate::rules::max_request_bytes_iis45::MaxRequestBytesIis45;
use crate::rules::maxtokensize_exceeded::MaxtokensizeExceeded;
use crate::rules::negotiate_kerberos_only_clients_fail::NegotiateKerberosOnlyClientsFail;
use crate::rules::nlb_windows2000_unsupported::NlbWindows2000Unsupported;
use crate::rules::nov2022_explicit_etype_rc4_only::Nov2022ExplicitEtypeRc4Only;
use crate::rules::ntfs_or_url_authorization::NtfsOrUrlAuthorization;
use crate::rules::ntlm_blocked_or_audited::NtlmBlockedOrAudited;
use crate::rules::pac_and_patch_mismatch::PacAndPatchMismatch;
use crate::rules::pool_account_spn_on_machine::PoolAccountSpnOnMachine;
use crate::rules::pool_identity_cannot_start::PoolIdentityCannotStart;
use crate::rules::port_in_spn_mismatch::PortInSpnMismatch;
use crate::rules::protocol_transition_flag_missing::ProtocolTransitionFlagMissing;
use crate::rules::providers_empty_after_clear::ProvidersEmptyAfterClear;
use crate::rules::providers_negotiate_missing::ProvidersNegotiateMissing;
use crate::rules::providers_order_ntlm_first::ProvidersOrderNtlmFirst;
use crate::rules::providers_overridden_at_child::ProvidersOverriddenAtChild;
use crate::rules::providers_upgrade_from_iis4::ProvidersUpgradeFromIis4;
use crate::rules::providers_value_malformed::ProvidersValueMalformed;
use crate::rules::proxy_breaks_nego::ProxyBreaksNego;
use crate::rules::rbcd_both_modes::RbcdBothModes;
use crate::rules::rc4_deprecation_2026::Rc4Deprecation2026;
use crate::rules::rule::Rule;
use crate::rules::secure_channel_broken::SecureChannelBroken;
use crate::rules::selective_authentication::SelectiveAuthentication;
use crate::rules::service_account_locked_or_disabled::ServiceAccountLockedOrDisabled;
use crate::rules::spn_alias_cname::SpnAliasCname;
use crate::rules::spn_duplicate::SpnDuplicate;
use crate::rules::spn_malformed::SpnMalformed;
use crate::rules::spn_missing::SpnMissing;
use crate::rules::spn_on_wrong_account::SpnOnWrongAccount;
use crate::rules::spn_registration_events::SpnRegistrationEvents;
use crate::rules::spn_short_or_fqdn_only::SpnShortOrFqdnOnly;
use crate::rules::tgt_delegation_blocked_across_trust::TgtDelegationBlockedAcrossTrust;
use crate::rules::token_too_large_http400::TokenTooLargeHttp400;
use crate::rules::udp_fragmentation_vpn::UdpFragmentationVpn;
use crate::rules::unconstrained_delegation_not_trusted::UnconstrainedDelegationNotTrusted;
use crate::rules::url_is_ip_or_unresolvable::UrlIsIpOrUnresolvable;
use crate::rules::url_zone_internet::UrlZoneInternet;
use crate::rules::user_account_problem::UserAccountProblem;
use crate::rules::user_not_delegable::UserNotDelegable;
use crate::rules::web_config_locked::WebConfigLocked;
use crate::rules::windows_auth_disabled::WindowsAuthDisabled;
use crate::rules::workgroup_server::WorkgroupServer;

/// Every rule.
pub const RULES: &[&dyn Rule] = &[
    &TokenTooLargeHttp400,
    &MaxRequestBytesIis45,
    &ServiceAccountLockedOrDisabled,
    &GmsaNotUsable,
    &PoolIdentityCannotStart,
    &ProxyBreaksNego,
    &WebConfigLocked,
    &WorkgroupServer,
    &WindowsAuthDisabled,
    &ProvidersValueMalformed,
    &ProvidersEmptyAfterClear,
    &ProvidersNegotiateMissing,
    &ProvidersOverriddenAtChild,
    &ProvidersUpgradeFromIis4,
    &ProvidersOrderNtlmFirst,
    &NegotiateKerberosOnlyClientsFail,
    &LoopbackCheck,
    &ChromiumAuthserverAllowlist,
    &FirefoxTrustedUris,
    &Ie6W2kNegotiateOff,
    &UrlZoneInternet,
    &UrlIsIpOrUnresolvable,
    &ClientNotDomainOrOffline,
    &ExtendedProtectionMismatch,
    &AnonymousEnabledNoChallenge,
    &AuthPersistenceSingleRequest,
    &DomainRenameOrFqdnMismatch,
    &HostSpnMissing,
    &SpnRegistrationEvents,
    &SpnShortOrFqdnOnly,
    &PortInSpnMismatch,
    &SpnMalformed,
    &SpnMissing,
    &ClusterNameKerberosOff,
    &SpnDuplicate,
    &AccountSpnButAccountMissing,
    &NtlmBlockedOrAudited,
    &LocalAccountPool,
    &NlbWindows2000Unsupported,
    &FarmNodesInconsistent,
    &AppPoolIdentitiesConflictOnHost,
    &KernelmodeSpnOnPoolAccount,
    &SpnAliasCname,
    &HttpSpnShadowsHost,
    &HttpSpnCollidesWithWinrm,
    &SpnOnWrongAccount,
    &PoolAccountSpnOnMachine,
    &SecureChannelBroken,
    &Iis530day401,
    &EtypeNoCommon,
    &Rc4Deprecation2026,
    &Nov2022ExplicitEtypeRc4Only,
    &KrbApErrModifiedKeyMismatch,
    &ClientStaleTicket,
    &MachinePasswordPolicyDisabled,
    &KrbtgtNoAes,
    &PacAndPatchMismatch,
    &ClockSkew,
    &UdpFragmentationVpn,
    &SelectiveAuthentication,
    &CrossForestNameOrExternalTrust,
    &LogonRightOrWorkstationRestriction,
    &UserAccountProblem,
    &MaxtokensizeExceeded,
    &CredentialManagerOverride,
    &NtfsOrUrlAuthorization,
    &AuditNotEnabled,
    &DelegationOnWrongObject,
    &UnconstrainedDelegationNotTrusted,
    &ProtocolTransitionFlagMissing,
    &KcdTargetSpnMissing,
    &UserNotDelegable,
    &RbcdBothModes,
    &CredentialGuardBlocksUnconstrained,
    &TgtDelegationBlockedAcrossTrust,
    &ChromiumDelegateAllowlist,
    &AspnetImpersonationOrModuleMismatch,
    &BasicFrontKerberosBack,
];

/// The rule of this name.
pub fn find(name: &str) -> Option<&'static dyn Rule> {
    RULES.iter().find(|rule| rule.info().name == name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.info().name).collect();
        assert!(
            names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')),
            "{names:?}"
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn the_order_is_that_of_signing_in() {
        assert!(RULES.is_sorted_by_key(|rule| rule.info().layer));
    }

    #[test]
    fn a_rule_explains_only_rules_that_exist() {
        for rule in RULES {
            for name in rule.info().explains {
                assert!(find(name).is_some(), "{} explains {name}", rule.info().name);
            }
        }
    }

    #[test]
    fn no_rule_explains_itself_by_way_of_others() {
        for rule in RULES {
            let mut explained: Vec<&str> = rule.info().explains.to_vec();
            let mut at = 0;
            while let Some(name) = explained.get(at).copied() {
                assert_ne!(name, rule.info().name);
                let more = find(name).map_or(&[][..], |rule| rule.info().explains);
                explained.extend(more.iter().filter(|more| !explained.contains(more)).copied().collect::<Vec<_>>());
                at += 1;
            }
        }
    }
}

//! Why a KDC gives no ticket for an account, though it holds the SPN and nobody else does.

use jiff::Timestamp;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::Cause;
use crate::facts::account_control::{AccountControl, EncryptionTypes};
use crate::facts::account_state::AccountState;
use crate::facts::case_facts::{Facts, HostFacts};
use crate::facts::host::Role;

/// Where a policy says which encryption types a computer may use.
pub const POLICY: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Kerberos\Parameters";
/// The value there.
pub const POLICY_TYPES: &str = "SupportedEncryptionTypes";

/// Where a domain controller keeps what its KDC does.
const KDC: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Kdc";

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What it comes from.
    pub cause: Cause,
    /// What is the matter with the account: `is disabled`.
    pub words: String,
    /// The lines that say so.
    pub at: Vec<Evidence>,
}

/// What keeps clients of a host from getting a ticket for an account; none where nothing does, or nobody knows.
pub fn refusal(state: &AccountState, host: &HostFacts) -> Option<Refusal> {
    unusable(state, host.identity.collected_at).or_else(|| no_common_type(state, host))
}

/// The account is disabled, or its time is over.
pub fn unusable(state: &AccountState, now: Option<Timestamp>) -> Option<Refusal> {
    let disabled = state.control.as_ref().filter(|control| control.value.has(AccountControl::DISABLED));
    if let Some(disabled) = disabled {
        let words = "is disabled".to_owned();
        return Some(Refusal { cause: Cause::HolderUnusable, words, at: vec![disabled.at] });
    }
    let expires = state.expires.as_ref()?;
    let end = expires.value.filter(|end| now.is_some_and(|now| *end <= now))?;
    let words = format!("expired at {}", end.strftime("%Y-%m-%d %H:%M UTC"));
    Some(Refusal { cause: Cause::HolderUnusable, words, at: vec![expires.at] })
}

/// The account is said to be capable of types only that the host does not take: of DES alone, which Windows has switched
/// off since Windows 7 and Server 2008 R2, or of none that a policy of the host allows.
fn no_common_type(state: &AccountState, host: &HostFacts) -> Option<Refusal> {
    let flag = state.control.as_ref().filter(|control| control.value.has(AccountControl::DES_ONLY));
    let stated = state.encryption.as_ref().and_then(|set| Some((set.value?, set.at)));
    let stated = stated.filter(|(types, _)| types.names_any());
    // The flag overrides what else is said.
    let (types, at) = flag.map(|flag| (EncryptionTypes::DES, flag.at)).or(stated)?;
    if let Some((allowed, policy_at)) = policy(host) {
        let words = format!("has keys for {types} alone, while {} allows {allowed}", host.identity.name.as_str());
        let refusal = Refusal { cause: Cause::NoCommonEncryption, words, at: vec![at, policy_at] };
        return (!allowed.has_any(types)).then_some(refusal);
    }
    let only_des = !types.has_any(EncryptionTypes::RC4) && !types.has_aes();
    let words = "has keys for DES alone".to_owned();
    (only_des && takes_no_des(host)).then(|| Refusal { cause: Cause::NoCommonEncryption, words, at: vec![at] })
}

/// What would settle whether the host can read a ticket. An account that is limited to DES needs a system that is old
/// enough. Where the host takes no RC4 and the account states no types, the default of the domain controller decides,
/// which was RC4 until updates of 2026 made it AES.
pub fn undecided(state: &AccountState, host: &HostFacts, facts: &Facts) -> Option<NotKnown> {
    if is_des_alone(state) && policy(host).is_none() && host.identity.os_version.is_none() {
        return Some(NotKnown::naming("systeminfo on", host.identity.name.as_str()));
    }
    let (allowed, _) = policy(host)?;
    let stated = state.encryption.as_ref().and_then(|set| set.value).is_some_and(EncryptionTypes::names_any);
    if stated || allowed.has_any(EncryptionTypes::RC4) || default_is_aes(facts) {
        return None;
    }
    Some(NotKnown::until(
        r"DefaultDomainSupportedEncTypes of the domain controllers (HKLM\SYSTEM\CurrentControlSet\Services\Kdc)",
    ))
}

/// Whether the account is limited to DES.
fn is_des_alone(state: &AccountState) -> bool {
    let stated = state.encryption.as_ref().and_then(|set| set.value);
    state.control.as_ref().is_some_and(|control| control.value.has(AccountControl::DES_ONLY))
        || stated.is_some_and(|types| types.names_any() && !types.has_any(EncryptionTypes::RC4) && !types.has_aes())
}

/// Whether a domain controller of the case is said to make tickets with AES where an account states nothing.
fn default_is_aes(facts: &Facts) -> bool {
    let number = |host: &HostFacts, name| {
        let set = host.settings.value(KDC, name);
        set.seen().ok().and_then(|set| u32::try_from(set.number()?).ok())
    };
    let controllers = facts.hosts.values().filter(|host| host.role == Role::DomainController);
    let mut defaults = controllers.map(|host| number(host, "DefaultDomainSupportedEncTypes").map(EncryptionTypes));
    defaults.any(|types| types.is_some_and(EncryptionTypes::has_aes))
}

/// The types that a policy of the host allows, where there is one.
fn policy(host: &HostFacts) -> Option<(EncryptionTypes, Evidence)> {
    let set = host.settings.value(POLICY, POLICY_TYPES);
    let set = set.seen().ok()?;
    let types = EncryptionTypes(u32::try_from(set.number()?).ok()?);
    types.names_any().then_some((types, set.at))
}

/// Whether DES is off where no policy says otherwise. Of a system of unknown age nothing is said.
fn takes_no_des(host: &HostFacts) -> bool {
    let mut parts = host.identity.os_version.as_deref().unwrap_or_default().split('.').map(|part| part.parse().ok());
    matches!((parts.next().flatten(), parts.next().flatten()), (Some(6), Some(1..)) | (Some(7_u32..), Some(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry;
    use crate::evidence::place::{ArtifactId, Cited};
    use crate::facts::account_state::Set;
    use crate::facts::host::HostName;
    use crate::facts::settings::Extent;
    use crate::formats::text::Text;

    fn host(version: Option<&str>) -> HostFacts {
        let mut host = HostFacts::named(HostName::new("WEB01"));
        host.identity.os_version = version.map(str::to_owned);
        host.identity.collected_at = "2026-03-02T08:15:00Z".parse().ok();
        host
    }

    fn at() -> Evidence {
        ArtifactId(0).line(1)
    }

    fn state(control: u32) -> AccountState {
        let control = Some(Cited::new(AccountControl(control), at()));
        AccountState { control, ..AccountState::unknown(ArtifactId(0).whole()) }
    }

    fn words(state: &AccountState, host: &HostFacts) -> Option<String> {
        refusal(state, host).map(|refusal| refusal.words)
    }

    const SERVER_2022: Option<&str> = Some("10.0.20348 N/A Build 20348");

    #[test]
    fn a_disabled_account_gets_no_tickets() {
        assert_eq!(words(&state(0x202), &host(SERVER_2022)).as_deref(), Some("is disabled"));
        assert_eq!(words(&state(0x200), &host(SERVER_2022)), None);
        assert_eq!(words(&AccountState::unknown(at()), &host(SERVER_2022)), None);
    }

    #[test]
    fn an_account_ends_at_its_time_and_not_before() {
        let expires = |time: &str| AccountState {
            expires: Some(Set { value: time.parse().ok(), at: at() }),
            ..AccountState::unknown(at())
        };
        let host = host(SERVER_2022);
        let ended = expires("2026-03-02T08:15:00Z");
        assert_eq!(words(&ended, &host).as_deref(), Some("expired at 2026-03-02 08:15 UTC"));
        assert_eq!(words(&expires("2026-03-02T08:15:01Z"), &host), None);
        assert_eq!(words(&expires("never"), &host), None);
        let mut timeless = host.clone();
        timeless.identity.collected_at = None;
        assert_eq!(words(&ended, &timeless), None);
    }

    #[test]
    fn des_alone_is_refused_since_windows_7() {
        let types = |types| AccountState {
            encryption: Some(Set { value: Some(EncryptionTypes(types)), at: at() }),
            ..AccountState::unknown(at())
        };
        for version in ["6.1.7601", "6.3.9600", "10.0.20348"] {
            assert!(words(&types(0x3), &host(Some(version))).is_some(), "{version}");
            assert!(words(&state(0x20_0200), &host(Some(version))).is_some(), "{version}");
        }
        for version in [Some("5.2.3790"), Some("6.0.6003"), None] {
            assert_eq!(words(&types(0x3), &host(version)), None, "{version:?}");
        }
        for other in [0, 0x4, 0x7, 0x18, 0x1b, 0x8_0000] {
            assert_eq!(words(&types(other), &host(SERVER_2022)), None, "{other:#x}");
        }
    }

    fn with_policy(types: u32) -> HostFacts {
        let mut host = host(SERVER_2022);
        let key = POLICY.replace("HKLM", "HKEY_LOCAL_MACHINE");
        let text = format!("Windows Registry Editor Version 5.00\n\n[{key}]\n\"{POLICY_TYPES}\"=dword:{types:08x}\n");
        host.settings.take(&registry::parse(ArtifactId(1), &Text::from(text.as_str())).value, Extent::Whole);
        host
    }

    #[test]
    fn a_policy_may_bring_des_back_or_take_rc4_away() {
        let rc4 = AccountState {
            encryption: Some(Set { value: Some(EncryptionTypes(0x4)), at: at() }),
            ..AccountState::unknown(at())
        };
        assert_eq!(words(&state(0x20_0200), &with_policy(0x1f)), None);
        let refused = refusal(&rc4, &with_policy(0x7fff_fff8)).expect("no common type");
        assert_eq!(
            refused.words,
            "has keys for RC4 alone, while WEB01 allows AES128, AES256, AES128-SHA256, AES256-SHA384"
        );
        assert_eq!(refused.at, [at(), ArtifactId(1).line(4)]);
        for policy in [0x4, 0x1f, 0, 0x8000_0000] {
            assert_eq!(words(&rc4, &with_policy(policy)), None, "{policy:#x}");
        }
    }

    #[test]
    fn des_alone_on_a_system_of_unknown_age_is_undecided() {
        let types = AccountState {
            encryption: Some(Set { value: Some(EncryptionTypes(0x3)), at: at() }),
            ..AccountState::unknown(at())
        };
        for limited in [state(0x20_0200), types] {
            assert!(undecided(&limited, &host(None), &Facts::default()).is_some());
            assert!(undecided(&limited, &host(SERVER_2022), &Facts::default()).is_none());
        }
    }

    #[test]
    fn without_stated_types_the_default_of_the_domain_controller_decides_where_rc4_is_off() {
        let stated =
            |types| AccountState { encryption: Some(Set { value: types, at: at() }), ..AccountState::unknown(at()) };
        let nobody = Facts::default();
        let open = |state: &AccountState, policy| undecided(state, &with_policy(policy), &nobody).is_some();
        for silent in [stated(None), stated(Some(EncryptionTypes(0))), AccountState::unknown(at())] {
            assert!(open(&silent, 0x18) && open(&silent, 0x7fff_fff8));
            assert!(!open(&silent, 0x1c) && !open(&silent, 0) && undecided(&silent, &host(None), &nobody).is_none());
        }
        assert!(!open(&stated(Some(EncryptionTypes(0x18))), 0x18));
        let default = |types: u32| {
            let text = format!(
                "Windows Registry Editor Version 5.00\n\n[{}]\n\"DefaultDomainSupportedEncTypes\"=dword:{types:08x}\n",
                KDC.replace("HKLM", "HKEY_LOCAL_MACHINE")
            );
            let mut controller = HostFacts::named(HostName::new("DC01"));
            controller.role = Role::DomainController;
            controller.settings.take(&registry::parse(ArtifactId(2), &Text::from(text.as_str())).value, Extent::Whole);
            let mut facts = Facts::default();
            facts.hosts.insert(HostName::new("DC01"), controller);
            facts
        };
        assert!(undecided(&stated(None), &with_policy(0x18), &default(0x27)).is_some());
        assert!(undecided(&stated(None), &with_policy(0x18), &default(0x18)).is_none());
    }
}

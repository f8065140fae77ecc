//! A change that somebody could make to IIS or to Active Directory, made to the facts alone, to see what would follow.

use std::fmt;

use crate::artifacts::iis_sections::ExtendedProtection;
use crate::evidence::place::{Cited, Evidence};
use crate::facts::account::{AccountName, Dn};
use crate::facts::account_control::{AccountControl, EncryptionTypes};
use crate::facts::account_state::{AccountState, Set};
use crate::facts::case_facts::Facts;
use crate::facts::iis::{Iis, PathFacts, PoolIdentity};
use crate::facts::ldap_question::Reach;
use crate::facts::sign_in::{AuthProvider, Origin, Setting, SignIn};
use crate::facts::spn::Spn;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `setspn -S`: an account gets an SPN, unless another account holds it.
    Register(Spn, AccountName),
    /// `setspn -D`: an account loses an SPN.
    Delete(Spn, AccountName),
    /// Something in the section `windowsAuthentication` of a site, or of a path in it: `Site/app`. None for all sites.
    SignIn(Option<String>, SignInChange),
    /// The account of an application pool.
    PoolIdentity(String, PoolIdentity),
    /// Something about an account of the domain.
    Account(AccountName, AccountChange),
}

/// A change of what an account is, or may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountChange {
    /// Flags of `userAccountControl` on or off: trust for delegation, with a list or without, and the like.
    Control(AccountControl, bool),
    /// Services are added to those that it may delegate users to.
    DelegateTo(Vec<String>),
    /// Services are taken from that list.
    DelegateNoMore(Vec<String>),
    /// The encryption types that it is said to be capable of.
    Types(EncryptionTypes),
}

/// A change of the section `windowsAuthentication`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInChange {
    /// Windows authentication on or off.
    Windows(bool),
    /// Kernel mode on or off.
    KernelMode(bool),
    /// `useAppPoolCredentials` on or off.
    PoolCredentials(bool),
    /// Every request signs in anew, or not.
    SingleRequest(bool),
    /// A provider is added at the end of the list.
    AddProvider(AuthProvider),
    /// A provider is taken out of the list.
    RemoveProvider(AuthProvider),
    /// The whole list.
    Providers(Vec<AuthProvider>),
    /// `tokenChecking` of Extended Protection: `None`, `Allow` or `Require`.
    TokenChecking(String),
}

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotChange {
    /// `setspn -S` refuses an SPN that another account holds.
    Held(Spn, String),
    /// The account is not known to hold the SPN.
    NotHeld(Spn, AccountName),
    /// No site or path of the case is called so.
    NoSuchSite(String),
    /// No application pool of the case is called so.
    NoSuchPool(String),
    /// There is no configuration of IIS in the case.
    NoIis,
    /// The directory said nothing about this account.
    NoSuchAccount(AccountName),
}

impl fmt::Display for CannotChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(spn, holder) => write!(f, "setspn -S would refuse: {spn} is held by {holder}"),
            Self::NotHeld(spn, account) => write!(f, "{account} is not known to hold {spn}"),
            Self::NoSuchSite(name) => write!(f, "no site or path in the case is called {name:?}"),
            Self::NoSuchPool(name) => write!(f, "no application pool in the case is called {name:?}"),
            Self::NoSuchAccount(name) => write!(f, "no entry of the directory in the case is about {name}"),
            Self::NoIis => f.write_str("there is no configuration of IIS in the case"),
        }
    }
}

impl Change {
    /// Makes the change. What is new has no line of its own: it points at the line that it would change.
    ///
    /// # Errors
    ///
    /// The tool would refuse, or there is nothing to change. Then nothing is changed.
    pub fn apply(&self, facts: &mut Facts) -> Result<(), CannotChange> {
        match self {
            Self::Register(spn, account) => register(facts, spn, account),
            Self::Delete(spn, account) => delete(facts, spn, account),
            Self::SignIn(place, change) => sign_in(facts, place.as_deref(), change),
            Self::PoolIdentity(pool, identity) => pool_identity(facts, pool, identity),
            Self::Account(name, change) => account(facts, name, change),
        }
    }
}

fn register(facts: &mut Facts, spn: &Spn, account: &AccountName) -> Result<(), CannotChange> {
    let holders = facts.directory.holders(spn);
    if let Some(holder) = holders.seen().into_iter().flatten().next() {
        if facts.directory.is(account, &holder.dn) == Some(true) {
            return Ok(());
        }
        return Err(CannotChange::Held(spn.clone(), facts.directory.name_of(&holder.dn).to_string()));
    }
    let names = &facts.directory.names;
    let known = names.candidates(account).into_iter().find(|dn| names.is(account, dn) == Some(true)).cloned();
    let listed_at = facts.directory.spns_of(account).seen().map(|listed| listed.at).ok();
    let at = facts.directory.search_for(spn).or(listed_at).or_else(|| configuration(facts));
    let at = at.ok_or(CannotChange::NoIis)?;
    let dn = known.unwrap_or_else(|| unseen(account));
    let domain = Some(dn.domain()).filter(|domain| !domain.is_empty());
    facts.directory.ask(account, dn.clone());
    facts.directory.hold(spn.clone(), dn, at);
    // `setspn -S` searches before it writes, so whoever ran it knows that nobody else in the domain holds the SPN.
    facts.directory.search(spn.clone(), Reach::Domain(domain), at);
    Ok(())
}

/// A distinguished name for an account that no artifact shows.
fn unseen(account: &AccountName) -> Dn {
    let name = format!("CN={}", account.name().trim_end_matches('$'));
    let domain = account.domain().unwrap_or_default().split('.').filter(|label| !label.is_empty());
    Dn::new(domain.fold(name, |dn, label| format!("{dn},DC={label}")))
}

fn configuration(facts: &Facts) -> Option<Evidence> {
    facts.hosts.values().find_map(|host| Some(host.iis.as_ref()?.seen().ok()?.config.whole()))
}

fn delete(facts: &mut Facts, spn: &Spn, account: &AccountName) -> Result<(), CannotChange> {
    let holders = facts.directory.holders(spn);
    let held = holders.seen().into_iter().flatten().find(|held| facts.directory.is(account, &held.dn) == Some(true));
    let Some(held) = held.map(|held| held.dn.clone()) else {
        return Err(CannotChange::NotHeld(spn.clone(), account.clone()));
    };
    facts.directory.release(spn, &held);
    Ok(())
}

fn sign_in(facts: &mut Facts, place: Option<&str>, change: &SignInChange) -> Result<(), CannotChange> {
    let mut found = false;
    let named = |site: &str, path: &PathFacts| {
        place.is_none_or(|place| {
            let own = format!("{site}{}", path.path.trim_end_matches('/'));
            // A setting of a site holds for its paths, unless they have one of their own.
            own.eq_ignore_ascii_case(place) || (site.eq_ignore_ascii_case(place) && !path.sign_in.stated_for_path)
        })
    };
    for site in iis_of(facts).flat_map(|iis| &mut iis.sites) {
        let name = site.name.clone();
        for path in site.paths.iter_mut().filter(|path| named(&name, path)) {
            found = true;
            change.apply(&mut path.sign_in);
        }
    }
    match place {
        _ if found => Ok(()),
        Some(place) => Err(CannotChange::NoSuchSite(place.to_owned())),
        None => Err(CannotChange::NoIis),
    }
}

fn iis_of(facts: &mut Facts) -> impl Iterator<Item = &mut Iis> {
    facts.hosts.values_mut().filter_map(|host| host.iis.as_mut()?.seen_mut())
}

impl SignInChange {
    fn apply(&self, sign_in: &mut SignIn) {
        let stated = |value, before: Setting<bool>| Setting { value, at: before.at, origin: Origin::Stated };
        match self {
            Self::Windows(on) => sign_in.windows = stated(*on, sign_in.windows),
            Self::KernelMode(on) => sign_in.kernel_mode = stated(*on, sign_in.kernel_mode),
            Self::PoolCredentials(on) => sign_in.pool_credentials = stated(*on, sign_in.pool_credentials),
            Self::SingleRequest(on) => sign_in.single_request = stated(*on, sign_in.single_request),
            Self::AddProvider(name) => {
                sign_in.providers.retain(|provider| provider.value != *name);
                sign_in.providers.push(Cited { value: name.clone(), at: sign_in.providers_at });
            }
            Self::RemoveProvider(name) => sign_in.providers.retain(|provider| provider.value != *name),
            Self::Providers(names) => {
                let at = sign_in.providers_at;
                sign_in.providers = names.iter().map(|name| Cited { value: name.clone(), at }).collect();
            }
            Self::TokenChecking(checking) => {
                let at = sign_in.windows.at;
                let none = ExtendedProtection { at, token_checking: None, flags: None, spns: Vec::new() };
                sign_in.protection.get_or_insert(none).token_checking = Some(checking.clone());
            }
        }
    }
}

fn pool_identity(facts: &mut Facts, pool: &str, identity: &PoolIdentity) -> Result<(), CannotChange> {
    let mut found = false;
    let paths = iis_of(facts).flat_map(|iis| &mut iis.sites).flat_map(|site| &mut site.paths);
    for path in paths.filter(|path| path.pool.name.eq_ignore_ascii_case(pool)) {
        found = true;
        path.pool.identity = identity.clone();
    }
    if found { Ok(()) } else { Err(CannotChange::NoSuchPool(pool.to_owned())) }
}

fn account(facts: &mut Facts, name: &AccountName, change: &AccountChange) -> Result<(), CannotChange> {
    let missing = || CannotChange::NoSuchAccount(name.clone());
    let dn = facts.directory.account(name).cloned().ok_or_else(missing)?;
    let state = facts.directory.state_mut(&dn).ok_or_else(missing)?;
    change.apply(state);
    Ok(())
}

impl AccountChange {
    fn apply(&self, state: &mut AccountState) {
        let at = state.at;
        match self {
            Self::Control(flags, on) => {
                let before = state.control.as_ref().map_or(0, |control| control.value.0);
                let after = if *on { before | flags.0 } else { before & !flags.0 };
                let at = state.control.as_ref().map_or(at, |control| control.at);
                state.control = Some(Cited::new(AccountControl(after), at));
            }
            Self::DelegateTo(services) => {
                let mut all = targets(state);
                all.extend(services.iter().map(|service| Cited::new(service.clone(), at)));
                state.delegates_to = Some(Set { value: Some(all), at });
            }
            Self::DelegateNoMore(services) => {
                let is_taken = |held: &str| services.iter().any(|service| service.eq_ignore_ascii_case(held));
                let left: Vec<_> = targets(state).into_iter().filter(|held| !is_taken(&held.value)).collect();
                state.delegates_to = Some(Set { value: Some(left).filter(|left| !left.is_empty()), at });
            }
            Self::Types(types) => state.encryption = Some(Set { value: Some(*types), at }),
        }
    }
}

fn targets(state: &AccountState) -> Vec<Cited<String>> {
    state.delegates_to.as_ref().and_then(|set| set.value.clone()).unwrap_or_default()
}

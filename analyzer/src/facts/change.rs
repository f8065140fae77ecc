//! A change that somebody could make to IIS or to Active Directory, made to the facts alone, to see what would follow.

use std::fmt;

use crate::artifacts::iis_sections::ExtendedProtection;
use crate::evidence::place::{Cited, Evidence};
use crate::facts::account::{AccountName, Dn};
use crate::facts::account_control::{AccountControl, EncryptionTypes};
use crate::facts::account_state::{AccountState, Set};
use crate::facts::case_facts::Facts;
use crate::facts::iis::{Iis, PathFacts, PoolIdentity, SiteFacts};
use crate::facts::ldap_question::Reach;
use crate::facts::metabase::WEB_SERVICE;
use crate::facts::sign_in::{AuthProvider, Origin, Setting, SignIn};
use crate::facts::spn::Spn;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `setspn -S`: an account gets an SPN, unless another account holds it.
    Register(Spn, AccountName),
    /// `setspn -D`: an account loses an SPN.
    Delete(Spn, AccountName),
    /// How users sign in to a site, or to a path in it: `Site/app`, or `w3svc/1/root/app` in a metabase. None for all sites.
    SignIn(Option<String>, SignInChange),
    /// A path loses what it states of its own, and has what holds above it.
    Inherit(String, Inherited),
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

/// What a path takes from above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inherited {
    /// The list of providers.
    Providers,
    /// The whole section `windowsAuthentication`.
    Section,
}

/// A change of how users sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInChange {
    /// Windows authentication on or off.
    Windows(bool),
    /// Anonymous authentication on or off.
    Anonymous(bool),
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
    /// Nothing in the case says what holds above this path.
    NothingAbove(String),
}

impl fmt::Display for CannotChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(spn, holder) => write!(f, "setspn -S would refuse: {spn} is held by {holder}"),
            Self::NotHeld(spn, account) => write!(f, "{account} is not known to hold {spn}"),
            Self::NoSuchSite(name) => write!(f, "no site or path in the case is called {name:?}"),
            Self::NoSuchPool(name) => write!(f, "no application pool in the case is called {name:?}"),
            Self::NoSuchAccount(name) => write!(f, "no entry of the directory in the case is about {name}"),
            Self::NothingAbove(place) => write!(f, "nothing in the case says what holds above {place:?}"),
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
            Self::Inherit(place, what) => inherit(facts, place, *what),
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
    for iis in iis_of(facts) {
        let list = iis.service.as_ref().and_then(|service| Some(service.providers.as_ref()?.at));
        for site in &mut iis.sites {
            let names = SiteNames::of(site);
            // Where the service states no list either, the site stands for the default.
            let root = site.paths.first().map(|root| change.decided_at(&root.sign_in));
            let above = Above { list: list.unwrap_or(site.at), root };
            let concerns = |path: &PathFacts| {
                place.is_none_or(|place| names.is(path, place) || names.reaches(path, place, change, above))
            };
            for path in site.paths.iter_mut().filter(|path| concerns(path)) {
                found = true;
                change.apply(&mut path.sign_in);
            }
        }
    }
    match place {
        _ if found => Ok(()),
        Some(place) => Err(CannotChange::NoSuchSite(place.to_owned())),
        None => Err(CannotChange::NoIis),
    }
}

/// What a site is called: by its name, and by its key in the metabase where it has one.
struct SiteNames {
    name: String,
    node: Option<String>,
}

impl SiteNames {
    fn of(site: &SiteFacts) -> Self {
        Self { name: site.name.clone(), node: site.node.clone() }
    }

    /// Whether this place is this path.
    fn is(&self, path: &PathFacts, place: &str) -> bool {
        let below = path.path.trim_end_matches('/');
        let keyed = self.node.as_deref().map(|node| format!("{node}/root{below}"));
        format!("{}{below}", self.name).eq_ignore_ascii_case(place)
            || keyed.is_some_and(|key| key.eq_ignore_ascii_case(place))
    }

    /// Whether a setting of a place above this path holds for it: unless the path has one of its own.
    fn reaches(&self, path: &PathFacts, place: &str, change: &SignInChange, above: Above) -> bool {
        let is_it = |name: &str| name.eq_ignore_ascii_case(place);
        let decided_at = change.decided_at(&path.sign_in);
        match &self.node {
            None => is_it(&self.name) && !path.sign_in.stated_for_path,
            Some(_) if is_it(WEB_SERVICE) => match change {
                SignInChange::Providers(_) => decided_at == above.list,
                _ => !path.sign_in.stated_for_path,
            },
            Some(node) => (is_it(node) || is_it(&format!("{node}/root"))) && above.root == Some(decided_at),
        }
    }
}

/// Where what holds for a path may have been decided above it.
#[derive(Clone, Copy)]
struct Above {
    /// The list of providers of the web service.
    list: Evidence,
    /// The value of the root of the site.
    root: Option<Evidence>,
}

fn inherit(facts: &mut Facts, place: &str, what: Inherited) -> Result<(), CannotChange> {
    for iis in iis_of(facts) {
        let service = iis.service.clone();
        for site in &mut iis.sites {
            let names = SiteNames::of(site);
            let Some(at) = site.paths.iter().position(|path| names.is(path, place)) else { continue };
            let Some(own) = site.paths.get(at).map(|path| path.path.trim_end_matches('/').to_lowercase()) else {
                continue;
            };
            let is_above = |path: &&PathFacts| {
                let above = path.path.trim_end_matches('/').to_lowercase();
                own.strip_prefix(&above).is_some_and(|rest| rest.starts_with('/'))
            };
            let above = site.paths.iter().filter(is_above).max_by_key(|path| path.path.len());
            let above = above.map(|path| path.sign_in.clone());
            let Some(path) = site.paths.get_mut(at) else { continue };
            match (what, above, service) {
                (Inherited::Section, Some(above), _) => {
                    path.sign_in =
                        SignIn { anonymous: path.sign_in.anonymous, other_way: path.sign_in.other_way, ..above };
                }
                (Inherited::Providers, Some(above), _) => {
                    (path.sign_in.providers, path.sign_in.providers_at) = (above.providers, above.providers_at);
                }
                (Inherited::Providers, None, Some(service)) => {
                    let stated = service.providers.as_ref();
                    let list = stated.map_or("Negotiate,NTLM", |list| list.value.as_str());
                    let at = stated.map_or(path.sign_in.providers_at, |list| list.at);
                    let names = list.split(',').filter(|name| !name.trim().is_empty());
                    path.sign_in.providers = names.map(|name| Cited::new(AuthProvider::parse(name), at)).collect();
                    path.sign_in.providers_at = at;
                }
                (_, None, _) => return Err(CannotChange::NothingAbove(place.to_owned())),
            }
            return Ok(());
        }
    }
    Err(CannotChange::NoSuchSite(place.to_owned()))
}

fn iis_of(facts: &mut Facts) -> impl Iterator<Item = &mut Iis> {
    facts.hosts.values_mut().filter_map(|host| host.iis.as_mut()?.seen_mut())
}

impl SignInChange {
    /// Where what it changes was decided.
    const fn decided_at(&self, sign_in: &SignIn) -> Evidence {
        match self {
            Self::AddProvider(_) | Self::RemoveProvider(_) | Self::Providers(_) => sign_in.providers_at,
            Self::Anonymous(_) => sign_in.anonymous.at,
            Self::SingleRequest(_) => sign_in.single_request.at,
            Self::Windows(_) | Self::KernelMode(_) | Self::PoolCredentials(_) | Self::TokenChecking(_) => {
                sign_in.windows.at
            }
        }
    }

    fn apply(&self, sign_in: &mut SignIn) {
        let stated = |value, before: Setting<bool>| Setting { value, at: before.at, origin: Origin::Stated };
        match self {
            Self::Windows(on) => sign_in.windows = stated(*on, sign_in.windows),
            Self::Anonymous(on) => sign_in.anonymous = stated(*on, sign_in.anonymous),
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
                let none = ExtendedProtection { at, token_checking: None, flags: None };
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

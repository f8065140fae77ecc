//! Accounts in words: what each holds, may delegate, and how it stands.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::case::Case;
use crate::evidence::place::Evidence;
use crate::facts::account::{AccountName, Dn};
use crate::facts::account_control::AccountControl;
use crate::facts::account_state::{AccountClass, AccountState, Set};
use crate::facts::iis::PoolIdentity;
use crate::gui::theme::Tone;
use crate::report::escape::escape;

/// Accounts that are listed at most.
const ACCOUNTS: usize = 2_000;
/// SPNs of one account that are listed at most.
const SPNS: usize = 500;

/// An account.
#[derive(Clone, Debug)]
pub struct AccountContent {
    /// Its name.
    pub name: String,
    /// Its distinguished name; empty when no entry of the directory is in the case.
    pub dn: String,
    /// What kind of account it is.
    pub kind: &'static str,
    /// The SPNs that it holds.
    pub spns: Vec<SpnContent>,
    /// SPNs that are not listed because no person reads that many.
    pub left_out: usize,
    /// The pools that run as it: site or pool, and host.
    pub pools: Vec<String>,
    /// How it stands.
    pub state: Vec<StateLine>,
    /// What it is found by, in lower case.
    pub words: String,
}

/// An SPN of an account.
#[derive(Clone, Debug)]
pub struct SpnContent {
    /// The SPN.
    pub spn: String,
    /// Who else holds it.
    pub also_held_by: Vec<String>,
    /// The line that says so.
    pub at: Evidence,
}

/// One line about how an account stands.
#[derive(Clone, Debug)]
pub struct StateLine {
    /// What it is about.
    pub name: &'static str,
    /// What is known.
    pub value: String,
    /// Whether that is good.
    pub tone: Tone,
    /// Where that stands.
    pub at: Option<Evidence>,
}

impl AccountContent {
    /// Whether an SPN of it is held by somebody else too.
    pub fn has_duplicate(&self) -> bool {
        self.spns.iter().any(|spn| !spn.also_held_by.is_empty())
    }
}

/// Every account that the case knows: those that hold something, those whose state is known, those of pools.
pub fn accounts(case: &Case) -> Vec<AccountContent> {
    let directory = &case.facts.directory;
    let mut known: BTreeMap<&Dn, AccountContent> = BTreeMap::new();
    for (dn, state) in directory.states().take(ACCOUNTS) {
        let account = known.entry(dn).or_insert_with(|| blank(case, dn));
        account.kind = state.class.as_ref().map_or("account", |class| kind(class.value));
        account.state = state_lines(state);
    }
    let held: Vec<_> = directory.held().collect();
    for (spn, holders) in &held {
        for holder in holders {
            if known.len() >= ACCOUNTS && !known.contains_key(&holder.dn) {
                continue;
            }
            let account = known.entry(&holder.dn).or_insert_with(|| blank(case, &holder.dn));
            if account.spns.len() >= SPNS {
                account.left_out = account.left_out.saturating_add(1);
                continue;
            }
            let others = holders.iter().filter(|other| other.dn != holder.dn).take(5);
            account.spns.push(SpnContent {
                spn: escape(spn.as_str()),
                also_held_by: others.map(|other| escape(&directory.name_of(&other.dn).to_string())).collect(),
                at: holder.at,
            });
        }
    }
    let mut unknown: BTreeMap<AccountName, AccountContent> = BTreeMap::new();
    for (pool, account) in pools(case) {
        let entry = match directory.account(account).and_then(|dn| known.get_mut(dn)) {
            Some(entry) => entry,
            None => unknown.entry(account.clone()).or_insert_with(|| without_entry(account)),
        };
        if !entry.pools.contains(&pool) {
            entry.pools.push(pool);
        }
    }
    let mut all: Vec<_> = known.into_values().chain(unknown.into_values()).collect();
    // Those that matter to a site first, then those that hold something.
    all.sort_by_key(|account| {
        (account.pools.is_empty(), !account.has_duplicate(), account.spns.is_empty(), account.name.clone())
    });
    for account in &mut all {
        account.words = words(account);
    }
    all
}

fn blank(case: &Case, dn: &Dn) -> AccountContent {
    AccountContent { dn: escape(dn.as_str()), ..without_entry(&case.facts.directory.name_of(dn)) }
}

fn without_entry(name: &AccountName) -> AccountContent {
    AccountContent {
        name: escape(&name.to_string()),
        dn: String::new(),
        kind: "account",
        spns: Vec::new(),
        left_out: 0,
        pools: Vec::new(),
        state: Vec::new(),
        words: String::new(),
    }
}

fn words(account: &AccountContent) -> String {
    let spns = account.spns.iter().map(|spn| &spn.spn);
    let all = [&account.name, &account.dn].into_iter().chain(spns).chain(&account.pools);
    all.map(|word| word.to_lowercase()).collect::<Vec<_>>().join("\n")
}

/// The pools that run as a domain account.
fn pools(case: &Case) -> impl Iterator<Item = (String, &AccountName)> {
    let hosts = case.facts.hosts.values().filter_map(|host| Some((host, host.iis.as_ref()?.seen().ok()?)));
    hosts.flat_map(|(host, iis)| {
        let paths = iis.sites.iter().flat_map(|site| &site.paths);
        paths.filter_map(move |path| match &path.pool.identity {
            PoolIdentity::Account(account) => {
                Some((format!("{} on {}", escape(&path.pool.name), escape(host.identity.name.as_str())), account))
            }
            _ => None,
        })
    })
}

const fn kind(class: AccountClass) -> &'static str {
    match class {
        AccountClass::User => "user or service account",
        AccountClass::Computer => "computer",
        AccountClass::GroupManaged => "group managed service account",
        AccountClass::Managed => "managed service account",
    }
}

fn state_lines(state: &AccountState) -> Vec<StateLine> {
    let mut lines = Vec::new();
    if let Some(control) = &state.control {
        lines.extend(FLAGS.iter().filter(|(flag, ..)| control.value.has(*flag)).map(|(_, name, value, tone)| {
            StateLine { name, value: (*value).to_owned(), tone: *tone, at: Some(control.at) }
        }));
        if !control.value.has(AccountControl::DISABLED) {
            lines.insert(0, line("Enabled", "yes".to_owned(), Tone::Good, control.at));
        }
    }
    if let Some(types) = &state.encryption {
        let (words, tone) = match types.value {
            Some(types) if types.has_aes() => (types.to_string(), Tone::Good),
            Some(types) => (types.to_string(), Tone::Warn),
            None => ("not set: the default of the domain controller".to_owned(), Tone::Unknown),
        };
        lines.push(line("Encryption types", words, tone, types.at));
    }
    lines.extend(moment(
        "Password set",
        state.password_set.as_ref(),
        "must be changed before the next sign-in",
        Tone::Warn,
    ));
    lines.extend(moment("Locked out", state.locked_out.as_ref(), "no", Tone::Good));
    lines.extend(moment("Expires", state.expires.as_ref(), "never", Tone::Unknown));
    if let Some(set) = &state.delegates_to {
        let targets: Vec<_> = set.value.iter().flatten().map(|target| escape(&target.value)).collect();
        let words = if targets.is_empty() { "no service".to_owned() } else { targets.join(", ") };
        lines.push(line("May delegate users to", words, Tone::Unknown, set.at));
    }
    if let Some(set) = &state.delegated_by {
        let count = set.value.as_ref().map_or(0, Vec::len);
        let words = if count == 0 { "nobody".to_owned() } else { format!("{count} security identifiers") };
        lines.push(line("May be delegated to by (resource-based)", words, Tone::Unknown, set.at));
    }
    if let Some(protected) = &state.is_protected {
        let words = if protected.value { "yes: it can never be delegated, and has no RC4" } else { "no" };
        lines.push(line("In Protected Users", words.to_owned(), Tone::Unknown, protected.at));
    }
    lines
}

const FLAGS: &[(AccountControl, &str, &str, Tone)] = &[
    (AccountControl::DISABLED, "Enabled", "no: it is disabled", Tone::Bad),
    (AccountControl::TRUSTED_FOR_DELEGATION, "Delegation", "unconstrained: to any service", Tone::Warn),
    (
        AccountControl::PROTOCOL_TRANSITION,
        "Protocol transition",
        "yes: users need not have come by Kerberos",
        Tone::Unknown,
    ),
    (AccountControl::NOT_DELEGATED, "Sensitive", "yes: nobody may delegate it", Tone::Warn),
    (AccountControl::DES_ONLY, "DES only", "yes: nothing accepts that any more", Tone::Bad),
    (AccountControl::PASSWORD_STAYS, "Password expires", "never", Tone::Unknown),
    (AccountControl::SMART_CARD, "Smart card", "needed to sign in", Tone::Unknown),
];

const fn line(name: &'static str, value: String, tone: Tone, at: Evidence) -> StateLine {
    StateLine { name, value, tone, at: Some(at) }
}

fn moment(name: &'static str, set: Option<&Set<Timestamp>>, unset: &str, tone: Tone) -> Option<StateLine> {
    let set = set?;
    let (words, tone) = match set.value {
        Some(time) => (time.strftime("%Y-%m-%d %H:%M UTC").to_string(), Tone::Unknown),
        None => (unset.to_owned(), tone),
    };
    Some(line(name, words, tone, set.at))
}

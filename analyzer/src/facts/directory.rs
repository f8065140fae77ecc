//! Which account of the directory holds which SPN, and how much of the directory was asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::account::{AccountName, Dn};
use crate::facts::fact::Fact;
use crate::facts::spn::Spn;

/// An account that holds an SPN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// Its distinguished name.
    pub dn: Dn,
    /// The line that says so.
    pub at: Evidence,
}

/// All SPNs of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSpns {
    /// The account.
    pub dn: Dn,
    /// The line that names it; what it does not hold is absent from the list below that line.
    pub at: Evidence,
    /// What it holds.
    pub spns: BTreeMap<Spn, Evidence>,
}

/// What `setspn` said about the directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    holders: BTreeMap<Spn, BTreeMap<Dn, Evidence>>,
    /// Accounts whose SPNs are all known, with the list.
    listed: BTreeMap<Dn, Evidence>,
    /// SPNs that were searched for by name, with the answer.
    searched: BTreeMap<Spn, Evidence>,
    /// The answer to a search for duplicates, if it is whole.
    duplicates_searched: Option<Evidence>,
    /// Account names that a tool was asked about, and the account it answered with.
    asked: Vec<(AccountName, Dn)>,
    /// Every account that was seen, by its common name in lower case.
    by_common_name: BTreeMap<String, BTreeSet<Dn>>,
}

impl Directory {
    /// This account holds this SPN.
    pub fn hold(&mut self, spn: Spn, dn: Dn, at: Evidence) {
        self.see(&dn);
        self.holders.entry(spn).or_default().entry(dn).or_insert(at);
    }

    /// All SPNs of this account are known.
    pub fn list(&mut self, dn: Dn, at: Evidence) {
        self.see(&dn);
        self.listed.entry(dn).or_insert(at);
    }

    fn see(&mut self, dn: &Dn) {
        self.by_common_name.entry(dn.common_name().to_lowercase()).or_default().insert(dn.clone());
    }

    /// The accounts that were seen under the name of an account.
    fn named_like<'a>(&'a self, account: &'a AccountName) -> impl Iterator<Item = &'a Dn> {
        let name = account.name().strip_suffix('$').unwrap_or(account.name()).to_lowercase();
        self.by_common_name.get(&name).into_iter().flatten().filter(|dn| account.matches(dn))
    }

    /// The directory was searched for this SPN; what was found was added by [`Directory::hold`].
    pub fn search(&mut self, spn: Spn, at: Evidence) {
        self.searched.entry(spn).or_insert(at);
    }

    /// The directory was searched for duplicates; what was found was added by [`Directory::hold`].
    pub fn search_duplicates(&mut self, at: Evidence) {
        self.duplicates_searched.get_or_insert(at);
    }

    /// A tool that was asked about this name answered with this account. A name without a domain is that of the
    /// account which answered, and of no account of the same name in another domain.
    pub fn ask(&mut self, name: &AccountName, dn: Dn) {
        let domain = name.domain().map_or_else(|| dn.domain(), str::to_owned);
        self.asked.push((AccountName::new(Some(domain), name.name()), dn));
    }

    /// Who holds this very SPN; aliases such as `HOST` for `HTTP` are not followed.
    ///
    /// One holder is all there is when the SPN was searched for, or when a search for duplicates did not name it.
    pub fn holders(&self, spn: &Spn) -> Fact<Vec<Holder>> {
        let holders: Vec<_> =
            self.holders.get(spn).into_iter().flatten().map(|(dn, at)| Holder { dn: dn.clone(), at: *at }).collect();
        let searched = self.searched.contains_key(spn);
        match holders.len() {
            0 if searched => Fact::Known(holders),
            0 => Fact::Unknown(not_searched(spn)),
            1 if !searched && self.duplicates_searched.is_none() => Fact::Partial(holders, not_searched(spn)),
            _ => Fact::Known(holders),
        }
    }

    /// The answer that says that nobody holds an SPN, or who does.
    pub fn search_for(&self, spn: &Spn) -> Option<Evidence> {
        self.searched.get(spn).copied()
    }

    /// The SPNs of one account.
    pub fn spns_of(&self, account: &AccountName) -> Fact<AccountSpns> {
        let Some((dn, at)) = self.listed.iter().find(|(dn, _)| self.is(account, dn) == Some(true)) else {
            return Fact::Unknown(self.not_listed(account));
        };
        let spns = self.holders.iter().filter_map(|(spn, holders)| Some((spn.clone(), *holders.get(dn)?)));
        Fact::Known(AccountSpns { dn: dn.clone(), at: *at, spns: spns.collect() })
    }

    /// What would list an account. Where its name alone led to an account of another domain, it needs its domain.
    fn not_listed(&self, account: &AccountName) -> NotKnown {
        let bare = AccountName::new(None, account.name());
        let elsewhere = self.asked.iter().any(|(asked, _)| asked.is(&bare) && !asked.is(account));
        match account.domain().filter(|_| elsewhere && account.is_safe()) {
            Some(domain) => NotKnown::until(format!("setspn -L {domain}\\{}", account.name().trim_end_matches('$'))),
            None => NotKnown::until(list_command(account)),
        }
    }

    /// Whether an account of the directory is the one that a name means; none when the evidence cannot tell.
    ///
    /// A tool that was asked about the name decides. Otherwise a common name that equals the account's name is
    /// taken for it, and then no other account is it. Where no account has that common name, one that differs proves
    /// nothing for users, whose two names may differ, and everything for computers, whose names never do.
    pub fn is(&self, name: &AccountName, dn: &Dn) -> Option<bool> {
        if let Some((_, answer)) = self.asked.iter().find(|(asked, _)| asked.is(name)) {
            return Some(answer == dn);
        }
        if name.matches(dn) {
            return Some(true);
        }
        // The NetBIOS name of a domain need not be the first label of its DNS name: a domain that only looks like
        // another one proves nothing about accounts of the same name.
        let mut answered = self.asked.iter().filter(|(_, answer)| answer == dn).map(|(asked, _)| asked).peekable();
        let has_answered = answered.peek().is_some();
        if answered.map(AccountName::name).chain([dn.common_name()]).any(|known| name.is_called(known)) {
            return None;
        }
        let is_known = self.named_like(name).next().is_some();
        (has_answered || is_known || name.name().ends_with('$')).then_some(false)
    }

    /// The name under which a person knows the account with this distinguished name: the one that a tool was asked
    /// about, or its domain and common name. The NetBIOS name of a domain is the first label of its DNS name unless
    /// someone chose another.
    pub fn name_of(&self, dn: &Dn) -> AccountName {
        let short = |name: &AccountName| name.domain().is_some_and(|domain| !domain.contains('.'));
        if let Some((name, _)) = self.asked.iter().find(|(asked, answer)| answer == dn && short(asked)) {
            return name.clone();
        }
        let domain = dn.domain();
        let label = domain.split('.').next().filter(|label| !label.is_empty()).map(str::to_uppercase);
        // An account that holds HOST for its own name is a computer; its account name ends with a dollar.
        let own = Spn::host_alias(dn.common_name()).and_then(|own| self.holders.get(&own));
        if own.is_some_and(|holders| holders.contains_key(dn)) {
            return AccountName::machine(label.as_deref(), dn.common_name());
        }
        AccountName::new(label, dn.common_name())
    }

    /// Every SPN that several accounts are known to hold.
    pub fn duplicates(&self) -> impl Iterator<Item = (&Spn, Vec<Holder>)> {
        self.holders
            .iter()
            .filter(|(_, holders)| holders.len() > 1)
            .map(|(spn, holders)| (spn, holders.iter().map(|(dn, at)| Holder { dn: dn.clone(), at: *at }).collect()))
    }
}

/// The question who holds an SPN, when nobody searched for it. An [`Spn`] is safe to paste.
pub fn not_searched(spn: &Spn) -> NotKnown {
    NotKnown::until(format!("setspn -Q {spn}"))
}

/// The command that lists the SPNs of an account, with words in the place of a name that is not safe to paste. A
/// computer is named without its domain and its dollar, as the collector does.
pub fn list_command(account: &AccountName) -> String {
    if !account.is_safe() {
        return "setspn -L for the account of the pool".to_owned();
    }
    match account.name().strip_suffix('$').filter(|name| name.to_uppercase() == **name) {
        Some(computer) => format!("setspn -L {computer}"),
        None => format!("setspn -L {account}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::ArtifactId;

    fn spn(text: &str) -> Spn {
        Spn::parse(text).expect("an SPN")
    }

    fn at() -> Evidence {
        ArtifactId(0).line(1)
    }

    #[test]
    fn one_holder_is_all_only_after_a_search() {
        let mut directory = Directory::default();
        directory.hold(spn("HTTP/a"), Dn::new("CN=x,DC=b"), at());
        assert!(matches!(directory.holders(&spn("http/A")), Fact::Partial(..)));
        directory.search(spn("HTTP/a"), at());
        assert!(matches!(directory.holders(&spn("HTTP/a")), Fact::Known(_)));
    }

    #[test]
    fn nobody_is_an_answer_only_after_a_search() {
        let mut directory = Directory::default();
        assert_eq!(directory.holders(&spn("HTTP/a")), Fact::Unknown(NotKnown::until("setspn -Q HTTP/a")));
        directory.search_duplicates(at());
        assert!(matches!(directory.holders(&spn("HTTP/a")), Fact::Unknown(_)));
        directory.search(spn("HTTP/a"), at());
        assert_eq!(directory.holders(&spn("HTTP/a")), Fact::Known(Vec::new()));
    }

    #[test]
    fn a_tool_that_was_asked_decides_over_names() {
        let mut directory = Directory::default();
        let account = AccountName::parse("CONTOSO\\svc-web");
        let friendly = Dn::new("CN=Web Service,DC=contoso,DC=com");
        let same_name = Dn::new("CN=svc-web,DC=contoso,DC=com");
        assert_eq!(directory.is(&account, &friendly), None);
        assert_eq!(directory.is(&account, &same_name), Some(true));
        directory.list(same_name.clone(), at());
        assert_eq!(directory.is(&account, &friendly), Some(false));
        directory.ask(&account, friendly.clone());
        assert_eq!(directory.is(&account, &friendly), Some(true));
        assert_eq!(directory.is(&account, &same_name), Some(false));
    }

    #[test]
    fn a_domain_that_looks_like_another_proves_nothing_about_accounts_of_one_name() {
        let mut directory = Directory::default();
        let other = Dn::new("CN=WEB01,CN=Computers,DC=fabrikam,DC=com");
        directory.ask(&AccountName::parse("WEB01"), other.clone());
        assert_eq!(directory.is(&AccountName::machine(Some("CONTOSO"), "WEB01"), &other), None);
        assert_eq!(directory.is(&AccountName::machine(Some("FABRIKAM"), "WEB01"), &other), Some(true));
    }

    #[test]
    fn a_computer_is_known_by_its_name() {
        let directory = Directory::default();
        let machine = AccountName::machine(Some("CONTOSO"), "WEB01");
        assert_eq!(directory.is(&machine, &Dn::new("CN=WEB01,DC=contoso,DC=com")), Some(true));
        assert_eq!(directory.is(&machine, &Dn::new("CN=svc-web,DC=contoso,DC=com")), Some(false));
    }
}

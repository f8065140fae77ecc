//! Which account of the directory holds which SPN, and how much of the directory was asked.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::{Cited, Evidence};
use crate::facts::account::{AccountName, Dn};
use crate::facts::account_names::AccountNames;
use crate::facts::account_state::AccountState;
use crate::facts::fact::Fact;
use crate::facts::ldap_filter::Pattern;
use crate::facts::ldap_question::Reach;
use crate::facts::spn::Spn;
use crate::facts::trusts::Trust;

/// Searches for one SPN, and searches for SPNs of a form, that are kept at most: one for each domain would do.
const SEARCHES: usize = 100;
/// Service classes that are found under one other at most; Windows comes with some fifty.
const CLASSES: usize = 1_000;

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

/// A search that found all holders of an SPN within its reach.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Search {
    at: Evidence,
    reach: Reach,
}

/// What `setspn` and LDAP said about the directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Which account a name means.
    pub names: AccountNames,
    holders: BTreeMap<Spn, BTreeMap<Dn, Evidence>>,
    /// Accounts whose SPNs are all known, with the list.
    listed: BTreeMap<Dn, Evidence>,
    /// SPNs that were searched for by name, with the answers.
    searched: BTreeMap<Spn, Vec<Search>>,
    /// Searches for all SPNs of a form, such as `HTTP/*`.
    swept: Vec<(Pattern, Search)>,
    /// How accounts stand.
    states: BTreeMap<Dn, AccountState>,
    /// The functional level of the domain: 3 and more came with Windows Server 2008, and with AES.
    pub level: Option<Cited<u32>>,
    /// The trusts of the domain.
    pub trusts: Vec<Trust>,
    /// Whether all trusts of the domain were asked for, so that others are not there.
    pub trusts_searched: bool,
    /// The answer to a search for duplicates, if it is whole.
    duplicates_searched: Option<Evidence>,
    aliases: Option<Aliases>,
}

/// Service classes that are found under another one: `sPNMappings` of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Aliases {
    /// The class that accounts hold, by the class that clients ask for; both in lower case.
    held_as: BTreeMap<String, String>,
    at: Evidence,
}

impl Directory {
    /// This account holds this SPN.
    pub fn hold(&mut self, spn: Spn, dn: Dn, at: Evidence) {
        self.names.see(&dn);
        self.holders.entry(spn).or_default().entry(dn).or_insert(at);
    }

    /// This account does not hold this SPN any more.
    pub fn release(&mut self, spn: &Spn, dn: &Dn) {
        if let Some(holders) = self.holders.get_mut(spn) {
            holders.remove(dn);
        }
    }

    /// All SPNs of this account are known.
    pub fn list(&mut self, dn: Dn, at: Evidence) {
        self.names.see(&dn);
        self.listed.entry(dn).or_insert(at);
    }

    /// An answer says how this account stands; what was known stays.
    pub fn learn(&mut self, dn: Dn, state: AccountState) {
        match self.states.get_mut(&dn) {
            Some(known) => known.learn(state),
            None => {
                self.states.insert(dn, state);
            }
        }
    }

    /// How an account stands, where an entry of the directory says so.
    pub fn state(&self, dn: &Dn) -> Option<&AccountState> {
        self.states.get(dn)
    }

    /// How an account stands, to try what would follow if it stood otherwise.
    pub fn state_mut(&mut self, dn: &Dn) -> Option<&mut AccountState> {
        self.states.get_mut(dn)
    }

    /// Every account of which an entry of the directory says how it stands.
    pub fn states(&self) -> impl Iterator<Item = (&Dn, &AccountState)> {
        self.states.iter()
    }

    /// The account that a name means, where the evidence can tell.
    pub fn account(&self, name: &AccountName) -> Option<&Dn> {
        self.names.candidates(name).into_iter().find(|dn| self.is(name, dn) == Some(true))
    }

    /// The directory was searched for this SPN, this far; what was found was added by [`Directory::hold`].
    pub fn search(&mut self, spn: Spn, reach: Reach, at: Evidence) {
        let searches = self.searched.entry(spn).or_default();
        if searches.len() < SEARCHES {
            searches.push(Search { at, reach });
        }
    }

    /// The directory was searched for all SPNs of this form.
    pub fn sweep(&mut self, form: Pattern, reach: Reach, at: Evidence) {
        if self.swept.len() < SEARCHES {
            self.swept.push((form, Search { at, reach }));
        }
    }

    /// The directory was searched for duplicates; what was found was added by [`Directory::hold`].
    pub fn search_duplicates(&mut self, at: Evidence) {
        self.duplicates_searched.get_or_insert(at);
    }

    /// A tool that was asked about this name answered with this account.
    pub fn ask(&mut self, name: &AccountName, dn: Dn) {
        self.names.ask(name, dn);
    }

    /// Accounts that hold the first class are found under each of the others.
    pub fn alias(&mut self, held: &str, asked: impl IntoIterator<Item = String>, at: Evidence) {
        let aliases = self.aliases.get_or_insert_with(|| Aliases { held_as: BTreeMap::new(), at });
        for class in asked.into_iter().take(CLASSES) {
            aliases.held_as.entry(class.trim().to_lowercase()).or_insert_with(|| held.trim().to_lowercase());
        }
    }

    /// The SPN under which the holder is found when nobody holds this one: `HOST` for `HTTP`, unless the directory
    /// has other ideas. A name with a port is found under no other class: the KDC looks for `HOST` with that port, and
    /// computers hold none.
    pub fn alias_of(&self, spn: &Spn) -> Option<Spn> {
        if spn.port().is_some() {
            return None;
        }
        match &self.aliases {
            Some(aliases) => {
                Spn::parse(&format!("{}/{}", aliases.held_as.get(spn.class())?.to_uppercase(), spn.host()))
            }
            None => Spn::host_alias(spn.host()),
        }
    }

    /// The list that says which classes are found under others, where it was collected.
    pub fn aliases_at(&self) -> Option<Evidence> {
        self.aliases.as_ref().map(|aliases| aliases.at)
    }

    /// Who holds this very SPN; aliases such as `HOST` for `HTTP` are not followed.
    ///
    /// One holder is all there is when the SPN was searched for, or when a search for duplicates did not name it.
    /// Nobody holds it when no domain that is known was left out of the search.
    pub fn holders(&self, spn: &Spn) -> Fact<Vec<Holder>> {
        let holders: Vec<_> =
            self.holders.get(spn).into_iter().flatten().map(|(dn, at)| Holder { dn: dn.clone(), at: *at }).collect();
        let searched = self.search_for(spn).is_some();
        match holders.len() {
            0 if !searched => Fact::Unknown(not_searched(spn)),
            0 if self.is_searched_everywhere(spn) == Some(false) => Fact::Unknown(not_searched_everywhere(spn)),
            1 if !searched && self.duplicates_searched.is_none() => Fact::Partial(holders, not_searched(spn)),
            _ => Fact::Known(holders),
        }
    }

    /// The answer that says that nobody holds an SPN, or who does: the one that reaches furthest.
    pub fn search_for(&self, spn: &Spn) -> Option<Evidence> {
        self.searches(spn).max_by(|one, other| one.reach.cmp(&other.reach)).map(|search| search.at)
    }

    /// Whether the whole forest was searched for an SPN; none when nobody tells what else there is.
    pub fn is_searched_everywhere(&self, spn: &Spn) -> Option<bool> {
        let reaches: Vec<_> = self.searches(spn).map(|search| &search.reach).collect();
        if reaches.is_empty() { Some(false) } else { self.names.domains.are_all_within(&reaches) }
    }

    fn searches<'a>(&'a self, spn: &'a Spn) -> impl Iterator<Item = &'a Search> {
        let by_form = self.swept.iter().filter(|(form, _)| form.fits(spn.folded())).map(|(_, search)| search);
        self.searched.get(spn).into_iter().flatten().chain(by_form)
    }

    /// The SPNs of one account.
    pub fn spns_of(&self, account: &AccountName) -> Fact<AccountSpns> {
        let candidates = self.names.candidates(account).into_iter();
        let mut listed = candidates.filter_map(|dn| Some((dn, self.listed.get(dn)?)));
        let Some((dn, at)) = listed.find(|(dn, _)| self.is(account, dn) == Some(true)) else {
            return Fact::Unknown(self.not_listed(account));
        };
        let spns = self.holders.iter().filter_map(|(spn, holders)| Some((spn.clone(), *holders.get(dn)?)));
        Fact::Known(AccountSpns { dn: dn.clone(), at: *at, spns: spns.collect() })
    }

    /// What would list an account. Where its name alone led to an account of another domain, it needs its domain.
    fn not_listed(&self, account: &AccountName) -> NotKnown {
        let elsewhere = self.names.leads_elsewhere(account);
        match account.domain().filter(|_| elsewhere && account.is_safe()) {
            Some(domain) => NotKnown::until(format!("setspn -L {domain}\\{}", account.name().trim_end_matches('$'))),
            None => NotKnown::until(list_command(account)),
        }
    }

    /// Whether an account of the directory is the one that a name means; none when the evidence cannot tell.
    pub fn is(&self, name: &AccountName, dn: &Dn) -> Option<bool> {
        self.names.is(name, dn)
    }

    /// The name under which a person knows the account with this distinguished name: as tools and the directory call
    /// it, or else its common name.
    pub fn name_of(&self, dn: &Dn) -> AccountName {
        if let Some(name) = self.names.known_name(dn) {
            return name;
        }
        let domain = self.names.domain_of(dn);
        // An account that holds HOST for its own name is a computer; its account name ends with a dollar.
        let own = Spn::host_alias(dn.common_name()).and_then(|own| self.holders.get(&own));
        if own.is_some_and(|holders| holders.contains_key(dn)) {
            return AccountName::machine(domain.as_deref(), dn.common_name());
        }
        AccountName::new(domain, dn.common_name())
    }

    /// Every SPN that several accounts are known to hold.
    pub fn duplicates(&self) -> impl Iterator<Item = (&Spn, Vec<Holder>)> {
        self.held().filter(|(_, holders)| holders.len() > 1)
    }

    /// Every SPN that somebody is known to hold.
    pub fn held(&self) -> impl Iterator<Item = (&Spn, Vec<Holder>)> {
        let holders = |known: &BTreeMap<Dn, Evidence>| {
            known.iter().map(|(dn, at)| Holder { dn: dn.clone(), at: *at }).collect::<Vec<_>>()
        };
        self.holders.iter().map(move |(spn, known)| (spn, holders(known))).filter(|(_, holders)| !holders.is_empty())
    }
}

/// The command that searches the domain for an SPN. An [`Spn`] is safe to paste.
pub fn setspn_query(spn: &Spn) -> String {
    format!("setspn -Q {spn}")
}

/// The question who holds an SPN, when nobody searched for it.
pub fn not_searched(spn: &Spn) -> NotKnown {
    NotKnown::until(setspn_query(spn))
}

/// The question who holds an SPN in domains that were left out so far.
fn not_searched_everywhere(spn: &Spn) -> NotKnown {
    NotKnown::until(format!("setspn -F -Q {spn}"))
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
    use crate::facts::ldap_filter::Filter;

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
        directory.search(spn("HTTP/a"), Reach::Domain(None), at());
        assert!(matches!(directory.holders(&spn("HTTP/a")), Fact::Known(_)));
    }

    #[test]
    fn nobody_is_an_answer_only_after_a_search() {
        let mut directory = Directory::default();
        assert_eq!(directory.holders(&spn("HTTP/a")), Fact::Unknown(NotKnown::until("setspn -Q HTTP/a")));
        directory.search_duplicates(at());
        assert!(matches!(directory.holders(&spn("HTTP/a")), Fact::Unknown(_)));
        directory.search(spn("HTTP/a"), Reach::Domain(None), at());
        assert_eq!(directory.holders(&spn("HTTP/a")), Fact::Known(Vec::new()));
    }

    #[test]
    fn a_search_of_one_domain_leaves_the_others_of_the_forest_open() {
        let mut directory = Directory::default();
        directory.search(spn("HTTP/a"), Reach::Domain(None), at());
        directory.names.domains.belong("contoso.com");
        assert_eq!(directory.holders(&spn("HTTP/a")), Fact::Known(Vec::new()));
        directory.names.domains.belong("emea.contoso.com");
        let need = NotKnown::until("setspn -F -Q HTTP/a");
        assert_eq!(directory.holders(&spn("HTTP/a")), Fact::Unknown(need));
        directory.search(spn("HTTP/a"), Reach::Forest, ArtifactId(1).line(1));
        assert_eq!(directory.holders(&spn("HTTP/a")), Fact::Known(Vec::new()));
        assert_eq!(directory.search_for(&spn("HTTP/a")), Some(ArtifactId(1).line(1)));
    }

    #[test]
    fn a_search_for_a_form_is_a_search_for_each_name_of_it() {
        let mut directory = Directory::default();
        for form in Filter::parse("(servicePrincipalName=HTTP/*)").finds("serviceprincipalname") {
            directory.sweep(form.clone(), Reach::Forest, at());
        }
        assert_eq!(directory.holders(&spn("HTTP/a")), Fact::Known(Vec::new()));
        assert!(matches!(directory.holders(&spn("HOST/a")), Fact::Unknown(_)));
    }

    #[test]
    fn holders_from_several_sources_count_once() {
        let mut directory = Directory::default();
        directory.hold(spn("HTTP/a"), Dn::new("CN=x,DC=b"), at());
        directory.hold(spn("http/A"), Dn::new("cn=X, dc=b"), ArtifactId(1).line(1));
        assert_eq!(directory.duplicates().count(), 0);
    }

    #[test]
    fn the_directory_decides_which_classes_are_found_under_others() {
        let mut directory = Directory::default();
        assert_eq!(directory.alias_of(&spn("HTTP/a")), Some(spn("HOST/a")));
        assert_eq!(directory.alias_of(&spn("HTTP/a:81")), None);
        directory.alias("host", ["alerter", "HTTP "].map(str::to_owned), at());
        assert_eq!(directory.alias_of(&spn("http/a")), Some(spn("HOST/a")));
        assert_eq!((directory.alias_of(&spn("www/a")), directory.aliases_at()), (None, Some(at())));
    }
}

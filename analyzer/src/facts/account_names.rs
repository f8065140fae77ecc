//! Which account of the directory a name means: what the directory states, what tools answered, what names suggest.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::account::{AccountName, Dn};
use crate::facts::domains::Domains;

/// The accounts that were seen, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountNames {
    /// The domains that names and accounts are in.
    pub domains: Domains,
    /// What tools were asked about and which account they answered with, by the name in lower case without its dollar.
    asked: BTreeMap<String, Vec<(AccountName, Dn)>>,
    /// The names that a tool was asked about and answered with this account.
    answered: BTreeMap<Dn, Vec<AccountName>>,
    /// `sAMAccountName` of accounts, as the directory states it.
    stated: BTreeMap<Dn, String>,
    /// The same the other way round, by the name in lower case without its dollar.
    by_stated_name: BTreeMap<String, BTreeSet<Dn>>,
    /// Accounts by their user principal name in lower case, where the directory states one.
    principals: BTreeMap<String, Dn>,
    /// Every account that was seen, by its common name in lower case.
    by_common_name: BTreeMap<String, BTreeSet<Dn>>,
}

impl AccountNames {
    /// There is such an account.
    pub fn see(&mut self, dn: &Dn) {
        self.by_common_name.entry(dn.common_name().to_lowercase()).or_default().insert(dn.clone());
    }

    /// A tool that was asked about this name answered with this account. A name without a domain is that of the
    /// account which answered, and of no account of the same name in another domain.
    pub fn ask(&mut self, name: &AccountName, dn: Dn) {
        let domain = name.domain().map_or_else(|| dn.domain(), str::to_owned);
        let name = AccountName::new(Some(domain), name.name());
        self.answered.entry(dn.clone()).or_default().push(name.clone());
        self.asked.entry(folded(name.name())).or_default().push((name, dn));
    }

    /// The directory says what this account is called.
    pub fn state(&mut self, dn: &Dn, name: &str) {
        self.see(dn);
        self.stated.entry(dn.clone()).or_insert_with(|| name.to_owned());
        self.by_stated_name.entry(folded(name)).or_default().insert(dn.clone());
    }

    /// The directory states a user principal name of this account.
    pub fn state_principal(&mut self, dn: &Dn, principal: &str) {
        self.principals.entry(principal.to_lowercase()).or_insert_with(|| dn.clone());
    }

    /// Whether an account of the directory is the one that a name means; none when the evidence cannot tell.
    ///
    /// A tool that was asked about the name decides, and what the directory states. Otherwise a common name that
    /// equals the account's name is taken for it, and then no other account is it. Where no account has that common
    /// name, one that differs proves nothing for users, whose two names may differ, and everything for computers,
    /// whose names never do.
    pub fn is(&self, name: &AccountName, dn: &Dn) -> Option<bool> {
        if let Some(answer) = self.answer(name) {
            return Some(answer == dn);
        }
        if let Some(holder) = name.principal().and_then(|principal| self.principals.get(&principal.to_lowercase())) {
            return Some(holder == dn);
        }
        if let Some(stated) = self.stated.get(dn) {
            if stated.to_lowercase() != name.name().to_lowercase() {
                // A principal name need not begin with the name of its account.
                return name.principal().is_none().then_some(false);
            }
            return self.is_in_domain_of(name, dn).or_else(|| self.is_stated_elsewhere(name, dn).then_some(false));
        }
        if self.is_stated_elsewhere(name, dn) {
            return Some(false);
        }
        if self.looks_like(name, dn) {
            return Some(true);
        }
        // A domain that only looks like another one proves nothing about accounts of the same name.
        let answered = self.answered.get(dn).map_or(&[][..], Vec::as_slice);
        if answered.iter().map(AccountName::name).chain([dn.common_name()]).any(|known| name.is_called(known)) {
            return None;
        }
        let is_known = self.seen_as(name).any(|seen| self.looks_like(name, seen));
        (!answered.is_empty() || is_known || name.name().ends_with('$')).then_some(false)
    }

    /// Every account that a name may mean.
    pub fn candidates(&self, name: &AccountName) -> BTreeSet<&Dn> {
        let stated = self.by_stated_name.get(&folded(name.name())).into_iter().flatten();
        let principal = name.principal().and_then(|principal| self.principals.get(&principal.to_lowercase()));
        self.answer(name).into_iter().chain(principal).chain(stated).chain(self.seen_as(name)).collect()
    }

    /// Whether a tool that was asked about this name without its domain answered with an account of another domain.
    pub fn leads_elsewhere(&self, name: &AccountName) -> bool {
        let asked = self.asked.get(&folded(name.name())).into_iter().flatten();
        asked.into_iter().any(|(asked, _)| !self.agree(asked, name))
    }

    /// The name under which a person knows the account with this distinguished name: the one that a tool was asked
    /// about, or the one that the directory states.
    pub fn known_name(&self, dn: &Dn) -> Option<AccountName> {
        let is_short = |name: &&AccountName| name.domain().is_some_and(|domain| !domain.contains('.'));
        let answered = self.answered.get(dn).into_iter().flatten().find(is_short);
        let stated = || Some(AccountName::new(self.domain_of(dn), self.stated.get(dn)?));
        answered.cloned().or_else(stated)
    }

    /// The NetBIOS name of the domain of an account: the first label of its DNS name unless someone states another.
    pub fn domain_of(&self, dn: &Dn) -> Option<String> {
        let domain = dn.domain();
        let label = || domain.split('.').next().filter(|label| !label.is_empty()).map(str::to_uppercase);
        self.domains.netbios(&domain).map(str::to_owned).or_else(label)
    }

    /// The account that a tool answered with when it was asked about this name.
    fn answer(&self, name: &AccountName) -> Option<&Dn> {
        let asked = self.asked.get(&folded(name.name())).into_iter().flatten();
        asked.into_iter().find(|(asked, _)| self.agree(asked, name)).map(|(_, answer)| answer)
    }

    /// Whether the directory gives this very name to another account of the domain that the name is in.
    fn is_stated_elsewhere(&self, name: &AccountName, dn: &Dn) -> bool {
        let called = self.by_stated_name.get(&folded(name.name())).into_iter().flatten();
        let has_it = |other: &&Dn| {
            let same_name =
                self.stated.get(other).is_some_and(|stated| stated.to_lowercase() == name.name().to_lowercase());
            same_name && name.domain().is_some() && self.is_in_domain_of(name, other) == Some(true)
        };
        called.filter(|other| *other != dn).any(|other| has_it(&other))
    }

    /// The accounts whose common name is the name of an account.
    fn seen_as(&self, name: &AccountName) -> impl Iterator<Item = &Dn> {
        self.by_common_name.get(&folded(name.name())).into_iter().flatten()
    }

    /// Whether the common name and the domain of an account are those of a name.
    fn looks_like(&self, name: &AccountName, dn: &Dn) -> bool {
        self.is_in_domain_of(name, dn) == Some(true) && folded(name.name()) == dn.common_name().to_lowercase()
    }

    /// Whether the domain of a name is that of an account; a name without a domain may be in any.
    fn is_in_domain_of(&self, name: &AccountName, dn: &Dn) -> Option<bool> {
        name.domain().map_or(Some(true), |domain| self.domains.are_same(domain, &dn.domain()))
    }

    /// Whether both name the same account, as far as names can tell: no domain stands for any, and a computer may be
    /// named without its dollar.
    fn agree(&self, one: &AccountName, other: &AccountName) -> bool {
        let same_domain = match (one.domain(), other.domain()) {
            (Some(one), Some(other)) => self.domains.are_same(one, other) == Some(true),
            _ => true,
        };
        same_domain && one.is_called(other.name())
    }
}

/// A name in lower case, without the dollar of computers.
fn folded(name: &str) -> String {
    name.strip_suffix('$').unwrap_or(name).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> AccountName {
        AccountName::parse(text)
    }

    fn dn(text: &str) -> Dn {
        Dn::new(format!("{text},DC=contoso,DC=com"))
    }

    #[test]
    fn every_spelling_names_the_same_account() {
        let names = AccountNames::default();
        let account = dn("CN=svc-web,OU=Service Accounts");
        for text in ["CONTOSO\\svc-web", "contoso\\SVC-WEB", "svc-web@contoso.com", "svc-web"] {
            assert_eq!(names.is(&name(text), &account), Some(true), "{text}");
        }
        for text in ["FABRIKAM\\svc-web", "CONTOSO\\svc", "svc-web@fabrikam.com"] {
            assert_ne!(names.is(&name(text), &account), Some(true), "{text}");
        }
        assert_eq!(names.is(&AccountName::machine(Some("CONTOSO"), "web01"), &dn("CN=WEB01,CN=Computers")), Some(true));
    }

    #[test]
    fn a_tool_that_was_asked_decides_over_names() {
        let mut names = AccountNames::default();
        let account = name("CONTOSO\\svc-web");
        let (friendly, same_name) = (dn("CN=Web Service"), dn("CN=svc-web"));
        assert_eq!(names.is(&account, &friendly), None);
        assert_eq!(names.is(&account, &same_name), Some(true));
        names.see(&same_name);
        assert_eq!(names.is(&account, &friendly), Some(false));
        names.ask(&account, friendly.clone());
        assert_eq!(names.is(&account, &friendly), Some(true));
        assert_eq!(names.is(&account, &same_name), Some(false));
    }

    #[test]
    fn what_the_directory_states_decides_over_common_names() {
        let mut names = AccountNames::default();
        let account = name("CONTOSO\\svc-web");
        let (friendly, same_name) = (dn("CN=Web Service"), dn("CN=svc-web"));
        names.state(&friendly, "svc-web");
        assert_eq!(names.is(&account, &friendly), Some(true));
        assert_eq!(names.is(&account, &same_name), Some(false), "there is one account of a name in a domain");
        names.state(&same_name, "svc-old");
        assert_eq!(names.is(&name("svc-web"), &same_name), Some(false));
        assert_eq!(names.is(&name("CONTOSO\\svc-old"), &same_name), Some(true));
        assert_eq!(names.known_name(&friendly).map(|name| name.to_string()).as_deref(), Some("CONTOSO\\svc-web"));
        assert_eq!(names.candidates(&account).into_iter().collect::<Vec<_>>(), [&same_name, &friendly]);
    }

    #[test]
    fn a_computer_and_a_user_of_one_name_are_two_accounts() {
        let mut names = AccountNames::default();
        let (user, computer) = (dn("CN=web01,CN=Users"), dn("CN=WEB01,CN=Computers"));
        names.state(&user, "web01");
        names.state(&computer, "WEB01$");
        let machine = AccountName::machine(Some("CONTOSO"), "WEB01");
        assert_eq!((names.is(&machine, &user), names.is(&machine, &computer)), (Some(false), Some(true)));
        let person = name("CONTOSO\\web01");
        assert_eq!((names.is(&person, &user), names.is(&person, &computer)), (Some(true), Some(false)));
    }

    #[test]
    fn a_domain_that_looks_like_another_proves_nothing_about_accounts_of_one_name() {
        let mut names = AccountNames::default();
        let other = Dn::new("CN=WEB01,CN=Computers,DC=fabrikam,DC=com");
        names.ask(&name("WEB01"), other.clone());
        assert_eq!(names.is(&AccountName::machine(Some("CONTOSO"), "WEB01"), &other), None);
        assert!(names.leads_elsewhere(&AccountName::machine(Some("CONTOSO"), "WEB01")));
        assert_eq!(names.is(&AccountName::machine(Some("FABRIKAM"), "WEB01"), &other), Some(true));
        names.domains.name("CONTOSO", "fabrikam.com");
        assert_eq!(names.is(&AccountName::machine(Some("CONTOSO"), "WEB01"), &other), Some(true));
    }

    #[test]
    fn a_stated_name_in_a_domain_of_unknown_name_is_not_known() {
        let mut names = AccountNames::default();
        let account = dn("CN=Web Service");
        names.state(&account, "svc-web");
        assert_eq!(names.is(&name("CORP\\svc-web"), &account), None);
        names.domains.name("CORP", "contoso.com");
        assert_eq!(names.is(&name("CORP\\svc-web"), &account), Some(true));
        assert_eq!(names.is(&name("CONTOSO\\svc-web"), &account), Some(false));
        assert_eq!(names.known_name(&account).map(|name| name.to_string()).as_deref(), Some("CORP\\svc-web"));
    }

    #[test]
    fn a_principal_name_is_that_of_the_account_that_states_it() {
        let mut names = AccountNames::default();
        let (web, other) = (dn("CN=Web Service"), dn("CN=other"));
        let principal = name("web.service@contoso.com");
        names.state(&web, "svc-web");
        names.state(&other, "other");
        assert_eq!(names.is(&principal, &web), None);
        names.state_principal(&web, "Web.Service@contoso.com");
        assert_eq!((names.is(&principal, &web), names.is(&principal, &other)), (Some(true), Some(false)));
        assert_eq!(names.is(&name("svc-web@contoso.com"), &web), Some(true), "every account has this one too");
    }

    #[test]
    fn a_computer_is_known_by_its_name() {
        let names = AccountNames::default();
        let machine = AccountName::machine(Some("CONTOSO"), "WEB01");
        assert_eq!(names.is(&machine, &dn("CN=WEB01")), Some(true));
        assert_eq!(names.is(&machine, &dn("CN=svc-web")), Some(false));
    }
}

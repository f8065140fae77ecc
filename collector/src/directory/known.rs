//! What answers of the directory have told so far, and later questions need.

use crate::directory::entry::{self, Entry};
use crate::directory::failure::{Failure, FailureKind};

/// What is known of the directory during a visit.
#[derive(Debug, Default)]
pub struct Known {
    computer: Option<String>,
    domain: Option<String>,
    configuration: Option<String>,
    domains: Vec<Domain>,
    domain_sid: Option<Vec<u8>>,
    accounts: Vec<Account>,
}

/// A domain of the forest.
#[derive(Debug)]
struct Domain {
    short_name: String,
    dns_name: String,
    base: String,
}

/// An account that matters for sign-in to this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What a person calls it: `CONTOSO\svc-web`.
    pub label: String,
    /// Its distinguished name.
    pub name: String,
    /// Whether all that we ask of an account is known.
    pub whole: bool,
}

impl Known {
    /// A visit that begins, on a computer with this NetBIOS name.
    pub fn new(computer: Option<&str>) -> Self {
        Self { computer: computer.map(str::to_owned), ..Self::default() }
    }

    /// The name of the domain in the directory.
    ///
    /// # Errors
    ///
    /// The server did not tell.
    pub fn domain(&self) -> Result<&str, Failure> {
        self.domain.as_deref().ok_or_else(|| unknown("the server did not tell its domain"))
    }

    /// Where the configuration of the forest lies.
    ///
    /// # Errors
    ///
    /// The server did not tell.
    pub fn configuration(&self) -> Result<&str, Failure> {
        self.configuration.as_deref().ok_or_else(|| unknown("the server did not tell where its configuration lies"))
    }

    /// The SID of the domain.
    ///
    /// # Errors
    ///
    /// The server did not tell.
    pub fn domain_sid(&self) -> Result<&[u8], Failure> {
        self.domain_sid.as_deref().ok_or_else(|| unknown("the SID of the domain is not known"))
    }

    /// Whether this is the name of the computer that is visited.
    pub fn is_computer(&self, name: &str) -> bool {
        self.computer.as_deref().is_some_and(|computer| computer.eq_ignore_ascii_case(name))
    }

    /// The name in the directory of the domain with this NetBIOS or DNS name.
    ///
    /// # Errors
    ///
    /// There is no such domain in the forest, or its domains are not known.
    pub fn base_of(&self, domain: &str) -> Result<&str, Failure> {
        if self.domains.is_empty() {
            return Err(unknown("the domains of the forest are not known"));
        }
        let named = |known: &&Domain| {
            known.short_name.eq_ignore_ascii_case(domain) || known.dns_name.eq_ignore_ascii_case(domain)
        };
        let found = self.domains.iter().find(named).map(|known| known.base.as_str());
        found.ok_or_else(|| unknown(&format!("{domain} is no domain of this forest")))
    }

    /// The accounts that were met.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The account that a person calls this.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn account(&self, label: &str) -> Result<&Account, Failure> {
        let found = self.accounts.iter().find(|account| account.label == label);
        found.ok_or_else(|| unknown("the account was not found"))
    }

    /// Whether the entry with this name lies in the domain of the computer.
    pub fn is_at_home(&self, name: &str) -> bool {
        self.domain.as_deref().is_some_and(|domain| entry::home(name).eq_ignore_ascii_case(domain))
    }

    /// Takes what the server says of itself.
    pub fn learn_server(&mut self, entries: &[Entry]) {
        let Some(entry) = entries.first() else { return };
        self.domain = entry.text("defaultNamingContext").map(str::to_owned);
        self.configuration = entry.text("configurationNamingContext").map(str::to_owned);
    }

    /// Takes the domains of the forest.
    pub fn learn_domains(&mut self, entries: &[Entry]) {
        self.domains.extend(entries.iter().filter_map(|entry| {
            Some(Domain {
                short_name: entry.text("nETBIOSName")?.to_owned(),
                dns_name: entry.text("dnsRoot").unwrap_or_default().to_owned(),
                base: entry.text("nCName")?.to_owned(),
            })
        }));
    }

    /// Takes the SID of the domain.
    pub fn learn_domain(&mut self, entries: &[Entry]) {
        self.domain_sid = entries.first().and_then(|entry| entry.first("objectSid")).map(<[u8]>::to_vec);
    }

    /// Takes accounts; `whole` says that all was asked of them that is ever asked, of a server that knows it.
    pub fn learn_accounts(&mut self, entries: &[Entry], whole: bool) {
        for entry in entries {
            match self.accounts.iter_mut().find(|account| account.name.eq_ignore_ascii_case(&entry.name)) {
                Some(account) => account.whole |= whole,
                None => self.accounts.push(Account { label: self.label(entry), name: entry.name.clone(), whole }),
            }
        }
    }

    fn label(&self, entry: &Entry) -> String {
        let first = entry.name.split(',').next().unwrap_or_default();
        let short_name = entry.text("sAMAccountName").unwrap_or_else(|| first.get(3..).unwrap_or(first));
        let home = entry::home(&entry.name);
        match self.domains.iter().find(|domain| domain.base.eq_ignore_ascii_case(home)) {
            Some(domain) => format!(r"{}\{short_name}", domain.short_name),
            None => short_name.to_owned(),
        }
    }
}

fn unknown(why: &str) -> Failure {
    Failure::new(FailureKind::NotAsked, why)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::directory::entry::Attribute;

    pub(in crate::directory) fn entry(name: &str, attributes: &[(&str, &str)]) -> Entry {
        let attribute = |(name, value): &(&str, &str)| Attribute {
            name: (*name).to_owned(),
            values: vec![value.as_bytes().to_vec()],
        };
        Entry { name: name.to_owned(), attributes: attributes.iter().map(attribute).collect() }
    }

    /// `WEB01` in `contoso.com`, which has a child.
    pub(in crate::directory) fn contoso() -> Known {
        let mut known = Known::new(Some("WEB01"));
        let contexts = [
            ("defaultNamingContext", "DC=contoso,DC=com"),
            ("configurationNamingContext", "CN=Configuration,DC=contoso,DC=com"),
        ];
        known.learn_server(&[entry("", &contexts)]);
        let domain = |short: &str, dns: &str, base: &str| {
            entry(&format!("CN={short}"), &[("nETBIOSName", short), ("dnsRoot", dns), ("nCName", base)])
        };
        known.learn_domains(&[
            domain("CONTOSO", "contoso.com", "DC=contoso,DC=com"),
            domain("CHILD", "child.contoso.com", "DC=child,DC=contoso,DC=com"),
            entry("CN=Enterprise Schema", &[("dnsRoot", "contoso.com"), ("nCName", "CN=Schema")]),
        ]);
        known
    }

    #[test]
    fn accounts_are_kept_once_and_called_as_people_call_them() {
        let mut known = contoso();
        let svc = entry("CN=svc,DC=contoso,DC=com", &[("sAMAccountName", "svc-web")]);
        let other = entry("CN=svc,DC=child,DC=contoso,DC=com", &[]);
        known.learn_accounts(&[svc.clone(), other.clone()], false);
        known.learn_accounts(&[Entry { name: svc.name.to_uppercase(), ..svc.clone() }], true);
        known.learn_accounts(&[svc], false);
        let account =
            |label: &str, name: &str, whole| Account { label: label.to_owned(), name: name.to_owned(), whole };
        let expected =
            [account(r"CONTOSO\svc-web", "CN=svc,DC=contoso,DC=com", true), account(r"CHILD\svc", &other.name, false)];
        assert_eq!(known.accounts(), expected);
        assert!(known.is_at_home("CN=svc,DC=contoso,DC=com") && !known.is_at_home(&other.name));
    }
}

//! The part of the directory that matters here: accounts and their service principal names.

/// The distinguished name of the domain.
pub const DOMAIN: &str = "DC=contoso,DC=com";

/// An account of the domain.
#[derive(Clone, Debug)]
pub struct Account {
    /// The name that `setspn -L` is asked for, without domain: `WEB01`, `svc-web`.
    pub name: String,
    /// The distinguished name.
    pub dn: String,
    /// The SPNs, in the order of the directory.
    pub spns: Vec<String>,
}

/// The accounts of the domain.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    accounts: Vec<Account>,
}

impl Directory {
    /// Adds an account in this unit of the domain, such as `OU=Servers`.
    pub fn account(&mut self, name: &str, unit: &str, spns: &[&str]) {
        let dn = format!("CN={name},{unit},{DOMAIN}");
        let spns = spns.iter().map(|&spn| spn.to_owned()).collect();
        self.accounts.push(Account { name: name.to_owned(), dn, spns });
    }

    /// The account of this name, if the domain has one.
    pub fn get(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == name)
    }

    /// Registers an SPN on an account, next to any that has it already.
    ///
    /// # Panics
    ///
    /// There is no such account.
    pub fn register(&mut self, spn: &str, name: &str) {
        let account = self.accounts.iter_mut().find(|account| account.name == name);
        account.expect("the account is in the directory").spns.push(spn.to_owned());
    }

    /// Takes an SPN from every account.
    pub fn unregister(&mut self, spn: &str) {
        for account in &mut self.accounts {
            account.spns.retain(|held| !held.eq_ignore_ascii_case(spn));
        }
    }

    /// The accounts that hold an SPN, whatever its case.
    pub fn holders(&self, spn: &str) -> Vec<&Account> {
        self.accounts.iter().filter(|account| account.spns.iter().any(|held| held.eq_ignore_ascii_case(spn))).collect()
    }

    /// Each SPN that several accounts hold, with their distinguished names.
    pub fn duplicates(&self) -> Vec<(String, Vec<&str>)> {
        let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
        for spn in self.accounts.iter().flat_map(|account| &account.spns) {
            let holders = self.holders(spn);
            if holders.len() > 1 && !groups.iter().any(|(known, _)| known.eq_ignore_ascii_case(spn)) {
                groups.push((spn.clone(), holders.iter().map(|account| account.dn.as_str()).collect()));
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_spn_has_several_holders_whatever_its_case() {
        let mut directory = Directory::default();
        directory.account("svc-web", "OU=Service Accounts", &["HTTP/app", "HTTP/other"]);
        directory.account("svc-old", "OU=Service Accounts", &["http/APP"]);
        let dns =
            ["CN=svc-web,OU=Service Accounts,DC=contoso,DC=com", "CN=svc-old,OU=Service Accounts,DC=contoso,DC=com"];
        assert_eq!(directory.duplicates(), [("HTTP/app".to_owned(), dns.to_vec())]);
        directory.unregister("HTTP/App");
        assert_eq!(directory.duplicates(), []);
        assert_eq!(directory.holders("HTTP/other").len(), 1);
    }
}

//! The part of the directory that matters here: accounts, what they may do, and their service principal names.

use crate::layout::ldif::Value;

/// The distinguished name of the domain.
pub const DOMAIN: &str = "DC=contoso,DC=com";
/// The domain in the security identifiers of its accounts.
const DOMAIN_SID: [u32; 4] = [21, 1_004_336_348, 1_177_238_915, 682_003_330];

/// An account of the domain.
#[derive(Clone, Debug)]
pub struct Account {
    /// The name that `setspn -L` is asked for, without domain: `WEB01`, `svc-web`.
    pub name: String,
    /// The distinguished name.
    pub dn: String,
    /// What kind of account it is.
    pub class: Class,
    /// The last part of its security identifier.
    pub rid: u32,
    /// The SPNs, in the order of the directory.
    pub spns: Vec<String>,
    /// All other attributes that it has, in the order of the directory.
    attributes: Vec<(&'static str, Value)>,
}

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A person, or a service.
    User,
    /// A member of the domain.
    Computer,
    /// A domain controller.
    DomainController,
    /// A managed service account, whose name is given with its dollar.
    GroupManaged,
}

impl Class {
    const fn is_computer(self) -> bool {
        matches!(self, Self::Computer | Self::DomainController)
    }

    /// `objectClass`, from the most general to the most special.
    fn object_classes(self) -> Vec<&'static str> {
        let mut classes = vec!["top", "person", "organizationalPerson", "user"];
        if self.is_computer() || self == Self::GroupManaged {
            classes.push("computer");
        }
        if self == Self::GroupManaged {
            classes.push("msDS-GroupManagedServiceAccount");
        }
        classes
    }

    /// `pwdLastSet`: computers change it every month, here on 2026-02-20; a person did it on 2025-06-10.
    const fn password_set(self) -> &'static str {
        if self.is_computer() { "134160408000000000" } else { "133940124000000000" }
    }

    /// `userAccountControl`: a service's password does not expire, a domain controller may delegate.
    const fn control(self) -> &'static str {
        match self {
            Self::User => "66048",
            Self::Computer | Self::GroupManaged => "4096",
            Self::DomainController => "532480",
        }
    }
}

impl Account {
    /// The name with the dollar that computers have.
    pub fn logon_name(&self) -> String {
        if self.class.is_computer() { format!("{}$", self.name) } else { self.name.clone() }
    }

    /// Every attribute, whoever asks for it.
    pub(crate) fn values(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &str| Value::Text(text.to_owned());
        let classes = self.class.object_classes().into_iter().map(|class| ("objectClass", text(class)));
        let own = [("sAMAccountName", text(&self.logon_name())), ("objectSid", Value::Bytes(sid(self.rid)))];
        let spns = self.spns.iter().map(|spn| ("servicePrincipalName", text(spn)));
        classes.chain(own).chain(spns).chain(self.attributes.iter().cloned()).collect()
    }
}

/// The bytes of the security identifier of an account of the domain.
pub fn sid(rid: u32) -> Vec<u8> {
    let parts = DOMAIN_SID.into_iter().chain([rid]).flat_map(u32::to_le_bytes);
    [1, 5, 0, 0, 0, 0, 0, 5].into_iter().chain(parts).collect()
}

/// A security descriptor that allows this account of the domain everything, and nobody else anything.
///
/// # Panics
///
/// Never: the identifier of an account is short.
pub fn allowing(rid: u32) -> Vec<u8> {
    let sid = sid(rid);
    let (entry, list) = (8 + sid.len(), 16 + sid.len());
    let small = |size: usize| u8::try_from(size).expect("a list of one entry is short");
    let head = [1, 0, 4, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0];
    let list = [4, 0, small(list), 0, 1, 0, 0, 0];
    let entry = [0, 0, small(entry), 0, 0xff, 1, 0x0f, 0];
    [head.as_slice(), &list, &entry, &sid].concat()
}

/// The accounts of the domain.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    accounts: Vec<Account>,
}

impl Directory {
    /// Adds an account in this unit of the domain, such as `OU=Servers`.
    pub fn account(&mut self, name: &str, rid: u32, class: Class, unit: &str, spns: &[&str]) {
        let dn = format!("CN={},{unit},{DOMAIN}", name.trim_end_matches('$'));
        let spns = spns.iter().map(|&spn| spn.to_owned()).collect();
        let text = |text: &str| Value::Text(text.to_owned());
        let mut attributes = vec![
            ("userAccountControl", text(class.control())),
            ("msDS-User-Account-Control-Computed", text("0")),
            ("msDS-KeyVersionNumber", text("3")),
            ("pwdLastSet", text(class.password_set())),
            ("accountExpires", text("9223372036854775807")),
            ("lockoutTime", text("0")),
            ("whenCreated", text("20210511091214.0Z")),
            ("whenChanged", text("20260221063011.0Z")),
        ];
        if class.is_computer() {
            attributes.push(("dNSHostName", text(&format!("{name}.contoso.com"))));
            attributes.push(("msDS-SupportedEncryptionTypes", text("28")));
            attributes.push(("operatingSystem", text("Windows Server 2022 Standard")));
        } else {
            attributes.push(("userPrincipalName", text(&format!("{name}@contoso.com"))));
            attributes.push(("msDS-SupportedEncryptionTypes", text("24")));
        }
        self.accounts.push(Account { name: name.to_owned(), dn, class, rid, spns, attributes });
    }

    /// Every account.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.iter()
    }

    /// The account of this name, if the domain has one.
    pub fn get(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == name)
    }

    /// Gives an account these values of an attribute, in place of what it had.
    ///
    /// # Panics
    ///
    /// There is no such account.
    pub fn set(&mut self, name: &str, attribute: &'static str, values: impl IntoIterator<Item = Value>) {
        let account = self.accounts.iter_mut().find(|account| account.name == name);
        let account = account.expect("the account is in the directory");
        account.attributes.retain(|(known, _)| *known != attribute);
        account.attributes.extend(values.into_iter().map(|value| (attribute, value)));
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
        directory.account("svc-web", 1621, Class::User, "OU=Service Accounts", &["HTTP/app", "HTTP/other"]);
        directory.account("svc-old", 1622, Class::User, "OU=Service Accounts", &["http/APP"]);
        let dns =
            ["CN=svc-web,OU=Service Accounts,DC=contoso,DC=com", "CN=svc-old,OU=Service Accounts,DC=contoso,DC=com"];
        assert_eq!(directory.duplicates(), [("HTTP/app".to_owned(), dns.to_vec())]);
        directory.unregister("HTTP/App");
        assert_eq!(directory.duplicates(), []);
        assert_eq!(directory.holders("HTTP/other").len(), 1);
    }
}

//! Accounts under the names that different tools give them: `CONTOSO\svc-web`, and `CN=svc-web,OU=…,DC=contoso,DC=com`.

use std::cmp::Ordering;
use std::fmt;

/// The distinguished name of an account, as the directory writes it.
#[derive(Clone, Debug)]
pub struct Dn(String);

impl Dn {
    /// A distinguished name as printed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the object itself: `svc-web` of `CN=svc-web,OU=…`.
    pub fn common_name(&self) -> &str {
        let first = self.0.split(',').next().unwrap_or_default();
        first.split_once('=').map_or(first, |(_, name)| name.trim())
    }

    /// The DNS name of its domain, in lower case: `contoso.com` of `…,DC=contoso,DC=com`.
    pub fn domain(&self) -> String {
        let parts = self.0.split(',').filter_map(|part| part.trim().split_once('='));
        let labels = parts.filter(|(key, _)| key.eq_ignore_ascii_case("DC")).map(|(_, label)| label.to_lowercase());
        labels.collect::<Vec<_>>().join(".")
    }

    fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq for Dn {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for Dn {}

impl PartialOrd for Dn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Dn {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(&other.folded())
    }
}

/// The name of a domain account as IIS and `setspn` take it: `DOMAIN\name`, `name@domain`, or the name alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountName {
    domain: Option<String>,
    name: String,
}

impl AccountName {
    /// Splits a name as it was written. Names are not checked: see [`AccountName::is_safe`] before pasting one.
    pub fn parse(text: &str) -> Self {
        if let Some((domain, name)) = text.split_once('\\') {
            return Self { domain: Some(domain.to_owned()), name: name.to_owned() };
        }
        match text.rsplit_once('@') {
            Some((name, domain)) => Self { domain: Some(domain.to_owned()), name: name.to_owned() },
            None => Self { domain: None, name: text.to_owned() },
        }
    }

    /// An account with a name of its own and the name of its domain.
    pub fn new(domain: Option<String>, name: impl Into<String>) -> Self {
        Self { domain, name: name.into() }
    }

    /// The account of a computer in a domain.
    pub fn machine(domain: Option<&str>, host: &str) -> Self {
        Self::new(domain.map(str::to_owned), format!("{}$", host.to_uppercase()))
    }

    /// The domain, as written.
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// The name without its domain, as written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether both name the same account, as far as names can tell: a short domain name stands for the DNS name
    /// that begins with it, no domain for any, and a computer may be named without its `$`.
    pub fn is(&self, other: &Self) -> bool {
        let same_domain = match (&self.domain, &other.domain) {
            (Some(one), Some(other)) => same_domain(one, other),
            _ => true,
        };
        same_domain && self.is_called(&other.name)
    }

    /// Whether the account has this name, whatever its domain.
    pub fn is_called(&self, name: &str) -> bool {
        let folded = |name: &str| name.strip_suffix('$').unwrap_or(name).to_lowercase();
        folded(&self.name) == folded(name)
    }

    /// Whether this distinguished name is that of the account, as far as names can tell: its common name is the
    /// account's name (without the `$` of computers), and the domains agree.
    pub fn matches(&self, dn: &Dn) -> bool {
        let name = self.name.strip_suffix('$').unwrap_or(&self.name);
        let domain = self.domain.as_ref().is_none_or(|domain| same_domain(domain, &dn.domain()));
        domain && dn.common_name().to_lowercase() == name.to_lowercase()
    }

    /// Whether the name holds nothing that a command line could take for something else.
    pub fn is_safe(&self) -> bool {
        let safe = |text: &str| {
            !text.is_empty() && text.len() <= 256 && text.chars().all(|c| c.is_alphanumeric() || "-_.$".contains(c))
        };
        self.domain.as_deref().is_none_or(safe) && safe(&self.name)
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.domain {
            Some(domain) => write!(f, "{domain}\\{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// `CONTOSO` and `contoso.com` are the same domain: the NetBIOS name is the first label unless someone chose another.
fn same_domain(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let label = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    if one.contains('.') && other.contains('.') { one == other } else { label(&one) == label(&other) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_names_the_same_account() {
        let dn = Dn::new("CN=svc-web,OU=Service Accounts,DC=contoso,DC=com");
        for text in ["CONTOSO\\svc-web", "contoso\\SVC-WEB", "svc-web@contoso.com", "svc-web"] {
            assert!(AccountName::parse(text).matches(&dn), "{text}");
        }
        for text in ["FABRIKAM\\svc-web", "CONTOSO\\svc", "svc-web@fabrikam.com"] {
            assert!(!AccountName::parse(text).matches(&dn), "{text}");
        }
    }

    #[test]
    fn a_computer_has_a_dollar_in_one_name_and_none_in_the_other() {
        let dn = Dn::new("CN=WEB01,CN=Computers,DC=contoso,DC=com");
        assert!(AccountName::machine(Some("CONTOSO"), "web01").matches(&dn));
        assert_eq!(AccountName::machine(Some("CONTOSO"), "web01").to_string(), "CONTOSO\\WEB01$");
        assert_eq!(dn.domain(), "contoso.com");
    }

    #[test]
    fn a_name_that_could_harm_a_command_line_is_not_safe() {
        assert!(AccountName::parse("CONTOSO\\svc-web$").is_safe());
        for text in ["CONTOSO\\a b", "x & calc", "%COMSPEC%", "a\"b", "", "CONTOSO\\", "a\u{202e}b"] {
            assert!(!AccountName::parse(text).is_safe(), "{text:?}");
        }
    }
}

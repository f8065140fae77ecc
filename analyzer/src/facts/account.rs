//! Accounts under the names that different tools give them: `CONTOSO\svc-web`, and `CN=svc-web,OU=…,DC=contoso,DC=com`.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::formats::name::bounded;

/// The distinguished name of an account, as the directory writes it. Many facts are about one account, so that a copy
/// of its name costs nothing.
#[derive(Clone, Debug)]
pub struct Dn(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    text: String,
    /// What it is compared by: case and blanks between the parts do not matter.
    folded: String,
    common_name: String,
}

impl Dn {
    /// A distinguished name as printed.
    pub fn new(text: impl Into<String>) -> Self {
        let text = bounded(&text.into()).into_owned();
        let folded = parts(&text).map(|part| part.trim().to_lowercase()).collect::<Vec<_>>().join(",");
        let first = parts(&text).next().unwrap_or_default();
        let common_name = unescaped(first.split_once('=').map_or(first, |(_, name)| name.trim()));
        Self(Arc::new(Parts { text, folded, common_name }))
    }

    /// As printed.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The name of the object itself: `svc-web` of `CN=svc-web,OU=…`.
    pub fn common_name(&self) -> &str {
        &self.0.common_name
    }

    /// The DNS name of its domain, in lower case: `contoso.com` of `…,DC=contoso,DC=com`.
    pub fn domain(&self) -> String {
        let labels = parts(&self.0.folded).filter_map(|part| part.strip_prefix("dc="));
        labels.map(str::trim).collect::<Vec<_>>().join(".")
    }

    /// The DNS name of the domain that this is the name of; none when it names anything else.
    pub fn domain_alone(&self) -> Option<String> {
        let is_domain = parts(&self.0.folded).all(|part| part.starts_with("dc="));
        is_domain.then(|| self.domain())
    }
}

/// The parts of a distinguished name: commas divide them, unless a backslash stands before.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut is_escaped = false;
    text.split(move |c| {
        let divides = c == ',' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        divides
    })
}

/// `Doe\, John` is called `Doe, John`; `\0A` is the character with this code.
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let code = after.split_at_checked(2).and_then(|(code, rest)| Some((u8::from_str_radix(code, 16).ok()?, rest)));
        rest = if let Some((byte, behind)) = code {
            bytes.push(byte);
            behind
        } else {
            let mut characters = after.chars();
            bytes.extend(characters.next().map(String::from).unwrap_or_default().into_bytes());
            characters.as_str()
        };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl PartialEq for Dn {
    fn eq(&self, other: &Self) -> bool {
        self.0.folded == other.0.folded
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
        self.0.folded.cmp(&other.0.folded)
    }
}

/// The name of a domain account as IIS and `setspn` take it: `DOMAIN\name`, `name@domain`, or the name alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountName {
    domain: Option<String>,
    name: String,
    form: Form,
}

/// How a name was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// `DOMAIN\name`, or the name alone.
    AccountName,
    /// `name@domain`: a user principal name, whose two parts may differ from the account's name and its domain.
    Principal,
}

impl AccountName {
    /// Splits a name as it was written. Names are not checked: see [`AccountName::is_safe`] before pasting one.
    pub fn parse(text: &str) -> Self {
        if let Some((domain, name)) = text.split_once('\\') {
            return Self::new(Some(domain.to_owned()), name);
        }
        match text.rsplit_once('@') {
            Some((name, domain)) => Self { form: Form::Principal, ..Self::new(Some(domain.to_owned()), name) },
            None => Self::new(None, text),
        }
    }

    /// An account with a name of its own and the name of its domain.
    pub fn new(domain: Option<String>, name: impl Into<String>) -> Self {
        let domain = domain.map(|domain| bounded(&domain).into_owned());
        Self { domain, name: bounded(&name.into()).into_owned(), form: Form::AccountName }
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

    /// The user principal name, when this was written as one.
    pub fn principal(&self) -> Option<String> {
        let domain = self.domain.as_ref().filter(|_| self.form == Form::Principal)?;
        Some(format!("{}@{domain}", self.name))
    }

    /// Whether the account has this name, whatever its domain.
    pub fn is_called(&self, name: &str) -> bool {
        let folded = |name: &str| name.strip_suffix('$').unwrap_or(name).to_lowercase();
        folded(&self.name) == folded(name)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_may_be_part_of_a_name() {
        let dn = Dn::new(r"CN=Doe\, John\0ACNF:1,OU=A\,B,DC=contoso,DC=com");
        assert_eq!((dn.common_name(), dn.domain().as_str()), ("Doe, John\nCNF:1", "contoso.com"));
        assert_eq!(Dn::new(r"CN=x\\,DC=b").common_name(), r"x\");
        assert_eq!(Dn::new(r"CN=x\,DC=evil,DC=b").domain(), "b");
        assert_eq!((Dn::new("").common_name(), Dn::new("\\").common_name()), ("", ""));
    }

    #[test]
    fn blanks_and_case_make_no_other_name() {
        assert_eq!(Dn::new("cn=A, dc=B"), Dn::new("CN=a,DC=b"));
        assert_ne!(Dn::new(r"CN=a\,DC=b"), Dn::new("CN=a,DC=b"));
    }

    #[test]
    fn a_domain_has_a_name_of_its_own() {
        assert_eq!(Dn::new("DC=contoso, DC=com").domain_alone().as_deref(), Some("contoso.com"));
        assert_eq!((Dn::new("OU=x,DC=contoso").domain_alone(), Dn::new("").domain_alone()), (None, None));
    }

    #[test]
    fn a_computer_has_a_dollar() {
        assert_eq!(AccountName::machine(Some("CONTOSO"), "web01").to_string(), "CONTOSO\\WEB01$");
        assert!(AccountName::parse("WEB01$").is_called("web01"));
    }

    #[test]
    fn a_name_that_could_harm_a_command_line_is_not_safe() {
        assert!(AccountName::parse("CONTOSO\\svc-web$").is_safe());
        for text in ["CONTOSO\\a b", "x & calc", "%COMSPEC%", "a\"b", "", "CONTOSO\\", "a\u{202e}b"] {
            assert!(!AccountName::parse(text).is_safe(), "{text:?}");
        }
    }
}

//! What the directory is asked: each question becomes a search, once enough is known to ask it.

use crate::directory::account::{self, Place};
use crate::directory::failure::Failure;
use crate::directory::known::Known;
use crate::directory::search::{self, ANYTHING, Scope, Search};
use crate::directory::service::Catalog;

/// A question. Most are about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The server itself: its clock, and what it is responsible for. Anybody may ask this.
    Server,
    /// The domains of the forest.
    Domains,
    /// The classes of SPNs that `HOST` stands for.
    HostClasses,
    /// How old passwords get, and when accounts are locked.
    Domain,
    /// The domains that this one trusts, and that trust it.
    Trusts,
    /// The account of a computer.
    Computer,
    /// An account that an application pool runs as.
    PoolAccount,
    /// A computer or another account, named without its domain.
    NamedAccount,
    /// Who holds the SPN of this class.
    Owners(&'static str),
    /// Who holds an SPN of this class with a port.
    OwnersWithPort(&'static str),
    /// All about an account that holds an SPN.
    Holder,
    /// Whether an account belongs to the group that may use strong Kerberos only.
    ProtectedUsers,
}

/// A question as it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Who is asked.
    pub catalog: Catalog,
    /// The search.
    pub search: Search,
    /// What it is about.
    pub subject: Option<String>,
}

/// What is taken of every account that matters. Nothing of it is secret: the directory shows it to every user.
const ACCOUNT: &[&str] = &[
    "objectClass",
    "sAMAccountName",
    "sAMAccountType",
    "userPrincipalName",
    "dNSHostName",
    "objectSid",
    "primaryGroupID",
    "servicePrincipalName",
    "userAccountControl",
    "msDS-User-Account-Control-Computed",
    "msDS-SupportedEncryptionTypes",
    "msDS-KeyVersionNumber",
    "pwdLastSet",
    "msDS-UserPasswordExpiryTimeComputed",
    "accountExpires",
    "lockoutTime",
    "whenCreated",
    "whenChanged",
    "userWorkstations",
    "msDS-AllowedToDelegateTo",
    "msDS-AllowedToActOnBehalfOfOtherIdentity",
    "msDS-GroupMSAMembership",
    "msDS-AssignedAuthNPolicy",
    "msDS-AssignedAuthNPolicySilo",
    "operatingSystem",
    "operatingSystemVersion",
];

/// What a global catalog keeps of an account, and is needed to tell who it is.
const OWNER: &[&str] = &[
    "objectClass",
    "sAMAccountName",
    "userPrincipalName",
    "dNSHostName",
    "objectSid",
    "servicePrincipalName",
    "userAccountControl",
    "whenCreated",
    "whenChanged",
];

const SERVER: &[&str] = &[
    "currentTime",
    "dnsHostName",
    "serverName",
    "ldapServiceName",
    "defaultNamingContext",
    "rootDomainNamingContext",
    "configurationNamingContext",
    "domainFunctionality",
    "forestFunctionality",
    "domainControllerFunctionality",
    "isGlobalCatalogReady",
];

const DOMAINS: &[&str] =
    &["objectClass", "cn", "nETBIOSName", "dnsRoot", "nCName", "trustParent", "systemFlags", "uPNSuffixes"];

const DOMAIN: &[&str] = &[
    "objectSid",
    "maxPwdAge",
    "minPwdAge",
    "lockoutThreshold",
    "lockoutDuration",
    "lockOutObservationWindow",
    "msDS-Behavior-Version",
    "msDS-AllowedDNSSuffixes",
];

const TRUSTS: &[&str] = &[
    "cn",
    "trustPartner",
    "flatName",
    "trustDirection",
    "trustType",
    "trustAttributes",
    "securityIdentifier",
    "msDS-SupportedEncryptionTypes",
    "msDS-TrustForestTrustInfo",
    "whenChanged",
];

impl Question {
    /// The search that asks this about a name.
    ///
    /// # Errors
    ///
    /// Something that it needs is not known.
    pub fn about(self, name: &str, known: &Known) -> Result<Asked, Failure> {
        let subject = self.subject(name);
        let search = |catalog, base: &str, scope| {
            let attributes = self.attributes().iter().map(|name| (*name).to_owned()).collect();
            Asked {
                catalog,
                search: Search { base: base.to_owned(), scope, filter: self.filter(name), attributes },
                subject: subject.clone(),
            }
        };
        Ok(match self {
            Self::Server => search(Catalog::Server, "", Scope::Base),
            Self::Domains => {
                search(Catalog::Domain, &format!("CN=Partitions,{}", known.configuration()?), Scope::Subtree)
            }
            Self::HostClasses => {
                let base = format!("CN=Directory Service,CN=Windows NT,CN=Services,{}", known.configuration()?);
                search(Catalog::Domain, &base, Scope::Base)
            }
            Self::Domain => search(Catalog::Domain, known.domain()?, Scope::Base),
            Self::Trusts => search(Catalog::Domain, &format!("CN=System,{}", known.domain()?), Scope::OneLevel),
            Self::Computer | Self::NamedAccount => search(Catalog::Domain, known.domain()?, Scope::Subtree),
            Self::PoolAccount => {
                let Place { catalog, base, filter } = account::place(name, known)?;
                let asked = search(catalog, &base, Scope::Subtree);
                Asked { search: Search { filter, ..asked.search }, ..asked }
            }
            Self::Owners(_) | Self::OwnersWithPort(_) => search(Catalog::Forest, "", Scope::Subtree),
            Self::Holder | Self::ProtectedUsers => {
                let account = known.account(name)?;
                let catalog = if known.is_at_home(&account.name) { Catalog::Domain } else { Catalog::Forest };
                search(catalog, &account.name, Scope::Base)
            }
        })
    }

    /// The filter, as far as it can be told before anything is known.
    pub fn filter(self, name: &str) -> String {
        let (_, account) = name.rsplit_once('\\').unwrap_or(("", name));
        let (name, account) = (search::value(name), account::by_name(account));
        match self {
            Self::Server | Self::HostClasses | Self::Domain | Self::Holder => ANYTHING.to_owned(),
            Self::Domains => "(|(objectClass=crossRef)(objectClass=crossRefContainer))".to_owned(),
            Self::Trusts => "(objectClass=trustedDomain)".to_owned(),
            Self::Computer => format!("(sAMAccountName={name}$)"),
            Self::PoolAccount => account,
            Self::NamedAccount => format!("(|(sAMAccountName={name})(sAMAccountName={name}$))"),
            Self::Owners(class) => format!("(servicePrincipalName={class}/{name})"),
            Self::OwnersWithPort(class) => format!("(servicePrincipalName={class}/{name}:*)"),
            // Whether by itself or through other groups, as far as the chain goes.
            Self::ProtectedUsers => "(memberOf:1.2.840.113556.1.4.1941:=)".to_owned(),
        }
    }

    /// Where the directory is asked this, in words: what is written there is known only when it is asked.
    pub const fn place(self) -> &'static str {
        match self {
            Self::Server => "the server that answers",
            Self::Domains => "CN=Partitions in the configuration of the forest",
            Self::HostClasses => "CN=Directory Service in the configuration of the forest",
            Self::Domain => "the domain itself",
            Self::Trusts => "CN=System in the domain",
            Self::Computer | Self::PoolAccount | Self::NamedAccount => "the domain",
            Self::Owners(_) | Self::OwnersWithPort(_) => "the forest, at a global catalog",
            Self::Holder | Self::ProtectedUsers => "the account itself",
        }
    }

    /// The attributes that are asked for, and no others.
    pub const fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::Server => SERVER,
            Self::Domains => DOMAINS,
            Self::HostClasses => &["sPNMappings"],
            Self::Domain => DOMAIN,
            Self::Trusts => TRUSTS,
            Self::Computer | Self::PoolAccount | Self::NamedAccount | Self::Holder => ACCOUNT,
            Self::Owners(_) | Self::OwnersWithPort(_) => OWNER,
            Self::ProtectedUsers => &["sAMAccountName", "objectSid"],
        }
    }

    fn subject(self, name: &str) -> Option<String> {
        match self {
            Self::Server | Self::Domains | Self::HostClasses | Self::Domain | Self::Trusts | Self::ProtectedUsers => {
                None
            }
            Self::Computer | Self::PoolAccount | Self::NamedAccount | Self::Holder => Some(name.to_owned()),
            Self::Owners(class) | Self::OwnersWithPort(class) => Some(format!("{class}/{name}")),
        }
    }

    /// The question as an LDAP URL where nobody was asked.
    pub fn outline(self, name: &str) -> String {
        let scope = match self {
            Self::Server | Self::HostClasses | Self::Domain | Self::Holder | Self::ProtectedUsers => Scope::Base,
            Self::Trusts => Scope::OneLevel,
            _ => Scope::Subtree,
        };
        Search { base: String::new(), scope, filter: self.filter(name), attributes: Vec::new() }.url(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::known::tests::contoso;

    #[test]
    fn no_secret_is_ever_asked_for() {
        let secrets = ["password", "pwd", "secret", "key", "laps", "mcs-adm", "supplemental", "recovery", "authinfo"];
        let told =
            ["pwdLastSet", "maxPwdAge", "minPwdAge", "msDS-UserPasswordExpiryTimeComputed", "msDS-KeyVersionNumber"];
        for attribute in [ACCOUNT, OWNER, SERVER, DOMAINS, DOMAIN, TRUSTS].into_iter().flatten() {
            let secret = secrets.iter().any(|secret| attribute.to_lowercase().contains(secret));
            assert!(!secret || told.contains(attribute), "{attribute}");
            // Constructed from the groups of an account, by their names.
            assert!(!["memberOf", "tokenGroups"].contains(attribute));
        }
    }

    #[test]
    fn each_question_knows_where_to_ask() {
        let check = |question: Question, name: &str, expected: &str| {
            let Asked { catalog, search, subject } = question.about(name, &contoso()).expect("known");
            let subject = subject.unwrap_or_default();
            let line = format!("{catalog:?} {} {} {} {subject}", search.base, search.scope.title(), search.filter);
            assert_eq!(line.trim(), expected);
            assert!(!search.attributes.is_empty(), "all attributes would be asked for");
        };
        check(Question::Server, "", "Server  base (objectClass=*)");
        check(
            Question::HostClasses,
            "",
            "Domain CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,DC=contoso,DC=com base (objectClass=*)",
        );
        check(Question::Trusts, "", "Domain CN=System,DC=contoso,DC=com one-level (objectClass=trustedDomain)");
        check(Question::Computer, "WEB01", "Domain DC=contoso,DC=com subtree (sAMAccountName=WEB01$) WEB01");
        let both = "Domain DC=contoso,DC=com subtree (|(sAMAccountName=web01)(sAMAccountName=web01$)) web01";
        check(Question::NamedAccount, "web01", both);
        check(Question::Owners("HOST"), "a*", r"Forest  subtree (servicePrincipalName=HOST/a\2a) HOST/a*");
        check(Question::OwnersWithPort("HTTP"), "a", "Forest  subtree (servicePrincipalName=HTTP/a:*) HTTP/a");
    }
}

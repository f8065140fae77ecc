//! Who the host is: its names, its domain, its system, its addresses.

use std::net::IpAddr;

use crate::evidence::place::{Cited, Evidence};

/// Characters of a NetBIOS name. A longer host name is cut there, and both names are in use.
const NETBIOS: usize = 15;

/// The key of a host: its NetBIOS name in upper case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(String);

impl HostName {
    /// The key for a name; of a DNS name, the first label counts.
    pub fn new(name: &str) -> Self {
        Self(name.split('.').next().unwrap_or_default().chars().take(NETBIOS).collect::<String>().to_uppercase())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a host is for, as far as the evidence shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It runs IIS.
    WebServer,
    /// It issues tickets.
    DomainController,
    /// Anything else: where users sign in from.
    Client,
}

impl Role {
    /// One word for machines and people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebServer => "web-server",
            Self::DomainController => "domain-controller",
            Self::Client => "client",
        }
    }
}

/// Who a host is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The key.
    pub name: HostName,
    /// Its host name in DNS, in lower case, where it is stated; it may be longer than the NetBIOS name.
    pub host_name: Option<String>,
    /// The DNS suffix of its names, in lower case.
    pub domain: Option<Cited<String>>,
    /// The DNS name of the domain that its account is in, where it is stated; it may differ from the suffix.
    pub account_domain: Option<String>,
    /// The NetBIOS name of that domain, where the directory states it.
    pub netbios_domain: Option<String>,
    /// The workgroup that it belongs to in place of a domain, where that is stated.
    pub workgroup: Option<Cited<String>>,
    /// The product name of its system.
    pub os: Option<String>,
    /// The version of its system, such as `10.0.20348`.
    pub os_version: Option<String>,
    /// When its bundle was collected.
    pub collected_at: Option<jiff::Timestamp>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Where its name is stated, if an artifact does.
    pub at: Option<Evidence>,
}

impl Identity {
    /// A host of which only the name is known.
    pub const fn named(name: HostName) -> Self {
        Self {
            name,
            host_name: None,
            domain: None,
            account_domain: None,
            netbios_domain: None,
            workgroup: None,
            os: None,
            os_version: None,
            collected_at: None,
            addresses: Vec::new(),
            at: None,
        }
    }

    /// The names under which the host itself is registered: short, and with its domain when that is known.
    pub fn dns_names(&self) -> Vec<String> {
        let short = self.host_name.clone().unwrap_or_else(|| self.name.as_str().to_lowercase());
        let full = self.domain.as_ref().map(|domain| format!("{short}.{}", domain.value));
        std::iter::once(short).chain(full).collect()
    }

    /// Whether it has a Windows for servers, as the name of the product says in every language.
    pub fn is_server(&self) -> bool {
        self.os.as_deref().is_some_and(|name| name.to_lowercase().contains("server"))
    }

    /// The name with its domain; where the domain is not known, the short one.
    pub fn full_name(&self) -> Option<String> {
        self.dns_names().pop()
    }

    /// Whether a name in a URL is a name of this host.
    pub fn answers_to(&self, name: &str) -> bool {
        self.dns_names().contains(&name.to_lowercase())
    }

    /// The version of IIS that comes with the system, where the version is known.
    ///
    /// Windows has one IIS version for each release; 10.0 has served since Windows 10 and Server 2016.
    pub fn iis_version(&self) -> Option<&'static str> {
        let mut parts = self.os_version.as_deref()?.split('.');
        match (parts.next()?, parts.next()?) {
            ("5", "0") => Some("5.0"),
            ("5", "1") => Some("5.1"),
            ("5", "2") => Some("6.0"),
            ("6", "0") => Some("7.0"),
            ("6", "1") => Some("7.5"),
            ("6", "2") => Some("8.0"),
            ("6", "3") => Some("8.5"),
            ("10", _) => Some("10.0"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::ArtifactId;

    #[test]
    fn a_long_host_name_is_cut_for_netbios_and_whole_in_dns() {
        let mut host = Identity::named(HostName::new("webserver-prod-01.contoso.com"));
        assert_eq!(host.name.as_str(), "WEBSERVER-PROD-");
        host.host_name = Some("webserver-prod-01".to_owned());
        host.domain = Some(Cited::new("contoso.com".to_owned(), ArtifactId(0).line(1)));
        assert_eq!(host.dns_names(), ["webserver-prod-01", "webserver-prod-01.contoso.com"]);
    }
}

//! LDAP URLs (RFC 4516): a question to a directory in one line.

use std::fmt;

use crate::formats::escaped::decoded;

/// Characters of a filter that are shown of a question.
const SHOWN: usize = 120;

/// The parts of an LDAP URL as text, with their defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdapUrl {
    /// Who is asked, perhaps with a port; none when the URL does not say.
    pub server: Option<String>,
    /// Where to begin.
    pub base: String,
    /// The attributes that are wanted, separated by commas; `*` for all.
    pub attributes: String,
    /// How far to go: `base`, `one` or `sub`.
    pub scope: String,
    /// What to look for.
    pub filter: String,
}

impl LdapUrl {
    /// Reads a URL; none when it is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        if !matches!(scheme.to_ascii_lowercase().as_str(), "ldap" | "ldaps") {
            return None;
        }
        let (server, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let mut parts = rest.split('?');
        let mut part = |default: &str| {
            let part = parts.next().filter(|part| !part.is_empty()).unwrap_or(default);
            decoded(part, '%')
        };
        Some(Self {
            server: decoded(server, '%').filter(|server| !server.is_empty()),
            base: part("")?,
            attributes: part("*")?,
            scope: part("base")?,
            filter: part("(objectClass=*)")?,
        })
    }
}

impl fmt::Display for LdapUrl {
    /// The question in words. Holds text from the bundle: escape it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("directory search for ")?;
        match self.filter.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}…", self.filter.get(..end).unwrap_or_default())?,
            None => f.write_str(&self.filter)?,
        }
        if self.scope == "base" {
            write!(f, " at {}", if self.base.is_empty() { "the server itself" } else { &self.base })?;
        }
        self.server.as_ref().map_or(Ok(()), |server| write!(f, " on {server}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(url: &str) -> Option<String> {
        LdapUrl::parse(url).map(|url| url.to_string())
    }

    #[test]
    fn a_url_has_five_parts() {
        let url = LdapUrl::parse("ldap://dc1:3268/DC=a%20b,DC=c?cn,sn?sub?(cn=%2528x)").expect("a URL");
        let parts = [&url.base, &url.attributes, &url.scope, &url.filter].map(String::as_str);
        assert_eq!((url.server.as_deref(), parts), (Some("dc1:3268"), ["DC=a b,DC=c", "cn,sn", "sub", "(cn=%28x)"]));
        assert_eq!(url.to_string(), "directory search for (cn=%28x) on dc1:3268");
    }

    #[test]
    fn what_a_url_leaves_out_has_its_default() {
        let url = LdapUrl::parse("LDAP:///CN=a??").expect("a URL");
        let parts = [&url.base, &url.attributes, &url.scope, &url.filter].map(String::as_str);
        assert_eq!((url.server.as_deref(), parts), (None, ["CN=a", "*", "base", "(objectClass=*)"]));
        assert_eq!(
            words("ldap://dc1").as_deref(),
            Some("directory search for (objectClass=*) at the server itself on dc1")
        );
    }

    #[test]
    fn what_is_no_url_or_damaged_is_none() {
        for text in ["", "setspn -Q HTTP/a", "http://dc1/", "ldap://dc1/%z", "ldap://dc1/?%zz", "ldap://dc1/?a?b?%ff"] {
            assert_eq!(words(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_filter_is_shown_in_part() {
        let shown = words(&format!("ldap://dc1/?cn?sub?(cn={})", "ä".repeat(500))).unwrap_or_default();
        assert!(shown.contains("ää… on dc1") && shown.chars().count() < 200, "{shown}");
    }
}

//! A service principal name whose form was checked: `class/host`, perhaps with a port and more parts.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A service principal name. Names that differ in case are the same name, as they are for a KDC. A copy costs nothing.
#[derive(Clone, Debug)]
pub struct Spn(Arc<Name>);

#[derive(Debug)]
struct Name {
    text: String,
    folded: String,
}

impl Spn {
    /// Accepts a name that an SPN can have. What it accepts is safe on a command line: letters, digits and `-_.:/${}@`.
    pub fn parse(text: &str) -> Option<Self> {
        let (class, rest) = text.split_once('/')?;
        let part = |part: &str, extra: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || extra.contains(c))
        };
        let is_spn = part(class, "-_.") && rest.split('/').all(|rest| part(rest, "-_.:${}@")) && text.len() <= 512;
        is_spn.then(|| Self(Arc::new(Name { text: text.to_owned(), folded: text.to_lowercase() })))
    }

    /// The name that a browser asks a ticket for: `HTTP/host`, also where the URL says https.
    pub fn http(host: &str) -> Option<Self> {
        Self::parse(&format!("HTTP/{host}"))
    }

    /// The name of a host's own account under which `HTTP` is found when nobody holds it by itself.
    pub fn host_alias(host: &str) -> Option<Self> {
        Self::parse(&format!("HOST/{host}"))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// In lower case: what it is compared by.
    pub fn folded(&self) -> &str {
        &self.0.folded
    }

    /// The service class in lower case.
    pub fn class(&self) -> &str {
        self.0.folded.split('/').next().unwrap_or_default()
    }

    /// The host in lower case, without a port.
    pub fn host(&self) -> &str {
        let host = self.0.folded.split('/').nth(1).unwrap_or_default();
        host.split(':').next().unwrap_or_default()
    }

    /// The port, where it has one.
    pub fn port(&self) -> Option<&str> {
        self.0.folded.split('/').nth(1)?.split_once(':').map(|(_, port)| port)
    }
}

impl fmt::Display for Spn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl PartialEq for Spn {
    fn eq(&self, other: &Self) -> bool {
        self.0.folded == other.0.folded
    }
}

impl Eq for Spn {}

impl PartialOrd for Spn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Spn {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.folded.cmp(&other.0.folded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter_and_ports_do() {
        let spn = |text| Spn::parse(text).expect("an SPN");
        assert_eq!(spn("HTTP/Web01.Contoso.com"), spn("http/web01.contoso.COM"));
        assert_ne!(spn("HTTP/web01:81"), spn("HTTP/web01"));
        assert_eq!((spn("HTTP/Web01:81").class(), spn("HTTP/Web01:81").host()), ("http", "web01"));
        assert_eq!((spn("HTTP/Web01:81").port(), spn("HTTP/Web01").port()), (Some("81"), None));
    }

    #[test]
    fn what_could_harm_a_command_line_is_no_spn() {
        for text in
            ["HTTP/a b", "HTTP/a&calc", "HTTP/a\"b", "HTTP/a|b", "HTTP/%x%", "HTTP/a\u{202e}b", "HTTP/", "/a", "HTTP"]
        {
            assert_eq!(Spn::parse(text), None, "{text:?}");
        }
    }
}

//! One search: where, how deep, for what; and how it reads as an LDAP URL.

use std::fmt::Write as _;

/// What is asked of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The name below which is searched; empty for the server itself, or for a whole forest.
    pub base: String,
    /// How far below.
    pub scope: Scope,
    /// Which entries, as a filter of RFC 4515.
    pub filter: String,
    /// Which of their attributes.
    pub attributes: Vec<String>,
}

/// How far below its base a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The base and nothing else.
    Base,
    /// What is directly below.
    OneLevel,
    /// The base, and everything below.
    Subtree,
}

impl Scope {
    /// What stands in an answer.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::OneLevel => "one-level",
            Self::Subtree => "subtree",
        }
    }

    const fn in_url(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::OneLevel => "one",
            Self::Subtree => "sub",
        }
    }
}

/// Every entry.
pub const ANYTHING: &str = "(objectClass=*)";

impl Search {
    /// The search as an LDAP URL (RFC 4516); without a server where nobody was asked.
    pub fn url(&self, server: Option<&str>) -> String {
        format!(
            "ldap://{}/{}?{}?{}?{}",
            server.unwrap_or_default(),
            percent(&self.base),
            self.attributes.iter().map(|attribute| percent(attribute)).collect::<Vec<_>>().join(","),
            self.scope.in_url(),
            percent(&self.filter),
        )
    }
}

/// Encodes what a URL cannot hold, and what would end a part of it; the rest stays readable.
fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A text as the value in a filter: whatever is in it, it matches itself and nothing else.
pub fn value(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '*' | '(' | ')' | '\\' => escaped.push_str(&bytes(&[character as u8])),
            _ if character.is_control() => escaped.push_str(&bytes(character.encode_utf8(&mut [0; 4]).as_bytes())),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Bytes as the value in a filter.
pub fn bytes(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 3), |mut escaped, byte| {
        let _ = write!(escaped, "\\{byte:02x}");
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_a_filter_is_nothing_but_itself() {
        let check = |text: &str, expected: &str| assert_eq!(value(text), expected);
        check("HTTP/www.contoso.com", "HTTP/www.contoso.com");
        check("*)(objectClass=*", r"\2a\29\28objectClass=\2a");
        check("a\\b\0", r"a\5cb\00");
        check("größe\r\n\u{85}", r"größe\0d\0a\c2\85");
        assert_eq!(bytes(&[1, 0xab, 0]), r"\01\ab\00");
    }

    #[test]
    fn a_search_reads_as_a_url() {
        let search = Search {
            base: "OU=Web Größe?,DC=contoso,DC=com".to_owned(),
            scope: Scope::Subtree,
            filter: r"(servicePrincipalName=HTTP/\2a)".to_owned(),
            attributes: vec!["cn".to_owned(), "objectSid".to_owned()],
        };
        assert_eq!(
            search.url(Some("dc1.contoso.com:3268")),
            "ldap://dc1.contoso.com:3268/OU=Web%20Gr%C3%B6%C3%9Fe%3F,DC=contoso,DC=com\
             ?cn,objectSid?sub?(servicePrincipalName=HTTP/%5C2a)"
        );
        let root = Search { base: String::new(), scope: Scope::Base, filter: ANYTHING.to_owned(), ..search };
        assert_eq!(root.url(None), "ldap:///?cn,objectSid?base?(objectClass=*)");
    }
}

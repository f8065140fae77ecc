//! Entries of a directory: a name, and attributes whose values are bytes.

/// One entry, as the directory returned it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The distinguished name.
    pub name: String,
    /// Its attributes, in the order in which they came.
    pub attributes: Vec<Attribute>,
}

/// One attribute with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name, perhaps with options: `servicePrincipalName;range=0-1499`.
    pub name: String,
    /// The values.
    pub values: Vec<Vec<u8>>,
}

impl Entry {
    /// The first value of an attribute, where it is text.
    pub fn text(&self, attribute: &str) -> Option<&str> {
        self.first(attribute).and_then(|value| str::from_utf8(value).ok())
    }

    /// The first value of an attribute.
    pub fn first(&self, attribute: &str) -> Option<&[u8]> {
        let same = |found: &&Attribute| found.name.eq_ignore_ascii_case(attribute);
        self.attributes.iter().find(same)?.values.first().map(Vec::as_slice)
    }

    /// About how much memory it takes.
    pub fn size(&self) -> usize {
        let of_attribute = |attribute: &Attribute| {
            attribute.values.iter().fold(attribute.name.len(), |size, value| size.saturating_add(value.len()))
        };
        self.attributes.iter().map(of_attribute).fold(self.name.len(), usize::saturating_add)
    }
}

/// The part of a name that is the name of its domain: `DC=contoso,DC=com`.
pub fn home(name: &str) -> &str {
    let mut home = "";
    let mut rest = name;
    loop {
        let (above, part) = rest.rsplit_once(',').unwrap_or(("", rest));
        let of_domain = part.get(..3).is_some_and(|kind| kind.eq_ignore_ascii_case("DC="));
        // A comma after a backslash belongs to a value.
        if !of_domain || above.ends_with('\\') {
            return home;
        }
        home = name
            .get(name.len().saturating_sub(home.len() + usize::from(!home.is_empty()) + part.len())..)
            .unwrap_or("");
        if above.is_empty() {
            return home;
        }
        rest = above;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_domain() {
        let check = |name: &str, expected: &str| assert_eq!(home(name), expected, "{name}");
        check("CN=svc,CN=Users,DC=contoso,DC=com", "DC=contoso,DC=com");
        check("CN=svc,OU=DC=x,dc=child,dc=contoso,dc=com", "dc=child,dc=contoso,dc=com");
        check(r"CN=a\,DC=b,DC=com", "DC=com");
        check("DC=contoso,DC=com", "DC=contoso,DC=com");
        check("CN=svc,O=Contoso", "");
        check("", "");
        check("DC=\u{fc}", "DC=\u{fc}");
        check("\u{fc}\u{fc}", "");
    }

    #[test]
    fn attributes_are_found_in_any_spelling() {
        let values = vec![b"svc".to_vec(), b"other".to_vec()];
        let entry = Entry {
            name: "CN=svc".to_owned(),
            attributes: vec![Attribute { name: "sAMAccountName".to_owned(), values }],
        };
        assert_eq!(entry.text("samaccountname"), Some("svc"));
        assert_eq!(entry.text("objectSid"), None);
        assert_eq!(entry.size(), 6 + 14 + 8);
    }
}

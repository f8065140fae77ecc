//! What a search of the directory asked, and so what its answer proves: where nobody else is, and what is not set.

use crate::artifacts::ldif::DirectoryAnswer;
use crate::facts::account::Dn;
use crate::facts::ldap_filter::{Filter, Pattern};
use crate::formats::ldap_url::LdapUrl;

/// Ports of the global catalog, plain and encrypted.
const GLOBAL_CATALOG: [&str; 2] = ["3268", "3269"];

/// A search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Where it began; none when nobody tells.
    base: Option<String>,
    scope: Option<Scope>,
    filter: Filter,
    /// The attributes that were asked for, in lower case; none when nobody tells, or when it was all of them.
    attributes: Option<Vec<String>>,
    source: Replica,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Base,
    OneLevel,
    Subtree,
}

/// What kind of copy of the directory answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Replica {
    /// All attributes of one domain.
    Full,
    /// Some attributes of all domains of the forest.
    GlobalCatalog,
    /// Nobody tells.
    Unknown,
}

/// How far a search went.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// One domain: this one, or that of whoever asked.
    Domain(Option<String>),
    /// A domain with all domains below it.
    Tree(String),
    /// All domains of the forest.
    Forest,
}

impl Question {
    /// The question that an answer tells of itself, and where it is silent, the LDAP URL that it came from.
    pub fn of(answer: &DirectoryAnswer, url: Option<&str>) -> Self {
        let url = url.and_then(LdapUrl::parse);
        let tell = |name, part: fn(&LdapUrl) -> String| {
            let remark = answer.remark(name).map(|remark| remark.value.clone());
            remark.or_else(|| url.as_ref().map(part))
        };
        let server = tell("server", |url| url.server.clone().unwrap_or_default());
        let source = match server.as_deref() {
            None => Replica::Unknown,
            Some(server) => match server.rsplit_once(':') {
                Some((_, port)) if GLOBAL_CATALOG.contains(&port) => Replica::GlobalCatalog,
                _ => Replica::Full,
            },
        };
        let attributes = tell("attributes", |url| url.attributes.clone()).map(|list| {
            let names = list.split(',').map(|name| name.trim().to_ascii_lowercase());
            names.filter(|name| !name.is_empty()).collect()
        });
        Self {
            base: tell("base", |url| url.base.clone()),
            scope: tell("scope", |url| url.scope.clone()).as_deref().and_then(Scope::parse),
            filter: tell("filter", |url| url.filter.clone()).map_or(Filter::Other, |filter| Filter::parse(&filter)),
            attributes,
            source,
        }
    }

    /// How far the search went; none when it left out some of the places where accounts can be.
    pub fn reach(&self) -> Option<Reach> {
        let base = self.base.as_deref().filter(|_| self.scope == Some(Scope::Subtree))?;
        match (Dn::new(base).domain_alone(), self.source) {
            (_, Replica::GlobalCatalog) if base.is_empty() => Some(Reach::Forest),
            (Some(domain), Replica::GlobalCatalog) => Some(Reach::Tree(domain)),
            (Some(domain), Replica::Full | Replica::Unknown) => Some(Reach::Domain(Some(domain))),
            (None, _) => None,
        }
    }

    /// Where the search began, and whether it looked at what lies right below; none when nobody tells.
    pub fn looks_below(&self) -> Option<Dn> {
        let looks = matches!(self.scope, Some(Scope::OneLevel | Scope::Subtree));
        self.base.as_deref().filter(|_| looks).map(Dn::new)
    }

    /// The one entry that the search looked at; none when it went further.
    pub fn looks_at(&self) -> Option<Dn> {
        self.base.as_deref().filter(|base| self.scope == Some(Scope::Base) && !base.is_empty()).map(Dn::new)
    }

    /// The filter, as far as it is understood.
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Values such that every entry within reach which has one of them in this attribute (in lower case) was found.
    pub fn finds(&self, attribute: &str) -> Vec<&Pattern> {
        self.filter.finds(attribute)
    }

    /// Whether an attribute (in lower case) that an entry lacks is not set: it was asked for, and the one who answered
    /// has it.
    pub fn tells_all_of(&self, attribute: &str) -> bool {
        let asked =
            self.attributes.as_ref().is_some_and(|asked| asked.iter().any(|name| name == attribute || name == "*"));
        asked && self.source == Replica::Full
    }

    /// Whether the SPNs that an entry lacks are not set: the global catalog has them too.
    pub fn tells_all_spns(&self) -> bool {
        let spns = ["serviceprincipalname", "*"];
        self.attributes.as_ref().is_some_and(|asked| asked.iter().any(|name| spns.contains(&name.as_str())))
    }
}

impl Scope {
    fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "base" => Some(Self::Base),
            "one" | "one-level" | "onelevel" => Some(Self::OneLevel),
            "sub" | "subtree" => Some(Self::Subtree),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::ldif;
    use crate::evidence::place::ArtifactId;
    use crate::formats::text::Text;

    /// The question of a file with these comments, collected from this URL.
    fn question(remarks: &str, url: Option<&str>) -> Question {
        let text = format!("version: 1\n{remarks}\n\n# result: 0\n");
        let answer = ldif::parse(ArtifactId(0), &Text::from(text.as_str())).value.pop().unwrap_or_default();
        Question::of(&answer, url)
    }

    fn reach(server: &str, base: &str, scope: &str) -> Option<Reach> {
        question(&format!("# server: {server}\n# base: {base}\n# scope: {scope}"), None).reach()
    }

    const CONTOSO: &str = "DC=contoso,DC=com";

    #[test]
    fn a_search_reaches_what_its_server_and_its_base_hold() {
        let contoso = || "contoso.com".to_owned();
        assert_eq!(reach("dc1:389", CONTOSO, "subtree"), Some(Reach::Domain(Some(contoso()))));
        assert_eq!(reach("dc1", "dc=Contoso, dc=COM", "sub"), Some(Reach::Domain(Some(contoso()))));
        assert_eq!(reach("dc1:3268", CONTOSO, "subtree"), Some(Reach::Tree(contoso())));
        assert_eq!(reach("dc1:3269", "", "subtree"), Some(Reach::Forest));
        assert_eq!(reach("dc1:389", "", "subtree"), None);
        assert_eq!(reach("dc1:3268", CONTOSO, "one-level"), None);
        assert_eq!(reach("dc1:3268", "OU=Servers,DC=contoso,DC=com", "subtree"), None);
        assert_eq!(reach("dc1:3268", CONTOSO, "sideways"), None);
        assert_eq!(question("# filter: (cn=x)", None).reach(), None);
    }

    #[test]
    fn an_ldap_url_tells_what_the_comments_do_not() {
        let url = "ldap://dc1.contoso.com:3268/DC=contoso,DC=com?cn,servicePrincipalName?sub?(servicePrincipalName=HTTP/a%20b)";
        let asked = question("# x: y", Some(url));
        assert_eq!(asked.reach(), Some(Reach::Tree("contoso.com".to_owned())));
        assert_eq!(asked.finds("serviceprincipalname").first().and_then(|found| found.exact()), Some("HTTP/a b"));
        assert!(asked.tells_all_spns() && !asked.tells_all_of("cn"), "the global catalog has some attributes only");
        let other = question("# server: dc2:389\n# base: DC=fabrikam,DC=com", Some(url));
        assert_eq!(other.reach(), Some(Reach::Domain(Some("fabrikam.com".to_owned()))));
        assert!(other.tells_all_of("cn") && !other.tells_all_of("sn"));
    }

    #[test]
    fn a_source_that_is_no_url_tells_nothing() {
        for url in ["setspn -Q HTTP/a", "ldap://dc1/%zz?cn?sub?(cn=%", ""] {
            let asked = question("# x: y", Some(url));
            assert_eq!((asked.reach(), asked.finds("cn").len(), asked.tells_all_of("cn")), (None, 0, false), "{url}");
        }
        assert!(question("# x: y", Some("ldap://dc1/CN=a")).tells_all_of("cn"));
    }
}

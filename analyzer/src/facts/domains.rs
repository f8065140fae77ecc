//! Domains under their two names, `CONTOSO` and `contoso.com`, and which of them make up the forest.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::ldap_question::Reach;

/// Domains that are kept at most; the largest forests have hundreds.
const DOMAINS: usize = 10_000;

/// What is known about domains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Domains {
    /// DNS names, by NetBIOS name; both in lower case.
    dns: BTreeMap<String, String>,
    /// NetBIOS names as written, by DNS name in lower case.
    netbios: BTreeMap<String, String>,
    /// The DNS names of the domains of the forest, in lower case.
    forest: BTreeSet<String>,
    /// Whether the forest has no other domains.
    is_whole: bool,
}

impl Domains {
    /// A domain has these two names.
    pub fn name(&mut self, netbios: &str, dns: &str) {
        let dns = dns.trim_end_matches('.').to_lowercase();
        if netbios.is_empty() || dns.is_empty() || self.dns.len() >= DOMAINS {
            return;
        }
        self.dns.entry(netbios.to_lowercase()).or_insert_with(|| dns.clone());
        self.netbios.entry(dns).or_insert_with(|| netbios.to_owned());
    }

    /// A domain belongs to the forest.
    pub fn belong(&mut self, dns: &str) {
        if self.forest.len() < DOMAINS {
            self.forest.insert(dns.to_lowercase());
        }
    }

    /// The forest has no other domains than those that were told.
    pub const fn close(&mut self) {
        self.is_whole = true;
    }

    /// The NetBIOS name of a domain, where it is stated.
    pub fn netbios(&self, dns: &str) -> Option<&str> {
        self.netbios.get(&dns.to_lowercase()).map(String::as_str)
    }

    /// The DNS name of a domain in lower case: as it stands, or of its NetBIOS name, where that is stated.
    fn dns(&self, name: &str) -> Option<String> {
        let name = name.to_lowercase();
        self.dns.get(&name).cloned().or_else(|| name.contains('.').then_some(name))
    }

    /// Whether two names are those of one domain; none when it cannot be told.
    ///
    /// Where nobody states the NetBIOS name of a domain, it is the first label of its DNS name unless someone chose
    /// another: a name that is not that label may still be it.
    pub fn are_same(&self, one: &str, other: &str) -> Option<bool> {
        if let (Some(one), Some(other)) = (self.dns(one), self.dns(other)) {
            return Some(one == other);
        }
        let (one, other) = (one.to_lowercase(), other.to_lowercase());
        let (short, long) = if one.contains('.') { (other, one) } else { (one, other) };
        if let Some(stated) = self.netbios(&long) {
            return Some(stated.to_lowercase() == short);
        }
        let label = long.split('.').next().unwrap_or_default();
        if long.contains('.') { (label == short).then_some(true) } else { Some(long == short) }
    }

    /// Whether searches that went this far went through the whole forest; none when it cannot be told.
    pub fn are_all_within(&self, reaches: &[&Reach]) -> Option<bool> {
        if reaches.contains(&&Reach::Forest) {
            return Some(true);
        }
        let is_within = |domain: &str| {
            reaches.iter().any(|reach| match reach {
                Reach::Forest => true,
                // The domain of whoever asked: the only one, or nobody knows which.
                Reach::Domain(None) => self.forest.len() == 1,
                Reach::Domain(Some(own)) => own == domain,
                Reach::Tree(root) => {
                    domain.strip_suffix(root.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
                }
            })
        };
        if !self.forest.iter().all(|domain| is_within(domain)) {
            return Some(false);
        }
        self.is_whole.then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domains(forest: &[&str]) -> Domains {
        let mut domains = Domains::default();
        for domain in forest {
            domains.belong(domain);
        }
        domains
    }

    #[test]
    fn without_a_statement_the_first_label_is_taken_and_no_other_excluded() {
        let domains = Domains::default();
        let cases = [
            ("CONTOSO", "contoso.com", Some(true)),
            ("contoso.com", "CONTOSO.COM", Some(true)),
            ("contoso.com", "contoso.net", Some(false)),
            ("CORP", "contoso.com", None),
            ("contoso.com", "CORP", None),
            ("CORP", "contoso", Some(false)),
            ("CORP", "corp", Some(true)),
        ];
        for (one, other, expected) in cases {
            assert_eq!(domains.are_same(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn a_stated_name_is_the_only_one() {
        let mut domains = Domains::default();
        domains.name("CORP", "contoso.com.");
        let cases = [
            ("corp", "Contoso.com", Some(true)),
            ("CONTOSO", "contoso.com", Some(false)),
            ("CORP", "corp.com", Some(false)),
            ("CONTOSO", "contoso.net", Some(true)),
        ];
        for (one, other, expected) in cases {
            assert_eq!(domains.are_same(one, other), expected, "{one} {other}");
        }
        assert_eq!(domains.netbios("CONTOSO.com"), Some("CORP"));
    }

    #[test]
    fn a_search_of_one_domain_is_all_only_where_there_is_no_other() {
        let one = Reach::Domain(Some("contoso.com".to_owned()));
        let mine = Reach::Domain(None);
        let mut single = domains(&["contoso.com"]);
        assert_eq!((single.are_all_within(&[&one]), single.are_all_within(&[&mine])), (None, None));
        single.close();
        assert_eq!((single.are_all_within(&[&one]), single.are_all_within(&[&mine])), (Some(true), Some(true)));
        let two = domains(&["contoso.com", "emea.contoso.com"]);
        assert_eq!((two.are_all_within(&[&one]), two.are_all_within(&[&mine])), (Some(false), Some(false)));
        assert_eq!(two.are_all_within(&[&Reach::Forest]), Some(true));
        assert_eq!(Domains::default().are_all_within(&[&one]), None);
    }

    #[test]
    fn a_tree_holds_the_domains_below_its_root_and_no_others() {
        let tree = Reach::Tree("contoso.com".to_owned());
        let mut known = domains(&["contoso.com", "emea.contoso.com"]);
        known.close();
        assert_eq!(known.are_all_within(&[&tree]), Some(true));
        for other in ["fabrikam.com", "mycontoso.com"] {
            let mut two = domains(&["contoso.com", other]);
            two.close();
            assert_eq!(two.are_all_within(&[&tree]), Some(false), "{other}");
            let both = [&tree, &Reach::Domain(Some(other.to_owned()))];
            assert_eq!(two.are_all_within(&both), Some(true), "{other}");
        }
    }
}

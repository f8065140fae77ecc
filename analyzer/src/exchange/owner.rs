//! The account with whose key a KDC encrypts a ticket: the explicit holder of the SPN, or the host behind `HOST/…`.

use std::collections::BTreeSet;

use crate::evidence::place::Evidence;
use crate::facts::directory::{Directory, Holder};
use crate::facts::fact::Fact;
use crate::facts::spn::Spn;

/// What a KDC finds for an SPN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Nobody holds it, by itself or through `HOST`. The searches that say so.
    Nobody(Vec<Evidence>),
    /// One account holds it.
    One {
        /// The account.
        holder: Holder,
        /// By which name it was found.
        by: FoundBy,
    },
    /// Several accounts hold it; a KDC then answers as if nobody did.
    Several(Vec<Holder>),
    /// Accounts of different domains hold it, one in each: a KDC takes the account of its own domain.
    OnePerDomain(Vec<Holder>),
}

/// How a KDC found the holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The account holds this very SPN.
    Name,
    /// Nobody holds the SPN itself, and the account holds `HOST` for the same host. The search that found nobody.
    HostAlias(Option<Evidence>),
}

/// Searches the directory as a KDC does: the name itself first, and `HOST` only when nobody holds it.
pub fn owner(directory: &Directory, spn: &Spn) -> Fact<Owner> {
    match directory.holders(spn) {
        Fact::Known(holders) if holders.is_empty() => by_host(directory, spn),
        holders => holders.map(|holders| found(holders, FoundBy::Name)),
    }
}

fn by_host(directory: &Directory, spn: &Spn) -> Fact<Owner> {
    let nobody = directory.search_for(spn);
    // The list of aliases itself proves that the name is found under no other.
    let Some(host) = directory.alias_of(spn) else {
        return Fact::Known(Owner::Nobody(nobody.into_iter().chain(directory.aliases_at()).collect()));
    };
    let found_by = FoundBy::HostAlias(nobody);
    match directory.holders(&host) {
        Fact::Known(holders) if holders.is_empty() => {
            Fact::Known(Owner::Nobody(nobody.into_iter().chain(directory.search_for(&host)).collect()))
        }
        holders => holders.map(|holders| found(holders, found_by)),
    }
}

fn found(holders: Vec<Holder>, by: FoundBy) -> Owner {
    match holders.as_slice() {
        [holder] => Owner::One { holder: holder.clone(), by },
        _ if are_apart(&holders) => Owner::OnePerDomain(holders),
        _ => Owner::Several(holders),
    }
}

/// Whether no two holders are in one domain: a KDC sees a duplicate among the accounts of its own domain only.
pub fn are_apart(holders: &[Holder]) -> bool {
    let domains: BTreeSet<_> = holders.iter().map(|holder| holder.dn.domain()).collect();
    domains.len() == holders.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::gap::NotKnown;
    use crate::evidence::place::ArtifactId;
    use crate::facts::account::Dn;
    use crate::facts::ldap_question::Reach;

    fn spn(text: &str) -> Spn {
        Spn::parse(text).expect("an SPN")
    }

    fn directory(holds: &[(&str, &str)], searched: &[&str]) -> Directory {
        let mut directory = Directory::default();
        let at = ArtifactId(0).line(1);
        for (name, dn) in holds {
            directory.hold(spn(name), Dn::new(*dn), at);
        }
        for name in searched {
            directory.search(spn(name), Reach::Domain(None), at);
        }
        directory
    }

    fn owner_of(directory: &Directory) -> Fact<Owner> {
        owner(directory, &spn("HTTP/web01"))
    }

    #[test]
    fn an_explicit_holder_hides_the_host() {
        let directory =
            directory(&[("HTTP/web01", "CN=a,DC=x"), ("HOST/web01", "CN=WEB01,DC=x")], &["HTTP/web01", "HOST/web01"]);
        let Fact::Known(Owner::One { holder, by: FoundBy::Name }) = owner_of(&directory) else { panic!() };
        assert_eq!(holder.dn.common_name(), "a");
    }

    #[test]
    fn the_host_answers_when_nobody_holds_the_name() {
        let directory = directory(&[("HOST/web01", "CN=WEB01,DC=x")], &["HTTP/web01", "HOST/web01"]);
        assert!(matches!(owner_of(&directory), Fact::Known(Owner::One { by: FoundBy::HostAlias(_), .. })));
    }

    #[test]
    fn without_a_search_for_the_name_the_host_proves_nothing() {
        let directory = directory(&[("HOST/web01", "CN=WEB01,DC=x")], &["HOST/web01"]);
        assert_eq!(owner_of(&directory), Fact::Unknown(NotKnown::until("setspn -Q HTTP/web01")));
    }

    #[test]
    fn nobody_needs_both_searches() {
        assert!(matches!(owner_of(&directory(&[], &["HTTP/web01"])), Fact::Unknown(_)));
        let searched = directory(&[], &["HTTP/web01", "HOST/web01"]);
        assert!(matches!(owner_of(&searched), Fact::Known(Owner::Nobody(_))));
    }

    #[test]
    fn holders_in_different_domains_are_one_for_each_kdc() {
        let far = directory(&[("HTTP/web01", "CN=a,DC=x"), ("HTTP/web01", "CN=a,DC=y")], &[]);
        assert!(matches!(owner_of(&far), Fact::Known(Owner::OnePerDomain(holders)) if holders.len() == 2));
        let mixed = [("HTTP/web01", "CN=a,DC=x"), ("HTTP/web01", "CN=b,DC=x"), ("HTTP/web01", "CN=a,DC=y")];
        assert!(matches!(owner_of(&directory(&mixed, &[])), Fact::Known(Owner::Several(_))));
    }

    #[test]
    fn several_holders_are_all_named() {
        let directory = directory(&[("HTTP/web01", "CN=a,DC=x"), ("HTTP/web01", "CN=b,DC=x")], &[]);
        let Fact::Known(Owner::Several(holders)) = owner_of(&directory) else { panic!() };
        assert_eq!(holders.len(), 2);
    }
}

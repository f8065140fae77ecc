//! Where in the directory an account is found that a configuration names.

use crate::directory::failure::{Failure, FailureKind};
use crate::directory::known::Known;
use crate::directory::search;
use crate::directory::service::Catalog;

/// Where to look, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Who is asked.
    pub catalog: Catalog,
    /// Below which name.
    pub base: String,
    /// Which entry.
    pub filter: String,
}

/// Reads the name of an account as IIS takes it: `CONTOSO\svc`, `contoso.com\svc`, `svc@contoso.com`, or `svc`.
///
/// # Errors
///
/// The account is none of this forest.
pub fn place(name: &str, known: &Known) -> Result<Place, Failure> {
    match name.split_once('\\') {
        Some((domain, account)) => {
            if domain == "." || known.is_computer(domain) {
                return Err(Failure::new(
                    FailureKind::Absent,
                    "the account is one of this computer, not of the directory",
                ));
            }
            let (own, base) = (known.domain()?, known.base_of(domain)?);
            let catalog = if base.eq_ignore_ascii_case(own) { Catalog::Domain } else { Catalog::Forest };
            Ok(Place { catalog, base: base.to_owned(), filter: by_name(account) })
        }
        None => known.domain().map(|own| match name.split_once('@') {
            None => Place { catalog: Catalog::Domain, base: own.to_owned(), filter: by_name(name) },
            // Whoever has no such name of his own still signs in as `<account>@<his domain>`.
            Some((account, domain)) if known.base_of(domain).is_ok_and(|base| base.eq_ignore_ascii_case(own)) => {
                Place {
                    catalog: Catalog::Domain,
                    base: own.to_owned(),
                    filter: format!("(|{}{})", by_principal_name(name), by_name(account)),
                }
            }
            Some(_) => Place { catalog: Catalog::Forest, base: String::new(), filter: by_principal_name(name) },
        }),
    }
}

/// The filter for the name that every account has.
pub fn by_name(account: &str) -> String {
    format!("(sAMAccountName={})", search::value(account))
}

fn by_principal_name(name: &str) -> String {
    format!("(userPrincipalName={})", search::value(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::known::tests::contoso;

    fn check(name: &str, expected: Result<(Catalog, &str, &str), &str>) {
        let found = place(name, &contoso());
        let found = found.as_ref().map(|place| (place.catalog, place.base.as_str(), place.filter.as_str()));
        assert_eq!(found.map_err(|failure| failure.said.as_str()), expected, "{name}");
    }

    const HOME: &str = "DC=contoso,DC=com";

    #[test]
    fn an_account_of_this_domain_is_asked_of_its_server() {
        check(r"CONTOSO\svc-web", Ok((Catalog::Domain, HOME, "(sAMAccountName=svc-web)")));
        check(r"contoso.COM\svc-web", Ok((Catalog::Domain, HOME, "(sAMAccountName=svc-web)")));
        check(r"CONTOSO\*", Ok((Catalog::Domain, HOME, r"(sAMAccountName=\2a)")));
        check("svc-web", Ok((Catalog::Domain, HOME, "(sAMAccountName=svc-web)")));
        let both = "(|(userPrincipalName=svc@contoso.com)(sAMAccountName=svc))";
        check("svc@contoso.com", Ok((Catalog::Domain, HOME, both)));
    }

    #[test]
    fn an_account_of_the_forest_is_asked_of_the_global_catalog() {
        let child = "DC=child,DC=contoso,DC=com";
        check(r"CHILD\svc", Ok((Catalog::Forest, child, "(sAMAccountName=svc)")));
        check("svc@web.example", Ok((Catalog::Forest, "", "(userPrincipalName=svc@web.example)")));
    }

    #[test]
    fn other_accounts_are_not_asked_for() {
        let local = "the account is one of this computer, not of the directory";
        check(r".\svc", Err(local));
        check(r"web01\svc", Err(local));
        check(r"FABRIKAM\svc", Err("FABRIKAM is no domain of this forest"));
        let nothing = place("svc", &Known::default()).expect_err("nothing is known");
        assert_eq!(nothing.kind, FailureKind::NotAsked);
        let local = place(r".\svc", &Known::default()).expect_err("none of the directory");
        assert_eq!(local.kind, FailureKind::Absent);
    }
}

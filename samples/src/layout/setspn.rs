//! What `setspn` prints: the SPNs of an account, the accounts of an SPN, and SPNs with several accounts.

use super::page::Page;

/// An account as `setspn` shows it: its distinguished name and all of its SPNs.
#[derive(Clone, Debug)]
pub struct Holder<'a> {
    /// The distinguished name.
    pub dn: &'a str,
    /// The SPNs, in the order of the directory.
    pub spns: &'a [String],
}

/// `setspn -L account`.
pub fn list(holder: &Holder<'_>) -> String {
    let mut page = Page::default();
    page.line(format_args!("Registered ServicePrincipalNames for {}:", holder.dn));
    for spn in holder.spns {
        page.line(format_args!("\t{spn}"));
    }
    page.text()
}

/// `setspn -Q spn`: every account that holds it, each with all that it holds.
pub fn query(domain_dn: &str, holders: &[Holder<'_>]) -> String {
    let mut page = Page::default();
    page.line(format_args!("Checking domain {domain_dn}"));
    for holder in holders {
        page.line(holder.dn);
        for spn in holder.spns {
            page.line(format_args!("\t{spn}"));
        }
    }
    page.gap();
    page.line(if holders.is_empty() { "No such SPN found." } else { "Existing SPN found!" });
    page.text()
}

/// `setspn -X`: each SPN that several accounts hold, with their distinguished names.
pub fn duplicates(domain_dn: &str, groups: &[(String, Vec<&str>)]) -> String {
    let mut page = Page::default();
    page.line(format_args!("Checking domain {domain_dn}"));
    page.line("Processing entry 0");
    for (spn, holders) in groups {
        page.line(format_args!("{spn} is registered on these accounts:"));
        for dn in holders {
            page.line(format_args!("\t{dn}"));
        }
        page.gap();
    }
    let noun = if groups.len() < 2 { "group" } else { "groups" };
    page.line(format_args!("found {} {noun} of duplicate SPNs.", groups.len()));
    page.text()
}

/// Any query while no domain controller answers.
pub fn unreachable() -> String {
    let mut page = Page::default();
    page.line("Ldap Error(0x51 -- Server Down): ldap_connect");
    page.line("Failed to retrieve DN for domain \"\" : 0x00000051");
    page.line("Warning: No valid targets specified, reverting to current domain.");
    page.line("Ldap Error(0x51 -- Server Down): ldap_connect");
    page.text()
}

/// `setspn -L account` for an account that does not exist.
pub fn no_account(account: &str) -> String {
    let mut page = Page::default();
    page.line("FindDomainForAccount: Call to DsGetDcNameWithAccountW failed with return value 0x0000054B");
    page.line(format_args!("Could not find account {account}"));
    page.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAIN: &str = "DC=contoso,DC=com";

    #[test]
    fn a_query_shows_the_accounts_with_all_they_hold() {
        let spns = ["HTTP/app".to_owned(), "HTTP/other".to_owned()];
        let holder = Holder { dn: "CN=svc-web,DC=contoso,DC=com", spns: &spns };
        let found = "Checking domain DC=contoso,DC=com\r\nCN=svc-web,DC=contoso,DC=com\r\n\tHTTP/app\r\n\tHTTP/other\r\n\r\nExisting SPN found!\r\n";
        assert_eq!(query(DOMAIN, &[holder]), found);
        assert_eq!(query(DOMAIN, &[]), "Checking domain DC=contoso,DC=com\r\n\r\nNo such SPN found.\r\n");
    }

    #[test]
    fn a_group_of_duplicates_names_its_accounts() {
        let group = ("HTTP/app".to_owned(), vec!["CN=a", "CN=b"]);
        let text = "Checking domain DC=contoso,DC=com\r\nProcessing entry 0\r\nHTTP/app is registered on these accounts:\r\n\tCN=a\r\n\tCN=b\r\n\r\nfound 1 group of duplicate SPNs.\r\n";
        assert_eq!(duplicates(DOMAIN, &[group]), text);
        let none = "Checking domain DC=contoso,DC=com\r\nProcessing entry 0\r\nfound 0 group of duplicate SPNs.\r\n";
        assert_eq!(duplicates(DOMAIN, &[]), none);
    }

    #[test]
    fn an_account_without_spns_is_a_heading_alone() {
        let holder = Holder { dn: "CN=svc-web,DC=contoso,DC=com", spns: &[] };
        assert_eq!(list(&holder), "Registered ServicePrincipalNames for CN=svc-web,DC=contoso,DC=com:\r\n");
    }

    #[test]
    fn what_went_wrong_keeps_its_code() {
        assert!(unreachable().starts_with("Ldap Error(0x51 -- Server Down)"));
        let text = no_account("svc-gone");
        assert!(text.contains("0x0000054B\r\n") && text.ends_with("Could not find account svc-gone\r\n"), "{text}");
    }
}

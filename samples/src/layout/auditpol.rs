//! What `auditpol /get /category:* /r` prints: what the Security log records, by the GUIDs of subcategories.

use super::page::Page;

/// Subcategories that have to do with signing in.
const SUBCATEGORIES: [(&str, &str); 4] = [
    ("Logon", "0CCE9215-69AE-11D9-BED3-505054503030"),
    ("Logoff", "0CCE9216-69AE-11D9-BED3-505054503030"),
    ("Kerberos Service Ticket Operations", "0CCE9240-69AE-11D9-BED3-505054503030"),
    ("Kerberos Authentication Service", "0CCE9242-69AE-11D9-BED3-505054503030"),
];

/// The whole text of a host that records this of each of them.
pub fn policy(host: &str, setting: &str) -> String {
    let mut page = Page::default();
    page.line("Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting");
    for (name, guid) in SUBCATEGORIES {
        page.line(format_args!("{host},System,{name},{{{guid}}},{setting},"));
    }
    page.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_the_columns_of_the_first() {
        let text = policy("WEB01", "Success");
        let columns = |line: &str| line.split(',').count();
        assert!(text.lines().all(|line| columns(line) == 6), "{text}");
        assert!(text.contains("WEB01,System,Logon,{0CCE9215-69AE-11D9-BED3-505054503030},Success,"), "{text}");
    }
}

//! What `nslookup` prints for one name: an address, an alias and what it stands for, or nothing.

use super::page::Page;

/// What DNS says about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// The name has this address itself.
    Address(&'a str),
    /// The name has these addresses itself.
    Addresses(&'a [String]),
    /// The name stands for another, which has this address.
    Alias {
        /// The name that it stands for.
        target: &'a str,
        /// The address of that.
        address: &'a str,
    },
    /// There is no such name.
    Nothing,
}

/// The name that is really asked for: `nslookup` puts the suffix of the domain behind one without a dot.
pub fn full_name(name: &str, suffix: &str) -> String {
    if name.contains('.') { name.to_owned() } else { format!("{name}.{suffix}") }
}

/// The whole text; the answer is the one to the full name.
pub fn lookup(server: (&str, &str), name: &str, suffix: &str, answer: &Answer<'_>) -> String {
    let (server_name, server_address) = server;
    let full_name = full_name(name, suffix);
    let mut page = Page::default();
    page.line(format_args!("Server:  {server_name}"));
    page.line(format_args!("Address:  {server_address}"));
    page.gap();
    match answer {
        Answer::Address(address) => {
            page.line(format_args!("Name:    {full_name}"));
            page.line(format_args!("Address:  {address}"));
            page.gap();
        }
        Answer::Addresses(addresses) => {
            page.line(format_args!("Name:    {full_name}"));
            page.line(format_args!("Addresses:  {}", addresses.join("\r\n\t  ")));
            page.gap();
        }
        Answer::Alias { target, address } => {
            page.line(format_args!("Name:    {target}"));
            page.line(format_args!("Address:  {address}"));
            page.line(format_args!("Aliases:  {full_name}"));
            page.gap();
        }
        Answer::Nothing => page.line(format_args!("*** {server_name} can't find {name}: Non-existent domain")),
    }
    page.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: (&str, &str) = ("dc01.contoso.com", "10.0.0.10");

    #[test]
    fn an_alias_stands_below_the_name_that_it_stands_for() {
        let answer = Answer::Alias { target: "web01.contoso.com", address: "10.0.0.20" };
        let text = lookup(SERVER, "www.contoso.com", "contoso.com", &answer);
        let expected = "Server:  dc01.contoso.com\r\nAddress:  10.0.0.10\r\n\r\nName:    web01.contoso.com\r\n\
            Address:  10.0.0.20\r\nAliases:  www.contoso.com\r\n\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_short_name_is_found_by_its_full_name_and_missed_by_its_own() {
        let found = lookup(SERVER, "WEB01", "contoso.com", &Answer::Address("10.0.0.20"));
        assert!(found.ends_with("\r\n\r\nName:    WEB01.contoso.com\r\nAddress:  10.0.0.20\r\n\r\n"), "{found}");
        let several = ["10.0.0.20".to_owned(), "10.0.0.21".to_owned()];
        let found = lookup(SERVER, "www", "contoso.com", &Answer::Addresses(&several));
        assert!(
            found.ends_with("Name:    www.contoso.com\r\nAddresses:  10.0.0.20\r\n\t  10.0.0.21\r\n\r\n"),
            "{found}"
        );
        let missed = lookup(SERVER, "WEB01", "contoso.com", &Answer::Nothing);
        assert!(missed.ends_with("*** dc01.contoso.com can't find WEB01: Non-existent domain\r\n"), "{missed}");
    }
}

//! What `nslookup` prints for one name: an address, an alias and what it stands for, or nothing.

use super::page::Page;

/// What DNS says about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// The name has this address itself.
    Address(&'a str),
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

/// The whole text.
pub fn lookup(server: (&str, &str), name: &str, answer: &Answer<'_>) -> String {
    let (server_name, server_address) = server;
    let mut page = Page::default();
    page.line(format_args!("Server:  {server_name}"));
    page.line(format_args!("Address:  {server_address}"));
    page.gap();
    match answer {
        Answer::Address(address) => {
            page.line(format_args!("Name:    {name}"));
            page.line(format_args!("Address:  {address}"));
            page.gap();
        }
        Answer::Alias { target, address } => {
            page.line(format_args!("Name:    {target}"));
            page.line(format_args!("Address:  {address}"));
            page.line(format_args!("Aliases:  {name}"));
            page.gap();
        }
        Answer::Nothing => page.line(format_args!("*** {server_name} can't find {name}: Non-existent domain")),
    }
    page.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_stands_below_the_name_that_it_stands_for() {
        let answer = Answer::Alias { target: "web01.contoso.com", address: "10.0.0.20" };
        let text = lookup(("dc01.contoso.com", "10.0.0.10"), "www.contoso.com", &answer);
        let expected = "Server:  dc01.contoso.com\r\nAddress:  10.0.0.10\r\n\r\nName:    web01.contoso.com\r\n\
            Address:  10.0.0.20\r\nAliases:  www.contoso.com\r\n\r\n";
        assert_eq!(text, expected);
    }
}

//! The names of the domain: addresses, and aliases of other names.

use std::collections::BTreeMap;

use crate::layout::nslookup::Answer;

/// What the name servers know.
#[derive(Clone, Debug, Default)]
pub struct Dns {
    records: BTreeMap<String, Record>,
}

#[derive(Clone, Debug)]
enum Record {
    Address(String),
    /// In turn; so one name leads to several servers.
    Addresses(Vec<String>),
    Alias(String),
}

impl Dns {
    /// Gives a name an address, in place of what it had.
    pub fn address(&mut self, name: &str, address: &str) {
        self.records.insert(name.to_lowercase(), Record::Address(address.to_owned()));
    }

    /// Gives a name several addresses, in place of what it had.
    pub fn addresses(&mut self, name: &str, addresses: &[&str]) {
        let addresses = addresses.iter().map(|&address| address.to_owned()).collect();
        self.records.insert(name.to_lowercase(), Record::Addresses(addresses));
    }

    /// Makes a name stand for another, in place of what it had.
    pub fn alias(&mut self, name: &str, target: &str) {
        self.records.insert(name.to_lowercase(), Record::Alias(target.to_owned()));
    }

    /// What a name server answers to a full name, whatever its case.
    pub fn answer(&self, name: &str) -> Answer<'_> {
        match self.records.get(&name.to_lowercase()) {
            None => Answer::Nothing,
            Some(Record::Address(address)) => Answer::Address(address),
            Some(Record::Addresses(addresses)) => Answer::Addresses(addresses),
            Some(Record::Alias(target)) => match self.records.get(&target.to_lowercase()) {
                Some(Record::Address(address)) => Answer::Alias { target, address },
                _ => Answer::Nothing,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_takes_the_place_of_an_address() {
        let mut dns = Dns::default();
        dns.address("web01", "10.0.0.20");
        dns.address("www", "10.0.0.20");
        assert_eq!(dns.answer("WWW"), Answer::Address("10.0.0.20"));
        dns.alias("www", "web01");
        assert_eq!(dns.answer("www"), Answer::Alias { target: "web01", address: "10.0.0.20" });
        assert_eq!(dns.answer("ftp"), Answer::Nothing);
    }
}

//! What DNS answers for the names in URLs: an address, or another name to follow.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::fact::Fact;
use crate::facts::host::Identity;

/// The answer for one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The name holds addresses itself. The text is the full name that DNS gave.
    Address(String),
    /// The name is a CNAME; this name holds the addresses.
    Alias(String),
    /// DNS does not know the name.
    Missing,
}

/// Answers by name, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    answers: BTreeMap<String, (Resolution, Evidence)>,
    addresses: BTreeMap<String, Vec<IpAddr>>,
}

impl Names {
    /// No answer at all.
    pub const fn empty() -> Self {
        Self { answers: BTreeMap::new(), addresses: BTreeMap::new() }
    }

    /// Adds an answer; the first one for a name stays.
    pub fn add(&mut self, name: &str, resolution: Resolution, at: Evidence) {
        self.answers.entry(name.to_lowercase()).or_insert((resolution, at));
    }

    /// A name holds these addresses.
    pub fn lead(&mut self, name: &str, addresses: &[IpAddr]) {
        self.addresses.entry(name.to_lowercase()).or_insert_with(|| addresses.to_vec());
    }

    /// The addresses that a name holds.
    pub fn addresses(&self, name: &str) -> &[IpAddr] {
        self.addresses.get(&name.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// Why an answer does not settle where clients end: the name is not known, or leads to another machine.
    fn doubt(&self, name: &str, resolution: &Resolution, host: &Identity) -> Option<NotKnown> {
        if *resolution == Resolution::Missing {
            return Some(NotKnown::naming("a DNS answer that knows", name));
        }
        let led = self.addresses.get(name).filter(|led| !led.is_empty())?;
        if host.addresses.is_empty() {
            return Some(NotKnown::naming("the addresses, as ipconfig /all tells them, of", host.name.as_str()));
        }
        let elsewhere = !led.iter().any(|at| host.addresses.contains(at));
        elsewhere.then(|| NotKnown::naming("the bundle of the machine at the address of", name))
    }

    /// The names that are a CNAME of a host.
    pub fn leading_to(&self, host: &Identity) -> impl Iterator<Item = String> {
        let leads = |resolution: &Resolution| matches!(resolution, Resolution::Alias(name) if host.answers_to(name));
        self.answers.iter().filter(move |(_, (resolution, _))| leads(resolution)).map(|(name, _)| name.clone())
    }

    /// What a name resolves to. A host registers its own names as addresses, so these need no lookup.
    pub fn resolve(&self, name: &str, host: &Identity) -> (Fact<Resolution>, Option<Evidence>) {
        let name = name.to_lowercase();
        if let Some((resolution, at)) = self.answers.get(&name) {
            return (Fact::of(resolution.clone(), self.doubt(&name, resolution, host)), Some(*at));
        }
        if host.answers_to(&name) {
            let full = host.full_name().unwrap_or_else(|| name.clone());
            return (Fact::Known(Resolution::Address(full)), host.at);
        }
        (Fact::Partial(Resolution::Address(name.clone()), NotKnown::naming("nslookup", &name)), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::ArtifactId;
    use crate::facts::host::HostName;

    #[test]
    fn an_answer_that_leads_elsewhere_or_nowhere_settles_nothing() {
        let mut host = Identity::named(HostName::new("WEB01"));
        host.addresses.push(IpAddr::from([10, 0, 0, 20]));
        let mut names = Names::empty();
        for (name, address) in [("here", [10, 0, 0, 20]), ("there", [10, 9, 9, 99])] {
            names.add(name, Resolution::Address(name.to_owned()), ArtifactId(0).line(1));
            names.lead(name, &[IpAddr::from(address)]);
        }
        names.add("nowhere", Resolution::Missing, ArtifactId(0).line(1));
        assert!(names.resolve("here", &host).0.complete().is_ok());
        assert!(names.resolve("there", &host).0.complete().is_err());
        assert!(names.resolve("nowhere", &host).0.complete().is_err());
        host.addresses.clear();
        let need = NotKnown::until("the addresses, as ipconfig /all tells them, of WEB01");
        assert_eq!(names.resolve("here", &host).0.complete(), Err(need));
    }
}

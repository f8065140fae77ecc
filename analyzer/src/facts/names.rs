//! What DNS answers for the names in URLs: an address, or another name to follow.

use std::collections::BTreeMap;

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
}

impl Names {
    /// No answer at all.
    pub const fn empty() -> Self {
        Self { answers: BTreeMap::new() }
    }

    /// Adds an answer; the first one for a name stays.
    pub fn add(&mut self, name: &str, resolution: Resolution, at: Evidence) {
        self.answers.entry(name.to_lowercase()).or_insert((resolution, at));
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
            return (Fact::Known(resolution.clone()), Some(*at));
        }
        if host.answers_to(&name) {
            let full = host.dns_names().pop().unwrap_or_else(|| name.clone());
            return (Fact::Known(Resolution::Address(full)), host.at);
        }
        (Fact::Partial(Resolution::Address(name.clone()), NotKnown::naming("nslookup", &name)), None)
    }
}

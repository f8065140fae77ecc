//! What a rule is: a name, a question, and a function of the facts.

use std::collections::BTreeSet;
use std::fmt::Debug;

use crate::evidence::gap::NotKnown;
use crate::exchange::outcome::Exchange;
use crate::facts::case_facts::{Facts, HostFacts};
use crate::facts::iis::{PathFacts, SiteFacts};
use crate::rules::answer::Answer;
use crate::rules::finding::Scope;
use crate::rules::index::Index;

/// What a rule looks at.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// What the evidence says.
    pub facts: &'a Facts,
    /// What follows for each URL.
    pub exchanges: &'a [Exchange],
    /// Both, by the names in them.
    pub index: Index<'a>,
}

/// What there is to say about a rule before it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its name in kebab case; never changed once released.
    pub name: &'static str,
    /// What it found, in a few words.
    pub title: &'static str,
    /// What it checks and why that matters, in a paragraph.
    pub explanation: &'static str,
    /// On which stage of signing in it lies.
    pub layer: Layer,
    /// Who says so.
    pub references: &'static [&'static str],
    /// Names of rules whose findings about the same path follow from this one.
    pub explains: &'static [&'static str],
}

/// The stages of signing in. A cause on an earlier one comes first: what is behind it cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Does the request reach a worker process?
    Reach,
    /// Does the server offer Kerberos?
    Offer,
    /// Does the KDC find one owner?
    Owner,
    /// Is the owner the one who decrypts?
    Identity,
    /// Is the key the current one?
    Key,
    /// Are clocks and accounts as they must be?
    Circumstance,
    /// May the server pass the user on to another one?
    SecondHop,
}

/// A rule.
pub trait Rule: Debug + Sync {
    /// Its name, its question, its sources.
    fn info(&self) -> &'static RuleInfo;

    /// Looks at a case and answers.
    ///
    /// # Errors
    ///
    /// What must be collected before the rule can say anything at all.
    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown>;
}

impl<'a> Situation<'a> {
    /// What rules look at in a case.
    pub fn of(facts: &'a Facts, exchanges: &'a [Exchange]) -> Self {
        Self { facts, exchanges, index: Index::of(facts, exchanges) }
    }

    /// The paths of all sites that behave differently. What is not known about a web server is noted as open.
    ///
    /// # Errors
    ///
    /// There is no web server in the case.
    pub fn paths(&self, answer: &mut Answer) -> Result<Vec<SitePath<'a>>, NotKnown> {
        let mut paths = Vec::new();
        for (host, iis) in self.facts.web_servers()? {
            answer.applies();
            match iis.complete() {
                Ok(iis) => paths.extend(
                    iis.sites
                        .iter()
                        .flat_map(|site| site.distinct_paths().map(move |path| SitePath { host, site, path })),
                ),
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(paths)
    }

    /// The same paths, for a rule about the ways to sign in. A web.config that may set them otherwise, and that nobody
    /// has read, is noted as open.
    ///
    /// # Errors
    ///
    /// There is no web server in the case.
    pub fn sign_in_paths(&self, answer: &mut Answer) -> Result<Vec<SitePath<'a>>, NotKnown> {
        let paths = self.paths(answer)?;
        for not_known in paths.iter().filter_map(|path| path.path.may_be_overridden.clone()) {
            answer.open(not_known);
        }
        Ok(paths)
    }

    /// The exchanges in which a ticket is asked for. What is not known about a web server is noted as open.
    ///
    /// # Errors
    ///
    /// There is no web server in the case.
    pub fn ticket_exchanges(&self, answer: &mut Answer) -> Result<Vec<&'a Exchange>, NotKnown> {
        let mut known = Vec::new();
        for (host, iis) in self.facts.web_servers()? {
            match iis.complete() {
                Ok(_) => known.push(&host.identity.name),
                Err(not_known) => answer.open(not_known),
            }
        }
        for not_known in self.sites_without_a_name() {
            answer.open(not_known);
        }
        let asked = self.exchanges.iter().filter(|exchange| exchange.request.is_some());
        let asked: Vec<_> = asked.filter(|exchange| known.contains(&&exchange.host)).collect();
        if !asked.is_empty() {
            answer.applies();
        }
        Ok(asked)
    }

    /// Sites that answer to every name and sign users in: nobody tells all the names that DNS has for them.
    pub fn sites_with_any_name(&self) -> Vec<NotKnown> {
        let known = self.facts.hosts.values().filter_map(|host| host.iis.as_ref()?.complete().ok());
        let open = known.flat_map(|iis| &iis.sites).filter(|site| {
            let signs_in = site.paths.iter().any(|path| path.sign_in.windows.value);
            signs_in && site.bindings.iter().any(|binding| binding.host.is_empty())
        });
        open.map(|site| NotKnown::naming("the names under which users reach the site", &site.name)).collect()
    }

    /// Sites that sign users in under names that the configuration does not tell, such as `*.contoso.com`.
    fn sites_without_a_name(&self) -> Vec<NotKnown> {
        let reached: BTreeSet<_> =
            self.exchanges.iter().map(|exchange| (&exchange.host, exchange.site.as_str())).collect();
        let known = self.facts.hosts.values().filter_map(|host| Some((host, host.iis.as_ref()?.complete().ok()?)));
        let sites = known.flat_map(|(host, iis)| iis.sites.iter().map(move |site| (&host.identity.name, site)));
        let nameless = sites.filter(|(host, site)| {
            let signs_in = site.paths.iter().any(|path| path.sign_in.windows.value);
            signs_in && !site.bindings.is_empty() && !reached.contains(&(*host, site.name.as_str()))
        });
        nameless.map(|(_, site)| NotKnown::naming("the name under which users reach the site", &site.name)).collect()
    }
}

/// One path of one site of one host.
#[derive(Clone, Copy, Debug)]
pub struct SitePath<'a> {
    /// The web server.
    pub host: &'a HostFacts,
    /// The site.
    pub site: &'a SiteFacts,
    /// The path.
    pub path: &'a PathFacts,
}

impl SitePath<'_> {
    /// What a finding about this path is about.
    pub fn scope(&self) -> Scope {
        let (host, site) = (self.host.identity.name.clone(), self.site.name.clone());
        Scope { host, site, path: self.path.path.clone() }
    }

    /// The name of the path as the configuration writes it: `Site`, or `Site/app`.
    pub fn name(&self) -> String {
        location(&self.site.name, &self.path.path)
    }
}

/// `Site`, or `Site/app`: the name of a path of a site as `<location>` and `appcmd` write it.
pub fn location(site: &str, path: &str) -> String {
    format!("{site}/{}", path.trim_matches('/')).trim_end_matches('/').to_owned()
}

/// The first of several names, and how many more there are: a sentence with a thousand names says nothing.
pub fn few<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const NAMED: usize = 3;
    let names: BTreeSet<_> = names.into_iter().collect();
    let first: Vec<_> = names.iter().copied().take(NAMED).collect();
    match names.len().saturating_sub(NAMED) {
        0 => first.join(" and "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// The path that an exchange is about.
pub fn scope(exchange: &Exchange) -> Scope {
    Scope { host: exchange.host.clone(), site: exchange.site.clone(), path: exchange.path.clone() }
}

#[cfg(test)]
mod tests {
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{World, check};
    use crate::rules::spn_missing::SpnMissing;

    #[test]
    fn a_sentence_names_a_few_and_counts_the_rest() {
        assert_eq!((super::few(["b", "a", "b"]), super::few([])), ("a and b".to_owned(), String::new()));
        assert_eq!(super::few(["1", "2", "3", "4", "5"]), "1, 2, 3 and 2 more");
    }

    #[test]
    fn a_site_whose_name_nobody_tells_is_not_clear() {
        let answered = check(&World::healthy().reached_as("*.contoso.com"), &SpnMissing, Verdict::Open);
        assert_eq!(answered.needs, ["the name under which users reach the site Intranet"]);
    }
}

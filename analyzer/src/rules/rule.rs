//! What a rule is: a name, a question, and a function of the facts.

use std::fmt::Debug;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::Exchange;
use crate::facts::case_facts::Facts;
use crate::rules::answer::Answer;
use crate::rules::finding::Scope;

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// What the evidence says.
    pub facts: &'a Facts,
    /// What follows for each URL.
    pub exchanges: &'a [Exchange],
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

/// The path that an exchange is about.
pub fn scope(exchange: &Exchange) -> Scope {
    Scope { host: exchange.host.clone(), site: exchange.site.clone(), path: exchange.path.clone() }
}

/// Where a site is written down, to point at when nothing else can be pointed at.
pub fn site_line(situation: &Situation<'_>, scope: &Scope) -> Option<Evidence> {
    let iis = situation.facts.hosts.get(&scope.host)?.iis.as_ref()?.seen().ok()?;
    iis.sites.iter().find(|site| site.name == scope.site).map(|site| site.at)
}

//! The accounts that decrypt for sites, each with what the directory says of it and the exchanges that need it.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::{Cause, Exchange};
use crate::facts::account::{AccountName, Dn};
use crate::facts::account_state::{AccountState, not_known};
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Severity};
use crate::rules::rule::{Situation, scope};
use crate::rules::setspn;

/// Lines that say who decrypts, of one account; an account may serve thousands of sites, all in the same way.
const PLACES: usize = 40;

/// An account that decrypts.
#[derive(Clone, Debug)]
pub struct Decrypting<'a> {
    /// Its name.
    pub name: AccountName,
    /// Its distinguished name.
    pub dn: &'a Dn,
    /// How it stands.
    pub state: &'a AccountState,
    /// The exchanges in which it decrypts.
    pub exchanges: Vec<&'a Exchange>,
}

impl<'a> Decrypting<'a> {
    /// The SPNs that clients ask for when they reach it.
    pub fn spns(&self) -> impl Iterator<Item = &'a Spn> {
        let asked = self.exchanges.iter().filter_map(|exchange| exchange.request.as_ref()?.seen().ok());
        asked.map(|request| &request.spn)
    }

    /// A URL of a site for which it decrypts.
    pub fn url(&self) -> &'a str {
        self.exchanges.first().map_or("", |exchange| exchange.url.as_str())
    }

    /// Whether one of its exchanges ends for this reason.
    pub fn ends_for(&self, cause: Cause) -> bool {
        self.exchanges.iter().any(|exchange| exchange.outcome.cause() == Some(cause))
    }

    /// A finding about the account, and about every path for which it decrypts.
    pub fn finding(
        &self,
        severity: Severity,
        confidence: Confidence,
        summary: String,
        at: impl IntoIterator<Item = Evidence>,
    ) -> Finding {
        let decided = self.exchanges.iter().flat_map(|exchange| exchange.identity_at.iter().copied());
        Finding::seen(severity, confidence, summary, at)
            .and(decided.take(PLACES))
            .about([self.name.to_string()])
            .at_paths(self.exchanges.iter().map(|exchange| scope(exchange)))
    }

    /// What a client does to see whether it works.
    pub fn ask_anew(&self) -> Vec<Option<crate::rules::command::CommandLine>> {
        self.spns().next().map(setspn::ask_anew).unwrap_or_default()
    }
}

/// Every account that decrypts where a ticket is asked for. An account of which the directory says nothing is noted as
/// open.
///
/// # Errors
///
/// There is no web server in the case.
pub fn decrypting<'a>(situation: &Situation<'a>, answer: &mut Answer) -> Result<Vec<Decrypting<'a>>, NotKnown> {
    let exchanges = situation.ticket_exchanges(answer)?;
    Ok(accounts(situation, &exchanges, answer))
}

/// Every account that decrypts in these exchanges.
pub fn accounts<'a>(situation: &Situation<'a>, exchanges: &[&'a Exchange], answer: &mut Answer) -> Vec<Decrypting<'a>> {
    let directory = &situation.facts.directory;
    let mut known = BTreeMap::<&'a Dn, Decrypting<'a>>::new();
    for exchange in exchanges {
        let Some(account) = exchange.identity.account() else { continue };
        match directory.account(account).and_then(|dn| Some((dn, directory.state(dn)?))) {
            Some((dn, state)) => {
                let entry = known.entry(dn).or_insert_with(|| {
                    let name = directory.name_of(dn);
                    Decrypting { name, dn, state, exchanges: Vec::new() }
                });
                entry.exchanges.push(exchange);
            }
            None => answer.open(not_known(account)),
        }
    }
    known.into_values().collect()
}

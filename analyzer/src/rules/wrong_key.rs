//! Tickets that are encrypted with the key of another account than the one that decrypts: one fault, five causes.
//!
//! Each cause has a rule of its own. They share this file so that a ticket is never given two causes.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::client::ClientFamily;
use crate::exchange::identity::{TicketIdentity, machine_account};
use crate::exchange::outcome::{Cause, Exchange, Outcome};
use crate::exchange::owner::{FoundBy, Owner};
use crate::exchange::request::Request;
use crate::facts::account::{AccountName, Dn};
use crate::facts::directory::{Directory, Holder, list_command};
use crate::facts::fact::Fact;
use crate::facts::iis::PoolIdentity;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Scope, Severity};
use crate::rules::rule::{SitePath, Situation, scope};

/// Why the owner is not the one who decrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Kernel mode decrypts as the machine, and the pool's own account holds the SPN.
    KernelModeHidesPoolAccount,
    /// The browser followed a CNAME, away from the name that the account holds.
    FollowedAlias,
    /// The name of the server itself is held by another account.
    NameShadowsHost,
    /// The pool's account decrypts, and the name leads to the account of the server.
    MachineHoldsPoolName,
    /// Any other account.
    OtherAccount,
}

/// Exchanges of one path that fail because of one holder.
#[derive(Clone, Debug)]
pub struct WrongKey<'a> {
    /// The path.
    pub path: SitePath<'a>,
    /// What a finding about it is about.
    pub scope: Scope,
    /// The account that holds the SPNs, by the name that people know.
    pub holder: AccountName,
    /// The distinguished name of that account.
    pub dn: Dn,
    /// How the KDC found it.
    pub by: FoundBy,
    /// The account that decrypts.
    pub identity: AccountName,
    /// The SPNs that clients ask for.
    pub spns: Vec<Spn>,
    /// The names in the URLs.
    pub url_hosts: Vec<String>,
    /// The families of clients that fail.
    pub clients: Vec<ClientFamily>,
    /// Where all that can be seen: who decrypts, who holds, what DNS says, what happened.
    pub evidence: Vec<Evidence>,
    /// Whether something could still make it another name, another holder or another setting.
    pub in_doubt: bool,
}

impl WrongKey<'_> {
    /// A finding with everything that the five causes have in common.
    pub fn finding(&self, summary: String) -> Finding {
        let browsers = self.clients.iter().any(|client| client.follows_aliases());
        let severity = if browsers { Severity::Blocker } else { Severity::Degraded };
        let confidence = if self.in_doubt { Confidence::Likely } else { Confidence::Certain };
        Finding::seen(severity, confidence, summary, self.evidence.iter().copied())
            .about(self.spns.iter().map(Spn::to_string))
            .at_paths([self.scope.clone()])
    }

    /// What leads to whom, and who decrypts.
    pub fn summary(&self) -> String {
        let names = match self.by {
            FoundBy::Name => format!("{} held by", self.spn_list_is()),
            FoundBy::HostAlias(_) if self.spns.len() == 1 => format!("{} leads, through HOST, to", self.spn_list()),
            FoundBy::HostAlias(_) => format!("{} lead, through HOST, to", self.spn_list()),
        };
        format!("{names} {}, but {} decrypts as {}", self.holder, self.path.name(), self.identity)
    }

    /// `HTTP/a is`, or `HTTP/a and HTTP/b are`.
    pub fn spn_list_is(&self) -> String {
        format!("{} {}", self.spn_list(), if self.spns.len() == 1 { "is" } else { "are" })
    }

    /// `HTTP/a and HTTP/b`.
    pub fn spn_list(&self) -> String {
        self.spns.iter().map(Spn::to_string).collect::<Vec<_>>().join(" and ")
    }
}

/// Finds every wrong key of one kind; what is not known about an exchange is noted as open.
///
/// # Errors
///
/// There is no web server in the case.
pub fn wrong_keys<'a>(
    kind: Kind,
    situation: &Situation<'a>,
    answer: &mut Answer,
) -> Result<Vec<WrongKey<'a>>, NotKnown> {
    let mut groups = Groups::new();
    for exchange in situation.ticket_exchanges(answer)? {
        if let Some(not_known) = situation.index.path_of(exchange).and_then(|path| path.path.may_be_overridden.clone())
        {
            answer.open(not_known);
        }
        match &exchange.outcome {
            Outcome::Unknown(not_known) => answer.open(not_known.clone()),
            Outcome::Fails(Cause::WrongKey) => {
                if let Err(not_known) = collect(kind, situation, exchange, &mut groups) {
                    answer.open(not_known);
                }
            }
            _ => {}
        }
    }
    Ok(groups.into_values().collect())
}

/// One group for each path, holder, and way in which the holder was found: what is held by name can be taken away,
/// and what is found through `HOST` cannot.
type Groups<'a> = BTreeMap<(Scope, Dn, Way), WrongKey<'a>>;

/// [`FoundBy`] without the place that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Name,
    HostAlias,
}

fn collect<'a>(
    kind: Kind,
    situation: &Situation<'a>,
    exchange: &'a Exchange,
    groups: &mut Groups<'a>,
) -> Result<(), NotKnown> {
    let Some((request, holder, by)) = ticket(exchange) else { return Ok(()) };
    let known = situation.index.path_of(exchange).zip(exchange.identity.account());
    let Some((path, identity)) = known else { return Ok(()) };
    if kind_of(situation, exchange, path, request, holder, by)? != kind {
        return Ok(());
    }
    let (way, searched) = match by {
        FoundBy::Name => (Way::Name, None),
        FoundBy::HostAlias(search) => (Way::HostAlias, *search),
    };
    let key = (scope(exchange), holder.dn.clone(), way);
    let group = groups.entry(key).or_insert_with(|| WrongKey {
        path,
        scope: scope(exchange),
        holder: situation.facts.directory.name_of(&holder.dn),
        dn: holder.dn.clone(),
        by: by.clone(),
        identity: identity.clone(),
        spns: Vec::new(),
        url_hosts: Vec::new(),
        clients: Vec::new(),
        evidence: Vec::new(),
        in_doubt: path.path.may_be_overridden.is_some(),
    });
    let unfollowed = tickets_for_alias(situation, request);
    group.in_doubt |= !is_settled(exchange) || !unfollowed.is_empty();
    add(&mut group.spns, [request.spn.clone()]);
    add(&mut group.url_hosts, [exchange.url_host.clone()]);
    add(&mut group.clients, exchange.clients.iter().copied());
    let settings = exchange.identity_at.iter().copied().chain([path.path.pool.at]);
    let seen = situation.index.refused_tickets(&request.spn).chain(situation.index.tickets_for(&request.spn));
    let places = settings.chain([holder.at]).chain(searched).chain(request.at).chain(seen).chain(unfollowed);
    add(&mut group.evidence, places);
    Ok(())
}

/// Tickets for the name of a CNAME: the clients that have them did not follow it, so others may not either.
fn tickets_for_alias(situation: &Situation<'_>, request: &Request) -> Vec<Evidence> {
    let alias = request.through_alias.as_deref().and_then(Spn::http).filter(|alias| *alias != request.spn);
    alias.map(|alias| situation.index.tickets_for(&alias).collect()).unwrap_or_default()
}

fn add<T: PartialEq>(list: &mut Vec<T>, items: impl IntoIterator<Item = T>) {
    for item in items {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

/// What was asked for, who holds it, and by which name the holder was found.
fn ticket(exchange: &Exchange) -> Option<(&Request, &Holder, &FoundBy)> {
    let request = exchange.request.as_ref()?.seen().ok()?;
    match exchange.owner.as_ref()?.seen().ok()? {
        Owner::One { holder, by } => Some((request, holder, by)),
        Owner::Nobody(_) | Owner::Several(_) | Owner::OnePerDomain(_) => None,
    }
}

/// Which of the five causes it is.
///
/// # Errors
///
/// Kernel mode passes the pool's account over, and nobody knows whether that account is the holder; or the pool's account
/// decrypts, and nobody knows whether the holder is the server. It is one cause or another, and their fixes differ.
fn kind_of(
    situation: &Situation<'_>,
    exchange: &Exchange,
    path: SitePath<'_>,
    request: &Request,
    holder: &Holder,
    by: &FoundBy,
) -> Result<Kind, NotKnown> {
    let directory = &situation.facts.directory;
    let settings = &path.path.sign_in;
    let machine_decrypts = settings.kernel_mode.value && !settings.pool_credentials.value;
    let passed_over = match &path.path.pool.identity {
        PoolIdentity::Account(account) if machine_decrypts && *by == FoundBy::Name => Some(account),
        _ => None,
    };
    let pool_holds = || match passed_over {
        Some(account) => directory.is(account, &holder.dn).ok_or_else(|| NotKnown::until(list_command(account))),
        None => Ok(false),
    };
    let holds_alias = |alias: &str| {
        let holders = Spn::http(alias).map(|spn| directory.holders(&spn));
        let holders = holders.as_ref().and_then(|holders| holders.seen().ok());
        let identity = exchange.identity.account();
        let is_identity = |holder: &Holder| identity.is_some_and(|name| directory.is(name, &holder.dn) == Some(true));
        holders.is_some_and(|holders| holders.iter().any(is_identity))
    };
    let is_machine = matches!(exchange.identity, TicketIdentity::Machine(_));
    Ok(if request.through_alias.as_deref().is_some_and(holds_alias) {
        Kind::FollowedAlias
    } else if pool_holds()? {
        Kind::KernelModeHidesPoolAccount
    } else if is_machine && *by == FoundBy::Name && path.host.identity.answers_to(request.spn.host()) {
        Kind::NameShadowsHost
    } else if !is_machine && is_server(directory, path, holder)? {
        Kind::MachineHoldsPoolName
    } else {
        Kind::OtherAccount
    })
}

/// Whether the holder is the server that the path is on.
///
/// # Errors
///
/// The evidence does not tell which account is that of the server.
fn is_server(directory: &Directory, path: SitePath<'_>, holder: &Holder) -> Result<bool, NotKnown> {
    let machine = machine_account(&path.host.identity);
    directory.is(&machine, &holder.dn).ok_or_else(|| NotKnown::until(list_command(&machine)))
}

/// Whether it is known for certain what is asked for and who holds it. Until someone searches for it, a name may have
/// a second holder, and then it is no wrong key.
fn is_settled(exchange: &Exchange) -> bool {
    matches!((&exchange.request, &exchange.owner), (Some(Fact::Known(_)), Some(Fact::Known(_))))
}

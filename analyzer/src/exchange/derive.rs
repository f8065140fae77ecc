//! Derives every exchange of a case from its facts alone.

use crate::evidence::gap::NotKnown;
use crate::exchange::client::ClientFamily;
use crate::exchange::habits::Habits;
use crate::exchange::identity::{TicketIdentity, ticket_identity};
use crate::exchange::outcome::{Cause, Exchange, Outcome, Step, StepKind, StepState};
use crate::exchange::owner::{FoundBy, Owner, owner};
use crate::exchange::refusal::{Refusal, refusal, undecided};
use crate::exchange::request::{Request, request};
use crate::exchange::skew::skew;
use crate::exchange::url::{SiteUrl, open_names, site_urls};
use crate::facts::case_facts::{Facts, HostFacts};
use crate::facts::directory::{Directory, list_command};
use crate::facts::fact::Fact;
use crate::facts::iis::{PathFacts, SiteFacts};

/// Every way in which users reach the sites of a case with Windows authentication, and how it ends.
///
/// Families of clients that behave alike share an exchange. A path whose settings and pool are those of the root of
/// its site behaves like the root and has no exchange of its own.
pub fn exchanges(facts: &Facts) -> Vec<Exchange> {
    let mut exchanges = Vec::new();
    let habits = ClientFamily::ALL.map(|family| (family, Habits::of(family, facts)));
    for host in facts.hosts.values() {
        let Some(Ok(iis)) = host.iis.as_ref().map(Fact::seen) else { continue };
        let open_names = open_names(host);
        for site in &iis.sites {
            let deriving = Deriving { facts, host, site, habits: &habits };
            for path in site.distinct_paths() {
                for url in site_urls(&site.bindings, &open_names) {
                    deriving.url(path, &url, &mut exchanges);
                }
            }
        }
    }
    exchanges
}

/// Whether a path asks users to sign in with Windows authentication, or lets nobody in at all.
fn asks_to_sign_in(path: &PathFacts) -> bool {
    path.refused.is_some() || path.sign_in.windows.value || !(path.sign_in.anonymous.value || path.sign_in.other_way)
}

struct Deriving<'a> {
    facts: &'a Facts,
    host: &'a HostFacts,
    site: &'a SiteFacts,
    habits: &'a [(ClientFamily, Habits)],
}

impl Deriving<'_> {
    /// Derives the exchanges of one URL, one for each behavior that differs.
    fn url(&self, path: &PathFacts, url: &SiteUrl, exchanges: &mut Vec<Exchange>) {
        if !asks_to_sign_in(path) {
            return;
        }
        let first = exchanges.len();
        for (client, habits) in self.habits.iter().copied() {
            let exchange = self.exchange(path, url, client, habits);
            let alike = exchanges.iter_mut().skip(first).find(|known| behaves_like(known, &exchange));
            match alike {
                Some(known) => known.clients.push(client),
                None => exchanges.push(exchange),
            }
        }
    }

    fn exchange(&self, path: &PathFacts, url: &SiteUrl, client: ClientFamily, habits: Habits) -> Exchange {
        let (identity, identity_at) = ticket_identity(path, &self.host.identity);
        let mut exchange = Exchange {
            host: self.host.identity.name.clone(),
            site: self.site.name.clone(),
            path: path.path.clone(),
            url: format!("{}{}", url.root, path.path),
            url_host: url.host.clone(),
            clients: vec![client],
            providers: path.sign_in.provider_names(),
            request: None,
            owner: None,
            identity,
            identity_at,
            outcome: Outcome::Kerberos,
            steps: Vec::new(),
        };
        exchange.outcome = match offer(path, client, &mut exchange.steps) {
            Some(outcome) => outcome,
            None => self.ticket(path, url.port, habits, &mut exchange),
        };
        exchange
    }

    /// Why the KDC gives no ticket for the one account that is found. Of a wrong account it does not matter how it
    /// stands: the SPN has to leave it anyway.
    fn refused(&self, found: &Fact<Owner>, identity: &TicketIdentity) -> Option<Refusal> {
        let directory = &self.facts.directory;
        match found.seen() {
            Ok(Owner::One { holder, .. }) if directory.is(identity.account()?, &holder.dn) == Some(true) => {
                refusal(directory.state(&holder.dn)?, self.host)
            }
            _ => None,
        }
    }

    /// What would tell whether the server can read the ticket of the account that is found.
    fn undecided(&self, found: &Fact<Owner>) -> Option<NotKnown> {
        let Ok(Owner::One { holder, .. }) = found.seen() else { return None };
        undecided(self.facts.directory.state(&holder.dn)?, self.host, self.facts)
    }

    /// The client asks for a ticket, the KDC encrypts it, IIS decrypts it.
    fn ticket(&self, path: &PathFacts, port: Option<u16>, habits: Habits, exchange: &mut Exchange) -> Outcome {
        let asked = request(&exchange.url_host, port, habits, self.host);
        exchange.steps.push(name_step(&asked, exchange));
        let found = match asked.seen() {
            Ok(asked) => owner(&self.facts.directory, &asked.spn),
            Err(not_known) => Fact::Unknown(not_known),
        };
        let refused = self.refused(&found, &exchange.identity);
        exchange.steps.push(owner_step(&found, refused.as_ref(), &self.facts.directory));
        exchange.steps.push(identity_step(exchange));
        let outcome = match end(&asked, &found, refused.as_ref(), exchange, path, &self.facts.directory) {
            Outcome::Kerberos if skew(self.host).is_some() => Outcome::Fails(Cause::ClockSkew),
            Outcome::Kerberos => self.undecided(&found).map_or(Outcome::Kerberos, Outcome::Unknown),
            outcome => outcome,
        };
        exchange.steps.push(decrypt_step(&outcome));
        exchange.request = Some(asked);
        exchange.owner = Some(found);
        outcome
    }
}

fn behaves_like(one: &Exchange, other: &Exchange) -> bool {
    let spn = |exchange: &Exchange| {
        exchange.request.as_ref().and_then(|request| request.seen().ok()).map(|request| request.spn.clone())
    };
    let unknown = |exchange: &Exchange| exchange.request.as_ref().map(|request| request.complete().is_err());
    one.outcome == other.outcome && spn(one) == spn(other) && unknown(one) == unknown(other)
}

/// What the server offers; an outcome when it already decides how the exchange ends.
fn offer(path: &PathFacts, client: ClientFamily, steps: &mut Vec<Step>) -> Option<Outcome> {
    let sign_in = &path.sign_in;
    let mut step = |state, text: String, evidence| steps.push(Step { kind: StepKind::Offer, state, text, evidence });
    if let Some(refused) = &path.refused {
        let text = format!("IIS refuses {} in web.config: every request ends in 500.19", refused.name);
        step(StepState::Bad, text, vec![refused.at, refused.locked_at]);
        return Some(Outcome::Fails(Cause::ConfigurationRefused));
    }
    if !sign_in.windows.value {
        let evidence = vec![sign_in.windows.at, sign_in.anonymous.at];
        step(StepState::Bad, "the site offers no way to sign in".to_owned(), evidence);
        return Some(Outcome::Fails(Cause::NothingOffered));
    }
    let Some(chosen) = client.choose(&sign_in.providers) else {
        let text = "Windows authentication is on, and its list of providers is empty";
        step(StepState::Bad, text.to_owned(), vec![sign_in.providers_at]);
        return Some(Outcome::Fails(Cause::NoProvider));
    };
    let offered = sign_in.provider_names().join(", ");
    if chosen.value.offers_kerberos() {
        let text = format!("the server offers {offered}; the client takes {}", chosen.value.as_str());
        step(StepState::Good, text, vec![chosen.at]);
        return None;
    }
    let text =
        format!("the server offers {offered}; the client takes {} and asks for no ticket", chosen.value.as_str());
    step(StepState::Bad, text, vec![chosen.at]);
    let negotiate = sign_in.providers.iter().any(|provider| provider.value.offers_kerberos());
    Some(Outcome::Ntlm(if negotiate { Cause::NtlmFirst } else { Cause::NegotiateNotOffered }))
}

/// How it ends once the server offered Negotiate.
fn end(
    asked: &Fact<Request>,
    found: &Fact<Owner>,
    refused: Option<&Refusal>,
    exchange: &Exchange,
    path: &PathFacts,
    directory: &Directory,
) -> Outcome {
    let without_kerberos = |cause| {
        let ntlm = path.sign_in.providers.iter().any(|provider| provider.value.offers_ntlm());
        if ntlm { Outcome::Ntlm(cause) } else { Outcome::Fails(cause) }
    };
    let account = match &exchange.identity {
        TicketIdentity::Machine(account) | TicketIdentity::PoolAccount(account) => account,
        // Someone who holds the name gets the client a ticket, and then there is no way back to NTLM.
        TicketIdentity::NoNetworkAccount(_) => {
            let has_ticket = matches!(found.seen(), Ok(Owner::One { .. }));
            let cause = Cause::NoNetworkAccount;
            return if has_ticket { Outcome::Fails(cause) } else { without_kerberos(cause) };
        }
        TicketIdentity::Unclear(_) => return Outcome::Unknown(NotKnown::until("the identity of the application pool")),
    };
    let doubt = match (asked, found) {
        (_, Fact::Unknown(not_known)) => return Outcome::Unknown(not_known.clone()),
        (Fact::Partial(_, one), Fact::Partial(_, other)) => Some(one.clone().and(other.clone())),
        (Fact::Partial(_, not_known), _) | (_, Fact::Partial(_, not_known)) => Some(not_known.clone()),
        _ => None,
    };
    match found.seen() {
        Ok(Owner::Several(_)) => without_kerberos(Cause::SpnHeldTwice),
        Ok(Owner::OnePerDomain(_)) => Outcome::Fails(Cause::SpnHeldPerDomain),
        Ok(Owner::Nobody(_)) => doubt.map_or_else(|| without_kerberos(Cause::SpnNotHeld), Outcome::Unknown),
        Ok(Owner::One { holder, .. }) => match directory.is(account, &holder.dn) {
            Some(true) => {
                let well = refused.map_or(Outcome::Kerberos, |refusal| Outcome::Fails(refusal.cause));
                doubt.map_or(well, Outcome::Unknown)
            }
            Some(false) => Outcome::Fails(Cause::WrongKey),
            None => Outcome::Unknown(NotKnown::until(list_command(account))),
        },
        Err(not_known) => Outcome::Unknown(not_known),
    }
}

fn name_step(asked: &Fact<Request>, exchange: &Exchange) -> Step {
    let (state, text, at) = match asked {
        Fact::Known(request) => (StepState::Good, asks_for(request), request.at),
        Fact::Partial(request, not_known) => {
            (StepState::Unknown, format!("{}, unless the name is a CNAME ({not_known})", asks_for(request)), request.at)
        }
        Fact::Unknown(not_known) => {
            (StepState::Unknown, format!("what is asked for at {} is not known: {not_known}", exchange.url), None)
        }
    };
    Step { kind: StepKind::Name, state, text, evidence: at.into_iter().collect() }
}

fn asks_for(request: &Request) -> String {
    match &request.through_alias {
        Some(alias) => format!("the client follows the CNAME {alias} and asks for {}", request.spn),
        None => format!("the client asks for {}", request.spn),
    }
}

fn owner_step(found: &Fact<Owner>, refused: Option<&Refusal>, directory: &Directory) -> Step {
    let step = |state, text, evidence| Step { kind: StepKind::Owner, state, text, evidence };
    let name = |dn| directory.name_of(dn);
    let (state, doubt) = match found {
        Fact::Known(_) => (StepState::Good, String::new()),
        Fact::Partial(_, not_known) => (StepState::Unknown, format!(", perhaps with others ({not_known})")),
        Fact::Unknown(not_known) => {
            return step(StepState::Unknown, format!("who holds it is not known: {not_known}"), Vec::new());
        }
    };
    match found.seen() {
        Ok(Owner::Nobody(searches)) => step(StepState::Bad, "nobody holds it".to_owned(), searches.clone()),
        Ok(Owner::Several(holders)) => {
            let names: Vec<_> = holders.iter().map(|holder| name(&holder.dn).to_string()).collect();
            let text = format!("{} hold it; the KDC refuses", names.join(" and "));
            step(StepState::Bad, text, holders.iter().map(|holder| holder.at).collect())
        }
        Ok(Owner::OnePerDomain(holders)) => {
            let names: Vec<_> = holders.iter().map(|holder| name(&holder.dn).to_string()).collect();
            let text = format!("{} hold it; each KDC takes the account of its own domain", names.join(" and "));
            step(StepState::Bad, text, holders.iter().map(|holder| holder.at).collect())
        }
        Ok(Owner::One { holder, .. }) if refused.is_some() => {
            let why = refused.map_or("", |refusal| refusal.words.as_str());
            let text = format!("{} holds it and {why}: the KDC gives no ticket", name(&holder.dn));
            let at = refused.iter().flat_map(|refusal| refusal.at.iter().copied());
            step(StepState::Bad, text, at.chain([holder.at]).collect())
        }
        Ok(Owner::One { holder, by: FoundBy::Name }) => {
            step(state, format!("{} holds it{doubt}", name(&holder.dn)), vec![holder.at])
        }
        Ok(Owner::One { holder, by: FoundBy::HostAlias(search) }) => {
            let text = format!("nobody holds it by itself; {} holds HOST for the name{doubt}", name(&holder.dn));
            step(state, text, search.iter().copied().chain([holder.at]).collect())
        }
        Err(not_known) => step(StepState::Unknown, format!("who holds it is not known: {not_known}"), Vec::new()),
    }
}

fn identity_step(exchange: &Exchange) -> Step {
    let (state, text) = match &exchange.identity {
        TicketIdentity::Machine(account) => (StepState::Good, format!("IIS decrypts as the machine, {account}")),
        TicketIdentity::PoolAccount(account) => {
            (StepState::Good, format!("IIS decrypts as the pool's account, {account}"))
        }
        TicketIdentity::NoNetworkAccount(name) => {
            (StepState::Bad, format!("the pool runs as {name}, which no KDC knows"))
        }
        TicketIdentity::Unclear(what) => (StepState::Unknown, format!("who decrypts is not clear: {what}")),
    };
    Step { kind: StepKind::Identity, state, text, evidence: exchange.identity_at.clone() }
}

fn decrypt_step(outcome: &Outcome) -> Step {
    let (state, text) = match outcome {
        Outcome::Kerberos => (StepState::Good, "the keys match: Kerberos".to_owned()),
        Outcome::Fails(Cause::WrongKey) => {
            (StepState::Bad, "the keys do not match: KRB_AP_ERR_MODIFIED, and no fall-back".to_owned())
        }
        Outcome::Fails(Cause::NoNetworkAccount) => {
            (StepState::Bad, "there is no key that could decrypt a ticket, and no fall-back".to_owned())
        }
        Outcome::Fails(Cause::HolderUnusable | Cause::NoCommonEncryption) => {
            (StepState::Bad, "the KDC refuses, so there is no ticket".to_owned())
        }
        Outcome::Fails(Cause::ClockSkew) => {
            (StepState::Bad, "the clocks of server and KDC are too far apart: KRB_AP_ERR_SKEW".to_owned())
        }
        Outcome::Fails(Cause::SpnHeldPerDomain) => {
            (StepState::Bad, "for users of all domains but one, the keys do not match".to_owned())
        }
        Outcome::Ntlm(_) => (StepState::Bad, "there is no ticket; the client falls back to NTLM".to_owned()),
        Outcome::Fails(_) => (StepState::Bad, "there is no ticket, and nothing to fall back to".to_owned()),
        Outcome::Unknown(not_known) => (StepState::Unknown, format!("not known without {not_known}")),
    };
    Step { kind: StepKind::Decrypt, state, text, evidence: Vec::new() }
}

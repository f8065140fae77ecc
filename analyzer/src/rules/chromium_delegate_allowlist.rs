//! A site may be given the user's own ticket, and a policy that would let Edge or Chrome give it is missing.
//!
//! # Symptom
//!
//! The second hop works from Internet Explorer and fails from Edge or Chrome.
//!
//! # Condition
//!
//! The account that decrypts is trusted for delegation without a list, a client of the case has a ticket for the site
//! that says so (`ok_as_delegate`), and `AuthNegotiateDelegateAllowlist` of the browser does not name the site.
//!
//! # Refuted by
//!
//! Constrained delegation, which needs no ticket of the user; a pattern of the policy that fits.
//!
//! # Sources
//!
//! - Microsoft support: Kerberos double-hop authentication with Microsoft Edge; policy AuthNegotiateDelegateAllowlist.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::client::ClientFamily;
use crate::exchange::outcome::Exchange;
use crate::facts::case_facts::HostFacts;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::browser_policy::{BROWSERS, Browser, Servers, clients};
use crate::rules::command::CommandLine;
use crate::rules::decrypting::{Decrypting, decrypting};
use crate::rules::delegation::{Delegation, delegation};
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, few};

const ALLOWLIST: [&str; 2] = ["AuthNegotiateDelegateAllowlist", "AuthNegotiateDelegateWhitelist"];
/// The ticket flag `ok_as_delegate`.
const MAY_DELEGATE: u32 = 0x4_0000;

/// Tickets that are shown.
const TICKETS: usize = 5;

/// The rule.
#[derive(Debug)]
pub struct ChromiumDelegateAllowlist;

static INFO: RuleInfo = RuleInfo {
    name: "chromium-delegate-allowlist",
    title: "A policy that lets Edge or Chrome delegate is missing",
    explanation: "Unconstrained delegation needs the user's own ticket, and the browser must hand it over. Internet \
        Explorer does that wherever the ticket allows it; Edge since version 87 and Chrome only for servers that the \
        policy AuthNegotiateDelegateAllowlist names.",
    layer: Layer::SecondHop,
    references: &["Microsoft support: double-hop authentication with Edge", "Policy AuthNegotiateDelegateAllowlist"],
    explains: &[],
};

impl Rule for ChromiumDelegateAllowlist {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for account in decrypting(situation, answer)? {
            match delegation(account.state, &account.name) {
                Ok(Delegation::Unconstrained(at)) => {
                    for client in clients(situation.facts)? {
                        of_client(client, &account, at, answer);
                    }
                }
                Ok(_) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

fn of_client(client: &HostFacts, account: &Decrypting<'_>, trusted: Evidence, answer: &mut Answer) {
    let tickets = delegable_tickets(client);
    let reached = account.exchanges.iter().filter(|one| one.clients.contains(&ClientFamily::Chromium));
    let held: Vec<_> = reached.filter_map(|one| Some((*one, *tickets.get(asked(one)?)?))).collect();
    let unseen = account.exchanges.iter().filter(|one| {
        one.clients.contains(&ClientFamily::Chromium) && asked(one).is_none_or(|spn| !has_ticket(client, spn))
    });
    let unseen: Vec<_> = unseen.collect();
    if held.is_empty() && unseen.is_empty() {
        return;
    }
    for browser in BROWSERS {
        match browser.policy(client, &ALLOWLIST) {
            Ok(set) => {
                let list = Servers::of(set.texts().first().copied().unwrap_or_default());
                let missed: Vec<_> = held.iter().filter(|(one, _)| !list.name(&one.url_host)).copied().collect();
                // The list lacks a site, and no ticket shows whether this client goes there.
                if unseen.iter().any(|one| !list.name(&one.url_host)) {
                    answer
                        .open(NotKnown::naming("klist, after a visit to the site, on", client.identity.name.as_str()));
                }
                if !missed.is_empty() {
                    answer.find(finding(client, browser, account, [set.at, trusted], &missed));
                }
            }
            Err(not_known) => answer.open(not_known),
        }
    }
}

fn asked(exchange: &Exchange) -> Option<&Spn> {
    Some(&exchange.request.as_ref()?.seen().ok()?.spn)
}

/// Whether this client has been given a ticket for a service.
fn has_ticket(client: &HostFacts, spn: &Spn) -> bool {
    client.tickets.iter().any(|ticket| ticket.spn == *spn)
}

/// Tickets of this client that allow delegation, by what they are for.
fn delegable_tickets(client: &HostFacts) -> BTreeMap<&Spn, Evidence> {
    let allows = |flags: Option<u32>| flags.is_some_and(|flags| flags & MAY_DELEGATE != 0);
    client.tickets.iter().rev().filter(|ticket| allows(ticket.flags)).map(|ticket| (&ticket.spn, ticket.at)).collect()
}

fn finding(
    client: &HostFacts,
    browser: Browser,
    account: &Decrypting<'_>,
    settings: [Evidence; 2],
    missed: &[(&Exchange, Evidence)],
) -> Finding {
    let exchanges = missed.iter().map(|(exchange, _)| *exchange).collect();
    let concerned = Decrypting { name: account.name.clone(), dn: account.dn, state: account.state, exchanges };
    let hosts = few(missed.iter().map(|(exchange, _)| exchange.url_host.as_str()));
    let summary = format!(
        "{} on {} may not delegate to {hosts}: AuthNegotiateDelegateAllowlist does not name it",
        browser.name,
        client.identity.name.as_str()
    );
    let places = missed.iter().map(|(_, at)| *at).take(TICKETS).chain(settings);
    let title = format!("Name {hosts} in the policy AuthNegotiateDelegateAllowlist of {}", browser.name);
    concerned
        .finding(Severity::Delegation, Confidence::Likely, summary, places)
        .because(
            "The ticket may be delegated and the account is trusted for it, so Internet Explorer hands over the user's \
             ticket. This browser does not, and the second hop arrives without a user.",
        )
        .fixed_by([Fix::new(title, Risk::Disruptive, Privilege::DomainAdmin)
            .noting(
                "The server then gets the user's own ticket-granting ticket, and may act as the user everywhere. Constrained \
                 delegation needs neither the policy nor that.",
            )
            .seen_by([CommandLine::of(&browser.query()).build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::facts::account_control::AccountControl;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_REGISTRY, FIRST_TICKET, World, points_at};

    const NAME: &str = "HTTP/intranet.contoso.com";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ChromiumDelegateAllowlist, expected)
    }

    fn trusted() -> World {
        World::healthy().flag("svc-web", AccountControl::TRUSTED_FOR_DELEGATION)
    }

    fn listed(world: World, list: &str) -> World {
        let with = |world: World, key: &str| {
            let key = format!(r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\{key}");
            world.client_registry(&key, ALLOWLIST[0], Data::Text(list.to_owned()))
        };
        with(with(world, r"Microsoft\Edge"), r"Google\Chrome")
    }

    #[test]
    fn browsers_without_the_policy_are_found() {
        let world = trusted().ticket_with_flags(NAME, 0x40a5_0000);
        let answered = check(&world, Verdict::Found);
        assert_eq!(answered.findings.len(), 2);
        let finding = &answered.findings[0];
        let summary = "Edge on CLIENT07 may not delegate to intranet.contoso.com: AuthNegotiateDelegateAllowlist does \
            not name it";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Delegation));
        let control = world.state("svc-web").control.as_ref().expect("is known").at;
        assert!(points_at(finding, &[FIRST_TICKET, CLIENT_REGISTRY.whole(), control]));
        check(&listed(world, "*.fabrikam.com"), Verdict::Found);
    }

    #[test]
    fn a_pattern_that_fits_a_plain_ticket_or_constrained_delegation_is_clear() {
        check(&listed(trusted().ticket_with_flags(NAME, 0x40a5_0000), "*.contoso.com"), Verdict::Clear);
        check(&trusted().ticket_with_flags(NAME, 0x40a1_0000), Verdict::Clear);
        let constrained = World::healthy().delegates_to("svc-web", &["cifs/files01"]);
        check(&constrained.ticket_with_flags(NAME, 0x40a5_0000), Verdict::Clear);
    }

    #[test]
    fn without_policies_or_the_account_it_is_open() {
        let world = trusted().ticket_with_flags(NAME, 0x40a5_0000);
        check(&world.clone().no_client_registry(), Verdict::Open);
        check(&world.clone().no_client(), Verdict::Open);
        check(&World::healthy().no_client(), Verdict::Clear);
        check(&trusted(), Verdict::Open);
        check(&world.no_entry("svc-web"), Verdict::Open);
    }
}

//! A policy tells Edge or Chrome to which servers they may sign in, and the site is not among them.
//!
//! # Symptom
//!
//! Edge or Chrome asks for a password, or stops at 401, on a site where other browsers sign in.
//!
//! # Condition
//!
//! `AuthServerAllowlist` is set on a computer of the case and names no pattern that fits the site; or `AuthSchemes` is
//! set and lacks `negotiate`, which must be in lower case.
//!
//! # Refuted by
//!
//! A policy that is not set: then the browser signs in to the sites of the intranet zone.
//!
//! # Sources
//!
//! - Policies AuthServerAllowlist and AuthSchemes of Microsoft Edge and Google Chrome.

use crate::evidence::gap::NotKnown;
use crate::exchange::client::ClientFamily;
use crate::exchange::outcome::Exchange;
use crate::facts::case_facts::HostFacts;
use crate::facts::settings::Set;
use crate::rules::answer::Answer;
use crate::rules::browser_policy::{BROWSERS, Browser, Servers, clients};
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, few, scope};

const ALLOWLIST: [&str; 2] = ["AuthServerAllowlist", "AuthServerWhitelist"];

/// The rule.
#[derive(Debug)]
pub struct ChromiumAuthserverAllowlist;

static INFO: RuleInfo = RuleInfo {
    name: "chromium-authserver-allowlist",
    title: "A policy keeps Edge or Chrome from signing in to the site",
    explanation: "Once somebody tells Edge or Chrome to which servers they may sign in, they sign in to no other, and \
        the zones of Windows do not count any more. A site that the list forgets asks for a password, in these browsers \
        alone.",
    layer: Layer::Offer,
    references: &["Edge and Chrome policies: AuthServerAllowlist, AuthSchemes"],
    explains: &[],
};

impl Rule for ChromiumAuthserverAllowlist {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let exchanges = situation.ticket_exchanges(answer)?;
        if exchanges.is_empty() {
            return Ok(());
        }
        for client in clients(situation.facts)? {
            for browser in BROWSERS {
                match browser.policy(client, &ALLOWLIST) {
                    Ok(set) => answer.findings.extend(left_out(situation, client, browser, &set, &exchanges)),
                    Err(not_known) => answer.open(not_known),
                }
                match browser.policy(client, &["AuthSchemes"]) {
                    Ok(set) => answer.findings.extend(without_negotiate(client, browser, &set, &exchanges)),
                    Err(not_known) => answer.open(not_known),
                }
            }
        }
        Ok(())
    }
}

/// A server's own names are tried by administrators; a list that leaves them out is no fault of the site.
fn matters(situation: &Situation<'_>, exchange: &Exchange) -> bool {
    let host = situation.facts.hosts.get(&exchange.host);
    exchange.clients.contains(&ClientFamily::Chromium)
        && !host.is_some_and(|host| host.identity.answers_to(&exchange.url_host))
}

fn left_out(
    situation: &Situation<'_>,
    client: &HostFacts,
    browser: Browser,
    set: &Set,
    exchanges: &[&Exchange],
) -> Option<Finding> {
    let texts = set.texts();
    let list = Servers::of(texts.first()?);
    let missed = exchanges.iter().filter(|one| matters(situation, one) && !list.name(&one.url_host));
    let missed: Vec<_> = missed.copied().collect();
    let words = few(missed.iter().map(|exchange| exchange.url_host.as_str()));
    let summary =
        format!("AuthServerAllowlist of {} on {} leaves out {words}", browser.name, client.identity.name.as_str());
    let title = format!("Add {words} to the policy AuthServerAllowlist of {}", browser.name);
    (!missed.is_empty()).then(|| finding(client, browser, set, &missed, summary, title))
}

fn without_negotiate(client: &HostFacts, browser: Browser, set: &Set, exchanges: &[&Exchange]) -> Option<Finding> {
    let texts = set.texts();
    let schemes = texts.first()?;
    let has_negotiate = schemes.split(',').any(|scheme| scheme.trim() == "negotiate");
    let concerned: Vec<_> =
        exchanges.iter().filter(|one| one.clients.contains(&ClientFamily::Chromium)).copied().collect();
    let summary =
        format!("AuthSchemes of {} on {} does not allow negotiate", browser.name, client.identity.name.as_str());
    let title = format!("Add negotiate, in lower case, to the policy AuthSchemes of {}", browser.name);
    (!has_negotiate && !concerned.is_empty()).then(|| finding(client, browser, set, &concerned, summary, title))
}

fn finding(
    client: &HostFacts,
    browser: Browser,
    set: &Set,
    exchanges: &[&Exchange],
    summary: String,
    title: String,
) -> Finding {
    Finding::new(Severity::Degraded, Confidence::Certain, summary, set.at)
        .because("The browser asks for no ticket there, and shows a prompt or 401. Other browsers are not concerned.")
        .about([client.identity.name.as_str().to_owned()])
        .at_paths(exchanges.iter().map(|exchange| scope(exchange)))
        .fixed_by([Fix::new(title, Risk::Safe, Privilege::DomainAdmin)
            .noting("Policies come from the domain: change the group policy, and not the registry of one computer.")
            .seen_by([CommandLine::of(&browser.query()).build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_REGISTRY, World, points_at};

    const EDGE: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Edge";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ChromiumAuthserverAllowlist, expected)
    }

    fn policy(name: &str, text: &str) -> World {
        World::healthy().client_registry(EDGE, name, Data::Text(text.to_owned()))
    }

    #[test]
    fn a_list_without_the_site_is_found() {
        let answered = check(&policy("AuthServerAllowlist", "*.fabrikam.com,web01"), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "AuthServerAllowlist of Edge on CLIENT07 leaves out intranet.contoso.com");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(points_at(finding, &[CLIENT_REGISTRY.line(1)]) && finding.scopes.len() == 1);
        check(&policy("AuthServerWhitelist", "*.fabrikam.com"), Verdict::Found);
    }

    #[test]
    fn schemes_without_negotiate_are_found_and_case_counts() {
        let answered = check(&policy("AuthSchemes", "ntlm,Negotiate"), Verdict::Found);
        assert_eq!(answered.finding().summary, "AuthSchemes of Edge on CLIENT07 does not allow negotiate");
        check(&policy("AuthSchemes", "ntlm, negotiate"), Verdict::Clear);
    }

    #[test]
    fn a_list_with_the_site_or_none_is_clear() {
        check(&policy("AuthServerAllowlist", "*.contoso.com"), Verdict::Clear);
        check(&World::healthy(), Verdict::Clear);
        check(&policy("AuthServerAllowlist", "x").reached_as("web01.contoso.com"), Verdict::Clear);
        check(&policy("AuthServerAllowlist", "x").offers(&["NTLM"]), Verdict::NotApplicable);
    }

    #[test]
    fn without_a_client_it_is_open() {
        let needs = check(&World::healthy().no_client(), Verdict::Open).needs;
        assert_eq!(needs, ["kerbscope-collect --client on a computer from which sign-in fails"]);
    }

    #[test]
    fn without_the_policies_of_a_client_it_is_open() {
        let needs = check(&World::healthy().no_client_registry(), Verdict::Open).needs;
        assert_eq!(needs, ["the policies of browsers, which kerbscope-collect --client reads, on CLIENT07"]);
    }
}

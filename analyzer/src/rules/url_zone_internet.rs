//! A browser takes the site for one of the internet, and does not sign in by itself.
//!
//! # Symptom
//!
//! The full name of the site brings a prompt, the short one does not; after the prompt, signing in works.
//!
//! # Condition
//!
//! The name of the site has dots, no list of sites of the client puts it into the zone of the intranet or of trusted sites,
//! no policy of Edge or Chrome allows it, and the client holds no ticket for it.
//!
//! # Refuted by
//!
//! A ticket for the site on the client; an entry in a list; a proxy that the site goes past, which makes it one of the
//! intranet; a setting that signs in to the internet too. Even then Kerberos may follow once a password was typed.
//!
//! # Sources
//!
//! - Microsoft support: Kerberos failures in Internet Explorer; Edge policy: AuthServerAllowlist.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::Exchange;
use crate::facts::case_facts::HostFacts;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::browser_policy::{BROWSERS, Servers, clients};
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, few, scope};
use crate::rules::zones::{Zone, Zones};

const SETTINGS: &str = r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings";
const INTERNET: &str = r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Zones\3";
const ALLOWED: &[&str] = &["AuthServerAllowlist", "AuthServerWhitelist"];
/// The intranet, and trusted sites.
const SIGNED_IN: [u64; 2] = [1, 2];

/// Requests that are shown.
const LINES: usize = 3;
/// Exchanges that are looked at.
const EXCHANGES: usize = 2_000;

/// The rule.
#[derive(Debug)]
pub struct UrlZoneInternet;

static INFO: RuleInfo = RuleInfo {
    name: "url-zone-internet",
    title: "A browser takes the site for one of the internet",
    explanation: "Windows tells sites of the intranet from those of the internet by their names: one with dots is of the \
        internet, unless somebody put it on a list, or it goes past the proxy. Internet Explorer, Edge and Chrome answer with \
        a ticket by themselves only in the intranet, and ask for a password elsewhere.",
    layer: Layer::Offer,
    references: &["Microsoft support: Kerberos failures in Internet Explorer", "Edge policy: AuthServerAllowlist"],
    explains: &[],
};

impl Rule for UrlZoneInternet {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let by_browsers = |exchange: &&Exchange| exchange.clients.iter().any(|client| client.follows_aliases());
        let is_full =
            |exchange: &&Exchange| exchange.url_host.contains('.') && exchange.url_host.parse::<IpAddr>().is_err();
        let exchanges = situation.ticket_exchanges(answer)?.into_iter().filter(by_browsers).filter(is_full);
        // Sites are judged by their names, of which a server may have thousands.
        let exchanges: Vec<&Exchange> = exchanges.take(EXCHANGES).collect();
        if exchanges.len() == EXCHANGES {
            answer.open(NotKnown::until("a bundle with fewer sites: this one is over the limit"));
        }
        for client in clients(situation.facts)? {
            let (zones, mut sites) = (Zones::of(client), Vec::new());
            let tickets: BTreeSet<_> = client.tickets.iter().map(|ticket| &ticket.spn).collect();
            for exchange in exchanges.iter().filter(|exchange| !has_ticket(&tickets, exchange)) {
                match outside(client, &zones, &exchange.url_host) {
                    Ok(Some(places)) => sites.push((*exchange, places)),
                    Ok(None) => {}
                    Err(not_known) => answer.open(not_known),
                }
            }
            if !sites.is_empty() {
                answer.find(finding(situation, client, &sites));
            }
        }
        Ok(())
    }
}

fn has_ticket(tickets: &BTreeSet<&Spn>, exchange: &Exchange) -> bool {
    let asked = exchange.request.as_ref().and_then(|request| request.seen().ok());
    asked.is_some_and(|request| tickets.contains(&request.spn))
}

/// Where it can be seen that nothing makes the site one of the intranet; none where something does.
fn outside(client: &HostFacts, zones: &Zones<'_>, site: &str) -> Result<Option<Vec<Evidence>>, NotKnown> {
    let places = match zones.zone(site)? {
        Zone::Listed(number, _) if SIGNED_IN.contains(&number) => return Ok(None),
        Zone::Listed(_, at) => vec![at],
        Zone::Nowhere(places) => places,
    };
    for browser in BROWSERS {
        let allowed = browser.policy(client, ALLOWED)?;
        if allowed.texts().iter().any(|list| Servers::of(list).name(site)) {
            return Ok(None);
        }
    }
    if goes_past_a_proxy(client, site)? || signs_in_everywhere(client)? {
        return Ok(None);
    }
    Ok(Some(places).filter(|places| !places.is_empty()))
}

/// # Errors
///
/// A script decides which sites go past the proxy, or nobody knows the settings.
fn goes_past_a_proxy(client: &HostFacts, site: &str) -> Result<bool, NotKnown> {
    let name = client.identity.name.as_str();
    let need = || NotKnown::naming("the zone that the status of the page shows in Internet options, on", name);
    let set = |value| client.settings.value(SETTINGS, value);
    let (enabled, script) = (set("ProxyEnable"), set("AutoConfigURL"));
    let (Ok(enabled), Ok(script)) = (enabled.complete(), script.complete()) else { return Err(need()) };
    if script.data.is_some() {
        return Err(need());
    }
    if enabled.number() != Some(1) {
        return Ok(false);
    }
    let past = set("ProxyOverride");
    let past = past.complete().map_err(|_| need())?;
    Ok(past.texts().iter().any(|list| Servers::of(&list.replace(';', ",")).name(site)))
}

/// 0 signs in without asking; what is not set asks.
fn signs_in_everywhere(client: &HostFacts) -> Result<bool, NotKnown> {
    let set = client.settings.value(INTERNET, "1A00");
    let name = client.identity.name.as_str();
    let set = set
        .complete()
        .map_err(|_| NotKnown::naming("the zones of Windows, which kerbscope-collect --client reads, on", name))?;
    Ok(set.number() == Some(0))
}

/// The requests of a client to a site that were turned away, where none of it was signed in.
fn turned_away(situation: &Situation<'_>, client: &HostFacts, exchange: &Exchange) -> Vec<Evidence> {
    let path = situation.index.path_of(exchange);
    let logs = path.iter().flat_map(|path| path.host.traffic.of_site(path.site.id));
    let own = logs.flat_map(|log| &log.requests);
    let own: Vec<_> =
        own.filter(|request| request.client.is_some_and(|from| client.identity.addresses.contains(&from))).collect();
    if own.iter().any(|request| request.user.is_some()) {
        return Vec::new();
    }
    own.iter().filter(|request| request.status == 401).map(|request| request.at).collect()
}

fn finding(situation: &Situation<'_>, client: &HostFacts, sites: &[(&Exchange, Vec<Evidence>)]) -> Finding {
    let name = client.identity.name.as_str();
    let listed = few(sites.iter().map(|(exchange, _)| exchange.url_host.as_str()));
    // Whether the client was there at all, the log of the site tells.
    let lines: Vec<_> =
        sites.iter().flat_map(|(exchange, _)| turned_away(situation, client, exchange)).take(LINES).collect();
    let confidence = if lines.is_empty() { Confidence::Possible } else { Confidence::Likely };
    let places = sites.iter().flat_map(|(_, places)| places.iter().copied());
    let summary = format!("Browsers on {name} take {listed} for the internet, and do not sign in by themselves");
    Finding::seen(Severity::Degraded, confidence, summary, places)
        .and(lines)
        .because("They ask for a password in place of answering with a ticket.")
        .about([name.to_owned()])
        .about(sites.iter().map(|(exchange, _)| exchange.url_host.clone()))
        .at_paths(sites.iter().map(|(exchange, _)| scope(exchange)))
        .fixed_by([Fix::new(
            format!("Put {listed} into the zone of the intranet by policy, and into AuthServerAllowlist for Edge and Chrome"),
            Risk::Safe,
            Privilege::DomainAdmin,
        )
        .noting(
            "Group policy: \"Site to Zone Assignment List\", value 1. Name the one host, or a domain that is yours alone: \
             browsers hand tickets, and answers by NTLM, to all that is on the list.",
        )])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_REGISTRY, LOG, World, points_at};

    const NAME: &str = "HTTP/intranet.contoso.com";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &UrlZoneInternet, expected)
    }

    fn unlisted() -> World {
        World::healthy().no_zone_entry()
    }

    fn set(world: World, name: &str, data: Data) -> World {
        world.client_registry(&SETTINGS.replace("HKCU", "HKEY_CURRENT_USER"), name, data)
    }

    #[test]
    fn a_name_with_dots_on_no_list_is_a_hint() {
        let answered = check(&unlisted(), Verdict::Found);
        let finding = answered.finding();
        let summary =
            "Browsers on CLIENT07 take intranet.contoso.com for the internet, and do not sign in by themselves";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Possible));
        assert!(points_at(finding, &[CLIENT_REGISTRY.whole()]));
        let seen = unlisted().address_of_client("10.0.0.57").requested("10.0.0.57", (401, Some(2), 5), None);
        let answered = check(&seen, Verdict::Found);
        assert_eq!(answered.finding().confidence, Confidence::Likely);
        assert!(points_at(answered.finding(), &[LOG.line(1)]));
    }

    #[test]
    fn a_list_a_ticket_a_policy_or_a_proxy_refutes_it() {
        check(&World::healthy(), Verdict::Clear);
        check(&unlisted().ticket(NAME), Verdict::Clear);
        check(&unlisted().reached_as("intranet"), Verdict::Clear);
        let allowed = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Edge";
        let list = Data::Text("*.contoso.com".to_owned());
        check(&unlisted().client_registry(allowed, "AuthServerAllowlist", list), Verdict::Clear);
        let past = set(
            set(unlisted(), "ProxyEnable", Data::Dword(1)),
            "ProxyOverride",
            Data::Text("*.contoso.com;<local>".to_owned()),
        );
        check(&past, Verdict::Clear);
        check(
            &unlisted().client_registry(&INTERNET.replace("HKCU", "HKEY_CURRENT_USER"), "1A00", Data::Dword(0)),
            Verdict::Clear,
        );
    }

    #[test]
    fn without_all_lists_or_with_a_script_it_is_open() {
        check(&World::healthy().no_client_registry(), Verdict::Open);
        check(&World::healthy().no_client(), Verdict::Open);
        check(&set(unlisted(), "AutoConfigURL", Data::Text("http://wpad/x.pac".to_owned())), Verdict::Open);
        check(&unlisted().offers(&["NTLM"]), Verdict::NotApplicable);
    }
}

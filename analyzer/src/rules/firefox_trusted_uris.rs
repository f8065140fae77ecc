//! Firefox does not know that it may answer this site with a ticket.
//!
//! # Symptom
//!
//! Firefox asks for a password, or shows 401, where Edge and Chrome sign in by themselves.
//!
//! # Condition
//!
//! A client has a profile of Firefox, and neither its `network.negotiate-auth.trusted-uris` nor a policy (`SPNEGO`) names the
//! site.
//!
//! # Refuted by
//!
//! An entry for the host, for its domain, or for its scheme; `allow-non-fqdn` for a name without dots.
//!
//! # Sources
//!
//! - Firefox: integrated authentication, preference network.negotiate-auth.trusted-uris; policy Authentication.

use crate::artifacts::browser_settings::BrowserSettings;
use crate::artifacts::registry::Data;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::client::ClientFamily;
use crate::exchange::outcome::Exchange;
use crate::facts::case_facts::HostFacts;
use crate::facts::host::Role;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, few, scope};

const TRUSTED: &str = "network.negotiate-auth.trusted-uris";
const SHORT_NAMES: &str = "network.negotiate-auth.allow-non-fqdn";
const POLICIES: [&str; 2] = [
    r"HKLM\SOFTWARE\Policies\Mozilla\Firefox\Authentication",
    r"HKCU\SOFTWARE\Policies\Mozilla\Firefox\Authentication",
];
/// Entries of one list that are looked at.
const ENTRIES: usize = 200;

/// The rule.
#[derive(Debug)]
pub struct FirefoxTrustedUris;

static INFO: RuleInfo = RuleInfo {
    name: "firefox-trusted-uris",
    title: "Firefox is not told to trust the site",
    explanation: "Firefox does not look at the zones of Windows. It answers with a ticket only to sites that a preference or a \
        policy of its own names; without an entry it never asks for a ticket.",
    layer: Layer::Offer,
    references: &["Firefox: network.negotiate-auth.trusted-uris", "Firefox policy: Authentication"],
    explains: &[],
};

impl Rule for FirefoxTrustedUris {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let hosts = situation.facts.hosts.values().filter(|host| host.role == Role::Client);
        for host in hosts.clone().filter(|host| host.firefox.is_none() && !host.identity.is_server()) {
            let need = "the settings of Firefox, which kerbscope-collect --client reads where there are some, on";
            answer.open(NotKnown::naming(need, host.identity.name.as_str()));
        }
        let with_firefox: Vec<_> = hosts
            .filter_map(|host| Some((host, host.firefox.as_ref().filter(|profiles| !profiles.is_empty())?)))
            .collect();
        // A computer without Firefox has nothing to say; nobody has to install it.
        if with_firefox.is_empty() {
            situation.facts.web_servers()?;
            return Ok(());
        }
        let exchanges = situation.ticket_exchanges(answer)?.into_iter();
        let exchanges: Vec<&Exchange> =
            exchanges.filter(|exchange| exchange.clients.contains(&ClientFamily::Literal)).collect();
        for (client, profiles) in with_firefox {
            match forgotten(client, profiles, &exchanges) {
                Ok(forgotten) if forgotten.is_empty() => {}
                Ok(forgotten) => answer.find(finding(client, profiles, &forgotten)),
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

/// The sites that no list names, in some profile.
fn forgotten<'a>(
    client: &HostFacts,
    profiles: &[BrowserSettings],
    exchanges: &[&'a Exchange],
) -> Result<Vec<&'a Exchange>, NotKnown> {
    let policy = policy(client);
    let is_trusted = |exchange: &Exchange, profile: &BrowserSettings| {
        let own = profile.value(TRUSTED).map(|list| list.value.as_str()).unwrap_or_default();
        let entries = own.split(',').chain(policy.0.iter().copied()).map(str::trim);
        let is_short = !exchange.url_host.contains('.');
        let short_names = profile.value(SHORT_NAMES).is_some_and(|on| on.value == "true");
        // A list that is longer than is looked at may name the site.
        let mut entries = entries.enumerate();
        (is_short && short_names) || entries.any(|(at, entry)| at >= ENTRIES || names(entry, exchange))
    };
    let left = exchanges.iter().filter(|exchange| profiles.iter().any(|profile| !is_trusted(exchange, profile)));
    let left: Vec<_> = left.copied().collect();
    match policy.1 {
        Some(not_known) if !left.is_empty() => Err(not_known),
        _ => Ok(left),
    }
}

/// What policies name, and what is not known of them.
fn policy(client: &HostFacts) -> (Vec<&str>, Option<NotKnown>) {
    let (mut entries, mut not_known) = (Vec::new(), None);
    for key in POLICIES {
        let branch = client.settings.branch(key);
        let named = branch.seen().into_iter().flatten().filter(|value| value.key == "spnego");
        entries.extend(named.filter_map(|value| match value.data {
            Data::Text(entry) => Some(entry.as_str()),
            _ => None,
        }));
        if branch.complete().is_err() {
            let need = "the policies of browsers, which kerbscope-collect --client reads, on";
            not_known.get_or_insert(NotKnown::naming(need, client.identity.name.as_str()));
        }
    }
    (entries, not_known)
}

/// `contoso.com`, `.contoso.com`, `https://`, `https://intranet.contoso.com:8443`.
fn names(entry: &str, exchange: &Exchange) -> bool {
    let entry = entry.to_lowercase();
    let (scheme, rest) = entry.split_once("://").map_or(("", entry.as_str()), |(scheme, rest)| (scheme, rest));
    let host = rest.split([':', '/']).next().unwrap_or_default().trim_start_matches('.');
    let fits_scheme = scheme.is_empty() || exchange.url.to_lowercase().starts_with(&format!("{scheme}://"));
    let site = exchange.url_host.as_str();
    let fits_host = match host {
        "" => !scheme.is_empty(),
        host => site == host || site.strip_suffix(host).is_some_and(|before| before.ends_with('.')),
    };
    fits_scheme && fits_host
}

fn finding(client: &HostFacts, profiles: &[BrowserSettings], forgotten: &[&Exchange]) -> Finding {
    let name = client.identity.name.as_str();
    let sites = few(forgotten.iter().map(|exchange| exchange.url_host.as_str()));
    let stated = profiles.iter().filter_map(|profile| profile.value(TRUSTED)).map(|list| list.at);
    let other = profiles.iter().flat_map(|profile| &profile.settings).map(|(_, value)| value.at);
    let places: Vec<Evidence> = stated.chain(other).chain(client.settings.key_at(POLICIES[0])).take(3).collect();
    Finding::seen(
        Severity::Degraded,
        Confidence::Certain,
        format!("Firefox on {name} does not trust {sites} with tickets"),
        places,
    )
    .because("It asks for a password, or shows 401. Other browsers do not care.")
    .about([name.to_owned()])
    .about(forgotten.iter().map(|exchange| exchange.url_host.clone()))
    .at_paths(forgotten.iter().map(|exchange| scope(exchange)))
    .fixed_by([Fix::new(
        format!("Add {sites} to {TRUSTED} in about:config, or to the policy Authentication, SPNEGO"),
        Risk::Safe,
        Privilege::DomainUser,
    )
    .noting("Firefox hands tickets to all that is named: name hosts, or a domain that is yours alone.")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, FIREFOX, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &FirefoxTrustedUris, expected)
    }

    fn trusts(list: &str) -> World {
        World::healthy().firefox(&[(TRUSTED, list)])
    }

    #[test]
    fn a_list_that_forgets_the_site_is_found() {
        let answered = check(&trusts("fabrikam.com,https://"), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "Firefox on CLIENT07 does not trust intranet.contoso.com with tickets");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(points_at(finding, &[FIREFOX.line(1)]));
        check(&trusts(""), Verdict::Found);
    }

    #[test]
    fn an_entry_for_host_domain_or_scheme_is_clear() {
        for list in
            ["intranet.contoso.com", "contoso.com", ".contoso.com", "http://", "x, http://intranet.contoso.com:80"]
        {
            check(&trusts(list), Verdict::Clear);
        }
        let policy = r"HKEY_CURRENT_USER\SOFTWARE\Policies\Mozilla\Firefox\Authentication\SPNEGO";
        check(&trusts("").client_registry(policy, "1", Data::Text("contoso.com".to_owned())), Verdict::Clear);
        check(&World::healthy().reached_as("web01").firefox(&[(SHORT_NAMES, "true")]), Verdict::Clear);
    }

    #[test]
    fn without_firefox_it_does_not_apply_and_without_policies_it_is_open() {
        check(&World::healthy().no_firefox(), Verdict::NotApplicable);
        check(&trusts("").no_client_registry(), Verdict::Open);
        let needs = check(&World::healthy().firefox_not_sought(), Verdict::Open).needs;
        let need = "the settings of Firefox, which kerbscope-collect --client reads where there are some, on CLIENT07";
        assert_eq!(needs, [need]);
        let server = World::healthy().firefox_not_sought().product_of("CLIENT07", "Microsoft Windows Server 2022");
        check(&server, Verdict::NotApplicable);
        check(&trusts("").offers(&["NTLM"]), Verdict::NotApplicable);
    }
}

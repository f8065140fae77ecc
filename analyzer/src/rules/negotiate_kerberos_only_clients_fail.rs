//! A path offers Kerberos and nothing to fall back to, and some clients cannot use Kerberos.
//!
//! # Symptom
//!
//! Some users, or those of some links, are asked for a password again and again and get 401, while others get in.
//!
//! # Condition
//!
//! The list of providers is `Negotiate:Kerberos` alone, and there is a reason for a client to need NTLM: nobody, or more
//! than one account, holds the SPN; requests under an IP address were turned away; a client of the case is in no domain.
//!
//! # Refuted by
//!
//! Another provider beside it. Without one of these reasons the list is a choice that strengthens the site, as it is
//! recommended for certificate enrollment.
//!
//! # Sources
//!
//! - KB 5005413; IIS configuration reference: providers.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::artifacts::w3c_log::Request;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::{Cause, Exchange, Outcome};
use crate::facts::host::Role;
use crate::facts::sign_in::AuthProvider;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::browser_policy;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Scope, Severity};
use crate::rules::iis_command;
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation, scope};

/// Requests that are shown.
const LINES: usize = 3;

/// The rule.
#[derive(Debug)]
pub struct NegotiateKerberosOnlyClientsFail;

static INFO: RuleInfo = RuleInfo {
    name: "negotiate-kerberos-only-clients-fail",
    title: "Only Kerberos is offered, and some clients cannot use it",
    explanation: "Negotiate:Kerberos lets nobody in by NTLM. That is a good choice as long as every client gets a ticket: the \
        SPN must be right, the URL must hold a name, and the client must be in a domain. Whoever lacks one of these is shut \
        out, where Negotiate would have fallen back.",
    layer: Layer::Offer,
    references: &["KB 5005413", "IIS configuration reference: windowsAuthentication/providers"],
    explains: &["url-is-ip-or-unresolvable", "client-not-domain-or-offline"],
};

impl Rule for NegotiateKerberosOnlyClientsFail {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut exchanges = BTreeMap::<Scope, Vec<&Exchange>>::new();
        for exchange in situation.exchanges {
            exchanges.entry(scope(exchange)).or_default().push(exchange);
        }
        for path in situation.sign_in_paths(answer)? {
            if !path.path.sign_in.windows.value || !is_kerberos_alone(&path) {
                continue;
            }
            let own = exchanges.get(&path.scope()).map_or(&[][..], Vec::as_slice);
            match reason(situation, &path, own) {
                Ok(Some(reason)) => answer.find(finding(&path, reason)),
                Ok(None) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

fn is_kerberos_alone(path: &SitePath<'_>) -> bool {
    matches!(path.path.sign_in.providers.as_slice(), [one] if one.value == AuthProvider::NegotiateKerberos)
}

/// Why a client needs NTLM.
struct Reason {
    words: String,
    confidence: Confidence,
    at: Vec<Evidence>,
}

/// # Errors
///
/// Nothing is known to need NTLM, and not all that could tell is there.
fn reason(situation: &Situation<'_>, path: &SitePath<'_>, own: &[&Exchange]) -> Result<Option<Reason>, NotKnown> {
    if let Some(reason) = own.iter().find_map(|exchange| of_exchange(exchange)) {
        return Ok(Some(reason));
    }
    let logs: Vec<_> = path.host.traffic.of_site(path.site.id).collect();
    let by_address: Vec<_> =
        logs.iter().flat_map(|log| &log.requests).filter(|request| is_refused_by_address(request)).collect();
    if !by_address.is_empty() {
        let words = "requests under an IP address were turned away".to_owned();
        let at = by_address.iter().map(|request| request.at).take(LINES).collect();
        return Ok(Some(Reason { words, confidence: Confidence::Certain, at }));
    }
    let mut clients = situation.facts.hosts.values().filter(|host| host.role == Role::Client);
    let outsider = clients.find_map(|client| Some((client, client.identity.workgroup.as_ref()?)));
    if let Some((client, workgroup)) = outsider {
        let words = format!("{} is in no domain", client.identity.name.as_str());
        return Ok(Some(Reason { words, confidence: Confidence::Certain, at: vec![workgroup.at] }));
    }
    if let Some(not_known) = own.iter().find_map(|exchange| match &exchange.outcome {
        Outcome::Unknown(not_known) => Some(not_known.clone()),
        _ => None,
    }) {
        return Err(not_known);
    }
    // Nothing on the server tells of clients that could not even ask.
    let mut clients = browser_policy::clients(situation.facts)?.into_iter();
    if let Some(client) = clients.find(|client| client.identity.account_domain.is_none()) {
        return Err(NotKnown::naming("systeminfo of", client.identity.name.as_str()));
    }
    if logs.is_empty() { Err(NotKnown::naming("the IIS log of", &path.site.name)) } else { Ok(None) }
}

/// The rules about these causes explain this finding: with Negotiate they would go unnoticed.
fn of_exchange(exchange: &Exchange) -> Option<Reason> {
    let why = match exchange.outcome.cause()? {
        Cause::SpnNotHeld => "nobody holds the SPN that clients ask for",
        Cause::SpnHeldTwice => "several accounts hold the SPN that clients ask for",
        Cause::NoNetworkAccount => "no KDC knows the account that decrypts",
        _ => return None,
    };
    let at = exchange.steps.iter().flat_map(|step| step.evidence.iter().copied()).take(LINES).collect();
    Some(Reason { words: why.to_owned(), confidence: Confidence::Likely, at })
}

fn is_refused_by_address(request: &Request) -> bool {
    let host = request.host.as_deref().map(|host| host.split(':').next().unwrap_or(host));
    request.status == 401 && request.user.is_none() && host.is_some_and(|host| host.parse::<IpAddr>().is_ok())
}

fn finding(path: &SitePath<'_>, reason: Reason) -> Finding {
    let sign_in = &path.path.sign_in;
    let in_doubt = path.path.may_be_overridden.is_some();
    let confidence = if in_doubt { Confidence::Likely } else { reason.confidence };
    let offered = sign_in.provider_names();
    let summary = format!("{} offers {} alone, and {}", path.name(), offered.join(", "), reason.words);
    Finding::seen(Severity::Blocker, confidence, summary, [sign_in.providers_at])
        .and(sign_in.providers.iter().map(|provider| provider.at))
        .and(reason.at)
        .because("Whoever gets no ticket is not let in: there is no NTLM to fall back to.")
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([
            Fix::new(
                "Leave the list as it is, and see that every client gets a ticket",
                Risk::Safe,
                Privilege::DomainAdmin,
            )
            .noting("By the right SPN, by names in links in place of addresses, and from computers of the domain."),
            Fix::new(
                format!("Or offer Negotiate and NTLM beside it on {}", path.name()),
                Risk::Dangerous,
                Privilege::ServerAdmin,
            )
            .noting(
                "Somebody may have taken NTLM away to guard the site against relaying; certificate enrollment must stay \
                 without it.",
            )
            .by(add_negotiate(path))
            .undone_by(iis_command::take_back(path, &offered, &["Negotiate", "NTLM"]).into_iter().map(Some))
            .seen_by([iis_command::show_sign_in(path)]),
        ])
}

fn add_negotiate(path: &SitePath<'_>) -> Vec<Option<crate::rules::command::CommandLine>> {
    let add = |name: &str| appcmd::set_windows_authentication(path, &format!(r#"/+"providers.[value='{name}']""#));
    if path.site.node.is_some() {
        return iis_command::negotiate_then_ntlm(path, &[]).into_iter().map(Some).collect();
    }
    vec![add("Negotiate"), add("NTLM")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, FIRST_PROVIDER, LOG, World, commands, points_at, set_config};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &NegotiateKerberosOnlyClientsFail, expected)
    }

    fn strict() -> World {
        World::healthy().offers(&["Negotiate:Kerberos"])
    }

    #[test]
    fn a_missing_name_shuts_everybody_out() {
        let answered = check(&strict().nobody_holds("HTTP/intranet.contoso.com"), Verdict::Found);
        let finding = answered.finding();
        let summary = "Intranet offers Negotiate:Kerberos alone, and nobody holds the SPN that clients ask for";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Likely));
        assert!(points_at(finding, &[FIRST_PROVIDER]));
        let add = |name| set_config("Intranet", &format!(r#"/+"providers.[value='{name}']""#));
        assert_eq!(commands(&finding.fixes[1]), [add("Negotiate"), add("NTLM")]);
        assert_eq!(finding.fixes[1].undo.len(), 2);
        check(&strict().holds("HTTP/intranet.contoso.com", "svc-old"), Verdict::Found);
    }

    #[test]
    fn requests_by_address_and_clients_without_a_domain_are_found() {
        let by_address = strict().requested("10.0.0.57", (401, Some(2), 5), None).under("10.0.0.20");
        let answered = check(&by_address, Verdict::Found);
        assert_eq!(answered.finding().confidence, Confidence::Certain);
        assert!(points_at(answered.finding(), &[LOG.line(1)]));
        let answered = check(&strict().workgroup("CLIENT07", "WORKGROUP"), Verdict::Found);
        assert!(answered.finding().summary.ends_with("and CLIENT07 is in no domain"), "{answered:?}");
    }

    #[test]
    fn a_sound_site_or_a_way_back_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&strict(), Verdict::Clear);
        check(&strict().requested("10.0.0.57", (200, Some(0), 0), Some("alice")).under("10.0.0.20"), Verdict::Clear);
        let with_ntlm = World::healthy().offers(&["Negotiate:Kerberos", "NTLM"]);
        check(&with_ntlm.nobody_holds("HTTP/intranet.contoso.com"), Verdict::Clear);
    }

    #[test]
    fn without_the_log_or_the_holder_it_is_open() {
        assert_eq!(check(&strict().no_site_log(), Verdict::Open).needs, ["the IIS log of Intranet"]);
        let unknown = strict().nobody_holds("HTTP/intranet.contoso.com").not_searched("HTTP/intranet.contoso.com");
        check(&unknown, Verdict::Open);
        let needs = check(&strict().no_client(), Verdict::Open).needs;
        assert_eq!(needs, ["kerbscope-collect --client on a computer from which sign-in fails"]);
    }
}

//! The site does not offer Negotiate, so no client can use Kerberos.
//!
//! # Symptom
//!
//! Only `WWW-Authenticate: NTLM` is sent; users are signed in by NTLM, and delegation does not work.
//!
//! # Condition
//!
//! Windows authentication is on, its list of providers is not empty, and holds no form of Negotiate.
//!
//! # Refuted by
//!
//! A pool that runs as a local account: Kerberos could not work, and NTLM alone is right.
//!
//! # Sources
//!
//! - KB 248350; KB 215383; IIS configuration reference: providers.

use crate::evidence::gap::NotKnown;
use crate::exchange::identity::{TicketIdentity, ticket_identity};
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct ProvidersNegotiateMissing;

impl Rule for ProvidersNegotiateMissing {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "providers-negotiate-missing",
            title: "The site does not offer Negotiate",
            explanation: "Clients use Kerberos only when the server offers Negotiate. A list of providers that holds \
                NTLM alone, by an old upgrade or on purpose, leaves them no choice.",
            layer: Layer::Offer,
            references: &["KB 248350", "KB 215383"],
            explains: &[],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.paths(answer)? {
            let providers = &path.path.sign_in.providers;
            let offers = providers.is_empty() || providers.iter().any(|provider| provider.value.offers_kerberos());
            let (identity, _) = ticket_identity(path.path, &path.host.identity);
            let cannot = matches!(identity, TicketIdentity::NoNetworkAccount(_));
            if !path.path.sign_in.windows.value || offers || cannot {
                continue;
            }
            answer.find(finding(&path));
        }
        Ok(())
    }
}

fn finding(path: &SitePath<'_>) -> Finding {
    let offered = path.path.sign_in.provider_names();
    let lines = path.path.sign_in.providers.iter().map(|provider| provider.at);
    let confidence = if path.path.may_be_overridden.is_some() { Confidence::Likely } else { Confidence::Certain };
    let summary = format!("{} offers {} and not Negotiate", path.name(), offered.join(", "));
    Finding::new(Severity::Degraded, confidence, summary, path.path.sign_in.providers_at)
        .and(lines)
        .and([path.path.sign_in.windows.at])
        .because(
            "Without Negotiate no client asks for a ticket: everyone is signed in by NTLM, which cannot be delegated.",
        )
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([offer_negotiate(path, &offered)])
}

/// Negotiate first: a client that takes the first provider would otherwise go on taking NTLM.
fn offer_negotiate(path: &SitePath<'_>, offered: &[String]) -> Fix {
    Fix {
        title: format!("Offer Negotiate, then NTLM, on {}", path.name()),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: Some(
            "Look first whether someone took Negotiate away on purpose, for an application that needs NTLM.".to_owned(),
        ),
        commands: appcmd::negotiate_then_ntlm(path, offered),
        undo: appcmd::all([appcmd::set_windows_authentication(path, r#"/-"providers.[value='Negotiate']""#)]),
        verify: appcmd::all([appcmd::show_windows_authentication(path)]),
    }
}

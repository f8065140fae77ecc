//! NTLM stands before Negotiate, and clients that take the first provider never use Kerberos.
//!
//! # Symptom
//!
//! Internet Explorer and WinHTTP sign in by NTLM, while Edge and Chrome use Kerberos on the same site.
//!
//! # Condition
//!
//! Windows authentication is on, and NTLM stands before the first form of Negotiate.
//!
//! # Refuted by
//!
//! Products that need NTLM first; the rule cannot know them and says so.
//!
//! # Sources
//!
//! - IIS configuration reference: the order of providers is the order of the `WWW-Authenticate` headers.

use crate::evidence::gap::NotKnown;
use crate::facts::sign_in::AuthProvider;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct ProvidersOrderNtlmFirst;

impl Rule for ProvidersOrderNtlmFirst {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "providers-order-ntlm-first",
            title: "NTLM stands before Negotiate",
            explanation: "Internet Explorer and everything on WinINet or WinHTTP answer the first provider that they \
                know. With NTLM first they never use Kerberos. Edge and Chrome prefer Negotiate whatever the order.",
            layer: Layer::Offer,
            references: &["IIS configuration reference: providers"],
            explains: &[],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.paths(answer)? {
            let providers = &path.path.sign_in.providers;
            let ntlm = providers.iter().position(|provider| provider.value == AuthProvider::Ntlm);
            let negotiate = providers.iter().position(|provider| provider.value.offers_kerberos());
            if path.path.sign_in.windows.value && ntlm.zip(negotiate).is_some_and(|(ntlm, other)| ntlm < other) {
                answer.find(finding(&path));
            }
        }
        Ok(())
    }
}

fn finding(path: &SitePath<'_>) -> Finding {
    let offered = path.path.sign_in.provider_names();
    let summary = format!("{} offers NTLM before Negotiate", path.name());
    let lines = path.path.sign_in.providers.iter().map(|provider| provider.at);
    Finding::new(Severity::Degraded, Confidence::Likely, summary, path.path.sign_in.providers_at)
        .and(lines)
        .because("Clients on WinINet and WinHTTP take the first provider and are signed in by NTLM. Edge and Chrome are not concerned.")
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix {
            title: format!("Put NTLM behind Negotiate on {}", path.name()),
            risk: Risk::Disruptive,
            privilege: Privilege::ServerAdmin,
            note: Some("Some products need NTLM first; look first whether someone chose the order on purpose.".to_owned()),
            commands: appcmd::negotiate_then_ntlm(path, &offered),
            undo: Vec::new(),
            verify: appcmd::all([appcmd::show_windows_authentication(path)]),
        }])
}

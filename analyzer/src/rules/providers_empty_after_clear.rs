//! Windows authentication is on, and its list of providers is empty.
//!
//! # Symptom
//!
//! 401.2 for everyone, without any challenge.
//!
//! # Condition
//!
//! Windows authentication is on, and after every `<clear/>`, `<remove>` and `<add>` no provider is left.
//!
//! # Refuted by
//!
//! A deeper scope that adds providers again.
//!
//! # Sources
//!
//! - IIS configuration reference: Windows authentication needs at least one provider.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct ProvidersEmptyAfterClear;

impl Rule for ProvidersEmptyAfterClear {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "providers-empty-after-clear",
            title: "Windows authentication has no provider",
            explanation: "The list of providers can be cleared for a site and filled anew. When nothing is added \
                after the clear, Windows authentication is on and offers nothing: every request ends in 401.2.",
            layer: Layer::Offer,
            references: &["IIS configuration reference: providers"],
            explains: &[],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.paths(answer)? {
            let sign_in = &path.path.sign_in;
            if !sign_in.windows.value || !sign_in.providers.is_empty() {
                continue;
            }
            answer.find(finding(&path));
        }
        Ok(())
    }
}

fn finding(path: &SitePath<'_>) -> Finding {
    let sign_in = &path.path.sign_in;
    let confidence = if path.path.may_be_overridden.is_some() { Confidence::Likely } else { Confidence::Certain };
    let summary = format!("Windows authentication of {} is on, and has no provider", path.name());
    Finding::new(Severity::Blocker, confidence, summary, sign_in.providers_at)
        .and([sign_in.windows.at])
        .because("The server sends no challenge that a client could answer. Everyone gets 401.2.")
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix {
            title: format!("Offer Negotiate, then NTLM, on {}", path.name()),
            risk: Risk::Safe,
            privilege: Privilege::ServerAdmin,
            note: None,
            commands: appcmd::negotiate_then_ntlm(path, &[]),
            undo: appcmd::all([
                appcmd::set_windows_authentication(path, r#"/-"providers.[value='NTLM']""#),
                appcmd::set_windows_authentication(path, r#"/-"providers.[value='Negotiate']""#),
            ]),
            verify: appcmd::all([appcmd::show_windows_authentication(path)]),
        }])
}

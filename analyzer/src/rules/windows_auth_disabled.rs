//! Nobody can sign in: Windows authentication is off, and so is every other way.
//!
//! # Symptom
//!
//! 401.2 for everyone, without any challenge.
//!
//! # Condition
//!
//! Windows, anonymous, Basic and Digest authentication and client certificates are all off for a path.
//!
//! # Refuted by
//!
//! Anonymous authentication: a site that is public, or that signs users in by forms or claims, is meant to be so.
//!
//! # Sources
//!
//! - IIS configuration reference: windowsAuthentication is off by default.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct WindowsAuthDisabled;

impl Rule for WindowsAuthDisabled {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "windows-auth-disabled",
            title: "Windows authentication is off, and nothing else is on",
            explanation: "Windows authentication is off unless someone turns it on for a site. Where anonymous \
                access was turned off and nothing else turned on, nobody can get in.",
            layer: Layer::Offer,
            references: &["IIS configuration reference: windowsAuthentication"],
            explains: &[],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.paths(answer)? {
            let sign_in = &path.path.sign_in;
            if !(sign_in.windows.value || sign_in.anonymous.value || sign_in.other_way) {
                answer.find(finding(&path));
            }
        }
        Ok(())
    }
}

fn finding(path: &SitePath<'_>) -> Finding {
    let sign_in = &path.path.sign_in;
    let confidence = if path.path.may_be_overridden.is_some() { Confidence::Likely } else { Confidence::Certain };
    let summary =
        format!("{} offers no way to sign in: Windows authentication is off, and so is every other", path.name());
    let set = |value: &str| appcmd::set_windows_authentication(path, &format!("/enabled:{value}"));
    Finding::new(Severity::Blocker, confidence, summary, sign_in.windows.at)
        .and([sign_in.anonymous.at])
        .because(
            "Anonymous requests are refused, and there is no challenge that a client could answer: 401.2 for everyone.",
        )
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix {
            title: format!("Turn Windows authentication on for {}", path.name()),
            risk: Risk::Safe,
            privilege: Privilege::ServerAdmin,
            note: Some(
                "If the command does not know the section, the role service Windows Authentication is not installed."
                    .to_owned(),
            ),
            commands: appcmd::all([set("true")]),
            undo: appcmd::all([set("false")]),
            verify: appcmd::all([appcmd::show_windows_authentication(path)]),
        }])
}

//! The list of providers of IIS 5 or 6 is spelled in a way that IIS does not understand.
//!
//! # Symptom
//!
//! Clients are asked for a password, or get one provider less than the list seems to name.
//!
//! # Condition
//!
//! `NTAuthenticationProviders` holds blanks beside a comma, as in `Negotiate, NTLM`.
//!
//! # Refuted by
//!
//! The same names without blanks. IIS 7 and later keep the providers as a list of elements.
//!
//! # Sources
//!
//! - KB 248350; KB 215383.

use crate::evidence::gap::NotKnown;
use crate::facts::sign_in::AuthProvider;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::iis_command;
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct ProvidersValueMalformed;

static INFO: RuleInfo = RuleInfo {
    name: "providers-value-malformed",
    title: "The list of providers is misspelled",
    explanation: "IIS 5 and 6 keep the providers in one text and cut it at the commas alone. A blank behind a comma becomes \
        part of the name, and a provider of that name does not exist.",
    layer: Layer::Offer,
    references: &["KB 248350", "KB 215383"],
    explains: &[
        "providers-negotiate-missing",
        "providers-upgrade-from-iis4",
        "providers-overridden-at-child",
        "providers-order-ntlm-first",
    ],
};

impl Rule for ProvidersValueMalformed {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.sign_in_paths(answer)? {
            let is_old = path.site.node.is_some() && path.path.sign_in.windows.value;
            let wrong = path.path.sign_in.providers.iter().find(|provider| is_blank_beside(&provider.value));
            if let Some(wrong) = wrong.filter(|_| is_old) {
                answer.find(finding(&path, wrong.value.as_str(), wrong.at));
            }
        }
        Ok(())
    }
}

fn is_blank_beside(provider: &AuthProvider) -> bool {
    matches!(provider, AuthProvider::Other(name) if name.trim() != name)
}

fn finding(path: &SitePath<'_>, wrong: &str, at: crate::evidence::place::Evidence) -> Finding {
    let present = path.path.sign_in.provider_names();
    let summary = format!("the providers of {} hold a blank: \"{}\"", path.name(), present.join(","));
    Finding::new(Severity::Degraded, Confidence::Certain, summary, at)
        .because(format!("IIS looks for a provider called \"{wrong}\", which there is not."))
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix {
            commands: iis_command::negotiate_then_ntlm(path, &present),
            undo: iis_command::take_back(path, &present, &[]),
            ..Fix::new("Write the list without blanks", Risk::Disruptive, Privilege::ServerAdmin)
                .seen_by([iis_command::show_sign_in(path)])
        }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, commands};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ProvidersValueMalformed, expected)
    }

    #[test]
    fn a_blank_behind_a_comma_is_found() {
        let answered = check(&World::healthy().of_iis_6().offers(&["Negotiate", " NTLM"]), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "the providers of Intranet hold a blank: \"Negotiate, NTLM\"");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(commands(&finding.fixes[0])[0].ends_with("NTAuthenticationProviders \"Negotiate,NTLM\""));
    }

    #[test]
    fn names_without_blanks_and_later_systems_are_clear() {
        check(&World::healthy().of_iis_6(), Verdict::Clear);
        check(&World::healthy().of_iis_6().offers(&["Negotiate", "Nego2"]), Verdict::Clear);
        check(&World::healthy().offers(&["Negotiate", " NTLM"]), Verdict::Clear);
        check(&World::healthy().of_iis_6().no_config(), Verdict::Open);
    }
}

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
use crate::rules::iis_command;
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
        for path in situation.sign_in_paths(answer)? {
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
            commands: iis_command::negotiate_then_ntlm(path, &[]),
            undo: iis_command::take_back(path, &[], &["NTLM", "Negotiate"]),
            verify: appcmd::all([iis_command::show_sign_in(path)]),
        }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, PROVIDERS, WINDOWS, World, commands, points_at, set_config};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ProvidersEmptyAfterClear, expected)
    }

    #[test]
    fn an_empty_list_is_found() {
        let answered = check(&World::healthy().offers(&[]), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "Windows authentication of Intranet is on, and has no provider");
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        assert!(points_at(finding, &[PROVIDERS, WINDOWS]));
        let changes = [r#"/+"providers.[value='Negotiate']""#, r#"/+"providers.[value='NTLM']""#];
        assert_eq!(commands(&finding.fixes[0]), changes.map(|change| set_config("Intranet", change)));
    }

    #[test]
    fn any_provider_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().offers(&["NTLM"]), Verdict::Clear);
    }

    #[test]
    fn an_empty_list_that_is_not_in_force_is_no_finding() {
        check(&World::healthy().offers(&[]).windows_off(), Verdict::Clear);
    }

    #[test]
    fn a_deeper_scope_that_adds_providers_again_is_sound() {
        let world = World::healthy().offers(&[]).path("/app", |app| app.offers(&["Negotiate"]));
        assert_eq!(check(&world, Verdict::Found).finding().scopes[0].path, "/");
    }

    #[test]
    fn without_the_whole_configuration_it_is_open() {
        for world in [World::healthy().no_config(), World::healthy().offers(&[]).part_of_config()] {
            assert_eq!(check(&world, Verdict::Open).needs, ["applicationHost.config"]);
        }
    }

    #[test]
    fn a_web_config_that_may_say_otherwise_leaves_doubt() {
        let empty = check(&World::healthy().offers(&[]).may_be_overridden(), Verdict::Found);
        assert_eq!(empty.finding().confidence, Confidence::Likely);
        assert_eq!(check(&World::healthy().may_be_overridden(), Verdict::Open).needs, ["web.config of Intranet/"]);
    }

    #[test]
    fn a_hostile_site_gets_a_fix_without_commands() {
        let answered = check(&World::healthy().offers(&[]).site_named("$(calc)"), Verdict::Found);
        assert!(answered.finding().fixes[0].commands.is_empty());
    }
}

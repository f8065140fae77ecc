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
use crate::rules::iis_command;
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
        for path in situation.sign_in_paths(answer)? {
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
            note: path.site.node.is_none().then(|| {
                "If the command does not know the section, the role service Windows Authentication is not installed."
                    .to_owned()
            }),
            commands: iis_command::switch_windows_authentication(path, true),
            undo: iis_command::switch_windows_authentication(path, false),
            verify: appcmd::all([iis_command::show_sign_in(path)]),
        }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, ANONYMOUS, WINDOWS, World, commands, points_at, set_config};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &WindowsAuthDisabled, expected)
    }

    #[test]
    fn no_way_in_at_all_is_found() {
        let answered = check(&World::healthy().windows_off(), Verdict::Found);
        let finding = answered.finding();
        let summary = "Intranet offers no way to sign in: Windows authentication is off, and so is every other";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        assert!(points_at(finding, &[WINDOWS, ANONYMOUS]));
        assert_eq!(commands(&finding.fixes[0]), [set_config("Intranet", "/enabled:true")]);
    }

    #[test]
    fn windows_authentication_is_clear() {
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn a_public_site_and_one_with_another_way_in_are_meant_to_be_so() {
        check(&World::healthy().windows_off().anonymous_on(), Verdict::Clear);
        check(&World::healthy().windows_off().other_way_on(), Verdict::Clear);
    }

    #[test]
    fn a_folder_may_be_shut_on_a_site_that_is_open() {
        let answered = check(&World::healthy().path("/app", World::windows_off), Verdict::Found);
        assert_eq!(answered.finding().subjects, ["Intranet/app"]);
    }

    #[test]
    fn without_the_whole_configuration_it_is_open() {
        for world in [World::healthy().no_config(), World::healthy().windows_off().part_of_config()] {
            assert_eq!(check(&world, Verdict::Open).needs, ["applicationHost.config"]);
        }
    }

    #[test]
    fn a_web_config_that_may_say_otherwise_leaves_doubt() {
        let off = check(&World::healthy().windows_off().may_be_overridden(), Verdict::Found);
        assert_eq!(off.finding().confidence, Confidence::Likely);
        assert_eq!(check(&World::healthy().may_be_overridden(), Verdict::Open).needs, ["web.config of Intranet/"]);
    }

    #[test]
    fn a_hostile_site_gets_a_fix_without_commands() {
        let answered = check(&World::healthy().windows_off().site_named("%COMSPEC%"), Verdict::Found);
        assert!(answered.finding().fixes[0].commands.is_empty());
    }
}

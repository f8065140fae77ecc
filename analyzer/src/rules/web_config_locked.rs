//! A web.config sets a section that is locked, so that IIS answers every request with 500.19.
//!
//! # Symptom
//!
//! 500.19 for every page of the application, before anybody is asked to sign in.
//!
//! # Condition
//!
//! The `web.config` of an application sets a section of authentication, or an attribute of one, that is locked where the
//! application lies.
//!
//! # Refuted by
//!
//! A location in `applicationHost.config` that unlocks the section for this path.
//!
//! # Sources
//!
//! - IIS configuration reference: windowsAuthentication is locked in `applicationHost.config`; HTTP status 500.19.

use crate::evidence::gap::NotKnown;
use crate::facts::scopes::RefusedSection;
use crate::facts::web_configs::AppConfig;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The status and the sub-status of a configuration that cannot be read.
const CONFIGURATION: (u16, u16) = (500, 19);
/// Lines of a log that are shown.
const LINES: usize = 3;

/// The rule.
#[derive(Debug)]
pub struct WebConfigLocked;

impl Rule for WebConfigLocked {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "web-config-locked",
            title: "A web.config sets a section that is locked",
            explanation: "The sections of authentication are locked in applicationHost.config unless someone unlocked \
                them. An application that sets one of them in its web.config is not served at all: every request ends \
                in 500.19, and nobody gets as far as signing in.",
            layer: Layer::Reach,
            references: &["IIS configuration reference: overrideMode, lockAttributes", "HTTP status 500.19"],
            explains: &[
                "providers-negotiate-missing",
                "providers-overridden-at-child",
                "providers-order-ntlm-first",
                "providers-empty-after-clear",
                "windows-auth-disabled",
            ],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        // IIS 5 and 6 have no sections of authentication in a web.config.
        for path in situation.paths(answer)?.into_iter().filter(|path| path.site.node.is_none()) {
            if let Some(refused) = &path.path.refused {
                answer.find(finding(&path, refused));
            } else if path.path.web_config == AppConfig::NotRead && path.path.sign_in.windows.value {
                answer.open(NotKnown::naming("web.config of", &format!("{}{}", path.site.name, path.path.path)));
            }
        }
        Ok(())
    }
}

fn finding(path: &SitePath<'_>, refused: &RefusedSection) -> Finding {
    let summary = format!("the web.config of {} sets {}, which is locked", path.name(), refused.name);
    let (status, sub_status) = CONFIGURATION;
    let logs = path.host.traffic.of_site(path.site.id);
    let seen = logs.flat_map(|log| &log.requests).filter(|request| request.ended(status, sub_status));
    let section = refused.name.split('/').next().unwrap_or_default();
    Finding::new(Severity::Blocker, Confidence::Certain, summary, refused.at)
        .and([refused.locked_at])
        .and(seen.map(|request| request.at).take(LINES))
        .because("IIS refuses to read the configuration, and answers every request for this path with 500.19.")
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([move_it(path, section), unlock(path, section)])
}

fn move_it(path: &SitePath<'_>, section: &str) -> Fix {
    Fix {
        title: format!(
            "Take {section} out of the web.config of {}, and set it in applicationHost.config instead",
            path.name()
        ),
        risk: Risk::Safe,
        privilege: Privilege::ServerAdmin,
        note: Some("A new version of the application may bring the section back.".to_owned()),
        commands: Vec::new(),
        undo: Vec::new(),
        verify: appcmd::all([appcmd::show_windows_authentication(path)]),
    }
}

fn unlock(path: &SitePath<'_>, section: &str) -> Fix {
    Fix {
        title: format!("Let the web.config of {} set {section}", path.name()),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: Some(
            "From then on, whoever may write to the folder of the application decides who signs in how.".to_owned(),
        ),
        commands: appcmd::all([appcmd::unlock(path, section)]),
        undo: appcmd::all([appcmd::lock(path, section)]),
        verify: appcmd::all([appcmd::show_windows_authentication(path)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, LOCK, LOG, REFUSED, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &WebConfigLocked, expected)
    }

    #[test]
    fn a_locked_section_is_found_with_both_lines_and_what_users_got() {
        let world = World::healthy().web_config_refused().requested("10.0.0.57", (500, Some(19), 50), None);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "the web.config of Intranet sets windowsAuthentication, which is locked");
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        assert!(points_at(finding, &[REFUSED, LOCK, LOG.line(1)]));
        let unlock = r"%windir%\system32\inetsrv\appcmd unlock config Intranet -section:system.webServer/security/authentication/windowsAuthentication /commit:apphost";
        assert_eq!(commands(&finding.fixes[1]), [unlock]);
    }

    #[test]
    fn without_such_a_section_it_is_clear() {
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn a_web_config_that_nobody_read_leaves_it_open_where_users_sign_in() {
        let unread = World::healthy().web_config_not_read();
        assert_eq!(check(&unread, Verdict::Open).needs, ["web.config of Intranet/"]);
        check(&unread.windows_off(), Verdict::Clear);
        check(&World::healthy().no_config(), Verdict::Open);
    }

    #[test]
    fn a_web_config_of_iis_6_locks_nothing() {
        check(&World::healthy().web_config_not_read().of_iis_6(), Verdict::Clear);
    }

    #[test]
    fn a_hostile_site_gets_a_fix_without_commands() {
        let answered = check(&World::healthy().web_config_refused().site_named("x | calc"), Verdict::Found);
        assert!(answered.finding().fixes.iter().all(|fix| fix.commands.is_empty()));
    }
}

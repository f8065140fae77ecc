//! IIS signs users in, and the application does not take them over.
//!
//! # Symptom
//!
//! The log of the site shows users, and the application says that nobody is signed in, shows a login page of its own, or
//! reaches other servers as the account of its pool.
//!
//! # Condition
//!
//! Windows authentication is on, and the web.config of the application keeps `forwardWindowsAuthToken` off, has the mode
//! `Forms`, or states `impersonate="false"` while the account that decrypts may delegate.
//!
//! # Refuted by
//!
//! What is not stated: the defaults suit most applications. Classic ASP always acts as the user.
//!
//! # Sources
//!
//! - ASP.NET on IIS 7: breaking changes; ASP.NET Core module: forwardWindowsAuthToken.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::identity::ticket_identity;
use crate::facts::iis::PathFacts;
use crate::facts::web_configs::AppConfig;
use crate::rules::answer::Answer;
use crate::rules::delegation::{Delegation, delegation};
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::old_windows::version;
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct AspnetImpersonationOrModuleMismatch;

static INFO: RuleInfo = RuleInfo {
    name: "aspnet-impersonation-or-module-mismatch",
    title: "The application does not take over the user whom IIS signed in",
    explanation: "Signing in ends in IIS. Whether an application learns who the user is, and whether it acts as the user \
        towards other servers, is its own affair: a setting of ASP.NET or of the module of ASP.NET Core may keep the user \
        from it. No SPN and no delegation changes that.",
    layer: Layer::SecondHop,
    references: &["ASP.NET Core module: forwardWindowsAuthToken", "ASP.NET: identity impersonate"],
    explains: &[],
};

impl Rule for AspnetImpersonationOrModuleMismatch {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let is_asked = |path: &&SitePath<'_>| {
            // The settings of ASP.NET are younger than IIS 5.
            path.path.sign_in.windows.value && version(path.host).is_none_or(|version| version > (5, 1))
        };
        for path in situation.paths(answer)?.iter().filter(is_asked) {
            match &path.path.web_config {
                AppConfig::Absent => {}
                AppConfig::NotRead => answer.open(NotKnown::naming("web.config of", &path.name())),
                AppConfig::Read(..) => {
                    for kept in kept(situation, path) {
                        answer.find(finding(path, &kept));
                    }
                }
            }
        }
        Ok(())
    }
}

/// What keeps the user from the application.
struct Kept {
    words: &'static str,
    remedy: &'static str,
    at: Vec<Evidence>,
}

fn kept(situation: &Situation<'_>, path: &SitePath<'_>) -> Vec<Kept> {
    let Some(config) = path.path.web_config.read() else { return Vec::new() };
    let mut all = Vec::new();
    if let Some(forward) = config.forward_windows_token.as_ref().filter(|forward| !forward.value) {
        all.push(Kept {
            words: "does not hand users over to its application: forwardWindowsAuthToken is off",
            remedy: "Set forwardWindowsAuthToken=\"true\" on <aspNetCore>, or take the attribute away",
            at: vec![forward.at],
        });
    }
    let forms = config.authentication_mode.as_ref().filter(|mode| mode.value.eq_ignore_ascii_case("Forms"));
    if let Some(forms) = forms {
        all.push(Kept {
            words: "signs users in twice: IIS with Windows authentication, ASP.NET with forms",
            remedy: "Set mode=\"Windows\" on <authentication> of system.web, if the user of Windows is wanted",
            at: vec![forms.at],
        });
    }
    let own = config.impersonate.as_ref().filter(|impersonate| !impersonate.value);
    if let Some((own, delegates)) = own.zip(delegates(situation, path.path, path)) {
        all.push(Kept {
            words: "acts as the account of its pool, though the account that decrypts may delegate users",
            remedy: "Let the application impersonate the user where it reaches other servers (<identity impersonate>, or \
                     in its code)",
            at: vec![own.at, delegates],
        });
    }
    all
}

/// Where it says that the account that decrypts may delegate.
fn delegates(situation: &Situation<'_>, facts: &PathFacts, path: &SitePath<'_>) -> Option<Evidence> {
    let (identity, _) = ticket_identity(facts, &path.host.identity);
    let (name, directory) = (identity.account()?, &situation.facts.directory);
    let state = directory.state(directory.account(name)?)?;
    delegation(state, name).ok().and_then(Delegation::at)
}

fn finding(path: &SitePath<'_>, kept: &Kept) -> Finding {
    let summary = format!("{} {}", path.name(), kept.words);
    Finding::seen(Severity::Info, Confidence::Certain, summary, kept.at.iter().copied())
        .and([path.path.sign_in.windows.at])
        .because("Users are signed in to the site. That the application does not know them, or acts as its pool, is set here.")
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix::new(kept.remedy, Risk::Disruptive, Privilege::ServerAdmin)
            .noting("Ask the developers first: an application may be written for just this, and it restarts when its web.config changes.")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::web_config::WebConfig;
    use crate::evidence::place::Cited;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, WEB_CONFIG, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &AspnetImpersonationOrModuleMismatch, expected)
    }

    fn at<T>(value: T) -> Cited<T> {
        Cited::new(value, WEB_CONFIG.line(4))
    }

    fn forwards(value: bool) -> WebConfig {
        WebConfig { forward_windows_token: Some(at(value)), ..WebConfig::default() }
    }

    fn impersonates(value: bool) -> WebConfig {
        WebConfig { impersonate: Some(at(value)), ..WebConfig::default() }
    }

    #[test]
    fn what_keeps_the_user_from_the_application_is_found() {
        let answered = check(&World::healthy().web_config(forwards(false)), Verdict::Found);
        let finding = answered.finding();
        let summary = "Intranet does not hand users over to its application: forwardWindowsAuthToken is off";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Info));
        assert!(points_at(finding, &[WEB_CONFIG.line(4)]));
        let forms = WebConfig { authentication_mode: Some(at("forms".to_owned())), ..WebConfig::default() };
        check(&World::healthy().web_config(forms), Verdict::Found);
        let delegates = World::healthy().delegates_to("svc-web", &["cifs/files01"]);
        check(&delegates.web_config(impersonates(false)), Verdict::Found);
    }

    #[test]
    fn defaults_and_sites_without_a_second_hop_are_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().web_config(WebConfig::default()), Verdict::Clear);
        check(&World::healthy().web_config(forwards(true)), Verdict::Clear);
        check(&World::healthy().web_config(impersonates(false)), Verdict::Clear);
        check(&World::healthy().web_config(forwards(false)).windows_off(), Verdict::Clear);
    }

    #[test]
    fn a_file_that_nobody_read_leaves_it_open() {
        assert_eq!(check(&World::healthy().web_config_not_read(), Verdict::Open).needs, ["web.config of Intranet"]);
    }
}

//! A path makes its users sign in anew with every request.
//!
//! # Symptom
//!
//! Pages with many parts load slowly; the log shows a 401 before each request, also on a connection that is signed in.
//!
//! # Condition
//!
//! Windows authentication is on, and `authPersistSingleRequest` (`AuthPersistSingleRequest` of the metabase) is switched on.
//!
//! # Refuted by
//!
//! A value that is off, which is the default. A 401 at the start of each connection is how signing in begins; and that IIS
//! 6 and 7 ask a Kerberos client anew unless they are told otherwise (`EnableKerbAuthPersist`, `authPersistNonNTLM`) shows
//! in no setting, so nothing is concluded from it.
//!
//! # Sources
//!
//! - KB 318863; KB 917557; IIS configuration reference: windowsAuthentication.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::iis_command;
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct AuthPersistenceSingleRequest;

static INFO: RuleInfo = RuleInfo {
    name: "auth-persistence-single-request",
    title: "Users sign in anew with every request",
    explanation: "A connection that was signed in stays so, unless authPersistSingleRequest is on: then every picture of a \
        page is asked for twice, and each time a ticket is checked or a domain controller is asked. With NTLM, which takes \
        three requests, it is worse.",
    layer: Layer::Offer,
    references: &["KB 318863", "KB 917557", "IIS configuration reference: windowsAuthentication"],
    explains: &[],
};

impl Rule for AuthPersistenceSingleRequest {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.sign_in_paths(answer)? {
            let sign_in = &path.path.sign_in;
            if sign_in.windows.value && sign_in.single_request.value {
                answer.find(finding(&path));
            }
        }
        Ok(())
    }
}

fn finding(path: &SitePath<'_>) -> Finding {
    let sign_in = &path.path.sign_in;
    let confidence = if path.path.may_be_overridden.is_some() { Confidence::Likely } else { Confidence::Certain };
    let summary = format!("{} makes users sign in anew with every request", path.name());
    Finding::seen(Severity::Degraded, confidence, summary, [sign_in.single_request.at, sign_in.windows.at])
        .because("It works, and costs every request a second one, and domain controllers their time.")
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix::new(
            format!("Let connections to {} stay signed in", path.name()),
            Risk::Disruptive,
            Privilege::ServerAdmin,
        )
        .noting(
            "Leave it as it is where a proxy shares one connection among several users: they would be taken for one another.",
        )
        .by(iis_command::sign_in_every_request(path, false).into_iter().map(Some))
        .undone_by(iis_command::sign_in_every_request(path, true).into_iter().map(Some))
        .seen_by([iis_command::show_sign_in(path)])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, PERSISTENCE, World, commands, points_at, set_config};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &AuthPersistenceSingleRequest, expected)
    }

    #[test]
    fn a_switch_that_is_on_is_found() {
        let answered = check(&World::healthy().signs_in_every_request(), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "Intranet makes users sign in anew with every request");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(points_at(finding, &[PERSISTENCE]));
        assert_eq!(commands(&finding.fixes[0]), [set_config("Intranet", "/authPersistSingleRequest:false")]);
        let of_iis_6 = check(&World::healthy().of_iis_6().signs_in_every_request(), Verdict::Found);
        let line = &commands(&of_iis_6.finding().fixes[0])[0];
        assert!(line.ends_with("adsutil.vbs set w3svc/1/root/AuthPersistSingleRequest FALSE"), "{line}");
    }

    #[test]
    fn the_default_and_a_site_without_windows_authentication_are_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().signs_in_every_request().windows_off(), Verdict::Clear);
    }

    #[test]
    fn what_is_not_known_leaves_it_open() {
        check(&World::healthy().part_of_config(), Verdict::Open);
        check(&World::healthy().may_be_overridden(), Verdict::Open);
        let doubt = check(&World::healthy().signs_in_every_request().may_be_overridden(), Verdict::Found);
        assert_eq!(doubt.finding().confidence, Confidence::Likely);
    }
}

//! A site lets everybody in before it asks who they are.
//!
//! # Symptom
//!
//! The application sees no user, and no browser ever asks for a ticket.
//!
//! # Condition
//!
//! Anonymous and Windows authentication are both on, and the log of the site holds requests that were answered with 200
//! and no user.
//!
//! # Refuted by
//!
//! Permissions or rules of the application that turn anonymous requests away: then there is a user in every line.
//!
//! # Sources
//!
//! - KB 264921.

use crate::artifacts::w3c_log::Request;
use crate::evidence::gap::NotKnown;
use crate::rules::adsutil;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::iis_command;
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// Lines that are shown.
const LINES: usize = 3;

/// The rule.
#[derive(Debug)]
pub struct AnonymousEnabledNoChallenge;

static INFO: RuleInfo = RuleInfo {
    name: "anonymous-enabled-no-challenge",
    title: "Anonymous requests are let in before anybody is asked",
    explanation: "The first request of a browser carries no user. Where anonymous authentication is on and nothing turns \
        that request away, it is answered, and the browser has no reason to sign in: Windows authentication is on and \
        never used.",
    layer: Layer::Offer,
    references: &["KB 264921"],
    explains: &[],
};

impl Rule for AnonymousEnabledNoChallenge {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.sign_in_paths(answer)?.iter().filter(|path| path.path.path == "/") {
            let sign_in = &path.path.sign_in;
            if !(sign_in.windows.value && sign_in.anonymous.value) {
                continue;
            }
            let logs: Vec<_> = path.host.traffic.of_site(path.site.id).collect();
            let let_in: Vec<_> = logs.iter().flat_map(|log| &log.requests).filter(|one| is_let_in(one)).collect();
            if !let_in.is_empty() {
                answer.find(finding(path, &let_in));
            } else if logs.is_empty() || logs.iter().any(|log| !log.is_whole) {
                answer.open(NotKnown::naming("the IIS log of", &path.site.name));
            }
        }
        Ok(())
    }
}

fn is_let_in(request: &Request) -> bool {
    request.status == 200 && request.user.is_none()
}

fn finding(path: &SitePath<'_>, let_in: &[&Request]) -> Finding {
    let name = path.name();
    let summary = format!("{name} lets anonymous requests in, so that nobody is asked to sign in");
    let sign_in = &path.path.sign_in;
    let fix = Fix::new(
        format!("Switch anonymous authentication off for {name}"),
        Risk::Disruptive,
        Privilege::ServerAdmin,
    )
    .noting(
        "Only if the application needs to know its users: parts that everybody may see need it as it is. It is the \
             section anonymousAuthentication, or the property AuthAnonymous of IIS 5 and 6.",
    );
    let fix = match adsutil::key(path) {
        Some(key) => fix.by([adsutil::set(&key, "AuthAnonymous", "FALSE")]).undone_by([adsutil::set(
            &key,
            "AuthAnonymous",
            "TRUE",
        )]),
        None => fix,
    };
    Finding::new(Severity::Info, Confidence::Likely, summary, sign_in.anonymous.at)
        .and([sign_in.windows.at])
        .and(let_in.iter().map(|request| request.at).take(LINES))
        .because("A browser signs in when it is turned away, and here it is not. That is wanted for public pages.")
        .about([name])
        .at_paths([path.scope()])
        .fixed_by([fix.seen_by([iis_command::show_sign_in(path)])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, ANONYMOUS, LOG, World, points_at};

    const ANSWERED: (u16, Option<u16>, u32) = (200, Some(0), 0);

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &AnonymousEnabledNoChallenge, expected)
    }

    #[test]
    fn requests_without_a_user_that_are_answered_are_told() {
        let answered = check(&World::healthy().anonymous_on().requested("10.0.0.57", ANSWERED, None), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "Intranet lets anonymous requests in, so that nobody is asked to sign in");
        assert_eq!((finding.severity, finding.confidence), (Severity::Info, Confidence::Likely));
        assert!(points_at(finding, &[ANONYMOUS, LOG.line(1)]));
    }

    #[test]
    fn users_in_every_line_or_one_way_alone_is_clear() {
        check(&World::healthy().anonymous_on().requested("10.0.0.57", ANSWERED, Some("bob")), Verdict::Clear);
        check(&World::healthy().requested("10.0.0.57", ANSWERED, None), Verdict::Clear);
        check(&World::healthy().anonymous_on().windows_off().requested("10.0.0.57", ANSWERED, None), Verdict::Clear);
        check(&World::healthy().anonymous_on().no_site_log(), Verdict::Open);
    }
}

//! Users are signed in, and then may not read what they asked for.
//!
//! # Symptom
//!
//! 401 or a prompt for some users or pages, which looks like a failed sign-in.
//!
//! # Condition
//!
//! The log of a site holds 401.3 with the name of a user: who it is was settled, and permissions say no.
//!
//! # Refuted by
//!
//! 401.3 without a user, as IIS 5 writes it for a ticket that it cannot use.
//!
//! # Sources
//!
//! - HTTP status 401.3; KB 294382.

use std::collections::BTreeSet;

use crate::artifacts::w3c_log::Request;
use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// Lines that are shown.
const LINES: usize = 5;

/// The rule.
#[derive(Debug)]
pub struct NtfsOrUrlAuthorization;

static INFO: RuleInfo = RuleInfo {
    name: "ntfs-or-url-authorization",
    title: "Users are signed in and may not read the page",
    explanation: "IIS answers 401 also when it knows the user and a permission keeps the user from the file, with the \
        sub-status 3. To a browser that is the same as a failed sign-in, so it may ask for a password. Kerberos has done \
        its part then.",
    layer: Layer::Circumstance,
    references: &["HTTP status 401.3", "KB 294382"],
    explains: &[],
};

impl Rule for NtfsOrUrlAuthorization {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.paths(answer)?.iter().filter(|path| path.path.path == "/") {
            let logs: Vec<_> = path.host.traffic.of_site(path.site.id).collect();
            let kept_out = logs.iter().flat_map(|log| &log.requests);
            let kept_out: Vec<_> = kept_out.filter(|request| request.ended(401, 3) && request.user.is_some()).collect();
            if !kept_out.is_empty() {
                answer.find(finding(path, &kept_out));
            } else if logs.is_empty() || logs.iter().any(|log| !log.is_whole || !log.has_sub_status) {
                answer.open(NotKnown::naming("the IIS log of", &path.site.name));
            }
        }
        Ok(())
    }
}

fn finding(path: &SitePath<'_>, kept_out: &[&Request]) -> Finding {
    let users: BTreeSet<_> = kept_out.iter().filter_map(|request| request.user.as_deref()).collect();
    let first = users.first().copied().unwrap_or_default();
    let others = match users.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count.saturating_sub(1)),
    };
    let summary =
        format!("{first}{others} signed in to {} and may not read what was asked for (401.3)", path.site.name);
    Finding::seen(Severity::Info, Confidence::Certain, summary, kept_out.iter().map(|one| one.at).take(LINES))
        .because("Signing in worked. Permissions of files, or rules of the application, say no.")
        .about([path.site.name.clone()])
        .fixed_by([Fix::new(
            "Give the users the right to read the files, or leave it as it is",
            Risk::Safe,
            Privilege::ServerAdmin,
        )])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, LOG, World, points_at};

    const NOT_ALLOWED: (u16, Option<u16>, u32) = (401, Some(3), 5);

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &NtfsOrUrlAuthorization, expected)
    }

    #[test]
    fn a_user_who_may_not_read_is_told() {
        let answered =
            check(&World::healthy().requested("10.0.0.57", NOT_ALLOWED, Some(r"CONTOSO\bob")), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, r"CONTOSO\bob signed in to Intranet and may not read what was asked for (401.3)");
        assert_eq!((finding.severity, finding.confidence), (Severity::Info, Confidence::Certain));
        assert!(points_at(finding, &[LOG.line(1)]));
    }

    #[test]
    fn without_a_user_it_is_no_permission() {
        check(&World::healthy().requested("10.0.0.57", NOT_ALLOWED, None), Verdict::Clear);
        check(&World::healthy().requested("10.0.0.57", (401, Some(1), 5), Some("x")), Verdict::Clear);
        check(&World::healthy().no_site_log(), Verdict::Open);
    }
}

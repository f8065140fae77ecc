//! A user is turned away because of the state of the account, and not because of the site.
//!
//! # Symptom
//!
//! One user cannot sign in, anywhere; the administrator of the web server is the first to hear of it.
//!
//! # Condition
//!
//! In the last day the Security log of the server held 4625 for a user of a domain: the account is disabled, expired or
//! locked out, or its password has expired or must be changed.
//!
//! # Refuted by
//!
//! A wrong password, and a name that does not exist: both are typing errors, and every server sees them every day. Older
//! records: the account may have been mended since.
//!
//! # Sources
//!
//! - Microsoft: audit events 4625 and 4776.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::last_seen::Age;
use crate::rules::refused_logon::{Refused, refused};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::told::Told;

/// What an account may suffer, with what to do about it.
const STATES: [(u32, &str, &str); 5] = [
    (0xc000_0071, "has a password that expired", "Let the user set a new password"),
    (0xc000_0072, "is disabled", "Enable the account again, unless somebody disabled it for a reason"),
    (0xc000_0193, "has expired", "Give the account a later end, unless it was meant to end"),
    (0xc000_0224, "must change its password first", "Let the user change the password at a computer of the domain"),
    (0xc000_0234, "is locked out", "Unlock the account, after finding what keeps trying a wrong password"),
];

/// The rule.
#[derive(Debug)]
pub struct UserAccountProblem;

static INFO: RuleInfo = RuleInfo {
    name: "user-account-problem",
    title: "A user is turned away because of the account",
    explanation: "A domain controller gives no ticket to an account that is disabled, expired or locked out, or whose \
        password is over, and tells a server that asks by NTLM the same. To the user it looks like a fault of the site.",
    layer: Layer::Circumstance,
    references: &["Security 4625", "Security 4776"],
    explains: &[],
};

impl Rule for UserAccountProblem {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let statuses = STATES.map(|(status, ..)| status);
        let told = refused(situation, &statuses, answer)?;
        for told in told.iter().filter(|told| told.last.age != Age::Old) {
            answer.findings.extend(finding(told));
        }
        Ok(())
    }
}

/// It is no more than degraded, however hard it is for this user: the site works for the others.
fn finding(told: &Told<'_, Refused>) -> Option<Finding> {
    let (_, state, remedy) = STATES.iter().find(|(status, ..)| *status == told.about.status)?;
    let (account, host) = (told.about.account(), told.about.host.as_str());
    let summary = format!("{account} {state}, and {host} turned it away{}", told.last);
    let confidence = told.confidence().max(Confidence::Likely);
    Some(
        Finding::seen(Severity::Degraded, confidence, summary, told.places())
            .because("It fails for this account on every server. Nothing has to be changed on the web server for it.")
            .about([account])
            .fixed_by([Fix::new(*remedy, Risk::Safe, Privilege::DomainAdmin)
                .noting("See first whether the account is used where it should be: old names are tried by scripts and devices too.")]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::events::{LogonRefused, What};
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, SERVER_LOG, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &UserAccountProblem, expected)
    }

    fn refused(time: &str, status: u32) -> World {
        let domain = Some("CONTOSO".to_owned());
        let what = LogonRefused { domain, user: "bob".to_owned(), logon_type: Some(3), status };
        World::healthy().happened("WEB01", time, What::LogonRefused(what))
    }

    const TODAY: &str = "2026-01-20T07:00:00Z";

    #[test]
    fn every_state_of_an_account_has_its_words() {
        for (status, state, _) in STATES {
            let answered = check(&refused(TODAY, status), Verdict::Found);
            let finding = answered.finding();
            let summary = format!(r"CONTOSO\bob {state}, and WEB01 turned it away, last seen {TODAY}");
            assert_eq!((finding.summary.as_str(), finding.confidence), (summary.as_str(), Confidence::Likely));
            assert!(points_at(finding, &[SERVER_LOG.record(1)]));
        }
    }

    #[test]
    fn typing_errors_and_old_records_are_clear() {
        check(&refused(TODAY, 0xc000_006a), Verdict::Clear);
        check(&refused(TODAY, 0xc000_0064), Verdict::Clear);
        check(&refused("2026-01-10T07:00:00Z", 0xc000_0072), Verdict::Clear);
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn without_the_security_log_it_is_open() {
        check(&World::healthy().no_security_log(), Verdict::Open);
    }
}

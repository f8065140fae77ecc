//! A user is turned away because of the state of the account, and not because of the site.
//!
//! # Symptom
//!
//! One user cannot sign in, anywhere; the administrator of the web server is the first to hear of it.
//!
//! # Condition
//!
//! In the last day the Security log of the server held 4625 (or 530 to 539) for a user of a domain: the account is disabled,
//! expired or locked out, or its password has expired or must be changed. Or a domain controller refused a user a ticket
//! (676, 672, 675; 4768, 4771) and moments later NTLM from a computer of the case (681, 680; 4776), for one of these reasons or
//! because there is no such account.
//!
//! # Refuted by
//!
//! A wrong password, and on the web server a name that does not exist: both are typing errors, and every server sees them
//! every day. Older records: the account may have been mended since.
//!
//! # Sources
//!
//! - KB 326985, the correlation of events 676 and 681; Microsoft: audit events 4625 and 4776.

use crate::evidence::gap::NotKnown;
use crate::facts::events::{AccountRefused, What};
use crate::facts::host::{HostName, Role};
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::last_seen::Age;
use crate::rules::refused_logon::refused;
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::told::{Told, told, whole_logs};

/// STATUS_NO_SUCH_USER
const NO_SUCH_USER: u32 = 0xc000_0064;

/// What an account may suffer, with what to do about it.
const STATES: [(u32, &str, &str); 6] = [
    (NO_SUCH_USER, "does not exist", "Create the account, or have the user sign in with the right name"),
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
    references: &["KB 326985", "Security 4625", "Security 4776", "Security 676", "Security 681"],
    explains: &[],
};

impl Rule for UserAccountProblem {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let typed_wrong = |status: &u32| *status == NO_SUCH_USER;
        let statuses: Vec<_> =
            STATES.map(|(status, ..)| status).into_iter().filter(|status| !typed_wrong(status)).collect();
        let told = refused(situation, &statuses, answer)?;
        for told in told.iter().filter(|told| told.last.age != Age::Old) {
            let (account, host) = (told.about.account(), told.about.host.as_str());
            let turned_away = format!("{host} turned it away");
            answer.findings.extend(finding(told, told.about.status, &account, &turned_away));
        }
        for told in refused_by_controllers(situation, answer).iter().filter(|told| told.last.age != Age::Old) {
            let ByController { user, workstation, controller, status } = &told.about;
            let refused =
                format!("{} refused it a ticket, and then NTLM for {}", controller.as_str(), workstation.as_str());
            let mut tickets = told.records.iter().filter_map(|record| match &record.what {
                What::AccountRefused(refused) => Some(refused.ticket_at),
                _ => None,
            });
            let last = tickets.next_back();
            answer.findings.extend(finding(told, *status, user, &refused).map(|found| found.and(last)));
        }
        Ok(())
    }
}

/// An account that a domain controller refused in both ways.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ByController {
    user: String,
    workstation: HostName,
    controller: HostName,
    status: u32,
}

/// Accounts that domain controllers refused when a computer of the case asked: what others ask is no matter of this site.
fn refused_by_controllers<'a>(situation: &Situation<'a>, answer: &mut Answer) -> Vec<Told<'a, ByController>> {
    let hosts = &situation.facts.hosts;
    let controllers: Vec<_> = hosts.values().filter(|host| host.role == Role::DomainController).collect();
    // Those logs are looked at where there are some; nobody has to collect them.
    if !controllers.is_empty() {
        whole_logs(controllers.into_iter(), "Security", "", answer);
    }
    told(situation, |happening| {
        let What::AccountRefused(AccountRefused { user, workstation, status, .. }) = &happening.what else {
            return None;
        };
        let workstation = HostName::new(workstation.as_deref()?.trim_start_matches('\\'));
        let is_ours = hosts.get(&workstation).is_some_and(|host| host.role != Role::DomainController);
        let concerns = is_ours && !user.ends_with('$') && STATES.iter().any(|(known, ..)| known == status);
        let controller = HostName::new(&happening.computer);
        concerns.then(|| ByController { user: user.clone(), workstation, controller, status: *status })
    })
}

/// It is no more than degraded, however hard it is for this user: the site works for the others.
fn finding<K>(told: &Told<'_, K>, status: u32, account: &str, turned_away: &str) -> Option<Finding> {
    let (_, state, remedy) = STATES.iter().find(|(known, ..)| *known == status)?;
    let summary = format!("{account} {state}, and {turned_away}{}", told.last);
    let confidence = told.confidence().max(Confidence::Likely);
    Some(
        Finding::seen(Severity::Degraded, confidence, summary, told.places())
            .because("It fails for this account on every server. Nothing has to be changed on the web server for it.")
            .about([account.to_owned()])
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
        for (status, state, _) in STATES.into_iter().filter(|(status, ..)| *status != NO_SUCH_USER) {
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

    fn refused_twice(workstation: &str, status: u32) -> World {
        let (workstation, ticket_at) = (Some(workstation.to_owned()), SERVER_LOG.record(77));
        let what = AccountRefused { user: "major".to_owned(), workstation, status, ticket_at };
        World::healthy().happened("DC01", "no time", What::AccountRefused(what))
    }

    #[test]
    fn an_account_that_a_domain_controller_refuses_twice_is_found_with_both_records() {
        let answered = check(&refused_twice(r"\\WEB01", NO_SUCH_USER), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "major does not exist, and DC01 refused it a ticket, and then NTLM for WEB01");
        assert!(points_at(finding, &[fixture::CLIENT_LOG.record(1), SERVER_LOG.record(77)]));
        check(&refused_twice("CLIENT07", 0xc000_0234), Verdict::Found);
    }

    #[test]
    fn what_computers_outside_of_the_case_ask_and_wrong_passwords_are_clear() {
        check(&refused_twice("PRINTER3", NO_SUCH_USER), Verdict::Clear);
        check(&refused_twice("WEB01", 0xc000_006a), Verdict::Clear);
    }

    #[test]
    fn without_the_security_log_of_a_domain_controller_of_the_case_it_is_open() {
        let needs = check(&World::healthy().no_client().no_security_log_of_client(), Verdict::Open).needs;
        assert_eq!(needs, ["the Security event log of DC02"]);
    }

    #[test]
    fn without_the_security_log_it_is_open() {
        check(&World::healthy().no_security_log(), Verdict::Open);
    }
}

//! A user may not sign in to this server, or not now, or not from there.
//!
//! # Symptom
//!
//! Users who sign in elsewhere are turned away by one server, with 401.1.
//!
//! # Condition
//!
//! The Security log of the server holds 4625 with STATUS_LOGON_TYPE_NOT_GRANTED, STATUS_INVALID_WORKSTATION,
//! STATUS_INVALID_LOGON_HOURS or STATUS_ACCOUNT_RESTRICTION for a user of a domain.
//!
//! # Refuted by
//!
//! Accounts of the server itself, which policies keep from the network on purpose.
//!
//! # Sources
//!
//! - KB 264921; Microsoft: audit event 4625.

use crate::codes::{nt_status, row};
use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Finding, Fix, Privilege, Risk, Severity};
use crate::rules::refused_logon::{Refused, refused};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::told::Told;

/// STATUS_LOGON_TYPE_NOT_GRANTED
const NOT_GRANTED: u32 = 0xc000_015b;
/// STATUS_ACCOUNT_RESTRICTION, STATUS_INVALID_LOGON_HOURS, STATUS_INVALID_WORKSTATION
const STATUSES: [u32; 4] = [NOT_GRANTED, 0xc000_006e, 0xc000_006f, 0xc000_0070];

/// The rule.
#[derive(Debug)]
pub struct LogonRightOrWorkstationRestriction;

static INFO: RuleInfo = RuleInfo {
    name: "logon-right-or-workstation-restriction",
    title: "A user may not sign in to this server",
    explanation: "A user who has proved who it is may still be kept out: by the right to sign in over the network, which \
        a policy gives and takes; by the workstations and hours that the account is limited to; or by what a policy \
        asks of the account. Ticket and password are fine then, and IIS is not asked.",
    layer: Layer::Circumstance,
    references: &["KB 264921", "Security 4625"],
    explains: &[],
};

impl Rule for LogonRightOrWorkstationRestriction {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for told in refused(situation, &STATUSES, answer)? {
            answer.find(finding(&told));
        }
        Ok(())
    }
}

fn finding(told: &Told<'_, Refused>) -> Finding {
    let (account, host) = (told.about.account(), told.about.host.as_str());
    let status = told.about.status;
    let name = row::find(nt_status::ROWS, status).map_or("", |row| row.name);
    let (reason, fix) = if status == NOT_GRANTED {
        ("lacks the right to sign in over the network", right(host))
    } else {
        ("is limited to other computers, other hours or other ways to sign in", limits(&account))
    };
    let summary = format!("{account} {reason} to {host} (0x{status:08x} {name}){}", told.last);
    Finding::seen(Severity::Degraded, told.confidence(), summary, told.places())
        .because("Windows refuses the logon after the ticket or the password was found to be right. Users without the limit are not concerned.")
        .about([account])
        .fixed_by([fix])
}

fn right(host: &str) -> Fix {
    Fix::new(
        format!("Give the users \"Access this computer from the network\" on {host}, and take them out of its denial"),
        Risk::Safe,
        Privilege::DomainAdmin,
    )
    .noting("The right comes from a group policy. A denial goes before the right, also when it names a group.")
    .seen_by([CommandLine::of("gpresult /h gpresult.html /scope computer").build()])
}

fn limits(account: &str) -> Fix {
    Fix::new(
        format!("Look at the workstations and the hours that {account} is limited to"),
        Risk::Safe,
        Privilege::DomainAdmin,
    )
    .noting("They stand on the page Account of the user, behind \"Log On To\" and \"Logon Hours\"; an authentication policy may limit it too.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::events::{LogonRefused, What};
    use crate::rules::answer::Verdict;
    use crate::rules::finding::Confidence;
    use crate::rules::fixture::{self, SERVER_LOG, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &LogonRightOrWorkstationRestriction, expected)
    }

    fn refused(domain: &str, status: u32) -> World {
        let what =
            LogonRefused { domain: Some(domain.to_owned()), user: "bob".to_owned(), logon_type: Some(3), status };
        World::healthy().happened("WEB01", "2026-01-20T07:00:00Z", What::LogonRefused(what))
    }

    #[test]
    fn a_missing_right_and_a_limit_are_told_apart() {
        let right = check(&refused("CONTOSO", NOT_GRANTED), Verdict::Found);
        let finding = right.finding();
        assert!(
            finding.summary.starts_with(r"CONTOSO\bob lacks the right to sign in over the network to WEB01"),
            "{finding:?}"
        );
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(points_at(finding, &[SERVER_LOG.record(1)]));
        let limit = check(&refused("CONTOSO", 0xc000_0070), Verdict::Found);
        assert!(limit.finding().summary.contains("is limited to other computers"), "{limit:?}");
    }

    #[test]
    fn accounts_of_the_server_and_other_reasons_are_clear() {
        check(&refused("WEB01", NOT_GRANTED), Verdict::Clear);
        check(&refused("CONTOSO", 0xc000_006a), Verdict::Clear);
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().no_security_log(), Verdict::Open);
    }
}

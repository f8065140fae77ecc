//! A ticket does not fit into the buffer that Windows keeps for it.
//!
//! # Symptom
//!
//! A user of very many groups is asked for a password, or turned away, on every site.
//!
//! # Condition
//!
//! A computer of the case wrote event 6 of the Kerberos client: the ticket of somebody needed more bytes than there are.
//!
//! # Refuted by
//!
//! HTTP 400 in the log of HTTP.sys: then the limit of the server is met first, which is another rule.
//!
//! # Sources
//!
//! - KB 327825; KB 263693: MaxTokenSize.

use crate::evidence::gap::NotKnown;
use crate::facts::events::What;
use crate::facts::host::{HostName, Role};
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::told::{Told, told, whole_logs};

/// Where the size of the buffer is set.
const KEY: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\Kerberos\Parameters";
/// More than this is of no use with IIS: written as text in a header, it meets the limit of HTTP.sys.
const MOST: u32 = 48_000;

/// The rule.
#[derive(Debug)]
pub struct MaxtokensizeExceeded;

static INFO: RuleInfo = RuleInfo {
    name: "maxtokensize-exceeded",
    title: "A ticket is too large for its buffer",
    explanation: "A ticket lists the groups of its user, and Windows keeps a buffer of a fixed size for it: 12000 bytes \
        until Server 2008 R2, 48000 since Server 2012. Who belongs to more groups than that holds cannot sign in by \
        Kerberos from that computer, or to it.",
    layer: Layer::Circumstance,
    references: &["KB 327825", "KB 263693"],
    explains: &[],
};

impl Rule for MaxtokensizeExceeded {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        situation.facts.web_servers()?;
        let large = told(situation, |happening| match &happening.what {
            What::TokenTooLarge { client, needed } => {
                Some((HostName::new(&happening.computer), client.clone(), *needed))
            }
            _ => None,
        });
        for told in large {
            answer.find(finding(&told));
        }
        let need = "the System event log of a client that fails";
        let (clients, others): (Vec<_>, Vec<_>) =
            situation.facts.hosts.values().partition(|host| host.role == Role::Client);
        whole_logs(clients.into_iter(), "System", need, answer);
        whole_logs(others.into_iter(), "System", need, answer);
        Ok(())
    }
}

fn finding(told: &Told<'_, (HostName, String, Option<u32>)>) -> Finding {
    let (host, client, needed) = &told.about;
    let bytes = needed.map_or_else(String::new, |needed| format!(" of {needed} bytes"));
    let summary = format!("a ticket{bytes} for {client} is too large for {}{}", host.as_str(), told.last);
    Finding::seen(Severity::Degraded, told.confidence(), summary, told.places())
        .because("It fails for this user alone, and for everybody else who belongs to as many groups.")
        .about([client.clone()])
        .fixed_by([fewer_groups(), larger(*needed)])
}

fn fewer_groups() -> Fix {
    Fix::new("Take the user out of groups that are not needed", Risk::Safe, Privilege::DomainAdmin)
        .noting("Groups of the history (SIDHistory) and of other domains count the most.")
        .seen_by([CommandLine::of("whoami /groups").build()])
}

fn larger(needed: Option<u32>) -> Fix {
    let set = CommandLine::of(&format!("reg add {KEY} /v MaxTokenSize /t REG_DWORD /d {MOST} /f")).build();
    let delete = CommandLine::of(&format!("reg delete {KEY} /v MaxTokenSize /f")).build();
    let fix = Fix::new(
        "Give tickets a larger buffer, on every computer that takes part",
        Risk::Disruptive,
        Privilege::ServerAdmin,
    )
    .noting(
        "It takes effect when the computer was restarted, and HTTP.sys must be allowed longer headers as well. The way \
             back deletes the value, which is right where it was not set before.",
    );
    // A ticket that is larger still would not pass either.
    if needed.is_some_and(|needed| needed > MOST) {
        return fix;
    }
    fix.by([set]).undone_by([delete]).seen_by([CommandLine::of(&format!("reg query {KEY} /v MaxTokenSize")).build()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::finding::Confidence;
    use crate::rules::fixture::{self, CLIENT_LOG, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &MaxtokensizeExceeded, expected)
    }

    fn large(time: &str, needed: u32) -> World {
        let what = What::TokenTooLarge { client: "bob".to_owned(), needed: Some(needed) };
        World::healthy().happened("CLIENT07", time, what)
    }

    #[test]
    fn a_ticket_that_is_too_large_is_found() {
        let answered = check(&large("2026-01-20T07:00:00Z", 14_000), Verdict::Found);
        let finding = answered.finding();
        let summary = "a ticket of 14000 bytes for bob is too large for CLIENT07, last seen 2026-01-20T07:00:00Z";
        assert_eq!((finding.summary.as_str(), finding.confidence), (summary, Confidence::Certain));
        assert!(points_at(finding, &[CLIENT_LOG.record(1)]) && finding.fixes[1].commands.len() == 1);
    }

    #[test]
    fn an_old_record_is_a_hint_and_a_giant_gets_no_buffer() {
        let answered = check(&large("2026-01-01T07:00:00Z", 60_000), Verdict::Found);
        let finding = answered.finding();
        assert_eq!((finding.confidence, finding.fixes[1].commands.len()), (Confidence::Possible, 0));
    }

    #[test]
    fn whole_logs_without_it_are_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().no_system_log("CLIENT07"), Verdict::Open);
        check(&World::healthy().no_client(), Verdict::Open);
        check(&World::healthy().part_of_system_log("WEB01"), Verdict::Open);
    }
}

//! The clock of the server is too far from that of the domain controllers.
//!
//! # Symptom
//!
//! Kerberos fails for everybody and for every name of the server, often since a virtual machine was paused or restored.
//!
//! # Condition
//!
//! A domain controller told its time, and the clock of the server was more than five minutes away from it (or than
//! `SkewTime`, where that is set).
//!
//! # Refuted by
//!
//! The time that the answer took. A client whose clock is wrong mends that by itself: it takes the time of the KDC.
//!
//! # Sources
//!
//! - RFC 4120: KRB_AP_ERR_SKEW (0x25), KRB_AP_ERR_TKT_NYV (0x21); KB 956627.

use crate::evidence::gap::NotKnown;
use crate::exchange::outcome::Cause;
use crate::exchange::skew::{limit_secs, skew};
use crate::facts::case_facts::HostFacts;
use crate::facts::clock::ClockReading;
use crate::facts::host::Role;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};

/// The rule.
#[derive(Debug)]
pub struct ClockSkew;

impl Rule for ClockSkew {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "clock-skew",
            title: "The clock of the server is wrong",
            explanation: "A ticket is good for a time that the domain controller stamps on it, and a request carries \
                the time of the client. A server whose clock is more than five minutes away takes neither \
                (KRB_AP_ERR_SKEW, KRB_AP_ERR_TKT_NYV). Clients correct their own clock against the KDC; servers do \
                not.",
            layer: Layer::Circumstance,
            references: &["RFC 4120", "KB 956627"],
            explains: &["krb-ap-err-modified-key-mismatch"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for (host, _) in situation.facts.web_servers()? {
            answer.applies();
            match skew(host) {
                Some(reading) => answer.find(finding(situation, host, reading)),
                None if host.clocks.is_empty() => answer.open(not_compared(host)),
                None => {}
            }
        }
        let others = situation.facts.hosts.values().filter(|host| host.role == Role::Client);
        for (host, reading) in others.filter_map(|host| Some((host, skew(host)?))) {
            answer.find(of_a_client(host, reading));
        }
        Ok(())
    }
}

fn not_compared(host: &HostFacts) -> NotKnown {
    let name = host.identity.name.as_str();
    NotKnown::naming("the clock of a domain controller, which kerbscope-collect reads where one answers, on", name)
}

fn finding(situation: &Situation<'_>, host: &HostFacts, reading: &ClockReading) -> Finding {
    let own = situation.exchanges.iter().filter(|exchange| exchange.host == host.identity.name);
    let concerned: Vec<_> = own.filter(|exchange| exchange.outcome.cause() == Some(Cause::ClockSkew)).collect();
    let severity = if concerned.is_empty() { Severity::Risk } else { Severity::Blocker };
    let limit = limit_secs(host).div_euclid(60);
    let explanation = format!(
        "Tickets and requests carry times, and this server takes none that is more than {limit} minutes away from its \
         own clock. There is no fall-back: the client has its ticket."
    );
    Finding::new(severity, Confidence::Certain, summary(host, reading), reading.at)
        .because(explanation)
        .about([host.identity.name.as_str().to_owned()])
        .at_paths(concerned.iter().map(|exchange| scope(exchange)))
        .fixed_by([set_clock(reading)])
}

/// A client gets its tickets all the same, in most cases.
fn of_a_client(host: &HostFacts, reading: &ClockReading) -> Finding {
    Finding::new(Severity::Info, Confidence::Possible, summary(host, reading), reading.at)
        .because(
            "A Windows client that is told of the difference takes the time of the KDC and tries again, so that this \
             alone seldom keeps a user out. Other clients do not.",
        )
        .about([host.identity.name.as_str().to_owned()])
        .fixed_by([set_clock(reading)])
}

fn summary(host: &HostFacts, reading: &ClockReading) -> String {
    let way = if reading.least_ms > 0 { "behind" } else { "ahead of" };
    format!("The clock of {} is {} {way} that of {}", host.identity.name.as_str(), apart(reading), reading.server)
}

/// `11 minutes`, or `3 hours and 5 minutes`: seconds do not matter here.
fn apart(reading: &ClockReading) -> String {
    let minutes = reading.apart_secs().saturating_add(30).div_euclid(60);
    let (hours, rest) = (minutes.div_euclid(60), minutes.rem_euclid(60));
    let plural = |count: i64, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (hours, rest) {
        (0, _) => plural(minutes, "minute"),
        (_, 0) => plural(hours, "hour"),
        _ => format!("{} and {}", plural(hours, "hour"), plural(rest, "minute")),
    }
}

fn set_clock(reading: &ClockReading) -> Fix {
    Fix {
        title: "Let the server take its time from the domain again".to_owned(),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: Some(
            "See first which of the two clocks is wrong: where the domain controller is, every computer follows it. A \
             virtual machine may get its time from its host instead; switch that off. Tickets that were given out \
             before may have to be purged."
                .to_owned(),
        ),
        commands: appcmd::all([CommandLine::of("w32tm /resync /rediscover").build()]),
        undo: Vec::new(),
        verify: appcmd::all([compare_clocks(reading)]),
    }
}

fn compare_clocks(reading: &ClockReading) -> Option<CommandLine> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    let server = Some(reading.server.as_str()).filter(|server| !server.is_empty() && server.chars().all(is_plain))?;
    CommandLine::of(&format!("w32tm /stripchart /computer:{server} /samples:3 /dataonly")).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLOCKS, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ClockSkew, expected)
    }

    #[test]
    fn a_server_far_from_its_domain_controller_is_found() {
        let answered = check(&World::healthy().clock_off(660), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "The clock of WEB01 is 11 minutes behind that of dc01.contoso.com");
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        assert!(points_at(finding, &[CLOCKS]) && finding.scopes.len() == 1);
        assert_eq!(commands(&finding.fixes[0]), ["w32tm /resync /rediscover"]);
        let verify: Vec<_> = finding.fixes[0].verify.iter().map(ToString::to_string).collect();
        assert_eq!(verify, ["w32tm /stripchart /computer:dc01.contoso.com /samples:3 /dataonly"]);
    }

    #[test]
    fn it_may_be_ahead_and_by_hours() {
        let summary = |secs| check(&World::healthy().clock_off(secs), Verdict::Found).finding().summary.clone();
        assert_eq!(summary(-3_660), "The clock of WEB01 is 1 hour and 1 minute ahead of that of dc01.contoso.com");
        assert!(summary(7_200).contains("2 hours behind"));
    }

    #[test]
    fn five_minutes_are_well() {
        check(&World::healthy().clock_off(300), Verdict::Clear);
        check(&World::healthy().clock_off(-300), Verdict::Clear);
    }

    #[test]
    fn where_no_ticket_comes_to_the_server_it_is_a_risk() {
        let answered = check(&World::healthy().clock_off(660).offers(&["NTLM"]), Verdict::Found);
        assert_eq!(answered.finding().severity, Severity::Risk);
    }

    #[test]
    fn a_client_mends_its_clock_by_itself() {
        let world = World::healthy().client_clock_off(1_200);
        let answered = check(&world, Verdict::Found);
        assert_eq!(
            (answered.finding().severity, answered.finding().confidence),
            (Severity::Info, Confidence::Possible)
        );
        assert!(answered.finding().summary.contains("CLIENT07"));
    }

    #[test]
    fn a_clock_that_nobody_compared_may_be_wrong() {
        let answered = check(&World::healthy().no_clock(), Verdict::Open);
        assert!(answered.needs[0].contains("the clock of a domain controller") && answered.needs[0].ends_with("WEB01"));
    }

    #[test]
    fn a_hostile_server_name_makes_no_command() {
        let world = World::healthy().clock_off(660).clock_of("dc01 & calc");
        assert!(check(&world, Verdict::Found).finding().fixes[0].verify.is_empty());
    }
}

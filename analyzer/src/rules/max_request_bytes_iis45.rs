//! IIS 4 or 5 was told to take smaller requests than a ticket with many groups needs.
//!
//! # Symptom
//!
//! Users of many groups get an error where others get in.
//!
//! # Condition
//!
//! IIS 5, or 4, and `MaxClientRequestBuffer` is set below 64 KB; a client of the case that wrote event 6, whose ticket did
//! not fit a buffer, makes more of it than a risk.
//!
//! # Refuted by
//!
//! A value that is not set: the defaults, 2 MB in IIS 4 and 128 KB in IIS 5, are enough. IIS 6 and later have other limits.
//!
//! # Sources
//!
//! - KB 260694; KB 269643.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::case_facts::HostFacts;
use crate::facts::events::What;
use crate::facts::settings::Set;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::old_windows::version;
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

const KEY: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\W3SVC\Parameters";
const VALUE: &str = "MaxClientRequestBuffer";
/// What a header with the largest ticket takes.
const ENOUGH: u64 = 64 << 10;
/// Windows XP, the last one with an IIS 5.
const XP: (u32, u32) = (5, 1);

/// The rule.
#[derive(Debug)]
pub struct MaxRequestBytesIis45;

static INFO: RuleInfo = RuleInfo {
    name: "max-request-bytes-iis45",
    title: "IIS 5 takes smaller requests than large tickets need",
    explanation: "The ticket of a user in many groups makes a header of up to 64 KB. IIS 4 and 5 read a request into one \
        buffer of a size that can be set; a small one turns such users away. The limit is for the request line and all \
        headers together, and not exact.",
    layer: Layer::Reach,
    references: &["KB 260694", "KB 269643"],
    explains: &[],
};

impl Rule for MaxRequestBytesIis45 {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for (host, _) in situation.facts.web_servers()? {
            match version(host) {
                Some(version) if version > XP => answer.applies(),
                Some(_) => {
                    let set = host.settings.value(KEY, VALUE);
                    match set.complete() {
                        Ok(set) if set.number().is_some_and(|bytes| bytes < ENOUGH) => {
                            answer.find(finding(situation, host, set));
                        }
                        Ok(_) => answer.applies(),
                        Err(not_known) => answer.open(not_known),
                    }
                }
                None => answer.open(NotKnown::naming("systeminfo of", host.identity.name.as_str())),
            }
        }
        Ok(())
    }
}

fn finding(situation: &Situation<'_>, host: &HostFacts, set: &Set) -> Finding {
    let (name, bytes) = (host.identity.name.as_str(), set.number().unwrap_or_default());
    let happenings = situation.facts.happenings.iter();
    let large = happenings.filter(|happening| matches!(happening.what, What::TokenTooLarge { .. }));
    let large: Vec<Evidence> = large.map(|happening| happening.at).take(3).collect();
    let severity = if large.is_empty() { Severity::Risk } else { Severity::Blocker };
    let change = |to: u64| CommandLine::of(&format!(r#"reg add "{KEY}" /v {VALUE} /t REG_DWORD /d {to} /f"#)).build();
    Finding::seen(severity, Confidence::Possible, format!("{name} takes requests of {bytes} bytes at most"), [set.at])
        .and(large)
        .because("A ticket of a user in many groups needs up to 64 KB. Others are not concerned.")
        .about([name.to_owned()])
        .fixed_by([Fix::new(
            format!("Let {name} take 128 KB again, which is the default of IIS 5"),
            Risk::Disruptive,
            Privilege::ServerAdmin,
        )
        .noting("Restart IIS then (iisreset). Somebody may have made it smaller to guard the server.")
        .by([change(128 << 10)])
        .undone_by([change(bytes)])
        .seen_by([CommandLine::of(&format!(r#"reg query "{KEY}" /v {VALUE}"#)).build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_LOG, REGISTRY, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &MaxRequestBytesIis45, expected)
    }

    fn set(bytes: u32) -> World {
        World::healthy().of_iis_5("Negotiate,NTLM").registry(KEY, VALUE, Data::Dword(bytes))
    }

    #[test]
    fn a_small_buffer_is_a_risk_and_with_a_large_ticket_more() {
        let answered = check(&set(16_384), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "WEB01 takes requests of 16384 bytes at most");
        assert_eq!((finding.severity, finding.confidence), (Severity::Risk, Confidence::Possible));
        assert!(points_at(finding, &[REGISTRY.line(1)]));
        assert!(commands(&finding.fixes[0])[0].ends_with("/v MaxClientRequestBuffer /t REG_DWORD /d 131072 /f"));
        let large = What::TokenTooLarge { client: "bob".to_owned(), needed: Some(20_000) };
        let answered = check(&set(16_384).happened("CLIENT07", "2026-01-20T07:00:00Z", large), Verdict::Found);
        assert_eq!(answered.finding().severity, Severity::Blocker);
        assert!(points_at(answered.finding(), &[CLIENT_LOG.record(1)]));
    }

    #[test]
    fn the_default_a_large_buffer_or_a_later_iis_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().of_iis_5("Negotiate,NTLM"), Verdict::Clear);
        check(&set(131_072), Verdict::Clear);
        check(&World::healthy().registry(KEY, VALUE, Data::Dword(16_384)), Verdict::Clear);
    }

    #[test]
    fn without_the_value_it_is_open() {
        check(&World::healthy().of_iis_5("Negotiate,NTLM").no_registry(), Verdict::Open);
        check(&World::healthy().no_systeminfo("WEB01"), Verdict::Open);
    }
}

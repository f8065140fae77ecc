//! The server does not change the password of its account any more.
//!
//! # Symptom
//!
//! None yet. Servers that were copied or restored with this setting share a password, or lose theirs.
//!
//! # Condition
//!
//! `DisablePasswordChange` of Netlogon is 1 on a web server.
//!
//! # Refuted by
//!
//! A value that is 0 or not set.
//!
//! # Sources
//!
//! - Microsoft support: disable machine account password changes.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

const KEY: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Netlogon\Parameters";
const VALUE: &str = "DisablePasswordChange";

/// The rule.
#[derive(Debug)]
pub struct MachinePasswordPolicyDisabled;

static INFO: RuleInfo = RuleInfo {
    name: "machine-password-policy-disabled",
    title: "The server never changes the password of its account",
    explanation: "A member of a domain changes its password every month by itself. Where that is switched off, the key \
        of the machine stays the same for years: it outlives encryption types, and everybody who ever had a copy of the \
        disk can read tickets for the machine.",
    layer: Layer::Key,
    references: &["Microsoft support: disable machine account password changes"],
    explains: &[],
};

impl Rule for MachinePasswordPolicyDisabled {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for (host, _) in situation.facts.web_servers()? {
            answer.applies();
            let name = host.identity.name.as_str();
            let set = host.settings.value(KEY, VALUE);
            let set = match set.complete() {
                Ok(set) => set,
                Err(not_known) => {
                    answer.open(not_known);
                    continue;
                }
            };
            if set.number() == Some(1) {
                let summary = format!("{name} never changes the password of its account (DisablePasswordChange)");
                let add = |value: &str| {
                    CommandLine::of(&format!("reg add {KEY} /v {VALUE} /t REG_DWORD /d {value} /f")).build()
                };
                let query = CommandLine::of(&format!("reg query {KEY} /v {VALUE}")).build();
                let fix = Fix::new("Let the server change its password again", Risk::Safe, Privilege::ServerAdmin)
                    .noting("Computers that are reset to an old state each night have this on purpose.")
                    .by([add("0")])
                    .undone_by([add("1")])
                    .seen_by([query]);
                answer.find(
                    Finding::new(Severity::Risk, Confidence::Certain, summary, set.at)
                        .because("Nothing fails because of this alone. It keeps an old key alive.")
                        .about([name.to_owned()])
                        .fixed_by([fix]),
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, REGISTRY, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &MachinePasswordPolicyDisabled, expected)
    }

    #[test]
    fn a_server_that_keeps_its_password_is_a_risk() {
        let answered = check(&World::healthy().registry(KEY, VALUE, Data::Dword(1)), Verdict::Found);
        let finding = answered.finding();
        assert_eq!((finding.severity, finding.confidence), (Severity::Risk, Confidence::Certain));
        assert!(points_at(finding, &[REGISTRY.line(1)]));
        let set = format!("reg add {KEY} /v {VALUE} /t REG_DWORD /d 0 /f");
        assert_eq!(commands(&finding.fixes[0]), [set]);
    }

    #[test]
    fn zero_or_nothing_is_clear_and_no_registry_is_open() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().registry(KEY, VALUE, Data::Dword(0)), Verdict::Clear);
        check(&World::healthy().no_registry(), Verdict::Open);
    }
}

//! The Security log does not record what a diagnosis of signing in rests on.
//!
//! # Symptom
//!
//! None for users. Whoever looks for a failed sign-in in the log finds nothing, and takes that for good news.
//!
//! # Condition
//!
//! The audit policy of a web server leaves out successes or failures of `Logon`; or that of a domain controller leaves out
//! `Kerberos Service Ticket Operations` or `Kerberos Authentication Service`.
//!
//! # Refuted by
//!
//! A policy that records both. A log without such events may have rolled over, so their absence alone says nothing.
//!
//! # Sources
//!
//! - KB 326985, "Enable security event logging"; auditpol.

use crate::artifacts::audit_policy::{AUTHENTICATION_SERVICE, LOGON, SERVICE_TICKETS, Subcategory};
use crate::evidence::gap::NotKnown;
use crate::facts::case_facts::HostFacts;
use crate::facts::host::Role;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::old_windows::version;
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// The first version of Windows with a policy of subcategories.
const WITH_SUBCATEGORIES: u32 = 6;

/// The rule.
#[derive(Debug)]
pub struct AuditNotEnabled;

static INFO: RuleInfo = RuleInfo {
    name: "audit-not-enabled",
    title: "Sign-ins are not recorded",
    explanation: "Windows writes to the Security log only what its audit policy names. Where failed logons, or tickets that a \
        domain controller refused, are left out, the log cannot show why a user was turned away; nothing in it is then no \
        proof that nothing happened.",
    layer: Layer::Circumstance,
    references: &["KB 326985", "auditpol"],
    explains: &[],
};

impl Rule for AuditNotEnabled {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        situation.facts.web_servers()?;
        for host in situation.facts.hosts.values() {
            let wanted: &[&str] = match host.role {
                Role::WebServer => &[LOGON],
                Role::DomainController => &[SERVICE_TICKETS, AUTHENTICATION_SERVICE],
                Role::Client => continue,
            };
            answer.applies();
            let Some(policy) = &host.audit_policy else {
                answer.open(not_asked(host));
                continue;
            };
            for guid in wanted {
                judge(host, policy, guid, answer);
            }
        }
        Ok(())
    }
}

/// Windows 2000 and Server 2003 have a policy of a few categories, in another tool.
fn not_asked(host: &HostFacts) -> NotKnown {
    let what = match version(host) {
        Some((major, _)) if major < WITH_SUBCATEGORIES => "the audit policy (secpol.msc, Local Policies) of",
        _ => "auditpol /get /category:* /r of",
    };
    NotKnown::naming(what, host.identity.name.as_str())
}

fn judge(host: &HostFacts, policy: &[Subcategory], guid: &str, answer: &mut Answer) {
    let Some(row) = policy.iter().find(|row| row.guid == guid) else { return answer.open(not_asked(host)) };
    match row.audits {
        Some(audits) if audits.success && audits.failure => {}
        Some(audits) => answer.find(finding(host, row, audits.success, audits.failure)),
        None => answer.open(not_asked(host)),
    }
}

fn finding(host: &HostFacts, row: &Subcategory, success: bool, failure: bool) -> Finding {
    let name = host.identity.name.as_str();
    let missing = match (success, failure) {
        (false, false) => "neither successes nor failures",
        (true, _) => "no failures",
        (false, true) => "no successes",
    };
    let set = |success: bool, failure: bool| {
        let word = |on: bool| if on { "enable" } else { "disable" };
        let options = format!("/success:{} /failure:{}", word(success), word(failure));
        CommandLine::of("auditpol /set")
            .text(&format!("/subcategory:\"{}\"", row.guid.to_uppercase()))
            .text(&options)
            .build()
    };
    let privilege = if host.role == Role::DomainController { Privilege::DomainAdmin } else { Privilege::ServerAdmin };
    Finding::new(Severity::Info, Confidence::Certain, format!("{name} records {missing} of {}", row.name), row.at)
        .because("A failed sign-in may leave no trace in the Security log. Rules that look there see less than what happened.")
        .about([name.to_owned()])
        .fixed_by([Fix::new("Record both, as long as you look for the fault", Risk::Safe, privilege)
            .noting("A group policy that sets this overrides the command. The log grows: see that it is large enough.")
            .by([set(true, true)])
            .undone_by([set(success, failure)])
            .seen_by([CommandLine::of("auditpol /get /category:*").build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, AUDIT_POLICY, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &AuditNotEnabled, expected)
    }

    #[test]
    fn a_server_that_leaves_failures_out_is_found() {
        let answered = check(&World::healthy().audits("WEB01", true, false), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "WEB01 records no failures of Logon");
        assert_eq!((finding.severity, finding.confidence), (Severity::Info, Confidence::Certain));
        assert!(points_at(finding, &[AUDIT_POLICY.line(1)]));
        let set =
            r#"auditpol /set /subcategory:"{0CCE9215-69AE-11D9-BED3-505054503030}" /success:enable /failure:enable"#;
        assert_eq!(commands(&finding.fixes[0]), [set]);
        let both = check(&World::healthy().with_controller().audits("DC01", false, false), Verdict::Found);
        assert_eq!(both.findings.len(), 2);
    }

    #[test]
    fn a_policy_that_records_both_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().with_controller(), Verdict::Clear);
    }

    #[test]
    fn without_the_policy_it_is_open() {
        let needs = check(&World::healthy().no_audit_policy(), Verdict::Open).needs;
        assert_eq!(needs, ["auditpol /get /category:* /r of WEB01"]);
        let old = World::healthy().no_audit_policy().system_of("WEB01", "5.2.3790");
        assert!(check(&old, Verdict::Open).needs[0].starts_with("the audit policy (secpol.msc"));
    }
}

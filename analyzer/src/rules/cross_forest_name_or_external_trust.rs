//! Users of another domain come by NTLM, because the trust with it carries no Kerberos names.
//!
//! # Symptom
//!
//! Users of the own forest use Kerberos, those of another domain NTLM, or a prompt where NTLM is not allowed.
//!
//! # Condition
//!
//! A web server recorded an NTLM logon of a user of a domain with which there is an external trust: neither one within the
//! forest (`trustAttributes` 0x20) nor one between forests (0x8).
//!
//! # Refuted by
//!
//! A forest trust, or a domain of the own forest. That external trusts end in NTLM is how they are made; the finding says
//! so.
//!
//! # Sources
//!
//! - Microsoft support: forest trusts, name suffix routing and Kerberos; MS-ADTS, trustAttributes.

use crate::evidence::gap::NotKnown;
use crate::facts::case_facts::HostFacts;
use crate::facts::sightings::{Seen, Sighting};
use crate::facts::trusts::Trust;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::second_hop::seen_on;

/// The rule.
#[derive(Debug)]
pub struct CrossForestNameOrExternalTrust;

static INFO: RuleInfo = RuleInfo {
    name: "cross-forest-name-or-external-trust",
    title: "An external trust carries no Kerberos names",
    explanation: "A KDC refers a client to another domain by the names that a trust routes. Trusts within a forest and \
        between forests do that; an external trust, of two single domains, does not. Its users get no ticket for a name \
        of the other side, and fall back to NTLM.",
    layer: Layer::Circumstance,
    references: &["Microsoft support: name suffix routing", "MS-ADTS: trustAttributes"],
    explains: &[],
};

impl Rule for CrossForestNameOrExternalTrust {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let trusts = &situation.facts.directory.trusts;
        for (server, _) in situation.facts.web_servers()? {
            answer.applies();
            for seen in seen_on(situation, server, Seen::Ntlm).filter(|seen| is_foreign(server, seen)) {
                let domain = seen.domain.as_deref().unwrap_or_default();
                match trusts.iter().find(|trust| trust.is_called(domain)) {
                    Some(trust) => judge(server, seen, trust, answer),
                    None => answer.open(NotKnown::naming("nltest /domain_trusts /all_trusts /v about", domain)),
                }
            }
            if server.identity.account_domain.is_none() {
                answer.open(NotKnown::naming("systeminfo of", server.identity.name.as_str()));
            }
            if let Err(not_known) = server.whole_log("Security") {
                answer.open(not_known);
            }
        }
        Ok(())
    }
}

/// Whether a user is of a domain, and of another one than the server. Accounts of the server itself have its name there.
fn is_foreign(server: &HostFacts, seen: &Sighting) -> bool {
    let Some(domain) = seen.domain.as_deref() else { return false };
    let identity = &server.identity;
    let label = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
    let is = |name: &str| name.eq_ignore_ascii_case(domain) || label(name) == domain.to_lowercase();
    let own = [identity.account_domain.as_deref(), identity.netbios_domain.as_deref(), Some(identity.name.as_str())];
    let well_known = domain.contains(' ') || domain.eq_ignore_ascii_case("Window Manager");
    !well_known && identity.account_domain.is_some() && !own.into_iter().flatten().any(is)
}

fn judge(server: &HostFacts, seen: &Sighting, trust: &Trust, answer: &mut Answer) {
    let Some(attributes) = &trust.attributes else {
        return answer.open(NotKnown::naming("nltest /domain_trusts /all_trusts /v about", &trust.partner));
    };
    if attributes.value & (Trust::FOREST | Trust::WITHIN_FOREST) == 0 {
        answer.find(finding(server, seen, trust));
    }
}

fn finding(server: &HostFacts, seen: &Sighting, trust: &Trust) -> Finding {
    let name = server.identity.name.as_str();
    let summary = format!("Users of {} come to {name} by NTLM: the trust with it is an external one", trust.partner);
    let at = trust.attributes.as_ref().map(|attributes| attributes.at);
    Finding::seen(Severity::Degraded, Confidence::Likely, summary, [trust.at, seen.at])
        .and(at)
        .because(
            "An external trust routes no names, so no KDC of theirs knows whom to ask for a ticket. NTLM is what is meant to \
             happen; it cannot be delegated, and ends where a policy forbids it.",
        )
        .about([trust.partner.clone()])
        .fixed_by([Fix::new(
            format!("Make a forest trust with the forest of {} in place of it, or live with NTLM", trust.partner),
            Risk::Dangerous,
            Privilege::DomainAdmin,
        )
        .noting(
            "With a forest trust, URLs need full names, the SPN is registered in the forest of the server, and no name suffix \
             may be claimed by both sides.",
        )
        .seen_by([CommandLine::of("nltest /domain_trusts /all_trusts /v").build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLOCKS, SERVER_LOG, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &CrossForestNameOrExternalTrust, expected)
    }

    fn foreign(domain: &str) -> World {
        World::healthy().sighted_of("WEB01", Seen::Ntlm, "10.0.0.61", domain)
    }

    #[test]
    fn ntlm_over_an_external_trust_is_found() {
        for domain in ["FABRIKAM", "fabrikam.com"] {
            let answered = check(&foreign(domain).trust("fabrikam.com", 0), Verdict::Found);
            let finding = answered.finding();
            let summary = "Users of fabrikam.com come to WEB01 by NTLM: the trust with it is an external one";
            assert_eq!(finding.summary, summary);
            assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Likely));
            assert!(points_at(finding, &[CLOCKS, SERVER_LOG.record(1)]));
        }
    }

    #[test]
    fn other_trusts_and_own_users_are_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&foreign("FABRIKAM").trust("fabrikam.com", Trust::FOREST), Verdict::Clear);
        check(&foreign("FABRIKAM").trust("fabrikam.com", Trust::WITHIN_FOREST), Verdict::Clear);
        for own in ["CONTOSO", "contoso.com", "WEB01", "NT AUTHORITY"] {
            check(&foreign(own).trust("fabrikam.com", 0), Verdict::Clear);
        }
        check(&World::healthy().trust("fabrikam.com", 0), Verdict::Clear);
    }

    #[test]
    fn without_the_log_or_the_trust_it_is_open() {
        check(&World::healthy().no_security_log(), Verdict::Open);
        let needs = check(&foreign("FABRIKAM"), Verdict::Open).needs;
        assert_eq!(needs, ["nltest /domain_trusts /all_trusts /v about FABRIKAM"]);
        check(&World::healthy().no_systeminfo("WEB01"), Verdict::Open);
    }
}

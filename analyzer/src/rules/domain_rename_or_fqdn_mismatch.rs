//! The directory knows the server under another DNS name than the server itself.
//!
//! # Symptom
//!
//! Kerberos works under one full name of the server and not under the other; `HOST` names carry an old suffix.
//!
//! # Condition
//!
//! `dNSHostName` of the machine account differs from the name that the server gives itself.
//!
//! # Refuted by
//!
//! A suffix that differs from the domain on purpose: then both sides still agree.
//!
//! # Sources
//!
//! - MS-ADTS: dNSHostName, validated writes, msDS-AllowedDNSSuffixes.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::identity::machine_account;
use crate::exchange::outcome::{Exchange, Outcome};
use crate::facts::account_state::not_known;
use crate::facts::case_facts::HostFacts;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};

/// The rule.
#[derive(Debug)]
pub struct DomainRenameOrFqdnMismatch;

static INFO: RuleInfo = RuleInfo {
    name: "domain-rename-or-fqdn-mismatch",
    title: "The directory knows the server under another DNS name",
    explanation: "A computer writes its own DNS name and its HOST names into the directory. After a rename, a move to \
        another domain or a change of its suffix they may stay what they were, and tickets are found for the old name \
        alone.",
    layer: Layer::Owner,
    references: &["MS-ADTS: dNSHostName", "NETLOGON 5789"],
    explains: &["host-spn-missing"],
};

impl Rule for DomainRenameOrFqdnMismatch {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for (host, _) in situation.facts.web_servers()? {
            answer.applies();
            match names(situation, host) {
                Ok((own, known, at)) if own != known => answer.find(finding(situation, host, &own, &known, at)),
                Ok(_) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

/// What the server calls itself, what the directory calls it, and where that stands.
fn names(situation: &Situation<'_>, host: &HostFacts) -> Result<(String, String, Evidence), NotKnown> {
    let directory = &situation.facts.directory;
    let machine = machine_account(&host.identity);
    let state = directory.account(&machine).and_then(|dn| directory.state(dn)).ok_or_else(|| not_known(&machine))?;
    let known = state.dns_host_name.as_ref().ok_or_else(|| not_known(&machine))?;
    let suffix = || NotKnown::naming("ipconfig /all of", host.identity.name.as_str());
    host.identity.domain.as_ref().ok_or_else(suffix)?;
    let own = host.identity.full_name().ok_or_else(suffix)?;
    // A computer that wrote no name at all is known by none.
    Ok((own, known.value.clone().unwrap_or_default(), known.at))
}

fn finding(situation: &Situation<'_>, host: &HostFacts, own: &str, known: &str, at: Evidence) -> Finding {
    let name = host.identity.name.as_str();
    let failing: Vec<&Exchange> = situation
        .exchanges
        .iter()
        .filter(|one| one.host == host.identity.name && one.url_host == own && one.request.is_some())
        .filter(|one| matches!(one.outcome, Outcome::Ntlm(_) | Outcome::Fails(_)))
        .collect();
    let severity = if failing.is_empty() { Severity::Risk } else { Severity::Degraded };
    let words = if known.is_empty() { "under no DNS name".to_owned() } else { format!("as {known}") };
    let reset = |verb: &str| CommandLine::of(&format!("setspn {verb}")).name(name).build();
    Finding::new(
        severity,
        Confidence::Likely,
        format!("the directory knows {name} {words}, but it calls itself {own}"),
        at,
    )
    .and(host.identity.domain.as_ref().map(|domain| domain.at))
    .because("The HOST names of the server follow the name in the directory. Under its own name nobody may find it.")
    .about([name.to_owned()])
    .at_paths(failing.iter().map(|exchange| scope(exchange)))
    .fixed_by([Fix::new(
        format!("Let {name} write its names anew, once it is settled which name is right"),
        Risk::Disruptive,
        Privilege::DomainAdmin,
    )
    .noting(
        "Where the server may not write its own name, restart Netlogon after giving it back that right; a suffix \
             other than the domain must be allowed in the domain (msDS-AllowedDNSSuffixes).",
    )
    .by([reset("-R")])
    .seen_by([reset("-L")])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::account_state::Set;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &DomainRenameOrFqdnMismatch, expected)
    }

    fn known_as(name: Option<&str>) -> World {
        World::healthy().account("WEB01", |state| {
            let at = state.dns_host_name.as_ref().expect("is known").at;
            state.dns_host_name = Some(Set { value: name.map(str::to_owned), at });
        })
    }

    #[test]
    fn another_name_in_the_directory_is_a_risk() {
        let world = known_as(Some("web01.old.contoso.com"));
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = "the directory knows WEB01 as web01.old.contoso.com, but it calls itself web01.contoso.com";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Risk));
        assert_eq!(finding.confidence, Confidence::Likely);
        assert!(points_at(finding, &[world.state("WEB01").dns_host_name.as_ref().expect("is known").at]));
        assert_eq!(commands(&finding.fixes[0]), ["setspn -R WEB01"]);
        check(&known_as(None), Verdict::Found);
    }

    #[test]
    fn users_notice_it_where_nobody_is_found_under_the_own_name() {
        let world = known_as(Some("web01.old.contoso.com")).reached_as("web01.contoso.com");
        let unheld = world.pool_runs_as("NetworkService").nobody_holds("HOST/WEB01.contoso.com");
        let answered = check(&unheld, Verdict::Found);
        assert_eq!((answered.finding().severity, answered.finding().scopes.len()), (Severity::Degraded, 1));
    }

    #[test]
    fn the_same_name_is_clear_and_unknown_names_are_open() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().no_entry("WEB01"), Verdict::Open);
        check(&World::healthy().no_domain(), Verdict::Open);
    }
}

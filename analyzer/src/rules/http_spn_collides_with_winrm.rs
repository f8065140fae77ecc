//! Remote management of the server fails, because `HTTP/` of its own name is on another account.
//!
//! # Symptom
//!
//! PowerShell remoting and everything else on WinRM fails from other computers with a Kerberos error.
//!
//! # Condition
//!
//! An account other than the machine holds `HTTP/` of a name of the server, and the machine offers management under that
//! name (`WSMAN/`).
//!
//! # Refuted by
//!
//! The machine itself, or nobody, as the holder.
//!
//! # Sources
//!
//! - Microsoft support: WinRM and the SPN HTTP/server; event 4 of Microsoft-Windows-Security-Kerberos.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::identity::machine_account;
use crate::facts::account::Dn;
use crate::facts::case_facts::HostFacts;
use crate::facts::directory::{Holder, list_command};
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, few};
use crate::rules::setspn;

/// The rule.
#[derive(Debug)]
pub struct HttpSpnCollidesWithWinrm;

static INFO: RuleInfo = RuleInfo {
    name: "http-spn-collides-with-winrm",
    title: "Another account holds the name that remote management uses",
    explanation: "WinRM runs as the machine and is asked for under HTTP and the name of the server. Where that SPN was \
        given to the account of a site, management tools get tickets that the machine cannot read, while the site works.",
    layer: Layer::Identity,
    references: &["KB 871179", "WinRM: HTTP SPN on a service account"],
    explains: &[],
};

impl Rule for HttpSpnCollidesWithWinrm {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for (host, _) in situation.facts.web_servers()? {
            answer.applies();
            let machine = machine_account(&host.identity);
            let Some(own) = situation.facts.directory.account(&machine) else {
                answer.open(NotKnown::until(list_command(&machine)));
                continue;
            };
            let mut taken = BTreeMap::<Dn, Vec<Taken>>::new();
            for name in host.identity.dns_names() {
                match collision(situation, &name, own) {
                    Ok(Some(one)) => taken.entry(one.holder.dn.clone()).or_default().push(one),
                    Ok(None) => {}
                    Err(not_known) => answer.open(not_known),
                }
            }
            for (dn, taken) in taken {
                answer.find(finding(situation, host, &dn, &taken));
            }
        }
        Ok(())
    }
}

/// A name of the server that another account holds.
struct Taken {
    spn: Spn,
    holder: Holder,
    /// The line that says that the machine offers management under it.
    managed: Evidence,
}

fn collision(situation: &Situation<'_>, name: &str, own: &Dn) -> Result<Option<Taken>, NotKnown> {
    let directory = &situation.facts.directory;
    let Some((spn, managed)) = Spn::http(name).zip(Spn::parse(&format!("WSMAN/{name}"))) else { return Ok(None) };
    let holders = directory.holders(&spn);
    let Some(other) = holders.seen()?.iter().find(|holder| holder.dn != *own).cloned() else {
        return holders.complete().map(|_| None);
    };
    let managed = directory.holders(&managed);
    let managed = managed.seen().ok().into_iter().flatten().find(|holder| holder.dn == *own).map(|holder| holder.at);
    Ok(managed.map(|managed| Taken { spn, holder: other, managed }))
}

fn finding(situation: &Situation<'_>, host: &HostFacts, dn: &Dn, taken: &[Taken]) -> Finding {
    let account = situation.facts.directory.name_of(dn);
    let name = host.identity.name.as_str();
    let spns = few(taken.iter().map(|one| one.spn.as_str()));
    let verb = if taken.len() == 1 { "is" } else { "are" };
    let summary = format!(
        "{spns} {verb} held by {account}, so that remote management of {name} gets tickets for the wrong account"
    );
    let refused = taken.iter().flat_map(|one| situation.index.refused_tickets(&one.spn));
    Finding::seen(Severity::Risk, Confidence::Likely, summary, taken.iter().map(|one| one.holder.at))
        .and(taken.iter().map(|one| one.managed))
        .and(refused)
        .because("The machine answers WinRM, and cannot read a ticket that is encrypted for another account.")
        .about(taken.iter().map(|one| one.spn.to_string()))
        .fixed_by([Fix::new(
            format!("Give the site a host name of its own, and then take {spns} from {account}"),
            Risk::Dangerous,
            Privilege::DomainAdmin,
        )
        .noting("Do it in this order: without a name of its own, the site fails when the SPN goes.")
        .seen_by(taken.iter().map(|one| setspn::query(&one.spn)))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, points_at};

    const NAME: &str = "HTTP/web01.contoso.com";
    const MANAGED: &str = "WSMAN/web01.contoso.com";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &HttpSpnCollidesWithWinrm, expected)
    }

    fn managed() -> World {
        World::healthy().holds(MANAGED, "WEB01")
    }

    #[test]
    fn the_name_of_the_server_on_another_account_is_a_risk() {
        let world = managed().holds(NAME, "svc-web");
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert!(finding.summary.starts_with(r"HTTP/web01.contoso.com is held by CONTOSO\svc-web"), "{finding:?}");
        assert_eq!((finding.severity, finding.confidence), (Severity::Risk, Confidence::Likely));
        assert!(points_at(finding, &[world.held_at(NAME, "svc-web"), world.held_at(MANAGED, "WEB01")]));
    }

    #[test]
    fn both_names_on_one_account_are_told_at_once() {
        let world = managed().holds("WSMAN/web01", "WEB01").holds(NAME, "svc-web").holds("HTTP/web01", "svc-web");
        let answered = check(&world, Verdict::Found);
        assert!(
            answered.finding().summary.starts_with("HTTP/web01 and HTTP/web01.contoso.com are held by"),
            "{answered:?}"
        );
    }

    #[test]
    fn the_machine_or_nobody_as_holder_or_no_management_is_clear() {
        check(&managed(), Verdict::Clear);
        check(&managed().holds(NAME, "WEB01"), Verdict::Clear);
        check(&World::healthy().holds(NAME, "svc-web"), Verdict::Clear);
    }

    #[test]
    fn without_a_search_it_is_open() {
        check(&managed().not_searched(NAME).duplicates_not_searched(), Verdict::Open);
    }
}

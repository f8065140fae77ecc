//! The computer lacks its own HOST names.
//!
//! # Symptom
//!
//! Kerberos fails under every name of the server, for web sites and for all else that runs as the machine.
//!
//! # Condition
//!
//! The list of the computer's SPNs, or a search, shows neither `HOST/<short name>` nor `HOST/<full name>`.
//!
//! # Refuted by
//!
//! The list is that of another object: a computer of the same name in another domain.
//!
//! # Sources
//!
//! - KB 326985, "Important"; NETLOGON events 5788 and 5789.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::identity::machine_account;
use crate::facts::account::AccountName;
use crate::facts::case_facts::HostFacts;
use crate::facts::events::What;
use crate::facts::host::HostName;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Scope, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// The rule.
#[derive(Debug)]
pub struct HostSpnMissing;

impl Rule for HostSpnMissing {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "host-spn-missing",
            title: "The computer lacks its own HOST names",
            explanation: "A computer registers HOST with its short and its full name on its own account; every \
                service that runs as the machine is found through them. When they are missing, the service Net Logon \
                could not write them: that is what must be repaired, rather than the names typed in by hand.",
            layer: Layer::Owner,
            references: &["KB 326985"],
            explains: &[
                "spn-registration-events",
                "spn-missing",
                "ntlm-blocked-or-audited",
                "negotiate-kerberos-only-clients-fail",
                "protocol-transition-flag-missing",
            ],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for (host, _) in situation.facts.web_servers()? {
            answer.applies();
            match missing(situation, host) {
                Ok(missing) if missing.names.is_empty() => {}
                Ok(missing) => answer.find(finding(situation, host, &missing)),
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

/// The HOST names that a computer lacks.
struct Missing {
    account: AccountName,
    names: Vec<Spn>,
    /// Whether it has the other one.
    has_some: bool,
    evidence: Vec<Evidence>,
}

fn missing(situation: &Situation<'_>, host: &HostFacts) -> Result<Missing, NotKnown> {
    if host.identity.domain.is_none() {
        return Err(NotKnown::until("ipconfig /all"));
    }
    let account = machine_account(&host.identity);
    // Netlogon registers the NetBIOS name and the full DNS name, also where the first is a part of the second only.
    let names = std::iter::once(host.identity.name.as_str().to_lowercase()).chain(host.identity.full_name());
    let expected: Vec<_> = names.filter_map(|name| Spn::host_alias(&name)).collect();
    let mut missing = Missing { account, names: Vec::new(), has_some: false, evidence: Vec::new() };
    for spn in expected {
        match lacks(situation, &missing.account, &spn)? {
            Some(at) => {
                missing.names.push(spn);
                if !missing.evidence.contains(&at) {
                    missing.evidence.push(at);
                }
            }
            None => missing.has_some = true,
        }
    }
    Ok(missing)
}

/// What says that an account does not hold a name; none when it does.
fn lacks(situation: &Situation<'_>, account: &AccountName, spn: &Spn) -> Result<Option<Evidence>, NotKnown> {
    let directory = &situation.facts.directory;
    let list = directory.spns_of(account);
    if let Ok(list) = list.complete() {
        return Ok((!list.spns.contains_key(spn)).then_some(list.at));
    }
    let holders = directory.holders(spn);
    let holds = |at: &crate::facts::directory::Holder| directory.is(account, &at.dn) == Some(true);
    if holders.seen().is_ok_and(|holders| holders.iter().any(holds)) {
        return Ok(None);
    }
    match directory.search_for(spn) {
        Some(searched) => Ok(Some(searched)),
        None => list.complete().map(|_| None),
    }
}

fn finding(situation: &Situation<'_>, host: &HostFacts, missing: &Missing) -> Finding {
    let names = missing.names.iter().map(Spn::to_string).collect::<Vec<_>>().join(" and ");
    let events: Vec<_> = registration_failures(situation, &host.identity.name);
    let concerned = scopes(situation, host, &missing.names);
    let severity = match (concerned.is_empty(), missing.has_some) {
        (true, _) => Severity::Risk,
        (false, true) => Severity::Degraded,
        (false, false) => Severity::Blocker,
    };
    let places = missing.evidence.iter().copied().chain(events);
    Finding::seen(severity, Confidence::Certain, format!("{} does not hold {names}", missing.account), places)
        .because(
            "Nothing that runs as the machine is found under these names: the KDC answers that the name is unknown. \
             The service Net Logon writes them when it starts, and again every now and then; something keeps it from \
             doing so.",
        )
        .about(missing.names.iter().filter_map(|spn| Spn::http(spn.host())).map(|spn| spn.to_string()))
        .about(missing.names.iter().map(Spn::to_string))
        .at_paths(concerned)
        .fixed_by([register_anew(host, &missing.account)])
}

/// The paths that are reached under one of the names.
fn scopes(situation: &Situation<'_>, host: &HostFacts, names: &[Spn]) -> Vec<Scope> {
    let own = situation.exchanges.iter().filter(|exchange| exchange.host == host.identity.name);
    own.filter(|exchange| names.iter().any(|name| name.host() == exchange.url_host))
        .map(crate::rules::rule::scope)
        .collect()
}

fn registration_failures(situation: &Situation<'_>, host: &HostName) -> Vec<Evidence> {
    let happenings = situation.facts.happenings.iter();
    let own = happenings.filter(|happening| HostName::new(&happening.computer) == *host);
    own.filter(|happening| matches!(happening.what, What::OwnNamesNotRegistered { .. }))
        .map(|happening| happening.at)
        .collect()
}

fn register_anew(host: &HostFacts, account: &AccountName) -> Fix {
    let name = host.identity.name.as_str();
    let reset = CommandLine::of("setspn -R").name(name).build();
    let list = CommandLine::of("setspn -L").name(name).build();
    Fix {
        title: format!("Let {account} register its own names anew"),
        risk: Risk::Safe,
        privilege: Privilege::DomainAdmin,
        note: Some(
            "If the names vanish again, look for what keeps the computer from writing them: the right to write its \
             own SPNs (validated write), a DNS suffix that the domain does not allow (msDS-AllowedDNSSuffixes), a \
             dNSHostName of an old name. Do not change the computer's other SPNs."
                .to_owned(),
        ),
        commands: appcmd::all([reset]),
        undo: Vec::new(),
        verify: appcmd::all([list]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, SERVER_LOG, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &HostSpnMissing, expected)
    }

    fn nameless() -> World {
        World::machine_site().reached_as("").nobody_holds("HOST/web01").nobody_holds("HOST/web01.contoso.com")
    }

    #[test]
    fn a_computer_without_its_names_is_found() {
        let world = nameless();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, r"CONTOSO\WEB01$ does not hold HOST/web01 and HOST/web01.contoso.com");
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        assert_eq!(finding.evidence, [world.listed_at("WEB01")]);
        assert_eq!(commands(&finding.fixes[0]), ["setspn -R WEB01"]);
    }

    #[test]
    fn a_computer_with_its_names_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().not_listed("WEB01"), Verdict::Clear);
    }

    #[test]
    fn one_missing_name_is_a_lesser_fault() {
        let world = World::machine_site().reached_as("").nobody_holds("HOST/web01");
        let answered = check(&world, Verdict::Found);
        assert_eq!(answered.finding().summary, r"CONTOSO\WEB01$ does not hold HOST/web01");
        assert_eq!(answered.finding().severity, Severity::Degraded);
    }

    #[test]
    fn names_that_no_site_is_reached_under_are_a_risk() {
        let world = World::healthy().nobody_holds("HOST/web01").nobody_holds("HOST/web01.contoso.com");
        assert_eq!(check(&world, Verdict::Found).finding().severity, Severity::Risk);
    }

    #[test]
    fn a_search_says_as_much_as_a_list() {
        let world = nameless().not_listed("WEB01");
        let searches = ["HOST/web01", "HOST/web01.contoso.com"].map(|name| world.searched_at(name));
        assert_eq!(check(&world, Verdict::Found).finding().evidence, searches);
        check(&world.holds("HOST/web01", "WEB02").holds("HOST/web01.contoso.com", "WEB02"), Verdict::Found);
    }

    #[test]
    fn it_is_open_without_a_list_and_without_a_search() {
        let world = nameless().not_listed("WEB01").not_searched("HOST/web01").not_searched("HOST/web01.contoso.com");
        assert_eq!(check(&world, Verdict::Open).needs, ["setspn -L WEB01"]);
        assert_eq!(check(&World::healthy().no_domain(), Verdict::Open).needs, ["ipconfig /all"]);
        let nothing = check(&nameless().no_web_server(), Verdict::Open);
        assert_eq!(nothing.needs, ["applicationHost.config of the web server"]);
    }

    #[test]
    fn the_list_of_a_computer_of_the_same_name_in_another_domain_proves_nothing() {
        let other = "CN=WEB01,CN=Computers,DC=fabrikam,DC=com";
        let world = nameless().not_listed("WEB01").listed(other).answered("WEB01", other);
        let world = world.not_searched("HOST/web01").not_searched("HOST/web01.contoso.com");
        assert_eq!(check(&world, Verdict::Open).needs, [r"setspn -L CONTOSO\WEB01"]);
    }

    #[test]
    fn events_that_tell_of_it_are_part_of_the_evidence() {
        let event = || What::OwnNamesNotRegistered { id: 5788 };
        let time = "2026-01-20T07:00:00Z";
        let world = nameless().happened("WEB01", time, event()).happened("CLIENT07", time, event());
        let answered = check(&world, Verdict::Found);
        assert!(points_at(answered.finding(), &[SERVER_LOG.record(1)]));
        assert_eq!(answered.finding().evidence.len(), 2);
        check(&World::healthy().happened("WEB01", time, event()), Verdict::Clear);
    }
}

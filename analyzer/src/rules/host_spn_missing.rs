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
use crate::facts::directory::list_command;
use crate::facts::events::What;
use crate::facts::fact::Fact;
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
            explains: &["spn-missing"],
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
    let expected: Vec<_> = host.identity.dns_names().iter().filter_map(|name| Spn::host_alias(name)).collect();
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
    if let Fact::Known(list) = directory.spns_of(account) {
        return Ok((!list.spns.contains_key(spn)).then_some(list.at));
    }
    let holders = directory.holders(spn);
    let holds = |at: &crate::facts::directory::Holder| directory.is(account, &at.dn) == Some(true);
    if holders.seen().is_ok_and(|holders| holders.iter().any(holds)) {
        return Ok(None);
    }
    let searched = directory.search_for(spn).ok_or_else(|| NotKnown::until(list_command(account)))?;
    Ok(Some(searched))
}

fn finding(situation: &Situation<'_>, host: &HostFacts, missing: &Missing) -> Finding {
    let names = missing.names.iter().map(Spn::to_string).collect::<Vec<_>>().join(" and ");
    let events: Vec<_> = registration_failures(situation, &host.identity.name);
    let severity = if missing.has_some { Severity::Degraded } else { Severity::Blocker };
    let mut places = missing.evidence.iter().copied().chain(events);
    let first = places.next().unwrap_or(crate::evidence::place::ArtifactId(0).whole());
    Finding::new(severity, Confidence::Certain, format!("{} does not hold {names}", missing.account), first)
        .and(places)
        .because(
            "Nothing that runs as the machine is found under these names: the KDC answers that the name is unknown. \
             The service Net Logon writes them when it starts, and again every now and then; something keeps it from \
             doing so.",
        )
        .about(missing.names.iter().filter_map(|spn| Spn::http(spn.host())).map(|spn| spn.to_string()))
        .about(missing.names.iter().map(Spn::to_string))
        .at_paths(scopes(situation, host, &missing.names))
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

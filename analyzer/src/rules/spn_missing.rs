//! Nobody holds the SPN that clients ask for.
//!
//! # Symptom
//!
//! Users are signed in by NTLM instead of Kerberos; delegation does not work; sites that allow Kerberos only fail.
//!
//! # Condition
//!
//! A search for `HTTP/<name>` and one for `HOST/<name>` found nobody.
//!
//! # Refuted by
//!
//! A ticket for the name in the cache of a client; a `HOST` name that a computer registered for an alias. The list of
//! one account's SPNs says nothing about other accounts, and a missing failure event says nothing at all: domain
//! controllers do not audit unknown names unless they are told to.
//!
//! # Sources
//!
//! - KB 326985, "Determine the server name"; KB 929650; KB 294382.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::identity::TicketIdentity;
use crate::exchange::outcome::{Cause, Exchange, Outcome};
use crate::exchange::owner::Owner;
use crate::facts::account::AccountName;
use crate::facts::directory::Directory;
use crate::facts::directory::not_searched;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::old_windows;
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, location, scope};
use crate::rules::setspn;

/// The rule.
#[derive(Debug)]
pub struct SpnMissing;

impl Rule for SpnMissing {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "spn-missing",
            title: "Nobody holds the SPN that clients ask for",
            explanation: "A client asks the KDC for HTTP/<name in the URL>. Computers are found under their own \
                names because they hold HOST; every other name must be registered on the account that decrypts. \
                When nobody holds it, the KDC gives no ticket (0x7) and the client falls back to NTLM.",
            layer: Layer::Owner,
            references: &["KB 326985", "KB 929650", "KB 294382"],
            explains: &[
                "krb-ap-err-modified-key-mismatch",
                "ntlm-blocked-or-audited",
                "negotiate-kerberos-only-clients-fail",
                "protocol-transition-flag-missing",
            ],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        // An alias that nobody told of may lack its SPN.
        situation.sites_with_any_name().into_iter().for_each(|not_known| answer.open(not_known));
        let mut told = Vec::new();
        for exchange in situation.ticket_exchanges(answer)? {
            match (&exchange.outcome, exchange.clients.iter().any(|client| client.follows_aliases())) {
                (Outcome::Unknown(not_known), _) => answer.open(not_known.clone()),
                (outcome, true) if outcome.cause() == Some(Cause::SpnNotHeld) => {
                    let key = (scope(exchange), asked(exchange)?.clone());
                    if !told.contains(&key) {
                        told.push(key);
                        judge(situation, exchange, answer)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn asked(exchange: &Exchange) -> Result<&Spn, NotKnown> {
    let request = exchange.request.as_ref().ok_or_else(NotKnown::default)?;
    request.complete().map(|request| &request.spn)
}

fn judge(situation: &Situation<'_>, exchange: &Exchange, answer: &mut Answer) -> Result<(), NotKnown> {
    let spn = asked(exchange)?;
    if situation.index.tickets_for(spn).next().is_some() {
        // Someone got a ticket, so someone holds it: the search did not see all of the forest.
        answer.open(NotKnown::naming("setspn -F -Q", spn.as_str()));
        return Ok(());
    }
    let searches = match exchange.owner.as_ref().and_then(|owner| owner.seen().ok()) {
        Some(Owner::Nobody(searches)) => searches.clone(),
        _ => return Err(not_searched(spn)),
    };
    answer.find(finding(situation, exchange, spn, &searches));
    Ok(())
}

fn finding(situation: &Situation<'_>, exchange: &Exchange, spn: &Spn, searches: &[Evidence]) -> Finding {
    let fails = matches!(exchange.outcome, Outcome::Fails(_));
    let severity = if fails { Severity::Blocker } else { Severity::Degraded };
    let summary = format!("Nobody holds {spn}, which clients of {} ask for", exchange.url);
    let explanation = if fails {
        "The KDC gives no ticket for a name that nobody holds, and the site offers nothing else."
    } else {
        "The KDC gives no ticket for a name that nobody holds. Clients fall back to NTLM, which cannot be delegated."
    };
    let host = situation.facts.hosts.get(&exchange.host);
    let is_header = host.is_some_and(|host| !host.identity.answers_to(spn.host()));
    let header = if is_header {
        format!(" {} is a name of the site alone: HOST of the server does not cover it.", spn.host())
    } else {
        String::new()
    };
    let places = searches.iter().copied().chain(exchange.identity_at.iter().copied());
    Finding::seen(severity, Confidence::Certain, summary, places)
        .because(format!("{explanation}{header}"))
        .about([spn.to_string()])
        .at_paths([scope(exchange)])
        .fixed_by(one_account_first(situation, spn).or_else(|| register(&situation.facts.directory, exchange, spn)))
}

/// A name leads to one account. Where several would have to decrypt for it, such as the machines of a farm, it helps
/// nobody to register it before they are one.
fn one_account_first(situation: &Situation<'_>, spn: &Spn) -> Option<Fix> {
    let directory = &situation.facts.directory;
    // An account may be written in several ways.
    let key = |name: &AccountName| directory.account(name).map_or_else(|| name.to_string(), ToString::to_string);
    let accounts = situation.index.asking(spn).filter_map(|exchange| exchange.identity.account());
    let accounts: BTreeMap<String, String> =
        accounts.map(|name| (key(name).to_lowercase(), name.to_string())).collect();
    let several = accounts.len() > 1;
    let who = accounts.into_values().collect::<Vec<_>>().join(" and ");
    let of_iis_5 = |exchange: &Exchange| {
        situation.facts.hosts.get(&exchange.host).is_some_and(old_windows::always_decrypts_as_machine)
    };
    let (title, way) = if situation.index.asking(spn).any(of_iis_5) {
        let title =
            format!("Let one server alone answer where users ask for {spn}, or move the site to IIS 6 or later");
        (title, "IIS 5 decrypts as the machine, and no setting changes that. Do either")
    } else {
        let title =
            format!("Let one domain account decrypt wherever users ask for {spn}, and register it on that account");
        (title, "Run the pools behind this name as one domain account, on every node of a farm,")
    };
    several.then(|| Fix {
        title,
        risk: Risk::Disruptive,
        privilege: Privilege::DomainAdmin,
        note: Some(format!("Now {who} would have to. {way} and collect again: then the command can be told.")),
        commands: Vec::new(),
        undo: Vec::new(),
        verify: appcmd::all([setspn::query(spn)].into_iter().chain(setspn::ask_anew(spn))),
    })
}

/// Registers the name, and its short form unless that already leads to someone, on the account that decrypts.
fn register(directory: &Directory, exchange: &Exchange, spn: &Spn) -> Option<Fix> {
    let account = exchange.identity.account()?;
    let short = spn.host().split('.').next().filter(|short| *short != spn.host()).and_then(Spn::http);
    let names: Vec<_> = std::iter::once(spn.clone()).chain(short.filter(|short| !is_held(directory, short))).collect();
    let whose = match exchange.identity {
        TicketIdentity::Machine(_) => "the account of the server",
        _ => "the account of the pool",
    };
    Some(Fix {
        title: format!(
            "Register {spn} on {account}, {whose}, which decrypts for {}",
            location(&exchange.site, &exchange.path)
        ),
        risk: Risk::Safe,
        privilege: Privilege::DomainAdmin,
        note: Some(
            "In a farm all nodes must decrypt with one account that holds the name; never register it on each node. \
             Clients remember for up to 15 minutes that the name was unknown."
                .to_owned(),
        ),
        commands: appcmd::all(names.iter().map(|name| setspn::add(name, account))),
        undo: appcmd::all(names.iter().map(|name| setspn::delete(name, account))),
        verify: appcmd::all([setspn::query(spn)].into_iter().chain(setspn::ask_anew(spn))),
    })
}

/// Whether an SPN leads to someone, by itself or through `HOST`. `setspn -S` would refuse the former; the latter would
/// take the name away from its computer.
fn is_held(directory: &Directory, spn: &Spn) -> bool {
    let holds = |spn: &Spn| directory.holders(spn).seen().is_ok_and(|holders| !holders.is_empty());
    holds(spn) || spn.port().is_none() && Spn::host_alias(spn.host()).is_some_and(|host| holds(&host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, KERNEL_MODE, POOL, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &SpnMissing, expected)
    }

    fn missing() -> World {
        World::healthy().nobody_holds("HTTP/intranet.contoso.com").nobody_holds("HTTP/intranet")
    }

    #[test]
    fn where_several_accounts_decrypt_none_is_told_to_hold_the_name() {
        let alone = check(&missing().pool_credentials_off(), Verdict::Found);
        assert!(!commands(&alone.finding().fixes[0]).is_empty());
        let farm = missing().pool_credentials_off().with_node("WEB02", World::pool_credentials_off);
        for finding in &check(&farm, Verdict::Found).findings {
            assert!(commands(&finding.fixes[0]).is_empty(), "{finding:?}");
            let note = finding.fixes[0].note.clone().unwrap_or_default();
            assert!(note.contains("WEB01") && note.contains("WEB02"), "{note}");
            assert!(note.contains("Run the pools"), "{note}");
        }
        let old = missing().of_iis_5("Negotiate,NTLM").with_node("WEB02", |node| node);
        for finding in &check(&old, Verdict::Found).findings {
            let fix = &finding.fixes[0];
            let words = format!("{} {}", fix.title, fix.note.clone().unwrap_or_default());
            assert!(commands(fix).is_empty() && words.contains("one server alone"), "{words}");
            assert!(!words.contains("pool"), "IIS 5 has none: {words}");
        }
    }

    #[test]
    fn a_name_that_nobody_holds_is_found() {
        let world = missing();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = "Nobody holds HTTP/intranet.contoso.com, which clients of http://intranet.contoso.com/ ask for";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        let searches = ["HTTP/intranet.contoso.com", "HOST/intranet.contoso.com"].map(|name| world.searched_at(name));
        assert!(points_at(finding, &searches) && points_at(finding, &[KERNEL_MODE, POOL]));
        let expected =
            [r"setspn -S HTTP/intranet.contoso.com CONTOSO\svc-web", r"setspn -S HTTP/intranet CONTOSO\svc-web"];
        assert_eq!(commands(&finding.fixes[0]), expected);
    }

    #[test]
    fn a_name_that_is_held_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::machine_site(), Verdict::Clear);
        let other_case = World::healthy().held_only_by("http/INTRANET.Contoso.com", "svc-web");
        check(&other_case, Verdict::Clear);
    }

    #[test]
    fn the_name_belongs_on_the_account_that_decrypts() {
        let answered = check(&missing().pool_credentials_off(), Verdict::Found);
        let first = commands(&answered.finding().fixes[0]).swap_remove(0);
        assert_eq!(first, r"setspn -S HTTP/intranet.contoso.com CONTOSO\WEB01");
        let managed = missing().pool_runs_as("CONTOSO\\gmsa-web$").answered("CONTOSO\\gmsa-web$", "gmsa-web");
        let first = commands(&check(&managed, Verdict::Found).finding().fixes[0]).swap_remove(0);
        assert_eq!(first, r"setspn -S HTTP/intranet.contoso.com CONTOSO\gmsa-web$");
    }

    #[test]
    fn a_short_form_that_already_leads_to_someone_is_left_alone() {
        let only_full = World::healthy().nobody_holds("HTTP/intranet.contoso.com");
        let through_host = missing().holds("HOST/intranet", "WEB02");
        for world in [only_full, missing().holds("HTTP/intranet", "svc-old"), through_host] {
            let answered = check(&world, Verdict::Found);
            let fix = &answered.finding().fixes[0];
            assert_eq!(commands(fix), [r"setspn -S HTTP/intranet.contoso.com CONTOSO\svc-web"]);
            assert_eq!(fix.undo.len(), 1);
        }
        let not_asked = check(&missing().not_searched("HTTP/intranet"), Verdict::Found);
        assert_eq!(commands(&not_asked.finding().fixes[0]).len(), 2);
    }

    #[test]
    fn it_blocks_where_ntlm_is_not_offered() {
        let answered = check(&missing().offers(&["Negotiate:Kerberos"]), Verdict::Found);
        assert_eq!(answered.finding().severity, Severity::Blocker);
    }

    #[test]
    fn nobody_needs_both_searches() {
        for name in ["HTTP/intranet.contoso.com", "HOST/intranet.contoso.com"] {
            let answered = check(&missing().not_searched(name), Verdict::Open);
            assert_eq!(answered.needs, [format!("setspn -Q {name}")]);
        }
    }

    #[test]
    fn the_list_of_one_account_says_nothing_about_others() {
        let world = missing().not_searched("HTTP/intranet.contoso.com").listed("svc-web").listed("WEB01");
        check(&world, Verdict::Open);
    }

    #[test]
    fn without_dns_the_name_that_is_asked_for_is_not_known() {
        assert_eq!(check(&missing().no_dns(), Verdict::Open).needs, ["nslookup intranet.contoso.com"]);
    }

    #[test]
    fn without_the_whole_configuration_it_is_open() {
        for world in [missing().no_config(), missing().part_of_config()] {
            assert_eq!(check(&world, Verdict::Open).needs, ["applicationHost.config"]);
        }
    }

    #[test]
    fn a_ticket_for_the_name_refutes_it() {
        let answered = check(&missing().ticket("HTTP/intranet.contoso.com"), Verdict::Open);
        assert_eq!(answered.needs, ["setspn -F -Q HTTP/intranet.contoso.com"]);
        check(&missing().ticket("HTTP/other.contoso.com"), Verdict::Found);
    }

    #[test]
    fn a_name_that_is_not_plain_is_left_out_of_what_to_collect() {
        let names = ["HTTP/a", "HOST/a", "HTTP/x{y}", "HOST/x{y}"];
        let world =
            names.iter().fold(World::healthy().reached_as("a").alias("a", "x{y}"), |world, name| world.searched(name));
        let answered = check(&world.ticket("HTTP/x{y}"), Verdict::Open);
        assert_eq!(answered.needs, ["setspn -F -Q (its name is not plain)"]);
    }

    #[test]
    fn a_host_name_that_a_computer_registered_for_an_alias_is_enough() {
        let world = missing().pool_credentials_off().holds("HOST/intranet.contoso.com", "WEB01");
        check(&world, Verdict::Clear);
    }

    #[test]
    fn a_name_that_is_held_twice_is_not_missing() {
        check(&World::healthy().holds("HTTP/intranet.contoso.com", "svc-old"), Verdict::Clear);
    }

    #[test]
    fn nobody_asks_for_a_ticket_where_only_ntlm_is_offered() {
        check(&missing().offers(&["NTLM"]), Verdict::NotApplicable);
    }

    #[test]
    fn a_pool_that_no_kdc_knows_needs_no_name() {
        check(&missing().kernel_mode_off().pool_runs_as(".\\bob"), Verdict::Clear);
    }

    #[test]
    fn browsers_never_ask_for_an_alias_that_dns_resolves() {
        let world = missing().alias("intranet.contoso.com", "web01.contoso.com").pool_credentials_off();
        check(&world, Verdict::Clear);
        let behind = world.nobody_holds("HOST/WEB01.contoso.com");
        let answered = check(&behind, Verdict::Found);
        assert_eq!(answered.finding().subjects, ["HTTP/web01.contoso.com"]);
    }

    #[test]
    fn a_hostile_account_gets_a_fix_without_commands() {
        let answered = check(&missing().pool_runs_as("CONTOSO\\svc & calc"), Verdict::Found);
        let fix = &answered.finding().fixes[0];
        assert!(fix.commands.is_empty() && fix.undo.is_empty(), "{fix:?}");
    }
}

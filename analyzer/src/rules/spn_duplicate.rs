//! Several accounts hold the same SPN, and the KDC refuses to choose.
//!
//! # Symptom
//!
//! Users are signed in by NTLM, or prompted; tools say that the SPN is unknown though it is registered.
//!
//! # Condition
//!
//! At least two accounts hold one `HTTP` or `HOST` name, compared without case.
//!
//! # Refuted by
//!
//! `HOST/x` on a computer beside `HTTP/x` on another account: these are different names.
//!
//! # Sources
//!
//! - KB 2015518: error 0x7 with extended error 0xc0000035. KDC event 11 on domain controllers.

use crate::evidence::gap::NotKnown;
use crate::exchange::outcome::{Cause, Exchange, Outcome};
use crate::exchange::owner::are_apart;
use crate::facts::account::Dn;
use crate::facts::directory::Holder;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};
use crate::rules::setspn;

/// The rule.
#[derive(Debug)]
pub struct SpnDuplicate;

impl Rule for SpnDuplicate {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "spn-duplicate",
            title: "Several accounts hold the same SPN",
            explanation: "An SPN leads to one account. When several hold it, the KDC cannot know whose key to use \
                and answers as if the name did not exist (0x7, with extended error 0xc0000035). Clients then fall \
                back to NTLM, or fail where NTLM is not offered.",
            layer: Layer::Owner,
            references: &["KB 2015518"],
            explains: &[
                "krb-ap-err-modified-key-mismatch",
                "spn-missing",
                "ntlm-blocked-or-audited",
                "negotiate-kerberos-only-clients-fail",
                "protocol-transition-flag-missing",
            ],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let directory = &situation.facts.directory;
        for (spn, holders) in directory.duplicates() {
            if matches!(spn.class(), "http" | "host") {
                answer.find(finding(situation, spn, &holders));
            }
        }
        for exchange in situation.ticket_exchanges(answer)? {
            let asked = exchange.request.as_ref().and_then(|request| request.complete().err());
            let found = exchange.owner.as_ref().and_then(|owner| owner.complete().err());
            asked.into_iter().chain(found).for_each(|not_known| answer.open(not_known));
        }
        // A domain controller told of it, and nobody asked who holds the name now: the record may be an old one.
        for spn in situation.index.told_of_duplicates().filter(|spn| matches!(spn.class(), "http" | "host")) {
            if let Err(not_known) = directory.holders(spn).complete() {
                answer.open(not_known);
            }
        }
        Ok(())
    }
}

/// Holders that are told by name; the evidence has them all.
const NAMED: usize = 10;

fn finding(situation: &Situation<'_>, spn: &Spn, holders: &[Holder]) -> Finding {
    let directory = &situation.facts.directory;
    let mut names: Vec<_> =
        holders.iter().take(NAMED).map(|holder| directory.name_of(&holder.dn).to_string()).collect();
    if holders.len() > NAMED {
        names.push(format!("{} more accounts", holders.len().saturating_sub(NAMED)));
    }
    let concerned = concerned(situation, spn);
    let fails = concerned.iter().any(|exchange| matches!(exchange.outcome, Outcome::Fails(_)));
    let severity = match (concerned.is_empty(), fails) {
        (true, _) => Severity::Risk,
        (false, true) => Severity::Blocker,
        (false, false) => Severity::Degraded,
    };
    let apart = are_apart(holders);
    let confidence = if apart { Confidence::Likely } else { Confidence::Certain };
    let explanation = if apart {
        "The accounts are in different domains. A KDC takes the account of its own domain, so users of one side get a \
         ticket that is encrypted with another key than users of the other, and one of the two cannot be decrypted."
    } else if concerned.is_empty() {
        "No site of this case is asked for under this name, but whoever is will not get a ticket."
    } else if fails {
        "The KDC gives no ticket for a name that leads to several accounts, and the site offers nothing else."
    } else {
        "The KDC gives no ticket for a name that leads to several accounts. Clients fall back to NTLM."
    };
    let places = holders.iter().map(|holder| holder.at).chain(situation.index.told_duplicates(spn));
    let places = places.chain(directory.search_for(spn));
    Finding::seen(severity, confidence, format!("{spn} is held by {}", names.join(" and by ")), places)
        .because(explanation)
        .about([spn.to_string()])
        .at_paths(concerned.iter().map(|exchange| scope(exchange)))
        .fixed_by([keep_one(situation, spn, holders, &concerned)])
}

/// The exchanges that get no ticket because of this name: they ask for it, or are led to it through `HOST`.
fn concerned<'a>(situation: &Situation<'a>, spn: &Spn) -> Vec<&'a Exchange> {
    let through_host = Spn::http(spn.host()).filter(|_| spn.class() == "host");
    let asking = situation.index.asking(spn).chain(through_host.iter().flat_map(|http| situation.index.asking(http)));
    let is_duplicate = |cause| matches!(cause, Cause::SpnHeldTwice | Cause::SpnHeldPerDomain);
    asking.filter(|exchange| exchange.outcome.cause().is_some_and(is_duplicate)).collect()
}

/// Keeps the SPN on the account that decrypts, where that is known.
fn keep_one(situation: &Situation<'_>, spn: &Spn, holders: &[Holder], concerned: &[&Exchange]) -> Fix {
    let directory = &situation.facts.directory;
    let decrypts = |holder: &&Holder| {
        let is_it = |exchange: &&Exchange| {
            exchange.identity.account().is_some_and(|name| directory.is(name, &holder.dn) == Some(true))
        };
        concerned.iter().any(is_it)
    };
    let keeper = holders.iter().find(decrypts).map(|holder| directory.name_of(&holder.dn));
    let wrong: Vec<_> = holders.iter().filter(|holder| !decrypts(holder)).map(|holder| &holder.dn).collect();
    let title = match &keeper {
        Some(keeper) => format!("Leave {spn} on {keeper}, which decrypts, and take it from every other account"),
        None => format!("Decide which account {spn} belongs to, and take it from every other one"),
    };
    let delete = |dn: &&Dn| setspn::delete(spn, &directory.name_of(dn));
    let commands = if keeper.is_some() { appcmd::all(wrong.iter().map(delete)) } else { Vec::new() };
    let unsure = wrong.iter().filter(|_| !commands.is_empty());
    let unsure = unsure.filter_map(|dn| setspn::common_name_only(directory, dn));
    let note = "Look first whether anything else that runs as the other account uses this name. Taking the change back \
        would restore the fault: setspn -S refuses to.";
    let note: Vec<_> = [note.to_owned()].into_iter().chain(unsure).collect();
    Fix {
        title,
        risk: Risk::Dangerous,
        privilege: Privilege::DomainAdmin,
        note: Some(note.join(" ")),
        commands,
        undo: Vec::new(),
        verify: appcmd::all([setspn::query(spn)].into_iter().chain(setspn::ask_anew(spn))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::events::What;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_LOG, World, commands, points_at};
    use crate::rules::index::NAME_COLLISION;

    const NAME: &str = "HTTP/intranet.contoso.com";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &SpnDuplicate, expected)
    }

    fn duplicate() -> World {
        World::healthy().holds(NAME, "svc-old")
    }

    #[test]
    fn a_second_holder_is_found() {
        let world = duplicate();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, r"HTTP/intranet.contoso.com is held by CONTOSO\svc-old and by CONTOSO\svc-web");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(points_at(finding, &[world.held_at(NAME, "svc-old"), world.held_at(NAME, "svc-web")]));
        assert!(points_at(finding, &[world.searched_at(NAME)]));
        assert_eq!(commands(&finding.fixes[0]), [r"setspn -D HTTP/intranet.contoso.com CONTOSO\svc-old"]);
        assert!(finding.fixes[0].title.contains(r"CONTOSO\svc-web, which decrypts"));
    }

    #[test]
    fn holders_in_different_domains_divide_the_users() {
        let elsewhere = "CN=svc-web,DC=fabrikam,DC=com";
        let answered = check(&World::healthy().holds(NAME, elsewhere), Verdict::Found);
        let finding = answered.finding();
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Likely));
        assert!(finding.explanation.contains("account of its own domain"), "{}", finding.explanation);
        let three = check(&duplicate().holds(NAME, elsewhere), Verdict::Found);
        assert_eq!(three.finding().confidence, Confidence::Certain);
    }

    #[test]
    fn a_name_that_no_tool_answered_for_is_told_as_the_common_name_it_is() {
        let note = |world: &World| check(world, Verdict::Found).finding().fixes[0].note.clone().unwrap_or_default();
        let told = r"CONTOSO\svc-old is the common name of CN=svc-old,DC=contoso,DC=com; if the account's logon name";
        assert!(note(&duplicate()).contains(told));
        assert!(!note(&duplicate().answered("CONTOSO\\svc-old", "svc-old")).contains("common name"));
        assert!(!note(&duplicate().pool_runs_as("?")).contains("common name"));
        let computer = World::healthy().holds(NAME, "WEB02").holds("HOST/WEB02", "WEB02");
        assert!(!note(&computer).contains("common name"));
    }

    #[test]
    fn one_holder_is_clear() {
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn one_account_may_hold_a_name_in_two_spellings() {
        check(&World::healthy().holds("http/INTRANET.contoso.com", "svc-web"), Verdict::Clear);
        check(&World::healthy().holds("http/INTRANET.contoso.com", "CN=SVC-WEB,dc=contoso,dc=com"), Verdict::Clear);
    }

    #[test]
    fn the_spelling_does_not_hide_a_second_holder() {
        check(&World::healthy().holds("http/INTRANET.contoso.com", "svc-old"), Verdict::Found);
    }

    #[test]
    fn host_of_a_computer_beside_http_of_an_account_is_no_duplicate() {
        check(&World::machine_site().holds("HTTP/web01.contoso.com", "svc-old"), Verdict::Clear);
    }

    #[test]
    fn a_host_name_that_is_held_twice_is_found() {
        let world = World::machine_site().holds("HOST/web01.contoso.com", "WEB02");
        let answered = check(&world, Verdict::Found);
        assert_eq!(answered.finding().severity, Severity::Degraded);
        assert_eq!(commands(&answered.finding().fixes[0]), [r"setspn -D HOST/WEB01.contoso.com CONTOSO\WEB02"]);
    }

    #[test]
    fn it_blocks_where_ntlm_is_not_offered() {
        let answered = check(&duplicate().offers(&["Negotiate:Kerberos"]), Verdict::Found);
        assert_eq!(answered.finding().severity, Severity::Blocker);
    }

    #[test]
    fn a_name_that_no_site_is_asked_for_is_a_risk() {
        let world = World::healthy().holds("HTTP/app.contoso.com", "svc-a").holds("HTTP/app.contoso.com", "svc-b");
        let answered = check(&world, Verdict::Found);
        assert_eq!(answered.finding().severity, Severity::Risk);
        assert!(answered.finding().scopes.is_empty() && answered.finding().fixes[0].commands.is_empty());
    }

    #[test]
    fn names_of_other_services_are_not_judged() {
        let world = World::healthy().holds("MSSQLSvc/db.contoso.com", "a").holds("MSSQLSvc/db.contoso.com", "b");
        check(&world, Verdict::Clear);
    }

    #[test]
    fn without_any_search_a_second_holder_may_be_elsewhere() {
        let world = World::healthy().duplicates_not_searched().not_searched(NAME);
        assert_eq!(check(&world, Verdict::Open).needs, ["setspn -Q HTTP/intranet.contoso.com"]);
        check(&World::healthy().not_searched(NAME), Verdict::Clear);
        check(&World::healthy().duplicates_not_searched(), Verdict::Clear);
    }

    #[test]
    fn a_name_that_is_found_through_host_needs_a_search_for_host() {
        let world = World::machine_site().duplicates_not_searched().not_searched("HOST/web01.contoso.com");
        assert_eq!(check(&world, Verdict::Open).needs, ["setspn -Q HOST/web01.contoso.com"]);
    }

    #[test]
    fn without_dns_the_name_that_is_asked_for_is_not_known() {
        assert_eq!(check(&World::healthy().no_dns(), Verdict::Open).needs, ["nslookup intranet.contoso.com"]);
    }

    #[test]
    fn two_holders_in_a_part_are_still_two_holders() {
        check(&duplicate().no_config().duplicates_not_searched().not_searched(NAME), Verdict::Found);
    }

    #[test]
    fn without_the_whole_configuration_it_is_open() {
        assert_eq!(check(&World::healthy().part_of_config(), Verdict::Open).needs, ["applicationHost.config"]);
    }

    #[test]
    fn event_11_without_a_duplicate_is_history() {
        let name = Spn::parse(NAME).expect("an SPN");
        let old = |world: World| world.happened("DC01", "2026-01-01T08:00:00Z", What::DuplicateName(name.clone()));
        check(&old(World::healthy()), Verdict::Clear);
        assert!(points_at(check(&old(duplicate()), Verdict::Found).finding(), &[CLIENT_LOG.record(1)]));
    }

    #[test]
    fn event_11_about_a_name_that_nobody_searched_for_asks_for_it() {
        let name = Spn::parse("HTTP/app.contoso.com").expect("an SPN");
        let told = World::healthy().happened("DC01", "2026-01-20T07:00:00Z", What::DuplicateName(name));
        assert_eq!(check(&told, Verdict::Open).needs, ["setspn -Q HTTP/app.contoso.com"]);
        check(&told.searched("HTTP/app.contoso.com").holds("HTTP/app.contoso.com", "svc-web"), Verdict::Clear);
        let other = Spn::parse("MSSQLSvc/sql01.contoso.com").expect("an SPN");
        check(&World::healthy().happened("DC01", "2026-01-20T07:00:00Z", What::DuplicateName(other)), Verdict::Clear);
    }

    #[test]
    fn only_the_error_with_its_extended_error_speaks_of_a_duplicate() {
        let world = duplicate().kerberos_error(7, Some(NAME_COLLISION), NAME).kerberos_error(7, None, NAME);
        let answered = check(&world, Verdict::Found);
        assert!(points_at(answered.finding(), &[CLIENT_LOG.record(1)]));
        assert!(!points_at(answered.finding(), &[CLIENT_LOG.record(2)]));
    }

    #[test]
    fn where_nobody_knows_who_decrypts_nothing_is_taken_away() {
        let answered = check(&duplicate().pool_runs_as("?"), Verdict::Found);
        assert!(answered.finding().fixes[0].commands.is_empty());
        assert!(answered.finding().fixes[0].title.starts_with("Decide which account"));
    }

    #[test]
    fn a_hostile_or_conflicting_object_gets_a_fix_without_commands() {
        let conflict = r"CN=svc-web\0ACNF:1b3f6a2e-0000-4000-8000-000000000001,DC=contoso,DC=com";
        for name in ["CN=x & calc,DC=contoso,DC=com", conflict] {
            let answered = check(&World::healthy().holds(NAME, name), Verdict::Found);
            assert!(answered.finding().fixes[0].commands.is_empty(), "{name}");
        }
    }
}

//! Another account holds `HTTP/<server>`, and takes the server's own name away from it.
//!
//! # Symptom
//!
//! The site fails under the server's own name, though the computer has all its HOST names. Remote management over
//! WinRM fails as well.
//!
//! # Condition
//!
//! The machine decrypts, and `HTTP/` with a name of the server is held by an account that is not the machine's.
//!
//! # Refuted by
//!
//! The pool runs as that very account: then it is `kernelmode-spn-on-pool-account`.
//!
//! # Sources
//!
//! - MS-KILE and sPNMappings: an SPN that is held by itself is found before the `HOST` of a computer. The two
//!   strings differ, so a search for duplicates does not show it.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Finding, Fix, Privilege, Risk};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::setspn;
use crate::rules::shared_name::leave_where_it_is;
use crate::rules::wrong_key::{Kind, WrongKey, wrong_keys};

/// The rule.
#[derive(Debug)]
pub struct HttpSpnShadowsHost;

impl Rule for HttpSpnShadowsHost {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "http-spn-shadows-host",
            title: "Another account holds HTTP for the server's own name",
            explanation: "A computer is found under HTTP because it holds HOST, but only while nobody holds the HTTP \
                name itself. An account that does takes the name away from the computer, without being a duplicate \
                that setspn -X would show. Tickets are then encrypted for that account and the machine cannot \
                decrypt them.",
            layer: Layer::Identity,
            references: &["MS-ADTS: sPNMappings", "KB 929650"],
            explains: &["krb-ap-err-modified-key-mismatch", "http-spn-collides-with-winrm"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for wrong in wrong_keys(Kind::NameShadowsHost, situation, answer)? {
            answer.find(finding(situation, &wrong));
        }
        Ok(())
    }
}

fn finding(situation: &Situation<'_>, wrong: &WrongKey<'_>) -> Finding {
    let summary = format!(
        "{} held by {} in place of the server itself, and {} decrypts as {}",
        wrong.spn_list_is(),
        wrong.holder,
        wrong.path.name(),
        wrong.identity
    );
    let explanation = format!(
        "The KDC finds {} before it looks at HOST of the computer, so tickets are encrypted with the key of {}. The \
         machine has another key.",
        wrong.spn_list(),
        wrong.holder
    );
    let fix = leave_where_it_is(situation, wrong).unwrap_or_else(|| take_away(situation, wrong));
    wrong.finding(summary).because(explanation).about([wrong.holder.to_string()]).fixed_by([fix])
}

fn take_away(situation: &Situation<'_>, wrong: &WrongKey<'_>) -> Fix {
    let commands = appcmd::all(wrong.spns.iter().map(|spn| setspn::delete(spn, &wrong.holder)));
    let unsure = setspn::common_name_only(&situation.facts.directory, &wrong.dn).filter(|_| !commands.is_empty());
    let note = format!(
        "Make sure that nothing else that runs as {} is reached under this name; what is needs a name of its own.",
        wrong.holder
    );
    let note: Vec<_> = [note].into_iter().chain(unsure).collect();
    let query = wrong.spns.iter().map(setspn::query);
    let ask = wrong.spns.first().map(setspn::ask_anew).unwrap_or_default();
    Fix {
        title: format!("Take {} from {}", wrong.spn_list(), wrong.holder),
        risk: Risk::Dangerous,
        privilege: Privilege::DomainAdmin,
        note: Some(note.join(" ")),
        commands,
        undo: appcmd::all(wrong.spns.iter().map(|spn| setspn::add(spn, &wrong.holder))),
        verify: appcmd::all(query.chain(ask)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::finding::{Confidence, Severity};
    use crate::rules::fixture::{self, KERNEL_MODE, POOL, World, commands, points_at};

    const NAME: &str = "HTTP/web01.contoso.com";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &HttpSpnShadowsHost, expected)
    }

    fn shadowed() -> World {
        World::machine_site().holds(NAME, "svc-old")
    }

    #[test]
    fn an_account_that_took_the_name_of_the_server_is_found() {
        let world = shadowed();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = "HTTP/web01.contoso.com is held by CONTOSO\\svc-old in place of the server itself, and Intranet \
            decrypts as CONTOSO\\WEB01$";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        assert!(points_at(finding, &[KERNEL_MODE, POOL, world.held_at(NAME, "svc-old")]));
        assert_eq!(commands(&finding.fixes[0]), [r"setspn -D HTTP/web01.contoso.com CONTOSO\svc-old"]);
        assert!(fixture::check(&world, &crate::rules::spn_duplicate::SpnDuplicate, Verdict::Clear).needs.is_empty());
    }

    #[test]
    fn a_name_that_no_tool_answered_for_is_told_as_the_common_name_it_is() {
        let note = |world: &World| check(world, Verdict::Found).finding().fixes[0].note.clone().unwrap_or_default();
        let told = r"CONTOSO\svc-old is the common name of CN=svc-old,DC=contoso,DC=com; if the account's logon name";
        assert!(note(&shadowed()).contains(told));
        assert!(!note(&shadowed().answered("CONTOSO\\svc-old", "svc-old")).contains("common name"));
    }

    #[test]
    fn every_name_of_the_server_counts_and_they_are_told_at_once() {
        let world = shadowed().reached_as("").holds("HTTP/web01", "svc-old");
        let answered = check(&world, Verdict::Found);
        let expected = [r"setspn -D HTTP/web01.contoso.com CONTOSO\svc-old", r"setspn -D HTTP/web01 CONTOSO\svc-old"];
        assert_eq!(commands(&answered.finding().fixes[0]), expected);
    }

    #[test]
    fn a_name_that_another_path_needs_where_it_is_stays_there() {
        let app = |world: World| world.kernel_mode_off().pool_runs_as("CONTOSO\\svc-old");
        let answered = check(&shadowed().path("/app", app), Verdict::Found);
        let fix = &answered.finding().fixes[0];
        assert_eq!(fix.title, r"Let Intranet decrypt as CONTOSO\svc-old too, or give it a host name of its own");
        assert_eq!(commands(fix), <[String; 0]>::default());
        let elsewhere = check(&shadowed().path("/app", |app| app.pool_runs_as("CONTOSO\\svc-app")), Verdict::Found);
        assert_eq!(commands(&elsewhere.findings[0].fixes[0]).len(), 1);
    }

    #[test]
    fn the_machine_that_answers_by_host_or_by_name_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::machine_site(), Verdict::Clear);
        check(&World::machine_site().holds(NAME, "WEB01"), Verdict::Clear);
    }

    #[test]
    fn every_identity_that_is_the_machine_is_hidden() {
        for identity in ["LocalSystem", "NetworkService", "ApplicationPoolIdentity"] {
            check(&shadowed().kernel_mode_off().pool_runs_as(identity), Verdict::Found);
        }
    }

    #[test]
    fn the_account_of_the_pool_is_the_business_of_another_rule() {
        check(&shadowed().pool_runs_as("CONTOSO\\svc-old"), Verdict::Clear);
    }

    #[test]
    fn a_name_that_is_not_the_servers_is_the_business_of_another_rule() {
        let world = World::healthy().pool_credentials_off().held_only_by("HTTP/intranet.contoso.com", "svc-old");
        check(&world, Verdict::Clear);
    }

    #[test]
    fn host_on_another_computer_hides_nothing() {
        let world = World::machine_site().held_only_by("HOST/web01.contoso.com", "WEB02");
        check(&world, Verdict::Clear);
        let other = fixture::check(&world, &crate::rules::spn_on_wrong_account::SpnOnWrongAccount, Verdict::Found);
        assert!(other.finding().summary.contains(r"leads, through HOST, to CONTOSO\WEB02"));
    }

    #[test]
    fn it_is_open_while_nobody_knows_who_holds_the_name() {
        let world = World::machine_site().not_searched(NAME);
        assert_eq!(check(&world, Verdict::Open).needs, ["setspn -Q HTTP/web01.contoso.com"]);
        assert_eq!(check(&shadowed().part_of_config(), Verdict::Open).needs, ["applicationHost.config"]);
    }

    #[test]
    fn a_second_holder_may_be_elsewhere() {
        let world = shadowed().duplicates_not_searched().not_searched(NAME);
        assert_eq!(check(&world, Verdict::Found).finding().confidence, Confidence::Likely);
    }

    #[test]
    fn a_hostile_account_gets_a_fix_without_commands() {
        let answered = check(&World::machine_site().holds(NAME, "CN=x & calc,DC=contoso,DC=com"), Verdict::Found);
        assert!(answered.finding().fixes[0].commands.is_empty());
    }
}

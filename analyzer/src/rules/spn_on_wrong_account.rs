//! The SPN is on an account that does not decrypt for the site.
//!
//! # Symptom
//!
//! The password prompt comes back until the third try, and ends in 401; NTLM is not tried.
//!
//! # Condition
//!
//! One account holds the SPN that clients ask for, and the site decrypts as another one.
//!
//! # Refuted by
//!
//! A more special cause: kernel mode, a CNAME, the server's own name, the server in place of the pool's account, each of
//! which has a rule of its own.
//!
//! # Sources
//!
//! - KB 871179; event 4 of Microsoft-Windows-Security-Kerberos, KRB_AP_ERR_MODIFIED.

use crate::evidence::gap::NotKnown;
use crate::exchange::identity::machine_account;
use crate::exchange::owner::FoundBy;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Finding, Fix, Privilege, Risk};
use crate::rules::move_spn::to_who_decrypts;
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::setspn;
use crate::rules::shared_name::leave_where_it_is;
use crate::rules::wrong_key::{Kind, WrongKey, wrong_keys};

/// The rule.
#[derive(Debug)]
pub struct SpnOnWrongAccount;

impl Rule for SpnOnWrongAccount {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "spn-on-wrong-account",
            title: "The SPN is on an account that does not decrypt for the site",
            explanation: "A ticket is encrypted with the key of the account that holds the SPN. The account that \
                decrypts must be the same: the machine account in kernel mode, or the account of the application \
                pool. Otherwise the server answers KRB_AP_ERR_MODIFIED, and clients do not fall back to NTLM.",
            layer: Layer::Identity,
            references: &["KB 871179", "KB 929650"],
            explains: &["krb-ap-err-modified-key-mismatch"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for wrong in wrong_keys(Kind::OtherAccount, situation, answer)? {
            answer.find(finding(situation, &wrong));
        }
        Ok(())
    }
}

fn finding(situation: &Situation<'_>, wrong: &WrongKey<'_>) -> Finding {
    let summary = wrong.summary();
    let explanation = format!(
        "Tickets for this name are encrypted with the key of {}, and {} cannot decrypt them.",
        wrong.holder, wrong.identity
    );
    let fix = if is_another_server(situation, wrong) {
        run_as_one_account(wrong)
    } else {
        leave_where_it_is(situation, wrong).unwrap_or_else(|| to_who_decrypts(situation, wrong))
    };
    wrong.finding(summary).because(explanation).about([wrong.holder.to_string()]).fixed_by([fix])
}

/// Whether the SPN itself is on the account of another computer: most often the next server of a farm.
fn is_another_server(situation: &Situation<'_>, wrong: &WrongKey<'_>) -> bool {
    let this = machine_account(&wrong.path.host.identity);
    let is_this = situation.facts.directory.is(&this, &wrong.dn) == Some(true);
    wrong.by == FoundBy::Name && setspn::is_machine(&wrong.holder) && !is_this
}

/// Servers that share a name cannot share the key of one of them.
fn run_as_one_account(wrong: &WrongKey<'_>) -> Fix {
    Fix {
        title: format!(
            "Let the pools of all servers that answer to {} run and decrypt as one account, and register {} on it",
            wrong.url_hosts.join(" and "),
            wrong.spn_list()
        ),
        risk: Risk::Dangerous,
        privilege: Privilege::DomainAdmin,
        note: Some(format!(
            "{} is another server. Several servers that answer to one name need one account that all their pools run \
             as. Do not move the SPN from server to server: users of the one that loses it would then fail. Only where \
             {} does not answer to the name any more is the SPN of no use there.",
            wrong.holder, wrong.holder
        )),
        commands: Vec::new(),
        undo: Vec::new(),
        verify: appcmd::all(wrong.spns.iter().map(setspn::query)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::finding::{Confidence, Severity};
    use crate::rules::fixture::{self, CLIENT_LOG, POOL, POOL_CREDENTIALS, World, commands, points_at};

    const NAME: &str = "HTTP/intranet.contoso.com";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &SpnOnWrongAccount, expected)
    }

    fn misplaced() -> World {
        World::healthy().held_only_by(NAME, "svc-old")
    }

    #[test]
    fn a_holder_that_does_not_decrypt_is_found() {
        let world = misplaced().ticket_refused(NAME);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"HTTP/intranet.contoso.com is held by CONTOSO\svc-old, but Intranet decrypts as CONTOSO\svc-web";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        let places = [POOL, POOL_CREDENTIALS, world.held_at(NAME, "svc-old"), CLIENT_LOG.record(1)];
        assert!(points_at(finding, &places));
        let move_it = [
            r"setspn -D HTTP/intranet.contoso.com CONTOSO\svc-old",
            r"setspn -S HTTP/intranet.contoso.com CONTOSO\svc-web",
        ];
        assert_eq!(commands(&finding.fixes[0]), move_it);
    }

    #[test]
    fn the_holder_that_decrypts_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().held_only_by("http/INTRANET.contoso.com", "svc-web"), Verdict::Clear);
    }

    #[test]
    fn a_name_that_no_tool_answered_for_is_told_as_the_common_name_it_is() {
        let note = |world: &World| check(world, Verdict::Found).finding().fixes[0].note.clone().unwrap_or_default();
        let told = r"CONTOSO\svc-old is the common name of CN=svc-old,DC=contoso,DC=com; if the account's logon name";
        assert!(note(&misplaced()).contains(told));
        assert!(!note(&misplaced().answered("CONTOSO\\svc-old", "svc-old")).contains("common name"));
    }

    #[test]
    fn a_name_is_not_moved_from_one_server_of_a_farm_to_the_next() {
        let world = World::healthy().held_only_by(NAME, "WEB02").holds("HOST/WEB02", "WEB02");
        for world in [world.clone(), world.pool_credentials_off()] {
            let answered = check(&world, Verdict::Found);
            let fix = &answered.finding().fixes[0];
            assert!(fix.commands.is_empty() && fix.undo.is_empty(), "{fix:?}");
            assert!(
                fix.title.starts_with("Let the pools of all servers that answer to intranet.contoso.com"),
                "{fix:?}"
            );
            assert!(fix.note.as_ref().is_some_and(|note| note.contains(r"CONTOSO\WEB02$ is another server")));
        }
    }

    #[test]
    fn it_is_open_while_nobody_knows_whether_the_holder_is_the_account_that_kernel_mode_passes_over() {
        let web_service = |world: World| world.pool_credentials_off().held_only_by(NAME, "Web Service");
        let world = web_service(World::healthy().not_listed("svc-web").nobody_holds("HTTP/intranet"));
        assert_eq!(check(&world, Verdict::Open).needs, [r"setspn -L CONTOSO\svc-web"]);
        let pool_account = &crate::rules::kernelmode_spn_on_pool_account::KernelmodeSpnOnPoolAccount;
        let hidden = fixture::check(&world, pool_account, Verdict::Open);
        assert_eq!(hidden.needs, [r"setspn -L CONTOSO\svc-web"]);
        let another = web_service(World::healthy());
        check(&another, Verdict::Found);
        fixture::check(&another, pool_account, Verdict::Clear);
        let the_same = world.answered("CONTOSO\\svc-web", "Web Service");
        check(&the_same, Verdict::Clear);
        fixture::check(&the_same, pool_account, Verdict::Found);
    }

    #[test]
    fn a_computer_is_the_same_account_with_and_without_its_dollar() {
        check(&World::healthy().pool_credentials_off().held_only_by(NAME, "WEB01"), Verdict::Clear);
        check(&misplaced().pool_credentials_off().held_only_by(NAME, "WEB02"), Verdict::Found);
    }

    #[test]
    fn a_name_that_another_path_needs_where_it_is_is_not_moved() {
        let world = World::healthy().path("/app", |app| app.pool_runs_as("CONTOSO\\svc-app"));
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.scopes[0].path, "/app");
        assert_eq!(commands(&finding.fixes[0]), <[String; 0]>::default());
        let title = r"Let Intranet/app decrypt as CONTOSO\svc-web too, or give it a host name of its own";
        assert_eq!(finding.fixes[0].title, title);
    }

    #[test]
    fn a_sound_path_under_another_name_does_not_keep_a_name_from_being_moved() {
        let world = World::healthy().also_reached_as("web01.contoso.com").holds("HTTP/web01.contoso.com", "svc-old");
        let answered = check(&world, Verdict::Found);
        let first = commands(&answered.finding().fixes[0]).swap_remove(0);
        assert_eq!(first, r"setspn -D HTTP/web01.contoso.com CONTOSO\svc-old");
    }

    #[test]
    fn a_more_special_cause_is_the_business_of_its_own_rule() {
        check(&World::kernel_mode_hides_pool_account(), Verdict::Clear);
        check(&World::healthy().alias("intranet.contoso.com", "web01.contoso.com"), Verdict::Clear);
        check(&World::machine_site().holds("HTTP/web01.contoso.com", "svc-old"), Verdict::Clear);
        check(&misplaced().holds(NAME, "svc-web"), Verdict::Clear);
    }

    #[test]
    fn no_ticket_is_asked_for_where_only_ntlm_is_offered() {
        check(&misplaced().offers(&["NTLM"]), Verdict::NotApplicable);
    }

    #[test]
    fn it_is_open_while_nobody_knows_who_holds_the_name() {
        let world = misplaced().nobody_holds(NAME).not_searched(NAME);
        assert_eq!(check(&world, Verdict::Open).needs, ["setspn -Q HTTP/intranet.contoso.com"]);
        assert_eq!(check(&misplaced().part_of_config(), Verdict::Open).needs, ["applicationHost.config"]);
    }

    #[test]
    fn two_names_of_a_user_may_differ_so_the_account_must_be_asked_about() {
        let world = misplaced().not_listed("svc-web").nobody_holds("HTTP/intranet");
        assert_eq!(check(&world, Verdict::Open).needs, [r"setspn -L CONTOSO\svc-web"]);
    }

    #[test]
    fn what_is_not_known_leaves_doubt_in_what_is_found() {
        let second_holder = misplaced().duplicates_not_searched().not_searched(NAME);
        for world in [misplaced().no_dns(), misplaced().may_be_overridden(), second_holder] {
            assert_eq!(check(&world, Verdict::Found).finding().confidence, Confidence::Likely, "{world:?}");
        }
    }

    #[test]
    fn a_hostile_account_gets_a_fix_without_commands() {
        let world = World::healthy().held_only_by(NAME, "CN=x & calc,DC=contoso,DC=com");
        let answered = check(&world, Verdict::Found);
        let fix = &answered.finding().fixes[0];
        assert!(fix.commands.is_empty() && fix.undo.is_empty(), "{fix:?}");
    }
}

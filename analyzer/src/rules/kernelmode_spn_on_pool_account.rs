//! Kernel mode decrypts as the machine, and the SPN is on the account of the application pool.
//!
//! # Symptom
//!
//! The browser asks for a password again and again, then shows 401; NTLM is not tried.
//!
//! # Condition
//!
//! `useKernelMode` is on (its default), `useAppPoolCredentials` is off (its default), the pool runs as a domain
//! account, and that account holds the SPN that clients ask for.
//!
//! # Refuted by
//!
//! No account holds the SPN itself: the KDC then takes the machine's `HOST`, and the machine decrypts.
//!
//! # Sources
//!
//! - IIS schema: the defaults of both attributes.
//! - Microsoft, "Troubleshoot Kerberos failures": with kernel mode the machine account decrypts.

use crate::evidence::gap::NotKnown;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Finding, Fix, Privilege, Risk};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::setspn;
use crate::rules::wrong_key::{Kind, WrongKey, wrong_keys};

/// The rule.
#[derive(Debug)]
pub struct KernelmodeSpnOnPoolAccount;

impl Rule for KernelmodeSpnOnPoolAccount {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "kernelmode-spn-on-pool-account",
            title: "Kernel mode decrypts as the machine, but the pool's account holds the SPN",
            explanation: "With kernel-mode authentication, which is the default since IIS 7, HTTP.SYS decrypts \
                tickets with the key of the machine account, whatever the application pool runs as. When the SPN is \
                registered on the pool's account, the KDC encrypts with that account's key, and decrypting fails. \
                Setting useAppPoolCredentials makes HTTP.SYS use the pool's key.",
            layer: Layer::Identity,
            references: &["IIS configuration reference: windowsAuthentication", "KB 929650"],
            explains: &["krb-ap-err-modified-key-mismatch", "delegation-on-wrong-object"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for wrong in wrong_keys(Kind::KernelModeHidesPoolAccount, situation, answer)? {
            answer.find(finding(&wrong));
        }
        Ok(())
    }
}

fn finding(wrong: &WrongKey<'_>) -> Finding {
    let pool = &wrong.path.path.pool;
    let summary = format!(
        "{} held by {}, but {} decrypts as {} because kernel mode is on and useAppPoolCredentials is off",
        wrong.spn_list_is(),
        wrong.holder,
        wrong.path.name(),
        wrong.identity
    );
    let explanation = format!(
        "Clients get a ticket that is encrypted with the key of {}, the account of the application pool {}. HTTP.SYS \
         tries the key of {} and cannot decrypt it. The client does not fall back to NTLM.",
        wrong.holder, pool.name, wrong.identity
    );
    wrong
        .finding(summary)
        .because(explanation)
        .about([wrong.holder.to_string()])
        .fixed_by([use_pool_credentials(wrong), leave_kernel_mode(wrong)])
}

fn use_pool_credentials(wrong: &WrongKey<'_>) -> Fix {
    let path = &wrong.path;
    let set = |value: &str| appcmd::set_windows_authentication(path, &format!("/useAppPoolCredentials:{value}"));
    Fix {
        title: format!("Let kernel mode use the credentials of the pool for {}", path.name()),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: Some(
            "Every name of this site must then be held by the pool's account; names that worked through the machine \
             account (HOST) need an HTTP SPN on the pool's account too."
                .to_owned(),
        ),
        commands: appcmd::all([set("true")]),
        undo: appcmd::all([set("false")]),
        verify: verify(wrong),
    }
}

fn leave_kernel_mode(wrong: &WrongKey<'_>) -> Fix {
    let path = &wrong.path;
    let set = |value: &str| appcmd::set_windows_authentication(path, &format!("/useKernelMode:{value}"));
    Fix {
        title: format!("Or turn kernel mode off for {}, at some cost in speed", path.name()),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: None,
        commands: appcmd::all([set("false")]),
        undo: appcmd::all([set("true")]),
        verify: verify(wrong),
    }
}

fn verify(wrong: &WrongKey<'_>) -> Vec<crate::rules::command::CommandLine> {
    let ask = wrong.spns.first().map(setspn::ask_anew).unwrap_or_default();
    appcmd::all([appcmd::show_windows_authentication(&wrong.path)].into_iter().chain(ask))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::finding::{Confidence, Severity};
    use crate::rules::fixture::{
        self, CLIENT_LOG, DNS, FIRST_TICKET, KERNEL_MODE, POOL, POOL_CREDENTIALS, World, commands, points_at,
        set_config,
    };

    const NAME: &str = "HTTP/intranet.contoso.com";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &KernelmodeSpnOnPoolAccount, expected)
    }

    #[test]
    fn the_spn_on_the_account_that_kernel_mode_passes_over_is_found() {
        let world = World::kernel_mode_hides_pool_account();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = "HTTP/intranet.contoso.com is held by CONTOSO\\svc-web, but Intranet decrypts as CONTOSO\\WEB01$ \
            because kernel mode is on and useAppPoolCredentials is off";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        assert!(points_at(finding, &[KERNEL_MODE, POOL_CREDENTIALS, POOL, DNS, world.held_at(NAME, "svc-web")]));
        let first = [set_config("Intranet", "/useAppPoolCredentials:true")];
        let second = [set_config("Intranet", "/useKernelMode:false")];
        assert_eq!((commands(&finding.fixes[0]), commands(&finding.fixes[1])), (first.into(), second.into()));
    }

    #[test]
    fn pool_credentials_or_no_kernel_mode_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::kernel_mode_hides_pool_account().kernel_mode_off(), Verdict::Clear);
    }

    #[test]
    fn kernel_mode_with_host_only_is_healthy() {
        let world = World::kernel_mode_hides_pool_account().nobody_holds(NAME);
        check(&world.holds("HOST/intranet.contoso.com", "WEB01"), Verdict::Clear);
        check(&World::machine_site().pool_runs_as("CONTOSO\\svc-web"), Verdict::Clear);
    }

    #[test]
    fn an_account_that_no_pool_runs_as_is_the_business_of_other_rules() {
        check(&World::kernel_mode_hides_pool_account().pool_runs_as("NetworkService"), Verdict::Clear);
        check(&World::kernel_mode_hides_pool_account().held_only_by(NAME, "svc-old"), Verdict::Clear);
    }

    #[test]
    fn a_group_managed_service_account_is_an_account_of_a_pool() {
        let world = World::kernel_mode_hides_pool_account().pool_runs_as("CONTOSO\\gmsa-web$");
        check(&world.held_only_by(NAME, "gmsa-web"), Verdict::Found);
    }

    #[test]
    fn an_account_is_known_by_what_a_tool_answered_though_its_names_differ() {
        let world = World::kernel_mode_hides_pool_account().not_listed("svc-web");
        let world = world.answered("CONTOSO\\svc-web", "Web Service").held_only_by(NAME, "Web Service");
        assert!(check(&world, Verdict::Found).finding().summary.contains(r"is held by CONTOSO\svc-web"));
    }

    #[test]
    fn it_is_open_while_nobody_knows_who_holds_the_name() {
        let world = World::kernel_mode_hides_pool_account().nobody_holds(NAME).not_searched(NAME);
        assert_eq!(check(&world, Verdict::Open).needs, ["setspn -Q HTTP/intranet.contoso.com"]);
        let world = World::kernel_mode_hides_pool_account().no_config();
        assert_eq!(check(&world, Verdict::Open).needs, ["applicationHost.config"]);
    }

    #[test]
    fn what_is_not_known_leaves_doubt_in_what_is_found() {
        let broken = World::kernel_mode_hides_pool_account;
        let second_holder = broken().duplicates_not_searched().not_searched(NAME);
        for world in [broken().no_dns(), broken().may_be_overridden(), second_holder] {
            assert_eq!(check(&world, Verdict::Found).finding().confidence, Confidence::Likely, "{world:?}");
        }
    }

    #[test]
    fn a_web_config_that_may_say_otherwise_leaves_it_open() {
        assert_eq!(check(&World::healthy().may_be_overridden(), Verdict::Open).needs, ["web.config of Intranet/"]);
    }

    #[test]
    fn what_clients_saw_is_part_of_the_evidence() {
        let world = World::kernel_mode_hides_pool_account().ticket(NAME).ticket_refused(NAME);
        assert!(points_at(check(&world, Verdict::Found).finding(), &[FIRST_TICKET, CLIENT_LOG.record(1)]));
    }

    #[test]
    fn browsers_are_not_concerned_by_an_alias_of_the_machine() {
        let world = World::kernel_mode_hides_pool_account().alias("intranet.contoso.com", "web01.contoso.com");
        assert_eq!(check(&world, Verdict::Found).finding().severity, Severity::Degraded);
    }

    #[test]
    fn a_hostile_site_gets_a_fix_without_commands() {
        let answered = check(&World::kernel_mode_hides_pool_account().site_named("x & calc"), Verdict::Found);
        assert!(answered.finding().fixes.iter().all(|fix| fix.commands.is_empty()));
    }
}

//! The pool's account decrypts, and the name leads to the account of the server.
//!
//! # Symptom
//!
//! Since the pool got an account of its own, the password prompt comes back until the third try, and ends in 401.1; NTLM
//! is not tried.
//!
//! # Condition
//!
//! IIS 6, or a later one whose worker process or kernel mode uses the credentials of the pool. The name that clients ask
//! for is held by the account of the server, through `HOST` or by an `HTTP` SPN, and the pool runs as a domain account.
//!
//! # Refuted by
//!
//! Kernel mode with the key of the machine, which is the default since IIS 7: there this is how it should be. Another
//! account than that of the server holds the name.
//!
//! # Sources
//!
//! - KB 871179.

use crate::evidence::gap::NotKnown;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::as_machine::as_machine;
use crate::rules::finding::Finding;
use crate::rules::move_spn::to_who_decrypts;
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::shared_name::leave_where_it_is;
use crate::rules::wrong_key::{Kind, WrongKey, wrong_keys};

/// The rule.
#[derive(Debug)]
pub struct PoolAccountSpnOnMachine;

static INFO: RuleInfo = RuleInfo {
    name: "pool-account-spn-on-machine",
    title: "The pool's account decrypts, but the name leads to the server",
    explanation: "A computer is found under its own names through HOST, and the KDC encrypts with its key. Where the worker \
        process decrypts with the key of the pool's account, as in IIS 6, the name must be registered as HTTP on that \
        account; registering the server's own name there takes it from everything else that uses HTTP on the server.",
    layer: Layer::Identity,
    references: &["KB 871179"],
    explains: &["krb-ap-err-modified-key-mismatch"],
};

impl Rule for PoolAccountSpnOnMachine {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for wrong in wrong_keys(Kind::MachineHoldsPoolName, situation, answer)? {
            answer.find(finding(situation, &wrong));
        }
        Ok(())
    }
}

fn finding(situation: &Situation<'_>, wrong: &WrongKey<'_>) -> Finding {
    let spns: Vec<&Spn> = wrong.spns.iter().collect();
    let first = leave_where_it_is(situation, wrong).unwrap_or_else(|| to_who_decrypts(situation, wrong));
    wrong
        .finding(wrong.summary())
        .because(format!(
            "Clients get a ticket with the key of the server, {}. The pool {} runs as {} and cannot decrypt it. The client \
             does not fall back to NTLM.",
            wrong.holder, wrong.path.path.pool.name, wrong.identity
        ))
        .about([wrong.holder.to_string()])
        .fixed_by([first, as_machine(&wrong.path, &spns)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::finding::{Confidence, Severity};
    use crate::rules::fixture::{self, World, commands, points_at, set_config};
    use crate::rules::spn_on_wrong_account::SpnOnWrongAccount;

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &PoolAccountSpnOnMachine, expected)
    }

    #[test]
    fn the_computers_own_name_leads_to_the_computer_and_not_to_the_pool() {
        let world = World::healthy().reached_as("web01.contoso.com");
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary =
            r"HTTP/web01.contoso.com leads, through HOST, to CONTOSO\WEB01$, but Intranet decrypts as CONTOSO\svc-web";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Certain));
        let places = [world.searched_at("HTTP/web01.contoso.com"), world.held_at("HOST/web01.contoso.com", "WEB01")];
        assert!(points_at(finding, &places));
        assert_eq!(commands(&finding.fixes[0]), [r"setspn -S HTTP/web01.contoso.com CONTOSO\svc-web"]);
        assert!(finding.fixes[0].note.as_ref().is_some_and(|note| note.contains("WinRM")));
        let kernel_mode = set_config("Intranet", "/useKernelMode:true /useAppPoolCredentials:false");
        assert_eq!(commands(&finding.fixes[1]), [kernel_mode]);
        fixture::check(&world, &SpnOnWrongAccount, Verdict::Clear);
    }

    #[test]
    fn only_a_name_that_is_held_by_itself_is_taken_away() {
        let world = World::healthy().reached_as("").holds("HTTP/web01", "WEB01");
        let answered = check(&world, Verdict::Found);
        let all: Vec<_> = answered.findings.iter().flat_map(|finding| commands(&finding.fixes[0])).collect();
        let expected = [
            r"setspn -D HTTP/web01 CONTOSO\WEB01",
            r"setspn -S HTTP/web01 CONTOSO\svc-web",
            r"setspn -S HTTP/web01.contoso.com CONTOSO\svc-web",
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_pool_of_iis_6_can_run_as_the_machine() {
        let world = World::healthy().of_iis_6().held_only_by("HTTP/intranet.contoso.com", "WEB01");
        let answered = check(&world, Verdict::Found);
        let fix = &answered.finding().fixes[1];
        assert!(commands(fix)[0].ends_with("w3svc/AppPools/IntranetPool/AppPoolIdentityType 2"), "{fix:?}");
    }

    #[test]
    fn kernel_mode_as_the_machine_or_another_holder_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().reached_as("web01.contoso.com").pool_credentials_off(), Verdict::Clear);
        check(&World::healthy().held_only_by("HTTP/intranet.contoso.com", "svc-old"), Verdict::Clear);
    }

    #[test]
    fn it_is_open_while_nobody_knows_who_holds_the_name() {
        let world = World::healthy().reached_as("web01.contoso.com");
        let unknown = world.clone().nobody_holds("HOST/web01.contoso.com").not_searched("HOST/web01.contoso.com");
        assert_eq!(check(&unknown, Verdict::Open).needs, ["setspn -Q HOST/web01.contoso.com"]);
        assert_eq!(check(&world.part_of_config(), Verdict::Open).needs, ["applicationHost.config"]);
    }
}

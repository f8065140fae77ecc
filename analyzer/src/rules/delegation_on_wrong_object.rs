//! The pool's account may delegate, but the machine decrypts, and that may not.
//!
//! # Symptom
//!
//! Users are signed in, and the application reaches its database or file server as nobody: ANONYMOUS LOGON.
//!
//! # Condition
//!
//! Kernel mode decrypts as the machine, so that the machine would have to delegate. The account of the pool is trusted
//! for delegation, or has a list of services, and the account of the machine has neither.
//!
//! # Refuted by
//!
//! `useAppPoolCredentials`, or kernel mode that is off: then the account of the pool decrypts. Delegation that the back
//! end allows (resource-based) is written on the account of the back end, which is not looked at here.
//!
//! # Sources
//!
//! - Microsoft support: constrained delegation with custom service accounts, step 4.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::identity::machine_account;
use crate::facts::account::AccountName;
use crate::facts::account_state::not_known;
use crate::facts::iis::PoolIdentity;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::delegation::{Delegation, delegation};
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The rule.
#[derive(Debug)]
pub struct DelegationOnWrongObject;

static INFO: RuleInfo = RuleInfo {
    name: "delegation-on-wrong-object",
    title: "The pool's account may delegate, but the machine decrypts",
    explanation: "Whoever decrypts the ticket of a user is the one who passes the user on. In kernel mode that is the \
        machine, unless useAppPoolCredentials is on. Delegation that was set up on the account of the pool is then \
        never used, and the second hop arrives without a user.",
    layer: Layer::SecondHop,
    references: &["Microsoft support: Kerberos constrained delegation with IIS"],
    explains: &[],
};

impl Rule for DelegationOnWrongObject {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.sign_in_paths(answer)? {
            let sign_in = &path.path.sign_in;
            let machine_decrypts = sign_in.kernel_mode.value && !sign_in.pool_credentials.value;
            let PoolIdentity::Account(pool) = &path.path.pool.identity else { continue };
            if !(sign_in.windows.value && machine_decrypts) {
                continue;
            }
            match judge(situation, &path, pool) {
                Ok(Some(at)) => answer.find(finding(&path, pool, at)),
                Ok(None) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

/// The lines that say that the account may delegate, and that the machine may not.
fn judge(
    situation: &Situation<'_>,
    path: &SitePath<'_>,
    pool: &AccountName,
) -> Result<Option<Vec<Evidence>>, NotKnown> {
    let directory = &situation.facts.directory;
    let state =
        |name: &AccountName| directory.account(name).and_then(|dn| directory.state(dn)).ok_or_else(|| not_known(name));
    let Some(pool_at) = delegation(state(pool)?, pool)?.at() else { return Ok(None) };
    let machine = machine_account(&path.host.identity);
    let of_machine = state(&machine)?;
    if delegation(of_machine, &machine)? != Delegation::None {
        return Ok(None);
    }
    let machine_at = of_machine.delegates_to.as_ref().map(|list| list.at);
    Ok(Some([pool_at].into_iter().chain(machine_at).collect()))
}

fn finding(path: &SitePath<'_>, pool: &AccountName, at: Vec<Evidence>) -> Finding {
    let machine = machine_account(&path.host.identity);
    let sign_in = &path.path.sign_in;
    let summary = format!("{pool} may delegate users of {}, but {machine} decrypts and may not", path.name());
    Finding::seen(Severity::Delegation, Confidence::Certain, summary, at)
        .and([sign_in.kernel_mode.at, sign_in.pool_credentials.at, path.path.pool.at])
        .because(
            "In kernel mode the machine takes the ticket, and what the machine may not delegate goes no further: the \
             next server sees nobody.",
        )
        .about([pool.to_string(), path.name()])
        .at_paths([path.scope()])
        .fixed_by([use_pool_credentials(path, pool)])
}

fn use_pool_credentials(path: &SitePath<'_>, pool: &AccountName) -> Fix {
    let set = |value: &str| appcmd::set_windows_authentication(path, &format!("/useAppPoolCredentials:{value}"));
    Fix::new(
        format!("Let kernel mode use the credentials of the pool for {}", path.name()),
        Risk::Disruptive,
        Privilege::ServerAdmin,
    )
    .noting(format!(
        "{pool} must then hold the SPN of every name of the site; where it does not yet, sign-in itself would fail. Try \
         it with `kerbscope try` first. Otherwise let the machine delegate to the same services."
    ))
    .by([set("true")])
    .undone_by([set("false")])
    .seen_by([appcmd::show_windows_authentication(path)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::account_control::AccountControl;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, KERNEL_MODE, POOL, World, commands, points_at, set_config};

    const SQL: &str = "MSSQLSvc/sql01.contoso.com:1433";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &DelegationOnWrongObject, expected)
    }

    fn misplaced() -> World {
        World::kernel_mode_hides_pool_account().delegates_to("svc-web", &[SQL])
    }

    #[test]
    fn delegation_of_an_account_that_does_not_decrypt_is_found() {
        let world = misplaced();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"CONTOSO\svc-web may delegate users of Intranet, but CONTOSO\WEB01$ decrypts and may not";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Delegation, Confidence::Certain));
        let listed = world.state("svc-web").delegates_to.as_ref().expect("is known").at;
        assert!(points_at(finding, &[listed, KERNEL_MODE, POOL]));
        assert_eq!(commands(&finding.fixes[0]), [set_config("Intranet", "/useAppPoolCredentials:true")]);
        let trusted = World::kernel_mode_hides_pool_account();
        check(&trusted.flag("svc-web", AccountControl::TRUSTED_FOR_DELEGATION), Verdict::Found);
    }

    #[test]
    fn an_account_that_decrypts_itself_or_a_machine_that_may_too_is_clear() {
        check(&World::healthy().delegates_to("svc-web", &[SQL]), Verdict::Clear);
        check(&misplaced().kernel_mode_off(), Verdict::Clear);
        check(&misplaced().delegates_to("WEB01", &[SQL]), Verdict::Clear);
        check(&World::kernel_mode_hides_pool_account(), Verdict::Clear);
        check(&misplaced().windows_off(), Verdict::Clear);
    }

    #[test]
    fn without_the_entries_it_is_open() {
        let needs = check(&misplaced().no_entry("WEB01"), Verdict::Open).needs;
        assert_eq!(needs, [r"the directory entry of CONTOSO\WEB01$"]);
        check(&World::kernel_mode_hides_pool_account().no_entry("svc-web"), Verdict::Open);
        check(&misplaced().no_config(), Verdict::Open);
    }
}

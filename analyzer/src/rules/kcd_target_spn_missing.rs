//! The list of services that an account may delegate to lacks the one that it asks for.
//!
//! # Symptom
//!
//! Users are signed in, and the database or file server behind the site sees nobody.
//!
//! # Condition
//!
//! A domain controller refused (4769, KDC_ERR_BADOPTION or KDC_ERR_POLICY) a ticket that an account of a site asked for in
//! a user's name, and the service is not in the list of that account (`msDS-AllowedToDelegateTo`).
//!
//! # Refuted by
//!
//! The service in the list, in any case. A service that allows the account itself (resource-based delegation) is looked
//! up on the account of that service.
//!
//! # Sources
//!
//! - MS-SFU; Microsoft: audit event 4769, ticket option cname-in-addl-tkt (0x20000).

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::facts::account::AccountName;
use crate::facts::account_state::not_known;
use crate::facts::events::{TicketRefused, What};
use crate::facts::host::Role;
use crate::facts::spn::Spn;
use crate::rules::ad_account;
use crate::rules::answer::Answer;
use crate::rules::decrypting::{Decrypting, decrypting};
use crate::rules::delegation::{Delegation, delegation};
use crate::rules::finding::{Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::setspn;
use crate::rules::told::{Told, told, whole_logs};

/// The ticket option that says: in the name of the user whose ticket comes along.
const FOR_A_USER: u32 = 0x2_0000;
/// KDC_ERR_POLICY, KDC_ERR_BADOPTION
const REFUSALS: [u32; 2] = [0xc, 0xd];

/// The rule.
#[derive(Debug)]
pub struct KcdTargetSpnMissing;

static INFO: RuleInfo = RuleInfo {
    name: "kcd-target-spn-missing",
    title: "An account asks to delegate to a service that its list lacks",
    explanation: "Constrained delegation works for the services of a list, name by name: with and without a port, short \
        and full names are different entries. An application that connects under a name that the list lacks gets no \
        ticket in the user's name.",
    layer: Layer::SecondHop,
    references: &["MS-SFU", "Security 4769"],
    explains: &["user-not-delegable"],
};

impl Rule for KcdTargetSpnMissing {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let accounts: BTreeMap<_, _> =
            decrypting(situation, answer)?.into_iter().map(|account| (account.dn, account)).collect();
        let asked = told(situation, |happening| match &happening.what {
            What::TicketRefused(refused) => in_a_users_name(refused),
            _ => None,
        });
        for told in &asked {
            let account = situation.facts.directory.account(&told.about.0).and_then(|dn| accounts.get(dn));
            let Some(account) = account else { continue };
            match is_listed(account, &told.about.1) {
                Ok(false) => answer.find(finding(account, told)),
                Ok(true) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        let delegates = |account: &Decrypting<'_>| {
            !matches!(delegation(account.state, &account.name), Ok(Delegation::None | Delegation::Unconstrained(_)))
        };
        if accounts.values().any(delegates) {
            let controllers = situation.facts.hosts.values().filter(|host| host.role == Role::DomainController);
            let need = "the Security event log of a domain controller (kerbscope-collect --dc)";
            whole_logs(controllers, "Security", need, answer);
        }
        Ok(())
    }
}

/// Who asked for what, where it was asked in the name of a user.
fn in_a_users_name(refused: &TicketRefused) -> Option<(AccountName, Spn)> {
    let is_for_user = refused.options.is_some_and(|options| options & FOR_A_USER != 0);
    let (name, _) = refused.client.split_once('@').unwrap_or((&refused.client, ""));
    // A service that was found is named by its account, which is no SPN.
    let spn = Spn::parse(&refused.service)?;
    (is_for_user && REFUSALS.contains(&refused.status)).then(|| (AccountName::new(None, name), spn))
}

fn is_listed(account: &Decrypting<'_>, spn: &Spn) -> Result<bool, NotKnown> {
    let list = account.state.delegates_to.as_ref().ok_or_else(|| not_known(&account.name))?;
    let listed = list.value.iter().flatten().filter_map(|listed| Spn::parse(&listed.value));
    Ok(listed.into_iter().any(|listed| listed == *spn))
}

fn finding(account: &Decrypting<'_>, told: &Told<'_, (AccountName, Spn)>) -> Finding {
    let spn = &told.about.1;
    let summary = format!("{} asked to delegate to {spn}, which its list of services lacks{}", account.name, told.last);
    let list = account.state.delegates_to.as_ref().map(|list| list.at);
    account
        .finding(Severity::Delegation, told.confidence(), summary, told.places())
        .and(list)
        .because("The domain controller gives no ticket in a user's name for a service that is not in the list.")
        .about([spn.to_string()])
        .fixed_by([list_it(account, spn)])
}

fn list_it(account: &Decrypting<'_>, spn: &Spn) -> Fix {
    // What an SPN may hold has no meaning to PowerShell inside single quotes.
    let is_plain = spn.as_str().chars().all(|c| c.is_ascii_alphanumeric() || "-_./:".contains(c));
    let change = |verb: &str| {
        let arguments = format!("-{verb} @{{'msDS-AllowedToDelegateTo'='{spn}'}}");
        ad_account::set(&account.name, account.dn, &arguments).filter(|_| is_plain)
    };
    Fix::new(format!("Add {spn} to the services that {} may delegate to", account.name), Risk::Disruptive, Privilege::DomainAdmin)
        .noting(
            "See first that exactly one account holds the name, and that it is in the same domain: for a service of another \
             domain, its own account must allow the delegation instead. Recycle the pool afterwards.",
        )
        .by([change("Add")])
        .undone_by([change("Remove")])
        .seen_by([
            setspn::query(spn),
            ad_account::show_all(&account.name, account.dn, "msDS-AllowedToDelegateTo"),
        ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::finding::Confidence;
    use crate::rules::fixture::{self, World, commands, points_at};

    const API: &str = "http/api.contoso.com";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &KcdTargetSpnMissing, expected)
    }

    fn delegating() -> World {
        World::healthy().delegates_to("svc-web", &["MSSQLSvc/sql01.contoso.com:1433"]).no_client()
    }

    fn refused(world: World, client: &str, service: &str, options: u32, status: u32) -> World {
        let what =
            TicketRefused { client: client.to_owned(), service: service.to_owned(), options: Some(options), status };
        world.happened("DC02", "2026-01-20T07:00:00Z", What::TicketRefused(what))
    }

    #[test]
    fn a_service_that_the_list_lacks_is_found() {
        let world = refused(delegating(), "svc-web@CONTOSO.COM", API, 0x4082_0000, 0xd);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"CONTOSO\svc-web asked to delegate to http/api.contoso.com, which its list of services lacks, last seen 2026-01-20T07:00:00Z";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Delegation, Confidence::Likely));
        assert!(points_at(finding, &[world.state("svc-web").delegates_to.as_ref().expect("is known").at]));
        let add = "Set-ADUser -Identity svc-web -Server contoso.com -Add @{'msDS-AllowedToDelegateTo'='http/api.contoso.com'}";
        assert_eq!(commands(&finding.fixes[0]), [add]);
    }

    #[test]
    fn a_listed_service_another_account_or_another_error_is_clear() {
        let web = "svc-web@CONTOSO.COM";
        check(&refused(delegating(), web, "mssqlsvc/SQL01.contoso.com:1433", 0x4082_0000, 0xd), Verdict::Clear);
        check(&refused(delegating(), "svc-other@CONTOSO.COM", API, 0x4082_0000, 0xd), Verdict::Clear);
        check(&refused(delegating(), web, API, 0x4080_0000, 0xd), Verdict::Clear);
        check(&refused(delegating(), web, API, 0x4082_0000, 0x7), Verdict::Clear);
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn an_account_that_delegates_needs_the_log_of_a_domain_controller() {
        let world = World::healthy().delegates_to("svc-web", &["cifs/files01"]);
        let needs = check(&world, Verdict::Open).needs;
        assert_eq!(needs, ["the Security event log of a domain controller (kerbscope-collect --dc)"]);
        check(&World::healthy().no_entry("svc-web"), Verdict::Open);
    }
}

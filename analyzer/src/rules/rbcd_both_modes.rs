//! The way from an account to a service is allowed from both ends.
//!
//! # Symptom
//!
//! None by itself; somebody changes the delegation at one end and wonders why nothing changes.
//!
//! # Condition
//!
//! The list of the account that decrypts (`msDS-AllowedToDelegateTo`) names a service, and the account that holds the SPN of
//! that service allows the delegation too (`msDS-AllowedToActOnBehalfOfOtherIdentity`).
//!
//! # Refuted by
//!
//! One of the two alone. The service may allow other accounts than this one.
//!
//! # Sources
//!
//! - Microsoft support: Kerberos constrained delegation; the KDC looks at the list of the account first.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::{Cited, Evidence};
use crate::facts::account::AccountName;
use crate::facts::account_state::not_known;
use crate::facts::directory::{Directory, not_searched};
use crate::facts::spn::Spn;
use crate::rules::ad_account;
use crate::rules::answer::Answer;
use crate::rules::decrypting::{Decrypting, decrypting};
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// Services of one list that are looked at.
const SERVICES: usize = 1_000;

/// The rule.
#[derive(Debug)]
pub struct RbcdBothModes;

static INFO: RuleInfo = RuleInfo {
    name: "rbcd-both-modes",
    title: "A delegation is allowed from both ends",
    explanation: "Constrained delegation is set on the account that delegates, resource-based delegation on the account of \
        the service. Either is enough. Where both are set, the KDC goes by the first, and a change of the second does nothing.",
    layer: Layer::SecondHop,
    references: &["Microsoft support: Kerberos constrained delegation", "MS-SFU"],
    explains: &[],
};

impl Rule for RbcdBothModes {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let directory = &situation.facts.directory;
        for account in decrypting(situation, answer)? {
            let Some(list) = &account.state.delegates_to else {
                answer.open(not_known(&account.name));
                continue;
            };
            for service in list.value.iter().flatten().take(SERVICES) {
                match allows(directory, &account, service) {
                    Ok(Some((back_end, at))) => answer.find(finding(directory, &account, service, &back_end, at)),
                    Ok(None) => {}
                    Err(not_known) => answer.open(not_known),
                }
            }
        }
        Ok(())
    }
}

/// The account of a service, and where it says that this account may delegate to it.
fn allows(
    directory: &Directory,
    account: &Decrypting<'_>,
    service: &Cited<String>,
) -> Result<Option<(AccountName, Evidence)>, NotKnown> {
    let Some(spn) = Spn::parse(&service.value) else { return Ok(None) };
    let mut holders = directory.holders(&spn);
    if !matches!(holders.seen(), Ok(held) if !held.is_empty())
        && let Some(alias) = directory.alias_of(&spn)
    {
        holders = directory.holders(&alias);
    }
    let holders = holders.seen()?;
    let Some(holder) = holders.first() else { return Err(not_searched(&spn)) };
    let name = directory.name_of(&holder.dn);
    let state = directory.state(&holder.dn).ok_or_else(|| not_known(&name))?;
    let allowed = state.delegated_by.as_ref().ok_or_else(|| not_known(&name))?;
    let Some(sids) = &allowed.value else { return Ok(None) };
    let own = account.state.sid.as_ref().ok_or_else(|| not_known(&account.name))?;
    // The descriptor itself is bytes; the entry names the account that they belong to.
    Ok(sids.contains(&own.value).then_some((name, state.at)))
}

fn finding(
    directory: &Directory,
    account: &Decrypting<'_>,
    service: &Cited<String>,
    back_end: &AccountName,
    at: Evidence,
) -> Finding {
    let summary = format!("{} may delegate to {}, and {back_end} allows it too", account.name, service.value);
    let dn = directory.account(back_end);
    let clear = dn.and_then(|dn| ad_account::set(back_end, dn, "-Clear msDS-AllowedToActOnBehalfOfOtherIdentity"));
    let show = dn.and_then(|dn| ad_account::show_all(back_end, dn, "PrincipalsAllowedToDelegateToAccount"));
    account
        .finding(Severity::Info, Confidence::Certain, summary, [service.at, at])
        .because("It works. Whoever changes one end will find that the other one still decides.")
        .about([service.value.clone(), back_end.to_string()])
        .fixed_by([Fix::new(
            "Keep one of the two: the list of the account, or the permission of the service",
            Risk::Dangerous,
            Privilege::DomainAdmin,
        )
        .noting(
            "The command takes away the permission for all accounts, and cannot be taken back but by setting it anew: write \
             down first what the other command shows.",
        )
        .by([clear])
        .seen_by([show])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::account_state::AccountClass;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, commands, points_at};

    const SERVICE: &str = "MSSQLSvc/sql01.contoso.com:1433";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &RbcdBothModes, expected)
    }

    fn listed() -> World {
        let world = World::healthy().entry("SQL01", AccountClass::Computer).answered("SQL01", "SQL01");
        world.holds(SERVICE, "SQL01").delegates_to("svc-web", &[SERVICE])
    }

    #[test]
    fn both_ends_are_found() {
        let world = listed().delegated_by("SQL01", "svc-web");
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary =
            r"CONTOSO\svc-web may delegate to MSSQLSvc/sql01.contoso.com:1433, and CONTOSO\SQL01 allows it too";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Info, Confidence::Certain));
        let allowed = world.state("SQL01").at;
        assert!(points_at(finding, &[allowed]), "{finding:?}");
        assert!(commands(&finding.fixes[0])[0].contains("-Clear msDS-AllowedToActOnBehalfOfOtherIdentity"));
    }

    #[test]
    fn one_end_or_another_account_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&listed(), Verdict::Clear);
        check(&listed().delegated_by("SQL01", "WEB01"), Verdict::Clear);
        let other_end = World::healthy().entry("SQL01", AccountClass::Computer).delegated_by("SQL01", "svc-web");
        check(&other_end, Verdict::Clear);
    }

    #[test]
    fn it_is_open_while_the_account_of_the_service_is_not_known() {
        let needs = check(&listed().delegated_by("SQL01", "svc-web").no_entry("SQL01"), Verdict::Open).needs;
        assert_eq!(needs, [r"the directory entry of CONTOSO\SQL01"]);
        check(&World::healthy().delegates_to("svc-web", &[SERVICE]), Verdict::Open);
        check(&World::healthy().no_entry("svc-web"), Verdict::Open);
    }
}

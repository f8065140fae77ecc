//! The account may delegate users who signed in by Kerberos, and the site signs them in with NTLM.
//!
//! # Symptom
//!
//! Users are signed in, and the next server turns the application away, or sees nobody.
//!
//! # Condition
//!
//! The account that decrypts has a list of services to delegate to, without the flag for protocol transition ("use any
//! authentication protocol"), and clients of the site end in NTLM.
//!
//! # Refuted by
//!
//! The flag `TRUSTED_TO_AUTH_FOR_DELEGATION` (0x1000000), or a first hop that ends in Kerberos.
//!
//! # Sources
//!
//! - Microsoft support: Kerberos constrained delegation; MS-SFU.

use crate::evidence::gap::NotKnown;
use crate::exchange::outcome::{Exchange, Outcome};
use crate::facts::account_control::AccountControl;
use crate::rules::ad_account;
use crate::rules::answer::Answer;
use crate::rules::decrypting::{Decrypting, accounts};
use crate::rules::delegation::{Delegation, delegation};
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// The rule.
#[derive(Debug)]
pub struct ProtocolTransitionFlagMissing;

static INFO: RuleInfo = RuleInfo {
    name: "protocol-transition-flag-missing",
    title: "Users who came by NTLM may not be delegated",
    explanation: "Constrained delegation starts from the ticket with which a user came. Who came by NTLM has none; the \
        server may ask for one in the user's name only when its account is trusted for that (protocol transition). So \
        a site that falls back to NTLM loses its second hop.",
    layer: Layer::SecondHop,
    references: &["MS-SFU", "Microsoft support: Kerberos constrained delegation"],
    explains: &[],
};

impl Rule for ProtocolTransitionFlagMissing {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        situation.sign_in_paths(answer)?;
        let by_ntlm: Vec<&Exchange> =
            situation.exchanges.iter().filter(|exchange| matches!(exchange.outcome, Outcome::Ntlm(_))).collect();
        for account in accounts(situation, &by_ntlm, answer) {
            match delegation(account.state, &account.name) {
                Ok(Delegation::Listed(_)) => {
                    match account.state.flag(AccountControl::PROTOCOL_TRANSITION, &account.name) {
                        Ok(None) => answer.find(finding(&account)),
                        Ok(Some(_)) => {}
                        Err(not_known) => answer.open(not_known),
                    }
                }
                Ok(_) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

fn finding(account: &Decrypting<'_>) -> Finding {
    let summary = format!(
        "{} may delegate only users who came by Kerberos, and {} signs them in with NTLM",
        account.name,
        account.url()
    );
    let places = [
        account.state.control.as_ref().map(|control| control.at),
        account.state.delegates_to.as_ref().map(|list| list.at),
    ];
    account
        .finding(Severity::Delegation, Confidence::Certain, summary, places.into_iter().flatten())
        .because("Without a ticket of the user, and without the right to get one in the user's name, there is no second hop.")
        .fixed_by([mend_first_hop(), any_protocol(account)])
}

fn mend_first_hop() -> Fix {
    Fix::new(
        "Let the site end in Kerberos: deal with the findings about the first hop",
        Risk::Safe,
        Privilege::ServerAdmin,
    )
    .noting("The list of services then works as it is.")
}

fn any_protocol(account: &Decrypting<'_>) -> Fix {
    let set = |value: &str| {
        let arguments = format!("-TrustedToAuthForDelegation ${value}");
        ad_account::cmdlet("Set-ADAccountControl", &account.name, account.dn, &arguments)
    };
    Fix::new(
        format!("Let {} delegate users whatever way they signed in", account.name),
        Risk::Dangerous,
        Privilege::DomainAdmin,
    )
    .noting(
        "Whoever controls this account may then act as any user towards the services of its list, without that user ever \
         having signed in. Prefer the other way.",
    )
    .by([set("true")])
    .undone_by([set("false")])
    .seen_by([ad_account::show_all(&account.name, account.dn, "TrustedToAuthForDelegation,msDS-AllowedToDelegateTo")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ProtocolTransitionFlagMissing, expected)
    }

    fn by_ntlm() -> World {
        World::healthy().offers(&["NTLM"]).delegates_to("svc-web", &["MSSQLSvc/sql01.contoso.com"])
    }

    #[test]
    fn ntlm_in_front_of_a_list_of_services_is_found() {
        let world = by_ntlm();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert!(
            finding.summary.starts_with(r"CONTOSO\svc-web may delegate only users who came by Kerberos"),
            "{finding:?}"
        );
        assert_eq!((finding.severity, finding.confidence), (Severity::Delegation, Confidence::Certain));
        let state = world.state("svc-web");
        let places = [state.control.as_ref().expect("is known").at, state.delegates_to.as_ref().expect("is known").at];
        assert!(points_at(finding, &places) && finding.scopes.len() == 1);
        let set = "Set-ADAccountControl -Identity svc-web -Server contoso.com -TrustedToAuthForDelegation $true";
        assert_eq!(commands(&finding.fixes[1]), [set]);
    }

    #[test]
    fn the_flag_or_kerberos_or_no_list_is_clear() {
        check(&by_ntlm().flag("svc-web", AccountControl::PROTOCOL_TRANSITION), Verdict::Clear);
        check(&by_ntlm().flag("svc-web", AccountControl::TRUSTED_FOR_DELEGATION), Verdict::Clear);
        check(&World::healthy().delegates_to("svc-web", &["MSSQLSvc/sql01.contoso.com"]), Verdict::Clear);
        check(&World::healthy().offers(&["NTLM"]), Verdict::Clear);
    }

    #[test]
    fn without_the_entry_it_is_open_only_where_ntlm_is_used() {
        check(&by_ntlm().no_entry("svc-web"), Verdict::Open);
        check(&World::healthy().no_entry("svc-web"), Verdict::Clear);
        check(&by_ntlm().account("svc-web", |state| state.delegates_to = None), Verdict::Open);
    }
}

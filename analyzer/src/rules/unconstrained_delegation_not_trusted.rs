//! The web server reaches the next server as nobody, because the account that decrypts may not delegate.
//!
//! # Symptom
//!
//! Users are signed in to the site, and the database or the file server behind it sees `NT AUTHORITY\ANONYMOUS LOGON`.
//!
//! # Condition
//!
//! Another server of the case recorded a network logon of `ANONYMOUS LOGON` from the web server, and the account that
//! decrypts for a site of it may not delegate: it has neither the trust for delegation nor a list of services.
//!
//! # Refuted by
//!
//! A list of services, or trust for delegation, on that account; the account of the other server allows it to act for users
//! (resource-based delegation). Without a sign of a second hop nothing is said: signing in needs no delegation at all.
//!
//! # Sources
//!
//! - KB 326985, "Verify that the computer is trusted for delegation"; KB 283201; KB 325608.

use crate::evidence::gap::NotKnown;
use crate::exchange::identity::machine_account;
use crate::facts::case_facts::HostFacts;
use crate::facts::sightings::{Seen, Sighting};
use crate::rules::ad_account;
use crate::rules::answer::Answer;
use crate::rules::decrypting::{Decrypting, decrypting};
use crate::rules::delegation::{Delegation, delegation};
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};
use crate::rules::second_hop::{hops, others};
use crate::rules::setspn::is_machine;

/// The rule.
#[derive(Debug)]
pub struct UnconstrainedDelegationNotTrusted;

static INFO: RuleInfo = RuleInfo {
    name: "unconstrained-delegation-not-trusted",
    title: "The account that decrypts may not pass users on",
    explanation: "A site that calls another server as its user needs an account that may delegate: the account that decrypts \
        the user's ticket, which is the computer or the pool's account. Where it may not, the call goes out as nobody. For \
        signing in to the site itself this is of no matter.",
    layer: Layer::SecondHop,
    references: &["KB 326985", "KB 283201"],
    explains: &[],
};

impl Rule for UnconstrainedDelegationNotTrusted {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut found = Vec::new();
        for (server, _) in situation.facts.web_servers()? {
            if !others(situation, server).is_empty() {
                answer.applies();
            }
            found.extend(hops(situation, server, Seen::Anonymous, answer).into_iter().map(|hop| (server, hop)));
        }
        // Without a second hop, whether somebody may delegate is nobody's business.
        if found.is_empty() {
            return Ok(());
        }
        for account in decrypting(situation, answer)? {
            let own = |server: &HostFacts| account.exchanges.iter().any(|one| one.host == server.identity.name);
            for (_, hop) in found.iter().filter(|(server, _)| own(server)) {
                match delegation(account.state, &account.name) {
                    Ok(Delegation::None) if !allowed_by(situation, &account, hop.other) => {
                        answer.find(finding(situation, &account, hop.other, hop.seen));
                    }
                    Ok(_) => {}
                    Err(not_known) => answer.open(not_known),
                }
            }
        }
        Ok(())
    }
}

/// Whether the account of the other server lets this one act for users.
fn allowed_by(situation: &Situation<'_>, account: &Decrypting<'_>, other: &HostFacts) -> bool {
    let directory = &situation.facts.directory;
    let state = directory.account(&machine_account(&other.identity)).and_then(|dn| directory.state(dn));
    let allowed = state.and_then(|state| state.delegated_by.as_ref()?.value.as_ref());
    let own = account.state.sid.as_ref().map(|sid| &sid.value);
    allowed.zip(own).is_some_and(|(allowed, own)| allowed.contains(own))
}

fn finding(situation: &Situation<'_>, account: &Decrypting<'_>, other: &HostFacts, seen: &Sighting) -> Finding {
    let name = other.identity.name.as_str();
    let summary =
        format!("{name} saw nobody where {} passes users on, and {} may not delegate", account.url(), account.name);
    let places = [
        account.state.control.as_ref().map(|control| control.at),
        account.state.delegates_to.as_ref().map(|list| list.at),
    ];
    account
        .finding(Severity::Delegation, Confidence::Likely, summary, [seen.at])
        .and(places.into_iter().flatten())
        .because(
            "The site has a ticket of the user for itself, and none for the next server; so the call goes out without a user. \
             A client that came by NTLM leads to the same.",
        )
        .about([name.to_owned()])
        .fixed_by([list_services(account), allow(situation, account, other)])
}

fn list_services(account: &Decrypting<'_>) -> Fix {
    Fix::new(
        format!("Give {} a list of the services that it may pass users on to", account.name),
        Risk::Disruptive,
        Privilege::DomainAdmin,
    )
    .noting(
        "In the tab Delegation of the account: \"Trust this user for delegation to specified services only\", with the SPN \
         that the application connects to. Do not trust it for any service: whoever takes the server over could then act as \
         every user who visits it.",
    )
    .seen_by([ad_account::show_all(&account.name, account.dn, "msDS-AllowedToDelegateTo,TrustedForDelegation")])
}

/// Since Server 2012 the other end can allow it.
fn allow(situation: &Situation<'_>, account: &Decrypting<'_>, other: &HostFacts) -> Fix {
    let back = machine_account(&other.identity);
    let dn = situation.facts.directory.account(&back);
    // What a name may hold has no meaning to PowerShell inside single quotes.
    let is_plain = account.name.name().chars().all(|c| c.is_ascii_alphanumeric() || "-_.$".contains(c));
    let set = |value: &str| {
        let arguments = format!("-PrincipalsAllowedToDelegateToAccount {value}");
        dn.filter(|_| is_plain && is_machine(&back)).and_then(|dn| ad_account::set(&back, dn, &arguments))
    };
    Fix::new(format!("Or let {back} allow it to {}, since Server 2012", account.name), Risk::Disruptive, Privilege::DomainAdmin)
        .noting(
            "The command replaces what is allowed there now: look first. Where the service behind runs as an account of its \
             own, that account must allow it in place of the computer.",
        )
        .by([set(&format!("'{}'", account.name.name()))])
        .undone_by([set("$null")])
        .seen_by([dn.and_then(|dn| ad_account::show_all(&back, dn, "PrincipalsAllowedToDelegateToAccount"))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::account_control::AccountControl;
    use crate::facts::account_state::AccountClass;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_LOG, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &UnconstrainedDelegationNotTrusted, expected)
    }

    /// `CLIENT07` stands in for the server behind the site.
    fn nobody_came() -> World {
        World::healthy().address_of_server("10.0.0.20").sighted("CLIENT07", Seen::Anonymous, "10.0.0.20")
    }

    #[test]
    fn nobody_behind_an_account_that_may_not_delegate_is_found() {
        let world = nobody_came().entry("CLIENT07", AccountClass::Computer).answered("CLIENT07", "CLIENT07");
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"CLIENT07 saw nobody where http://intranet.contoso.com/ passes users on, and CONTOSO\svc-web may not delegate";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Delegation, Confidence::Likely));
        assert!(points_at(finding, &[CLIENT_LOG.record(1)]));
        assert!(
            commands(&finding.fixes[1])[0].ends_with("-PrincipalsAllowedToDelegateToAccount 'svc-web'"),
            "{finding:?}"
        );
        assert!(finding.fixes.iter().all(|fix| !format!("{fix:?}").contains("TrustedForDelegation $true")));
    }

    #[test]
    fn without_a_second_hop_nobody_asks_for_delegation() {
        check(&World::healthy(), Verdict::Clear);
        check(
            &World::healthy().address_of_server("10.0.0.20").sighted("CLIENT07", Seen::Anonymous, "10.0.0.61"),
            Verdict::Clear,
        );
        check(&World::healthy().no_security_log_of_client(), Verdict::NotApplicable);
    }

    #[test]
    fn an_account_that_may_delegate_refutes_it() {
        check(&nobody_came().delegates_to("svc-web", &["cifs/client07"]), Verdict::Clear);
        check(&nobody_came().flag("svc-web", AccountControl::TRUSTED_FOR_DELEGATION), Verdict::Clear);
        let world = nobody_came().entry("CLIENT07", AccountClass::Computer).answered("CLIENT07", "CLIENT07");
        check(&world.delegated_by("CLIENT07", "svc-web"), Verdict::Clear);
    }

    #[test]
    fn without_the_log_behind_or_the_addresses_in_front_it_is_open() {
        let server_behind = World::healthy().product_of("CLIENT07", "Microsoft Windows Server 2022 Standard");
        check(&server_behind.clone(), Verdict::Clear);
        let needs = check(&server_behind.no_security_log_of_client(), Verdict::Open).needs;
        assert_eq!(needs, ["the Security event log of CLIENT07"]);
        let from_somewhere = World::healthy().sighted("CLIENT07", Seen::Anonymous, "10.0.0.20");
        let needs = check(&from_somewhere, Verdict::Open).needs;
        assert_eq!(needs, ["the addresses, as ipconfig /all tells them, of WEB01"]);
        check(&World::healthy().sighted("CLIENT07", Seen::Anonymous, "CLIENT08"), Verdict::Clear);
    }

    #[test]
    fn without_the_entry_of_the_account_it_is_open() {
        let needs = check(&nobody_came().no_entry("svc-web"), Verdict::Open).needs;
        assert_eq!(needs, [r"the directory entry of CONTOSO\svc-web"]);
    }
}

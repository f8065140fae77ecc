//! The pool's own account has to decrypt, and it is one that no KDC knows.
//!
//! # Symptom
//!
//! Everyone is signed in by NTLM, whatever SPN is registered; where only Kerberos is offered, nobody gets in.
//!
//! # Condition
//!
//! Negotiate is offered, the worker process decrypts (kernel mode is off, or uses the pool's credentials), and the pool
//! runs as an account of the server itself or as `LocalService`.
//!
//! # Refuted by
//!
//! Kernel mode that decrypts as the machine; a list of providers without Negotiate, which asks for no ticket and is
//! right for such a pool. A name without a domain may still be that of a domain account.
//!
//! # Sources
//!
//! - IIS 6 documentation (cc786486): Kerberos needs a domain account. Of `LocalService` others say that the SPNs of the
//!   machine serve it; the sources disagree.
//! - KB 871179.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::exchange::identity::TicketIdentity;
use crate::exchange::outcome::{Cause, Exchange, Outcome};
use crate::exchange::owner::Owner;
use crate::facts::iis::PoolIdentity;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::as_machine::{as_machine, ask_anew};
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Scope, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation, scope};

/// The rule.
#[derive(Debug)]
pub struct LocalAccountPool;

impl Rule for LocalAccountPool {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "local-account-pool",
            title: "The pool runs as an account that no KDC knows",
            explanation: "A ticket is encrypted with the key of an account of the domain. Outside kernel mode, or when \
                kernel mode uses the credentials of the pool, the pool's own account decrypts; an account of the \
                server, or LocalService, has no key at any KDC. No SPN can help then: the pool needs a domain account, \
                or kernel mode must decrypt as the machine.",
            layer: Layer::Identity,
            references: &["KB 871179", "IIS 6 documentation: application pool identity and Kerberos (cc786486)"],
            explains: &[
                "krb-ap-err-modified-key-mismatch",
                "ntlm-blocked-or-audited",
                "negotiate-kerberos-only-clients-fail",
                "protocol-transition-flag-missing",
            ],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut concerned = BTreeMap::<Scope, Vec<&Exchange>>::new();
        for exchange in situation.ticket_exchanges(answer)? {
            if let Some(not_known) =
                situation.index.path_of(exchange).and_then(|path| path.path.may_be_overridden.clone())
            {
                answer.open(not_known);
            }
            match (&exchange.identity, &exchange.outcome) {
                (TicketIdentity::Unclear(_), Outcome::Unknown(not_known)) => answer.open(not_known.clone()),
                (_, outcome) if outcome.cause() == Some(Cause::NoNetworkAccount) => {
                    concerned.entry(scope(exchange)).or_default().push(exchange);
                }
                _ => {}
            }
        }
        for exchanges in concerned.values() {
            let path = exchanges.first().and_then(|exchange| situation.index.path_of(exchange));
            answer.findings.extend(path.map(|path| finding(&path, exchanges)));
        }
        Ok(())
    }
}

fn finding(path: &SitePath<'_>, exchanges: &[&Exchange]) -> Finding {
    let pool = &path.path.pool;
    let fails = exchanges.iter().any(|exchange| matches!(exchange.outcome, Outcome::Fails(_)));
    let severity = if fails { Severity::Blocker } else { Severity::Degraded };
    let summary = format!("{} decrypts as {}, the account of pool {}", path.name(), pool.identity, pool.name);
    let settings = exchanges.iter().flat_map(|exchange| exchange.identity_at.iter().copied());
    let spns: Vec<_> = exchanges.iter().filter_map(|exchange| asked(exchange)).collect();
    Finding::new(severity, confidence(path), format!("{summary}, which no KDC knows"), pool.at)
        .and(settings)
        .because(explanation(&pool.identity, fails, exchanges.iter().any(|exchange| is_held(exchange))))
        .about(spns.iter().map(ToString::to_string))
        .about([pool.identity.to_string(), pool.name.clone()])
        .at_paths([path.scope()])
        .fixed_by([use_domain_account(path, &spns), as_machine(path, &spns)])
}

fn asked(exchange: &Exchange) -> Option<&Spn> {
    exchange.request.as_ref()?.seen().ok().map(|request| &request.spn)
}

/// An account that is named with its server, or with a dot in its place, is no other; a bare name is looked for on the
/// server first, and then in the domain.
fn confidence(path: &SitePath<'_>) -> Confidence {
    match &path.path.pool.identity {
        PoolIdentity::LocalAccount(name) if name.contains('\\') && path.path.may_be_overridden.is_none() => {
            Confidence::Certain
        }
        PoolIdentity::LocalAccount(_) => Confidence::Likely,
        _ => Confidence::Possible,
    }
}

/// Whether a client gets a ticket: then there is no way back to NTLM.
fn is_held(exchange: &Exchange) -> bool {
    matches!(exchange.owner.as_ref().and_then(|owner| owner.seen().ok()), Some(Owner::One { .. }))
}

fn explanation(identity: &PoolIdentity, fails: bool, is_held: bool) -> String {
    let why = match identity {
        PoolIdentity::LocalService => {
            "LocalService has no account on the network, so no ticket is encrypted for it. The sources disagree here: \
             some say that the SPNs of the machine serve it."
        }
        _ => {
            "Tickets are encrypted with the keys of domain accounts. This account exists on the server alone, so \
             whoever holds the SPN, the ticket cannot be decrypted."
        }
    };
    let then = match (fails, is_held) {
        (true, true) => "Someone holds the name, so clients get a ticket, and do not fall back to NTLM.",
        (true, false) => "The site offers nothing but Kerberos.",
        (false, _) => "What is left is NTLM, which cannot be delegated.",
    };
    format!("{why} {then}")
}

fn use_domain_account(path: &SitePath<'_>, spns: &[&Spn]) -> Fix {
    let pool = &path.path.pool.name;
    let account = match path.site.node {
        Some(_) => "a domain account",
        None => "a domain account or a group managed service account",
    };
    Fix {
        title: format!("Let the pool {pool} run as {account}, in IIS Manager under its identity"),
        risk: Risk::Disruptive,
        privilege: Privilege::DomainAdmin,
        note: Some(
            "The account must hold every SPN of the site, and needs the right to log on as a batch job and the access \
             to files that the old account had. All pools behind one host name need the same account."
                .to_owned(),
        ),
        commands: Vec::new(),
        undo: Vec::new(),
        verify: ask_anew(path, spns),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, KERNEL_MODE, POOL, POOL_CREDENTIALS, World, commands, points_at, set_config};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &LocalAccountPool, expected)
    }

    fn local(account: &str) -> World {
        World::healthy().kernel_mode_off().pool_credentials_off().pool_runs_as(account)
    }

    #[test]
    fn an_account_of_the_server_that_has_to_decrypt_is_found() {
        let answered = check(&local(r"WEB01\legacy").nobody_holds("HTTP/intranet.contoso.com"), Verdict::Found);
        let finding = answered.finding();
        let summary = r"Intranet decrypts as WEB01\legacy, the account of pool IntranetPool, which no KDC knows";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert_eq!(finding.evidence[0], POOL);
        assert!(points_at(finding, &[KERNEL_MODE]));
        assert!(finding.explanation.ends_with("What is left is NTLM, which cannot be delegated."));
        assert_eq!(commands(&finding.fixes[0]), <[String; 0]>::default());
        let fix = &finding.fixes[1];
        let undo: Vec<_> = fix.undo.iter().map(ToString::to_string).collect();
        let set = |change| [set_config("Intranet", change)];
        assert_eq!(commands(fix), set("/useKernelMode:true /useAppPoolCredentials:false"));
        assert_eq!(undo, set("/useKernelMode:false /useAppPoolCredentials:false"));
        assert_eq!(fix.verify.last().map(ToString::to_string).as_deref(), Some("klist get HTTP/intranet.contoso.com"));
    }

    #[test]
    fn it_blocks_where_someone_holds_the_name() {
        let answered = check(&local(r"WEB01\legacy"), Verdict::Found);
        assert_eq!(answered.finding().severity, Severity::Blocker);
        assert!(answered.finding().explanation.ends_with("do not fall back to NTLM."));
    }

    #[test]
    fn kernel_mode_that_uses_the_credentials_of_the_pool_is_found() {
        let answered = check(&World::healthy().pool_runs_as(r".\bob"), Verdict::Found);
        let finding = answered.finding();
        assert!(points_at(finding, &[POOL, KERNEL_MODE, POOL_CREDENTIALS]));
        let undo = finding.fixes[1].undo[0].to_string();
        assert_eq!(undo, set_config("Intranet", "/useKernelMode:true /useAppPoolCredentials:true"));
    }

    #[test]
    fn kernel_mode_as_the_machine_refutes_it() {
        for account in [r".\bob", "LocalService"] {
            check(&World::healthy().pool_credentials_off().pool_runs_as(account), Verdict::Clear);
        }
    }

    #[test]
    fn an_account_that_a_kdc_knows_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        for account in ["NetworkService", "ApplicationPoolIdentity", r"CONTOSO\svc-old"] {
            check(&local(account), Verdict::Clear);
        }
    }

    #[test]
    fn it_blocks_where_ntlm_is_not_offered() {
        let answered = check(
            &local(r".\bob").offers(&["Negotiate:Kerberos"]).nobody_holds("HTTP/intranet.contoso.com"),
            Verdict::Found,
        );
        assert_eq!(answered.finding().severity, Severity::Blocker);
        assert!(answered.finding().explanation.ends_with("The site offers nothing but Kerberos."));
    }

    #[test]
    fn ntlm_alone_asks_for_no_ticket_and_is_right() {
        check(&local(r".\bob").offers(&["NTLM"]), Verdict::NotApplicable);
    }

    #[test]
    fn with_ntlm_first_some_clients_still_ask_for_a_ticket() {
        check(&local(r".\bob").offers(&["NTLM", "Negotiate"]), Verdict::Found);
    }

    #[test]
    fn local_service_is_a_hint_since_the_sources_disagree() {
        let answered = check(&local("LocalService"), Verdict::Found);
        assert_eq!(answered.finding().confidence, Confidence::Possible);
    }

    #[test]
    fn a_name_without_a_domain_may_be_one_of_the_domain() {
        assert_eq!(check(&local("bob"), Verdict::Found).finding().confidence, Confidence::Likely);
    }

    #[test]
    fn no_holder_of_the_spn_can_help() {
        for world in [
            local(r".\bob").nobody_holds("HTTP/intranet.contoso.com"),
            local(r".\bob").not_searched("HTTP/intranet.contoso.com").no_dns(),
            local(r".\bob").holds("HTTP/intranet.contoso.com", "svc-old"),
        ] {
            check(&world, Verdict::Found);
        }
    }

    #[test]
    fn the_names_of_a_path_are_told_at_once_and_each_path_by_itself() {
        let world = local(r".\bob").reached_as("").path("/app", |app| app.pool_runs_as(r".\app"));
        let answered = check(&world, Verdict::Found);
        let paths: Vec<_> = answered.findings.iter().map(|finding| finding.scopes[0].path.as_str()).collect();
        assert_eq!(paths, ["/", "/app"]);
        let subjects = ["HTTP/web01.contoso.com", "HTTP/web01", r".\bob", "IntranetPool"];
        assert_eq!(answered.findings[0].subjects, subjects);
    }

    #[test]
    fn without_the_whole_configuration_it_is_open() {
        for world in [local(r".\bob").no_config(), local(r".\bob").part_of_config()] {
            assert_eq!(check(&world, Verdict::Open).needs, ["applicationHost.config"]);
        }
        assert_eq!(check(&local("?"), Verdict::Open).needs, ["the identity of the application pool"]);
    }

    #[test]
    fn a_web_config_that_may_say_otherwise_leaves_doubt() {
        let found = check(&local(r".\bob").may_be_overridden(), Verdict::Found);
        assert_eq!(found.finding().confidence, Confidence::Likely);
        assert_eq!(check(&World::healthy().may_be_overridden(), Verdict::Open).needs, ["web.config of Intranet/"]);
    }

    #[test]
    fn a_hostile_site_gets_a_fix_without_commands() {
        let answered = check(&local(r".\x & calc").site_named("x & calc"), Verdict::Found);
        for fix in &answered.finding().fixes {
            assert!(fix.commands.is_empty() && fix.undo.is_empty() && fix.verify.is_empty(), "{fix:?}");
        }
    }
}

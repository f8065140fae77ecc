//! The SPN is registered with a port, and clients ask for the name without it.
//!
//! # Symptom
//!
//! A site on a port of its own gets NTLM, or fails, although somebody registered `HTTP/host:port` for it.
//!
//! # Condition
//!
//! Clients ask for `HTTP/host`, which the account that decrypts does not hold, and that account holds `HTTP/host:port` for
//! a port of the site. Or the other way round: policies let clients ask for `HTTP/host:port`, which nobody holds, and the
//! account that decrypts holds `HTTP/host`.
//!
//! # Refuted by
//!
//! The name without a port on the account as well. Clients that were told to send the port
//! (`FEATURE_INCLUDE_PORT_IN_SPN_KB908209`, `EnableAuthNegotiatePort`) are served by the name as it is.
//!
//! # Sources
//!
//! - KB 908209; Edge policy EnableAuthNegotiatePort.

use std::collections::BTreeSet;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::{Cause, Exchange};
use crate::facts::account::AccountName;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};
use crate::rules::setspn;

/// The rule.
#[derive(Debug)]
pub struct PortInSpnMismatch;

static INFO: RuleInfo = RuleInfo {
    name: "port-in-spn-mismatch",
    title: "The SPN is registered with a port that clients leave out",
    explanation: "Browsers leave the port out of the SPN unless they are told otherwise, and to a KDC the name with a port \
        is another name. A registration with a port is found by nobody who asks without it.",
    layer: Layer::Owner,
    references: &["KB 908209", "Edge policy: EnableAuthNegotiatePort"],
    explains: &[
        "spn-missing",
        "app-pool-identities-conflict-on-host",
        "spn-on-wrong-account",
        "pool-account-spn-on-machine",
        "ntlm-blocked-or-audited",
    ],
};

impl Rule for PortInSpnMismatch {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let (mut seen, mut judged) = (BTreeSet::new(), BTreeSet::new());
        for exchange in situation.ticket_exchanges(answer)? {
            if let Some(not_known) = exchange.owner.as_ref().and_then(|owner| owner.complete().err()) {
                answer.open(not_known);
            }
            let failing = matches!(exchange.outcome.cause(), Some(Cause::SpnNotHeld | Cause::WrongKey));
            // The paths of a site that are asked for by one name have the same ports.
            if !failing
                || !judged.insert((&exchange.host, &exchange.site, &exchange.url_host, exchange.identity.account()))
            {
                continue;
            }
            for (with_port, at, account) in with_port(situation, exchange) {
                if seen.insert(with_port.clone()) {
                    answer.findings.extend(finding(exchange, &with_port, at, &account));
                }
            }
        }
        Ok(())
    }
}

/// The names with a port of the site that the account that decrypts holds.
fn with_port(situation: &Situation<'_>, exchange: &Exchange) -> Vec<(Spn, Evidence, AccountName)> {
    let directory = &situation.facts.directory;
    let asked = exchange.request.as_ref().and_then(|request| request.seen().ok());
    let Some(((asked, account), path)) = asked.zip(exchange.identity.account()).zip(situation.index.path_of(exchange))
    else {
        return Vec::new();
    };
    let host = asked.spn.host();
    let names: Vec<_> = if asked.spn.port().is_some() {
        Spn::http(host).into_iter().collect()
    } else {
        let ports: BTreeSet<_> = path.site.bindings.iter().map(|binding| binding.port).collect();
        ports.into_iter().filter_map(|port| Spn::http(&format!("{host}:{port}"))).collect()
    };
    let names = names.into_iter();
    let held = names.filter_map(|name| {
        let holders = directory.holders(&name);
        let holder = holders.seen().ok()?.iter().find(|one| directory.is(account, &one.dn) == Some(true))?;
        Some((name, holder.at, directory.name_of(&holder.dn)))
    });
    held.collect()
}

fn finding(exchange: &Exchange, with_port: &Spn, at: Evidence, account: &AccountName) -> Option<Finding> {
    let asked = &exchange.request.as_ref()?.seen().ok()?.spn;
    let how = if asked.port().is_some() { "with" } else { "without" };
    let summary = format!("{account} holds {with_port}, and clients ask for {asked}, {how} the port");
    let is_wrong = exchange.outcome.cause() == Some(Cause::WrongKey);
    let severity = if is_wrong { Severity::Blocker } else { Severity::Degraded };
    let note = if is_wrong {
        "Another account holds the name without a port, and keeps it. Clients send the port where \
         FEATURE_INCLUDE_PORT_IN_SPN_KB908209 (Internet Explorer) or EnableAuthNegotiatePort (Edge and Chrome) is set, each \
         of them."
    } else {
        "All sites under this host name, on whatever port, then need this account: a name without a port is one for all of \
         them."
    };
    let register = if is_wrong {
        let title = "Give the site a host name of its own, or let clients send the port";
        Fix::new(title, Risk::Disruptive, Privilege::ServerAdmin)
    } else {
        Fix::new(format!("Register {asked} on {account} too"), Risk::Disruptive, Privilege::DomainAdmin)
            .by([setspn::add(asked, account)])
            .undone_by([setspn::delete(asked, account)])
    };
    let register = register.noting(note);
    Some(
        Finding::new(severity, Confidence::Certain, summary, at)
            .because(
                "To a KDC a name with a port is another name. Browsers leave the port out, unless a policy of the client tells \
                 them to send it.",
            )
            .about([asked.to_string(), with_port.to_string()])
            .at_paths([scope(exchange)])
            .fixed_by([register.seen_by([setspn::query(asked)].into_iter().chain(setspn::ask_anew(asked)))]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, commands, points_at};

    const NAME: &str = "HTTP/intranet.contoso.com";
    const WITH_PORT: &str = "HTTP/intranet.contoso.com:80";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &PortInSpnMismatch, expected)
    }

    fn with_port() -> World {
        World::healthy().nobody_holds(NAME).holds(WITH_PORT, "svc-web")
    }

    #[test]
    fn a_name_with_a_port_alone_is_found() {
        let world = with_port();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"CONTOSO\svc-web holds HTTP/intranet.contoso.com:80, and clients ask for HTTP/intranet.contoso.com, without the port";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Degraded));
        assert!(points_at(finding, &[world.held_at(WITH_PORT, "svc-web")]));
        assert_eq!(commands(&finding.fixes[0]), [r"setspn -S HTTP/intranet.contoso.com CONTOSO\svc-web"]);
    }

    #[test]
    fn where_another_account_holds_the_name_nothing_is_registered_twice() {
        let answered = check(&with_port().holds(NAME, "svc-old"), Verdict::Found);
        let finding = answered.finding();
        assert_eq!((finding.severity, finding.fixes[0].commands.len()), (Severity::Blocker, 0));
    }

    fn told(world: World, key: &str, name: &str) -> World {
        world.client_registry(key, name, Data::Dword(1))
    }

    const EDGE: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Edge";
    const PORT_IN_SPN: &str =
        r"HKLM\SOFTWARE\Microsoft\Internet Explorer\Main\FeatureControl\FEATURE_INCLUDE_PORT_IN_SPN_KB908209";

    #[test]
    fn clients_that_are_told_to_send_the_port_need_a_name_with_one() {
        let world = World::healthy().on_port(8081).searched("HTTP/intranet.contoso.com:8081");
        check(&world, Verdict::Clear);
        for (key, name) in [(EDGE, "EnableAuthNegotiatePort"), (PORT_IN_SPN, "iexplore.exe")] {
            let answered = check(&told(world.clone(), key, name), Verdict::Found);
            let summary = r"CONTOSO\svc-web holds HTTP/intranet.contoso.com, and clients ask for HTTP/intranet.contoso.com:8081, with the port";
            assert_eq!(answered.finding().summary, summary);
            let add = r"setspn -S HTTP/intranet.contoso.com:8081 CONTOSO\svc-web";
            assert_eq!(commands(&answered.finding().fixes[0]), [add]);
        }
        let both = world.holds("HTTP/intranet.contoso.com:8081", "svc-web");
        check(&told(both, EDGE, "EnableAuthNegotiatePort"), Verdict::Clear);
        // The usual ports are never sent, and a policy of nobody in the case is none.
        check(&told(World::healthy(), EDGE, "EnableAuthNegotiatePort"), Verdict::Clear);
    }

    #[test]
    fn the_name_without_a_port_or_another_holder_is_clear() {
        check(&World::healthy().holds(WITH_PORT, "svc-web"), Verdict::Clear);
        check(&World::healthy().nobody_holds(NAME).holds(WITH_PORT, "svc-old"), Verdict::Clear);
        check(&World::healthy().nobody_holds(NAME), Verdict::Clear);
        check(&World::healthy().not_searched(NAME).duplicates_not_searched(), Verdict::Open);
    }
}

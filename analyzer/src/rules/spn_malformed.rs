//! An SPN was registered in a form that no browser asks for.
//!
//! # Symptom
//!
//! Somebody registered an SPN for the site, and still clients get NTLM.
//!
//! # Condition
//!
//! An account holds a name for the host of a site with the class `HTTPS`, with a path behind it, or with a realm.
//!
//! # Refuted by
//!
//! The right form beside it: then the wrong one only stands around.
//!
//! # Sources
//!
//! - MS-ADTS: service principal names; Microsoft: class, host, port and name of an SPN.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::exchange::outcome::{Cause, Exchange};
use crate::facts::directory::Holder;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};
use crate::rules::setspn;

/// The rule.
#[derive(Debug)]
pub struct SpnMalformed;

static INFO: RuleInfo = RuleInfo {
    name: "spn-malformed",
    title: "An SPN has a form that nobody asks for",
    explanation: "Browsers ask for HTTP and the host, also where the URL says https, and never for a path or a realm behind \
        it. A registration in another form is found by nobody, and looks right to whoever made it.",
    layer: Layer::Owner,
    references: &["MS-ADTS: service principal names"],
    explains: &["spn-missing", "ntlm-blocked-or-audited"],
};

impl Rule for SpnMalformed {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut hosts = BTreeMap::<&str, Vec<&Exchange>>::new();
        for exchange in situation.ticket_exchanges(answer)? {
            let request = exchange.request.as_ref().and_then(|request| request.seen().ok());
            for name in request.map(|request| request.spn.host()).into_iter().chain([exchange.url_host.as_str()]) {
                hosts.entry(name).or_default().push(exchange);
            }
        }
        for (spn, holders) in situation.facts.directory.held() {
            let host = spn.host().split('@').next().unwrap_or_default();
            let asked = hosts.get(host).filter(|_| is_malformed(spn));
            for (holder, asked) in holders.iter().zip(asked.into_iter().cycle()) {
                answer.find(finding(situation, spn, holder, asked));
            }
        }
        Ok(())
    }
}

fn is_malformed(spn: &Spn) -> bool {
    let is_http = spn.class() == "http";
    let rest = spn.folded().split_once('/').map_or("", |(_, rest)| rest);
    spn.class() == "https" || (is_http && rest.contains(['/', '@']))
}

fn finding(situation: &Situation<'_>, spn: &Spn, holder: &Holder, asked: &[&Exchange]) -> Finding {
    let account = situation.facts.directory.name_of(&holder.dn);
    let missing: Vec<_> = asked.iter().filter(|one| one.outcome.cause() == Some(Cause::SpnNotHeld)).copied().collect();
    let severity = if missing.is_empty() { Severity::Info } else { Severity::Degraded };
    let right = spn.host().split('@').next().and_then(Spn::http);
    let words = right.as_ref().map_or_else(String::new, |right| format!(", and browsers ask for {right}"));
    let add = right.as_ref().filter(|_| !missing.is_empty()).map(|right| setspn::add(right, &account));
    let back = right.as_ref().filter(|_| !missing.is_empty()).map(|right| setspn::delete(right, &account));
    let note = "Other programs use names of three parts; ask first where nobody knows what the name is for.";
    let fix =
        Fix::new(format!("Take {spn} from {account}, and register the right form"), Risk::Safe, Privilege::DomainAdmin)
            .noting(note)
            .by([setspn::delete(spn, &account)].into_iter().chain(add))
            .undone_by(back.into_iter().chain([setspn::add(spn, &account)]))
            .seen_by(right.as_ref().map(setspn::query));
    Finding::new(severity, Confidence::Certain, format!("{account} holds {spn}{words}"), holder.at)
        .because("A KDC compares the whole text, so that nobody finds the account under this name.")
        .about(right.iter().map(Spn::to_string).chain([spn.to_string()]))
        .at_paths(missing.iter().map(|exchange| scope(exchange)))
        .fixed_by([fix])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, commands, points_at};

    const NAME: &str = "HTTP/intranet.contoso.com";
    const WRONG: &str = "HTTPS/intranet.contoso.com";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &SpnMalformed, expected)
    }

    #[test]
    fn a_wrong_form_alone_keeps_clients_from_kerberos() {
        let world = World::healthy().nobody_holds(NAME).holds(WRONG, "svc-web");
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary =
            r"CONTOSO\svc-web holds HTTPS/intranet.contoso.com, and browsers ask for HTTP/intranet.contoso.com";
        assert_eq!((finding.summary.as_str(), finding.severity), (summary, Severity::Degraded));
        assert!(points_at(finding, &[world.held_at(WRONG, "svc-web")]) && finding.scopes.len() == 1);
        let steps = [
            r"setspn -D HTTPS/intranet.contoso.com CONTOSO\svc-web",
            r"setspn -S HTTP/intranet.contoso.com CONTOSO\svc-web",
        ];
        assert_eq!(commands(&finding.fixes[0]), steps);
    }

    #[test]
    fn a_wrong_form_beside_the_right_one_is_told_and_no_problem() {
        for wrong in [WRONG, "HTTP/intranet.contoso.com/app", "HTTP/intranet.contoso.com@CONTOSO.COM"] {
            let answered = check(&World::healthy().holds(wrong, "svc-web"), Verdict::Found);
            assert_eq!(
                (answered.finding().severity, answered.finding().fixes[0].commands.len()),
                (Severity::Info, 1),
                "{wrong}"
            );
        }
    }

    #[test]
    fn other_hosts_and_other_classes_are_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().holds("HTTPS/other.contoso.com", "svc-web"), Verdict::Clear);
        check(&World::healthy().holds("ldap/intranet.contoso.com/contoso.com", "svc-web"), Verdict::Clear);
        check(&World::healthy().holds("HTTP/intranet.contoso.com:81", "svc-web"), Verdict::Clear);
        check(&World::healthy().no_config(), Verdict::Open);
    }
}

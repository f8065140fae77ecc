//! The right account, and the wrong key: tickets are refused though the SPN is where it belongs.
//!
//! # Symptom
//!
//! Event 4, KRB_AP_ERR_MODIFIED, on clients, for a name that is held by exactly the account that decrypts.
//!
//! # Condition
//!
//! Such an event, and every cause that lies in SPNs or settings is refuted for its name.
//!
//! # Refuted by
//!
//! Any of `spn-on-wrong-account`, `kernelmode-spn-on-pool-account`, `spn-alias-cname`, `http-spn-shadows-host`,
//! `spn-duplicate` for the same name.
//!
//! # Sources
//!
//! - Event 4 of Microsoft-Windows-Security-Kerberos; KB 558115.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::identity::TicketIdentity;
use crate::exchange::outcome::{Exchange, Outcome};
use crate::facts::events::What;
use crate::facts::host::Role;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};

/// The rule.
#[derive(Debug)]
pub struct KrbApErrModifiedKeyMismatch;

impl Rule for KrbApErrModifiedKeyMismatch {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "krb-ap-err-modified-key-mismatch",
            title: "Tickets are refused though the SPN is on the right account",
            explanation: "A server that cannot decrypt a ticket answers KRB_AP_ERR_MODIFIED, and the client writes \
                event 4. When the SPN is held by exactly the account that decrypts, the key itself differs: the \
                password was changed and the pool still runs with the old one, the machine's password is out of \
                step with the domain, the name leads to another server, or the client holds an old ticket.",
            layer: Layer::Key,
            references: &["KB 558115", "Kerberos event 4"],
            explains: &[],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let exchanges = situation.ticket_exchanges(answer)?;
        for (spn, records) in refused(situation) {
            let concerned: Vec<_> = exchanges.iter().copied().filter(|exchange| asks_for(exchange, spn)).collect();
            judge(spn, &records, &concerned, unfollowed(&exchanges), answer);
        }
        let client_log = situation.facts.hosts.values().filter(|host| host.role == Role::Client);
        if !client_log.into_iter().any(|host| host.whole_log("System").is_ok()) {
            answer.open(NotKnown::until("the System event log of a client that fails"));
        }
        Ok(())
    }
}

fn refused<'a>(situation: &Situation<'a>) -> BTreeMap<&'a Spn, Vec<Evidence>> {
    let mut refused = BTreeMap::<&Spn, Vec<Evidence>>::new();
    for happening in &situation.facts.happenings {
        if let What::TicketNotDecrypted { target: Some(target), .. } = &happening.what
            && target.class() == "http"
        {
            refused.entry(target).or_default().push(happening.at);
        }
    }
    refused
}

fn asks_for(exchange: &Exchange, spn: &Spn) -> bool {
    exchange.request.as_ref().and_then(|request| request.seen().ok()).is_some_and(|request| request.spn == *spn)
}

/// Names of sites that may be a CNAME of any other name, and so may be what a refused ticket was meant for.
fn unfollowed(exchanges: &[&Exchange]) -> Option<NotKnown> {
    let requests = exchanges.iter().filter_map(|exchange| exchange.request.as_ref());
    requests.filter_map(|request| request.complete().err()).reduce(NotKnown::and)
}

/// Another cause that is known for one exchange of this name explains the event; only when all are sound does the
/// key itself come into question.
fn judge(spn: &Spn, records: &[Evidence], concerned: &[&Exchange], unfollowed: Option<NotKnown>, answer: &mut Answer) {
    if concerned.is_empty() {
        return answer.open(NotKnown::until(format!("the bundle of the server that answers to {}", spn.host())));
    }
    if concerned.iter().any(|exchange| exchange.outcome.cause().is_some()) {
        return;
    }
    let unknown = concerned.iter().find_map(|exchange| match &exchange.outcome {
        Outcome::Unknown(not_known) => Some(not_known.clone()),
        _ => None,
    });
    match unknown.or(unfollowed) {
        Some(not_known) => answer.open(not_known),
        None => answer.find(finding(spn, records, concerned)),
    }
}

fn finding(spn: &Spn, records: &[Evidence], concerned: &[&Exchange]) -> Finding {
    let identity = concerned.iter().find_map(|exchange| exchange.identity.account());
    let account = identity.map_or_else(String::new, ToString::to_string);
    let settings = concerned.iter().flat_map(|exchange| exchange.steps.iter().flat_map(|step| step.evidence.clone()));
    let mut places = records.iter().copied().chain(settings);
    let first = places.next().unwrap_or(crate::evidence::place::ArtifactId(0).whole());
    let summary = format!("tickets for {spn} are refused, though {account} holds it and decrypts");
    Finding::new(Severity::Blocker, Confidence::Likely, summary, first)
        .and(places)
        .because(
            "The account is the right one, so its key is not the one that the KDC used. Most often the password of \
             the account was changed and the worker process still has the old one, or the client still has a ticket \
             from before. For a machine account the secure channel may be broken; or the name leads to another \
             server than this one.",
        )
        .about([spn.to_string(), account])
        .at_paths(concerned.iter().map(|exchange| scope(exchange)))
        .fixed_by(concerned.first().map(|exchange| renew(exchange)))
}

fn renew(exchange: &Exchange) -> Fix {
    let machine = matches!(exchange.identity, TicketIdentity::Machine(_));
    let purge = CommandLine::of("klist purge").build();
    let domain = exchange.identity.account().and_then(|account| account.domain()).unwrap_or_default();
    let channel = CommandLine::of(&format!("nltest /sc_verify:{domain}")).build().filter(|_| is_word(domain));
    Fix {
        title: if machine {
            "See whether the secure channel of the server is sound, then let clients forget their tickets".to_owned()
        } else {
            "Enter the password of the pool's account again and recycle the pool, then let clients forget their tickets"
                .to_owned()
        },
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: Some(
            "If it comes back: see that the name leads to this server (nslookup), that all nodes of a farm run as \
             the same account, and that domain controllers have replicated the last change of the password."
                .to_owned(),
        ),
        commands: appcmd::all(channel.filter(|_| machine).into_iter().chain(purge).map(Some)),
        undo: Vec::new(),
        verify: Vec::new(),
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

//! Several accounts hold the same SPN, and the KDC refuses to choose.
//!
//! # Symptom
//!
//! Users are signed in by NTLM, or prompted; tools say that the SPN is unknown though it is registered.
//!
//! # Condition
//!
//! At least two accounts hold one `HTTP` or `HOST` name, compared without case.
//!
//! # Refuted by
//!
//! `HOST/x` on a computer beside `HTTP/x` on another account: these are different names.
//!
//! # Sources
//!
//! - KB 2015518: error 0x7 with extended error 0xc0000035. KDC event 11 on domain controllers.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::outcome::{Cause, Exchange, Outcome};
use crate::facts::directory::Holder;
use crate::facts::events::What;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};
use crate::rules::setspn;

/// STATUS_OBJECT_NAME_COLLISION: the extended error that tells a duplicate from an unknown name.
const NAME_COLLISION: u32 = 0xc000_0035;

/// The rule.
#[derive(Debug)]
pub struct SpnDuplicate;

impl Rule for SpnDuplicate {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "spn-duplicate",
            title: "Several accounts hold the same SPN",
            explanation: "An SPN leads to one account. When several hold it, the KDC cannot know whose key to use \
                and answers as if the name did not exist (0x7, with extended error 0xc0000035). Clients then fall \
                back to NTLM, or fail where NTLM is not offered.",
            layer: Layer::Owner,
            references: &["KB 2015518"],
            explains: &["krb-ap-err-modified-key-mismatch", "spn-missing"],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let directory = &situation.facts.directory;
        for (spn, holders) in directory.duplicates() {
            if matches!(spn.class(), "http" | "host") {
                answer.find(finding(situation, spn, &holders));
            }
        }
        for exchange in situation.ticket_exchanges(answer)? {
            let spn = exchange.request.as_ref().and_then(|request| request.seen().ok()).map(|request| &request.spn);
            if let Some(Err(not_known)) = spn.map(|spn| directory.holders(spn).complete().cloned()) {
                answer.open(not_known);
            }
        }
        Ok(())
    }
}

fn finding(situation: &Situation<'_>, spn: &Spn, holders: &[Holder]) -> Finding {
    let directory = &situation.facts.directory;
    let names: Vec<_> = holders.iter().map(|holder| directory.name_of(&holder.dn).to_string()).collect();
    let concerned: Vec<_> = situation.exchanges.iter().filter(|exchange| fails_for(exchange, spn)).collect();
    let fails = concerned.iter().any(|exchange| matches!(exchange.outcome, Outcome::Fails(_)));
    let severity = match (concerned.is_empty(), fails) {
        (true, _) => Severity::Risk,
        (false, true) => Severity::Blocker,
        (false, false) => Severity::Degraded,
    };
    let explanation = if concerned.is_empty() {
        "No site of this case is asked for under this name, but whoever is will not get a ticket."
    } else if fails {
        "The KDC gives no ticket for a name that leads to several accounts, and the site offers nothing else."
    } else {
        "The KDC gives no ticket for a name that leads to several accounts. Clients fall back to NTLM."
    };
    let places = holders.iter().map(|holder| holder.at).chain(corroboration(situation, spn));
    let mut places = places.chain(directory.search_for(spn));
    let first = places.next().unwrap_or(crate::evidence::place::ArtifactId(0).whole());
    Finding::new(severity, Confidence::Certain, format!("{spn} is held by {}", names.join(" and by ")), first)
        .because(explanation)
        .and(places)
        .about([spn.to_string()])
        .at_paths(concerned.iter().map(|exchange| scope(exchange)))
        .fixed_by([keep_one(situation, spn, holders, &concerned)])
}

fn fails_for(exchange: &Exchange, spn: &Spn) -> bool {
    let asked = exchange.request.as_ref().and_then(|request| request.seen().ok());
    let asks = asked.is_some_and(|request| request.spn == *spn || alias_of(&request.spn) == Some(spn.clone()));
    asks && exchange.outcome.cause() == Some(Cause::SpnHeldTwice)
}

fn alias_of(spn: &Spn) -> Option<Spn> {
    Spn::host_alias(spn.host())
}

/// What domain controllers and clients wrote down about this name.
fn corroboration(situation: &Situation<'_>, spn: &Spn) -> Vec<Evidence> {
    let speaks_of_it = |what: &What| match what {
        What::DuplicateName(name) => name == spn,
        What::KerberosError { code: 7, extended: Some(NAME_COLLISION), target } => target.as_ref() == Some(spn),
        _ => false,
    };
    let spoken = situation.facts.happenings.iter().filter(|happening| speaks_of_it(&happening.what));
    spoken.map(|happening| happening.at).collect()
}

/// Keeps the SPN on the account that decrypts, where that is known.
fn keep_one(situation: &Situation<'_>, spn: &Spn, holders: &[Holder], concerned: &[&Exchange]) -> Fix {
    let directory = &situation.facts.directory;
    let decrypts = |holder: &&Holder| {
        let is_it = |exchange: &&Exchange| {
            exchange.identity.account().is_some_and(|name| directory.is(name, &holder.dn) == Some(true))
        };
        concerned.iter().any(is_it)
    };
    let keeper = holders.iter().find(decrypts).map(|holder| directory.name_of(&holder.dn));
    let wrong = holders.iter().filter(|holder| !decrypts(holder)).map(|holder| directory.name_of(&holder.dn));
    let title = match &keeper {
        Some(keeper) => format!("Leave {spn} on {keeper}, which decrypts, and take it from every other account"),
        None => format!("Decide which account {spn} belongs to, and take it from every other one"),
    };
    let commands =
        if keeper.is_some() { appcmd::all(wrong.map(|name| setspn::delete(spn, &name))) } else { Vec::new() };
    Fix {
        title,
        risk: Risk::Dangerous,
        privilege: Privilege::DomainAdmin,
        note: Some(
            "Look first whether anything else that runs as the other account uses this name. Taking the change back \
             would restore the fault: setspn -S refuses to."
                .to_owned(),
        ),
        commands,
        undo: Vec::new(),
        verify: appcmd::all([setspn::query(spn)].into_iter().chain(setspn::ask_anew(spn))),
    }
}

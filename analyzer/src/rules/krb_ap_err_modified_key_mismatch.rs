//! The right account, and the wrong key: tickets are refused though the SPN is where it belongs.
//!
//! # Symptom
//!
//! Event 4, KRB_AP_ERR_MODIFIED, on clients, for a name that is held by exactly the account that decrypts.
//!
//! # Condition
//!
//! Such an event, and every cause that lies in SPNs or settings is refuted for its name. An event that is older than
//! a day may be history: it says less.
//!
//! # Refuted by
//!
//! Any of `spn-on-wrong-account`, `kernelmode-spn-on-pool-account`, `spn-alias-cname`, `http-spn-shadows-host`,
//! `spn-duplicate` for the same name.
//!
//! # Sources
//!
//! - Microsoft-Windows-Security-Kerberos, event 4; KB 558115.

use crate::evidence::gap::NotKnown;
use crate::exchange::identity::TicketIdentity;
use crate::exchange::outcome::{Exchange, Outcome};
use crate::facts::events::Happening;
use crate::facts::host::Role;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::appcmd;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::iis_command;
use crate::rules::last_seen::{Age, LastSeen};
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
        let unfollowed = unfollowed(&exchanges);
        for (spn, records) in situation.index.refused.iter().filter(|(spn, _)| spn.class() == "http") {
            let concerned: Vec<_> = situation.index.asking(spn).collect();
            judge(situation, (spn, records), &concerned, unfollowed.clone(), answer);
        }
        let client_log = situation.facts.hosts.values().filter(|host| host.role == Role::Client);
        if !client_log.into_iter().any(|host| host.whole_log("System").is_ok()) {
            answer.open(NotKnown::until("the System event log of a client that fails"));
        }
        Ok(())
    }
}

/// Names of sites that may be a CNAME of any other name, and so may be what a refused ticket was meant for.
fn unfollowed(exchanges: &[&Exchange]) -> Option<NotKnown> {
    let requests = exchanges.iter().filter_map(|exchange| exchange.request.as_ref());
    requests.filter_map(|request| request.complete().err()).reduce(NotKnown::and)
}

/// Another cause that is known for one exchange of this name explains the event; only when all are sound does the
/// key itself come into question.
fn judge(
    situation: &Situation<'_>,
    (spn, records): (&Spn, &[&Happening]),
    concerned: &[&Exchange],
    unfollowed: Option<NotKnown>,
    answer: &mut Answer,
) {
    if concerned.is_empty() {
        return answer.open(NotKnown::naming("the bundle of the server that answers to", spn.host()));
    }
    if concerned.iter().any(|exchange| exchange.outcome.cause().is_some()) {
        return;
    }
    let unknown = concerned.iter().find_map(|exchange| match &exchange.outcome {
        Outcome::Unknown(not_known) => Some(not_known.clone()),
        _ => situation.index.path_of(exchange)?.path.may_be_overridden.clone(),
    });
    match unknown.or(unfollowed) {
        Some(not_known) => answer.open(not_known),
        None => answer.find(finding(situation, spn, records, concerned)),
    }
}

fn finding(situation: &Situation<'_>, spn: &Spn, records: &[&Happening], concerned: &[&Exchange]) -> Finding {
    let identity = concerned.iter().find_map(|exchange| exchange.identity.account());
    let account = identity.map_or_else(String::new, ToString::to_string);
    let settings = concerned.iter().flat_map(|exchange| exchange.steps.iter().flat_map(|step| step.evidence.clone()));
    let places = records.iter().map(|record| record.at).chain(settings);
    let last_seen = LastSeen::of(situation.facts, records);
    let confidence = match last_seen.age {
        Age::Fresh | Age::Unknown => Confidence::Likely,
        Age::Old => Confidence::Possible,
    };
    let summary = format!("Tickets for {spn} are refused, though {account} holds it and decrypts{last_seen}");
    Finding::seen(Severity::Blocker, confidence, summary, places)
        .because(
            "The account is the right one, so its key is not the one that the KDC used. Most often the password of \
             the account was changed and the worker process still has the old one, or the client still has a ticket \
             from before. For a machine account the secure channel may be broken; or the name leads to another \
             server than this one.",
        )
        .about([spn.to_string(), account])
        .at_paths(concerned.iter().map(|exchange| scope(exchange)))
        .fixed_by(concerned.first().map(|exchange| renew(situation, exchange)))
}

fn renew(situation: &Situation<'_>, exchange: &Exchange) -> Fix {
    let machine = matches!(exchange.identity, TicketIdentity::Machine(_));
    let purge = CommandLine::of("klist purge").build();
    let domain = exchange.identity.account().and_then(|account| account.domain()).unwrap_or_default();
    let channel = CommandLine::of(&format!("nltest /sc_verify:{domain}")).build().filter(|_| is_word(domain));
    let path = situation.index.path_of(exchange);
    let start_over = if machine { channel } else { path.and_then(|path| iis_command::recycle(&path)) };
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
        commands: appcmd::all([start_over, purge]),
        undo: Vec::new(),
        verify: Vec::new(),
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_LOG, POOL, World, commands, points_at};

    const NAME: &str = "HTTP/intranet.contoso.com";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &KrbApErrModifiedKeyMismatch, expected)
    }

    fn refused() -> World {
        World::healthy().ticket_refused(NAME)
    }

    #[test]
    fn a_refused_ticket_on_the_right_account_is_found() {
        let world = refused();
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = r"Tickets for HTTP/intranet.contoso.com are refused, though CONTOSO\svc-web holds it and decrypts, last seen 2026-01-20T08:00:00Z";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Blocker, Confidence::Likely));
        assert!(points_at(finding, &[CLIENT_LOG.record(1), POOL, world.held_at(NAME, "svc-web")]));
        let renew = [r"%windir%\system32\inetsrv\appcmd recycle apppool IntranetPool", "klist purge"];
        assert_eq!(commands(&finding.fixes[0]), renew);
    }

    #[test]
    fn an_old_event_may_be_history() {
        let old = World::healthy().ticket_refused_at(NAME, "2026-01-10T08:00:00Z");
        let answered = check(&old, Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.confidence, Confidence::Possible);
        assert!(finding.summary.ends_with("decrypts, last seen 2026-01-10T08:00:00Z"), "{}", finding.summary);
        assert_eq!(check(&old.ticket_refused(NAME), Verdict::Found).finding().confidence, Confidence::Likely);
    }

    #[test]
    fn an_event_of_unknown_age_is_taken_for_a_young_one() {
        let old = World::healthy().ticket_refused_at(NAME, "2026-01-10T08:00:00Z");
        for world in [old.no_time(), World::healthy().ticket_refused_at(NAME, "no time")] {
            assert_eq!(check(&world, Verdict::Found).finding().confidence, Confidence::Likely);
        }
    }

    #[test]
    fn a_name_that_is_not_plain_is_left_out_of_what_to_collect() {
        let answered = check(&World::healthy().ticket_refused("HTTP/a{b}"), Verdict::Open);
        assert_eq!(answered.needs, ["the bundle of the server that answers to (its name is not plain)"]);
    }

    #[test]
    fn for_the_machine_the_secure_channel_comes_first() {
        let world = World::machine_site().ticket_refused("http/WEB01.contoso.com");
        let answered = check(&world, Verdict::Found);
        assert_eq!(commands(&answered.finding().fixes[0]), ["nltest /sc_verify:CONTOSO", "klist purge"]);
    }

    #[test]
    fn a_whole_log_of_a_client_without_such_an_event_is_clear() {
        check(&World::healthy(), Verdict::Clear);
    }

    #[test]
    fn without_the_whole_log_of_a_client_it_is_open() {
        for world in [World::healthy().no_system_log("CLIENT07"), World::healthy().part_of_system_log("CLIENT07")] {
            let answered = check(&world, Verdict::Open);
            assert_eq!(answered.needs, ["the System event log of a client that fails"]);
        }
        check(&refused().part_of_system_log("CLIENT07"), Verdict::Found);
    }

    #[test]
    fn every_cause_in_names_or_settings_refutes_it() {
        let causes = [
            refused().pool_credentials_off(),
            refused().held_only_by(NAME, "svc-old"),
            refused().holds(NAME, "svc-old"),
            refused().nobody_holds(NAME),
            World::healthy()
                .alias("intranet.contoso.com", "web01.contoso.com")
                .ticket_refused("HTTP/web01.contoso.com"),
            World::machine_site().holds("HTTP/web01.contoso.com", "a").ticket_refused("HTTP/web01.contoso.com"),
        ];
        for world in causes {
            check(&world, Verdict::Clear);
        }
    }

    #[test]
    fn a_cause_on_another_path_of_the_same_name_explains_the_event() {
        check(&refused().path("/app", World::pool_credentials_off), Verdict::Clear);
    }

    #[test]
    fn it_is_open_while_another_cause_is_not_refuted() {
        let answered = check(&refused().nobody_holds(NAME).not_searched(NAME), Verdict::Open);
        assert_eq!(answered.needs, ["setspn -Q HTTP/intranet.contoso.com"]);
        let second_holder = refused().duplicates_not_searched().not_searched(NAME);
        assert_eq!(check(&second_holder, Verdict::Open).needs, ["setspn -Q HTTP/intranet.contoso.com"]);
    }

    #[test]
    fn a_name_that_no_server_of_the_case_answers_to_is_open() {
        let answered = check(&World::healthy().ticket_refused("HTTP/other.contoso.com"), Verdict::Open);
        assert_eq!(answered.needs, ["the bundle of the server that answers to other.contoso.com"]);
    }

    #[test]
    fn a_site_of_the_case_whose_alias_nobody_followed_may_be_meant() {
        let world = World::machine_site().ticket_refused("HTTP/web01.contoso.com");
        check(&world, Verdict::Found);
        let answered = check(&world.also_reached_as("portal.contoso.com"), Verdict::Open);
        assert_eq!(answered.needs, ["nslookup portal.contoso.com"]);
    }

    #[test]
    fn tickets_for_other_services_are_not_judged() {
        check(&World::healthy().ticket_refused("cifs/web01.contoso.com"), Verdict::Clear);
    }

    #[test]
    fn a_web_config_that_may_say_otherwise_leaves_it_open() {
        assert_eq!(check(&refused().may_be_overridden(), Verdict::Open).needs, ["web.config of Intranet/"]);
    }

    #[test]
    fn a_hostile_pool_gets_a_fix_without_commands() {
        let answered = check(&refused().pool_named("x & calc"), Verdict::Found);
        assert!(answered.finding().fixes[0].commands.is_empty());
    }
}

//! A client still shows a ticket from before the account got its new key.
//!
//! # Symptom
//!
//! After a repair it works for everybody but one user, who is turned away until tomorrow, or until `klist purge`.
//!
//! # Condition
//!
//! A client holds a ticket for a site that began before the password of the account that holds the SPN was set, and a server
//! refused a ticket for that name after that time (event 4).
//!
//! # Refuted by
//!
//! A ticket from after the password. Times of `klist` are in the language and the zone of the client and are not compared;
//! those that LSA reports are.
//!
//! # Sources
//!
//! - Event 4 of Microsoft-Windows-Security-Kerberos; Microsoft support 837361: SpnCacheTimeout.

use jiff::Timestamp;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::case_facts::HostFacts;
use crate::facts::directory::Directory;
use crate::facts::spn::Spn;
use crate::facts::tickets::HeldTicket;
use crate::rules::answer::Answer;
use crate::rules::browser_policy::clients;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};

/// The rule.
#[derive(Debug)]
pub struct ClientStaleTicket;

static INFO: RuleInfo = RuleInfo {
    name: "client-stale-ticket",
    title: "A client shows a ticket from before the last change",
    explanation: "A client keeps a ticket for up to ten hours, whatever is repaired meanwhile. After a new password, or after \
        the SPN moved, the ticket in its cache is still encrypted with the old key, and the server refuses it. That heals by \
        itself; klist purge heals it now.",
    layer: Layer::Key,
    references: &["Microsoft-Windows-Security-Kerberos 4", "Microsoft support 837361"],
    explains: &[],
};

impl Rule for ClientStaleTicket {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        situation.ticket_exchanges(answer)?;
        for client in clients(situation.facts)? {
            let mut listed = client.caches.iter().filter(|cache| cache.is_of_user()).peekable();
            if listed.peek().is_none() || !listed.all(|cache| cache.is_counted) {
                answer.open(tickets_of(client));
            }
            for ticket in &client.tickets {
                let asked = situation.index.asking(&ticket.spn).next();
                let Some(asked) = asked else { continue };
                match stale(situation, client, ticket) {
                    Ok(Some(stale)) => answer.find(finding(client, ticket, &stale).at_paths([scope(asked)])),
                    Ok(None) => {}
                    Err(not_known) => answer.open(not_known),
                }
            }
        }
        Ok(())
    }
}

fn tickets_of(client: &HostFacts) -> NotKnown {
    NotKnown::naming(
        "the tickets that LSA reports, which kerbscope-collect --client lists, of",
        client.identity.name.as_str(),
    )
}

/// What makes a ticket stale.
struct Stale {
    began: Timestamp,
    password: (Timestamp, Evidence),
    refused: Evidence,
}

fn stale(situation: &Situation<'_>, client: &HostFacts, ticket: &HeldTicket) -> Result<Option<Stale>, NotKnown> {
    let password = password_of_holder(&situation.facts.directory, &ticket.spn);
    let refused = situation.index.refused.get(&ticket.spn);
    let Some(refused) = refused.and_then(|records| records.last()) else {
        // Nobody refuses a ticket that is newer than the password for this reason; of an older one, the whole log must
        // be silent.
        let is_newer = ticket.begins.zip(password.ok()).is_some_and(|(began, password)| began >= password.0);
        return if is_newer { Ok(None) } else { client.whole_log("System").map(|_| None) };
    };
    let began = ticket.begins.ok_or_else(|| tickets_of(client))?;
    let password = password?;
    let refused_after = refused.time.is_none_or(|time| time > password.0);
    Ok((began < password.0 && refused_after).then_some(Stale { began, password, refused: refused.at }))
}

fn password_of_holder(directory: &Directory, spn: &Spn) -> Result<(Timestamp, Evidence), NotKnown> {
    let mut holders = directory.holders(spn);
    if !matches!(holders.seen(), Ok(held) if !held.is_empty())
        && let Some(alias) = directory.alias_of(spn)
    {
        holders = directory.holders(&alias);
    }
    let need = || NotKnown::naming("the directory entry of the account that holds", spn.as_str());
    let state = holders.seen()?.first().and_then(|holder| directory.state(&holder.dn)).ok_or_else(need)?;
    let set = state.password_set.as_ref().ok_or_else(need)?;
    Ok((set.value.ok_or_else(need)?, set.at))
}

fn finding(client: &HostFacts, ticket: &HeldTicket, stale: &Stale) -> Finding {
    let name = client.identity.name.as_str();
    let summary = format!(
        "{name} has a ticket for {} of {}, and the password of its account was set at {}",
        ticket.spn, stale.began, stale.password.0
    );
    Finding::seen(Severity::Info, Confidence::Likely, summary, [ticket.at, stale.password.1, stale.refused])
        .because("The ticket is encrypted with the key from before. It heals by itself within ten hours.")
        .about([ticket.spn.to_string(), name.to_owned()])
        .fixed_by([Fix::new(format!("Forget the tickets of the user on {name}"), Risk::Safe, Privilege::DomainUser)
            .noting(
                "As the user, in a prompt that is not elevated. A name that was unknown before is remembered as such for 15 \
                 minutes more. Tickets of the machine: klist -li 0x3e7 purge, elevated.",
            )
            .by([CommandLine::of("klist purge").build()])
            .seen_by([CommandLine::of("klist get").name(ticket.spn.as_str()).build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_LOG, FIRST_TICKET, World, commands, points_at};

    const NAME: &str = "HTTP/intranet.contoso.com";
    const BEFORE: &str = "2026-01-20T05:00:00Z";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ClientStaleTicket, expected)
    }

    fn changed(world: World) -> World {
        world.password_set("svc-web", "2026-01-20T06:00:00Z").ticket_refused(NAME)
    }

    #[test]
    fn a_ticket_from_before_the_password_is_found() {
        let world = changed(World::healthy()).ticket_from(NAME, BEFORE);
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert!(
            finding.summary.starts_with("CLIENT07 has a ticket for HTTP/intranet.contoso.com of 2026-01-20T05:00:00Z")
        );
        assert_eq!((finding.severity, finding.confidence), (Severity::Info, Confidence::Likely));
        let password = world.state("svc-web").password_set.as_ref().expect("is known").at;
        assert!(points_at(finding, &[FIRST_TICKET, password, CLIENT_LOG.record(1)]));
        assert_eq!(commands(&finding.fixes[0]), ["klist purge"]);
    }

    #[test]
    fn a_new_ticket_or_one_that_nobody_refused_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&changed(World::healthy()).ticket_from(NAME, "2026-01-20T07:00:00Z"), Verdict::Clear);
        check(
            &World::healthy().ticket_from(NAME, BEFORE).password_set("svc-web", "2026-01-20T06:00:00Z"),
            Verdict::Clear,
        );
        let before = World::healthy().ticket_from(NAME, BEFORE).ticket_refused_at(NAME, BEFORE);
        check(&before.password_set("svc-web", "2026-01-20T06:00:00Z"), Verdict::Clear);
    }

    #[test]
    fn without_times_or_tickets_it_is_open() {
        check(&changed(World::healthy()).ticket(NAME), Verdict::Open);
        check(&World::healthy().no_tickets(), Verdict::Open);
        check(&World::healthy().no_tickets().session_with_granting_ticket("0x3e7"), Verdict::Open);
        check(&World::healthy().no_client(), Verdict::Open);
        check(&changed(World::healthy()).ticket_from(NAME, BEFORE).no_entry("svc-web"), Verdict::Open);
    }

    #[test]
    fn a_log_that_is_not_whole_may_hold_the_refusal_of_an_old_ticket() {
        let needs = ["the System event log of CLIENT07"];
        let silent = World::healthy().password_set("svc-web", "2026-01-20T06:00:00Z").no_system_log("CLIENT07");
        assert_eq!(check(&silent.clone().ticket_from(NAME, BEFORE), Verdict::Open).needs, needs);
        assert_eq!(check(&silent.clone().ticket(NAME), Verdict::Open).needs, needs);
        check(&silent.ticket_from(NAME, "2026-01-20T07:00:00Z"), Verdict::Clear);
    }
}

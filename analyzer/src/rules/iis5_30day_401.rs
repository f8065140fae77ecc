//! IIS 5 goes on using the password that its computer had when it started.
//!
//! # Symptom
//!
//! Every thirty days nobody is signed in any more, until IIS, or the server, is restarted.
//!
//! # Condition
//!
//! IIS 5, whose log shows users signed in before the computer changed its password (`pwdLastSet`), and none but 401 after.
//!
//! # Refuted by
//!
//! A user who was signed in after that. The fault was mended by MS02-018; other faults may begin on the same day, so this
//! is no more than a hint.
//!
//! # Sources
//!
//! - KB 318225; MS02-018.

use jiff::Timestamp;

use crate::artifacts::w3c_log::Request;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::identity::machine_account;
use crate::facts::account_state::not_known;
use crate::facts::case_facts::HostFacts;
use crate::facts::iis::SiteFacts;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::old_windows::version;
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// Windows 2000.
const WINDOWS_2000: (u32, u32) = (5, 0);
/// Requests that must have been turned away, before that says anything.
const REFUSED: usize = 3;

/// The rule.
#[derive(Debug)]
pub struct Iis530day401;

static INFO: RuleInfo = RuleInfo {
    name: "iis5-30day-401",
    title: "IIS 5 uses the password from before",
    explanation: "A computer changes its password every thirty days. Before the update MS02-018, IIS 5 never let go of the \
        credentials that it had opened at its start, so from that moment it could decrypt no ticket, until somebody restarted \
        it: a fault that comes back every month.",
    layer: Layer::Key,
    references: &["KB 318225", "MS02-018"],
    explains: &[],
};

impl Rule for Iis530day401 {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.paths(answer)?.iter().filter(|path| path.path.path == "/") {
            match version(path.host) {
                Some(WINDOWS_2000) if path.path.sign_in.windows.value => of_site(situation, path, answer),
                Some(_) => {}
                None => answer.open(NotKnown::naming("systeminfo of", path.host.identity.name.as_str())),
            }
        }
        Ok(())
    }
}

fn of_site(situation: &Situation<'_>, path: &SitePath<'_>, answer: &mut Answer) {
    let changed = match password(situation, path.host) {
        Ok(changed) => changed,
        Err(not_known) => return answer.open(not_known),
    };
    let logs: Vec<_> = path.host.traffic.of_site(path.site.id).collect();
    if logs.is_empty() || logs.iter().any(|log| !log.is_whole) {
        return answer.open(NotKnown::naming("the IIS log of", &path.site.name));
    }
    let requests: Vec<&Request> = logs.iter().flat_map(|log| &log.requests).collect();
    answer.findings.extend(broken(&requests, changed).map(|refused| finding(path, changed, &refused)));
}

fn password(situation: &Situation<'_>, host: &HostFacts) -> Result<(Timestamp, Evidence), NotKnown> {
    let account = machine_account(&host.identity);
    let directory = &situation.facts.directory;
    let state = directory.account(&account).and_then(|dn| directory.state(dn)).ok_or_else(|| not_known(&account))?;
    let set = state.password_set.as_ref().ok_or_else(|| not_known(&account))?;
    Ok((set.value.ok_or_else(|| not_known(&account))?, set.at))
}

/// The requests that were turned away since, where users were signed in before and none was after.
fn broken(requests: &[&Request], changed: (Timestamp, Evidence)) -> Option<Vec<Evidence>> {
    let before = |request: &&&Request| request.time.is_some_and(|time| time < changed.0);
    let after = |request: &&&Request| request.time.is_some_and(|time| time >= changed.0);
    let signed_in = |request: &&&Request| request.user.is_some() && request.status == 200;
    let worked = requests.iter().filter(before).any(|request| signed_in(&request));
    let works = requests.iter().filter(after).any(|request| signed_in(&request));
    let refused: Vec<_> =
        requests.iter().filter(after).filter(|request| request.status == 401).map(|request| request.at).collect();
    (worked && !works && refused.len() >= REFUSED).then_some(refused)
}

fn finding(path: &SitePath<'_>, changed: (Timestamp, Evidence), refused: &[Evidence]) -> Finding {
    let site: &SiteFacts = path.site;
    let name = path.host.identity.name.as_str();
    let summary = format!("{} signs nobody in since {name} changed its password at {}", site.name, changed.0);
    Finding::seen(Severity::Degraded, Confidence::Possible, summary, [changed.1])
        .and(refused.iter().copied().take(3))
        .because("IIS 5 keeps the credentials from its start. After a restart it would work for thirty days.")
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix::new(
            "Restart IIS now, and install MS02-018 or a later update",
            Risk::Disruptive,
            Privilege::ServerAdmin,
        )
        .noting("If it works after the restart, it was this. All connections end.")
        .by([CommandLine::of("iisreset").build()])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, LOG, World, commands, points_at};

    const OK: (u16, Option<u16>, u32) = (200, None, 0);
    const REFUSED: (u16, Option<u16>, u32) = (401, None, 5);
    /// The requests of the fixture are of 8 o'clock on the 20th.
    const AT_NINE: &str = "2026-01-20T09:00:00Z";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &Iis530day401, expected)
    }

    fn old() -> World {
        World::healthy().of_iis_5("Negotiate,NTLM").password_set("WEB01", "2026-01-20T08:30:00Z")
    }

    fn refused(world: World) -> World {
        (0..3).fold(world, |world, _| world.requested("10.0.0.57", REFUSED, None).at_time(AT_NINE))
    }

    #[test]
    fn nobody_signed_in_since_the_password_changed_is_a_hint() {
        let world = refused(old().requested("10.0.0.57", OK, Some("alice")));
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        let summary = "Intranet signs nobody in since WEB01 changed its password at 2026-01-20T08:30:00Z";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Possible));
        let password = world.state("WEB01").password_set.as_ref().expect("is known").at;
        assert!(points_at(finding, &[password, LOG.line(2)]));
        assert_eq!(commands(&finding.fixes[0]), ["iisreset"]);
    }

    #[test]
    fn a_later_iis_or_somebody_who_was_signed_in_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&old(), Verdict::Clear);
        let worked = refused(old().requested("10.0.0.57", OK, Some("alice")));
        check(&worked.requested("10.0.0.61", OK, Some("bob")).at_time(AT_NINE), Verdict::Clear);
        check(&refused(old()), Verdict::Clear);
        let new = World::healthy().password_set("WEB01", "2026-01-20T08:30:00Z");
        check(&refused(new.requested("10.0.0.57", OK, Some("alice"))), Verdict::Clear);
    }

    #[test]
    fn without_log_or_password_it_is_open() {
        check(&old().no_site_log(), Verdict::Open);
        check(&old().no_entry("WEB01"), Verdict::Open);
        check(&World::healthy().no_systeminfo("WEB01"), Verdict::Open);
    }
}

//! The account that decrypts has no AES key, because its password is older than AES in the domain, and RC4 is going away.
//!
//! # Symptom
//!
//! None until domain controllers refuse RC4; then nobody gets a ticket (4769 with failure 0xE), after years without a
//! change.
//!
//! # Condition
//!
//! The account names no encryption type, so that the default of the domain controller counts, and it has no AES key: its
//! password was last set before Windows Server 2008, or the domain is on a functional level below that.
//!
//! # Refuted by
//!
//! A ticket for it that is encrypted with AES. A password that was set later may have made the keys, or not: keys of AES
//! are made since the functional level was raised, and nobody writes down when. Since July 2015, when Server 2003 left
//! support, a domain below that level is a domain on a level that is known to be too low.
//!
//! # Sources
//!
//! - KB 5073381; KB 5021131.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::refusal::POLICY;
use crate::facts::account_control::EncryptionTypes;
use crate::facts::account_state::not_known;
use crate::facts::host::Role;
use crate::facts::spn::Spn;
use crate::rules::ad_account;
use crate::rules::aes;
use crate::rules::answer::Answer;
use crate::rules::decrypting::{Decrypting, decrypting};
use crate::rules::finding::{Confidence, Finding, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation};

/// The functional level of Windows Server 2008, the first that knows AES.
const KNOWS_AES: u32 = 3;
/// Windows Server 2008 was there: 2008-02-27. No password is older and has an AES key.
const FIRST_AES: i64 = 1_204_070_400;
/// Windows Server 2003, the last that knows none, was not supported any more: 2015-07-14.
const LAST_WITHOUT: i64 = 1_436_832_000;
/// The numbers of AES in tickets, with SHA-1 and with SHA-2.
const AES_TICKETS: [u32; 4] = [17, 18, 19, 20];
/// Where a domain controller is told how to go on with RC4; both places are in use.
const KDC: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Kdc";
/// RC4 is refused where nobody asks for it by name.
const ENFORCED: u64 = 2;

/// The rule.
#[derive(Debug)]
pub struct Rc4Deprecation2026;

static INFO: RuleInfo = RuleInfo {
    name: "rc4-deprecation-2026",
    title: "The account that decrypts has no AES key",
    explanation: "The keys of an account are made when its password is set. A password that is older than AES in its \
        domain has left a key for RC4 alone, which nobody notices until domain controllers stop using RC4: with the \
        updates of 2026, by default. A new password makes the missing keys.",
    layer: Layer::Key,
    references: &["KB 5073381", "KB 5021131"],
    explains: &["krb-ap-err-modified-key-mismatch"],
};

impl Rule for Rc4Deprecation2026 {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let aes = aes_tickets(situation);
        for account in decrypting(situation, answer)? {
            match lacks_aes(situation, &account, &aes) {
                Ok(Some(why)) => answer.find(finding(situation, &account, &why)),
                Ok(None) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

/// Why an account has no AES key.
struct Why {
    words: String,
    at: Vec<Evidence>,
}

fn lacks_aes(
    situation: &Situation<'_>,
    account: &Decrypting<'_>,
    aes: &BTreeSet<&Spn>,
) -> Result<Option<Why>, NotKnown> {
    let need = || not_known(&account.name);
    let stated = account.state.encryption.as_ref().ok_or_else(need)?;
    // What it names, it is asked about by other rules; and who gets AES has a key for it.
    if stated.value.is_some_and(EncryptionTypes::names_any) || account.spns().any(|spn| aes.contains(spn)) {
        return Ok(None);
    }
    let level = situation.facts.directory.level.as_ref();
    if let Some(level) = level.filter(|level| level.value < KNOWS_AES) {
        let words = format!("the functional level of the domain, {}, is too low for AES", level.value);
        return Ok(Some(Why { words, at: vec![level.at, stated.at] }));
    }
    let set = account.state.password_set.as_ref().ok_or_else(need)?;
    let Some(time) = set.value else { return Ok(None) };
    if time.as_second() < FIRST_AES {
        let words = format!("its password was last set on {}, before there was AES in any domain", day(time));
        return Ok(Some(Why { words, at: vec![set.at, stated.at] }));
    }
    if level.is_none() {
        return Err(NotKnown::until("the functional level of the domain (root-dse.ldif)"));
    }
    if time.as_second() < LAST_WITHOUT {
        let spn = account.spns().next().map_or_else(|| account.name.to_string(), ToString::to_string);
        return Err(NotKnown::naming("the encryption type of a ticket: klist get", &spn));
    }
    Ok(None)
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

/// The names for which somebody has a ticket that is encrypted with AES.
fn aes_tickets<'a>(situation: &Situation<'a>) -> BTreeSet<&'a Spn> {
    let is_aes = |kind: Option<u32>| kind.is_some_and(|kind| AES_TICKETS.contains(&kind));
    let tickets = situation.facts.hosts.values().flat_map(|host| &host.tickets);
    tickets.filter(|ticket| is_aes(ticket.encryption_type)).map(|ticket| &ticket.spn).collect()
}

fn finding(situation: &Situation<'_>, account: &Decrypting<'_>, why: &Why) -> Finding {
    let enforced = enforced(situation);
    let (severity, confidence) = if enforced.is_some() {
        (Severity::Blocker, Confidence::Likely)
    } else {
        (Severity::Risk, Confidence::Certain)
    };
    let summary = format!("{}, which decrypts for {}, has no AES key: {}", account.name, account.url(), why.words);
    let effect = if enforced.is_some() {
        "A domain controller of this case is told to refuse RC4, so it has no key left to encrypt a ticket with."
    } else {
        "Tickets for it are encrypted with RC4. Domain controllers with the updates of 2026 refuse that by default."
    };
    account
        .finding(severity, confidence, summary, why.at.iter().copied())
        .and(enforced)
        .because(effect)
        .fixed_by([ad_account::new_password(&account.name), aes::allow(account)])
}

/// Where a domain controller of the case is told to refuse RC4.
fn enforced(situation: &Situation<'_>) -> Option<Evidence> {
    let controllers = situation.facts.hosts.values().filter(|host| host.role == Role::DomainController);
    let mut phases =
        controllers.flat_map(|host| [KDC, POLICY].map(|key| host.settings.value(key, "RC4DefaultDisablementPhase")));
    phases.find_map(|phase| phase.seen().ok().filter(|set| set.number() == Some(ENFORCED)).map(|set| set.at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, commands, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &Rc4Deprecation2026, expected)
    }

    fn set(time: &str) -> World {
        World::healthy().encryption("svc-web", None).password_set("svc-web", time)
    }

    #[test]
    fn a_password_older_than_aes_is_a_risk() {
        let world = set("2004-05-10T00:00:00Z");
        let answered = check(&world, Verdict::Found);
        let finding = answered.finding();
        assert!(
            finding.summary.ends_with(
                "has no AES key: its password was last set on 2004-05-10, before there was AES in any domain"
            ),
            "{finding:?}"
        );
        assert_eq!((finding.severity, finding.confidence), (Severity::Risk, Confidence::Certain));
        assert!(points_at(finding, &[world.state("svc-web").password_set.as_ref().expect("is known").at]));
        assert_eq!(commands(&finding.fixes[0]).len(), 0);
    }

    #[test]
    fn a_controller_that_refuses_rc4_makes_it_a_blocker() {
        use crate::artifacts::registry::Data;
        let world = set("2004-05-10T00:00:00Z").controller_registry(KDC, "RC4DefaultDisablementPhase", Data::Dword(2));
        let answered = check(&world, Verdict::Found);
        assert_eq!(
            (answered.finding().severity, answered.finding().confidence),
            (Severity::Blocker, Confidence::Likely)
        );
        let audited =
            set("2004-05-10T00:00:00Z").controller_registry(KDC, "RC4DefaultDisablementPhase", Data::Dword(1));
        assert_eq!(check(&audited, Verdict::Found).finding().severity, Severity::Risk);
    }

    #[test]
    fn a_domain_of_an_old_level_has_no_aes_at_all() {
        let answered = check(&set("2025-05-10T00:00:00Z").level(Some(2)), Verdict::Found);
        assert!(answered.finding().summary.contains("level of the domain, 2, is too low"), "{answered:?}");
    }

    #[test]
    fn a_password_of_today_or_a_ticket_of_aes_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&set("2025-05-10T00:00:00Z"), Verdict::Clear);
        let ticket = set("2004-05-10T00:00:00Z").ticket_of_type("HTTP/intranet.contoso.com", 18);
        check(&ticket, Verdict::Clear);
        check(&set("2004-05-10T00:00:00Z").ticket_of_type("HTTP/intranet.contoso.com", 23), Verdict::Found);
        check(&set("2004-05-10T00:00:00Z").encryption("svc-web", Some(0x18)), Verdict::Clear);
    }

    #[test]
    fn a_password_of_the_years_between_and_what_nobody_asked_is_open() {
        let needs = check(&set("2011-05-10T00:00:00Z"), Verdict::Open).needs;
        assert_eq!(needs, ["the encryption type of a ticket: klist get HTTP/intranet.contoso.com"]);
        let needs = check(&set("2025-05-10T00:00:00Z").level(None), Verdict::Open).needs;
        assert!(needs[0].contains("functional level"), "{needs:?}");
        check(&World::healthy().no_entry("svc-web"), Verdict::Open);
    }
}

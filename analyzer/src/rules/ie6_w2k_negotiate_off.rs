//! A client has Integrated Windows Authentication switched off, so that Internet Explorer answers no Negotiate.
//!
//! # Symptom
//!
//! Internet Explorer, and what is built on it, uses NTLM or asks for a password, while others use Kerberos.
//!
//! # Condition
//!
//! `EnableNegotiate` of the user is 0; or it is not set on Windows 2000, where off is the default.
//!
//! # Refuted by
//!
//! A value of 1. Since Windows XP, also a value that is not set.
//!
//! # Sources
//!
//! - KB 299838.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::client::ClientFamily;
use crate::facts::case_facts::HostFacts;
use crate::rules::answer::Answer;
use crate::rules::browser_policy::clients;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, scope};

/// Where the user's settings of Internet Explorer are.
const KEY: &str = r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings";
const VALUE: &str = "EnableNegotiate";

/// The rule.
#[derive(Debug)]
pub struct Ie6W2kNegotiateOff;

static INFO: RuleInfo = RuleInfo {
    name: "ie6-w2k-negotiate-off",
    title: "A client has Integrated Windows Authentication switched off",
    explanation: "Internet Explorer has a switch of its own for Negotiate, which everything built on WinINet obeys. It \
        was off by default on Windows 2000 since Internet Explorer 6, and people switch it off while they search for \
        something else. Such a client never asks for a ticket.",
    layer: Layer::Offer,
    references: &["KB 299838"],
    explains: &[],
};

impl Rule for Ie6W2kNegotiateOff {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let exchanges = situation.ticket_exchanges(answer)?;
        let concerned: Vec<_> =
            exchanges.into_iter().filter(|one| one.clients.contains(&ClientFamily::WinInet)).collect();
        if concerned.is_empty() {
            return Ok(());
        }
        for client in clients(situation.facts)? {
            match is_off(client) {
                Ok(Some((why, at))) => {
                    answer.find(finding(client, why, at).at_paths(concerned.iter().map(|exchange| scope(exchange))));
                }
                Ok(None) => {}
                Err(not_known) => answer.open(not_known),
            }
        }
        Ok(())
    }
}

/// Why it is off, and where that stands; none where it is on.
fn is_off(client: &HostFacts) -> Result<Option<(&'static str, Evidence)>, NotKnown> {
    let set = client.settings.value(KEY, VALUE);
    let set = set.complete().map_err(|_| {
        NotKnown::naming(
            "the zones of Windows, which kerbscope-collect --client reads, on",
            client.identity.name.as_str(),
        )
    })?;
    let is_2000 = client.identity.os_version.as_deref().is_some_and(|version| version.starts_with("5.0"));
    Ok(match set.number() {
        Some(0) => Some(("is switched off", set.at)),
        None if set.data.is_none() && is_2000 => Some(("is not switched on, as Windows 2000 needs it", set.at)),
        _ => None,
    })
}

fn finding(client: &HostFacts, why: &str, at: Evidence) -> Finding {
    let name = client.identity.name.as_str();
    let set = CommandLine::of(&format!(r#"reg add "{KEY}" /v {VALUE} /t REG_DWORD /d 1 /f"#)).build();
    let query = CommandLine::of(&format!(r#"reg query "{KEY}" /v {VALUE}"#)).build();
    let title = "Switch it on for the user, and start Internet Explorer anew";
    Finding::new(
        Severity::Degraded,
        Confidence::Certain,
        format!("Integrated Windows Authentication {why} on {name}"),
        at,
    )
    .because(
        "Internet Explorer, and what is built on it, then answers with NTLM or not at all. Other browsers do not care.",
    )
    .about([name.to_owned()])
    .fixed_by([Fix::new(title, Risk::Safe, Privilege::DomainUser)
        .noting("It is the box \"Enable Integrated Windows Authentication\" of the advanced internet options.")
        .by([set])
        .seen_by([query])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::registry::Data;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, CLIENT_REGISTRY, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &Ie6W2kNegotiateOff, expected)
    }

    fn set(value: u32) -> World {
        World::healthy().client_registry(&KEY.replace("HKCU", "HKEY_CURRENT_USER"), VALUE, Data::Dword(value))
    }

    #[test]
    fn a_switch_that_is_off_is_found() {
        let answered = check(&set(0), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "Integrated Windows Authentication is switched off on CLIENT07");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(points_at(finding, &[CLIENT_REGISTRY.line(1)]) && finding.scopes.len() == 1);
    }

    #[test]
    fn what_is_not_set_is_off_on_windows_2000_alone() {
        check(&World::healthy().system_of("CLIENT07", "5.0.2195"), Verdict::Found);
        check(&set(1).system_of("CLIENT07", "5.0.2195"), Verdict::Clear);
        check(&World::healthy().system_of("CLIENT07", "5.1.2600"), Verdict::Clear);
        check(&set(1), Verdict::Clear);
    }

    #[test]
    fn without_the_value_it_is_open_and_without_negotiate_nobody_asks() {
        check(&World::healthy().no_client_registry(), Verdict::Open);
        check(&World::healthy().no_client(), Verdict::Open);
        check(&set(0).offers(&["NTLM"]), Verdict::NotApplicable);
    }
}

//! The server refuses sign-ins that come from itself under a name that is not its own.
//!
//! # Symptom
//!
//! Who sits at the server, or an application on it that calls another site of it, is asked three times and gets 401.1;
//! from everywhere else the site works.
//!
//! # Condition
//!
//! The log of a site shows 401.1 with SEC_E_LOGON_DENIED from addresses of the server alone, the site has a name that is
//! not one of the server's, and the loopback check is not switched off for it.
//!
//! # Refuted by
//!
//! The same error from another address: then the sign-in fails for a reason of its own. `DisableLoopbackCheck` set to
//! 1, or all names of the site in `BackConnectionHostNames`.
//!
//! # Sources
//!
//! - KB 896861; KB 926642.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::artifacts::registry::Data;
use crate::artifacts::w3c_log::Request;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::case_facts::HostFacts;
use crate::facts::fact::Fact;
use crate::facts::host::HostName;
use crate::facts::settings::{Set, Settings};
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// Where the check is switched off as a whole.
const LSA: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa";
/// Where names are taken out of it.
const MSV: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0";
/// SEC_E_LOGON_DENIED
const DENIED: u32 = 0x8009_030c;
/// Lines that are shown.
const LINES: usize = 5;

/// The rule.
#[derive(Debug)]
pub struct LoopbackCheck;

impl Rule for LoopbackCheck {
    fn info(&self) -> &'static RuleInfo {
        static INFO: RuleInfo = RuleInfo {
            name: "loopback-check",
            title: "The server refuses sign-ins from itself",
            explanation: "Since Windows Server 2003 SP1 a server turns away NTLM from itself when the name in the URL \
                is none of its own. It looks like a broken sign-in to whoever tests at the server, and it breaks \
                applications that call their neighbors. From other computers nothing is wrong.",
            layer: Layer::Offer,
            references: &["KB 896861", "KB 926642"],
            explains: &[],
        };
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut of_hosts: BTreeMap<&HostName, Exceptions> = BTreeMap::new();
        for path in situation.paths(answer)?.iter().filter(|path| path.path.path == "/") {
            let names = foreign_names(path);
            if names.is_empty() {
                continue;
            }
            let exceptions =
                of_hosts.entry(&path.host.identity.name).or_insert_with(|| Exceptions::of(&path.host.settings));
            if exceptions.hold_for(&names) {
                continue;
            }
            let logs: Vec<_> = path.host.traffic.of_site(path.site.id).collect();
            let denied: Vec<_> =
                logs.iter().flat_map(|log| &log.requests).filter(|request| is_denied(request)).collect();
            let (own, others): (Vec<_>, Vec<_>) = denied.into_iter().partition(|request| is_own(request, path.host));
            if !own.is_empty() && others.is_empty() {
                match (&exceptions.switched, &exceptions.excepted) {
                    (Fact::Known(_), Fact::Known(excepted)) => answer.find(finding(path, &names, &own, excepted)),
                    (switched, excepted) => {
                        for not_known in [switched.complete().err(), excepted.complete().err()].into_iter().flatten() {
                            answer.open(not_known);
                        }
                    }
                }
            } else if logs.is_empty() || (own.is_empty() && logs.iter().any(|log| !log.is_whole || !log.has_sub_status))
            {
                answer.open(NotKnown::naming("the IIS log of", &path.site.name));
            }
        }
        Ok(())
    }
}

/// The names of a site that are none of the server's own.
fn foreign_names(path: &SitePath<'_>) -> Vec<String> {
    let names = path.site.bindings.iter().map(|binding| binding.host.to_lowercase());
    let mut names: Vec<_> = names.filter(|name| !name.is_empty() && !path.host.identity.answers_to(name)).collect();
    names.sort();
    names.dedup();
    names
}

/// What a server does not check.
struct Exceptions {
    switched: Fact<Set>,
    excepted: Fact<Set>,
    /// The names that are excepted, in lower case.
    names: BTreeSet<String>,
}

impl Exceptions {
    fn of(settings: &Settings) -> Self {
        let switched = settings.value(LSA, "DisableLoopbackCheck");
        let excepted = settings.value(MSV, "BackConnectionHostNames");
        let names = match excepted.seen() {
            // A value of another type is ignored by Windows.
            Ok(Set { data: Some(Data::Multi(listed)), .. }) => {
                listed.iter().map(|name| name.trim().to_lowercase()).collect()
            }
            _ => BTreeSet::new(),
        };
        Self { switched, excepted, names }
    }

    /// Whether none of these names is checked.
    fn hold_for(&self, names: &[String]) -> bool {
        let is_off = self.switched.seen().is_ok_and(|set| set.number() == Some(1));
        is_off || names.iter().all(|name| self.names.contains(name))
    }
}

fn is_denied(request: &Request) -> bool {
    request.ended(401, 1) && request.win32 == Some(DENIED)
}

/// From the server itself: over the loop, or from one of its addresses.
fn is_own(request: &Request, host: &HostFacts) -> bool {
    let is_one = |address: IpAddr| address.is_loopback() || host.identity.addresses.contains(&address);
    request.client.is_some_and(|client| is_one(client) || request.server == Some(client))
}

fn finding(path: &SitePath<'_>, names: &[String], own: &[&Request], excepted: &Set) -> Finding {
    let host = path.host.identity.name.as_str();
    let summary = format!("{host} refuses sign-ins to {} that come from itself", path.name());
    let wrong_type = excepted.data.as_ref().filter(|data| !matches!(data, Data::Multi(_)));
    let wrong_type = wrong_type.map_or_else(String::new, |data| {
        format!(" BackConnectionHostNames is a {}, which Windows ignores: delete it first.", data.type_name())
    });
    let lines: Vec<Evidence> = own.iter().map(|request| request.at).take(LINES).collect();
    Finding::seen(Severity::Degraded, Confidence::Likely, summary, lines)
        .and([excepted.at])
        .because(format!(
            "Only requests from the server itself fail, and {} is no name of its own: the loopback check.{wrong_type}",
            names.join(", ")
        ))
        .about([path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix {
            title: format!("Add {} to BackConnectionHostNames, a REG_MULTI_SZ below Lsa\\MSV1_0", names.join(" and ")),
            risk: Risk::Disruptive,
            privilege: Privilege::ServerAdmin,
            note: Some(
                "Restart IIS then. Do not switch the check off as a whole (DisableLoopbackCheck): it guards the server."
                    .to_owned(),
            ),
            commands: Vec::new(),
            undo: Vec::new(),
            verify: Vec::new(),
        }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, LOG, REGISTRY, World, points_at};

    /// 401.1 with SEC_E_LOGON_DENIED.
    const REFUSED: (u16, Option<u16>, u32) = (401, Some(1), DENIED);
    const OWN: &str = "127.0.0.1";
    const OTHER: &str = "10.0.0.57";
    const NAME: &str = "intranet.contoso.com";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &LoopbackCheck, expected)
    }

    fn refused() -> World {
        World::healthy().requested(OWN, REFUSED, None)
    }

    fn excepting(world: World, data: Data) -> World {
        world.registry(MSV, "BackConnectionHostNames", data)
    }

    #[test]
    fn refusals_of_the_server_alone_are_found() {
        let answered = check(&refused(), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "WEB01 refuses sign-ins to Intranet that come from itself");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Likely));
        assert!(points_at(finding, &[LOG.line(1), REGISTRY.whole()]));
        assert!(finding.fixes[0].title.contains(NAME), "{finding:?}");
    }

    #[test]
    fn refusals_of_others_too_have_another_reason() {
        check(&refused().requested(OTHER, REFUSED, None), Verdict::Clear);
        check(&World::healthy().requested(OWN, (401, Some(2), 5), None), Verdict::Clear);
    }

    #[test]
    fn a_switch_or_an_exception_for_every_name_is_clear() {
        check(&refused().registry(LSA, "DisableLoopbackCheck", Data::Dword(1)), Verdict::Clear);
        let listed = || Data::Multi(vec!["INTRANET.contoso.com".to_owned()]);
        check(&excepting(refused(), listed()), Verdict::Clear);
        check(&excepting(refused().also_reached_as("other.contoso.com"), listed()), Verdict::Found);
        check(&refused().reached_as("web01.contoso.com"), Verdict::Clear);
    }

    #[test]
    fn an_exception_of_the_wrong_type_is_said() {
        let wrong = check(&excepting(refused(), Data::Text(NAME.to_owned())), Verdict::Found);
        assert!(wrong.finding().explanation.contains("is a REG_SZ, which Windows ignores"), "{wrong:?}");
    }

    #[test]
    fn without_log_or_registry_it_is_open() {
        assert_eq!(check(&World::healthy().no_site_log(), Verdict::Open).needs, ["the IIS log of Intranet"]);
        let needs = check(&refused().no_registry(), Verdict::Open).needs;
        assert_eq!(needs.len(), 2, "{needs:?}");
        check(&World::healthy().no_registry(), Verdict::Clear);
    }
}

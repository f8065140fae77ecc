//! Several servers with Windows 2000 answer to one name, for which Kerberos cannot work.
//!
//! # Symptom
//!
//! Under the shared name everybody is signed in by NTLM, and delegation does not work; under the name of each server it does.
//!
//! # Condition
//!
//! The case holds at least two web servers with IIS 5, whose sites have the same host name, which is none of the servers'
//! own.
//!
//! # Refuted by
//!
//! A later IIS: there all pools can decrypt as one account.
//!
//! # Sources
//!
//! - KB 325608; KB 235529.

use std::collections::BTreeMap;

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::case_facts::HostFacts;
use crate::facts::spn::Spn;
use crate::rules::answer::Answer;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Scope, Severity};
use crate::rules::old_windows::version;
use crate::rules::rule::{Layer, Rule, RuleInfo, Situation, few};

/// Windows 2000.
const WINDOWS_2000: (u32, u32) = (5, 0);

/// The rule.
#[derive(Debug)]
pub struct NlbWindows2000Unsupported;

static INFO: RuleInfo = RuleInfo {
    name: "nlb-windows2000-unsupported",
    title: "Several servers with Windows 2000 share a name",
    explanation: "IIS 5 decrypts as the machine, always. A name that several machines answer to can be held by one account \
        only, so the others cannot decrypt its tickets; without a holder everybody gets NTLM. Windows 2000 supports no \
        Kerberos for such a name.",
    layer: Layer::Identity,
    references: &["KB 325608", "KB 235529"],
    explains: &[
        "farm-nodes-inconsistent",
        "app-pool-identities-conflict-on-host",
        "spn-missing",
        "spn-on-wrong-account",
        "http-spn-shadows-host",
        "krb-ap-err-modified-key-mismatch",
        "ntlm-blocked-or-audited",
        "unconstrained-delegation-not-trusted",
    ],
};

/// A site that answers to a shared name.
struct Node<'a> {
    host: &'a HostFacts,
    site: &'a str,
    paths: Vec<&'a str>,
    at: Evidence,
}

impl Rule for NlbWindows2000Unsupported {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        let mut names = BTreeMap::<String, Vec<Node<'_>>>::new();
        for (host, iis) in situation.facts.web_servers()? {
            match version(host) {
                Some(WINDOWS_2000) => {}
                Some(_) => {
                    answer.applies();
                    continue;
                }
                None => {
                    answer.open(NotKnown::naming("systeminfo of", host.identity.name.as_str()));
                    continue;
                }
            }
            match iis.complete() {
                Ok(iis) => {
                    answer.applies();
                    for site in &iis.sites {
                        for binding in site.bindings.iter().filter(|binding| is_foreign(host, &binding.host)) {
                            let paths = site.distinct_paths().filter(|path| path.sign_in.windows.value);
                            let paths: Vec<_> = paths.map(|path| path.path.as_str()).collect();
                            if !paths.is_empty() {
                                let node = Node { host, site: &site.name, paths, at: binding.at };
                                names.entry(binding.host.to_lowercase()).or_default().push(node);
                            }
                        }
                    }
                }
                Err(not_known) => answer.open(not_known),
            }
        }
        for (name, nodes) in &names {
            let several = nodes.iter().any(|node| {
                node.host.identity.name
                    != nodes
                        .first()
                        .map_or_else(|| node.host.identity.name.clone(), |first| first.host.identity.name.clone())
            });
            if several {
                answer.find(finding(name, nodes));
            } else {
                answer.open(NotKnown::naming(
                    "whether other servers answer to the same name, as nslookup tells, for",
                    name,
                ));
            }
        }
        Ok(())
    }
}

fn is_foreign(host: &HostFacts, name: &str) -> bool {
    !name.is_empty() && !host.identity.answers_to(name)
}

fn finding(name: &str, nodes: &[Node<'_>]) -> Finding {
    let servers = few(nodes.iter().map(|node| node.host.identity.name.as_str()));
    let scopes = nodes.iter().flat_map(|node| {
        node.paths.iter().map(|path| Scope {
            host: node.host.identity.name.clone(),
            site: node.site.to_owned(),
            path: (*path).to_owned(),
        })
    });
    let summary = format!("{servers} run Windows 2000 and share the name {name}, for which Kerberos cannot work");
    Finding::seen(Severity::Degraded, Confidence::Certain, summary, nodes.iter().map(|node| node.at))
        .because("Each of them decrypts as its own machine, and a ticket is for one. Users come by NTLM, which cannot be delegated.")
        .about(Spn::http(name).map(|spn| spn.to_string()))
        .about([name.to_owned()])
        .at_paths(scopes)
        .fixed_by([
            Fix::new(
                "Move the site to Server 2003 or later, and let its pools run as one account of the domain",
                Risk::Disruptive,
                Privilege::DomainAdmin,
            )
            .noting("That account then holds the SPN. Never register the SPN on each server: then nobody gets a ticket."),
            Fix::new(
                format!("Until then, let {name} redirect each user to the full name of one server"),
                Risk::Disruptive,
                Privilege::ServerAdmin,
            )
            .noting(
                "Under its own name each server has Kerberos. A server cluster, other than network load balancing, can have it \
                 since Service Pack 3 (RequireKerberos of its network name).",
            ),
        ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, World, points_at};

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &NlbWindows2000Unsupported, expected)
    }

    fn old() -> World {
        World::healthy().of_iis_5("Negotiate,NTLM")
    }

    #[test]
    fn two_servers_of_one_name_are_found() {
        let answered = check(&old().with_node("WEB02", |node| node), Verdict::Found);
        let finding = answered.finding();
        let summary =
            "WEB01 and WEB02 run Windows 2000 and share the name intranet.contoso.com, for which Kerberos cannot work";
        assert_eq!(finding.summary, summary);
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(points_at(finding, &[finding.evidence[0]]) && finding.scopes.len() == 2, "{finding:?}");
    }

    #[test]
    fn own_names_and_later_versions_are_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&World::healthy().with_node("WEB02", |node| node), Verdict::Clear);
        check(&old().reached_as("web01.contoso.com"), Verdict::Clear);
    }

    #[test]
    fn one_server_alone_or_one_of_unknown_age_leaves_it_open() {
        let needs = check(&old(), Verdict::Open).needs;
        assert!(needs[0].starts_with("whether other servers answer to the same name"), "{needs:?}");
        check(&World::healthy().no_systeminfo("WEB01"), Verdict::Open);
    }
}

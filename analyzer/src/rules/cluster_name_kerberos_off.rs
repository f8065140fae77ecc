//! The name of a server cluster has no account, so nobody gets a ticket for it.
//!
//! # Symptom
//!
//! Under the name of the cluster everybody is signed in by NTLM; under the name of a node Kerberos works.
//!
//! # Condition
//!
//! A server of Windows 2000 or 2003 is a node of a server cluster, a site is reached under the name of one of its resources of
//! the type `Network Name`, and `RequireKerberos` of that resource is 0 or not set.
//!
//! # Refuted by
//!
//! A value of 1. Later clusters make an account for each name by themselves.
//!
//! # Sources
//!
//! - KB 235529; KB 302389; TechNet cc738070.

use std::collections::BTreeMap;

use crate::artifacts::registry::Data;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::fact::Fact;
use crate::facts::settings::Branched;
use crate::rules::answer::Answer;
use crate::rules::command::CommandLine;
use crate::rules::finding::{Confidence, Finding, Fix, Privilege, Risk, Severity};
use crate::rules::old_windows::version;
use crate::rules::rule::{Layer, Rule, RuleInfo, SitePath, Situation};

/// The resources of the cluster, each under a GUID.
const RESOURCES: &str = r"HKLM\Cluster\Resources";
/// Server 2003.
const SERVER_2003: (u32, u32) = (5, 2);

/// The rule.
#[derive(Debug)]
pub struct ClusterNameKerberosOff;

static INFO: RuleInfo = RuleInfo {
    name: "cluster-name-kerberos-off",
    title: "The name of a cluster has no account",
    explanation: "A server cluster of Windows 2000 or 2003 answers to names of its own. Only where RequireKerberos is set does \
        the cluster make an account in the directory for such a name; otherwise no KDC knows it, and NTLM is what is left. \
        Off is the default.",
    layer: Layer::Owner,
    references: &["KB 235529", "KB 302389"],
    explains: &["spn-missing", "ntlm-blocked-or-audited"],
};

impl Rule for ClusterNameKerberosOff {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, situation: &Situation<'_>, answer: &mut Answer) -> Result<(), NotKnown> {
        for path in situation.paths(answer)?.iter().filter(|path| path.path.path == "/") {
            let names = foreign_names(path);
            match version(path.host) {
                Some(version) if version > SERVER_2003 => {}
                _ if names.is_empty() || !path.path.sign_in.windows.value => {}
                None => answer.open(NotKnown::naming("systeminfo of", path.host.identity.name.as_str())),
                Some(_) => of_site(path, &names, answer),
            }
        }
        Ok(())
    }
}

fn of_site(path: &SitePath<'_>, names: &[String], answer: &mut Answer) {
    let branch = path.host.settings.branch(RESOURCES);
    let values = match branch.seen() {
        Ok(values) => values,
        Err(not_known) => return answer.open(not_known),
    };
    for (name, network) in networks(values).iter().filter(|(name, _)| is_reached(names, name)) {
        match &network.kerberos {
            Some((1, _)) => {}
            Some((_, at)) => answer.find(finding(path, name, network, Some(*at))),
            // That a value is not there needs the whole branch.
            None if matches!(branch, Fact::Known(_)) => answer.find(finding(path, name, network, None)),
            None => {}
        }
    }
    if let Err(not_known) = branch.complete() {
        answer.open(not_known);
    }
}

fn foreign_names(path: &SitePath<'_>) -> Vec<String> {
    let names = path.site.bindings.iter().map(|binding| binding.host.to_lowercase());
    names.filter(|name| !name.is_empty() && !path.host.identity.answers_to(name)).collect()
}

/// A network name is one label; URLs hold it with or without a domain.
fn is_reached(names: &[String], network: &str) -> bool {
    names.iter().any(|name| name.split('.').next().is_some_and(|label| label.eq_ignore_ascii_case(network)))
}

/// A resource of the type `Network Name`.
#[derive(Debug, Default)]
struct Network<'a> {
    is_one: bool,
    /// What people call the resource.
    title: &'a str,
    name: Option<(&'a str, Evidence)>,
    kerberos: Option<(u32, Evidence)>,
}

/// The resources that are names, by the name that they give.
fn networks<'a>(values: &[Branched<'a>]) -> BTreeMap<&'a str, Network<'a>> {
    let mut resources = BTreeMap::<&str, Network<'_>>::new();
    for value in values {
        let (id, below) = value.key.split_once('\\').unwrap_or((value.key, ""));
        let resource = resources.entry(id).or_default();
        match (below, value.name, value.data) {
            ("", "type", Data::Text(kind)) => resource.is_one = kind.eq_ignore_ascii_case("Network Name"),
            ("", "name", Data::Text(title)) => resource.title = title,
            ("parameters", "name", Data::Text(name)) => resource.name = Some((name, value.at)),
            ("parameters", "requirekerberos", Data::Dword(set)) => resource.kerberos = Some((*set, value.at)),
            _ => {}
        }
    }
    let named = resources.into_values().filter(|resource| resource.is_one);
    named.filter_map(|resource| Some((resource.name?.0, resource))).collect()
}

fn finding(path: &SitePath<'_>, name: &str, network: &Network<'_>, set: Option<Evidence>) -> Finding {
    let summary = format!("{} is reached under {name}, a name of a cluster that has no Kerberos", path.name());
    let places = set.into_iter().chain(network.name.map(|(_, at)| at));
    let change = |value: u32| {
        let start = CommandLine::of("cluster res").name(network.title);
        start.text(&format!("/priv RequireKerberos={value}:DWORD")).build()
    };
    let state = |verb: &str| CommandLine::of("cluster res").name(network.title).text(verb).build();
    Finding::seen(Severity::Degraded, Confidence::Certain, summary, places)
        .and(path.site.bindings.first().map(|binding| binding.at))
        .because("There is no account for this name in the directory, so no KDC gives a ticket for it.")
        .about([name.to_owned(), path.name()])
        .at_paths([path.scope()])
        .fixed_by([Fix::new(format!("Let the cluster make an account for {name}"), Risk::Disruptive, Privilege::DomainAdmin)
            .noting(
                "The resource goes off line for it, and with it what depends on it. Windows 2000 needs Service Pack 3. The \
                 account of the Cluster service must be allowed to make computer accounts, or the account is made before. A \
                 site that runs as the machine still decrypts with the key of the node: let its pool run as an account of the \
                 domain that holds the SPN.",
            )
            .by([state("/offline"), change(1), state("/online")])
            .undone_by([state("/offline"), change(0), state("/online")])
            .seen_by([state("/priv")])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Verdict;
    use crate::rules::fixture::{self, REGISTRY, World, commands, points_at};

    const ID: &str = r"HKEY_LOCAL_MACHINE\Cluster\Resources\5f1c";

    fn check(world: &World, expected: Verdict) -> fixture::Answered {
        fixture::check(world, &ClusterNameKerberosOff, expected)
    }

    fn text(text: &str) -> Data {
        Data::Text(text.to_owned())
    }

    fn clustered(kind: &str) -> World {
        let parameters = format!(r"{ID}\Parameters");
        let root = r"HKEY_LOCAL_MACHINE\Cluster\Resources";
        World::healthy()
            .system_of("WEB01", "5.2.3790")
            .registry(root, "Order", text("x"))
            .registry(ID, "Name", text("Web Name"))
            .registry(ID, "Type", text(kind))
            .registry(&parameters, "Name", text("INTRANET"))
    }

    fn kerberos(world: World, value: u32) -> World {
        world.registry(&format!(r"{ID}\Parameters"), "RequireKerberos", Data::Dword(value))
    }

    #[test]
    fn a_network_name_without_kerberos_is_found() {
        let answered = check(&clustered("Network Name").whole_registry(), Verdict::Found);
        let finding = answered.finding();
        assert_eq!(finding.summary, "Intranet is reached under INTRANET, a name of a cluster that has no Kerberos");
        assert_eq!((finding.severity, finding.confidence), (Severity::Degraded, Confidence::Certain));
        assert!(points_at(finding, &[REGISTRY.line(4)]));
        let set = r#"cluster res "Web Name" /priv RequireKerberos=1:DWORD"#;
        assert_eq!(commands(&finding.fixes[0])[1], set);
        check(&kerberos(clustered("Network Name"), 0), Verdict::Found);
    }

    #[test]
    fn kerberos_another_name_or_a_later_windows_is_clear() {
        check(&World::healthy(), Verdict::Clear);
        check(&kerberos(clustered("Network Name"), 1).whole_registry(), Verdict::Clear);
        check(&clustered("IP Address").whole_registry(), Verdict::Clear);
        check(&clustered("Network Name").reached_as("web01.contoso.com").whole_registry(), Verdict::Clear);
        check(&clustered("Network Name").system_of("WEB01", "6.0.6002").whole_registry(), Verdict::Clear);
    }

    #[test]
    fn a_part_of_the_cluster_leaves_it_open() {
        check(&clustered("Network Name"), Verdict::Open);
        let needs = check(&World::healthy().system_of("WEB01", "5.2.3790"), Verdict::Open).needs;
        assert_eq!(needs, [r#"reg query "HKLM\Cluster\Resources" /s"#]);
    }
}

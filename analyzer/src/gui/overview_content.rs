//! What the overview says: the hosts, how much was judged, and how to get what is missing.

use std::fmt::Write as _;

use crate::case::Case;
use crate::exchange::outcome::Outcome;
use crate::facts::case_facts::HostFacts;
use crate::facts::host::Role;
use crate::report::escape::escape;

/// What the overview says beside what every view knows.
#[derive(Clone, Debug, Default)]
pub struct OverviewContent {
    /// The hosts of the case.
    pub hosts: Vec<HostContent>,
    /// Where to run the collector, and how.
    pub collectors: Vec<CollectorContent>,
    /// All that is missing, as a text for whoever sits at the servers.
    pub for_customer: String,
}

/// A host.
#[derive(Clone, Debug)]
pub struct HostContent {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: &'static str,
    /// Its system, and its IIS.
    pub system: String,
    /// When its bundle was collected.
    pub collected: String,
}

/// A run of the collector that would tell more.
#[derive(Clone, Debug)]
pub struct CollectorContent {
    /// On which computer.
    pub where_to: String,
    /// The command.
    pub command: String,
}

/// Puts it into words. `needs` is what is missing.
pub fn overview_content(case: &Case, needs: &[String]) -> OverviewContent {
    let collectors = if needs.is_empty() { Vec::new() } else { collectors(case) };
    OverviewContent {
        hosts: case.facts.hosts.values().take(200).map(host).collect(),
        for_customer: for_customer(case, &collectors, needs),
        collectors,
    }
}

/// What a host is for, in words.
const fn role_words(role: Role) -> &'static str {
    match role {
        Role::WebServer => "web server",
        Role::DomainController => "domain controller",
        Role::Client => "client",
    }
}

fn host(host: &HostFacts) -> HostContent {
    let identity = &host.identity;
    let iis = host.iis.as_ref().and_then(|_| identity.iis_version()).map(|version| format!("IIS {version}"));
    let system: Vec<_> = identity.os.as_deref().map(escape).into_iter().chain(iis).collect();
    HostContent {
        name: escape(identity.name.as_str()),
        role: role_words(host.role),
        system: system.join("  ·  "),
        collected: identity
            .collected_at
            .map_or_else(|| "time not known".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string()),
    }
}

/// Kinds of hosts that no bundle of the case is from. A name from the bundle stands in a command only if it is safe.
fn collectors(case: &Case) -> Vec<CollectorContent> {
    let has = |role| case.facts.hosts.values().any(|host| host.role == role);
    let mut runs = Vec::new();
    if !has(Role::WebServer) {
        let where_to = "on the web server, as an administrator".to_owned();
        runs.push(CollectorContent { where_to, command: "kerbscope-collect".to_owned() });
    }
    let failing = case.exchanges.iter().find(|exchange| !matches!(exchange.outcome, Outcome::Kerberos));
    if let Some(url) =
        failing.map(|exchange| exchange.url.as_str()).filter(|url| is_safe(url)).filter(|_| !has(Role::Client))
    {
        let where_to = "on a computer from which sign-in fails, as the user who sees it fail".to_owned();
        runs.push(CollectorContent { where_to, command: format!("kerbscope-collect --client {url}") });
    }
    let server = case.facts.hosts.values().find(|host| host.role == Role::WebServer);
    let server = server.map(|host| host.identity.name.as_str()).filter(|name| is_safe(name));
    if let Some(name) = server.filter(|_| !has(Role::DomainController)) {
        let where_to = "on a domain controller, as an administrator".to_owned();
        runs.push(CollectorContent { where_to, command: format!("kerbscope-collect --dc {name}") });
    }
    runs
}

/// Nothing that a command line could take for something else.
fn is_safe(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.len() <= 256
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/".contains(c))
}

fn for_customer(case: &Case, collectors: &[CollectorContent], needs: &[String]) -> String {
    let mut text = String::new();
    if needs.is_empty() {
        return text;
    }
    let names: Vec<_> = case.bundles.iter().map(|bundle| escape(&bundle.name)).collect();
    let _ = writeln!(text, "We have read {}, and some evidence is missing in it.", names.join(", "));
    if !collectors.is_empty() {
        let _ = writeln!(text, "\nPlease run, and send us the zip that each writes:");
        for run in collectors {
            let _ = writeln!(text, "- {}:\n    {}", run.where_to, run.command);
        }
    }
    let _ = writeln!(text, "\nStill needed:");
    for need in needs {
        let _ = writeln!(text, "- {need}");
    }
    text.push_str(
        "\nThe collector changes nothing on the computer and sends nothing. Its zip can be read before it is sent.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_stands_in_no_command() {
        for (text, safe) in [
            ("http://portal.contoso.com/", true),
            ("WEB01", true),
            ("web01 & del *", false),
            ("--option", false),
            ("http://a/%TEMP%", false),
            ("", false),
        ] {
            assert_eq!(is_safe(text), safe, "{text}");
        }
    }
}

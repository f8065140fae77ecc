//! The URLs under which users reach a path of a site, from its bindings and the names of its host.

use std::collections::BTreeSet;

use crate::artifacts::iis_config::Binding;
use crate::evidence::place::Evidence;
use crate::facts::case_facts::HostFacts;

/// Aliases of one host that are looked at.
const ALIASES: usize = 50;

/// A way to reach a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteUrl {
    /// The name in the URL, in lower case.
    pub host: String,
    /// The URL of the root, without the slash at its end.
    pub root: String,
    /// The port in the URL, where it is neither 80 nor 443.
    pub port: Option<u16>,
    /// The binding that answers.
    pub at: Evidence,
}

/// Every name that the bindings of a site answer to; `open_names` are those that a binding without a host header is
/// known to answer to, see [`open_names`].
pub fn site_urls(bindings: &[Binding], open_names: &[String]) -> Vec<SiteUrl> {
    let mut urls = Vec::<SiteUrl>::new();
    for binding in bindings {
        let own = [binding.host.to_lowercase()];
        let names = if binding.host.is_empty() { open_names } else { &own };
        for name in names.iter().filter(|name| !name.contains('*')) {
            let root = format!("{}://{name}{}", binding.protocol, port(binding));
            if !urls.iter().any(|url| url.root == root) {
                let port = Some(binding.port).filter(|port| !matches!(port, 80 | 443));
                urls.push(SiteUrl { host: name.clone(), root, port, at: binding.at });
            }
        }
    }
    urls
}

/// The names that a binding without a host header is known to answer to: those of the host itself, and those that DNS
/// says lead to it, unless another site has them for itself. It answers to every name; others are not known.
pub fn open_names(host: &HostFacts) -> Vec<String> {
    let iis = host.iis.as_ref().and_then(|iis| iis.seen().ok());
    let bindings = iis.into_iter().flat_map(|iis| &iis.sites).flat_map(|site| &site.bindings);
    let taken: BTreeSet<_> = bindings.map(|binding| binding.host.to_lowercase()).collect();
    let own = host.identity.dns_names();
    let aliases = host.names.leading_to(&host.identity).filter(|name| !taken.contains(name) && !own.contains(name));
    own.iter().cloned().chain(aliases.take(ALIASES)).collect()
}

fn port(binding: &Binding) -> String {
    match (binding.protocol.as_str(), binding.port) {
        ("http", 80) | ("https", 443) => String::new(),
        (_, port) => format!(":{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::ArtifactId;
    use crate::facts::host::HostName;
    use crate::facts::names::Resolution;

    fn binding(host: &str, port: u16) -> Binding {
        Binding { at: ArtifactId(0).line(1), protocol: "http".to_owned(), port, host: host.to_owned() }
    }

    fn roots(bindings: &[Binding], open_names: &[String]) -> Vec<String> {
        site_urls(bindings, open_names).into_iter().map(|url| url.root).collect()
    }

    #[test]
    fn a_host_header_is_the_only_name_and_none_is_every_name() {
        let names = ["web01".to_owned(), "intranet.contoso.com".to_owned()];
        assert_eq!(roots(&[binding("Portal", 8080)], &names), ["http://portal:8080"]);
        assert_eq!(roots(&[binding("", 80)], &names), ["http://web01", "http://intranet.contoso.com"]);
        assert!(roots(&[binding("*.contoso.com", 80)], &names).is_empty());
    }

    #[test]
    fn aliases_of_the_host_are_names_that_it_answers_to() {
        let mut host = HostFacts::named(HostName::new("WEB01"));
        let at = ArtifactId(0).line(1);
        host.names.add("intranet.contoso.com", Resolution::Alias("web01".to_owned()), at);
        host.names.add("other.contoso.com", Resolution::Alias("web02".to_owned()), at);
        assert_eq!(open_names(&host), ["web01", "intranet.contoso.com"]);
    }
}

//! The URLs under which users reach a path of a site, from its bindings and the names of its host.

use crate::artifacts::iis_config::Binding;
use crate::evidence::place::Evidence;
use crate::facts::host::Identity;

/// A way to reach a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteUrl {
    /// The name in the URL, in lower case.
    pub host: String,
    /// The URL of the root, without the slash at its end.
    pub root: String,
    /// The binding that answers.
    pub at: Evidence,
}

/// Every name that the bindings of a site answer to. A binding without a host header answers to all names; those of
/// the host itself are the ones that are known.
pub fn site_urls(bindings: &[Binding], host: &Identity) -> Vec<SiteUrl> {
    let mut urls = Vec::<SiteUrl>::new();
    for binding in bindings {
        let names = if binding.host.is_empty() { host.dns_names() } else { vec![binding.host.to_lowercase()] };
        for name in names.into_iter().filter(|name| !name.contains('*')) {
            let root = format!("{}://{name}{}", binding.protocol, port(binding));
            if !urls.iter().any(|url| url.root == root) {
                urls.push(SiteUrl { host: name, root, at: binding.at });
            }
        }
    }
    urls
}

fn port(binding: &Binding) -> String {
    match (binding.protocol.as_str(), binding.port) {
        ("http", 80) | ("https", 443) => String::new(),
        (_, port) => format!(":{port}"),
    }
}

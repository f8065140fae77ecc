//! The zone of Internet Explorer that a site is in, as lists of sites say it; browsers sign in by themselves in some alone.

use crate::artifacts::registry::Data;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::facts::case_facts::HostFacts;
use crate::rules::browser_policy::Servers;

/// Lists that policies make: names, each with the number of a zone.
const POLICIES: [&str; 2] = [
    r"HKLM\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMapKey",
    r"HKCU\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMapKey",
];
/// Lists that people make: a key for each domain.
const LISTS: [&str; 2] = [
    r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap",
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap",
];
const DOMAINS: &str = r"domains\";

/// Entries of one list that are looked at.
const ENTRIES: usize = 2_000;

/// What the lists of a client say.
#[derive(Clone, Debug)]
pub struct Zones<'a> {
    entries: Vec<Entry<'a>>,
    /// Where the lists stand.
    places: Vec<Evidence>,
    /// Why there may be more entries.
    not_known: Option<NotKnown>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    is_policy: bool,
    /// The name in a list of a policy; the key of a domain in one that people make.
    name: &'a str,
    zone: u64,
    at: Evidence,
}

/// The zone of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Some list may name it; the number of its zone.
    Listed(u64, Evidence),
    /// No list names it. The places are those of the lists.
    Nowhere(Vec<Evidence>),
}

impl<'a> Zones<'a> {
    /// The lists of a client.
    pub fn of(client: &'a HostFacts) -> Self {
        let mut zones = Self { entries: Vec::new(), places: Vec::new(), not_known: None };
        for (key, is_policy) in POLICIES.map(|key| (key, true)).into_iter().chain(LISTS.map(|key| (key, false))) {
            let branch = client.settings.branch(key);
            let values = branch.seen().map_or(&[][..], Vec::as_slice);
            zones.entries.extend(values.iter().take(ENTRIES).filter_map(|value| {
                let zone = match value.data {
                    Data::Dword(zone) => u64::from(*zone),
                    Data::Text(zone) => zone.trim().parse().unwrap_or(u64::MAX),
                    _ => return None,
                };
                let name = if is_policy { value.name } else { value.key };
                Some(Entry { is_policy, name, zone, at: value.at })
            }));
            zones.places.extend(client.settings.key_at(key));
            if branch.complete().is_err() || values.len() > ENTRIES {
                let need = "the zones of Windows, which kerbscope-collect --client reads, on";
                zones.not_known.get_or_insert(NotKnown::naming(need, client.identity.name.as_str()));
            }
        }
        zones
    }

    /// The zone of a site.
    ///
    /// # Errors
    ///
    /// No list that is known names it, and not all lists are known.
    pub fn zone(&self, site: &str) -> Result<Zone, NotKnown> {
        let names_it =
            |entry: &&Entry<'_>| if entry.is_policy { names(entry.name, site) } else { holds(entry.name, site) };
        match (self.entries.iter().find(names_it), &self.not_known) {
            (Some(entry), _) => Ok(Zone::Listed(entry.zone, entry.at)),
            (None, Some(not_known)) => Err(not_known.clone()),
            (None, None) => Ok(Zone::Nowhere(self.places.clone())),
        }
    }
}

/// `http://intranet.contoso.com`, `*.contoso.com`, `contoso.com`. What is more than that is taken for a yes.
fn names(entry: &str, site: &str) -> bool {
    let entry = entry.trim().to_lowercase();
    let name = entry.split_once("://").map_or(entry.as_str(), |(_, rest)| rest);
    let name = name.trim_end_matches('/');
    let is_within = name.strip_prefix("*.").is_some_and(|domain| is_in(site, domain));
    is_within || is_in(site, name) || Servers::of(name).name(site)
}

/// `domains\contoso.com\intranet` is one host, `domains\contoso.com` all hosts of a domain.
fn holds(key: &str, site: &str) -> bool {
    let Some(path) = key.strip_prefix(DOMAINS) else { return false };
    match path.split_once('\\') {
        Some((domain, host)) => is_in(site, &format!("{host}.{domain}")),
        None => is_in(site, path),
    }
}

fn is_in(site: &str, domain: &str) -> bool {
    let (site, domain) = (site.to_lowercase(), domain.to_lowercase());
    site == domain || site.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_name_hosts_and_whole_domains() {
        let site = "intranet.contoso.com";
        for entry in ["http://intranet.contoso.com", "*.contoso.com", "contoso.com", "HTTPS://*.Contoso.com/"] {
            assert!(names(entry, site), "{entry}");
        }
        for entry in ["fabrikam.com", "http://www.contoso.com", "toso.com"] {
            assert!(!names(entry, site), "{entry}");
        }
        for key in [r"domains\contoso.com", r"domains\contoso.com\intranet"] {
            assert!(holds(key, site), "{key}");
        }
        for key in [r"domains\contoso.com\www", r"domains\fabrikam.com", r"ranges\range1", ""] {
            assert!(!holds(key, site), "{key}");
        }
    }
}

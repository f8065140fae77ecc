//! What policies tell Edge and Chrome about signing in, as the registry of a computer with a browser has them.

use crate::evidence::gap::NotKnown;
use crate::facts::case_facts::{Facts, HostFacts};
use crate::facts::fact::Fact;
use crate::facts::host::Role;
use crate::facts::settings::Set;

/// Patterns of one list that are looked at.
const PATTERNS: usize = 1_000;

/// A browser of the Chromium family: what people call it, and where its policies are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browser {
    /// What people call it.
    pub name: &'static str,
    key: &'static str,
}

/// The two that Windows networks manage.
pub const BROWSERS: [Browser; 2] = [
    Browser { name: "Edge", key: r"SOFTWARE\Policies\Microsoft\Edge" },
    Browser { name: "Chrome", key: r"SOFTWARE\Policies\Google\Chrome" },
];

impl Browser {
    /// What a policy is set to, by its names of today and of before 2020. The one of the machine goes before the one of
    /// the user.
    ///
    /// # Errors
    ///
    /// Nobody looked at all the places where it may be set.
    pub fn policy(self, host: &HostFacts, names: &[&str]) -> Result<Set, NotKnown> {
        let mut unset = None;
        for hive in ["HKLM", "HKCU"] {
            for name in names {
                let Fact::Known(set) = host.settings.value(&format!(r"{hive}\{}", self.key), name) else {
                    return Err(not_asked(host));
                };
                if set.data.is_some() {
                    return Ok(set);
                }
                unset.get_or_insert(set);
            }
        }
        unset.ok_or_else(|| not_asked(host))
    }

    /// The command that shows the policies.
    pub fn query(self) -> String {
        format!(r"reg query HKLM\{}", self.key)
    }
}

fn not_asked(host: &HostFacts) -> NotKnown {
    NotKnown::naming(
        "the policies of browsers, which kerbscope-collect --client reads, on",
        host.identity.name.as_str(),
    )
}

/// The computers of the case from which users sign in.
///
/// # Errors
///
/// There is none in the case.
pub fn clients(facts: &Facts) -> Result<Vec<&HostFacts>, NotKnown> {
    let clients: Vec<_> = facts.hosts.values().filter(|host| host.role == Role::Client).collect();
    let need = || NotKnown::until("kerbscope-collect --client on a computer from which sign-in fails");
    if clients.is_empty() { Err(need()) } else { Ok(clients) }
}

/// A list of servers in a policy: patterns with commas between them, in which a star stands for anything.
#[derive(Clone, Debug)]
pub struct Servers(Vec<String>);

impl Servers {
    /// The patterns of a list.
    pub fn of(list: &str) -> Self {
        let patterns = list.split(',').map(|pattern| pattern.trim().to_lowercase());
        let patterns = patterns.filter(|pattern| !pattern.is_empty()).take(PATTERNS);
        Self(patterns.map(|pattern| if pattern.starts_with('.') { format!("*{pattern}") } else { pattern }).collect())
    }

    /// Whether the list names this server. A pattern with more to it than stars (schemes, ports, addresses of networks) is
    /// taken for a yes, for it may be one; and so is a list that is longer than is looked at.
    pub fn name(&self, host: &str) -> bool {
        let is_plain = |c: char| c.is_alphanumeric() || "-_.*".contains(c);
        let host = host.to_lowercase();
        let fits = |pattern: &String| !pattern.chars().all(is_plain) || fits(pattern, &host);
        self.0.len() >= PATTERNS || self.0.iter().any(fits)
    }
}

/// The pieces between stars must follow each other; the first begins the name, the last ends it.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let mut pieces: Vec<_> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some((_, behind)) = name.split_once(piece) else { return false };
        name = behind;
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_hosts_with_stars() {
        for list in [
            "*",
            "web.contoso.com",
            "*.contoso.com",
            "*contoso.com",
            ".contoso.com",
            "x, WEB.*",
            "w*.c*.com",
            "https://x",
        ] {
            assert!(Servers::of(list).name("web.contoso.com"), "{list}");
        }
        for list in ["", ",", "contoso.com", "*.contoso.org", "web", "*.web.contoso.com", "w*x*.com"] {
            assert!(!Servers::of(list).name("web.contoso.com"), "{list}");
        }
        assert!(!fits("a*a", "a"), "one letter cannot be both ends");
    }
}

//! How browsers make the name of a service out of a URL, where policies of the clients tell them otherwise.
//!
//! A policy of one client says nothing of the others: a habit is another one only where every client of the case has it.

use crate::evidence::place::Evidence;
use crate::exchange::client::ClientFamily;
use crate::facts::case_facts::{Facts, HostFacts};
use crate::facts::fact::Fact;
use crate::facts::host::Role;

/// Where Edge and Chrome look for policies.
const CHROMIUM: [&str; 4] = [
    r"HKLM\SOFTWARE\Policies\Microsoft\Edge",
    r"HKCU\SOFTWARE\Policies\Microsoft\Edge",
    r"HKLM\SOFTWARE\Policies\Google\Chrome",
    r"HKCU\SOFTWARE\Policies\Google\Chrome",
];
/// Where Internet Explorer looks for features that somebody switched on.
const CNAME_FOR_SPN: [&str; 2] = [
    r"HKLM\SOFTWARE\Microsoft\Internet Explorer\Main\FeatureControl\FEATURE_USE_CNAME_FOR_SPN_KB911149",
    r"HKCU\SOFTWARE\Microsoft\Internet Explorer\Main\FeatureControl\FEATURE_USE_CNAME_FOR_SPN_KB911149",
];
const PORT_IN_SPN: [&str; 2] = [
    r"HKLM\SOFTWARE\Microsoft\Internet Explorer\Main\FeatureControl\FEATURE_INCLUDE_PORT_IN_SPN_KB908209",
    r"HKCU\SOFTWARE\Microsoft\Internet Explorer\Main\FeatureControl\FEATURE_INCLUDE_PORT_IN_SPN_KB908209",
];
/// A feature is switched on for one program, or for all.
const PROGRAMS: [&str; 2] = ["iexplore.exe", "*"];

/// How a family of clients makes a name out of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// It asks for the name that holds the addresses, instead of the name in the URL.
    pub follows_aliases: bool,
    /// It leaves a port in the name that is neither 80 nor 443.
    pub sends_port: bool,
    /// The policy that says so.
    pub at: Option<Evidence>,
}

impl Habits {
    /// What a family does when nobody tells it otherwise.
    pub const fn usual(family: ClientFamily) -> Self {
        Self { follows_aliases: family.follows_aliases(), sends_port: false, at: None }
    }

    /// What a family does on the clients of a case.
    pub fn of(family: ClientFamily, facts: &Facts) -> Self {
        let (literal, port) = match family {
            ClientFamily::WinInet => {
                (set_on_all(facts, &CNAME_FOR_SPN, &PROGRAMS), set_on_all(facts, &PORT_IN_SPN, &PROGRAMS))
            }
            ClientFamily::Chromium => (
                set_on_all(facts, &CHROMIUM, &["DisableAuthNegotiateCnameLookup"]),
                set_on_all(facts, &CHROMIUM, &["EnableAuthNegotiatePort"]),
            ),
            ClientFamily::Literal => (None, None),
        };
        let usual = Self::usual(family);
        Self {
            follows_aliases: usual.follows_aliases && literal.is_none(),
            sends_port: port.is_some(),
            at: port.or(literal),
        }
    }
}

/// Where one of these values is 1, when that is so on every client of the case.
fn set_on_all(facts: &Facts, keys: &[&str], names: &[&str]) -> Option<Evidence> {
    let clients = facts.hosts.values().filter(|host| host.role == Role::Client && !host.identity.is_server());
    let places: Option<Vec<_>> = clients.map(|client| set_on(client, keys, names)).collect();
    places?.first().copied()
}

fn set_on(client: &HostFacts, keys: &[&str], names: &[&str]) -> Option<Evidence> {
    let mut values = keys.iter().flat_map(|key| names.iter().map(|name| client.settings.value(key, name)));
    values.find_map(|value| match value {
        Fact::Known(set) if set.number() == Some(1) => Some(set.at),
        _ => None,
    })
}

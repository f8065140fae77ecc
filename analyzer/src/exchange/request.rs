//! The SPN that a client asks a ticket for.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::habits::Habits;
use crate::facts::case_facts::HostFacts;
use crate::facts::fact::Fact;
use crate::facts::names::Resolution;
use crate::facts::spn::Spn;

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The name of the service.
    pub spn: Spn,
    /// The CNAME that was followed to it, if one was.
    pub through_alias: Option<String>,
    /// The DNS answer that it rests on.
    pub at: Option<Evidence>,
}

/// Works out the SPN for a name in a URL. Without a DNS answer the name is taken as it stands, which is a part of
/// the truth only: it may be a CNAME.
///
/// `port` is the one in the URL, where that holds one.
pub fn request(name: &str, port: Option<u16>, habits: Habits, host: &HostFacts) -> Fact<Request> {
    let http = |name: &str| match port.filter(|_| habits.sends_port) {
        Some(port) => Spn::http(&format!("{name}:{port}")),
        None => Spn::http(name),
    };
    let plain = |spn| Request { spn, through_alias: None, at: habits.at };
    let Some(literal) = http(name) else {
        return Fact::Unknown(NotKnown::until("a host name that can stand in an SPN"));
    };
    if !habits.follows_aliases {
        return Fact::Known(plain(literal));
    }
    let (resolution, at) = host.names.resolve(name, &host.identity);
    let follow = |resolution: Resolution| match resolution {
        Resolution::Alias(canonical) => {
            let spn = http(&canonical).unwrap_or_else(|| literal.clone());
            Request { spn, through_alias: Some(name.to_owned()), at }
        }
        Resolution::Address(full) => Request { at, ..plain(http(&full).unwrap_or_else(|| literal.clone())) },
        Resolution::Missing => Request { at, ..plain(literal.clone()) },
    };
    resolution.map(follow)
}

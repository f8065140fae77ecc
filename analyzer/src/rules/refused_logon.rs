//! Logons of users of the domain that a web server refused, by the reason that its Security log gives.

use crate::evidence::gap::NotKnown;
use crate::facts::events::{LogonRefused, What};
use crate::facts::host::HostName;
use crate::rules::answer::Answer;
use crate::rules::rule::Situation;
use crate::rules::told::{Told, told, whole_logs};

/// How users come over the network: with a ticket or NTLM, or with a password that they typed (Basic).
const FROM_AFAR: [u32; 2] = [3, 8];

/// A logon that was refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// The web server.
    pub host: HostName,
    /// The domain of the user.
    pub domain: Option<String>,
    /// The user.
    pub user: String,
    /// The NT status.
    pub status: u32,
}

impl Refused {
    /// `CONTOSO\bob`
    pub fn account(&self) -> String {
        match &self.domain {
            Some(domain) => format!(r"{domain}\{}", self.user),
            None => self.user.clone(),
        }
    }
}

/// Logons that web servers refused for one of these reasons. Computers, and accounts of the servers themselves, are not
/// the users of a site: scanners and old scripts try them day and night.
///
/// # Errors
///
/// There is no web server in the case.
pub fn refused<'a>(
    situation: &Situation<'a>,
    statuses: &[u32],
    answer: &mut Answer,
) -> Result<Vec<Told<'a, Refused>>, NotKnown> {
    let servers: Vec<_> = situation.facts.web_servers()?.into_iter().map(|(host, _)| host).collect();
    whole_logs(servers.iter().copied(), "Security", "the Security event log of the web server", answer);
    let is_server = |name: &HostName| servers.iter().any(|server| server.identity.name == *name);
    Ok(told(situation, |happening| {
        let What::LogonRefused(LogonRefused { domain, user, logon_type, status }) = &happening.what else {
            return None;
        };
        let host = HostName::new(&happening.computer);
        let is_own = domain.as_deref().is_some_and(|domain| HostName::new(domain) == host);
        let concerns = is_server(&host)
            && statuses.contains(status)
            && logon_type.is_some_and(|kind| FROM_AFAR.contains(&kind))
            && !user.ends_with('$')
            && !is_own;
        concerns.then(|| Refused { host, domain: domain.clone(), user: user.clone(), status: *status })
    }))
}

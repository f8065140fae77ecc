//! Paths whose list of providers leaves clients no choice but NTLM: one fault, by where the list comes from.
//!
//! Each origin has a rule of its own, because each has another fix. They share this file so that a path is never given
//! two causes.

use crate::evidence::gap::NotKnown;
use crate::exchange::identity::{TicketIdentity, ticket_identity};
use crate::facts::iis::PathFacts;
use crate::rules::answer::Answer;
use crate::rules::rule::{SitePath, Situation};

/// Where the list comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The web service of IIS 5 as a whole, where an upgrade from IIS 4 keeps it.
    UpgradedService,
    /// The path itself, against the list of its site, which offers Negotiate.
    Child,
    /// Anything else.
    Other,
}

/// The paths that offer no form of Negotiate, and could. An empty list is another fault; and where the account that
/// decrypts is one that no KDC knows, NTLM alone is right.
///
/// # Errors
///
/// There is no web server in the case.
pub fn only_ntlm<'a>(
    situation: &Situation<'a>,
    origin: Origin,
    answer: &mut Answer,
) -> Result<Vec<SitePath<'a>>, NotKnown> {
    let paths = situation.sign_in_paths(answer)?;
    Ok(paths.into_iter().filter(|path| is_only_ntlm(path) && self::origin(path) == origin).collect())
}

fn is_only_ntlm(path: &SitePath<'_>) -> bool {
    let (identity, _) = ticket_identity(path.path, &path.host.identity);
    let cannot = matches!(identity, TicketIdentity::NoNetworkAccount(_));
    path.path.sign_in.windows.value && !path.path.sign_in.providers.is_empty() && !offers(path.path) && !cannot
}

fn offers(path: &PathFacts) -> bool {
    path.sign_in.providers.iter().any(|provider| provider.value.offers_kerberos())
}

fn origin(path: &SitePath<'_>) -> Origin {
    let service = path.host.iis.as_ref().and_then(|iis| iis.seen().ok()?.service.as_ref());
    let upgraded = service.filter(|service| service.generation == 5).and_then(|service| service.providers.as_ref());
    let is_service = |at| at == path.path.sign_in.providers_at;
    if upgraded.is_some_and(|list| list.value.trim() == "NTLM" && is_service(list.at)) {
        return Origin::UpgradedService;
    }
    let root = path.site.paths.first().filter(|root| root.path != path.path.path);
    if root.is_some_and(offers) { Origin::Child } else { Origin::Other }
}

//! The plan: everything the collector asks a computer for, one row each.

use crate::plan::role::{Role, Scope};
use crate::plan::row::Row;
use crate::plan::{client, directory, events, iis, names, network, probe, registry, requests, spns, system, tickets};

type Families = &'static [&'static [Row]];

/// A web server. Its configuration comes first: later rows ask about its names.
const WEB_SERVER: Families = &[
    iis::ROWS,
    system::ROWS,
    network::ROWS,
    registry::ROWS,
    registry::OF_THE_SERVER,
    registry::OF_BROWSERS,
    tickets::ROWS,
    spns::OF_THE_SERVER,
    spns::OF_NAMES,
    directory::OF_THE_DOMAIN,
    directory::OF_THE_SERVER,
    directory::OF_NAMES,
    directory::OF_ACCOUNTS,
    names::ROWS,
    requests::ROWS,
    events::ROWS,
    events::OF_SIGN_INS,
    events::OF_THE_SERVER,
];

/// A computer with a browser.
const CLIENT: Families = &[
    system::ROWS,
    network::ROWS,
    registry::ROWS,
    registry::OF_BROWSERS,
    client::ROWS,
    tickets::ROWS,
    spns::OF_NAMES,
    directory::OF_THE_DOMAIN,
    directory::OF_NAMES,
    directory::OF_ACCOUNTS,
    names::ROWS,
    events::ROWS,
    events::OF_SIGN_INS,
];

/// A domain controller.
const DOMAIN_CONTROLLER: Families = &[
    system::ROWS,
    network::ROWS,
    directory::OF_THE_DOMAIN,
    directory::OF_NAMED_ACCOUNTS,
    directory::OF_ACCOUNTS,
    registry::ROWS,
    registry::OF_DOMAIN_CONTROLLER,
    events::ROWS,
    events::OF_DOMAIN_CONTROLLER,
];

/// What is done on each of them when it may do more than look.
const WEB_SERVER_PROBES: Families = &[probe::OF_THE_SERVER, probe::OF_NAMES];
const CLIENT_PROBES: Families = &[probe::OF_NAMES];

/// Every row that a computer is asked, in order.
pub fn rows(scope: &Scope) -> impl Iterator<Item = &'static Row> {
    let (families, probes) = match scope.role {
        Role::WebServer => (WEB_SERVER, WEB_SERVER_PROBES),
        Role::Client { .. } => (CLIENT, CLIENT_PROBES),
        Role::DomainController { .. } => (DOMAIN_CONTROLLER, &[] as Families),
    };
    let probes = if scope.probe { probes } else { &[] };
    families.iter().chain(probes).copied().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::argument;
    use crate::plan::row::Subject;

    #[test]
    fn every_row_has_its_own_id_and_a_safe_file_name() {
        let roles = [
            Role::WebServer,
            Role::Client { host: "www.contoso.com".to_owned() },
            Role::DomainController { accounts: Vec::new() },
        ];
        for role in roles {
            let scope = Scope { role, probe: true, ..Scope::default() };
            let ids: BTreeSet<_> = rows(&scope).map(|row| row.id).collect();
            assert_eq!(ids.len(), rows(&scope).count());
            for row in rows(&scope) {
                let many = !matches!(row.subject, Subject::Server | Subject::SharedFolder);
                assert_eq!(row.file_name.contains("{}"), many, "{}", row.id);
                assert_eq!(argument::file_name(row.kind, row.file_name, "x"), row.file_name.replace("{}", "x"));
            }
        }
    }
}

//! The ticket identity: whose key IIS takes to a ticket, that of the pool's account or of the machine.

use crate::evidence::place::Evidence;
use crate::facts::account::AccountName;
use crate::facts::host::Identity;
use crate::facts::iis::{PathFacts, PoolIdentity};

/// Whose key decrypts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketIdentity {
    /// The account of the server.
    Machine(AccountName),
    /// The account of the application pool.
    PoolAccount(AccountName),
    /// An account that no KDC has a key for: Kerberos cannot be.
    NoNetworkAccount(String),
    /// The configuration does not say.
    Unclear(String),
}

impl TicketIdentity {
    /// The account, if it is one that a KDC knows.
    pub const fn account(&self) -> Option<&AccountName> {
        match self {
            Self::Machine(account) | Self::PoolAccount(account) => Some(account),
            Self::NoNetworkAccount(_) | Self::Unclear(_) => None,
        }
    }
}

/// Works out who decrypts for a path, and the lines that decide it.
///
/// In kernel mode HTTP.SYS decrypts with the key of the machine, whatever the pool runs as, unless it is told to use
/// the pool's credentials; without kernel mode the worker process decrypts, with the key of its own account.
pub fn ticket_identity(path: &PathFacts, host: &Identity) -> (TicketIdentity, Vec<Evidence>) {
    let sign_in = &path.sign_in;
    let mut decided_by = vec![sign_in.kernel_mode.at];
    if sign_in.kernel_mode.value {
        decided_by.push(sign_in.pool_credentials.at);
        if !sign_in.pool_credentials.value {
            decided_by.dedup();
            return (TicketIdentity::Machine(machine_account(host)), decided_by);
        }
    }
    decided_by.push(path.pool.at);
    decided_by.dedup();
    let identity = match &path.pool.identity {
        PoolIdentity::Machine(_) => TicketIdentity::Machine(machine_account(host)),
        PoolIdentity::Account(account) => TicketIdentity::PoolAccount(account.clone()),
        PoolIdentity::LocalService => TicketIdentity::NoNetworkAccount("LocalService".to_owned()),
        PoolIdentity::LocalAccount(name) => TicketIdentity::NoNetworkAccount(name.clone()),
        PoolIdentity::Unclear(name) => TicketIdentity::Unclear(name.clone()),
    };
    (identity, decided_by)
}

/// The account of a server in its domain. The NetBIOS name of a domain is the first label of its DNS name unless
/// someone chose another; names are compared with that in mind. The DNS suffix of a server may be another than the
/// name of its domain, so where the domain is not stated, the account is known by its name alone.
pub fn machine_account(host: &Identity) -> AccountName {
    let label = || host.account_domain.as_ref()?.split('.').next().map(str::to_uppercase);
    AccountName::machine(host.netbios_domain.clone().or_else(label).as_deref(), host.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::ArtifactId;
    use crate::facts::host::HostName;
    use crate::facts::iis::PoolFacts;
    use crate::facts::sign_in::{Origin, Setting, SignIn};
    use crate::facts::web_configs::AppConfig;

    fn who(kernel_mode: bool, pool_credentials: bool, identity: PoolIdentity) -> TicketIdentity {
        let at = ArtifactId(0).line(1);
        let mut sign_in = SignIn::merge([], at);
        sign_in.kernel_mode = Setting { value: kernel_mode, at, origin: Origin::Stated };
        sign_in.pool_credentials = Setting { value: pool_credentials, at, origin: Origin::Stated };
        let pool = PoolFacts { name: "P".to_owned(), identity, at };
        let path = PathFacts {
            path: "/".to_owned(),
            pool,
            sign_in,
            may_be_overridden: None,
            refused: None,
            web_config: AppConfig::Absent,
        };
        ticket_identity(&path, &Identity::named(HostName::new("WEB01"))).0
    }

    #[test]
    fn a_dns_suffix_is_no_domain() {
        let mut host = Identity::named(HostName::new("WEB01"));
        host.domain = Some(crate::evidence::place::Cited::new("web.contoso.com".to_owned(), ArtifactId(0).line(1)));
        assert_eq!(machine_account(&host).to_string(), "WEB01$");
        host.account_domain = Some("contoso.com".to_owned());
        assert_eq!(machine_account(&host).to_string(), r"CONTOSO\WEB01$");
        host.netbios_domain = Some("CORP".to_owned());
        assert_eq!(machine_account(&host).to_string(), r"CORP\WEB01$");
    }

    #[test]
    fn every_row_of_the_table_of_identities() {
        let account = || PoolIdentity::Account(AccountName::parse("CONTOSO\\svc-web"));
        let machine = TicketIdentity::Machine(AccountName::parse("WEB01$"));
        let pool = TicketIdentity::PoolAccount(AccountName::parse("CONTOSO\\svc-web"));
        assert_eq!(who(true, false, account()), machine);
        assert_eq!(who(true, true, account()), pool);
        assert_eq!(who(false, false, account()), pool);
        assert_eq!(who(false, true, account()), pool);
        assert_eq!(who(false, false, PoolIdentity::Machine("NetworkService")), machine);
        assert_eq!(who(true, false, PoolIdentity::LocalService), machine);
        for local in [PoolIdentity::LocalService, PoolIdentity::LocalAccount(".\\bob".to_owned())] {
            assert!(matches!(who(false, false, local), TicketIdentity::NoNetworkAccount(_)));
        }
    }
}

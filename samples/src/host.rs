//! A host as an administrator would describe it; small changes make a fault out of a healthy one.

use crate::directory::Directory;
use crate::dns::Dns;
use crate::evtx::event::Event;
use crate::iis::{Authentication, Identity, Pool, Site};
use crate::layout::klist::Ticket;
use crate::layout::ldif::Value;
use crate::layout::lsa_tickets;
use crate::layout::nltest;
use crate::layout::request_log::{Refusal, Request};

/// The domain of all hosts, as DNS knows it.
pub const DNS_DOMAIN: &str = "contoso.com";

/// One host and what it can see of its domain.
#[derive(Clone, Debug)]
pub struct Host {
    /// The NetBIOS name.
    pub name: &'static str,
    /// What it is in the domain.
    pub role: Role,
    /// Its IPv4 address.
    pub address: &'static str,
    /// Application pools, where it is a web server.
    pub pools: Vec<Pool>,
    /// Sites, where it is a web server.
    pub sites: Vec<Site>,
    /// The accounts of the domain.
    pub directory: Directory,
    /// The names of the domain.
    pub dns: Dns,
    /// The tickets of the person who collects.
    pub own_tickets: Vec<Ticket>,
    /// The same as LSA reports them, where it was asked.
    pub lsa_tickets: Vec<lsa_tickets::Ticket>,
    /// The tickets of the machine account.
    pub machine_tickets: Vec<Ticket>,
    /// Its events, of any log and in any order.
    pub events: Vec<Event>,
    /// Whether `setspn` and the collector may ask the directory.
    pub setspn: Access,
    /// What the clock of the domain controller shows when this host is at 2026-03-02 08:15:04 UTC, as digits.
    pub dc_clock: &'static str,
    /// The web.config files of applications, by the names of their sites.
    pub web_configs: Vec<(String, String)>,
    /// The state of its secure channel.
    pub secure_channel: nltest::State,
    /// Requests, by the names of their sites.
    pub requests: Vec<(String, Request)>,
    /// Requests that HTTP.sys refused.
    pub refused: Vec<Refusal>,
    /// Accounts that the directory was asked about besides those of the host and its pools.
    pub named_accounts: Vec<&'static str>,
    /// Domains that the domain trusts: their names in DNS and NetBIOS, and `trustAttributes`.
    pub trusts: Vec<(&'static str, &'static str, &'static str)>,
    /// The lines of Firefox's settings about signing in; none where there is no Firefox.
    pub firefox: Option<&'static str>,
    /// The workgroup that it is in, in place of the domain.
    pub workgroup: Option<&'static str>,
    /// What its Security log records of signing in, as `auditpol` says it.
    pub audits: &'static str,
    /// Values of its registry that somebody set: key, name, and what an export shows.
    pub registry: Vec<(&'static str, &'static str, &'static str)>,
}

/// What a host is in its domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A member server with IIS.
    WebServer,
    /// A domain controller.
    DomainController,
    /// A workstation, collected by its ordinary user.
    Client,
    /// A server behind a site, which holds the data.
    BackEnd,
}

/// Whether a tool may do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It may.
    Granted,
    /// It is turned away.
    Denied,
}

impl Host {
    /// The full name, as Windows makes it of the two that it has.
    pub fn full_name(&self) -> String {
        format!("{}.{DNS_DOMAIN}", self.name)
    }

    /// Lets this host see the accounts and the names that another one sees.
    #[must_use]
    pub fn in_domain_of(self, other: &Host) -> Self {
        Self { directory: other.directory.clone(), dns: other.dns.clone(), ..self }
    }

    /// Adds a site with a pool of its own name, and the address of its host header.
    #[must_use]
    pub fn site(mut self, name: &str, host_header: &str, identity: Identity, authentication: Authentication) -> Self {
        self.pools.push(Pool { name: name.to_owned(), identity });
        self.sites.push(Site {
            name: name.to_owned(),
            pool: name.to_owned(),
            host_header: Some(host_header.to_owned()),
            port: 80,
            authentication,
            folders: Vec::new(),
        });
        let address = self.address;
        self.address_of(host_header, address)
    }

    /// Changes what the location of a site says about authentication.
    ///
    /// # Panics
    ///
    /// There is no such site.
    #[must_use]
    pub fn authentication(mut self, site: &str, change: impl FnOnce(&mut Authentication)) -> Self {
        let site = self.sites.iter_mut().find(|known| known.name == site).expect("the site exists");
        change(&mut site.authentication);
        self
    }

    /// Gives a folder of a site a location of its own.
    ///
    /// # Panics
    ///
    /// There is no such site.
    #[must_use]
    pub fn folder(mut self, site: &str, folder: &'static str, authentication: Authentication) -> Self {
        let site = self.sites.iter_mut().find(|known| known.name == site).expect("the site exists");
        site.folders.push((folder, authentication));
        self
    }

    /// Registers an SPN on an account, next to any that has it already.
    #[must_use]
    pub fn spn(mut self, spn: &str, account: &str) -> Self {
        self.directory.register(spn, account);
        self
    }

    /// Takes an SPN from every account.
    #[must_use]
    pub fn without_spn(mut self, spn: &str) -> Self {
        self.directory.unregister(spn);
        self
    }

    /// Gives a name an address in DNS.
    #[must_use]
    pub fn address_of(mut self, name: &str, address: &str) -> Self {
        self.dns.address(name, address);
        self
    }

    /// Gives a name several addresses in DNS, which it has in turn.
    #[must_use]
    pub fn addresses_of(mut self, name: &str, addresses: &[&str]) -> Self {
        self.dns.addresses(name, addresses);
        self
    }

    /// Makes a name an alias in DNS.
    #[must_use]
    pub fn alias(mut self, name: &str, target: &str) -> Self {
        self.dns.alias(name, target);
        self
    }

    /// Adds a ticket of the person who collects.
    #[must_use]
    pub fn ticket(mut self, ticket: Ticket) -> Self {
        self.own_tickets.push(ticket);
        self
    }

    /// Gives the application of a site a web.config.
    #[must_use]
    pub fn web_config(mut self, site: &str, text: &str) -> Self {
        self.web_configs.push((site.to_owned(), text.to_owned()));
        self
    }

    /// Adds a request to a site: when, from where, by whom, and how it ended.
    #[must_use]
    pub fn request(
        mut self,
        site: &str,
        time: &'static str,
        client: &'static str,
        user: &'static str,
        ended: &'static str,
    ) -> Self {
        self.requests.push((site.to_owned(), Request { time, client, user, ended }));
        self
    }

    /// Lets HTTP.sys refuse a request: when, from where, and why.
    #[must_use]
    pub fn refused(self, time: &'static str, client: &'static str, reason: &'static str) -> Self {
        self.refused_at(time, client, "/", reason)
    }

    /// The same, of a request to this address.
    #[must_use]
    pub fn refused_at(
        mut self,
        time: &'static str,
        client: &'static str,
        address: &'static str,
        reason: &'static str,
    ) -> Self {
        self.refused.push(Refusal { time, client, address, reason });
        self
    }

    /// Sets a value of the registry, as an export shows it: `dword:00000001`, or a text in quotes.
    #[must_use]
    pub fn registry(mut self, key: &'static str, name: &'static str, value: &'static str) -> Self {
        self.registry.push((key, name, value));
        self
    }

    /// Adds an event.
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Gives an account these values of an attribute, in place of what it had.
    #[must_use]
    pub fn attribute(mut self, account: &str, attribute: &'static str, values: &[Value]) -> Self {
        self.directory.set(account, attribute, values.iter().cloned());
        self
    }

    /// Turns `setspn` and the collector away from the directory.
    #[must_use]
    pub fn without_setspn(mut self) -> Self {
        self.setspn = Access::Denied;
        self
    }
}

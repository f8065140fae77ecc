//! A healthy sign-in as facts, and the small changes that break it: the words that tests of rules are written in.
//!
//! `WEB01` in `contoso.com` runs the site `Intranet` under `intranet.contoso.com`. Its pool runs as `CONTOSO\svc-web`,
//! which decrypts and holds the SPN. Users sign in from `CLIENT07`.

#![expect(clippy::missing_panics_doc, reason = "a test whose world cannot be built fails, as it should")]

use crate::artifacts::audit_policy::{AUTHENTICATION_SERVICE, Audits, LOGON, SERVICE_TICKETS, Subcategory};
use crate::artifacts::browser_settings::BrowserSettings;
use crate::artifacts::http_err_log::Refused;
use crate::artifacts::iis_config::Binding;
use crate::artifacts::iis_sections::ExtendedProtection;
use crate::artifacts::registry::{Data, Key, KeyState, Registry, Value};
use crate::artifacts::w3c_log::Request;
use crate::artifacts::web_config::WebConfig;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::exchange::derive::exchanges;
use crate::exchange::refusal::{POLICY, POLICY_TYPES};
use crate::facts::account::{AccountName, Dn};
use crate::facts::account_control::{AccountControl, EncryptionTypes};
use crate::facts::account_state::{AccountClass, AccountState, Set};
use crate::facts::case_facts::{Facts, HostFacts};
use crate::facts::clock::ClockReading;
use crate::facts::directory::Directory;
use crate::facts::events::{Happening, What};
use crate::facts::fact::Fact;
use crate::facts::host::{HostName, Role};
use crate::facts::iis::{Iis, PathFacts, PoolFacts, PoolIdentity, SiteFacts, WebService};
use crate::facts::ldap_question::Reach;
use crate::facts::names::Resolution;
use crate::facts::scopes::RefusedSection;
use crate::facts::settings::{Extent, Settings};
use crate::facts::sid::Sid;
use crate::facts::sightings::{Seen, Sighting};
use crate::facts::sign_in::{AuthProvider, Origin, Setting, SignIn};
use crate::facts::spn::Spn;
use crate::facts::tickets::{CacheFacts, HeldTicket};
use crate::facts::traffic::{RefusedRequests, SiteLog};
use crate::facts::trusts::Trust;
use crate::facts::web_configs::AppConfig;
use crate::rules::answer::{Answer, Verdict};
use crate::rules::finding::{Finding, Fix};
use crate::rules::rule::{Rule, Situation};

/// applicationHost.config of `WEB01`.
const CONFIG: ArtifactId = ArtifactId(0);
/// What `setspn` printed.
const SETSPN: ArtifactId = ArtifactId(1);
/// What `nslookup` printed.
const NSLOOKUP: ArtifactId = ArtifactId(2);
/// What `klist` printed on `CLIENT07`.
const KLIST: ArtifactId = ArtifactId(3);
/// What `ipconfig` printed on `WEB01`.
const IPCONFIG: ArtifactId = ArtifactId(4);
/// The System event log of `WEB01`.
pub const SERVER_LOG: ArtifactId = ArtifactId(5);
/// The System event log of `CLIENT07`.
pub const CLIENT_LOG: ArtifactId = ArtifactId(6);
/// What the directory answered about accounts: a hundred lines for each.
const DIRECTORY: ArtifactId = ArtifactId(7);
/// What the directory answered about itself, with the clocks.
pub const CLOCKS: Evidence = ArtifactId(8).lines(3, 12);
/// What of the registry of `WEB01` was collected; each value that a test sets has a line, counted from 1.
pub const REGISTRY: ArtifactId = ArtifactId(9);
/// The log of the site; each request has a line, counted from 1.
pub const LOG: ArtifactId = ArtifactId(10);
/// The log of HTTP.sys on `WEB01`; each request has a line, counted from 1.
pub const HTTP_LOG: ArtifactId = ArtifactId(11);
/// What `nltest` printed on `WEB01`; each state has a line, counted from 1.
pub const NLTEST: ArtifactId = ArtifactId(12);
/// The section of a web.config that IIS refuses.
pub const REFUSED: Evidence = ArtifactId(13).line(2);
/// The line that locks it.
pub const LOCK: Evidence = CONFIG.line(5);
/// What of the registry of `CLIENT07` was collected; each value that a test sets has a line, counted from 1.
pub const CLIENT_REGISTRY: ArtifactId = ArtifactId(14);
/// The line of `extendedProtection`.
pub const PROTECTION: Evidence = CONFIG.line(34);
/// What of the registry of `DC01` was collected.
const CONTROLLER_REGISTRY: ArtifactId = ArtifactId(15);

/// The line of the site.
const SITE: Evidence = CONFIG.line(10);
/// The line of the pool.
pub const POOL: Evidence = CONFIG.line(20);
/// The line that turns Windows authentication on or off.
pub const WINDOWS: Evidence = CONFIG.line(30);
/// The line that sets `useKernelMode`.
pub const KERNEL_MODE: Evidence = CONFIG.line(31);
/// The line that sets `useAppPoolCredentials`.
pub const POOL_CREDENTIALS: Evidence = CONFIG.line(32);
/// The line that turns anonymous authentication on or off.
pub const ANONYMOUS: Evidence = CONFIG.line(33);
/// The line that sets `authPersistSingleRequest`.
pub const PERSISTENCE: Evidence = CONFIG.line(35);
/// What `klist` said of the session of the user of `CLIENT07`.
pub const KLIST_CACHE: Evidence = KLIST.line(40);
/// The preferences of Firefox on `CLIENT07`; each has a line, counted from 1.
pub const FIREFOX: ArtifactId = ArtifactId(18);
/// What `auditpol` printed.
pub const AUDIT_POLICY: ArtifactId = ArtifactId(17);
/// The web.config of the application.
pub const WEB_CONFIG: ArtifactId = ArtifactId(16);
/// The line of the list of providers; each provider has one of the lines below.
pub const PROVIDERS: Evidence = CONFIG.line(40);
/// The line of the first provider.
pub const FIRST_PROVIDER: Evidence = CONFIG.line(41);
/// The answer of DNS for the name of the site.
pub const DNS: Evidence = NSLOOKUP.line(1);
/// The first ticket of `CLIENT07`.
pub const FIRST_TICKET: Evidence = KLIST.line(1);

/// When the bundles were collected.
const NOW: &str = "2026-01-20T08:00:00Z";

/// A case.
#[derive(Clone, Debug)]
pub struct World {
    server: Box<HostFacts>,
    client: Box<HostFacts>,
    site: SiteFacts,
    config: Option<Known>,
    dns: Vec<(String, Resolution)>,
    held: Vec<(Spn, Dn)>,
    searched: Vec<Spn>,
    listed: Vec<Dn>,
    asked: Vec<(AccountName, Dn)>,
    duplicates: Known,
    states: Vec<(Dn, AccountState)>,
    happenings: Vec<Happening>,
    /// Values of the registry that a test set: of `WEB01`, and of `CLIENT07`.
    set: Vec<(String, String, Data)>,
    client_set: Vec<(String, String, Data)>,
    /// `DC01`, where it is in the case.
    controller: Option<HostFacts>,
    /// The functional level of the domain.
    level: Option<u32>,
    /// Trusts of the domain.
    trusts: Vec<Trust>,
    trusts_searched: bool,
    /// More web servers.
    nodes: Vec<(HostName, World)>,
    /// The web service, where the server has a metabase.
    service: Option<WebService>,
    /// What was seen in logs.
    sightings: Vec<Sighting>,
    /// The site is on a list of zones of `CLIENT07`.
    zoned: bool,
    /// What was read of the registry of `WEB01` is all below its keys.
    whole_registry: bool,
}

/// How much of something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Whole,
    Part,
    Nothing,
}

impl World {
    /// Nothing is wrong, and all that rules ask for is there.
    pub fn healthy() -> Self {
        let mut world = Self {
            server: Box::new(host("WEB01", Role::WebServer, SERVER_LOG)),
            client: Box::new(host("CLIENT07", Role::Client, CLIENT_LOG)),
            site: site(),
            config: Some(Known::Whole),
            dns: Vec::new(),
            held: Vec::new(),
            searched: Vec::new(),
            listed: vec![dn("WEB01"), dn("svc-web")],
            asked: vec![(AccountName::parse("WEB01"), dn("WEB01"))],
            duplicates: Known::Whole,
            states: Vec::new(),
            happenings: Vec::new(),
            set: Vec::new(),
            client_set: Vec::new(),
            controller: None,
            level: Some(7),
            trusts: Vec::new(),
            trusts_searched: false,
            nodes: Vec::new(),
            service: None,
            sightings: Vec::new(),
            zoned: true,
            whole_registry: false,
        };
        world.server.identity.os_version = Some("10.0.20348".to_owned());
        world = world.audits("WEB01", true, true).session_with_granting_ticket("0x3e7a1");
        world = world.firefox(&[("network.negotiate-auth.trusted-uris", "contoso.com")]);
        world = world.entry("WEB01", AccountClass::Computer).entry("svc-web", AccountClass::User).clock_off(0);
        world.server.traffic.logs.push(SiteLog {
            site: Some(2),
            at: LOG.whole(),
            is_whole: true,
            has_sub_status: true,
            requests: Vec::new(),
        });
        let refused = RefusedRequests { at: HTTP_LOG.whole(), requests: Vec::new() };
        world.server.traffic.refused = Some(Fact::Known(refused));
        world = world.secure_channel(&[0]).registry_absent();
        world = world.collected("WEB01", NOW).collected("CLIENT07", NOW);
        for name in ["intranet.contoso.com", "intranet", "web01.contoso.com", "web01"] {
            world = world.searched(&format!("HTTP/{name}")).searched(&format!("HOST/{name}"));
        }
        world
            .answered("CONTOSO\\svc-web", "svc-web")
            .dns("intranet.contoso.com", Resolution::Address("intranet.contoso.com".to_owned()))
            .holds("HTTP/intranet.contoso.com", "svc-web")
            .holds("HTTP/intranet", "svc-web")
            .holds("HOST/WEB01", "WEB01")
            .holds("HOST/WEB01.contoso.com", "WEB01")
    }

    /// Kernel mode decrypts as the machine, and the pool's account holds the SPN.
    pub fn kernel_mode_hides_pool_account() -> Self {
        Self::healthy().pool_credentials_off()
    }

    /// A site of the machine under the machine's own name.
    pub fn machine_site() -> Self {
        Self::healthy().reached_as("web01.contoso.com").pool_runs_as("NetworkService").pool_credentials_off()
    }

    /// The site has this name.
    #[must_use]
    pub fn site_named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.site.name);
        self
    }

    /// The site has this host header instead; an empty one answers to every name.
    #[must_use]
    pub fn reached_as(mut self, name: &str) -> Self {
        for binding in &mut self.site.bindings {
            name.clone_into(&mut binding.host);
        }
        self
    }

    /// The site is reached on this port.
    #[must_use]
    pub fn on_port(mut self, port: u16) -> Self {
        self.site.bindings.iter_mut().for_each(|binding| binding.port = port);
        self
    }

    /// The site has another name as well, which DNS was not asked about.
    #[must_use]
    pub fn also_reached_as(mut self, name: &str) -> Self {
        self.site.bindings.push(Binding { at: CONFIG.line(12), host: name.to_owned(), ..binding() });
        self
    }

    /// Changes every path that the site has so far.
    #[must_use]
    fn paths(mut self, change: impl Fn(&mut PathFacts)) -> Self {
        self.site.paths.iter_mut().for_each(change);
        self
    }

    /// Adds a path that is like the root but for this change.
    #[must_use]
    pub fn path(mut self, path: &str, change: impl FnOnce(Self) -> Self) -> Self {
        let own = change(self.clone()).site.paths.swap_remove(0);
        self.site.paths.retain(|known| known.path != path);
        self.site.paths.push(PathFacts { path: path.to_owned(), ..own });
        self
    }

    /// The pool runs as this account; `.\bob`, `WEB01\bob` and `bob` are accounts of the server.
    #[must_use]
    pub fn pool_runs_as(self, account: &str) -> Self {
        let identity = match account {
            "LocalSystem" => PoolIdentity::Machine("LocalSystem"),
            "NetworkService" => PoolIdentity::Machine("NetworkService"),
            "ApplicationPoolIdentity" => PoolIdentity::Machine("ApplicationPoolIdentity"),
            "LocalService" => PoolIdentity::LocalService,
            "?" => PoolIdentity::Unclear("SpecificUser without a user name".to_owned()),
            local if local.starts_with(".\\") || local.starts_with("WEB01\\") || !local.contains('\\') => {
                PoolIdentity::LocalAccount(local.to_owned())
            }
            domain => PoolIdentity::Account(AccountName::parse(domain)),
        };
        self.paths(|path| path.pool.identity = identity.clone())
    }

    /// The pool has this name.
    #[must_use]
    pub fn pool_named(self, name: &str) -> Self {
        self.paths(|path| name.clone_into(&mut path.pool.name))
    }

    /// The site is one of IIS 6: it has a key in the metabase, and its worker process decrypts.
    #[must_use]
    pub fn of_iis_6(mut self) -> Self {
        self.site.node = Some("w3svc/1".to_owned());
        self.kernel_mode_off().pool_credentials_off()
    }

    /// The server has IIS 5: inetinfo.exe decrypts, as the machine; the service states this list of providers.
    #[must_use]
    pub fn of_iis_5(self, providers: &str) -> Self {
        let mut world = self.of_iis_6().pool_runs_as("LocalSystem").system_of("WEB01", "5.0.2195");
        world.service =
            Some(WebService { generation: 5, providers: Some(Cited::new(providers.to_owned(), PROVIDERS)) });
        world
    }

    /// Every request signs in anew.
    #[must_use]
    pub fn signs_in_every_request(self) -> Self {
        self.paths(|path| {
            path.sign_in.single_request = Setting { value: true, at: PERSISTENCE, origin: Origin::Stated }
        })
    }

    /// The web.config of the application says this.
    #[must_use]
    pub fn web_config(self, config: WebConfig) -> Self {
        let config = AppConfig::Read(WEB_CONFIG, std::sync::Arc::new(config));
        self.paths(|path| path.web_config = config.clone())
    }

    /// A host is in a workgroup, and in no domain.
    #[must_use]
    pub fn workgroup(mut self, host: &str, name: &str) -> Self {
        let identity = &mut self.host(host).identity;
        identity.workgroup = Some(Cited::new(name.to_owned(), IPCONFIG.line(3)));
        (identity.domain, identity.account_domain) = (None, None);
        self
    }

    /// `systeminfo` of a host is not known.
    #[must_use]
    pub fn no_systeminfo(mut self, host: &str) -> Self {
        let identity = &mut self.host(host).identity;
        (identity.account_domain, identity.os_version) = (None, None);
        self
    }

    /// `useKernelMode="false"`.
    #[must_use]
    pub fn kernel_mode_off(self) -> Self {
        self.paths(|path| path.sign_in.kernel_mode.value = false)
    }

    /// `useAppPoolCredentials="false"`.
    #[must_use]
    pub fn pool_credentials_off(self) -> Self {
        self.paths(|path| path.sign_in.pool_credentials.value = false)
    }

    /// Windows authentication is off.
    #[must_use]
    pub fn windows_off(self) -> Self {
        self.paths(|path| path.sign_in.windows.value = false)
    }

    /// Anonymous authentication is on.
    #[must_use]
    pub fn anonymous_on(self) -> Self {
        self.paths(|path| path.sign_in.anonymous.value = true)
    }

    /// `extendedProtection` checks tokens like this, with these flags.
    #[must_use]
    pub fn protected(self, checking: &str, flags: Option<&str>) -> Self {
        let (token_checking, flags) = (Some(checking.to_owned()), flags.map(str::to_owned));
        let protection = ExtendedProtection { at: PROTECTION, token_checking, flags, spns: Vec::new() };
        self.paths(|path| path.sign_in.protection = Some(protection.clone()))
    }

    /// The site has an https binding as well.
    #[must_use]
    pub fn over_https(mut self) -> Self {
        let https = Binding { protocol: "https".to_owned(), port: 443, ..binding() };
        self.site.bindings.push(https);
        self
    }

    /// Another web server is like this one, but for its name and this change.
    #[must_use]
    pub fn with_node(mut self, name: &str, change: impl FnOnce(Self) -> Self) -> Self {
        let node = change(self.clone());
        self.nodes.push((HostName::new(name), node));
        self
    }

    /// Basic or Digest authentication or client certificates are on.
    #[must_use]
    pub fn other_way_on(self) -> Self {
        self.paths(|path| path.sign_in.other_way = true)
    }

    /// The providers, in this order.
    #[must_use]
    pub fn offers(self, names: &[&str]) -> Self {
        let listed = (41..).zip(names).map(|(line, name)| Cited::new(AuthProvider::parse(name), CONFIG.line(line)));
        let providers: Vec<_> = listed.collect();
        self.paths(|path| path.sign_in.providers.clone_from(&providers))
    }

    /// A web.config, which is not there, may set all this otherwise.
    #[must_use]
    pub fn may_be_overridden(self) -> Self {
        self.paths(|path| path.may_be_overridden = Some(NotKnown::until("web.config of Intranet/")))
    }

    /// The web.config of the application sets what is locked.
    #[must_use]
    pub fn web_config_refused(self) -> Self {
        let refused = RefusedSection { name: "windowsAuthentication".to_owned(), at: REFUSED, locked_at: LOCK };
        self.paths(|path| path.refused = Some(refused.clone()))
    }

    /// Nobody read the web.config of the application.
    #[must_use]
    pub fn web_config_not_read(self) -> Self {
        self.paths(|path| path.web_config = AppConfig::NotRead)
    }

    /// A request to the site came from this address and ended like this: status, sub-status, Windows error.
    #[must_use]
    pub fn requested(mut self, client: &str, ended: (u16, Option<u16>, u32), user: Option<&str>) -> Self {
        let (status, sub_status, win32) = ended;
        if let Some(log) = self.server.traffic.logs.first_mut() {
            let line = u32::try_from(log.requests.len()).expect("few").saturating_add(1);
            log.requests.push(Request {
                at: LOG.line(line),
                time: NOW.parse().ok(),
                path: "/".to_owned(),
                user: user.map(str::to_owned),
                client: client.parse().ok(),
                server: None,
                port: Some(80),
                host: None,
                agent: None,
                status,
                sub_status,
                win32: Some(win32),
            });
        }
        self
    }

    /// The last of the requests named the server like this.
    #[must_use]
    pub fn under(mut self, name: &str) -> Self {
        let requests = self.server.traffic.logs.iter_mut().flat_map(|log| &mut log.requests);
        requests.last().expect("there is a request").host = Some(name.to_owned());
        self
    }

    /// The last of the requests came at this time.
    #[must_use]
    pub fn at_time(mut self, time: &str) -> Self {
        let requests = self.server.traffic.logs.iter_mut().flat_map(|log| &mut log.requests);
        requests.last().expect("there is a request").time = time.parse().ok();
        self
    }

    /// A log shows this, from this client.
    #[must_use]
    pub fn sighted(self, computer: &str, what: Seen, client: &str) -> Self {
        self.sighted_of(computer, what, client, "CONTOSO")
    }

    /// A log shows this, of a user of this domain.
    #[must_use]
    pub fn sighted_of(mut self, computer: &str, what: Seen, client: &str, domain: &str) -> Self {
        let record = u64::try_from(self.sightings.len()).expect("few").saturating_add(1);
        let log = if computer == "WEB01" { SERVER_LOG } else { CLIENT_LOG };
        self.sightings.push(Sighting {
            what,
            at: log.record(record),
            time: NOW.parse().ok(),
            computer: format!("{computer}.contoso.com"),
            domain: Some(domain.to_owned()),
            client: Some(client.to_owned()),
            count: 1,
        });
        self
    }

    /// No list of zones of `CLIENT07` names the site.
    #[must_use]
    pub fn no_zone_entry(mut self) -> Self {
        self.zoned = false;
        self.registry_absent()
    }

    /// What was read of the registry of `WEB01` is all that there is below its keys.
    #[must_use]
    pub fn whole_registry(mut self) -> Self {
        self.whole_registry = true;
        self.registry_absent()
    }

    /// The one profile of Firefox on `CLIENT07` has these settings.
    #[must_use]
    pub fn firefox(mut self, settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter().zip(1..);
        let settings = settings
            .map(|((name, value), line)| ((*name).to_owned(), Cited::new((*value).to_owned(), FIREFOX.line(line))));
        self.client.firefox = Some(vec![BrowserSettings { settings: settings.collect() }]);
        self
    }

    /// `CLIENT07` has no Firefox.
    #[must_use]
    pub fn no_firefox(mut self) -> Self {
        self.client.firefox = Some(Vec::new());
        self
    }

    /// Nobody looked for Firefox on `CLIENT07`.
    #[must_use]
    pub fn firefox_not_sought(mut self) -> Self {
        self.client.firefox = None;
        self
    }

    /// A session of `CLIENT07` holds a ticket for the KDC.
    #[must_use]
    pub fn session_with_granting_ticket(mut self, session: &str) -> Self {
        self.client.caches.push(CacheFacts {
            at: KLIST_CACHE,
            session: Some(session.to_owned()),
            user: None,
            has_granting_ticket: true,
            is_counted: true,
            refused: None,
        });
        self
    }

    /// The sessions of `CLIENT07` hold no ticket for the KDC.
    #[must_use]
    pub fn no_granting_ticket(mut self) -> Self {
        self.client.caches.iter_mut().for_each(|cache| cache.has_granting_ticket = false);
        self
    }

    /// The user of `CLIENT07` asked for a ticket and was told this NT status.
    #[must_use]
    pub fn asked_in_vain(mut self, status: u32) -> Self {
        self.client.caches.iter_mut().for_each(|cache| cache.refused = Some(Cited::new(status, KLIST_CACHE)));
        self
    }

    /// Nobody listed the tickets of `CLIENT07`.
    #[must_use]
    pub fn no_tickets(mut self) -> Self {
        self.client.caches.clear();
        self
    }

    /// `CLIENT07` has a ticket for this name, which began at this time.
    #[must_use]
    pub fn ticket_from(mut self, name: &str, time: &str) -> Self {
        let ticket = HeldTicket::named(spn(name), FIRST_TICKET);
        self.client.tickets.push(HeldTicket { begins: time.parse().ok(), ..ticket });
        self
    }

    /// The Security log of `CLIENT07` is not known.
    #[must_use]
    pub fn no_security_log_of_client(mut self) -> Self {
        self.client.logs.remove("security");
        self
    }

    /// `CLIENT07` has this address.
    #[must_use]
    pub fn address_of_client(mut self, address: &str) -> Self {
        self.client.identity.addresses.push(address.parse().expect("an address"));
        self
    }

    /// What the Security log of a host is told to record of logons: successes, and failures.
    #[must_use]
    pub fn audits(mut self, host: &str, success: bool, failure: bool) -> Self {
        let audits = Some(Audits { success, failure });
        let names = [(LOGON, "Logon"), (SERVICE_TICKETS, "Tickets"), (AUTHENTICATION_SERVICE, "Authentication")];
        let policy = names.into_iter().zip(1..).map(|((guid, name), line)| {
            let (guid, name) = (guid.to_owned(), name.to_owned());
            Subcategory { at: AUDIT_POLICY.line(line), guid, name, audits }
        });
        self.host(host).audit_policy = Some(policy.collect());
        self
    }

    /// Nobody asked what the Security log of `WEB01` is told to record.
    #[must_use]
    pub fn no_audit_policy(mut self) -> Self {
        self.server.audit_policy = None;
        self
    }

    /// The directory says who may delegate users to this account.
    #[must_use]
    pub fn delegated_by(self, account: &str, who: &str) -> Self {
        let sid = self.state(who).sid.as_ref().expect("it is known").value.clone();
        self.account(account, |state| {
            let at = state.delegated_by.as_ref().expect("it is known").at;
            state.delegated_by = Some(Set { value: Some(vec![sid]), at });
        })
    }

    /// Nobody has the log of the site.
    #[must_use]
    pub fn no_site_log(mut self) -> Self {
        self.server.traffic.logs.clear();
        self
    }

    /// HTTP.sys refused a request for this path with 400, for this reason.
    #[must_use]
    pub fn http_sys_refused(mut self, reason: &str, path: &str) -> Self {
        if let Some(Fact::Known(log)) = &mut self.server.traffic.refused {
            let line = u32::try_from(log.requests.len()).expect("few").saturating_add(1);
            log.requests.push(Refused {
                at: HTTP_LOG.line(line),
                time: NOW.parse().ok(),
                client: "10.0.0.57".parse().ok(),
                path: Some(path.to_owned()),
                status: Some(400),
                site: None,
                reason: reason.to_owned(),
                pool: None,
            });
        }
        self
    }

    /// Only a part of the log of HTTP.sys is known.
    #[must_use]
    pub fn part_of_http_log(mut self) -> Self {
        if let Some(Fact::Known(log)) = self.server.traffic.refused.take() {
            self.server.traffic.refused = Some(Fact::Partial(log, NotKnown::until("the rest")));
        }
        self
    }

    /// Nobody has the log of HTTP.sys.
    #[must_use]
    pub fn no_http_log(mut self) -> Self {
        self.server.traffic.refused = None;
        self
    }

    /// The states of the secure channel, as Windows errors.
    #[must_use]
    pub fn secure_channel(mut self, states: &[u32]) -> Self {
        let states = (1..).zip(states).map(|(line, state)| Cited::new(*state, NLTEST.line(line)));
        self.server.secure_channel = Some(states.collect());
        self
    }

    /// Nobody asked for the state of the secure channel.
    #[must_use]
    pub fn no_secure_channel(mut self) -> Self {
        self.server.secure_channel = None;
        self
    }

    /// A value of the registry of `WEB01`.
    #[must_use]
    pub fn registry(mut self, key: &str, name: &str, data: Data) -> Self {
        self.set.push((key.to_owned(), name.to_owned(), data));
        self.registry_absent()
    }

    /// A value of the registry of `CLIENT07`.
    #[must_use]
    pub fn client_registry(mut self, key: &str, name: &str, data: Data) -> Self {
        self.client_set.push((key.to_owned(), name.to_owned(), data));
        self.registry_absent()
    }

    /// A value of the registry of `DC01`, which joins the case.
    #[must_use]
    pub fn controller_registry(mut self, key: &str, name: &str, data: Data) -> Self {
        self = self.with_controller();
        let controller = self.controller.as_mut().expect("it is there");
        let set = [(key.to_owned(), name.to_owned(), data)];
        controller.settings.take(&values(CONTROLLER_REGISTRY, &set), Extent::Part);
        self
    }

    /// `DC01` joins the case, where it has not yet.
    #[must_use]
    pub fn with_controller(mut self) -> Self {
        if self.controller.is_none() {
            self.controller = Some(host("DC01", Role::DomainController, SERVER_LOG));
            self = self.audits("DC01", true, true);
        }
        self
    }

    /// What else rules ask the registry for is not set.
    fn registry_absent(mut self) -> Self {
        for (host, at, set) in
            [(&mut self.server, REGISTRY, &self.set), (&mut self.client, CLIENT_REGISTRY, &self.client_set)]
        {
            host.settings = Settings::empty();
            host.settings.take(&values(at, set), Extent::Part);
            host.settings.take(&absent(at), Extent::Part);
        }
        if self.whole_registry {
            self.server.settings.take_branches(&values(REGISTRY, &self.set));
        }
        let settings = &mut self.client.settings;
        if self.zoned {
            let key = format!(r"{ZONES}\Domains\contoso.com");
            settings.take(&values(CLIENT_REGISTRY, &[(key, "http".to_owned(), Data::Dword(1))]), Extent::Part);
        }
        settings.take_branches(&absent(CLIENT_REGISTRY));
        self
    }

    /// `CLIENT07` has a ticket for this name, with these flags in its cache.
    #[must_use]
    pub fn ticket_in_cache(mut self, name: &str, flags: u32) -> Self {
        let ticket = HeldTicket::named(spn(name), FIRST_TICKET);
        self.client.tickets.push(HeldTicket { cache_flags: Some(flags), ..ticket });
        self
    }

    /// The domain has a trust with these attributes.
    #[must_use]
    pub fn trust(mut self, partner: &str, attributes: u32) -> Self {
        let attributes = Some(Cited::new(attributes, CLOCKS));
        self.trusts.push(Trust {
            partner: partner.to_owned(),
            flat_name: None,
            at: CLOCKS,
            direction: None,
            attributes,
            encryption: None,
        });
        self
    }

    /// The directory was asked for all trusts of the domain.
    #[must_use]
    pub const fn all_trusts(mut self) -> Self {
        self.trusts_searched = true;
        self
    }

    /// No computer of a user is in the case.
    #[must_use]
    pub fn no_client(mut self) -> Self {
        self.client = Box::new(host("DC02", Role::DomainController, CLIENT_LOG));
        self
    }

    /// Nobody read the registry of `CLIENT07`.
    #[must_use]
    pub fn no_client_registry(mut self) -> Self {
        self.client.settings = Settings::empty();
        self
    }

    /// The version of the system of a host.
    #[must_use]
    pub fn system_of(mut self, host: &str, version: &str) -> Self {
        self.host(host).identity.os_version = Some(version.to_owned());
        self
    }

    /// A host has this product.
    #[must_use]
    pub fn product_of(mut self, host: &str, name: &str) -> Self {
        self.host(host).identity.os = Some(name.to_owned());
        self
    }

    /// The functional level of the domain.
    #[must_use]
    pub fn level(mut self, level: Option<u32>) -> Self {
        self.level = level;
        self
    }

    /// The encryption types that an account is said to be capable of.
    #[must_use]
    pub fn encryption(self, account: &str, types: Option<u32>) -> Self {
        self.account(account, |state| {
            let at = state.encryption.as_ref().expect("it is known").at;
            state.encryption = Some(Set { value: types.map(EncryptionTypes), at });
        })
    }

    /// When the password of an account was set.
    #[must_use]
    pub fn password_set(self, account: &str, time: &str) -> Self {
        self.account(account, |state| {
            let at = state.password_set.as_ref().expect("it is known").at;
            state.password_set = Some(Set { value: Some(time.parse().expect("a time")), at });
        })
    }

    /// `CLIENT07` has a ticket for this name, encrypted like this.
    #[must_use]
    pub fn ticket_of_type(mut self, name: &str, kind: u32) -> Self {
        let ticket = HeldTicket::named(spn(name), FIRST_TICKET);
        self.client.tickets.push(HeldTicket { encryption_type: Some(kind), ..ticket });
        self
    }

    /// `CLIENT07` has a ticket for this name, with these flags.
    #[must_use]
    pub fn ticket_with_flags(mut self, name: &str, flags: u32) -> Self {
        let ticket = HeldTicket::named(spn(name), FIRST_TICKET);
        self.client.tickets.push(HeldTicket { flags: Some(flags), ..ticket });
        self
    }

    /// Nobody read the registry.
    #[must_use]
    pub fn no_registry(mut self) -> Self {
        self.server.settings = Settings::empty();
        self
    }

    /// Only a part of the configuration is known.
    #[must_use]
    pub fn part_of_config(mut self) -> Self {
        self.config = Some(Known::Part);
        self
    }

    /// The configuration could not be collected.
    #[must_use]
    pub fn no_config(mut self) -> Self {
        self.config = Some(Known::Nothing);
        self
    }

    /// Nothing hints at a web server.
    #[must_use]
    pub fn no_web_server(mut self) -> Self {
        self.config = None;
        self
    }

    /// The domain of the server is not known.
    #[must_use]
    pub fn no_domain(mut self) -> Self {
        self.server.identity.domain = None;
        self
    }

    /// The bundle of this host was collected at this time.
    #[must_use]
    pub fn collected(mut self, host: &str, time: &str) -> Self {
        self.host(host).identity.collected_at = Some(time.parse().expect("a time"));
        self
    }

    /// When the bundles were collected is not known.
    #[must_use]
    pub fn no_time(mut self) -> Self {
        self.server.identity.collected_at = None;
        self.client.identity.collected_at = None;
        self
    }

    /// Only a part of the System log of this host is known.
    #[must_use]
    pub fn part_of_system_log(mut self, host: &str) -> Self {
        let logs = &mut self.host(host).logs;
        let need = NotKnown::until(format!("the whole System event log of {host}"));
        logs.insert("system".to_owned(), Fact::Partial(SERVER_LOG.whole(), need));
        self
    }

    /// The System log of this host is not known.
    #[must_use]
    pub fn no_system_log(mut self, host: &str) -> Self {
        self.host(host).logs.remove("system");
        self
    }

    /// The Security log of `WEB01` is not known.
    #[must_use]
    pub fn no_security_log(mut self) -> Self {
        self.server.logs.remove("security");
        self
    }

    /// The name of the site holds these addresses.
    #[must_use]
    pub fn dns_leads(mut self, addresses: &[&str]) -> Self {
        let addresses: Vec<_> = addresses.iter().map(|address| address.parse().expect("an address")).collect();
        self.server.names.lead("intranet.contoso.com", &addresses);
        self
    }

    /// `WEB01` has this address.
    #[must_use]
    pub fn address_of_server(mut self, address: &str) -> Self {
        self.server.identity.addresses.push(address.parse().expect("an address"));
        self
    }

    fn host(&mut self, name: &str) -> &mut HostFacts {
        match name {
            "WEB01" => &mut self.server,
            "DC01" => self.controller.as_mut().expect("it is in the case"),
            _ => &mut self.client,
        }
    }

    /// DNS says that a name is a CNAME of another.
    #[must_use]
    pub fn alias(self, name: &str, target: &str) -> Self {
        self.no_dns().dns(name, Resolution::Alias(target.to_owned()))
    }

    /// DNS was not asked.
    #[must_use]
    pub fn no_dns(mut self) -> Self {
        self.dns.clear();
        self
    }

    fn dns(mut self, name: &str, resolution: Resolution) -> Self {
        self.dns.push((name.to_owned(), resolution));
        self
    }

    /// An account holds an SPN. An account is a common name in contoso.com, or a whole distinguished name.
    #[must_use]
    pub fn holds(mut self, name: &str, account: &str) -> Self {
        self.held.push((spn(name), dn(account)));
        self
    }

    /// Nobody holds an SPN. Whether that is known is another question.
    #[must_use]
    pub fn nobody_holds(mut self, name: &str) -> Self {
        self.held.retain(|(held, _)| *held != spn(name));
        self
    }

    /// This account, and no other, holds an SPN.
    #[must_use]
    pub fn held_only_by(self, name: &str, account: &str) -> Self {
        self.nobody_holds(name).holds(name, account)
    }

    /// The directory was searched for an SPN.
    #[must_use]
    pub fn searched(mut self, name: &str) -> Self {
        self.searched.push(spn(name));
        self
    }

    /// The directory was not searched for an SPN.
    #[must_use]
    pub fn not_searched(mut self, name: &str) -> Self {
        self.searched.retain(|searched| *searched != spn(name));
        self
    }

    /// The directory was not searched for duplicates.
    #[must_use]
    pub fn duplicates_not_searched(mut self) -> Self {
        self.duplicates = Known::Nothing;
        self
    }

    /// The SPNs of an account were listed.
    #[must_use]
    pub fn listed(mut self, account: &str) -> Self {
        self.listed.push(dn(account));
        self
    }

    /// The SPNs of an account were not listed.
    #[must_use]
    pub fn not_listed(mut self, account: &str) -> Self {
        self.listed.retain(|listed| *listed != dn(account));
        self.asked.retain(|(_, answer)| *answer != dn(account));
        self
    }

    /// A tool that was asked about this name answered with this account.
    #[must_use]
    pub fn answered(mut self, name: &str, account: &str) -> Self {
        self.asked.push((AccountName::parse(name), dn(account)));
        self
    }

    /// `CLIENT07` has a ticket for this name.
    #[must_use]
    pub fn ticket(mut self, name: &str) -> Self {
        self.client.tickets.push(HeldTicket::named(spn(name), FIRST_TICKET));
        self
    }

    /// A server refused a ticket for this name, and `CLIENT07` wrote event 4.
    #[must_use]
    pub fn ticket_refused(self, name: &str) -> Self {
        self.ticket_refused_at(name, NOW)
    }

    /// A server refused a ticket for this name at this time.
    #[must_use]
    pub fn ticket_refused_at(self, name: &str, time: &str) -> Self {
        let what = What::TicketNotDecrypted { server: "svc-web".to_owned(), target: Some(spn(name)) };
        self.happened("CLIENT07", time, what)
    }

    /// A domain controller told `CLIENT07` an error, and it wrote event 3.
    #[must_use]
    pub fn kerberos_error(self, code: u32, extended: Option<u32>, target: &str) -> Self {
        self.happened("CLIENT07", NOW, What::KerberosError { code, extended, target: Spn::parse(target) })
    }

    /// A pool of `WEB01` could not start at this time.
    #[must_use]
    pub fn pool_failed(self, pool: &str, time: &str) -> Self {
        self.happened("WEB01", time, What::PoolNotStarted { pool: pool.to_owned(), id: 5059 })
    }

    /// Something happened. The records of each log are counted from 1, all logs together.
    #[must_use]
    pub fn happened(mut self, computer: &str, time: &str, what: What) -> Self {
        let record = u64::try_from(self.happenings.len()).expect("few").saturating_add(1);
        let log = if computer == "WEB01" { SERVER_LOG } else { CLIENT_LOG };
        let computer = format!("{computer}.contoso.com");
        self.happenings.push(Happening { at: log.record(record), time: time.parse().ok(), computer, what });
        self
    }

    /// The directory says how an account stands: nothing is wrong with it.
    #[must_use]
    pub fn entry(mut self, account: &str, class: AccountClass) -> Self {
        let first = u32::try_from(self.states.len()).expect("few").saturating_mul(100);
        self.states.push((dn(account), fine(first, class, account)));
        self
    }

    /// The directory says nothing about how an account stands.
    #[must_use]
    pub fn no_entry(mut self, account: &str) -> Self {
        self.states.retain(|(known, _)| *known != dn(account));
        self
    }

    /// Changes what the directory says about an account.
    #[must_use]
    pub fn account(mut self, account: &str, change: impl FnOnce(&mut AccountState)) -> Self {
        let (_, state) = self.states.iter_mut().find(|(known, _)| *known == dn(account)).expect("there is an entry");
        change(state);
        self
    }

    /// Sets a flag of an account.
    #[must_use]
    pub fn flag(self, account: &str, flag: AccountControl) -> Self {
        self.account(account, |state| {
            let control = state.control.as_mut().expect("the flags are known");
            control.value = AccountControl(control.value.0 | flag.0);
        })
    }

    /// An account may delegate users to these services.
    #[must_use]
    pub fn delegates_to(self, account: &str, services: &[&str]) -> Self {
        self.account(account, |state| {
            let at = state.delegates_to.as_ref().expect("it is known").at;
            let services = services.iter().map(|service| Cited::new((*service).to_owned(), at));
            state.delegates_to = Some(Set { value: Some(services.collect()), at });
        })
    }

    /// The clock of the domain controller is this many seconds ahead of that of `WEB01`.
    #[must_use]
    pub fn clock_off(mut self, secs: i64) -> Self {
        let ms = secs.saturating_mul(1_000);
        let server = "dc01.contoso.com".to_owned();
        self.server.clocks = vec![ClockReading { server, least_ms: ms, most_ms: ms, at: CLOCKS }];
        self
    }

    /// The domain controller that told its time has this name.
    #[must_use]
    pub fn clock_of(mut self, server: &str) -> Self {
        self.server.clocks.iter_mut().for_each(|reading| server.clone_into(&mut reading.server));
        self
    }

    /// The clock of the domain controller is this many seconds ahead of that of `CLIENT07`.
    #[must_use]
    pub fn client_clock_off(mut self, secs: i64) -> Self {
        self.client.clocks = self.clone().clock_off(secs).server.clocks;
        self
    }

    /// Nobody compared the clock of `WEB01` with another.
    #[must_use]
    pub fn no_clock(mut self) -> Self {
        self.server.clocks.clear();
        self
    }

    /// What the directory says about an account.
    pub fn state(&self, account: &str) -> &AccountState {
        let (_, state) = self.states.iter().find(|(known, _)| *known == dn(account)).expect("there is an entry");
        state
    }

    /// The line that says that this account holds this SPN.
    pub fn held_at(&self, name: &str, account: &str) -> Evidence {
        let holders = self.directory().holders(&spn(name));
        let holders = holders.seen().expect("someone holds it");
        holders.iter().find(|holder| holder.dn == dn(account)).expect("this account holds it").at
    }

    /// The answer to the search for this SPN.
    pub fn searched_at(&self, name: &str) -> Evidence {
        self.directory().search_for(&spn(name)).expect("it was searched for")
    }

    /// The line that begins the list of this account's SPNs.
    pub fn listed_at(&self, account: &str) -> Evidence {
        let at = self.listed.iter().position(|listed| *listed == dn(account)).expect("it was listed");
        place(300, at)
    }

    fn directory(&self) -> Directory {
        let mut directory = Directory::default();
        for (at, (spn, dn)) in self.held.iter().enumerate() {
            directory.hold(spn.clone(), dn.clone(), place(100, at));
        }
        for (at, spn) in self.searched.iter().enumerate() {
            directory.search(spn.clone(), Reach::Domain(None), place(200, at));
        }
        for (at, dn) in self.listed.iter().enumerate() {
            directory.list(dn.clone(), place(300, at));
        }
        for (name, dn) in &self.asked {
            directory.ask(name, dn.clone());
        }
        for (dn, state) in &self.states {
            directory.learn(dn.clone(), state.clone());
        }
        directory.trusts.clone_from(&self.trusts);
        directory.trusts_searched = self.trusts_searched;
        directory.level = self.level.map(|level| Cited::new(level, CLOCKS));
        if self.duplicates == Known::Whole {
            directory.search_duplicates(SETSPN.line(400));
        }
        directory
    }

    /// All of it as facts.
    pub fn facts(&self) -> Facts {
        let server = self.web_server();
        let nodes = self.nodes.iter().map(|(name, node)| {
            let mut host = node.web_server();
            host.identity.name = name.clone();
            host
        });
        let hosts = [server, (*self.client).clone()].into_iter().chain(self.controller.clone()).chain(nodes);
        let hosts = hosts.map(|host| (host.identity.name.clone(), host));
        Facts {
            hosts: hosts.collect(),
            directory: self.directory(),
            happenings: self.happenings.clone(),
            sightings: self.sightings.clone(),
        }
    }
}

impl World {
    fn web_server(&self) -> HostFacts {
        let mut server = (*self.server).clone();
        for (name, resolution) in &self.dns {
            server.names.add(name, resolution.clone(), DNS);
        }
        let iis = Iis { config: CONFIG, sites: vec![self.site.clone()], is_cut: false, service: self.service.clone() };
        let need = || NotKnown::until("applicationHost.config");
        server.iis = self.config.map(|known| match known {
            Known::Whole => Fact::Known(iis),
            Known::Part => Fact::Partial(iis, need()),
            Known::Nothing => Fact::Unknown(need()),
        });
        server
    }
}

/// Values of a registry, each with a line.
fn values(at: ArtifactId, set: &[(String, String, Data)]) -> Registry {
    let keys = (1..).zip(set).map(|(line, (key, name, data))| {
        let at = at.line(line);
        let value = Value { at, name: name.clone(), data: data.clone() };
        Key { path: Cited::new(key.clone(), at), state: KeyState::Present, values: vec![value], absent: Vec::new() }
    });
    Registry { keys: keys.collect(), ..Registry::default() }
}

/// The list of sites that a user makes.
const ZONES: &str = r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap";

/// What rules ask a registry for: all of it is said not to be set.
const ASKED: &[(&str, &[&str])] = &[
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa", &["DisableLoopbackCheck", "LsaCfgFlags"]),
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows\DeviceGuard", &["LsaCfgFlags"]),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\MSV1_0",
        &[
            "BackConnectionHostNames",
            "RestrictReceivingNTLMTraffic",
            "RestrictSendingNTLMTraffic",
            "ClientAllowedNTLMServers",
        ],
    ),
    (POLICY, &[POLICY_TYPES]),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\Netlogon\Parameters", &["DisablePasswordChange"]),
    (r"HKLM\SOFTWARE\Policies\Microsoft\Edge", CHROMIUM),
    (r"HKCU\SOFTWARE\Policies\Microsoft\Edge", CHROMIUM),
    (r"HKLM\SOFTWARE\Policies\Google\Chrome", CHROMIUM),
    (r"HKCU\SOFTWARE\Policies\Google\Chrome", CHROMIUM),
    (
        r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings",
        &["EnableNegotiate", "ProxyEnable", "ProxyOverride", "AutoConfigURL"],
    ),
    (r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Zones\3", &["1A00"]),
    (ZONES, &[]),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap", &[]),
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMapKey", &[]),
    (r"HKCU\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMapKey", &[]),
    (r"HKLM\SOFTWARE\Policies\Mozilla\Firefox\Authentication", &[]),
    (r"HKCU\SOFTWARE\Policies\Mozilla\Firefox\Authentication", &[]),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\Kerberos\Parameters", &["MaxPacketSize"]),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\W3SVC\Parameters", &["MaxClientRequestBuffer"]),
];
const CHROMIUM: &[&str] = &[
    "AuthServerAllowlist",
    "AuthServerWhitelist",
    "AuthNegotiateDelegateAllowlist",
    "AuthNegotiateDelegateWhitelist",
    "AuthSchemes",
];

fn absent(at: ArtifactId) -> Registry {
    let keys = ASKED.iter().map(|(key, names)| Key {
        path: Cited::new((*key).to_owned(), at.whole()),
        state: KeyState::Present,
        values: Vec::new(),
        absent: names.iter().map(|name| Cited::new((*name).to_owned(), at.whole())).collect(),
    });
    Registry { keys: keys.collect(), ..Registry::default() }
}

/// An account with which nothing is wrong, whose entry begins behind this line.
fn fine(first: u32, class: AccountClass, name: &str) -> AccountState {
    let at = |line: u32| DIRECTORY.line(first.saturating_add(line));
    let is_computer = class == AccountClass::Computer;
    AccountState {
        class: Some(Cited::new(class, at(2))),
        sid: sid_of(name).map(|sid| Cited::new(sid, at(2))),
        control: Some(Cited::new(AccountControl(if is_computer { 0x1000 } else { 0x1_0200 }), at(3))),
        computed: Some(Cited::new(AccountControl(0), at(4))),
        password_set: Some(Set { value: "2026-01-02T08:00:00Z".parse().ok(), at: at(5) }),
        expires: Some(Set { value: None, at: at(6) }),
        locked_out: Some(Set { value: None, at: at(7) }),
        encryption: Some(Set { value: Some(EncryptionTypes(0x18)), at: at(8) }),
        delegates_to: Some(Set { value: None, at: at(9) }),
        delegated_by: Some(Set { value: None, at: at(9) }),
        dns_host_name: Some(Set {
            value: is_computer.then(|| format!("{name}.contoso.com").to_lowercase()),
            at: at(10),
        }),
        is_protected: Some(Cited::new(false, at(11))),
        ..AccountState::unknown(at(1))
    }
}

/// An identifier whose number is made of the letters of the name.
fn sid_of(name: &str) -> Option<Sid> {
    let rid = name.bytes().fold(1_000_u32, |rid, byte| rid.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let head = [1_u8, 2, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0];
    Sid::read(&[head.as_slice(), &rid.to_le_bytes()].concat())
}

fn host(name: &str, role: Role, log: ArtifactId) -> HostFacts {
    let mut host = HostFacts { role, ..HostFacts::named(HostName::new(name)) };
    host.identity.domain = Some(Cited::new("contoso.com".to_owned(), IPCONFIG.line(2)));
    host.identity.account_domain = Some("contoso.com".to_owned());
    host.identity.at = Some(IPCONFIG.line(1));
    host.identity.os_version = Some("10.0.20348".to_owned());
    for channel in ["system", "security"] {
        host.logs.insert(channel.to_owned(), Fact::Known(log.whole()));
    }
    host
}

fn site() -> SiteFacts {
    let stated = |value, at| Setting { value, at, origin: Origin::Stated };
    let providers = [(AuthProvider::Negotiate, 41), (AuthProvider::Ntlm, 42)];
    let sign_in = SignIn {
        windows: stated(true, WINDOWS),
        kernel_mode: stated(true, KERNEL_MODE),
        pool_credentials: stated(true, POOL_CREDENTIALS),
        providers: providers.map(|(provider, line)| Cited::new(provider, CONFIG.line(line))).into(),
        providers_at: PROVIDERS,
        anonymous: stated(false, ANONYMOUS),
        protection: None,
        other_way: false,
        single_request: stated(false, PERSISTENCE),
        stated_for_path: true,
    };
    let identity = PoolIdentity::Account(AccountName::parse("CONTOSO\\svc-web"));
    let pool = PoolFacts { name: "IntranetPool".to_owned(), identity, at: POOL };
    let root = PathFacts {
        path: "/".to_owned(),
        pool,
        sign_in,
        may_be_overridden: None,
        refused: None,
        web_config: AppConfig::Absent,
    };
    let bindings = vec![binding()];
    SiteFacts { name: "Intranet".to_owned(), id: Some(2), at: SITE, bindings, paths: vec![root], node: None }
}

fn binding() -> Binding {
    Binding { at: CONFIG.line(11), protocol: "http".to_owned(), port: 80, host: "intranet.contoso.com".to_owned() }
}

fn place(first: u32, index: usize) -> Evidence {
    SETSPN.line(u32::try_from(index).expect("few").saturating_add(first))
}

fn spn(text: &str) -> Spn {
    Spn::parse(text).expect("an SPN")
}

fn dn(account: &str) -> Dn {
    if account.contains('=') { Dn::new(account) } else { Dn::new(format!("CN={account},DC=contoso,DC=com")) }
}

/// What a rule answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// What it found.
    pub findings: Vec<Finding>,
    /// What must be collected for it to say more.
    pub needs: Vec<String>,
}

impl Answered {
    /// The one finding.
    pub fn finding(&self) -> &Finding {
        let [finding] = self.findings.as_slice() else { panic!("not one finding: {:#?}", self.findings) };
        finding
    }
}

/// Asks a rule about a world and expects a verdict.
pub fn check(world: &World, rule: &dyn Rule, expected: Verdict) -> Answered {
    let facts = world.facts();
    let exchanges = exchanges(&facts);
    let mut answer = Answer::default();
    if let Err(not_known) = rule.check(&Situation::of(&facts, &exchanges), &mut answer) {
        answer.open(not_known);
    }
    assert_eq!(answer.verdict(), expected, "{}: {answer:#?}", rule.info().name);
    let needs = answer.not_known.iter().flat_map(|not_known| &not_known.needs);
    Answered { needs: needs.map(|need| need.as_str().to_owned()).collect(), findings: answer.findings }
}

/// Whether a finding points at all these places.
pub fn points_at(finding: &Finding, places: &[Evidence]) -> bool {
    places.iter().all(|place| finding.evidence.contains(place))
}

/// The commands of a fix.
pub fn commands(fix: &Fix) -> Vec<String> {
    fix.commands.iter().map(ToString::to_string).collect()
}

/// The command that changes the Windows authentication of a path.
pub fn set_config(path: &str, change: &str) -> String {
    let section = "system.webServer/security/authentication/windowsAuthentication";
    format!(r"%windir%\system32\inetsrv\appcmd set config {path} -section:{section} {change} /commit:apphost")
}

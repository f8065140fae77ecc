//! A healthy sign-in as facts, and the small changes that break it: the words that tests of rules are written in.
//!
//! `WEB01` in `contoso.com` runs the site `Intranet` under `intranet.contoso.com`. Its pool runs as `CONTOSO\svc-web`,
//! which decrypts and holds the SPN. Users sign in from `CLIENT07`.

#![expect(clippy::missing_panics_doc, reason = "a test whose world cannot be built fails, as it should")]

use crate::artifacts::registry::Data;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::exchange::derive::exchanges;
use crate::facts::account::{AccountName, Dn};
use crate::facts::account_state::{AccountClass, AccountState};
use crate::facts::case_facts::{Facts, HostFacts};
use crate::facts::events::Happening;
use crate::facts::fact::Fact;
use crate::facts::host::{HostName, Role};
use crate::facts::iis::{Iis, SiteFacts, WebService};
use crate::facts::names::Resolution;
use crate::facts::sightings::Sighting;
use crate::facts::spn::Spn;
use crate::facts::traffic::{RefusedRequests, SiteLog};
use crate::facts::trusts::Trust;
use crate::rules::answer::{Answer, Verdict};
use crate::rules::finding::{Finding, Fix};
use crate::rules::fixture::hosts::host;
use crate::rules::fixture::site::site;
use crate::rules::rule::{Rule, Situation};

mod client;
mod directory;
mod hosts;
mod logs;
mod registry;
mod site;

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

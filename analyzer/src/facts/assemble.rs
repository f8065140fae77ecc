//! Puts together what the artifacts say one by one.

use jiff::Timestamp;
use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::CollectionStatus;

use crate::artifacts::contents::{Contents, ReadArtifact};
use crate::artifacts::event_log::EventLog;
use crate::artifacts::http_err_log::HttpErrLog;
use crate::artifacts::iis_config::IisConfig;
use crate::artifacts::ipconfig::IpConfiguration;
use crate::artifacts::nslookup::NameLookup;
use crate::artifacts::parsed::Loss;
use crate::artifacts::registry::{Form, Registry};
use crate::artifacts::setspn::{QueryAnswer, SetspnRun};
use crate::artifacts::systeminfo::SystemInfo;
use crate::artifacts::tickets::TicketCache;
use crate::artifacts::w3c_log::W3cLog;
use crate::evidence::gap::{GapReason, NotKnown};
use crate::evidence::place::{Cited, Evidence};
use crate::facts::account::{AccountName, Dn};
use crate::facts::account_control::AccountControl;
use crate::facts::case_facts::{Facts, HostFacts};
use crate::facts::clock::ClockReading;
use crate::facts::directory::Directory;
use crate::facts::events::{happening, refused_accounts};
use crate::facts::fact::Fact;
use crate::facts::host::{HostName, Role};
use crate::facts::iis::{self, Iis};
use crate::facts::ldap;
use crate::facts::ldap_question::Reach;
use crate::facts::listed_config;
use crate::facts::metabase::Tree;
use crate::facts::metabase_sites;
use crate::facts::names::Resolution;
use crate::facts::settings::Extent;
use crate::facts::shared_configuration::{InForce, in_force};
use crate::facts::sightings::sightings;
use crate::facts::spn::Spn;
use crate::facts::tickets;
use crate::facts::web_configs::WebConfigs;

/// What is known about a bundle before its artifacts are read.
#[derive(Clone, Debug)]
pub struct BundleHead {
    /// The name of the bundle.
    pub name: String,
    /// The host that its manifest names.
    pub host: Option<String>,
    /// When it was collected.
    pub collected_at: Option<Timestamp>,
    /// Minutes that the clock of the host was ahead of UTC then.
    pub utc_offset_minutes: Option<i32>,
    /// The map that leads back from its tokens to names, where tokens stand for them.
    pub pseudonyms: Option<String>,
}

/// Puts a case together.
pub fn assemble(bundles: &[BundleHead], artifacts: &[ReadArtifact]) -> Facts {
    let mut facts = Facts::default();
    let mut not_sought = Vec::new();
    for (number, bundle) in (0..).zip(bundles) {
        let own: Vec<_> = artifacts.iter().filter(|artifact| artifact.artifact.bundle == number).collect();
        if own.is_empty() && bundle.host.is_none() {
            continue;
        }
        let host = host_of(bundle, &own);
        facts.hosts.entry(host.clone()).or_insert_with(|| HostFacts::named(host.clone()));
        let mut assembler =
            Assembler { facts: &mut facts, host, in_force: in_force(&own), web_configs: WebConfigs::of(&own) };
        assembler.host().identity.collected_at = bundle.collected_at;
        for artifact in &own {
            assembler.identify(artifact);
        }
        for artifact in &own {
            assembler.take(artifact);
        }
        assembler.listed(&own);
        assembler.metabase(&own);
        if bundle.host.is_some() && !own.iter().any(|read| seeks_iis(read)) {
            not_sought.push(assembler.host);
        }
    }
    name_domains(&mut facts);
    know_domain_controllers(&mut facts);
    suspect_web_servers(&mut facts, &not_sought);
    facts
}

/// Where Windows says which kind of system it is.
const PRODUCT: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions";

/// A domain controller is one without its logs, too: its account says so, or its registry.
fn know_domain_controllers(facts: &mut Facts) {
    for host in facts.hosts.values_mut().filter(|host| host.role == Role::Client) {
        let account = AccountName::machine(host.identity.netbios_domain.as_deref(), host.identity.name.as_str());
        let state = facts.directory.account(&account).and_then(|dn| facts.directory.state(dn));
        let control = state.and_then(|state| state.control.as_ref());
        let product = host.settings.value(PRODUCT, "ProductType");
        let is_product =
            product.seen().is_ok_and(|set| set.texts().iter().any(|kind| kind.eq_ignore_ascii_case("LanmanNT")));
        if is_product || control.is_some_and(|control| control.value.has(AccountControl::SERVER_TRUST)) {
            host.role = Role::DomainController;
        }
    }
}

/// Gives each host the NetBIOS name of its domain, where the directory states it.
fn name_domains(facts: &mut Facts) {
    for host in facts.hosts.values_mut() {
        let domain = host.identity.account_domain.as_deref();
        let netbios = domain.and_then(|domain| facts.directory.names.domains.netbios(domain));
        host.identity.netbios_domain = netbios.map(str::to_owned);
    }
}

/// The host that a bundle comes from: its manifest says so, or its own evidence.
fn host_of(bundle: &BundleHead, artifacts: &[&ReadArtifact]) -> HostName {
    let stated = artifacts.iter().find_map(|artifact| match &artifact.contents.value {
        Contents::Systeminfo(info) => info.host_name.as_ref().map(|name| name.value.clone()),
        Contents::Ipconfig(config) => config.host_name.as_ref().map(|name| name.value.clone()),
        _ => None,
    });
    let logged = artifacts.iter().find_map(|artifact| match &artifact.contents.value {
        Contents::EventLog(log) => log.computer.clone().filter(|name| !name.is_empty()),
        _ => None,
    });
    let name = bundle.host.clone().or(stated).or(logged);
    HostName::new(&name.unwrap_or_else(|| "UNKNOWN".to_owned()))
}

/// A server whose bundle does not even tell of a search for IIS may be a web server like the others.
fn suspect_web_servers(facts: &mut Facts, not_sought: &[HostName]) {
    let hosts = facts.hosts.values_mut().filter(|host| not_sought.contains(&host.identity.name));
    let is_open = |host: &&mut HostFacts| {
        let is_workstation = host.identity.os.is_some() && !host.identity.is_server();
        host.role == Role::Client && host.iis.is_none() && !is_workstation
    };
    for host in hosts.filter(is_open) {
        let need = "applicationHost.config, or the metabase, of";
        host.role = Role::WebServer;
        host.iis = Some(Fact::Unknown(NotKnown::naming(need, host.identity.name.as_str())));
    }
}

/// Whether an entry of a manifest tells of a search for the configuration of IIS. That of IIS 5 is no file, so that the
/// absence of one says nothing.
fn seeks_iis(read: &ReadArtifact) -> bool {
    let artifact = &read.artifact;
    match artifact.kind {
        ArtifactKind::IisConfig | ArtifactKind::Adsutil => true,
        ArtifactKind::Metabase => artifact.status != CollectionStatus::NotPresent,
        _ => false,
    }
}

struct Assembler<'a> {
    facts: &'a mut Facts,
    host: HostName,
    in_force: InForce,
    web_configs: WebConfigs,
}

impl Assembler<'_> {
    fn host(&mut self) -> &mut HostFacts {
        let name = self.host.clone();
        self.facts.hosts.entry(name.clone()).or_insert_with(|| HostFacts::named(name))
    }

    /// Who the host is comes first: the names of the host decide how the rest is understood.
    fn identify(&mut self, read: &ReadArtifact) {
        match &read.contents.value {
            Contents::Systeminfo(info) => self.systeminfo(info),
            Contents::Ipconfig(config) => self.ipconfig(config),
            _ => {}
        }
    }

    fn systeminfo(&mut self, info: &SystemInfo) {
        let identity = &mut self.host().identity;
        identity.os = info.os_name.as_ref().map(|name| name.value.clone());
        identity.os_version = info.os_version.as_ref().map(|version| version.value.clone());
        identity.at = identity.at.or(info.host_name.as_ref().map(|name| name.at));
        // A workgroup has no dot in its name, a domain has.
        identity.workgroup = info.domain.as_ref().filter(|domain| !domain.value.contains('.')).cloned();
        let domain = info.domain.as_ref().filter(|domain| domain.value.contains('.'));
        identity.account_domain = domain.map(|domain| domain.value.to_lowercase());
        if identity.domain.is_none() {
            identity.domain = domain.map(|domain| Cited::new(domain.value.to_lowercase(), domain.at));
        }
    }

    fn ipconfig(&mut self, config: &IpConfiguration) {
        let identity = &mut self.host().identity;
        identity.host_name = config.host_name.as_ref().map(|name| name.value.to_lowercase());
        identity.addresses.extend(config.addresses.iter().map(|address| address.value));
        identity.at = identity.at.or(config.host_name.as_ref().map(|name| name.at));
        let suffix = config.dns_suffix.as_ref().map(|suffix| Cited::new(suffix.value.to_lowercase(), suffix.at));
        identity.domain = suffix.or(identity.domain.take());
    }

    fn take(&mut self, read: &ReadArtifact) {
        match &read.contents.value {
            // Pieces say something together.
            Contents::IisConfig(config) if config.is_listed => {}
            Contents::IisConfig(config) => self.iis_config(config, read),
            Contents::Setspn(runs) => {
                for run in runs {
                    let command = run.command.as_deref().or(read.artifact.source.as_deref());
                    setspn(&mut self.facts.directory, run, command, read);
                }
            }
            Contents::Tickets(caches) => self.tickets(caches, read),
            Contents::EventLog(log) => self.event_log(log, read),
            Contents::Nslookup(lookup) => self.nslookup(lookup, read),
            Contents::Registry(registry) => self.registry(registry, read),
            Contents::Nothing => self.nothing(read),
            Contents::Directory(answers) => {
                for answer in answers {
                    ldap::take(&mut self.facts.directory, answer, read);
                    self.host().clocks.extend(ClockReading::of(answer));
                }
            }
            _ => self.state(read),
        }
    }

    fn tickets(&mut self, caches: &[TicketCache], read: &ReadArtifact) {
        let is_whole = read.is_whole();
        let host = self.host();
        host.tickets.extend(caches.iter().flat_map(tickets::held));
        host.caches.extend(tickets::caches(caches, is_whole));
    }

    /// What logs and tools say about the state of the host. The rest was read before, or is for people.
    fn state(&mut self, read: &ReadArtifact) {
        let is_whole = read.is_whole();
        let host = self.host();
        match &read.contents.value {
            Contents::W3cLog(log) => host.traffic.log(log, read),
            Contents::HttpErrLog(log) => host.traffic.refusals(log, read),
            Contents::HttpHeads(heads) => host.traffic.heads.extend(heads.iter().cloned()),
            Contents::W32tm(output) => host.clocks.extend(ClockReading::sampled(output)),
            Contents::Nltest(output) if !output.channel.is_empty() => {
                host.secure_channel.get_or_insert_default().extend(output.channel.iter().cloned());
            }
            Contents::HostsFile(entries) if is_whole => host.hosts_file = Some(entries.clone()),
            Contents::BrowserSettings(settings) => host.firefox.get_or_insert_default().push(settings.clone()),
            Contents::AuditPolicy(policy) => host.audit_policy = Some(policy.clone()),
            _ => {}
        }
    }

    /// What keeps a configuration from being all that there is to know makes it a part.
    fn iis_config(&mut self, config: &IisConfig, read: &ReadArtifact) {
        if self.in_force.is_leftover(read) {
            return self.leftover();
        }
        let iis = iis::effective(read.id, config, &self.web_configs, self.host.as_str());
        let several = self.host().iis.as_ref().is_some_and(|known| known.seen().is_ok());
        let not_known = if several {
            Some(NotKnown::until("the one applicationHost.config that is in force: there are several"))
        } else if config.windows_module == Some(false) {
            Some(NotKnown::until("the role service Windows Authentication: its module is not installed"))
        } else if iis.is_cut {
            Some(NotKnown::until("a configuration with fewer sites: this one is over the limit"))
        } else {
            (!read.is_whole()).then(whole_config).or_else(|| self.in_force.doubt())
        };
        self.serves(iis, not_known);
    }

    /// The host is a web server with this IIS.
    fn serves(&mut self, iis: Iis, not_known: Option<NotKnown>) {
        let host = self.host();
        host.role = Role::WebServer;
        host.iis = Some(Fact::of(iis, not_known));
    }

    /// What `appcmd` listed speaks where nobody has the file: it is what the server itself makes of all its files.
    fn listed(&mut self, own: &[&ReadArtifact]) {
        let lists = own.iter().filter_map(|read| match &read.contents.value {
            Contents::IisConfig(config) if config.is_listed => Some((*read, config)),
            _ => None,
        });
        let lists: Vec<_> = lists.collect();
        let Some((first, _)) = lists.first() else { return };
        if self.host().iis.as_ref().is_some_and(|known| known.seen().is_ok()) {
            return;
        }
        let mut all = IisConfig::default();
        for (_, config) in &lists {
            all.pools.extend(config.pools.iter().cloned());
            all.sites.extend(config.sites.iter().cloned());
            all.scopes.extend(config.scopes.iter().cloned());
        }
        let damaged = lists.iter().any(|(read, _)| !read.is_whole()).then(whole_config);
        let not_known = listed_config::lacks(&all).into_iter().chain(damaged).reduce(NotKnown::and);
        let iis = iis::effective(first.id, &all, &WebConfigs::default(), self.host.as_str());
        self.serves(iis, not_known);
    }

    /// A configuration that IIS does not use says that there is an IIS, and nothing else.
    fn leftover(&mut self) {
        let not_known = self.in_force.not_known().unwrap_or_else(whole_config);
        let host = self.host();
        host.role = Role::WebServer;
        host.iis.get_or_insert(Fact::Unknown(not_known));
    }

    /// The collector looked for a configuration of IIS and could not bring it: there is an IIS, and it is unknown.
    fn nothing(&mut self, read: &ReadArtifact) {
        let is_absent = read.artifact.status == CollectionStatus::NotPresent;
        match read.artifact.kind {
            ArtifactKind::IisConfig if !is_absent => self.leftover(),
            ArtifactKind::W3cLog if is_absent => self.host().traffic.log(&W3cLog::default(), read),
            ArtifactKind::HttpErrLog if is_absent => self.host().traffic.refusals(&HttpErrLog::default(), read),
            ArtifactKind::BrowserSettings if is_absent => drop(self.host().firefox.get_or_insert_default()),
            ArtifactKind::HostsFile if is_absent => self.host().hosts_file = Some(Vec::new()),
            _ => {}
        }
    }

    /// The metabase speaks for IIS 5 and 6. Later systems keep one for other services, beside the configuration of IIS.
    fn metabase(&mut self, own: &[&ReadArtifact]) {
        let is_there = |read: &&&ReadArtifact| read.artifact.status != CollectionStatus::NotPresent;
        let of_kinds = |kinds: &[ArtifactKind]| {
            own.iter().filter(is_there).filter(|read| kinds.contains(&read.artifact.kind)).copied().collect::<Vec<_>>()
        };
        let listed = of_kinds(&[ArtifactKind::Metabase, ArtifactKind::Adsutil]);
        let version = self.host().identity.os_version.clone();
        let is_later = version.as_deref().is_some_and(|version| !version.starts_with("5."));
        if listed.is_empty() || is_later || !of_kinds(&[ArtifactKind::IisConfig]).is_empty() {
            return;
        }
        let Some(tree) = Tree::of(&listed) else { return self.unknown_metabase() };
        let (iis, not_known) = metabase_sites::effective(&tree, version.as_deref(), self.host.as_str());
        // A metabase without a site, or with nothing but other services, makes no web server.
        if iis.sites.is_empty() && not_known.is_none() && listed.iter().all(|read| read.is_whole()) {
            return;
        }
        let damaged = listed.iter().any(|read| read.artifact.length.is_some() && !read.is_whole());
        let not_known = [not_known, damaged.then(whole_metabase)].into_iter().flatten().reduce(NotKnown::and);
        self.serves(iis, not_known);
    }

    /// There is a metabase, and nobody could read it.
    fn unknown_metabase(&mut self) {
        let host = self.host();
        host.role = Role::WebServer;
        host.iis.get_or_insert_with(|| Fact::Unknown(whole_metabase()));
    }

    fn registry(&mut self, registry: &Registry, read: &ReadArtifact) {
        let denied = |loss: &Loss| matches!(loss.reason, GapReason::NotCollected(_));
        let is_undamaged = read.artifact.is_whole() && read.contents.losses.iter().all(denied);
        let extent = Extent::of(registry, read.artifact.source.as_deref(), is_undamaged);
        // A query goes into the keys below only when it is told to.
        let has_below = registry.form == Form::Export
            || read
                .artifact
                .source
                .as_deref()
                .is_some_and(|command| command.split_whitespace().any(|word| word.eq_ignore_ascii_case("/s")));
        let settings = &mut self.host().settings;
        settings.take(registry, extent);
        if is_undamaged && has_below {
            settings.take_branches(registry);
        }
    }

    /// A log belongs to the computer that wrote it, whatever bundle it lies in.
    fn event_log(&mut self, log: &EventLog, read: &ReadArtifact) {
        let own = self.host.clone();
        if let Some(computer) = log.computer.as_deref().filter(|name| !name.is_empty()) {
            self.host = HostName::new(computer);
        }
        let issues_tickets = |(provider, id): &(String, u32)| {
            matches!(id, 4768 | 4769 | 4771 | 672..=677) || provider.to_lowercase().contains("key-distribution-center")
        };
        let is_dc = log.counts.keys().any(issues_tickets);
        let channel = log.channel.clone().or_else(|| named_channel(read)).unwrap_or_default();
        let at = read.id.whole();
        let whole = read.is_whole();
        let host = self.host();
        if is_dc && host.role == Role::Client {
            host.role = Role::DomainController;
        }
        let need = || NotKnown::naming("the whole event log", &format!("{channel} of {}", host.identity.name.as_str()));
        let fact = if whole { Fact::Known(at) } else { Fact::Partial(at, need()) };
        host.logs.entry(channel.to_lowercase()).or_insert(fact);
        self.facts.happenings.reserve(log.events.len());
        self.facts.happenings.extend(log.events.iter().filter_map(happening));
        self.facts.happenings.extend(refused_accounts(log));
        self.facts.sightings.extend(sightings(log));
        self.host = own;
    }

    /// Aliases stand at the end of an answer: in one that is cut, their absence proves nothing.
    fn nslookup(&mut self, lookup: &NameLookup, read: &ReadArtifact) {
        let command = read.artifact.source.as_deref();
        let asked = command.and_then(|command| command.split_whitespace().nth(1)).map(str::to_lowercase);
        let names = &mut self.host().names;
        if let (Some(asked), Some(not_found)) = (&asked, &lookup.not_found) {
            names.add(asked, Resolution::Missing, not_found.at);
        }
        let addresses: Vec<_> = lookup.addresses.iter().map(|address| address.value).collect();
        let Some(canonical) = &lookup.name else { return };
        let name = canonical.value.to_lowercase();
        for alias in &lookup.aliases {
            names.add(&alias.value, Resolution::Alias(name.clone()), alias.at);
            names.lead(&alias.value, &addresses);
        }
        if !read.is_whole() {
            return;
        }
        // A short name that the resolver completed holds the same addresses.
        let completed =
            asked.filter(|asked| name.strip_prefix(asked.as_str()).is_some_and(|rest| rest.starts_with('.')));
        for own in completed.into_iter().chain([name.clone()]) {
            names.add(&own, Resolution::Address(name.clone()), canonical.at);
            names.lead(&own, &addresses);
        }
    }
}

/// An export that holds no record names no channel; the collector names the file after it.
fn named_channel(read: &ReadArtifact) -> Option<String> {
    read.artifact.source.as_ref()?;
    let file = read.artifact.path.rsplit('/').next()?;
    let (name, form) = file.rsplit_once('.')?;
    ["evtx", "evt", "xml", "txt"].contains(&form).then(|| name.to_owned())
}

fn whole_metabase() -> NotKnown {
    NotKnown::until("MetaBase.xml, or what adsutil.vbs enum w3svc prints (run the collector as an administrator)")
}

fn whole_config() -> NotKnown {
    NotKnown::until("applicationHost.config (run the collector elevated)")
}

/// Takes what one run of `setspn` says; `command` tells what was asked.
fn setspn(directory: &mut Directory, run: &SetspnRun, command: Option<&str>, read: &ReadArtifact) {
    let asked = command.map(Asked::parse);
    // A search that was sent to a named domain says nothing about the domain of the host.
    let has =
        |option| command.is_some_and(|words| words.split_whitespace().any(|word| word.eq_ignore_ascii_case(option)));
    let elsewhere = has("-T");
    let reach = if has("-F") { Reach::Forest } else { Reach::Domain(None) };
    for account in &run.accounts {
        let dn = Dn::new(account.dn.value.clone());
        if read.is_whole() {
            directory.list(dn.clone(), account.dn.at);
        }
        if let (Some(Asked::List(name)), 1) = (&asked, run.accounts.len()) {
            directory.ask(name, dn.clone());
        }
        for spn in &account.spns {
            hold(directory, &spn.value, &dn, spn.at);
        }
    }
    for group in &run.duplicates {
        for account in &group.accounts {
            hold(directory, &group.spn.value, &Dn::new(account.value.clone()), account.at);
        }
    }
    if let (Some(Asked::Query(spn)), Some(answer), true) = (asked, &run.answer, read.is_whole() && !elsewhere) {
        let agrees = (answer.value == QueryAnswer::Found) != run.accounts.is_empty();
        if agrees {
            directory.search(spn, reach, if run.accounts.is_empty() { answer.at } else { read.id.whole() });
        }
    }
    if let (Some(count), true) = (&run.duplicate_count, read.is_whole() && !elsewhere) {
        directory.search_duplicates(count.at);
    }
}

fn hold(directory: &mut Directory, spn: &str, dn: &Dn, at: Evidence) {
    if let Some(spn) = Spn::parse(spn) {
        directory.hold(spn, dn.clone(), at);
    }
}

/// What a command line asked `setspn` for.
enum Asked {
    List(AccountName),
    Query(Spn),
    Other,
}

impl Asked {
    fn parse(command: &str) -> Self {
        let words: Vec<_> = command.split_whitespace().collect();
        let after = |option: &str| {
            let at = words.iter().position(|word| word.eq_ignore_ascii_case(option))?;
            words.get(at.saturating_add(1)).copied()
        };
        if let Some(spn) = after("-Q").and_then(Spn::parse) {
            return Self::Query(spn);
        }
        // A name alone is the short form of -L; a computer is asked for without its dollar.
        match after("-L").or_else(|| words.get(1).copied().filter(|word| words.len() == 2 && !word.starts_with('-'))) {
            Some(name) => Self::List(AccountName::parse(name)),
            None => Self::Other,
        }
    }
}

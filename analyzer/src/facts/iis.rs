//! What IIS does with a request for a path: which site, which pool, whose account, which ways to sign in.

use std::collections::{BTreeMap, BTreeSet};

use crate::artifacts::iis_config::{Binding, IisConfig, ProcessModel, Scope, Site};
use crate::evidence::gap::NotKnown;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::facts::account::AccountName;
use crate::facts::sign_in::SignIn;

/// Paths of one site that are looked at; a site has some dozens.
const PATHS: usize = 1_000;
/// Bindings of one site that are looked at.
const BINDINGS: usize = 1_000;
/// Paths times bindings of all sites that are looked at; a host of thousands of small sites stays below it.
const URLS: usize = 20_000;

/// The sites of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Iis {
    /// The configuration they come from.
    pub config: ArtifactId,
    /// The sites, in the order of the file.
    pub sites: Vec<SiteFacts>,
    /// There are more sites, paths or bindings than are looked at.
    pub is_cut: bool,
}

/// One site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFacts {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub at: Evidence,
    /// Its http and https bindings.
    pub bindings: Vec<Binding>,
    /// Its paths: each application, and each folder with sign-in settings of its own.
    pub paths: Vec<PathFacts>,
}

impl SiteFacts {
    /// The paths that behave differently. One whose settings and pool are those of the root behaves like the root.
    pub fn distinct_paths(&self) -> impl Iterator<Item = &PathFacts> {
        let root = self.paths.first();
        self.paths.iter().filter(move |path| {
            let like_root =
                |root: &PathFacts| root.path != path.path && root.sign_in == path.sign_in && root.pool == path.pool;
            !root.is_some_and(like_root)
        })
    }
}

/// One path of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathFacts {
    /// The path, `/` for the root.
    pub path: String,
    /// The pool that serves it.
    pub pool: PoolFacts,
    /// Who may sign in how.
    pub sign_in: SignIn,
    /// What else may decide about signing in: a web.config that is allowed to, and is not in the bundle.
    pub may_be_overridden: Option<NotKnown>,
}

/// The pool of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolFacts {
    /// Its name.
    pub name: String,
    /// The account of its worker process.
    pub identity: PoolIdentity,
    /// The line that says so, or the pool's line when it is a default.
    pub at: Evidence,
}

/// The account of a worker process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoolIdentity {
    /// An identity that is the machine account on the network: LocalSystem, NetworkService, ApplicationPoolIdentity.
    Machine(&'static str),
    /// LocalService, which has no account on the network.
    LocalService,
    /// A domain account.
    Account(AccountName),
    /// An account of the server itself, which no domain controller knows.
    LocalAccount(String),
    /// The configuration names something that IIS does not have.
    Unclear(String),
}

impl PoolIdentity {
    fn of(model: Option<&ProcessModel>, defaults: Option<&ProcessModel>, host: &str) -> Self {
        let attribute = |read: fn(&ProcessModel) -> Option<&String>| model.and_then(read).or(defaults.and_then(read));
        let kind = attribute(|model| model.identity_type.as_ref()).map(String::as_str);
        match kind.unwrap_or("ApplicationPoolIdentity").to_ascii_lowercase().as_str() {
            "localsystem" | "0" => Self::Machine("LocalSystem"),
            "networkservice" | "2" => Self::Machine("NetworkService"),
            "applicationpoolidentity" | "4" => Self::Machine("ApplicationPoolIdentity"),
            "localservice" | "1" => Self::LocalService,
            "specificuser" | "3" => match attribute(|model| model.user_name.as_ref()) {
                Some(user) if !user.is_empty() => Self::account(user, host),
                _ => Self::Unclear("SpecificUser without a user name".to_owned()),
            },
            other => Self::Unclear(other.to_owned()),
        }
    }

    /// A name without a domain, or with the server in its place, is an account of the server.
    fn account(user: &str, host: &str) -> Self {
        let account = AccountName::parse(user);
        match account.domain() {
            Some(domain) if domain != "." && !domain.eq_ignore_ascii_case(host) => Self::Account(account),
            _ => Self::LocalAccount(user.to_owned()),
        }
    }
}

impl std::fmt::Display for PoolIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Machine(name) => f.write_str(name),
            Self::LocalService => f.write_str("LocalService"),
            Self::Account(account) => write!(f, "{account}"),
            Self::LocalAccount(name) | Self::Unclear(name) => f.write_str(name),
        }
    }
}

/// Works out what is in force on a host of this name.
pub fn effective(artifact: ArtifactId, config: &IisConfig, host: &str) -> Iis {
    let scopes = Scopes::of(config);
    let mut iis = Iis { config: artifact, sites: Vec::new(), is_cut: false };
    let mut urls = 0_usize;
    for site in &config.sites {
        let facts = site_facts(config, &scopes, site, host, &mut iis.is_cut);
        urls = urls.saturating_add(facts.paths.len().saturating_mul(facts.bindings.len()));
        if urls > URLS {
            iis.is_cut = true;
            break;
        }
        iis.sites.push(facts);
    }
    iis
}

/// The scopes of a configuration by the site that they speak of, so that many sites stay cheap.
struct Scopes<'a> {
    root: Vec<&'a Scope>,
    /// By the name of the site in lower case.
    sites: BTreeMap<String, Vec<&'a Scope>>,
}

impl<'a> Scopes<'a> {
    fn of(config: &'a IisConfig) -> Self {
        let mut scopes = Self { root: Vec::new(), sites: BTreeMap::new() };
        for scope in &config.scopes {
            match scope.path.as_deref() {
                None => scopes.root.push(scope),
                Some(path) => {
                    let site = path.split('/').next().unwrap_or_default().to_lowercase();
                    scopes.sites.entry(site).or_default().push(scope);
                }
            }
        }
        scopes
    }

    fn of_site(&self, site: &str) -> &[&'a Scope] {
        self.sites.get(&site.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The scopes that hold for a path, from the root of the file to the deepest location.
    fn of_path(&self, site: &str, path: &str) -> Vec<&'a Scope> {
        let full = format!("{site}/{}", path.trim_matches('/')).trim_end_matches('/').to_lowercase();
        let mut own: Vec<_> = self.of_site(site).iter().copied().filter(|scope| holds_for(scope, &full)).collect();
        own.sort_by_key(|scope| scope.path.as_deref().map_or(0, |path| path.trim_end_matches('/').len()));
        self.root.iter().copied().chain(own).collect()
    }
}

fn holds_for(scope: &Scope, full: &str) -> bool {
    let prefix = scope.path.as_deref().unwrap_or_default().trim_end_matches('/').to_lowercase();
    full.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn site_facts(config: &IisConfig, scopes: &Scopes<'_>, site: &Site, host: &str, is_cut: &mut bool) -> SiteFacts {
    let mut paths = paths(scopes, site);
    *is_cut |= paths.len() > PATHS || site.bindings.len() > BINDINGS;
    paths.truncate(PATHS);
    let paths = paths.into_iter().map(|path| {
        let pool = pool_name(config, site, &path);
        let scopes = scopes.of_path(&site.name.value, &path);
        PathFacts {
            pool: pool_facts(config, pool, site.name.at, host),
            sign_in: SignIn::merge(scopes.iter().copied(), site.name.at),
            may_be_overridden: may_be_overridden(config, &scopes, &site.name.value, &path),
            path,
        }
    });
    SiteFacts {
        name: site.name.value.clone(),
        at: site.name.at,
        paths: paths.collect(),
        bindings: site.bindings.iter().take(BINDINGS).cloned().collect(),
    }
}

/// The root, the applications, and the folders whose sign-in settings differ.
fn paths(scopes: &Scopes<'_>, site: &Site) -> Vec<String> {
    let applications = site.applications.iter().map(|application| application.path.value.clone());
    let folders = scopes.of_site(&site.name.value).iter().filter_map(|scope| {
        let (_, path) = scope.path.as_deref()?.split_once('/')?;
        let has_settings = scope.windows.is_some() || scope.anonymous.is_some();
        has_settings.then(|| format!("/{}", path.trim_matches('/')))
    });
    let mut seen = BTreeSet::new();
    let all = std::iter::once("/".to_owned()).chain(applications).chain(folders);
    all.filter(|path| seen.insert(path.to_lowercase())).collect()
}

/// The pool of the application that a path belongs to: the one with the longest path that leads there.
fn pool_name<'a>(config: &'a IisConfig, site: &'a Site, path: &str) -> &'a str {
    let path = path.to_lowercase();
    let leads_there = |application: &str| {
        let application = application.to_lowercase();
        application == "/"
            || path == application
            || path.starts_with(&format!("{}/", application.trim_end_matches('/')))
    };
    let application =
        site.applications.iter().filter(|a| leads_there(&a.path.value)).max_by_key(|a| a.path.value.len());
    let stated = application.and_then(|application| application.pool.as_deref());
    let default = || site.default_pool.as_ref().or(config.default_pool.as_ref()).map(|pool| pool.value.as_str());
    stated.or_else(default).unwrap_or("DefaultAppPool")
}

fn pool_facts(config: &IisConfig, name: &str, site: Evidence, host: &str) -> PoolFacts {
    let pool = config.pools.iter().find(|pool| pool.name.value.eq_ignore_ascii_case(name));
    let Some(pool) = pool else {
        let identity = PoolIdentity::Unclear(format!("no pool of the name {name}"));
        return PoolFacts { name: name.to_owned(), identity, at: site };
    };
    let model = pool.process_model.as_ref();
    PoolFacts {
        name: pool.name.value.clone(),
        identity: PoolIdentity::of(model, config.pool_defaults.as_ref(), host),
        at: model.map_or(pool.name.at, |model| model.at),
    }
}

/// Windows authentication is locked against web.config unless the section or a location unlocks it.
fn may_be_overridden(config: &IisConfig, scopes: &[&Scope], site: &str, path: &str) -> Option<NotKnown> {
    let section = config.windows_override.as_ref().is_some_and(|mode| mode.value.eq_ignore_ascii_case("Allow"));
    let mode = scopes.iter().rev().filter(|scope| scope.windows.is_some()).find_map(|scope| {
        let mode = scope.override_mode.as_deref()?;
        (!mode.eq_ignore_ascii_case("Inherit")).then(|| mode.to_ascii_lowercase())
    });
    let open = mode.map_or(section, |mode| mode == "allow");
    open.then(|| NotKnown::naming("web.config of", &format!("{site}{path}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::iis_config;
    use crate::formats::text::Text;

    const CONFIG: &str = r#"<configuration>
<system.applicationHost><applicationPools>
<add name="A"><processModel identityType="SpecificUser" userName="CONTOSO\svc-a" /></add>
<add name="B" />
<applicationPoolDefaults><processModel identityType="NetworkService" /></applicationPoolDefaults>
</applicationPools><sites>
<site name="S"><application path="/" applicationPool="B" /><application path="/app" applicationPool="A" />
<bindings><binding protocol="http" bindingInformation="*:80:" /></bindings></site>
</sites></system.applicationHost>
<location path="S/app/secure"><system.webServer><security><authentication>
<windowsAuthentication enabled="true" /></authentication></security></system.webServer></location>
</configuration>"#;

    fn facts(config: &str) -> SiteFacts {
        let parsed = iis_config::parse(ArtifactId(0), &Text::from(config));
        effective(ArtifactId(0), &parsed.value, "WEB01").sites.remove(0)
    }

    #[test]
    fn each_path_has_the_pool_of_its_application() {
        let site = facts(CONFIG);
        let pools: Vec<_> = site.paths.iter().map(|path| (path.path.as_str(), path.pool.name.as_str())).collect();
        assert_eq!(pools, [("/", "B"), ("/app", "A"), ("/app/secure", "A")]);
        let identities: Vec<_> = site.paths.iter().map(|path| path.pool.identity.to_string()).collect();
        assert_eq!(identities, ["NetworkService", "CONTOSO\\svc-a", "CONTOSO\\svc-a"]);
        let windows: Vec<_> = site.paths.iter().map(|path| path.sign_in.windows.value).collect();
        assert_eq!(windows, [false, false, true]);
    }

    #[test]
    fn an_account_of_the_server_is_no_domain_account() {
        for user in [".\\bob", "WEB01\\bob", "bob"] {
            let site = facts(&CONFIG.replace("CONTOSO\\svc-a", user));
            assert!(matches!(site.paths[1].pool.identity, PoolIdentity::LocalAccount(_)), "{user}");
        }
    }

    #[test]
    fn more_than_is_looked_at_is_said() {
        let binding = r#"<binding protocol="http" bindingInformation="*:80:x" />"#;
        let config = CONFIG.replace("<bindings>", &format!("<bindings>{}", binding.repeat(BINDINGS)));
        let parsed = iis_config::parse(ArtifactId(0), &Text::from(config.as_str()));
        assert!(effective(ArtifactId(0), &parsed.value, "WEB01").is_cut);
        let parsed = iis_config::parse(ArtifactId(0), &Text::from(CONFIG));
        assert!(!effective(ArtifactId(0), &parsed.value, "WEB01").is_cut);
    }

    #[test]
    fn only_an_unlocked_section_can_be_overridden() {
        assert_eq!(facts(CONFIG).paths[2].may_be_overridden, None);
        let open = CONFIG.replace("path=\"S/app/secure\"", "path=\"S/app/secure\" overrideMode=\"Allow\"");
        assert!(facts(&open).paths[2].may_be_overridden.is_some());
        assert_eq!(facts(&open).paths[1].may_be_overridden, None);
    }
}

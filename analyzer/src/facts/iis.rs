//! What IIS does with a request for a path: which site, which pool, whose account, which ways to sign in.

use std::collections::BTreeSet;

use crate::artifacts::iis_config::{Application, Binding, IisConfig, ProcessModel, Site};
use crate::artifacts::iis_sections::Scope;
use crate::evidence::gap::NotKnown;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::facts::account::AccountName;
use crate::facts::scopes::{AppOnTheWay, RefusedSection, Scopes};
use crate::facts::sign_in::SignIn;
use crate::facts::web_configs::{AppConfig, WebConfigs};
use crate::formats::name::bounded;

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
    /// What the metabase says of the web service as a whole; none since IIS 7, which is set up by files.
    pub service: Option<WebService>,
}

/// The web service of IIS 5 or 6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebService {
    /// 5 or 6.
    pub generation: u32,
    /// `NTAuthenticationProviders` of the service itself, as written.
    pub providers: Option<Cited<String>>,
}

/// One site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFacts {
    /// Its name.
    pub name: String,
    /// Its number, by which its logs are named.
    pub id: Option<u32>,
    /// Where it stands.
    pub at: Evidence,
    /// Its http and https bindings.
    pub bindings: Vec<Binding>,
    /// Its paths: each application, and each folder with sign-in settings of its own.
    pub paths: Vec<PathFacts>,
    /// Its key in the metabase, such as `w3svc/1`; none since IIS 7, which is set up by files.
    pub node: Option<String>,
}

impl SiteFacts {
    /// The paths that behave differently. One whose settings and pool are those of the root behaves like the root.
    pub fn distinct_paths(&self) -> impl Iterator<Item = &PathFacts> {
        let root = self.paths.first();
        self.paths.iter().filter(move |path| {
            let like_root = |root: &PathFacts| {
                root.path != path.path
                    && root.sign_in == path.sign_in
                    && root.pool == path.pool
                    && root.refused == path.refused
            };
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
    /// The section of a web.config that may not stand there, so that every request ends in 500.19.
    pub refused: Option<RefusedSection>,
    /// The web.config of the application that the path belongs to.
    pub web_config: AppConfig,
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
        let kind = attribute(|model| model.identity_type.as_ref()).map_or("ApplicationPoolIdentity", String::as_str);
        Self::named(kind, attribute(|model| model.user_name.as_ref()).map(String::as_str), host)
    }

    /// The identity of this kind, by its name or its number; for a specific user, with the name of that.
    pub fn named(kind: &str, user: Option<&str>, host: &str) -> Self {
        match kind.to_ascii_lowercase().as_str() {
            "localsystem" | "0" => Self::Machine("LocalSystem"),
            "networkservice" | "2" => Self::Machine("NetworkService"),
            "applicationpoolidentity" | "4" => Self::Machine("ApplicationPoolIdentity"),
            "localservice" | "1" => Self::LocalService,
            "specificuser" | "3" => match user {
                Some(user) if !user.is_empty() => Self::account(user, host),
                _ => Self::Unclear("SpecificUser without a user name".to_owned()),
            },
            other => Self::Unclear(bounded(other).into_owned()),
        }
    }

    /// A name without a domain, or with the server in its place, is an account of the server.
    fn account(user: &str, host: &str) -> Self {
        let account = AccountName::parse(user);
        match account.domain() {
            Some(domain) if domain != "." && !domain.eq_ignore_ascii_case(host) => Self::Account(account),
            _ => Self::LocalAccount(bounded(user).into_owned()),
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
pub fn effective(artifact: ArtifactId, config: &IisConfig, web_configs: &WebConfigs, host: &str) -> Iis {
    let whole = Whole { config, scopes: Scopes::of(config), web_configs, host };
    let mut iis = Iis { config: artifact, sites: Vec::new(), is_cut: false, service: None };
    let mut urls = 0_usize;
    for site in &config.sites {
        let facts = site_facts(&whole, site, &mut iis.is_cut);
        urls = urls.saturating_add(facts.paths.len().saturating_mul(facts.bindings.len()));
        if urls > URLS {
            iis.is_cut = true;
            break;
        }
        iis.sites.push(facts);
    }
    iis
}

/// All that decides about a path.
struct Whole<'a> {
    config: &'a IisConfig,
    scopes: Scopes<'a>,
    web_configs: &'a WebConfigs,
    host: &'a str,
}

fn site_facts(whole: &Whole<'_>, site: &Site, is_cut: &mut bool) -> SiteFacts {
    let apps = applications(whole, site);
    let mut paths = paths(&whole.scopes, site, &apps);
    *is_cut |= paths.len() > PATHS || site.bindings.len() > BINDINGS;
    paths.truncate(PATHS);
    SiteFacts {
        name: site.name.value.clone(),
        id: site.id,
        at: site.name.at,
        paths: paths.into_iter().map(|path| path_facts(whole, site, &apps, path)).collect(),
        bindings: site.bindings.iter().take(BINDINGS).cloned().collect(),
        node: None,
    }
}

/// The applications of a site with their web.config, the outermost first.
fn applications<'a>(whole: &Whole<'_>, site: &'a Site) -> Vec<(&'a str, AppConfig)> {
    let of = |application: &'a Application| {
        let folder = application.folder.as_deref();
        let config = folder.map_or(AppConfig::NotRead, |folder| whole.web_configs.in_folder(folder));
        (application.path.value.as_str(), config)
    };
    let mut apps: Vec<_> = site.applications.iter().take(PATHS).map(of).collect();
    apps.sort_by_key(|(path, _)| path.trim_end_matches('/').len());
    apps
}

fn path_facts(whole: &Whole<'_>, site: &Site, apps: &[(&str, AppConfig)], path: String) -> PathFacts {
    let name = &site.name.value;
    let on_the_way = apps.iter().filter(|(app, _)| leads_to(app, &path));
    let on_the_way: Vec<_> = on_the_way.map(|(path, config)| AppOnTheWay { path, config }).collect();
    let in_force = whole.scopes.in_force(name, &path, &on_the_way);
    // The folder of the path itself may hold a web.config too; only those of applications are collected.
    let own = Some(path.as_str()).filter(|path| in_force.is_open && !apps.iter().any(|(app, _)| app == path));
    let not_read = in_force.not_read.iter().copied().chain(own);
    let not_read = not_read.map(|path| NotKnown::naming("web.config of", &format!("{name}{path}")));
    PathFacts {
        pool: pool_facts(whole.config, pool_name(whole.config, site, &path), site.name.at, whole.host),
        sign_in: SignIn::merge(in_force.scopes.iter().copied(), site.name.at),
        may_be_overridden: not_read.reduce(NotKnown::and),
        refused: in_force.refused,
        web_config: on_the_way.last().map_or(AppConfig::NotRead, |app| app.config.clone()),
        path,
    }
}

/// The root, the applications, and the folders whose sign-in settings differ.
fn paths(scopes: &Scopes<'_>, site: &Site, apps: &[(&str, AppConfig)]) -> Vec<String> {
    let applications = site.applications.iter().map(|application| application.path.value.clone());
    let has_settings = |scope: &Scope| scope.windows.is_some() || scope.anonymous.is_some();
    let folders = scopes.of_site(&site.name.value).iter().filter_map(|scope| {
        let (_, path) = scope.path.as_deref()?.split_once('/')?;
        has_settings(scope).then(|| format!("/{}", path.trim_matches('/')))
    });
    let inner = apps.iter().flat_map(|(app, config)| {
        let scopes = config.read().map_or(&[][..], |config| &config.scopes);
        let inner = scopes.iter().filter(|scope| has_settings(scope)).filter_map(|scope| scope.path.as_deref());
        inner.map(move |path| format!("{}/{path}", app.trim_end_matches('/')))
    });
    let mut seen = BTreeSet::new();
    let all = std::iter::once("/".to_owned()).chain(applications).chain(folders).chain(inner);
    all.filter(|path| seen.insert(path.to_lowercase())).collect()
}

/// Whether a path lies in an application.
fn leads_to(application: &str, path: &str) -> bool {
    let (application, path) = (application.trim_end_matches('/').to_lowercase(), path.to_lowercase());
    path.strip_prefix(application.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The pool of the application that a path belongs to: the one with the longest path that leads there.
fn pool_name<'a>(config: &'a IisConfig, site: &'a Site, path: &str) -> &'a str {
    let application =
        site.applications.iter().filter(|a| leads_to(&a.path.value, path)).max_by_key(|a| a.path.value.len());
    let stated = application.and_then(|application| application.pool.as_deref());
    let default = || site.default_pool.as_ref().or(config.default_pool.as_ref()).map(|pool| pool.value.as_str());
    stated.or_else(default).unwrap_or("DefaultAppPool")
}

fn pool_facts(config: &IisConfig, name: &str, site: Evidence, host: &str) -> PoolFacts {
    let pool = config.pools.iter().find(|pool| pool.name.value.eq_ignore_ascii_case(name));
    let Some(pool) = pool else {
        let name = bounded(name).into_owned();
        let identity = PoolIdentity::Unclear(format!("no pool of the name {name}"));
        return PoolFacts { name, identity, at: site };
    };
    let model = pool.process_model.as_ref();
    PoolFacts {
        name: bounded(&pool.name.value).into_owned(),
        identity: PoolIdentity::of(model, config.pool_defaults.as_ref(), host),
        at: model.map_or(pool.name.at, |model| model.at),
    }
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
        effective(ArtifactId(0), &parsed.value, &WebConfigs::default(), "WEB01").sites.remove(0)
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
        assert!(effective(ArtifactId(0), &parsed.value, &WebConfigs::default(), "WEB01").is_cut);
        let parsed = iis_config::parse(ArtifactId(0), &Text::from(CONFIG));
        assert!(!effective(ArtifactId(0), &parsed.value, &WebConfigs::default(), "WEB01").is_cut);
    }

    #[test]
    fn only_an_unlocked_section_can_be_overridden() {
        assert_eq!(facts(CONFIG).paths[2].may_be_overridden, None);
        let open = CONFIG.replace("path=\"S/app/secure\"", "path=\"S/app/secure\" overrideMode=\"Allow\"");
        assert!(facts(&open).paths[2].may_be_overridden.is_some());
        assert_eq!(facts(&open).paths[1].may_be_overridden, None);
    }
}

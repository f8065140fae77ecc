//! Sites, applications and pools in words: every setting in force, and who decided it.

use crate::artifacts::contents::Contents;
use crate::artifacts::iis_config::Binding;
use crate::artifacts::iis_sections::Scope;
use crate::case::Case;
use crate::evidence::place::{ArtifactId, Evidence};
use crate::facts::case_facts::HostFacts;
use crate::facts::iis::{PathFacts, SiteFacts};
use crate::facts::sign_in::{Origin, Setting, SignIn};
use crate::facts::web_configs::AppConfig;
use crate::report::escape::escape;
use crate::report::excerpt::excerpt;
use crate::rules::finding::Scope as PathScope;
use crate::rules::rule::scope;

/// Paths of all sites that are listed; no person walks along more.
const PATHS: usize = 1_000;

/// One path of a site: an application, or a folder with settings of its own.
#[derive(Clone, Debug)]
pub struct SiteContent {
    /// The web server.
    pub host: String,
    /// The site.
    pub site: String,
    /// The path; `/` is the site itself.
    pub path: String,
    /// What it is called in the list: the site, or the path below it.
    pub title: String,
    /// Whether this is the root of the site.
    pub is_root: bool,
    /// The bindings of the site.
    pub bindings: Vec<Stated>,
    /// Its pool, and the account of that.
    pub pool: Vec<Stated>,
    /// The settings in force.
    pub settings: Vec<Stated>,
    /// What else may decide, and was not collected.
    pub doubt: Option<String>,
    /// The section that IIS refuses.
    pub refused: Option<Stated>,
    /// The exchanges of this path, by index.
    pub exchanges: Vec<usize>,
    /// What it is found by, in lower case.
    pub words: String,
}

/// Something that is in force, and who decided it.
#[derive(Clone, Debug)]
pub struct Stated {
    /// What it is.
    pub name: String,
    /// What is in force.
    pub value: String,
    /// Who decided.
    pub from: String,
    /// Where that stands; none where it stands nowhere.
    pub at: Option<Evidence>,
}

/// Every path of every site. `scopes` are those of the exchanges, in the order in which they are shown.
pub fn sites(case: &Case, scopes: &[PathScope]) -> Vec<SiteContent> {
    let mut all = Vec::new();
    for host in case.facts.hosts.values() {
        let Some(iis) = host.iis.as_ref().and_then(|iis| iis.seen().ok()) else { continue };
        let origin = Origins { case, config: iis.config };
        for site in &iis.sites {
            let room = PATHS.saturating_sub(all.len());
            let inherited = site.paths.first().map(|root| &root.sign_in);
            all.extend(site.paths.iter().take(room).map(|path| content(&origin, host, site, path, inherited, scopes)));
        }
    }
    all
}

/// What the paths of exchanges are, to find those of a site.
pub fn scopes_of<'a>(exchanges: impl Iterator<Item = &'a crate::exchange::outcome::Exchange>) -> Vec<PathScope> {
    exchanges.map(scope).collect()
}

fn content(
    origins: &Origins<'_>,
    host: &HostFacts,
    site: &SiteFacts,
    path: &PathFacts,
    root: Option<&SignIn>,
    scopes: &[PathScope],
) -> SiteContent {
    let is_root = path.path == "/";
    let own = PathScope { host: host.identity.name.clone(), site: site.name.clone(), path: path.path.clone() };
    let (name, title) = (escape(&site.name), if is_root { escape(&site.name) } else { escape(&path.path) });
    let host = escape(host.identity.name.as_str());
    let pool = pool(origins, path);
    let words = [&name, &title, &host].into_iter().chain(pool.iter().map(|stated| &stated.value));
    let words = words.map(|word| word.to_lowercase()).collect::<Vec<_>>().join("\n");
    SiteContent {
        words,
        host,
        site: name,
        path: escape(&path.path),
        title,
        is_root,
        bindings: site.bindings.iter().map(|binding| bound(origins, binding)).collect(),
        pool,
        settings: settings(origins, path, root.filter(|_| !is_root)),
        doubt: path.may_be_overridden.as_ref().map(|not_known| {
            let needs: Vec<_> = not_known.needs.iter().map(|need| escape(need.as_str())).collect();
            format!("May be set otherwise by what was not collected: {}", needs.join(", "))
        }),
        refused: path.refused.as_ref().map(|refused| Stated {
            name: "Refused".to_owned(),
            value: format!("{} may not be set here: every request ends in 500.19", escape(&refused.name)),
            from: origins.place(refused.at),
            at: Some(refused.at),
        }),
        exchanges: scopes.iter().enumerate().filter(|(_, scope)| **scope == own).map(|(index, _)| index).collect(),
    }
}

fn bound(origins: &Origins<'_>, binding: &Binding) -> Stated {
    let host = if binding.host.is_empty() { "any name".to_owned() } else { escape(&binding.host) };
    Stated {
        name: escape(&binding.protocol),
        value: format!("{host}, port {}", binding.port),
        from: origins.place(binding.at),
        at: Some(binding.at),
    }
}

fn pool(origins: &Origins<'_>, path: &PathFacts) -> Vec<Stated> {
    let stated = |name: &str, value: &str| Stated {
        name: name.to_owned(),
        value: escape(value),
        from: origins.place(path.pool.at),
        at: Some(path.pool.at),
    };
    vec![stated("Application pool", &path.pool.name), stated("Runs as", &path.pool.identity.to_string())]
}

fn settings(origins: &Origins<'_>, path: &PathFacts, root: Option<&SignIn>) -> Vec<Stated> {
    let own = &path.sign_in;
    let switch = |name: &str, of: fn(&SignIn) -> Setting<bool>| {
        let setting = of(own);
        let inherited = root.is_some_and(|root| of(root).at == setting.at && setting.origin == Origin::Stated);
        Stated {
            name: name.to_owned(),
            value: if setting.value { "on" } else { "off" }.to_owned(),
            from: origins.of(setting, inherited),
            at: (setting.origin == Origin::Stated).then_some(setting.at),
        }
    };
    let mut all = vec![
        switch("Windows authentication", |sign_in| sign_in.windows),
        switch("Anonymous", |sign_in| sign_in.anonymous),
        switch("Kernel mode (useKernelMode)", |sign_in| sign_in.kernel_mode),
        switch("Pool credentials (useAppPoolCredentials)", |sign_in| sign_in.pool_credentials),
        switch("Sign in at each request (authPersistSingleRequest)", |sign_in| sign_in.single_request),
    ];
    let inherited = root.is_some_and(|root| root.providers_at == own.providers_at);
    all.insert(
        1,
        Stated {
            name: "Providers".to_owned(),
            value: if own.providers.is_empty() { "none".to_owned() } else { escape(&own.provider_names().join(", ")) },
            from: origins.words(own.providers_at, inherited),
            at: Some(own.providers_at),
        },
    );
    if let Some(protection) = &own.protection {
        all.push(Stated {
            name: "Extended Protection (tokenChecking)".to_owned(),
            value: escape(protection.token_checking.as_deref().unwrap_or("None")),
            from: origins.words(protection.at, false),
            at: Some(protection.at),
        });
    }
    all.push(Stated {
        name: "Other ways (Basic, Digest, certificates)".to_owned(),
        value: if own.other_way { "open" } else { "closed" }.to_owned(),
        from: String::new(),
        at: None,
    });
    all.push(web_config(&path.web_config));
    all
}

fn web_config(config: &AppConfig) -> Stated {
    let value = match config {
        AppConfig::Read(..) => "read",
        AppConfig::NotRead => "not collected",
        AppConfig::Absent => "there is none",
    };
    Stated { name: "web.config of the application".to_owned(), value: value.to_owned(), from: String::new(), at: None }
}

/// Says who decided something.
struct Origins<'a> {
    case: &'a Case,
    config: ArtifactId,
}

impl Origins<'_> {
    fn of(&self, setting: Setting<bool>, inherited: bool) -> String {
        match setting.origin {
            Origin::Default => "default of IIS".to_owned(),
            Origin::Stated => self.words(setting.at, inherited),
        }
    }

    fn words(&self, at: Evidence, inherited: bool) -> String {
        let place = self.place(at);
        let scope = if at.artifact == self.config { self.scope(at) } else { "web.config".to_owned() };
        let inherited = if inherited { ", inherited from the site" } else { "" };
        format!("{scope}{inherited}  ·  {place}")
    }

    /// Which part of the configuration of the server speaks there.
    fn scope(&self, at: Evidence) -> String {
        let read = self.case.artifact(self.config);
        let Some(Contents::IisConfig(config)) = read.map(|read| &read.contents.value) else {
            return "stated".to_owned();
        };
        let speaks = |scope: &&Scope| {
            let windows = scope
                .windows
                .as_ref()
                .is_some_and(|section| section.at == at || section.providers.iter().any(|step| step.at == at));
            windows || scope.anonymous.as_ref().is_some_and(|stated| stated.at == at)
        };
        match config.scopes.iter().find(speaks).map(|scope| scope.path.as_deref()) {
            Some(Some(path)) => format!("location {}", escape(path)),
            Some(None) => "whole server".to_owned(),
            None => "stated".to_owned(),
        }
    }

    fn place(&self, at: Evidence) -> String {
        excerpt(self.case, at).map(|excerpt| excerpt.location()).unwrap_or_default()
    }
}

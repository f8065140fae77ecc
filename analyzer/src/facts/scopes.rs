//! The sections that hold for a path, in the order in which IIS applies them, and the ones that it refuses.
//!
//! First comes the root of `applicationHost.config`; then, from the root of the site down to the path, the locations of
//! `applicationHost.config` and the `web.config` of the application there. A `web.config` may only set what is not
//! locked: where it sets more, every request for the path ends in 500.19.

use std::collections::BTreeMap;

use crate::artifacts::iis_config::IisConfig;
use crate::artifacts::iis_sections::{Scope, WindowsSection};
use crate::evidence::place::Evidence;
use crate::facts::web_configs::AppConfig;

/// The sections whose settings are read, by their names.
const SECTIONS: [&str; 4] =
    ["windowsAuthentication", "anonymousAuthentication", "basicAuthentication", "digestAuthentication"];

/// The scopes of a configuration by the site that they speak of, so that many sites stay cheap.
#[derive(Clone, Debug)]
pub struct Scopes<'a> {
    config: &'a IisConfig,
    root: Vec<&'a Scope>,
    /// By the name of the site in lower case.
    sites: BTreeMap<String, Vec<&'a Scope>>,
}

/// An application on the way to a path: its path in URLs, and its `web.config`.
#[derive(Clone, Copy, Debug)]
pub struct AppOnTheWay<'a> {
    /// Its path in URLs.
    pub path: &'a str,
    /// What is known of its `web.config`.
    pub config: &'a AppConfig,
}

/// What is in force for a path.
#[derive(Clone, Debug)]
pub struct InForce<'a> {
    /// The sections that are applied, in order.
    pub scopes: Vec<&'a Scope>,
    /// The section that IIS refuses, if there is one.
    pub refused: Option<RefusedSection>,
    /// Paths of applications whose `web.config` may set Windows authentication, and was not read.
    pub not_read: Vec<&'a str>,
    /// Whether a `web.config` in the folder of the path itself might set Windows authentication.
    pub is_open: bool,
}

/// A section of a `web.config` that may not stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedSection {
    /// Its name, or that of its attribute: `windowsAuthentication`, `windowsAuthentication/@enabled`.
    pub name: String,
    /// Where it stands.
    pub at: Evidence,
    /// The line that locks it.
    pub locked_at: Evidence,
}

/// One file that speaks of a path.
struct Level<'a> {
    scope: &'a Scope,
    /// The length of the path that it speaks of.
    depth: usize,
    /// Whether it is a `web.config`.
    is_web_config: bool,
}

impl<'a> Scopes<'a> {
    /// Sorts the scopes of a configuration.
    pub fn of(config: &'a IisConfig) -> Self {
        let mut scopes = Self { config, root: Vec::new(), sites: BTreeMap::new() };
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

    /// The locations that speak of a site or of a path in it.
    pub fn of_site(&self, site: &str) -> &[&'a Scope] {
        self.sites.get(&site.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// What is in force for a path; `apps` are the applications on the way to it, the outermost first.
    pub fn in_force(&self, site: &str, path: &str, apps: &[AppOnTheWay<'a>]) -> InForce<'a> {
        let full = full(site, path);
        let own = self.of_site(site).iter().copied().filter(|scope| holds_for(scope.path.as_deref(), &full));
        let mut levels: Vec<_> =
            own.map(|scope| Level { scope, depth: depth(scope.path.as_deref()), is_web_config: false }).collect();
        for (at, app) in apps.iter().enumerate() {
            let has_inner = apps.len() > at.saturating_add(1);
            let scopes = app.config.read().map_or(&[][..], |config| &config.scopes);
            for scope in scopes.iter().filter(|scope| !(scope.stays_here && has_inner)) {
                let inner = scope.path.as_deref().unwrap_or_default();
                let place = format!("{}/{inner}", self::full(site, app.path));
                let place = place.trim_end_matches('/');
                if holds_for(Some(place), &full) {
                    levels.push(Level { scope, depth: place.len(), is_web_config: true });
                }
            }
        }
        // The order is kept where depths are equal: applicationHost.config comes before web.config.
        levels.sort_by_key(|level| level.depth);
        let root = self.root.iter().map(|scope| Level { scope, depth: 0, is_web_config: false });
        self.apply(root.chain(levels), site, apps)
    }

    fn apply(&self, levels: impl Iterator<Item = Level<'a>>, site: &str, apps: &[AppOnTheWay<'a>]) -> InForce<'a> {
        let mut gates = Gates::of(self.config);
        let mut in_force = InForce { scopes: Vec::new(), refused: None, not_read: Vec::new(), is_open: false };
        let mut waiting = apps.iter().filter(|app| *app.config == AppConfig::NotRead).peekable();
        for level in levels {
            // Whether a web.config that nobody read may speak is decided by what holds at its own path.
            while let Some(app) = waiting.next_if(|app| full(site, app.path).len() < level.depth) {
                in_force.not_read.extend(gates.is_open(WINDOWS).then_some(app.path));
            }
            let refused = if level.is_web_config { gates.refuse(level.scope) } else { None };
            if refused.is_none() {
                gates.pass(level.scope, level.is_web_config);
                in_force.scopes.push(level.scope);
            }
            in_force.refused = in_force.refused.take().or(refused);
        }
        in_force.not_read.extend(waiting.filter(|_| gates.is_open(WINDOWS)).map(|app| app.path));
        in_force.is_open = gates.is_open(WINDOWS);
        in_force
    }
}

/// `windowsAuthentication` among [`SECTIONS`].
const WINDOWS: usize = 0;

/// What a `web.config` may set, going down the path.
struct Gates<'a> {
    /// For each of [`SECTIONS`]: whether it is locked, and where; none where nobody says.
    locked: [Option<(bool, Evidence)>; 4],
    /// Sections of Windows authentication whose attributes are locked for what is below.
    locks: Vec<&'a WindowsSection>,
}

impl<'a> Gates<'a> {
    fn of(config: &IisConfig) -> Self {
        let locked = SECTIONS.map(|section| {
            let mode = config.overrides.get(section)?;
            Some((!mode.value.eq_ignore_ascii_case("Allow"), mode.at))
        });
        Self { locked, locks: Vec::new() }
    }

    fn is_open(&self, section: usize) -> bool {
        self.locked.get(section).is_some_and(|gate| gate.is_some_and(|(is_locked, _)| !is_locked))
    }

    /// A file was applied: it may lock or unlock what is below, and what is at the same path in another file.
    fn pass(&mut self, scope: &'a Scope, is_web_config: bool) {
        let mode = scope.override_mode.as_deref().filter(|mode| !mode.eq_ignore_ascii_case("Inherit"));
        if let Some(mode) = mode.filter(|_| !is_web_config) {
            let is_locked = !mode.eq_ignore_ascii_case("Allow");
            for (gate, is_there) in self.locked.iter_mut().zip(sections_in(scope)) {
                if is_there {
                    *gate = Some((is_locked, scope.at));
                }
            }
        }
        self.locks.extend(scope.windows.as_ref());
    }

    /// Why IIS refuses a `web.config`, if it does.
    fn refuse(&self, scope: &Scope) -> Option<RefusedSection> {
        let windows = scope.windows.as_ref();
        let stated = windows.map(WindowsSection::stated).unwrap_or_default();
        let is_set = [!stated.is_empty(), scope.anonymous.is_some(), scope.basic.is_some(), scope.digest.is_some()];
        let places = [
            windows.map(|windows| windows.at),
            scope.anonymous.as_ref().map(|section| section.at),
            scope.basic.as_ref().map(|section| section.at),
            scope.digest.as_ref().map(|section| section.at),
        ];
        let sections = SECTIONS.iter().zip(self.locked).zip(is_set).zip(places);
        let locked = sections.filter_map(|(((name, gate), is_set), at)| {
            let (is_locked, locked_at) = gate.filter(|_| is_set)?;
            is_locked.then_some(RefusedSection { name: (*name).to_owned(), at: at?, locked_at })
        });
        let by_name = || {
            let (windows, lock) = (windows?, |name: &str| self.locks.iter().find(|section| section.locks.lock(name)));
            let (name, section) = stated.iter().find_map(|name| Some((name, lock(name)?)))?;
            let name = format!("windowsAuthentication/{name}");
            Some(RefusedSection { name, at: windows.at, locked_at: section.at })
        };
        locked.into_iter().next().or_else(by_name)
    }
}

/// Which of [`SECTIONS`] a scope speaks of.
fn sections_in(scope: &Scope) -> [bool; 4] {
    [scope.windows.is_some(), scope.anonymous.is_some(), scope.basic.is_some(), scope.digest.is_some()]
}

/// `Site/path`, in lower case.
fn full(site: &str, path: &str) -> String {
    format!("{site}/{}", path.trim_matches('/')).trim_end_matches('/').to_lowercase()
}

fn depth(path: Option<&str>) -> usize {
    path.map_or(0, |path| path.trim_end_matches('/').len())
}

fn holds_for(path: Option<&str>, full: &str) -> bool {
    let prefix = path.unwrap_or_default().trim_end_matches('/').to_lowercase();
    full.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::artifacts::{iis_config, web_config};
    use crate::evidence::place::ArtifactId;
    use crate::formats::text::Text;

    /// A configuration with the section closed as in a fresh one; `@` is where a test adds to it.
    const CONFIG: &str = r#"<configuration><configSections><sectionGroup name="system.webServer"><sectionGroup name="security">
<sectionGroup name="authentication">
<section name="windowsAuthentication" overrideModeDefault="Deny" />
<section name="anonymousAuthentication" overrideModeDefault="Deny" />
</sectionGroup></sectionGroup></sectionGroup></configSections>
<system.webServer><security><authentication><windowsAuthentication enabled="false" />
</authentication></security></system.webServer>
@</configuration>"#;

    fn location(path: &str, mode: &str, section: &str) -> String {
        format!(
            "<location path=\"{path}\" {mode}><system.webServer><security><authentication>{section}\
            </authentication></security></system.webServer></location>"
        )
    }

    fn server(more: &str) -> IisConfig {
        iis_config::parse(ArtifactId(0), &Text::from(CONFIG.replace('@', more).as_str())).value
    }

    fn app(section: &str) -> AppConfig {
        let text = format!(
            "<configuration>\n<system.webServer><security><authentication>{section}</authentication></security>\
            </system.webServer></configuration>"
        );
        AppConfig::Read(ArtifactId(1), Arc::new(web_config::parse(ArtifactId(1), &Text::from(text.as_str())).value))
    }

    /// The artifacts and lines of the Windows sections in force, and the name of a section that is refused.
    fn at(server: &IisConfig, path: &str, apps: &[(&str, &AppConfig)]) -> (Vec<(u32, Option<bool>)>, Option<String>) {
        let apps: Vec<_> = apps.iter().map(|(path, config)| AppOnTheWay { path, config }).collect();
        let scopes = Scopes::of(server);
        let in_force = scopes.in_force("Site", path, &apps);
        let windows = in_force.scopes.iter().filter_map(|scope| scope.windows.as_ref());
        let windows = windows.map(|windows| (windows.at.artifact.0, windows.enabled)).collect();
        (windows, in_force.refused.map(|refused| refused.name))
    }

    #[test]
    fn a_closed_section_in_a_web_config_is_refused_with_both_lines() {
        let server = server("");
        let config = app("<windowsAuthentication enabled=\"true\" />");
        assert_eq!(
            at(&server, "/", &[("/", &config)]),
            (vec![(0, Some(false))], Some("windowsAuthentication".to_owned()))
        );
        let apps = [AppOnTheWay { path: "/", config: &config }];
        let refused = Scopes::of(&server).in_force("Site", "/", &apps).refused.expect("is refused");
        assert_eq!((refused.at, refused.locked_at), (ArtifactId(1).line(2), ArtifactId(0).line(3)));
        let anonymous = app("<anonymousAuthentication enabled=\"false\" />");
        assert_eq!(at(&server, "/", &[("/", &anonymous)]).1.as_deref(), Some("anonymousAuthentication"));
    }

    #[test]
    fn an_open_section_is_applied_after_the_server_and_down_the_path() {
        let open = location("Site", "overrideMode=\"Allow\"", "<windowsAuthentication useKernelMode=\"true\" />");
        let server = server(&open);
        let (on, off) =
            (app("<windowsAuthentication enabled=\"true\" />"), app("<windowsAuthentication enabled=\"false\" />"));
        let apps = [("/", &on), ("/app", &off)];
        assert_eq!(at(&server, "/", &apps[..1]), (vec![(0, Some(false)), (0, None), (1, Some(true))], None));
        assert_eq!(at(&server, "/app", &apps).0.last(), Some(&(1, Some(false))));
        let deeper = format!("{open}{}", location("Site/app", "", "<windowsAuthentication enabled=\"true\" />"));
        let below = self::server(&deeper);
        assert_eq!(at(&below, "/app", &[("/", &off)]).0.last(), Some(&(0, Some(true))), "the deeper path wins");
    }

    #[test]
    fn the_nearest_statement_about_locking_counts() {
        let config = app("<windowsAuthentication enabled=\"true\" />");
        let open = location("", "overrideMode=\"Allow\"", "<windowsAuthentication />");
        let closed = location("Site/app", "allowOverride=\"false\"", "<windowsAuthentication />");
        let server = server(&format!("{open}{closed}"));
        assert_eq!(at(&server, "/", &[("/", &config)]).1, None);
        assert_eq!(at(&server, "/app", &[("/app", &config)]).1.as_deref(), Some("windowsAuthentication"));
    }

    #[test]
    fn a_locked_attribute_is_refused_and_another_is_not() {
        let open = location(
            "Site",
            "overrideMode=\"Allow\"",
            "<windowsAuthentication lockAttributes=\"enabled\" lockElements=\"providers\" />",
        );
        let server = server(&open);
        for (section, refused) in [
            ("<windowsAuthentication enabled=\"true\" />", Some("windowsAuthentication/enabled")),
            ("<windowsAuthentication useKernelMode=\"true\" />", None),
            (
                "<windowsAuthentication><providers><clear /></providers></windowsAuthentication>",
                Some("windowsAuthentication/providers"),
            ),
        ] {
            assert_eq!(at(&server, "/", &[("/", &app(section))]).1.as_deref(), refused, "{section}");
        }
    }

    #[test]
    fn what_stays_in_its_application_is_not_handed_down() {
        let open = location("Site", "overrideMode=\"Allow\"", "<windowsAuthentication />");
        let server = server(&open);
        let text = location(".", "inheritInChildApplications=\"false\"", "<windowsAuthentication enabled=\"true\" />");
        let parsed =
            web_config::parse(ArtifactId(1), &Text::from(format!("<configuration>{text}</configuration>").as_str()));
        let root = AppConfig::Read(ArtifactId(1), Arc::new(parsed.value));
        assert_eq!(at(&server, "/", &[("/", &root)]).0.last(), Some(&(1, Some(true))));
        assert_eq!(at(&server, "/app", &[("/", &root), ("/app", &AppConfig::Absent)]).0.last(), Some(&(0, None)));
    }

    #[test]
    fn without_declarations_nothing_is_refused_and_nothing_is_open() {
        let server = iis_config::parse(ArtifactId(0), &Text::from("<configuration></configuration>")).value;
        let config = app("<windowsAuthentication enabled=\"true\" />");
        assert_eq!(at(&server, "/", &[("/", &config)]).1, None);
        let scopes = Scopes::of(&server);
        let in_force = scopes.in_force("Site", "/", &[AppOnTheWay { path: "/", config: &AppConfig::NotRead }]);
        assert!(!in_force.is_open && in_force.not_read.is_empty());
    }

    #[test]
    fn a_file_that_nobody_read_matters_only_where_it_may_speak() {
        let open = location("Site/app", "overrideMode=\"Allow\"", "<windowsAuthentication />");
        let server = server(&open);
        let scopes = Scopes::of(&server);
        let unread = [
            AppOnTheWay { path: "/", config: &AppConfig::NotRead },
            AppOnTheWay { path: "/app", config: &AppConfig::NotRead },
        ];
        assert_eq!(scopes.in_force("Site", "/", &unread[..1]).not_read, [""; 0]);
        assert_eq!(scopes.in_force("Site", "/app", &unread).not_read, ["/app"]);
        assert_eq!(
            scopes.in_force("Site", "/app", &[AppOnTheWay { path: "/app", config: &AppConfig::Absent }]).not_read,
            [""; 0]
        );
    }
}

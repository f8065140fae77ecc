//! `applicationHost.config` of IIS 7 and later: sites, pools, and who may sign in how, as the file says it.
//!
//! Nothing is inherited or defaulted here: a value is there only where the file states it, with its line.

use std::collections::BTreeMap;

use crate::artifacts::iis_sections::{self, AUTHENTICATION, Scope};
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::formats::text::Text;
use crate::formats::xml::{self, Document, Element};

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IisConfig {
    /// The worker process identity of pools that name none.
    pub pool_defaults: Option<ProcessModel>,
    /// The application pools.
    pub pools: Vec<Pool>,
    /// The sites.
    pub sites: Vec<Site>,
    /// The pool of applications that name none.
    pub default_pool: Option<Cited<String>>,
    /// The `authentication` sections: of the root, and of each `<location>`.
    pub scopes: Vec<Scope>,
    /// Whether the sections of authentication may be set in web.config, by their names, where the file states it.
    pub overrides: BTreeMap<String, Cited<String>>,
    /// Whether the module for Windows authentication is installed, where the file lists modules.
    pub windows_module: Option<bool>,
    /// These are pieces that `appcmd` listed, and no file.
    pub is_listed: bool,
}

/// An application pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its name.
    pub name: Cited<String>,
    /// Its worker process identity, where stated.
    pub process_model: Option<ProcessModel>,
}

/// `<processModel>`: the account of the worker process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessModel {
    /// Where it stands.
    pub at: Evidence,
    /// `identityType` as written.
    pub identity_type: Option<String>,
    /// `userName` as written.
    pub user_name: Option<String>,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its name.
    pub name: Cited<String>,
    /// Its number, by which its logs are named.
    pub id: Option<u32>,
    /// Its applications.
    pub applications: Vec<Application>,
    /// Its bindings.
    pub bindings: Vec<Binding>,
    /// The pool of its applications that name none.
    pub default_pool: Option<Cited<String>>,
}

/// An application of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its path, `/` for the root.
    pub path: Cited<String>,
    /// Its pool, where stated.
    pub pool: Option<String>,
    /// The folder of its content, as written.
    pub folder: Option<String>,
}

/// A binding of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where it stands.
    pub at: Evidence,
    /// `http` or `https`; other protocols are passed over.
    pub protocol: String,
    /// The port.
    pub port: u16,
    /// The host header; empty for every name.
    pub host: String,
}

/// Whether a text is such a file.
pub fn recognizes(text: &Text) -> bool {
    let mut head = text.lines().iter().take(5_000);
    text.lines().iter().take(200).any(|line| line.contains("<configuration"))
        && head.any(|line| line.contains("<system.applicationHost") || line.contains("<applicationPools"))
}

/// Reads the file.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<IisConfig> {
    let document = xml::read(&text.joined());
    let reading = Reading { artifact, document: &document };
    let mut parsed = Parsed::whole(IisConfig::default());
    if let Some(damage) = &document.damage {
        parsed.lose(artifact.line(damage.line), GapReason::Damaged(damage.what.clone()));
    }
    let root = document.root().filter(|root| root.name == "configuration");
    let Some(root) = root else {
        parsed.lose(artifact.whole(), GapReason::Damaged("it has no <configuration>".to_owned()));
        return parsed;
    };
    let host = document.child(root, "system.applicationHost");
    if let Some(pools) = host.and_then(|host| document.child(host, "applicationPools")) {
        reading.pools(pools, &mut parsed.value);
    }
    if let Some(sites) = host.and_then(|host| document.child(host, "sites")) {
        reading.sites(sites, &mut parsed.value);
    }
    parsed.value.overrides = reading.overrides(root).unwrap_or_default();
    parsed.value.windows_module = reading.windows_module(root);
    reading.not_understood(&mut parsed);
    parsed.value.scopes.extend(iis_sections::scope(&document, artifact, root, None));
    for location in document.children(root).filter(|child| child.name == "location") {
        let path = location.attribute("path").filter(|path| !matches!(*path, "" | "."));
        parsed.value.scopes.extend(iis_sections::scope(&document, artifact, location, path));
    }
    iis_sections::note_left_out(&mut parsed, |config| &config.scopes);
    parsed
}

/// The elements of one document.
pub(super) struct Reading<'a> {
    pub(super) artifact: ArtifactId,
    pub(super) document: &'a Document,
}

impl Reading<'_> {
    /// The start tag of an element; the whole element would bury the line that matters.
    fn at(&self, element: &Element) -> Evidence {
        self.artifact.line(element.first_line)
    }

    fn cited(&self, element: &Element, attribute: &str) -> Option<Cited<String>> {
        Some(Cited::new(element.attribute(attribute)?.to_owned(), self.at(element)))
    }

    fn pools(&self, pools: &Element, config: &mut IisConfig) {
        for element in self.document.children(pools) {
            match element.name.as_str() {
                "add" => config.pools.extend(self.pool(element)),
                "applicationPoolDefaults" => config.pool_defaults = self.process_model(element),
                _ => {}
            }
        }
    }

    pub(super) fn pool(&self, element: &Element) -> Option<Pool> {
        Some(Pool { name: self.cited(element, "name")?, process_model: self.process_model(element) })
    }

    fn process_model(&self, parent: &Element) -> Option<ProcessModel> {
        let element = self.document.child(parent, "processModel")?;
        Some(ProcessModel {
            at: self.at(element),
            identity_type: element.attribute("identityType").map(str::to_owned),
            user_name: element.attribute("userName").map(str::to_owned),
        })
    }

    fn sites(&self, sites: &Element, config: &mut IisConfig) {
        for element in self.document.children(sites) {
            match element.name.as_str() {
                "site" => config.sites.extend(self.site(element)),
                "applicationDefaults" => config.default_pool = self.cited(element, "applicationPool"),
                _ => {}
            }
        }
    }

    pub(super) fn site(&self, site: &Element) -> Option<Site> {
        let name = self.cited(site, "name")?;
        let children = || self.document.children(site);
        let applications = children().filter(|child| child.name == "application").filter_map(|application| {
            let pool = application.attribute("applicationPool").map(str::to_owned);
            let mut directories = self.document.children(application).filter(|child| child.name == "virtualDirectory");
            let root = directories.find(|directory| directory.attribute("path") == Some("/"));
            let folder = root.and_then(|root| root.attribute("physicalPath")).map(str::to_owned);
            Some(Application { path: self.cited(application, "path")?, pool, folder })
        });
        let bindings = children()
            .filter(|child| child.name == "bindings")
            .flat_map(|bindings| self.document.children(bindings))
            .filter_map(|binding| self.binding(binding));
        let defaults = children().find(|child| child.name == "applicationDefaults");
        Some(Site {
            name,
            id: site.attribute("id").and_then(|id| id.parse().ok()),
            applications: applications.collect(),
            bindings: bindings.collect(),
            default_pool: defaults.and_then(|defaults| self.cited(defaults, "applicationPool")),
        })
    }

    /// `bindingInformation` is `address:port:host`; the address may be IPv6 in brackets.
    fn binding(&self, binding: &Element) -> Option<Binding> {
        let protocol = binding.attribute("protocol")?.to_ascii_lowercase();
        if binding.name != "binding" || !matches!(protocol.as_str(), "http" | "https") {
            return None;
        }
        let (rest, host) = binding.attribute("bindingInformation")?.rsplit_once(':')?;
        let port = rest.rsplit_once(':')?.1.parse().ok()?;
        Some(Binding { at: self.at(binding), protocol, port, host: host.trim().to_owned() })
    }

    fn windows_module(&self, root: &Element) -> Option<bool> {
        let modules = self.document.descend(root, &["system.webServer", "globalModules"])?;
        let is_it = |module: &Element| {
            module.attribute("name").is_some_and(|name| name.eq_ignore_ascii_case("WindowsAuthenticationModule"))
        };
        Some(self.document.children(modules).any(is_it))
    }

    /// What stands in another file, and bindings that are written in no way that is known.
    pub(super) fn not_understood(&self, parsed: &mut Parsed<IisConfig>) {
        for element in self.document.elements() {
            if let Some(source) = element.attribute("configSource") {
                let what = format!("{} stands in another file, {source}", element.name);
                parsed.lose(self.at(element), GapReason::Damaged(what));
            }
            let is_web =
                element.attribute("protocol").is_some_and(|protocol| protocol.to_lowercase().starts_with("http"));
            if element.name == "binding" && is_web && self.binding(element).is_none() {
                parsed.lose(self.at(element), GapReason::Damaged("a binding that is not understood".to_owned()));
            }
        }
    }

    fn overrides(&self, root: &Element) -> Option<BTreeMap<String, Cited<String>>> {
        let sections = self.document.child(root, "configSections")?;
        let group = |parent, name: &str| {
            self.document.children(parent).find(move |child| child.attribute("name") == Some(name))
        };
        let authentication = AUTHENTICATION.iter().try_fold(sections, |parent, name| group(parent, name))?;
        let mode = |section: &Element| {
            // The schema's default, where a section does not say.
            let mode = self.cited(section, "overrideModeDefault");
            let mode = mode.unwrap_or_else(|| Cited::new("Allow".to_owned(), self.at(section)));
            Some((section.attribute("name")?.to_owned(), mode))
        };
        Some(self.document.children(authentication).filter_map(mode).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::iis_sections::ProviderStep;

    const CONFIG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<configuration>
  <configSections>
    <sectionGroup name="system.webServer">
      <sectionGroup name="security">
        <sectionGroup name="authentication">
          <section name="windowsAuthentication" overrideModeDefault="Deny" />
        </sectionGroup>
      </sectionGroup>
    </sectionGroup>
  </configSections>
  <system.applicationHost>
    <applicationPools>
      <add name="Portal">
        <processModel identityType="SpecificUser" userName="CONTOSO\svc-web" password="[REDACTED]" />
      </add>
      <applicationPoolDefaults><processModel identityType="ApplicationPoolIdentity" /></applicationPoolDefaults>
    </applicationPools>
    <sites>
      <site name="Portal Site" id="2">
        <application path="/" applicationPool="Portal"><virtualDirectory path="/" physicalPath="D:\portal" /></application>
        <bindings>
          <binding protocol="http" bindingInformation="*:80:portal.contoso.com" />
          <binding protocol="https" bindingInformation="[::]:443:" />
          <binding protocol="net.tcp" bindingInformation="808:*" />
        </bindings>
      </site>
      <applicationDefaults applicationPool="DefaultAppPool" />
    </sites>
  </system.applicationHost>
  <system.webServer>
    <security><authentication>
      <anonymousAuthentication enabled="true" />
      <windowsAuthentication enabled="false">
        <providers><add value="Negotiate" /><add value="NTLM" /></providers>
      </windowsAuthentication>
    </authentication></security>
  </system.webServer>
  <location path="Portal Site" overrideMode="Allow">
    <system.webServer><security><authentication>
      <anonymousAuthentication enabled="False" />
      <windowsAuthentication enabled="true" useAppPoolCredentials="true"><providers><clear /></providers></windowsAuthentication>
    </authentication></security></system.webServer>
  </location>
</configuration>
"#;

    fn read(text: &str) -> Parsed<IisConfig> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn sites_pools_and_bindings_are_read_with_their_lines() {
        let parsed = read(CONFIG);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let config = parsed.value;
        let model = config.pools[0].process_model.as_ref().expect("a process model");
        assert_eq!(model.user_name.as_deref(), Some("CONTOSO\\svc-web"));
        assert_eq!(model.at, ArtifactId(0).line(15));
        assert_eq!((config.sites[0].name.value.as_str(), config.sites[0].id), ("Portal Site", Some(2)));
        assert_eq!(config.sites[0].bindings.len(), 2);
        assert_eq!(config.sites[0].bindings[0].host, "portal.contoso.com");
        assert_eq!((config.sites[0].bindings[1].port, config.sites[0].bindings[1].host.as_str()), (443, ""));
        assert_eq!(config.default_pool.map(|pool| pool.value), Some("DefaultAppPool".to_owned()));
        assert_eq!(config.overrides.get("windowsAuthentication").map(|mode| mode.value.as_str()), Some("Deny"));
        assert_eq!(config.sites[0].applications[0].folder.as_deref(), Some("D:\\portal"));
    }

    #[test]
    fn sections_are_kept_where_they_are_stated() {
        let config = read(CONFIG).value;
        let [root, location] = config.scopes.as_slice() else { panic!("{:?}", config.scopes) };
        assert_eq!((root.path.as_deref(), location.path.as_deref()), (None, Some("Portal Site")));
        let windows = location.windows.as_ref().expect("a section");
        assert_eq!((windows.enabled, windows.kernel_mode, windows.pool_credentials), (Some(true), None, Some(true)));
        assert_eq!(windows.providers[0].value, ProviderStep::Clear);
        assert_eq!(root.windows.as_ref().map(|windows| windows.providers.len()), Some(2));
        assert_eq!(location.anonymous.as_ref().map(|anonymous| anonymous.value), Some(false));
    }

    #[test]
    fn what_is_left_out_is_lost() {
        let parsed = read(&CONFIG.replace("<clear />", &"<add value=\"x\" />".repeat(999)));
        let [loss] = parsed.losses.as_slice() else { panic!("{:?}", parsed.losses) };
        assert_eq!(loss.reason.to_string(), "over the limit on providers of one section");
        assert!(matches!(loss.at.place, crate::evidence::place::Place::Lines { .. }));
    }

    #[test]
    fn what_stands_before_the_damage_is_kept() {
        let broken = CONFIG.replace("<location path=", "<location path");
        let parsed = read(&broken);
        assert_eq!(parsed.value.sites.len(), 1);
        assert!(matches!(parsed.losses[0].reason, GapReason::Damaged(_)));
    }

    #[test]
    fn what_stands_elsewhere_or_is_not_understood_is_a_loss() {
        for (from, to) in [("<sites>", "<sites configSource=\"sites.config\">"), ("*:80:portal", "*:http:portal")] {
            assert!(!read(&CONFIG.replace(from, to)).is_whole(), "{to}");
        }
        let old = CONFIG.replace("overrideMode=\"Allow\"", "allowOverride=\"true\"");
        assert_eq!(read(&old).value.scopes, read(CONFIG).value.scopes);
        assert_eq!(read(&CONFIG.replace("\"Portal Site\" override", "\".\" override")).value.scopes[1].path, None);
    }

    #[test]
    fn only_such_files_are_recognized() {
        assert!(recognizes(&Text::from(CONFIG)));
        assert!(!recognizes(&Text::from("<configuration><system.web/></configuration>")));
        assert!(!recognizes(&Text::from("hello")));
    }

    #[test]
    fn a_file_cut_anywhere_does_not_panic() {
        for end in (0..CONFIG.len()).step_by(7) {
            let _ = read(CONFIG.get(..end).unwrap_or_default());
        }
    }
}

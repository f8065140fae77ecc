//! The `authentication` sections of a configuration of IIS 7 and later, in `applicationHost.config` and in `web.config`.
//!
//! Nothing is inherited or defaulted here: a value is there only where the file states it, with its line.

use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited, Evidence};
use crate::formats::name::bounded;
use crate::formats::xml::{self, Document, Element};

/// Steps of one `<providers>` that are read. They hold for every path below, and nobody has more than five.
const STEPS: usize = 64;

/// Where `authentication` sections stand inside `<configuration>` or a `<location>`.
pub const AUTHENTICATION: [&str; 3] = ["system.webServer", "security", "authentication"];

/// The authentication sections that hold for one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Where it stands.
    pub at: Evidence,
    /// The path of the location as written; none for the root of the file.
    pub path: Option<String>,
    /// `overrideMode` or `allowOverride` of the location, as written.
    pub override_mode: Option<String>,
    /// `inheritInChildApplications` is off: applications below are not concerned.
    pub stays_here: bool,
    /// `<windowsAuthentication>`.
    pub windows: Option<WindowsSection>,
    /// `enabled` of `<anonymousAuthentication>`.
    pub anonymous: Option<Cited<bool>>,
    /// `enabled` of `<basicAuthentication>`.
    pub basic: Option<Cited<bool>>,
    /// `enabled` of `<digestAuthentication>`.
    pub digest: Option<Cited<bool>>,
    /// `enabled` of either kind of client certificate mapping.
    pub certificates: Option<Cited<bool>>,
}

/// `<windowsAuthentication>` of one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowsSection {
    /// Where it stands.
    pub at: Evidence,
    /// `enabled`.
    pub enabled: Option<bool>,
    /// `useKernelMode`.
    pub kernel_mode: Option<bool>,
    /// `useAppPoolCredentials`.
    pub pool_credentials: Option<bool>,
    /// `authPersistSingleRequest`: every request signs in anew.
    pub single_request: Option<bool>,
    /// `authPersistNonNTLM`: a connection that signed in by Kerberos stays signed in.
    pub persist_non_ntlm: Option<bool>,
    /// `<extendedProtection>`.
    pub extended_protection: Option<ExtendedProtection>,
    /// What `<providers>` does to the inherited list, in order.
    pub providers: Vec<Cited<ProviderStep>>,
    /// There are more of them.
    pub more_providers: bool,
    /// What deeper configurations may not set.
    pub locks: Locks,
}

impl WindowsSection {
    /// A section that states nothing.
    pub fn empty(at: Evidence) -> Self {
        Self {
            at,
            enabled: None,
            kernel_mode: None,
            pool_credentials: None,
            single_request: None,
            persist_non_ntlm: None,
            extended_protection: None,
            providers: Vec::new(),
            more_providers: false,
            locks: Locks::default(),
        }
    }

    /// The attributes and elements that the section states, by their names.
    pub fn stated(&self) -> Vec<&'static str> {
        let attributes = [
            ("enabled", self.enabled.is_some()),
            ("useKernelMode", self.kernel_mode.is_some()),
            ("useAppPoolCredentials", self.pool_credentials.is_some()),
            ("authPersistSingleRequest", self.single_request.is_some()),
            ("authPersistNonNTLM", self.persist_non_ntlm.is_some()),
            ("extendedProtection", self.extended_protection.is_some()),
            ("providers", !self.providers.is_empty()),
        ];
        attributes.into_iter().filter(|(_, is_stated)| *is_stated).map(|(name, _)| name).collect()
    }
}

/// `<extendedProtection>`: whether a ticket must belong to the TLS connection that it comes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedProtection {
    /// Where it stands.
    pub at: Evidence,
    /// `tokenChecking`, as written: `None`, `Allow` or `Require`.
    pub token_checking: Option<String>,
    /// `flags`, as written.
    pub flags: Option<String>,
}

/// One step of a `<providers>` collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderStep {
    /// `<clear/>`
    Clear,
    /// `<add value="…"/>`
    Add(String),
    /// `<remove value="…"/>`
    Remove(String),
}

/// Lock attributes of a section: what deeper configurations may not set, or the section as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// `lockItem`: all of it.
    pub is_whole: bool,
    /// `lockAttributes` and `lockElements`; `*` for all of them.
    names: Vec<String>,
    /// `lockAllAttributesExcept` and `lockAllElementsExcept`: all but these.
    all_but: Option<Vec<String>>,
}

impl Locks {
    fn of(section: &Element) -> Self {
        let listed = |names: [&str; 2]| {
            let lists: Vec<_> = names.iter().filter_map(|name| section.attribute(name)).collect();
            let names = lists.iter().flat_map(|list| list.split(',')).map(|name| name.trim().to_owned());
            (!lists.is_empty()).then(|| names.filter(|name| !name.is_empty()).collect::<Vec<_>>())
        };
        Self {
            is_whole: section.attribute("lockItem").and_then(xml::truth) == Some(true),
            names: listed(["lockAttributes", "lockElements"]).unwrap_or_default(),
            all_but: listed(["lockAllAttributesExcept", "lockAllElementsExcept"]),
        }
    }

    /// Whether a deeper configuration may not set this attribute or element.
    pub fn lock(&self, name: &str) -> bool {
        let lists = |names: &[String]| names.iter().any(|listed| listed == name);
        self.is_whole
            || lists(&self.names)
            || self.names.iter().any(|listed| listed == "*")
            || self.all_but.as_ref().is_some_and(|open| !lists(open))
    }
}

/// The sections inside `<configuration>` or a `<location>`; none where there are none.
pub fn scope(document: &Document, artifact: ArtifactId, parent: &Element, path: Option<&str>) -> Option<Scope> {
    let reading = Sections { document, artifact };
    let authentication = document.descend(parent, &AUTHENTICATION)?;
    let enabled = |name: &str| {
        let section = document.child(authentication, name)?;
        Some(Cited::new(xml::truth(section.attribute("enabled")?)?, reading.at(section)))
    };
    let mapping = enabled("clientCertificateMappingAuthentication").filter(|mapping| mapping.value);
    Some(Scope {
        at: reading.at(authentication),
        path: path.map(str::to_owned),
        override_mode: override_mode(parent),
        stays_here: parent.attribute("inheritInChildApplications").and_then(xml::truth) == Some(false),
        windows: document.child(authentication, "windowsAuthentication").map(|section| reading.windows(section)),
        anonymous: enabled("anonymousAuthentication"),
        basic: enabled("basicAuthentication"),
        digest: enabled("digestAuthentication"),
        certificates: mapping.or_else(|| enabled("iisClientCertificateMappingAuthentication")),
    })
}

/// One section that `appcmd` listed for a path, under the name of its group: `system.webServer-security-…`. None where it
/// does not concern signing in. What is listed is what holds there, whatever was inherited.
pub fn listed(document: &Document, artifact: ArtifactId, section: &Element, path: &str) -> Option<Scope> {
    let reading = Sections { document, artifact };
    let (group, name) = section.name.rsplit_once('-')?;
    (group == AUTHENTICATION.join("-")).then_some(())?;
    let enabled = || Some(Cited::new(xml::truth(section.attribute("enabled")?)?, reading.at(section)));
    let mut scope = Scope {
        at: reading.at(section),
        path: Some(path.to_owned()).filter(|path| !path.is_empty()),
        override_mode: None,
        stays_here: false,
        windows: None,
        anonymous: None,
        basic: None,
        digest: None,
        certificates: None,
    };
    match name {
        "windowsAuthentication" => {
            let mut windows = reading.windows(section);
            let clear = windows.providers.first().map(|first| Cited::new(ProviderStep::Clear, first.at));
            windows.providers.splice(0..0, clear);
            scope.windows = Some(windows);
        }
        "anonymousAuthentication" => scope.anonymous = enabled(),
        "basicAuthentication" => scope.basic = enabled(),
        "digestAuthentication" => scope.digest = enabled(),
        "clientCertificateMappingAuthentication" | "iisClientCertificateMappingAuthentication" => {
            scope.certificates = enabled();
        }
        _ => return None,
    }
    Some(scope)
}

/// What was left out of sections is lost.
pub fn note_left_out<T>(parsed: &mut Parsed<T>, scopes: fn(&T) -> &[Scope]) {
    let sections = scopes(&parsed.value).iter().filter_map(|scope| scope.windows.as_ref());
    let cut: Vec<Evidence> = sections.filter(|section| section.more_providers).map(|section| section.at).collect();
    for at in cut {
        parsed.lose(at, GapReason::OverLimit("providers of one section".to_owned()));
    }
}

struct Sections<'a> {
    document: &'a Document,
    artifact: ArtifactId,
}

impl Sections<'_> {
    /// The start tag of an element; the whole element would bury the line that matters.
    fn at(&self, element: &Element) -> Evidence {
        self.artifact.line(element.first_line)
    }

    fn windows(&self, section: &Element) -> WindowsSection {
        let flag = |name| section.attribute(name).and_then(xml::truth);
        let lists = self.document.children(section).filter(|child| child.name == "providers");
        let mut steps = lists
            .flat_map(|providers| self.document.children(providers))
            .filter_map(|step| Some(Cited::new(provider_step(step)?, self.at(step))));
        let protection = self.document.child(section, "extendedProtection");
        WindowsSection {
            enabled: flag("enabled"),
            kernel_mode: flag("useKernelMode"),
            pool_credentials: flag("useAppPoolCredentials"),
            single_request: flag("authPersistSingleRequest"),
            persist_non_ntlm: flag("authPersistNonNTLM"),
            extended_protection: protection.map(|protection| self.extended_protection(protection)),
            providers: steps.by_ref().take(STEPS).collect(),
            more_providers: steps.next().is_some(),
            locks: Locks::of(section),
            ..WindowsSection::empty(self.at(section))
        }
    }

    fn extended_protection(&self, element: &Element) -> ExtendedProtection {
        let stated = |name| element.attribute(name).map(|value| bounded(value).into_owned());
        ExtendedProtection { at: self.at(element), token_checking: stated("tokenChecking"), flags: stated("flags") }
    }
}

/// `overrideMode`, or what the older `allowOverride` means in its words.
fn override_mode(location: &Element) -> Option<String> {
    let old =
        || location.attribute("allowOverride").and_then(xml::truth).map(|open| if open { "Allow" } else { "Deny" });
    location.attribute("overrideMode").or_else(old).map(str::to_owned)
}

fn provider_step(element: &Element) -> Option<ProviderStep> {
    let value = || element.attribute("value").map(|value| value.trim().to_owned());
    match element.name.as_str() {
        "clear" => Some(ProviderStep::Clear),
        "add" => value().map(ProviderStep::Add),
        "remove" => value().map(ProviderStep::Remove),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(section: &str) -> WindowsSection {
        let text = format!(
            "<configuration>\n<system.webServer><security><authentication>\n{section}\n\
            </authentication></security></system.webServer></configuration>"
        );
        let document = xml::read(&text);
        let root = document.root().expect("a root");
        scope(&document, ArtifactId(0), root, None).and_then(|scope| scope.windows).expect("a section")
    }

    #[test]
    fn every_attribute_is_read() {
        let section = windows(
            "<windowsAuthentication enabled=\"True\" useKernelMode=\"0\" useAppPoolCredentials=\"true\" \
            authPersistSingleRequest=\"true\" authPersistNonNTLM=\"false\">\n<extendedProtection tokenChecking=\"Require\" \
            flags=\"Proxy\">\n<spn name=\"HTTP/a.b\" /></extendedProtection><providers><remove value=\" NTLM \" />\
            </providers></windowsAuthentication>",
        );
        assert_eq!((section.enabled, section.kernel_mode), (Some(true), Some(false)));
        assert_eq!((section.single_request, section.persist_non_ntlm), (Some(true), Some(false)));
        assert_eq!(section.stated().len(), 7);
        let protection = section.extended_protection.expect("is there");
        assert_eq!(
            (protection.token_checking.as_deref(), protection.flags.as_deref()),
            (Some("Require"), Some("Proxy"))
        );
        assert_eq!(section.providers[0].value, ProviderStep::Remove("NTLM".to_owned()));
        assert_eq!(windows("<windowsAuthentication />").stated(), [""; 0]);
    }

    #[test]
    fn providers_without_number_are_not_read() {
        let with = |count: usize| {
            let steps = "<add value=\"x\" />".repeat(count);
            let section =
                windows(&format!("<windowsAuthentication><providers>{steps}</providers></windowsAuthentication>"));
            (section.providers.len(), section.more_providers)
        };
        assert_eq!((with(STEPS), with(STEPS + 1), with(9_000)), ((STEPS, false), (STEPS, true), (STEPS, true)));
    }

    #[test]
    fn locks_say_what_deeper_files_may_not_set() {
        let locked =
            |attributes: &str, name: &str| windows(&format!("<windowsAuthentication {attributes} />")).locks.lock(name);
        assert!(!locked("", "enabled"));
        assert!(locked("lockItem=\"true\"", "enabled"));
        assert!(locked("lockAttributes=\"useKernelMode, enabled\"", "enabled"));
        assert!(!locked("lockAttributes=\"useKernelMode\"", "enabled"));
        assert!(locked("lockAttributes=\"*\"", "providers"));
        assert!(locked("lockElements=\"providers\"", "providers"));
        assert!(locked("lockAllAttributesExcept=\"enabled\"", "useKernelMode"));
        assert!(!locked("lockAllAttributesExcept=\"enabled\"", "enabled"));
    }
}

//! Who may sign in how on one path of a site: every setting with the place that decides it.

use crate::artifacts::iis_sections::{ExtendedProtection, ProviderStep, Scope, WindowsSection};
use crate::evidence::place::{Cited, Evidence};
use crate::formats::name::bounded_to;

/// Providers of one path at most, but for those that Windows is known to have: three, and some forms of Negotiate.
pub const PROVIDERS: usize = 16;
/// Bytes of the name of a provider at most.
const PROVIDER_BYTES: usize = 64;

/// A setting that is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// Its value.
    pub value: T,
    /// The line that states it; for a default, the line where it would stand.
    pub at: Evidence,
    /// Who decided.
    pub origin: Origin,
}

/// Who decided a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The file states it.
    Stated,
    /// Nobody states it, and the schema of IIS has this value.
    Default,
}

/// An entry of the list of Windows authentication providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthProvider {
    /// `Negotiate`: Kerberos, or NTLM where Kerberos cannot be.
    Negotiate,
    /// `Negotiate:Kerberos`: Kerberos, or nothing.
    NegotiateKerberos,
    /// `NTLM`.
    Ntlm,
    /// Another name.
    Other(String),
}

impl AuthProvider {
    /// The provider of this name.
    pub fn parse(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "negotiate" => Self::Negotiate,
            "negotiate:kerberos" => Self::NegotiateKerberos,
            "ntlm" => Self::Ntlm,
            _ => Self::Other(bounded_to(PROVIDER_BYTES, name).into_owned()),
        }
    }

    /// The name, as the configuration writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Negotiate => "Negotiate",
            Self::NegotiateKerberos => "Negotiate:Kerberos",
            Self::Ntlm => "NTLM",
            Self::Other(name) => name,
        }
    }

    /// Whether it can end in Kerberos. Names such as `Negotiate:PKU2U` count: they are forms of Negotiate.
    pub fn offers_kerberos(&self) -> bool {
        match self {
            Self::Negotiate | Self::NegotiateKerberos => true,
            Self::Ntlm => false,
            Self::Other(name) => name.to_ascii_lowercase().starts_with("nego"),
        }
    }

    /// Whether it can end in NTLM.
    pub const fn offers_ntlm(&self) -> bool {
        matches!(self, Self::Negotiate | Self::Ntlm)
    }
}

/// The settings of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Integrated Windows authentication.
    pub windows: Setting<bool>,
    /// Tickets are decrypted in the kernel, with the key of the machine account.
    pub kernel_mode: Setting<bool>,
    /// In kernel mode, the key of the pool's account is used instead.
    pub pool_credentials: Setting<bool>,
    /// The providers, in the order of the `WWW-Authenticate` headers.
    pub providers: Vec<Cited<AuthProvider>>,
    /// Where the list of providers was decided.
    pub providers_at: Evidence,
    /// Anonymous requests are let in.
    pub anonymous: Setting<bool>,
    /// Extended Protection, where somebody speaks of it.
    pub protection: Option<ExtendedProtection>,
    /// Some other way to sign in is open: Basic, Digest, or a client certificate.
    pub other_way: bool,
    /// Every request signs in anew, though the connection stays.
    pub single_request: Setting<bool>,
    /// Some scope below the root speaks of Windows authentication for this path.
    pub stated_for_path: bool,
}

impl SignIn {
    /// Applies scopes, from the root of the file to the deepest location, by the rules of IIS: for attributes the
    /// deepest one that states them wins; collections are changed step by step. `site` is where defaults point at.
    pub fn merge<'a>(scopes: impl IntoIterator<Item = &'a Scope>, site: Evidence) -> Self {
        let default = |value| Setting { value, at: site, origin: Origin::Default };
        let mut merged = Self {
            windows: default(false),
            kernel_mode: default(true),
            pool_credentials: default(false),
            providers: Vec::new(),
            providers_at: site,
            anonymous: default(true),
            protection: None,
            other_way: false,
            single_request: default(false),
            stated_for_path: false,
        };
        let (mut basic, mut digest, mut certificates) = (false, false, false);
        for scope in scopes {
            if let Some(anonymous) = &scope.anonymous {
                merged.anonymous = stated(anonymous.value, anonymous.at);
            }
            for (open, section) in
                [(&mut basic, &scope.basic), (&mut digest, &scope.digest), (&mut certificates, &scope.certificates)]
            {
                *open = section.as_ref().map_or(*open, |section| section.value);
            }
            if let Some(section) = &scope.windows {
                merged.apply(section);
                merged.stated_for_path |= scope.path.is_some();
            }
        }
        merged.other_way = basic || digest || certificates;
        merged
    }

    fn apply(&mut self, section: &WindowsSection) {
        for (setting, value) in [
            (&mut self.windows, section.enabled),
            (&mut self.kernel_mode, section.kernel_mode),
            (&mut self.pool_credentials, section.pool_credentials),
            (&mut self.single_request, section.single_request),
        ] {
            match value {
                Some(value) => *setting = stated(value, section.at),
                // A default would stand on the deepest section.
                None if setting.origin == Origin::Default => setting.at = section.at,
                None => {}
            }
        }
        if let Some(protection) = &section.extended_protection {
            self.protect(protection);
        }
        for step in &section.providers {
            self.providers_at = step.at;
            match &step.value {
                ProviderStep::Clear => self.providers.clear(),
                ProviderStep::Remove(name) => {
                    let gone = AuthProvider::parse(name);
                    self.providers.retain(|provider| provider.value != gone);
                }
                ProviderStep::Add(name) => {
                    let added = AuthProvider::parse(name);
                    let is_known = self.providers.iter().any(|provider| provider.value == added);
                    let has_room = self.providers.len() < PROVIDERS || !matches!(added, AuthProvider::Other(_));
                    if !is_known && has_room {
                        self.providers.push(Cited::new(added, step.at));
                    }
                }
            }
        }
    }

    /// The deepest one that states an attribute wins.
    fn protect(&mut self, section: &ExtendedProtection) {
        let known = self.protection.take();
        let merged = self.protection.insert(section.clone());
        if let Some(known) = known {
            merged.token_checking = merged.token_checking.take().or(known.token_checking);
            merged.flags = merged.flags.take().or(known.flags);
        }
    }

    /// The names of the providers, in order.
    pub fn provider_names(&self) -> Vec<String> {
        self.providers.iter().map(|provider| provider.value.as_str().to_owned()).collect()
    }
}

const fn stated<T>(value: T, at: Evidence) -> Setting<T> {
    Setting { value, at, origin: Origin::Stated }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::place::ArtifactId;

    fn at(line: u32) -> Evidence {
        ArtifactId(0).line(line)
    }

    fn section(line: u32, enabled: Option<bool>, providers: &[ProviderStep]) -> WindowsSection {
        let providers = providers.iter().map(|step| Cited::new(step.clone(), at(line + 1))).collect();
        WindowsSection { enabled, providers, ..WindowsSection::empty(at(line)) }
    }

    fn scope(path: Option<&str>, windows: WindowsSection) -> Scope {
        Scope {
            at: windows.at,
            path: path.map(str::to_owned),
            override_mode: None,
            stays_here: false,
            windows: Some(windows),
            anonymous: None,
            basic: None,
            digest: None,
            certificates: None,
        }
    }

    fn add(name: &str) -> ProviderStep {
        ProviderStep::Add(name.to_owned())
    }

    #[test]
    fn the_deepest_statement_wins_and_defaults_point_at_the_deepest_section() {
        let root = scope(None, section(10, Some(false), &[add("Negotiate"), add("NTLM")]));
        let site = scope(Some("Site"), section(20, Some(true), &[]));
        let merged = SignIn::merge([&root, &site], at(1));
        assert_eq!((merged.windows.value, merged.windows.at), (true, at(20)));
        assert_eq!((merged.kernel_mode.value, merged.kernel_mode.origin), (true, Origin::Default));
        assert_eq!(merged.pool_credentials.at, at(20));
        assert_eq!(merged.provider_names(), ["Negotiate", "NTLM"]);
    }

    #[test]
    fn extended_protection_is_stated_piece_by_piece() {
        let protection = |line, checking: Option<&str>, flags: Option<&str>| {
            let (token_checking, flags) = (checking.map(str::to_owned), flags.map(str::to_owned));
            let extended_protection = Some(ExtendedProtection { at: at(line), token_checking, flags });
            WindowsSection { extended_protection, ..WindowsSection::empty(at(line)) }
        };
        let root = scope(None, protection(10, Some("Require"), Some("Proxy")));
        let site = scope(Some("S"), protection(20, Some("Allow"), None));
        let merged = SignIn::merge([&root, &site], at(1)).protection.expect("is stated");
        assert_eq!((merged.token_checking.as_deref(), merged.flags.as_deref()), (Some("Allow"), Some("Proxy")));
        assert_eq!(SignIn::merge([], at(1)).protection, None);
    }

    #[test]
    fn those_that_windows_has_are_found_behind_any_number_of_others() {
        let mut steps: Vec<_> = (0..500).map(|number| add(&format!("{number}{}", "x".repeat(5_000)))).collect();
        steps.push(add("Negotiate"));
        let names = SignIn::merge([&scope(None, section(10, None, &steps))], at(1)).provider_names();
        assert_eq!((names.len(), names.last().map(String::as_str)), (PROVIDERS + 1, Some("Negotiate")));
        assert!(names.iter().all(|name| name.len() <= PROVIDER_BYTES), "{names:?}");
    }

    #[test]
    fn collections_are_changed_step_by_step() {
        let root = scope(None, section(10, None, &[add("Negotiate"), add("NTLM")]));
        let remove = scope(Some("S"), section(20, None, &[ProviderStep::Remove("ntlm".to_owned())]));
        assert_eq!(SignIn::merge([&root, &remove], at(1)).provider_names(), ["Negotiate"]);
        let clear = scope(Some("S"), section(20, None, &[ProviderStep::Clear, add("Negotiate:Kerberos")]));
        assert_eq!(SignIn::merge([&root, &clear], at(1)).provider_names(), ["Negotiate:Kerberos"]);
    }
}

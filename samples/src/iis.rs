//! Sites, application pools and authentication of an IIS host, as an administrator would name them.

/// An application pool.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// The account that it runs as.
    pub identity: Identity,
}

/// The account that an application pool runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The pool's own virtual account; on the network it is the machine account.
    ApplicationPool,
    /// An account of the domain, such as `CONTOSO\svc-web`, or of the server, such as `WEB01\legacy`.
    Specific(String),
}

/// A site with one application.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// The pool of its application.
    pub pool: String,
    /// The host header of its binding; none answers to every name.
    pub host_header: Option<String>,
    /// The port of its binding.
    pub port: u16,
    /// What its location in the configuration says about authentication.
    pub authentication: Authentication,
    /// Folders with a location of their own.
    pub folders: Vec<(&'static str, Authentication)>,
}

impl Site {
    /// The folder of its content, below `inetpub`.
    pub fn folder(&self) -> &str {
        self.host_header.as_deref().unwrap_or("wwwroot")
    }
}

/// Authentication of one site: only what its own location sets.
#[derive(Clone, Debug)]
pub struct Authentication {
    /// Anonymous authentication.
    pub anonymous: Switch,
    /// Windows authentication.
    pub windows: Switch,
    /// The attribute `useKernelMode`; none leaves it out.
    pub use_kernel_mode: Option<bool>,
    /// The attribute `useAppPoolCredentials`; none leaves it out.
    pub use_app_pool_credentials: Option<bool>,
    /// The attribute `authPersistSingleRequest`; none leaves it out.
    pub single_request: Option<bool>,
    /// `tokenChecking` of Extended Protection; none leaves the element out.
    pub token_checking: Option<&'static str>,
    /// The list of providers that replaces the inherited one; none inherits.
    pub providers: Option<Vec<&'static str>>,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Enabled.
    On,
    /// Disabled.
    Off,
}

impl Authentication {
    /// Windows authentication alone, with everything else inherited.
    pub fn windows_only() -> Self {
        Self {
            anonymous: Switch::Off,
            windows: Switch::On,
            use_kernel_mode: None,
            use_app_pool_credentials: None,
            single_request: None,
            token_checking: None,
            providers: None,
        }
    }

    /// Windows authentication alone, without kernel mode: the worker process decrypts.
    pub fn windows_without_kernel_mode() -> Self {
        Self { use_kernel_mode: Some(false), ..Self::windows_only() }
    }

    /// Windows authentication alone, whose tickets the pool's account decrypts.
    pub fn windows_with_pool_credentials() -> Self {
        Self { use_app_pool_credentials: Some(true), ..Self::windows_only() }
    }
}

impl Switch {
    /// The value of the attribute `enabled`.
    pub fn value(self) -> &'static str {
        match self {
            Self::On => "true",
            Self::Off => "false",
        }
    }
}

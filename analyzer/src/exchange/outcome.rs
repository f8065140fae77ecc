//! An exchange: the steps from the server's offer to the decrypted ticket, and how it ends.

use crate::evidence::gap::NotKnown;
use crate::evidence::place::Evidence;
use crate::exchange::client::ClientFamily;
use crate::exchange::identity::TicketIdentity;
use crate::exchange::owner::Owner;
use crate::exchange::request::Request;
use crate::facts::fact::Fact;
use crate::facts::host::HostName;

/// What happens when clients of some families open one URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The web server.
    pub host: HostName,
    /// The site.
    pub site: String,
    /// The path within the site.
    pub path: String,
    /// The URL.
    pub url: String,
    /// The name in the URL, in lower case.
    pub url_host: String,
    /// The families of clients that behave like this.
    pub clients: Vec<ClientFamily>,
    /// The providers that the server offers, in order.
    pub providers: Vec<String>,
    /// What the clients ask a ticket for; none when they do not ask for one.
    pub request: Option<Fact<Request>>,
    /// Whose key the KDC encrypts the ticket with; none when no ticket is asked for.
    pub owner: Option<Fact<Owner>>,
    /// Whose key IIS decrypts it with.
    pub identity: TicketIdentity,
    /// The lines that decide the identity.
    pub identity_at: Vec<Evidence>,
    /// How it ends.
    pub outcome: Outcome,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// How an exchange ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The user is signed in by Kerberos.
    Kerberos,
    /// The user is signed in by NTLM instead, for this reason.
    Ntlm(Cause),
    /// The user is not signed in, for this reason.
    Fails(Cause),
    /// The evidence does not say.
    Unknown(NotKnown),
}

/// Why an exchange does not end in Kerberos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// IIS refuses a section of a web.config, and answers every request with 500.19.
    ConfigurationRefused,
    /// The server offers no way to sign in.
    NothingOffered,
    /// Windows authentication is on, and its list of providers is empty.
    NoProvider,
    /// The server does not offer Negotiate.
    NegotiateNotOffered,
    /// The server offers NTLM first, and the client takes the first.
    NtlmFirst,
    /// Nobody holds the SPN.
    SpnNotHeld,
    /// Several accounts hold the SPN.
    SpnHeldTwice,
    /// Accounts of several domains hold the SPN, and each KDC takes the one of its own domain.
    SpnHeldPerDomain,
    /// The account that holds the SPN is disabled or has expired.
    HolderUnusable,
    /// The account that holds the SPN has no key that clients and the server can use.
    NoCommonEncryption,
    /// The ticket is encrypted with the key of another account than the one that decrypts.
    WrongKey,
    /// The clocks of the server and of the KDC are too far apart.
    ClockSkew,
    /// The account that decrypts has no key at any KDC.
    NoNetworkAccount,
}

impl Cause {
    /// One word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ConfigurationRefused => "configuration-refused",
            Self::NothingOffered => "nothing-offered",
            Self::NoProvider => "no-provider",
            Self::NegotiateNotOffered => "negotiate-not-offered",
            Self::NtlmFirst => "ntlm-first",
            Self::SpnNotHeld => "spn-not-held",
            Self::SpnHeldTwice => "spn-held-twice",
            Self::SpnHeldPerDomain => "spn-held-per-domain",
            Self::HolderUnusable => "holder-unusable",
            Self::NoCommonEncryption => "no-common-encryption",
            Self::WrongKey => "wrong-key",
            Self::ClockSkew => "clock-skew",
            Self::NoNetworkAccount => "no-network-account",
        }
    }
}

impl Outcome {
    /// One word for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Kerberos => "kerberos",
            Self::Ntlm(_) => "ntlm",
            Self::Fails(_) => "fails",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Why it does not end in Kerberos, when that is known.
    pub const fn cause(&self) -> Option<Cause> {
        match self {
            Self::Ntlm(cause) | Self::Fails(cause) => Some(*cause),
            Self::Kerberos | Self::Unknown(_) => None,
        }
    }
}

/// One step of an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which step.
    pub kind: StepKind,
    /// How it goes.
    pub state: StepState,
    /// What happens, in a sentence. Holds text from the bundle: escape it.
    pub text: String,
    /// What says so.
    pub evidence: Vec<Evidence>,
}

/// The steps of an exchange, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// The server says which ways to sign in it offers.
    Offer,
    /// The client works out which SPN to ask for.
    Name,
    /// The KDC looks up who holds it.
    Owner,
    /// IIS decrypts.
    Identity,
    /// The two accounts are compared.
    Decrypt,
}

impl StepKind {
    /// One word for machines and pictures.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Name => "spn",
            Self::Owner => "owner",
            Self::Identity => "ticket-identity",
            Self::Decrypt => "decrypt",
        }
    }
}

/// How a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// As it should.
    Good,
    /// Here it goes wrong.
    Bad,
    /// Nobody knows.
    Unknown,
}

impl StepState {
    /// One word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Unknown => "unknown",
        }
    }
}

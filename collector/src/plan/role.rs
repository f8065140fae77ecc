//! What kind of computer is visited, and how much it is asked: each kind is asked about something else.

use crate::export::LogLimits;

/// What the command line says of a visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// What kind of computer is visited.
    pub role: Role,
    /// How much of the event logs to take.
    pub logs: LogLimits,
    /// Whether more may be done than to look: to make requests to this computer, and to get tickets.
    pub probe: bool,
    /// How names stand in the bundle.
    pub naming: Naming,
}

/// How names of accounts, hosts and domains stand in the bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// As on the server.
    #[default]
    Real,
    /// Tokens stand for them.
    Tokens,
}

/// The part that the visited computer has in a sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// It runs IIS.
    #[default]
    WebServer,
    /// A browser runs on it, and this is the name of the web server that it asks.
    Client {
        /// The host of the URL.
        host: String,
    },
    /// It issues tickets, and these are the accounts whose tickets matter: of the web server and of its pools.
    DomainController {
        /// Names of computers and accounts, without their domain.
        accounts: Vec<String>,
    },
}

impl Role {
    /// Whom events must concern to be taken; empty for everybody.
    pub fn accounts(&self) -> &[String] {
        match self {
            Self::DomainController { accounts } => accounts,
            Self::WebServer | Self::Client { .. } => &[],
        }
    }
}

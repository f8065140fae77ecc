//! What kind of computer is visited: each is asked about something else.

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

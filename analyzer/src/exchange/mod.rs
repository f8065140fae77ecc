//! How signing in goes for one URL and one family of clients: what each side does, and the outcome.

pub mod client;
pub mod derive;
pub mod habits;
pub mod identity;
pub mod outcome;
pub mod owner;
pub mod refusal;
pub mod request;
pub mod skew;
pub mod url;

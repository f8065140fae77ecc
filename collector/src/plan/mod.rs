//! The plan of a visit: rows by family, and the steps they become on this server.

pub mod client;
pub mod directory;
pub mod events;
pub mod iis;
pub mod names;
pub mod network;
pub mod probe;
pub mod registry;
pub mod requests;
pub mod role;
pub mod row;
pub mod spns;
pub mod step;
pub mod system;
pub mod table;
pub mod tickets;

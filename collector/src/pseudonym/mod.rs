//! Names become tokens before they leave the server, and every relation between them stays.

pub mod account;
pub mod bundle;
pub mod class;
pub mod common;
pub mod content;
pub mod dn;
pub mod editor;
pub mod finder;
pub mod host;
pub mod kept;
pub mod known_map;
pub mod line;
pub mod names;
pub mod place;
pub mod row;
pub mod scanner;
pub mod text;
pub mod words;

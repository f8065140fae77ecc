//! Tokens that stand for names in a bundle, and the map that leads back from them to the names.

pub mod address;
pub mod map;
pub mod real_names;
pub mod sid;
pub mod token;

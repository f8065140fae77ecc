//! Says why Kerberos sign-in to an IIS site fails, from a bundle, offline.
//!
//! The modules are the floors of a house; each imports only from those below it. From the ground up: [`evidence`],
//! [`formats`], [`codes`], [`artifacts`], [`facts`], [`timeline`], [`exchange`], [`rules`], [`diagnosis`], [`case`],
//! [`report`], and on top the doors, which open files and print.

pub mod artifacts;
pub mod cache;
pub mod case;
pub mod cli;
pub mod codes;
pub mod diagnosis;
pub mod evidence;
pub mod exchange;
pub mod explain;
pub mod facts;
pub mod formats;
#[cfg(feature = "gui")]
pub mod gui;
pub mod open;
pub mod real_names;
pub mod report;
pub mod rules;
pub mod timeline;

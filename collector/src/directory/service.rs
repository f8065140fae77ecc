//! A directory as the rest of the collector sees it: one question, one answer, and never a wait without end.

use std::time::Duration;

use crate::directory::entry::Entry;
use crate::directory::failure::{Failure, FailureKind};
use crate::directory::search::Search;

/// Somebody who answers searches.
pub trait Directory {
    /// Searches one of the two catalogs.
    fn search(&self, catalog: Catalog, search: &Search, limits: SearchLimits) -> Found;
}

/// Which of the two catalogs of a directory is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Catalog {
    /// A domain controller as such: all that is known about its own domain. This is asked before signing in.
    Server,
    /// A domain controller: all that is known about its own domain.
    Domain,
    /// A global catalog: a part of what is known about every domain of the forest.
    Forest,
}

/// How long a search may take, and how much it may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchLimits {
    /// When nobody waits for it any longer.
    pub time: Duration,
    /// How many entries are kept.
    pub entries: usize,
    /// How many bytes are kept.
    pub bytes: u64,
}

/// What a search brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Who answered, with the port; none if nobody did.
    pub server: Option<String>,
    /// The entries, as far as they came.
    pub entries: Vec<Entry>,
    /// In how many parts they came.
    pub pages: u32,
    /// What went wrong; none if this is all there is.
    pub failure: Option<Failure>,
}

impl Found {
    /// Nothing, and why.
    pub fn nothing(failure: Failure) -> Self {
        Self { server: None, entries: Vec::new(), pages: 0, failure: Some(failure) }
    }
}

/// A directory that is not there.
#[derive(Clone, Copy, Debug)]
pub struct NoDirectory(pub &'static str);

impl Directory for NoDirectory {
    fn search(&self, _: Catalog, _: &Search, _: SearchLimits) -> Found {
        Found::nothing(Failure::new(FailureKind::Absent, self.0))
    }
}

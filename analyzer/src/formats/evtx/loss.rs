//! What of a log is lost or doubtful, with its place.

use std::fmt;

/// Losses that are told one by one; more than these say nothing new.
const TOLD: usize = 64;

/// Something of a log that could not be read, or not be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The chunk, counted from 0; none for the file as a whole.
    pub chunk: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.chunk {
            Some(chunk) => write!(f, "chunk {chunk}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// The losses so far, and how many were not kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Losses {
    told: Vec<Loss>,
    more: u64,
}

impl Losses {
    pub(super) fn add(&mut self, chunk: Option<u64>, what: String) {
        if self.told.len() < TOLD {
            self.told.push(Loss { chunk, what });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    pub(super) fn finish(mut self) -> Vec<Loss> {
        if self.more > 0 {
            self.told.push(Loss { chunk: None, what: format!("{} more losses like these", self.more) });
        }
        self.told
    }
}

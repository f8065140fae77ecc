//! What a parser returns: what it read, and what it lost on the way. Parsing never fails.

use crate::evidence::gap::GapReason;
use crate::evidence::place::Evidence;

/// A value read from an artifact, with the losses around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed<T> {
    /// What could be read.
    pub value: T,
    /// What could not.
    pub losses: Vec<Loss>,
}

/// Something of an artifact that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Where.
    pub at: Evidence,
    /// Why.
    pub reason: GapReason,
}

impl<T> Parsed<T> {
    /// A value that nothing is missing from.
    pub const fn whole(value: T) -> Self {
        Self { value, losses: Vec::new() }
    }

    /// Notes a loss.
    pub fn lose(&mut self, at: Evidence, reason: GapReason) {
        self.losses.push(Loss { at, reason });
    }

    /// Whether nothing is missing, so that what is absent from the value is absent from the artifact.
    pub fn is_whole(&self) -> bool {
        self.losses.is_empty()
    }
}

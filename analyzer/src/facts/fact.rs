//! A fact that is known, known in part, or not known: absence of evidence never looks like health.

use crate::evidence::gap::NotKnown;

/// Something that the evidence says, or fails to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// All of it is known.
    Known(T),
    /// Some of it is known. What is in it is there; what is not in it may be there too.
    Partial(T, NotKnown),
    /// Nothing is known.
    Unknown(NotKnown),
}

impl<T> Fact<T> {
    /// What is known at all: enough to say that something **is there**.
    ///
    /// # Errors
    ///
    /// Nothing is known.
    pub fn seen(&self) -> Result<&T, NotKnown> {
        match self {
            Self::Known(value) | Self::Partial(value, _) => Ok(value),
            Self::Unknown(not_known) => Err(not_known.clone()),
        }
    }

    /// What is known, even if it is only a part, to change it.
    pub fn seen_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Known(value) | Self::Partial(value, _) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// What is known as a whole: needed to say that something **is not there**.
    ///
    /// # Errors
    ///
    /// Nothing, or only a part, is known.
    pub fn complete(&self) -> Result<&T, NotKnown> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Partial(_, not_known) | Self::Unknown(not_known) => Err(not_known.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_proves_presence_and_not_absence() {
        let part = Fact::Partial(1, NotKnown::until("the rest"));
        assert_eq!(part.seen(), Ok(&1));
        assert_eq!(part.complete(), Err(NotKnown::until("the rest")));
    }
}

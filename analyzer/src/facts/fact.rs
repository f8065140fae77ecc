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
    /// This value, whole unless it is said what is not known of it.
    pub fn of(value: T, not_known: Option<NotKnown>) -> Self {
        match not_known {
            Some(not_known) => Self::Partial(value, not_known),
            None => Self::Known(value),
        }
    }

    /// What follows from it, known as far as it is known itself.
    pub fn map<U>(self, follow: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(follow(value)),
            Self::Partial(value, not_known) => Fact::Partial(follow(value), not_known),
            Self::Unknown(not_known) => Fact::Unknown(not_known),
        }
    }

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

    #[test]
    fn what_follows_from_a_part_is_a_part() {
        let rest = || NotKnown::until("the rest");
        assert_eq!(Fact::of(1, Some(rest())).map(|one| one + 1), Fact::Partial(2, rest()));
        assert_eq!(Fact::of(1, None).map(|one| one + 1), Fact::Known(2));
        assert_eq!(Fact::<i32>::Unknown(rest()).map(|one| one + 1), Fact::Unknown(rest()));
    }
}

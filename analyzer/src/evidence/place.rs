//! A pointer at evidence: which artifact, and where in it. Small and `Copy`; never the text itself.

/// One artifact of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactId(pub u32);

/// Where in an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// All of it: what is absent points at the whole list that it is absent from.
    Whole,
    /// These lines, counted from 1, both included.
    Lines {
        /// The first line.
        first: u32,
        /// The last line.
        last: u32,
    },
    /// The event log record with this EventRecordID.
    Record(u64),
}

/// A pointer at evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// The artifact.
    pub artifact: ArtifactId,
    /// Where in it.
    pub place: Place,
}

impl ArtifactId {
    /// The artifact as a whole.
    pub const fn whole(self) -> Evidence {
        Evidence { artifact: self, place: Place::Whole }
    }

    /// One line of it, counted from 1.
    pub const fn line(self, line: u32) -> Evidence {
        self.lines(line, line)
    }

    /// Some lines of it, counted from 1, both included.
    pub const fn lines(self, first: u32, last: u32) -> Evidence {
        Evidence { artifact: self, place: Place::Lines { first, last } }
    }

    /// One record of an event log, by its EventRecordID.
    pub const fn record(self, record: u64) -> Evidence {
        Evidence { artifact: self, place: Place::Record(record) }
    }
}

impl Evidence {
    /// From the first line of this place to the last line of one below it; this place alone where they are not lines
    /// of one artifact in this order.
    #[must_use]
    pub fn through(self, last: Self) -> Self {
        match (self.place, last.place) {
            (Place::Lines { first: begin, .. }, Place::Lines { last: end, .. })
                if begin <= end && self.artifact == last.artifact =>
            {
                self.artifact.lines(begin, end)
            }
            _ => self,
        }
    }
}

/// A value and the place that states it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cited<T> {
    /// What is stated.
    pub value: T,
    /// Where.
    pub at: Evidence,
}

impl<T> Cited<T> {
    /// A value stated at a place.
    pub const fn new(value: T, at: Evidence) -> Self {
        Self { value, at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_places_span_what_lies_between_them() {
        let (first, last) = (ArtifactId(0).lines(2, 3), ArtifactId(0).line(9));
        assert_eq!(first.through(last), ArtifactId(0).lines(2, 9));
        for other in [ArtifactId(1).line(9), ArtifactId(0).line(1), ArtifactId(0).whole()] {
            assert_eq!(first.through(other), first);
        }
    }
}

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

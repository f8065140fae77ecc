//! Tallies of ordinary events that no rule asks for, such as tickets that were issued: there are very many, so they
//! stay as they were counted until somebody wants to see them.

use std::sync::{Arc, OnceLock};

use crate::artifacts::event_groups::Seen;
use crate::artifacts::event_key::KeyPlace;
use crate::artifacts::event_kinds::{CONCERNS, Concern};
use crate::artifacts::event_log::{NOBODY, Tally};
use crate::artifacts::event_occurrence::Occurrence;
use crate::artifacts::event_told::{Row, Rows, Tallied};
use crate::evidence::place::ArtifactId;

/// Such tallies.
#[derive(Clone)]
pub struct Later {
    artifact: ArtifactId,
    computers: Vec<Arc<str>>,
    groups: Rows,
    /// Of which of the concerns they are: the bit with its number.
    concerns: u64,
    told: OnceLock<Vec<Tally>>,
}

/// A group: its key, its span of time, how many events, and when.
type Part<'a> = (&'a [u8], u32, Seen);

impl Later {
    /// Groups as they were counted, and the computers whose numbers stand in their keys.
    pub(super) fn new(artifact: ArtifactId, computers: Vec<Arc<str>>, groups: Rows) -> Self {
        let concerns = groups.rows.iter().fold(0, |all, row| all | bit(row.key.concern()));
        Self { artifact, computers, groups, concerns, told: OnceLock::new() }
    }

    /// All of them, in words.
    pub fn told(&self) -> &[Tally] {
        self.told
            .get_or_init(|| self.groups.tell(|tallied| tally(self.artifact, &self.computers, tallied), Tally::join))
    }

    /// All of them where some may be of a provider and an id that is wanted, otherwise none.
    pub fn told_where(&self, is_wanted: impl Fn(&str, u32) -> bool) -> &[Tally] {
        let is_here = |(concern, _): &(usize, &Concern)| self.concerns & bit(*concern) != 0;
        let is_one = |(_, row): (usize, &Concern)| row.ids.iter().any(|id| is_wanted(row.provider, *id));
        if CONCERNS.iter().enumerate().filter(is_here).any(is_one) { self.told() } else { &[] }
    }

    /// About how many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        self.groups.keys.len().saturating_add(size_of_val(&*self.groups.rows))
    }

    /// Lets them point at this artifact.
    pub(super) fn settle(&mut self, artifact: ArtifactId) {
        self.artifact = artifact;
        self.told = OnceLock::new();
    }

    /// The computers, and each group.
    pub(super) fn parts(&self) -> (&[Arc<str>], impl ExactSizeIterator<Item = Part<'_>>) {
        let key = |row: &Row| self.groups.keys.get(row.key.range()).unwrap_or_default();
        (&self.computers, self.groups.rows.iter().map(move |row| (key(row), row.span, row.seen)))
    }

    /// The same out of those parts; none where the keys are shorter or longer than they say.
    pub(super) fn of_parts(computers: Vec<Arc<str>>, keys: Vec<u8>, mut groups: Vec<Row>) -> Option<Self> {
        let mut start = 0_usize;
        for row in &mut groups {
            let end = start.checked_add(row.key.range().len()).filter(|end| *end <= keys.len())?;
            row.key = KeyPlace::of(keys.get(start..end)?, start);
            start = end;
        }
        (start == keys.len()).then(|| Self::new(NOBODY, computers, Rows { keys, rows: groups }))
    }

    /// A group whose key has this length, for [`Self::of_parts`].
    pub(super) fn part(length: u16, span: u32, seen: Seen) -> Row {
        Row { key: KeyPlace::of_length(length), span, kept: 0, seen }
    }
}

impl Default for Later {
    fn default() -> Self {
        Self::new(NOBODY, Vec::new(), Rows::default())
    }
}

impl PartialEq for Later {
    fn eq(&self, other: &Self) -> bool {
        self.told() == other.told()
    }
}

impl Eq for Later {}

impl std::fmt::Debug for Later {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.told().fmt(f)
    }
}

/// What is told of a group.
pub(super) fn tally(artifact: ArtifactId, computers: &[Arc<str>], tallied: Tallied) -> Tally {
    let computer = usize::try_from(tallied.origin).ok().and_then(|origin| computers.get(origin));
    Tally {
        provider: provider(tallied.concern),
        id: tallied.id,
        computer: computer.cloned().unwrap_or_default(),
        fields: tallied.fields,
        count: tallied.seen.count,
        kept: tallied.kept,
        first: Occurrence::of(artifact, tallied.seen.first),
        last: Occurrence::of(artifact, tallied.seen.last),
    }
}

/// The bit with this number; those that are too high share one.
fn bit(number: usize) -> u64 {
    1 << number.min(63)
}

fn provider(concern: usize) -> &'static str {
    CONCERNS.get(concern).map_or("", |row| row.provider)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::event_key::{Key, KeyHead, Sort};
    use crate::artifacts::event_occurrence::Moment;

    fn later() -> Later {
        let mut key = Key::default();
        key.begin(KeyHead { concern: 3, sort: Sort::Ordinary, id: 4769, origin: 0 });
        let keys = key.close().to_vec();
        let moment = Moment::new(None, 5);
        let length = u16::try_from(keys.len()).expect("is short");
        let groups = vec![Later::part(length, 0, Seen { count: 7, first: moment, last: moment })];
        Later::of_parts(vec!["DC1".into()], keys, groups).expect("is whole")
    }

    #[test]
    fn they_are_told_to_who_wants_one_of_them() {
        let later = later();
        assert!(later.told_where(|_, id| id == 4768).is_empty());
        assert!(later.told.get().is_none(), "nobody asked yet");
        let [one] = later.told_where(|provider, id| provider.ends_with("Auditing") && id == 4769) else { panic!() };
        assert_eq!((one.id, &*one.computer, one.count, one.kept), (4769, "DC1", 7, 0));
    }

    #[test]
    fn they_point_at_their_artifact_also_when_they_were_told_before() {
        let mut later = later();
        assert_eq!(later.told().iter().map(|one| one.first.at()).collect::<Vec<_>>(), [NOBODY.record(5)]);
        later.settle(ArtifactId(3));
        assert_eq!(later.told().iter().map(|one| one.first.at()).collect::<Vec<_>>(), [ArtifactId(3).record(5)]);
    }
}

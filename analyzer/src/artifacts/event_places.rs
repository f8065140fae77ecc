//! Where the group of a key is, by the hash of the key.

use std::hash::{BuildHasher as _, Hash};

use foldhash::quality::RandomState;

/// Where the group of a key is, by its hash. Open addressing, never more than half full.
#[derive(Debug, Default)]
pub(super) struct Places {
    slots: Vec<Slot>,
    used: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// The lower half of it.
    hash: u32,
    /// Counts the groups from 1; 0 in a free slot.
    number: u32,
}

impl Places {
    const FIRST: usize = 1024;
    /// Twice as many as a log may have groups.
    const MANY: usize = 1 << 17;

    fn start(&self, hash: u32) -> usize {
        // There is a power of two of slots.
        usize::try_from(hash).unwrap_or(0) & self.slots.len().saturating_sub(1)
    }

    /// The groups whose keys have this hash, in the order in which they came, as numbers from 1.
    pub(super) fn find(&self, hash: u32) -> impl Iterator<Item = u32> {
        let (before, after) = self.slots.split_at_checked(self.start(hash)).unwrap_or_default();
        let chain = after.iter().chain(before).take_while(|slot| slot.number != 0);
        chain.filter(move |slot| slot.hash == hash).map(|slot| slot.number)
    }

    /// What stands at the place where a group with this hash mostly is, if it has this hash.
    pub(super) fn nearest(&self, hash: u32) -> u32 {
        self.slots.get(self.start(hash)).filter(|slot| slot.hash == hash).map_or(0, |slot| slot.number)
    }

    /// Adds a group with this hash under its number, which counts from 1.
    pub(super) fn insert(&mut self, hash: u32, number: u32) {
        if self.used.saturating_mul(2) >= self.slots.len() {
            self.grow();
        }
        let start = self.start(hash);
        let (before, after) = self.slots.split_at_mut_checked(start).unwrap_or_default();
        if let Some(free) = after.iter_mut().chain(before).find(|slot| slot.number == 0) {
            *free = Slot { hash, number };
            self.used = self.used.saturating_add(1);
        }
    }

    /// A log that has more than a few groups mostly has very many: then there is room for all at once.
    fn grow(&mut self) {
        let least = if self.slots.is_empty() { Self::FIRST } else { Self::MANY };
        let length = self.slots.len().saturating_mul(2).max(least);
        let old = std::mem::replace(self, Self { slots: vec![Slot::default(); length], used: 0 });
        for slot in old.slots.into_iter().filter(|slot| slot.number != 0) {
            self.insert(slot.hash, slot.number);
        }
    }

    /// Has room for so many groups from the beginning.
    pub(super) fn for_groups(groups: usize) -> Self {
        let length = groups.saturating_mul(2).next_power_of_two().max(Self::FIRST);
        Self { slots: vec![Slot::default(); length], used: 0 }
    }

    /// Forgets all groups, and has room for as many.
    pub(super) fn clear(&mut self) {
        self.slots.fill(Slot::default());
        self.used = 0;
    }
}

/// As much of the hash of a key as a slot holds.
pub(super) fn hash(hasher: &RandomState, key: impl Hash) -> u32 {
    let [a, b, c, d, ..] = hasher.hash_one(key).to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

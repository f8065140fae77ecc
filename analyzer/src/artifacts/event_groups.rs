//! Events that are alike, counted together; of those that are worth it, the first and the last ones are kept whole.
//!
//! A domain controller writes a million audits a day, of which a few hundred tell something that the others do not. So
//! what is alike is one group. The keys of groups are made of the values as they stand in the log, because most
//! records only add one to a group that is there already; they are decoded once, at the end.

use std::hint::black_box;

use foldhash::quality::RandomState;

use crate::artifacts::event_grain::Grain;
use crate::artifacts::event_key::{Key, KeyPlace, coarser};
use crate::artifacts::event_log::Event;
use crate::artifacts::event_occurrence::Moment;
use crate::artifacts::event_places::{Places, hash};
use crate::artifacts::event_samples::{Kept, Sample, Samples};
use crate::artifacts::event_told::{Row, Rows, Tallied, tell};

/// Groups of ordinary events at most; then they are told apart less finely.
const ORDINARY_GROUPS: usize = 49_152;
/// So many groups that came back to a span are worth a look for spells that are one.
const RETURNS: usize = ORDINARY_GROUPS / 4;
/// Groups of other events at most.
const OTHER_GROUPS: usize = 16_384;
/// Bytes of keys for which there is room from the beginning, as there is for all groups: what grows by and by is moved by
/// and by, and memory that nobody used yet costs nothing.
const KEYS: usize = 8 << 20;
/// Events kept of a group at most, at each of its ends.
const KEPT_AT_AN_END: usize = 16;

/// The groups so far.
#[derive(Debug)]
pub(super) struct Groups {
    hasher: RandomState,
    places: Places,
    found: Vec<Group>,
    /// What ordinary groups counted in spans of time that are over, each with the place of its group. A log goes on from
    /// hour to hour, so mostly there is one for each hour.
    past: Vec<(usize, Spell)>,
    /// Spells that began so far.
    spells: u32,
    /// How often a group went back to an earlier span, since spells of one span were brought together.
    returns: usize,
    /// The keys of the groups that were found, one behind the other: most groups are new once and need nothing else.
    keys: Vec<u8>,
    waiting: Waiting,
    grain: Grain,
    /// Groups of ordinary events.
    ordinary: usize,
    samples: Samples,
    at_an_end: usize,
    /// Events that found no place in a group.
    refused: u64,
}

/// Ordinary events whose groups are looked up together. A log has so many groups that most lie outside of what the
/// processor holds near; it fetches those of many events at once as fast as that of one.
#[derive(Debug, Default)]
struct Waiting {
    keys: Vec<u8>,
    events: Vec<Pending>,
    grain: Grain,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    /// Where its key ends.
    end: usize,
    hash: u32,
    moment: Moment,
}

/// Events that are looked up together.
const TOGETHER: usize = 64;

#[derive(Debug)]
struct Group {
    key: KeyPlace,
    /// What it counts at present.
    present: Spell,
    /// Only where events are kept.
    kept: Option<Box<Kept>>,
}

/// What a group counted in one span of time.
#[derive(Clone, Copy, Debug)]
struct Spell {
    /// Which span; 0 where events are kept.
    span: u32,
    /// How many spells of all groups began before.
    order: u32,
    seen: Seen,
}

/// How many events, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) count: u64,
    pub(super) first: Moment,
    pub(super) last: Moment,
}

impl Groups {
    pub(super) fn new() -> Self {
        Self {
            hasher: RandomState::default(),
            places: Places::default(),
            found: Vec::with_capacity(ORDINARY_GROUPS.saturating_add(OTHER_GROUPS)),
            past: Vec::with_capacity(ORDINARY_GROUPS),
            spells: 0,
            returns: 0,
            keys: Vec::with_capacity(KEYS),
            waiting: Waiting::default(),
            grain: Grain::Hour,
            ordinary: 0,
            samples: Samples::default(),
            at_an_end: KEPT_AT_AN_END,
            refused: 0,
        }
    }

    /// How finely ordinary events are told apart at present.
    pub(super) const fn grain(&self) -> Grain {
        self.grain
    }

    /// Counts an ordinary event.
    pub(super) fn count(&mut self, key: &mut Key, moment: Moment) {
        let key = key.close();
        let hash = self.hash(key);
        let Waiting { keys, events, grain } = &mut self.waiting;
        *grain = self.grain;
        keys.extend_from_slice(key);
        events.push(Pending { end: keys.len(), hash, moment });
        if events.len() >= TOGETHER {
            self.settle();
        }
    }

    /// Counts the events that wait.
    fn settle(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        self.fetch(&waiting);
        let mut start = 0;
        for Pending { end, hash, moment } in waiting.events.drain(..) {
            let key = waiting.keys.get_mut(start..end).unwrap_or_default();
            start = end;
            if self.grain == waiting.grain {
                self.count_one(key, hash, moment);
            } else {
                let key = coarser(key, self.grain);
                let hash = self.hash(key);
                self.count_one(key, hash, moment);
            }
        }
        waiting.keys.clear();
        self.waiting = waiting;
    }

    /// Touches all that the events that wait will need, in an order in which no step waits for the one before.
    fn fetch(&self, waiting: &Waiting) {
        let mut numbers = [0_u32; TOGETHER];
        for (number, pending) in numbers.iter_mut().zip(&waiting.events) {
            *number = self.places.nearest(pending.hash);
        }
        let mut keys: [&[u8]; TOGETHER] = [&[]; TOGETHER];
        for (key, number) in keys.iter_mut().zip(numbers) {
            *key = self.group(number).map_or(&[], |group| self.key(group));
        }
        let touched = keys.iter().map(|key| {
            let at = |place: usize| key.get(place).copied().unwrap_or(0);
            at(0) ^ at(64) ^ at(128) ^ at(192)
        });
        black_box(touched.fold(0, |all, one| all ^ one));
    }

    fn hash(&self, key: &[u8]) -> u32 {
        hash(&self.hasher, key)
    }

    fn group(&self, number: u32) -> Option<&Group> {
        self.found.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    fn key(&self, group: &Group) -> &[u8] {
        self.keys.get(group.key.range()).unwrap_or_default()
    }

    /// The place of the group with this key among those that were found.
    fn find(&self, key: &[u8], hash: u32) -> Option<usize> {
        let is_it = |number: &u32| self.group(*number).is_some_and(|group| *self.key(group) == *key);
        usize::try_from(self.places.find(hash).find(is_it)?).ok()?.checked_sub(1)
    }

    fn count_one(&mut self, mut key: &mut [u8], mut hash: u32, moment: Moment) {
        while !self.add(key, hash, moment) {
            if self.returns >= RETURNS {
                self.join_spans();
                continue;
            }
            let Some(grain) = self.grain.coarser() else {
                self.refused = self.refused.saturating_add(1);
                return;
            };
            self.coarsen(grain);
            key = coarser(key, grain);
            hash = self.hash(key);
        }
    }

    /// Counts an ordinary event, if there is room for it.
    fn add(&mut self, key: &[u8], hash: u32, moment: Moment) -> bool {
        let span = self.grain.span(moment.hour().unwrap_or(0));
        let has_room = self.ordinary.saturating_add(self.past.len()) < ORDINARY_GROUPS;
        let place = self.find(key, hash);
        if let Some((place, group)) = place.and_then(|place| Some((place, self.found.get_mut(place)?))) {
            if group.present.span == span {
                group.present.seen.add(moment);
                return true;
            }
            if has_room {
                self.returns = self.returns.saturating_add(usize::from(span < group.present.span));
                let next = Spell::begin(span, moment, &mut self.spells);
                self.past.push((place, std::mem::replace(&mut group.present, next)));
            }
        } else if has_room {
            self.ordinary = self.ordinary.saturating_add(1);
            let present = Spell::begin(span, moment, &mut self.spells);
            self.push(key, hash, present, None);
        }
        has_room
    }

    /// Counts an event, and keeps it whole if it is one of the first or of the last of its group.
    pub(super) fn keep(&mut self, key: &mut Key, moment: Moment, event: Sample) {
        let key = key.close();
        let hash = self.hash(key);
        let found = self.find(key, hash);
        let others = self.found.len().saturating_sub(self.ordinary);
        let is_full = others >= OTHER_GROUPS || (self.at_an_end == 1 && self.samples.size().has_too_many_bytes());
        if found.is_none() && is_full {
            self.refused = self.refused.saturating_add(1);
            return;
        }
        let number = found.unwrap_or_else(|| {
            let mut present = Spell::begin(0, moment, &mut self.spells);
            present.seen.count = 0;
            self.push(key, hash, present, Some(Box::default()))
        });
        let Some(group) = self.found.get_mut(number) else { return };
        group.present.seen.add(moment);
        let Some(kept) = &mut group.kept else { return };
        kept.add(event, self.at_an_end, &mut self.samples);
        while self.samples.size().is_too_much() && self.at_an_end > 1 {
            self.thin_out();
        }
    }

    /// Adds a group with this key.
    fn push(&mut self, key: &[u8], hash: u32, present: Spell, kept: Option<Box<Kept>>) -> usize {
        let place = self.found.len();
        let key = KeyPlace::push(key, &mut self.keys);
        self.found.push(Group { key, present, kept });
        self.places.insert(hash, u32::try_from(place.saturating_add(1)).unwrap_or(0));
        place
    }

    /// Keeps half as many events of each group.
    fn thin_out(&mut self) {
        self.at_an_end = (self.at_an_end / 2).max(1);
        for kept in self.found.iter_mut().filter_map(|group| group.kept.as_mut()) {
            kept.thin_out(self.at_an_end, &mut self.samples);
        }
        self.samples.weigh();
    }

    /// Tells ordinary events apart less finely.
    fn coarsen(&mut self, grain: Grain) {
        self.grain = grain;
        if grain < Grain::AnyClient { self.join_spans() } else { self.join_groups() }
    }

    /// Brings together what groups counted in one span of time: in several that became one, or in one that they came
    /// back to, as the clock or a log that was put together does.
    fn join_spans(&mut self) {
        self.returns = 0;
        let Self { found, past, grain, .. } = self;
        for Group { present, .. } in found.iter_mut() {
            present.span = grain.span(present.span);
        }
        past.retain_mut(|(place, spell)| {
            spell.span = grain.span(spell.span);
            let present = found.get_mut(*place).map(|group| &mut group.present);
            present.filter(|present| present.span == spell.span).map(|present| present.join(*spell)).is_none()
        });
        past.sort_unstable_by_key(|(place, spell)| (*place, spell.span));
        past.dedup_by(|(place, spell), (first_place, first)| {
            let is_one = (*place, spell.span) == (*first_place, first.span);
            if is_one {
                first.join(*spell);
            }
            is_one
        });
    }

    /// Brings together groups whose keys became one; each counts over the whole log already. All is done in its place:
    /// groups and keys only move to the front, over those that became one with an earlier group.
    fn join_groups(&mut self) {
        let grain = self.grain;
        self.ordinary = 0;
        self.places.clear();
        let (mut groups, mut bytes) = (0_usize, 0_usize);
        for place in 0..self.found.len() {
            let Some(group) = self.found.get(place) else { break };
            let (mut key, spell, is_ordinary) = (group.key.range(), group.present, group.kept.is_none());
            if is_ordinary {
                let coarse = self.keys.get_mut(key.clone()).map_or(0, |key| coarser(key, grain).len());
                key.end = key.start.saturating_add(coarse);
            }
            let own = self.keys.get(key.clone()).unwrap_or_default();
            let (place_of_key, hash) = (KeyPlace::of(own, bytes), self.hash(own));
            let known = if is_ordinary { self.find(own, hash) } else { None };
            if let Some(known) = known.and_then(|known| self.found.get_mut(known)) {
                known.present.join(spell);
                continue;
            }
            let end = bytes.saturating_add(key.len());
            self.keys.copy_within(key, bytes);
            self.found.swap(groups, place);
            if let Some(group) = self.found.get_mut(groups) {
                group.key = place_of_key;
            }
            (groups, bytes) = (groups.saturating_add(1), end);
            self.places.insert(hash, u32::try_from(groups).unwrap_or(0));
            self.ordinary = self.ordinary.saturating_add(usize::from(is_ordinary));
        }
        self.found.truncate(groups);
        self.keys.truncate(bytes);
    }

    /// What became of the groups, in the order in which the log has them, and the events that are kept. `tally` makes of
    /// each what is wanted. Groups whose keys are the same in words are one: `join` adds another to the first of them.
    /// Ordinary events that only a list of all events shows stay as they are.
    pub(super) fn finish<T>(mut self, tally: impl Fn(Tallied) -> T, join: impl Fn(&mut T, &T)) -> Finished<T> {
        self.settle();
        let Self { found, past, mut keys, .. } = self;
        keys.shrink_to_fit();
        let spell = |place: usize| match place.checked_sub(found.len()) {
            None => found.get(place).map(|group| (group, group.present)),
            Some(place) => past.get(place).and_then(|(place, spell)| Some((found.get(*place)?, *spell))),
        };
        let places = 0..found.len().saturating_add(past.len());
        let order_of = |place: usize| Some((spell(place)?.1.order, u32::try_from(place).ok()?));
        let mut order: Vec<(u32, u32)> = places.filter_map(order_of).collect();
        order.sort_unstable_by_key(|(order, _)| *order);
        let mut later = Vec::with_capacity(order.len());
        let rows = order.into_iter().filter_map(|(_, place)| {
            let (Group { key, kept, .. }, Spell { span, seen, .. }) = spell(usize::try_from(place).ok()?)?;
            let row = Row { key: *key, span, kept: kept.as_ref().map_or(0, |kept| kept.count()), seen };
            if key.is_told_later() {
                later.push(row);
                return None;
            }
            Some(row)
        });
        let tallies = tell(rows, &keys, self.places, tally, join);
        later.shrink_to_fit();
        let events = self.samples.finish();
        Finished { tallies, later: Rows { rows: later, keys }, events, refused: self.refused, grain: self.grain }
    }
}

/// What became of the groups.
#[derive(Debug)]
pub(super) struct Finished<T> {
    pub(super) tallies: Vec<T>,
    pub(super) later: Rows,
    pub(super) events: Vec<Event>,
    /// Events of which nothing is known but their number.
    pub(super) refused: u64,
    pub(super) grain: Grain,
}

impl Spell {
    /// Begins with one event, as the next of all.
    fn begin(span: u32, moment: Moment, spells: &mut u32) -> Self {
        let order = *spells;
        *spells = order.saturating_add(1);
        Self { span, order, seen: Seen { count: 1, first: moment, last: moment } }
    }

    fn join(&mut self, other: Self) {
        self.order = self.order.min(other.order);
        self.seen.merge(other.seen);
    }
}

impl Seen {
    fn add(&mut self, moment: Moment) {
        self.merge(Self { count: 1, first: moment, last: moment });
    }

    fn merge(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::artifacts::event_key::{KEY, KeyHead, Sort};
    use crate::artifacts::event_occurrence::HOUR;
    use crate::artifacts::event_samples::{KEPT, KEPT_BYTES};
    use crate::evidence::place::ArtifactId;
    use crate::formats::evtx::record::Cell;
    use crate::formats::evtx::value::{TEXT, Value};

    /// The rows of [`CONCERNS`] for 4625 and 4769.
    const REFUSED_LOGON: usize = 1;
    const TICKET: usize = 3;

    fn head(concern: usize, sort: Sort) -> KeyHead {
        KeyHead { concern, id: 4625, origin: 0, sort }
    }

    fn moment(number: u64) -> Moment {
        Moment::new(Some(number * HOUR), number)
    }

    fn sample(number: u64, words: &str) -> Sample {
        let fields = [("Status".to_owned(), words.to_owned())].into_iter().collect();
        let event = Event {
            at: ArtifactId(0).record(number),
            provider: "".into(),
            id: 4625,
            time: None,
            computer: "".into(),
            fields,
        };
        Sample { place: number, event }
    }

    fn keep(groups: &mut Groups, user: &str, number: u64) {
        let mut key = Key::default();
        key.begin(head(REFUSED_LOGON, Sort::Kept));
        key.cell(Cell::Text(user));
        groups.keep(&mut key, moment(number), sample(number, user));
    }

    fn count(groups: &mut Groups, fields: &[(&str, Cell<'_>)], number: u64) {
        let mut key = Key::default();
        let grain = groups.grain();
        key.begin(head(TICKET, Sort::Ordinary));
        for (name, cell) in fields {
            key.field(name, *cell, true, grain);
        }
        groups.count(&mut key, moment(number));
    }

    fn finish(groups: Groups) -> Finished<Tallied> {
        let join = |one: &mut Tallied, other: &Tallied| {
            one.kept += other.kept;
            one.seen.merge(other.seen);
        };
        let mut finished = groups.finish(|tallied| tallied, join);
        let later = finished.later.tell(|tallied| tallied, join);
        finished.tallies.extend(later);
        finished
    }

    fn total(finished: &Finished<Tallied>) -> u64 {
        finished.tallies.iter().map(|tallied| tallied.seen.count).sum()
    }

    #[test]
    fn of_events_that_are_alike_the_first_and_the_last_are_kept() {
        let mut groups = Groups::new();
        (0..100).for_each(|number| keep(&mut groups, "alice", number));
        keep(&mut groups, "bob", 7);
        let finished = finish(groups);
        let [alice, bob] = finished.tallies.as_slice() else { panic!("{:?}", finished.tallies) };
        let Seen { count, first, last } = alice.seen;
        assert_eq!((count, alice.kept, first.record(), last.record()), (100, 32, 0, 99));
        assert_eq!((bob.seen.count, bob.kept), (1, 1));
        assert_eq!(alice.fields.get("TargetUserName"), Some("alice"));
        assert_eq!(finished.events.len(), 33);
        let of_alice = finished.events.iter().filter(|event| event.fields.get("Status") == Some("alice"));
        let records: Vec<_> = of_alice.map(|event| event.at).collect();
        assert_eq!(records, (0..16).chain(84..100).map(|number| ArtifactId(0).record(number)).collect::<Vec<_>>());
    }

    #[test]
    fn too_many_events_thin_out_every_group_and_forget_none() {
        let mut groups = Groups::new();
        for number in 0..40 {
            (0..2000).for_each(|user| keep(&mut groups, &format!("user {user}"), number));
        }
        let finished = finish(groups);
        assert_eq!((finished.tallies.len(), total(&finished), finished.refused), (2000, 80_000, 0));
        assert!(finished.events.len() <= KEPT, "{} are kept", finished.events.len());
        assert!(finished.tallies.iter().all(|tallied| tallied.kept >= 2));
    }

    #[test]
    fn events_of_any_length_take_a_bounded_memory() {
        let mut groups = Groups::new();
        let long = "x".repeat(60_000);
        for number in 0..2000 {
            let mut key = Key::default();
            key.begin(head(REFUSED_LOGON, Sort::Kept));
            key.cell(Cell::Text(&format!("{long}{number}")));
            groups.keep(&mut key, moment(number), sample(number, &long));
        }
        assert!(groups.samples.size().bytes <= KEPT_BYTES + 100_000, "{:?}", groups.samples.size());
        assert!(groups.found.iter().all(|group| group.key.range().len() <= KEY));
        let finished = finish(groups);
        assert_eq!(total(&finished) + finished.refused, 2000);
        assert!(finished.refused > 0);
    }

    #[test]
    fn ordinary_events_are_told_apart_as_finely_as_there_is_room() {
        for (users, clients, hours, grain) in [
            (10, 1, 1000, Grain::Hour),
            (100, 1, 1000, Grain::Day),
            (30_000, 1, 50, Grain::Log),
            (200, 500, 1, Grain::AnyClient),
            (60_000, 1, 1, Grain::AnyAccount),
        ] {
            let mut groups = Groups::new();
            for hour in 0..hours {
                for user in 0..users {
                    for client in 0..clients {
                        let (user, client) = (format!("u{user}"), format!("10.0.{}.{}", client / 250, client % 250));
                        let fields = [
                            ("TargetUserName", Cell::Text(user.as_str())),
                            ("TargetDomainName", Cell::Text("CONTOSO")),
                            ("ServiceName", Cell::Text("svc-web")),
                            ("Status", Cell::Absent),
                            ("TicketEncryptionType", Cell::Absent),
                            ("IpAddress", Cell::Text(client.as_str())),
                        ];
                        count(&mut groups, &fields, hour);
                    }
                }
            }
            let finished = finish(groups);
            assert_eq!(finished.grain, grain, "{users} users");
            assert_eq!(total(&finished), users * clients * hours, "{users} users");
            if grain == Grain::Log {
                assert_eq!(finished.tallies.len() as u64, users * clients, "{users} users: each has one group");
            }
            assert_eq!(finished.refused, 0);
            assert!(finished.tallies.len() <= ORDINARY_GROUPS);
            assert!(finished.tallies.iter().all(|tallied| tallied.fields.get("ServiceName") == Some("svc-web")));
        }
    }

    /// Counts events of users in hours, and tells who, how many and the first hour of each row; told apart like this.
    fn rows(events: &[(&str, u64)], grain: Grain) -> Vec<(String, u64, u64)> {
        let mut groups = Groups::new();
        for (user, hour) in events {
            count(&mut groups, &[("TargetUserName", Cell::Text(user))], *hour);
        }
        groups.settle();
        while groups.grain < grain {
            groups.coarsen(groups.grain.coarser().expect("is not the last"));
        }
        let user = |one: &Tallied| one.fields.get("TargetUserName").unwrap_or_default().to_owned();
        finish(groups).tallies.iter().map(|one| (user(one), one.seen.count, one.seen.first.record())).collect()
    }

    #[test]
    fn what_is_counted_by_time_stands_in_the_order_in_which_it_began() {
        let events = [("a", 1), ("b", 1), ("a", 30), ("a", 1), ("c", 31), ("a", 2), ("b", 31), ("a", 55), ("a", 31)];
        let told = |grain| rows(&events, grain);
        let expected = |rows: &[(&str, u64, u64)]| -> Vec<(String, u64, u64)> {
            rows.iter().map(|(user, count, first)| ((*user).to_owned(), *count, *first)).collect()
        };
        let by_hour = [
            ("a", 2, 1),
            ("b", 1, 1),
            ("a", 1, 30),
            ("c", 1, 31),
            ("a", 1, 2),
            ("b", 1, 31),
            ("a", 1, 55),
            ("a", 1, 31),
        ];
        assert_eq!(told(Grain::Hour), expected(&by_hour));
        let by_day = [("a", 3, 1), ("b", 1, 1), ("a", 2, 30), ("c", 1, 31), ("b", 1, 31), ("a", 1, 55)];
        assert_eq!(told(Grain::Day), expected(&by_day));
        assert_eq!(told(Grain::Log), expected(&[("a", 6, 1), ("b", 2, 1), ("c", 1, 31)]));
        assert_eq!(told(Grain::AnyAccount), expected(&[("", 9, 1)]));
    }

    #[test]
    fn hours_that_come_again_and_again_take_no_more_room() {
        let mut groups = Groups::new();
        for number in 0..60_000 {
            let user = format!("user {}", number / 2 % 10);
            count(&mut groups, &[("TargetUserName", Cell::Text(&user))], 700 + number % 2);
        }
        let finished = finish(groups);
        assert_eq!((finished.grain, finished.tallies.len(), total(&finished)), (Grain::Hour, 20, 60_000));
    }

    #[test]
    fn groups_of_other_events_stay_as_they_are_when_ordinary_ones_become_one() {
        let mut groups = Groups::new();
        for hour in 0..1000 {
            keep(&mut groups, &format!("refused {}", hour % 50), hour);
            for user in 0..100 {
                count(&mut groups, &[("TargetUserName", Cell::Text(&format!("user {user}")))], hour);
            }
        }
        let of_groups: usize = groups.found.iter().map(|group| group.key.range().len()).sum();
        assert_eq!(groups.keys.len(), of_groups, "keys of groups that are no more are gone");
        let finished = finish(groups);
        assert_eq!((finished.grain, finished.refused), (Grain::Day, 0));
        let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for one in &finished.tallies {
            let (count, kept) = counts.entry(one.fields.get("TargetUserName").expect("is there")).or_default();
            (*count, *kept) = (*count + one.seen.count, *kept + one.kept);
        }
        assert_eq!(counts.len(), 150);
        for (user, counted) in counts {
            assert_eq!(counted, if user.starts_with("refused") { (20, 20) } else { (1000, 0) }, "{user}");
        }
        assert_eq!(finished.events.len(), 1000);
    }

    #[test]
    fn a_value_that_is_none_leaves_no_words_behind() {
        let mut groups = Groups::new();
        let half = Cell::Value(Value { kind: 0x88, bytes: &[1, 0, 0, 0, 2] });
        count(&mut groups, &[("TargetUserName", half), ("TargetDomainName", Cell::Text("CON\0TOSO"))], 5);
        let finished = finish(groups);
        let [one] = finished.tallies.as_slice() else { panic!("{:?}", finished.tallies) };
        assert_eq!(one.fields.iter().collect::<Vec<_>>(), [("TargetDomainName", "CONTOSO")]);
    }

    #[test]
    fn the_same_words_are_one_group_whatever_their_type() {
        let mut groups = Groups::new();
        let utf16: Vec<u8> = "0x12".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for cell in [
            Cell::Text("0x12"),
            Cell::Value(Value { kind: TEXT, bytes: &utf16 }),
            Cell::Value(Value { kind: 0x14, bytes: &[0x12, 0, 0, 0] }),
            Cell::Absent,
        ] {
            count(&mut groups, &[("TargetUserName", cell)], 5);
        }
        let finished = finish(groups);
        let counts: Vec<_> =
            finished.tallies.iter().map(|one| (one.seen.count, one.fields.get("TargetUserName"))).collect();
        assert_eq!(counts, [(3, Some("0x12")), (1, None)]);
    }
}

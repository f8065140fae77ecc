//! Events that are kept whole, in one piece of memory, in which a later one takes the place of one that had to go.

use std::collections::VecDeque;

use crate::artifacts::event_log::Event;

/// Events kept whole at most, unless there are more groups than that.
pub(super) const KEPT: usize = 20_000;
/// Bytes of events kept whole at most.
pub(super) const KEPT_BYTES: usize = 32 << 20;

/// An event that is kept whole.
#[derive(Debug)]
pub(super) struct Sample {
    /// Its place among the records of the log.
    pub(super) place: u64,
    pub(super) event: Event,
}

/// How much is kept whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) events: usize,
    pub(super) bytes: usize,
}

/// The events of all groups.
#[derive(Debug, Default)]
pub(super) struct Samples {
    all: Vec<Option<Sample>>,
    /// Places that are free again.
    free: Vec<u32>,
    size: Size,
}

/// The first and the last events of a group, by their numbers among [`Samples`].
#[derive(Debug, Default)]
pub(super) struct Kept {
    first: Vec<u32>,
    last: VecDeque<u32>,
}

impl Size {
    pub(super) const fn is_too_much(self) -> bool {
        self.events > KEPT || self.has_too_many_bytes()
    }

    pub(super) const fn has_too_many_bytes(self) -> bool {
        self.bytes > KEPT_BYTES
    }

    const fn and(self, other: Self) -> Self {
        Self { events: self.events.saturating_add(other.events), bytes: self.bytes.saturating_add(other.bytes) }
    }

    const fn without(self, other: Self) -> Self {
        Self { events: self.events.saturating_sub(other.events), bytes: self.bytes.saturating_sub(other.bytes) }
    }
}

impl Samples {
    pub(super) const fn size(&self) -> Size {
        self.size
    }

    /// Weighs all of them anew.
    pub(super) fn weigh(&mut self) {
        self.size = self.all.iter().flatten().map(Sample::size).fold(Size::default(), Size::and);
    }

    /// All that are left, in the order of the log.
    pub(super) fn finish(self) -> Vec<Event> {
        let mut all = self.all;
        all.sort_unstable_by_key(|sample| sample.as_ref().map(|sample| sample.place));
        all.into_iter().filter_map(|sample| Some(sample?.event)).collect()
    }

    fn put(&mut self, sample: Sample) -> u32 {
        self.size = self.size.and(sample.size());
        let number = self.free.pop().unwrap_or_else(|| {
            self.all.push(None);
            u32::try_from(self.all.len().saturating_sub(1)).unwrap_or(u32::MAX)
        });
        if let Some(place) = self.place(number) {
            *place = Some(sample);
        }
        number
    }

    fn remove(&mut self, number: u32) {
        if let Some(gone) = self.place(number).and_then(Option::take) {
            self.size = self.size.without(gone.size());
            self.free.push(number);
        }
    }

    fn place(&mut self, number: u32) -> Option<&mut Option<Sample>> {
        self.all.get_mut(usize::try_from(number).ok()?)
    }
}

impl Kept {
    /// Keeps an event, for which another one has to go where there are enough.
    pub(super) fn add(&mut self, event: Sample, at_an_end: usize, samples: &mut Samples) {
        if self.first.len() < at_an_end {
            self.first.push(samples.put(event));
            return;
        }
        if self.last.len() >= at_an_end
            && let Some(gone) = self.last.pop_front()
        {
            samples.remove(gone);
        }
        self.last.push_back(samples.put(event));
    }

    /// Keeps so many at each end.
    pub(super) fn thin_out(&mut self, at_an_end: usize, samples: &mut Samples) {
        let first = self.first.split_off(at_an_end.min(self.first.len()));
        let more = self.last.len().saturating_sub(at_an_end);
        first.into_iter().chain(self.last.drain(..more)).for_each(|gone| samples.remove(gone));
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.first.len().saturating_add(self.last.len())).unwrap_or(u32::MAX)
    }
}

impl Sample {
    fn size(&self) -> Size {
        Size { events: 1, bytes: self.event.fields.weight().saturating_add(size_of::<Self>()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::event_fields::Fields;
    use crate::evidence::place::{ArtifactId, Place};

    fn sample(place: u64) -> Sample {
        let at = ArtifactId(0).record(place);
        let event =
            Event { at, provider: "".into(), id: 4625, time: None, computer: "".into(), fields: Fields::default() };
        Sample { place, event }
    }

    fn records(samples: Samples) -> Vec<u64> {
        let record = |event: Event| match event.at.place {
            Place::Record(record) => record,
            Place::Whole | Place::Lines { .. } => u64::MAX,
        };
        samples.finish().into_iter().map(record).collect()
    }

    #[test]
    fn a_later_event_takes_the_place_of_one_that_had_to_go() {
        let (mut samples, mut kept) = (Samples::default(), Kept::default());
        (0..100).for_each(|place| kept.add(sample(place), 2, &mut samples));
        assert_eq!((samples.all.len(), samples.size().events, kept.count()), (4, 4, 4));
        assert_eq!(records(samples), [0, 1, 98, 99]);
    }

    #[test]
    fn what_is_thinned_out_leaves_places_for_others() {
        let (mut samples, mut one, mut other) = (Samples::default(), Kept::default(), Kept::default());
        (0..8).for_each(|place| one.add(sample(place), 4, &mut samples));
        let before = samples.size();
        one.thin_out(1, &mut samples);
        assert_eq!((samples.size().events, samples.size().bytes), (2, before.bytes / 4));
        (8..14).for_each(|place| other.add(sample(place), 3, &mut samples));
        assert_eq!(samples.all.len(), 8);
        assert_eq!(records(samples), [0, 7, 8, 9, 10, 11, 12, 13]);
    }
}

//! Templates that were read before, known again by all of their content.
//!
//! A template has a GUID, and every chunk of a log repeats the templates that its records use. The GUID is not enough
//! to know one again: a log may be damaged, or crafted so that two templates share it. So what was read before counts
//! only when the bytes are the same, and the names that they refer to elsewhere in the chunk are the same.

use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::element::{Budget, Element, Fault, name_at, template};
use super::instance::Definition;

/// Templates kept at most; real logs have some hundreds.
const KEPT: usize = 4096;
/// Bytes of kept templates at most.
const KEPT_BYTES: usize = 8 << 20;
/// Templates with one GUID and size at most: more are a game that somebody plays with us.
const SAME_HEAD: usize = 32;
/// Places of the last chunk that are remembered.
const RECENT: usize = 64;

/// Which template of a `Shapes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapeId {
    /// How often everything was forgotten; a number of another generation means nothing.
    pub generation: u32,
    /// Counts the templates of a generation.
    pub index: usize,
}

/// The templates that were met, each turned into what is needed of it.
#[derive(Debug)]
pub(super) struct Shapes<T> {
    of: fn(&[Element]) -> Option<T>,
    known: Vec<Known<T>>,
    heads: HashMap<[u8; 20], Vec<usize>, RandomState>,
    recent: [Recent; RECENT],
    bytes: usize,
    generation: u32,
}

#[derive(Debug)]
struct Known<T> {
    /// Where the body lay, when its bytes depend on that.
    at: Option<usize>,
    body: Box<[u8]>,
    outside: Vec<(usize, Box<[u8]>)>,
    /// None when it is not a plain one.
    shape: Option<T>,
}

/// A place at which a template was found.
#[derive(Clone, Copy, Debug)]
struct Recent {
    chunk: u64,
    place: usize,
    index: usize,
}

impl<T> Shapes<T> {
    /// Nothing is known yet; `of` turns a template into what is needed of it.
    pub(super) fn new(of: fn(&[Element]) -> Option<T>) -> Self {
        let recent = [Recent { chunk: u64::MAX, place: 0, index: 0 }; RECENT];
        Self { of, known: Vec::new(), heads: HashMap::default(), recent, bytes: 0, generation: 0 }
    }

    /// The template at this place of a chunk; `number` tells the chunk from others.
    pub(super) fn find(
        &mut self,
        chunk: &[u8],
        number: u64,
        place: usize,
        budget: &mut Budget,
    ) -> Result<ShapeId, Fault> {
        let slot = (place ^ (place >> 6)) % RECENT;
        if let Some(recent) = self.recent.get(slot)
            && recent.chunk == number
            && recent.place == place
        {
            return Ok(ShapeId { generation: self.generation, index: recent.index });
        }
        let definition = Definition::at(chunk, place).ok_or(Fault::Cut)?;
        let head: [u8; 20] = *definition.head.first_chunk().ok_or(Fault::Cut)?;
        let same_head = self.heads.get(&head).map(Vec::as_slice).unwrap_or_default();
        let is_it = |index: &&usize| self.known.get(**index).is_some_and(|known| known.is(chunk, &definition));
        let index = match same_head.iter().find(is_it) {
            Some(index) => *index,
            None => self.learn(chunk, head, &definition, budget)?,
        };
        if let Some(recent) = self.recent.get_mut(slot) {
            *recent = Recent { chunk: number, place, index };
        }
        Ok(ShapeId { generation: self.generation, index })
    }

    /// What a template was turned into, if it is a plain one.
    pub(super) fn get(&self, id: ShapeId) -> Option<&T> {
        self.known.get(id.index)?.shape.as_ref()
    }

    fn learn(
        &mut self,
        chunk: &[u8],
        head: [u8; 20],
        definition: &Definition<'_>,
        budget: &mut Budget,
    ) -> Result<usize, Fault> {
        let template = template(chunk, definition, budget)?;
        let crowd = self.heads.get(&head).map_or(0, Vec::len);
        if self.known.len() >= KEPT || self.bytes > KEPT_BYTES || crowd >= SAME_HEAD {
            self.forget();
        }
        let outside = template.names.outside.iter();
        let known = Known {
            at: template.names.has_own.then_some(definition.at),
            body: definition.body.into(),
            outside: outside.filter_map(|place| Some((*place, name_at(chunk, *place)?.into()))).collect(),
            shape: if template.is_nested { None } else { (self.of)(&template.elements) },
        };
        let index = self.known.len();
        self.bytes = self.bytes.saturating_add(known.body.len());
        self.known.push(known);
        self.heads.entry(head).or_default().push(index);
        Ok(index)
    }

    fn forget(&mut self) {
        let generation = self.generation.wrapping_add(1);
        *self = Self { generation, ..Self::new(self.of) };
    }
}

impl<T> Known<T> {
    /// Whether this definition has the same content.
    fn is(&self, chunk: &[u8], definition: &Definition<'_>) -> bool {
        if *self.body != *definition.body || self.at.is_some_and(|at| at != definition.at) {
            return false;
        }
        let own = definition.at..definition.at.saturating_add(definition.body.len());
        // A name that stood elsewhere must not stand inside now: it would be read in another way.
        self.outside.iter().all(|(place, units)| !own.contains(place) && name_at(chunk, *place) == Some(units))
    }
}

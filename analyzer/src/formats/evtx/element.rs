//! Elements of binary XML: those of a template, and those of a record after its values were put in.

use std::collections::BTreeSet;

use super::bytes::Cursor;
use super::instance::{Definition, Instance, TEMPLATE_INSTANCE, Values};
use super::value::{self, Value, write_utf16};

/// Elements inside each other at most; Windows goes four deep.
const OPEN: usize = 64;
/// Pieces of binary XML inside each other at most; Windows goes two deep.
const NESTED: usize = 16;

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    /// The value without which the element is left out.
    pub(super) depends_on: Option<u16>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) children: Vec<Node>,
}

/// An attribute. One without any part is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) parts: Vec<Part>,
}

/// What an element holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Part(Part),
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// Where a template has a place for a value. A record has none.
    Slot {
        index: u16,
        is_optional: bool,
    },
    /// The words of an array with more than one item: the element is repeated for each.
    Items(Vec<String>),
}

/// Why binary XML cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It ends too early, or leads out of its chunk.
    Cut,
    /// Something stands there that has no meaning.
    Senseless,
    /// It is larger or deeper than any real record.
    TooLarge,
}

/// How much may still be built; crafted logs can ask for far more than they are long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    nodes: usize,
    text: usize,
}

impl Budget {
    /// For one chunk: several times what the largest real one needs.
    pub(super) const CHUNK: Self = Self { nodes: 1 << 16, text: 4 << 20 };

    pub(super) fn node(&mut self) -> Result<(), Fault> {
        self.nodes = self.nodes.checked_sub(1).ok_or(Fault::TooLarge)?;
        Ok(())
    }

    pub(super) fn text(&mut self, length: usize) -> Result<(), Fault> {
        self.text = self.text.checked_sub(length).ok_or(Fault::TooLarge)?;
        Ok(())
    }
}

/// The elements of a template, with places for its values, and what they rest on besides their own bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Template {
    pub(super) elements: Vec<Element>,
    pub(super) names: Names,
    /// Whether it holds XML of its own that could lead anywhere.
    pub(super) is_nested: bool,
}

/// Where the names of a template stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Places outside the template.
    pub(super) outside: BTreeSet<usize>,
    /// Some stand inside of it, so that its bytes depend on where it lies.
    pub(super) has_own: bool,
}

/// Reads a template.
pub(super) fn template(chunk: &[u8], definition: &Definition<'_>, budget: &mut Budget) -> Result<Template, Fault> {
    let cursor = definition.cursor(chunk).ok_or(Fault::Cut)?;
    let mut parser = Parser::new(cursor, Kind::Definition, NESTED, budget);
    let elements = parser.run()?;
    let (mut names, is_nested) = (parser.names, parser.is_nested);
    let own = definition.at..definition.at.saturating_add(definition.body.len());
    let total = names.outside.len();
    names.outside.retain(|place| !own.contains(place));
    names.has_own |= names.outside.len() < total;
    Ok(Template { elements, names, is_nested })
}

/// The elements of a record, or of XML nested in it. `chunk` ends where they end.
pub(super) fn elements(chunk: &[u8], start: usize, budget: &mut Budget) -> Result<Vec<Element>, Fault> {
    nested(chunk, start, 0, budget)
}

fn nested(chunk: &[u8], start: usize, depth: usize, budget: &mut Budget) -> Result<Vec<Element>, Fault> {
    if depth > NESTED {
        return Err(Fault::TooLarge);
    }
    Parser::new(Cursor { chunk, at: start }, Kind::Record, depth, budget).run()
}

/// Whether elements say on which value they depend.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Definition,
    Record,
}

struct Parser<'a, 'b> {
    cursor: Cursor<'a>,
    kind: Kind,
    depth: usize,
    budget: &'b mut Budget,
    /// The element whose start tag is being read.
    tag: Option<Element>,
    open: Vec<Element>,
    roots: Vec<Element>,
    names: Names,
    is_nested: bool,
}

impl<'a, 'b> Parser<'a, 'b> {
    const fn new(cursor: Cursor<'a>, kind: Kind, depth: usize, budget: &'b mut Budget) -> Self {
        let names = Names { outside: BTreeSet::new(), has_own: false };
        Self { cursor, kind, depth, budget, tag: None, open: Vec::new(), roots: Vec::new(), names, is_nested: false }
    }

    fn run(&mut self) -> Result<Vec<Element>, Fault> {
        while self.cursor.at < self.cursor.chunk.len() {
            let token = self.cursor.u8().ok_or(Fault::Cut)?;
            if token == 0 {
                break;
            }
            self.token(token)?;
        }
        if self.tag.is_some() || !self.open.is_empty() {
            return Err(Fault::Cut);
        }
        Ok(std::mem::take(&mut self.roots))
    }

    fn token(&mut self, token: u8) -> Result<(), Fault> {
        match token {
            0x01 | 0x41 => self.start(token == 0x41),
            0x02 => {
                if self.open.len() >= OPEN {
                    return Err(Fault::TooLarge);
                }
                let element = self.end_of_tag()?;
                self.open.push(element);
                Ok(())
            }
            0x03 => {
                let element = self.end_of_tag()?;
                self.attach(element);
                Ok(())
            }
            0x04 => {
                let element = self.open.pop().ok_or(Fault::Senseless)?;
                self.attach(element);
                Ok(())
            }
            0x05 | 0x45 => self.value(),
            0x06 | 0x46 => {
                let name = self.name()?;
                let tag = self.tag.as_mut().ok_or(Fault::Senseless)?;
                tag.attributes.push(Attribute { name, parts: Vec::new() });
                self.budget.node()
            }
            0x07 | 0x47 => self.literal(),
            0x08 | 0x48 => {
                let character = self.cursor.u16().ok_or(Fault::Cut)?;
                let character = char::from_u32(u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER);
                self.part(Part::Text(character.to_string()))
            }
            0x09 | 0x49 => {
                let name = self.name()?;
                self.part(Part::Text(entity(&name).to_owned()))
            }
            // Processing instructions are no part of what an event says.
            0x0a => self.name().map(|_| ()),
            0x0b => self.cursor.text().map(|_| ()).ok_or(Fault::Cut),
            TEMPLATE_INSTANCE => self.instance(),
            0x0d | 0x0e => self.slot(token == 0x0e),
            0x0f => self.cursor.take(3).map(|_| ()).ok_or(Fault::Cut),
            _ => Err(Fault::Senseless),
        }
    }

    fn start(&mut self, has_attributes: bool) -> Result<(), Fault> {
        if self.tag.is_some() {
            return Err(Fault::Senseless);
        }
        self.budget.node()?;
        let depends_on = match self.kind {
            Kind::Definition => Some(self.cursor.u16().ok_or(Fault::Cut)?).filter(|index| *index != u16::MAX),
            Kind::Record => None,
        };
        // The size of the element: its end says the same.
        self.cursor.u32().ok_or(Fault::Cut)?;
        let name = self.name()?;
        if has_attributes {
            self.cursor.u32().ok_or(Fault::Cut)?;
        }
        self.tag = Some(Element { name, depends_on, ..Element::default() });
        Ok(())
    }

    fn end_of_tag(&mut self) -> Result<Element, Fault> {
        let mut element = self.tag.take().ok_or(Fault::Senseless)?;
        element.attributes.retain(|attribute| !attribute.parts.is_empty());
        Ok(element)
    }

    fn attach(&mut self, element: Element) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None => self.roots.push(element),
        }
    }

    fn part(&mut self, part: Part) -> Result<(), Fault> {
        self.budget.node()?;
        if let Part::Text(text) = &part {
            self.budget.text(text.len())?;
        }
        if let Some(tag) = &mut self.tag {
            if let Some(attribute) = tag.attributes.last_mut() {
                attribute.parts.push(part);
            }
            return Ok(());
        }
        let parent = self.open.last_mut().ok_or(Fault::Senseless)?;
        parent.children.push(Node::Part(part));
        Ok(())
    }

    fn literal(&mut self) -> Result<(), Fault> {
        let units = self.cursor.text().ok_or(Fault::Cut)?;
        let mut text = String::new();
        write_utf16(units, &mut text);
        self.part(Part::Text(text))
    }

    /// A value in the XML itself; only text and nested XML tell their size.
    fn value(&mut self) -> Result<(), Fault> {
        let kind = self.cursor.u8().ok_or(Fault::Cut)?;
        if kind == value::TEXT {
            return self.literal();
        }
        if kind == value::BINARY_XML {
            let length = self.cursor.u16().ok_or(Fault::Cut)?;
            let start = self.cursor.at;
            self.cursor.take(usize::from(length)).ok_or(Fault::Cut)?;
            let window = self.cursor.chunk.get(..self.cursor.at).ok_or(Fault::Cut)?;
            return self.splice(window, start);
        }
        let size = value::fixed_size(kind).ok_or(Fault::Senseless)?;
        let bytes = self.cursor.take(size).ok_or(Fault::Cut)?;
        let mut text = String::new();
        Value { kind, bytes }.write(&mut text).map_err(|_| Fault::Senseless)?;
        self.part(Part::Text(text))
    }

    fn splice(&mut self, window: &[u8], start: usize) -> Result<(), Fault> {
        if self.tag.is_some() {
            return Err(Fault::Senseless);
        }
        self.is_nested = true;
        for element in nested(window, start, self.depth.saturating_add(1), self.budget)? {
            self.attach(element);
        }
        Ok(())
    }

    fn slot(&mut self, is_optional: bool) -> Result<(), Fault> {
        let index = self.cursor.u16().ok_or(Fault::Cut)?;
        // The type that the template expects: the value has its own.
        self.cursor.u8().ok_or(Fault::Cut)?;
        match self.kind {
            Kind::Definition => self.part(Part::Slot { index, is_optional }),
            Kind::Record => Err(Fault::Senseless),
        }
    }

    fn instance(&mut self) -> Result<(), Fault> {
        if self.kind == Kind::Definition || self.tag.is_some() {
            return Err(Fault::Senseless);
        }
        let chunk = self.cursor.chunk;
        let instance = Instance::read(chunk, self.cursor.at).ok_or(Fault::Cut)?;
        self.cursor.at = instance.end;
        let found = Definition::at(chunk, instance.definition).ok_or(Fault::Cut)?;
        let template = template(chunk, &found, self.budget)?;
        let filler = Filler { chunk, values: &instance.values, depth: self.depth };
        for element in &template.elements {
            for filled in filler.fill(element, self.budget)? {
                self.attach(filled);
            }
        }
        Ok(())
    }

    /// A name: the place of one that stood before, or of one that follows here.
    fn name(&mut self) -> Result<String, Fault> {
        let place = self.cursor.u32().and_then(|place| usize::try_from(place).ok()).ok_or(Fault::Cut)?;
        let units = name_at(self.cursor.chunk, place).ok_or(Fault::Cut)?;
        if place == self.cursor.at {
            self.cursor.take(inline_name(units)).ok_or(Fault::Cut)?;
            self.names.has_own = true;
        } else if self.kind == Kind::Definition {
            self.names.outside.insert(place);
        }
        let mut name = String::new();
        write_utf16(units, &mut name);
        self.budget.text(name.len())?;
        Ok(name)
    }
}

/// The UTF-16 units of the name at this place: the next name of its bucket and a hash stand in front of its length.
pub(super) fn name_at(chunk: &[u8], place: usize) -> Option<&[u8]> {
    Cursor { chunk, at: place.checked_add(6)? }.text()
}

/// Bytes of a name that stands where it is first used, with what is in front of it and the NUL behind it.
pub(super) const fn inline_name(units: &[u8]) -> usize {
    units.len().saturating_add(10)
}

fn entity(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
}

/// Puts the values of a record into the elements of a template.
struct Filler<'a> {
    chunk: &'a [u8],
    values: &'a Values<'a>,
    depth: usize,
}

impl Filler<'_> {
    /// None when the value that the element depends on is missing, several when a value is an array.
    fn fill(&self, template: &Element, budget: &mut Budget) -> Result<Vec<Element>, Fault> {
        budget.node()?;
        if template.depends_on.is_some_and(|index| self.values.get(index).kind == value::NULL) {
            return Ok(Vec::new());
        }
        let mut element = Element { name: template.name.clone(), ..Element::default() };
        for attribute in &template.attributes {
            let mut parts = Vec::new();
            for part in &attribute.parts {
                parts.extend(self.part(part, budget)?);
            }
            if !parts.is_empty() {
                element.attributes.push(Attribute { name: attribute.name.clone(), parts });
            }
        }
        for child in &template.children {
            match child {
                Node::Element(child) => {
                    element.children.extend(self.fill(child, budget)?.into_iter().map(Node::Element));
                }
                Node::Part(Part::Slot { index, .. }) if self.values.get(*index).kind == value::BINARY_XML => {
                    let inner = self.inner(*index, budget)?;
                    element.children.extend(inner.into_iter().map(Node::Element));
                }
                Node::Part(part) => element.children.extend(self.part(part, budget)?.map(Node::Part)),
            }
        }
        repeat(element, budget)
    }

    fn inner(&self, index: u16, budget: &mut Budget) -> Result<Vec<Element>, Fault> {
        let start = self.values.place(index);
        let end = start.saturating_add(self.values.get(index).bytes.len());
        nested(self.chunk.get(..end).ok_or(Fault::Cut)?, start, self.depth.saturating_add(1), budget)
    }

    fn part(&self, part: &Part, budget: &mut Budget) -> Result<Option<Part>, Fault> {
        budget.node()?;
        let Part::Slot { index, is_optional } = part else { return Ok(Some(part.clone())) };
        let value = self.values.get(*index);
        if *is_optional && value.is_empty() {
            return Ok(None);
        }
        let items = value.items().filter(|items| items.len() > 1);
        let filled = match items {
            Some(items) => Part::Items(items.iter().map(|item| words(item, budget)).collect::<Result<_, _>>()?),
            None => Part::Text(words(&value, budget)?),
        };
        Ok(Some(filled))
    }
}

fn words(value: &Value<'_>, budget: &mut Budget) -> Result<String, Fault> {
    let mut words = String::new();
    value.write(&mut words).map_err(|_| Fault::Senseless)?;
    budget.text(words.len())?;
    Ok(words)
}

/// An element once for each item of the first array in it, and so on for the next.
fn repeat(element: Element, budget: &mut Budget) -> Result<Vec<Element>, Fault> {
    let mut whole = Vec::new();
    let mut left = vec![element];
    while let Some(element) = left.pop() {
        let Some((place, items)) = first_items(&element) else {
            whole.push(element);
            continue;
        };
        for item in items.iter().rev() {
            element.charge(budget)?;
            left.push(element.with_item(place, item));
        }
    }
    Ok(whole)
}

/// Where in an element an array stands.
#[derive(Clone, Copy)]
enum Place {
    Child(usize),
    Attribute(usize, usize),
}

/// The first array in an element, children before attributes.
fn first_items(element: &Element) -> Option<(Place, &[String])> {
    let children = (0..).zip(&element.children).filter_map(|(index, child)| match child {
        Node::Part(Part::Items(items)) => Some((Place::Child(index), items.as_slice())),
        _ => None,
    });
    let attributes = (0..).zip(&element.attributes).flat_map(|(index, attribute)| {
        let parts = (0..).zip(&attribute.parts);
        parts.filter_map(move |(part, content)| match content {
            Part::Items(items) => Some((Place::Attribute(index, part), items.as_slice())),
            _ => None,
        })
    });
    children.chain(attributes).next()
}

impl Element {
    /// The first element with this name inside it.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|child| child.name == name)
    }

    /// The elements inside it.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Part(_) => None,
        })
    }

    /// The text directly inside it.
    pub(super) fn text(&self) -> String {
        let parts = self.children.iter().filter_map(|child| match child {
            Node::Part(Part::Text(text)) => Some(text.as_str()),
            _ => None,
        });
        parts.collect()
    }

    /// The element with this item where the array was. Without a word, an attribute is not there at all.
    fn with_item(&self, place: Place, item: &str) -> Self {
        let mut element = self.clone();
        match place {
            Place::Child(index) => {
                if let Some(child) = element.children.get_mut(index) {
                    *child = Node::Part(Part::Text(item.to_owned()));
                }
            }
            Place::Attribute(index, part) => {
                if let Some(found) = element.attributes.get_mut(index).and_then(|found| found.parts.get_mut(part)) {
                    *found = Part::Text(item.to_owned());
                }
                let is_silent = |part: &Part| matches!(part, Part::Text(text) if text.is_empty());
                element.attributes.retain(|attribute| !attribute.parts.iter().all(is_silent));
            }
        }
        element
    }

    /// Pays for a copy of it, with all that is inside.
    fn charge(&self, budget: &mut Budget) -> Result<(), Fault> {
        budget.node()?;
        budget.text(self.name.len())?;
        let parts = self.attributes.iter().flat_map(|attribute| &attribute.parts);
        let own = self.children.iter().filter_map(|child| match child {
            Node::Part(part) => Some(part),
            Node::Element(_) => None,
        });
        for part in parts.chain(own) {
            budget.node()?;
            let length = match part {
                Part::Text(text) => text.len(),
                Part::Items(items) => items.iter().map(String::len).sum(),
                Part::Slot { .. } => 0,
            };
            budget.text(length)?;
        }
        self.elements().try_for_each(|child| child.charge(budget))
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let found = self.attributes.iter().find(|attribute| attribute.name == name)?;
        let parts = found.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            _ => None,
        });
        Some(parts.collect())
    }
}

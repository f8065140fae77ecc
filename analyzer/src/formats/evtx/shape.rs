//! What a template tells about its records: which value is the event's number, and under which name a value is told.

use super::element::{Attribute, Element, Node, Part};

/// The frame around what an event says: where its number, its provider and the rest of `System` stand.
///
/// Only a frame that is as plain as those of Windows has one; records of any other are read element by element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) id: Source,
    pub(super) provider: Source,
    /// The value that is the time.
    pub(super) time: Option<u16>,
    /// The value that is the record's number.
    pub(super) number: Option<u16>,
    pub(super) channel: Source,
    pub(super) computer: Source,
    /// The value that is the XML of what the event says.
    pub(super) payload: Option<u16>,
    /// What that XML is put into.
    pub(super) holder: Holder,
    /// Whether there is an event at all when it says nothing.
    pub(super) is_silent_whole: bool,
}

/// What the XML of what an event says is put into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Holder {
    /// `Event`: the XML begins with `EventData` or `UserData`.
    #[default]
    Event,
    /// `UserData`, which stands in the frame already.
    UserData,
}

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The template itself.
    Text(Box<str>),
    /// This value of the record.
    Value(u16),
}

/// The fields of what an event says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// In the order of the XML.
    pub fields: Vec<Field>,
    pub(super) holder: Holder,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name; none for one of several that are told apart by their position.
    pub name: Option<Box<str>>,
    /// The value without which it is left out.
    pub(super) depends_on: Option<u16>,
    pub(super) content: Content,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Text(Box<str>),
    Value { index: u16, is_optional: bool },
}

impl Frame {
    /// The frame that a template is, if it is a plain one.
    pub(super) fn of(template: &[Element]) -> Option<Self> {
        let [event] = template else { return None };
        let ("Event", [Node::Element(system), rest @ ..]) = (event.name.as_str(), event.children.as_slice()) else {
            return None;
        };
        let (payload, holder) = match rest {
            [] => (None, Holder::Event),
            [Node::Part(Part::Slot { index, .. })] => (Some(*index), Holder::Event),
            [Node::Element(user)] => (Some(slot(&user_data(user)?)?), Holder::UserData),
            _ => return None,
        };
        // Windows makes the whole event depend on what it says.
        let is_always_there = event.depends_on.is_none() || event.depends_on == payload;
        if !is_always_there || system.name != "System" || system.depends_on.is_some() {
            return None;
        }
        Some(Self {
            id: content(system, "EventID")??,
            provider: provider(system)?,
            time: match only(system, "TimeCreated")? {
                Some(element) => Some(slot(&attribute(element, "SystemTime")??)?),
                None => None,
            },
            number: match content(system, "EventRecordID")? {
                Some(source) => Some(slot(&source)?),
                None => None,
            },
            channel: content(system, "Channel")?.unwrap_or_default(),
            computer: content(system, "Computer")?.unwrap_or_default(),
            payload,
            holder,
            is_silent_whole: event.depends_on.is_none(),
        })
    }
}

impl Default for Source {
    fn default() -> Self {
        Self::Text(Box::default())
    }
}

/// The one element with this name; no frame is plain that has two.
#[expect(clippy::option_option, reason = "not plain, not there, and there are three answers")]
fn only<'a>(system: &'a Element, name: &str) -> Option<Option<&'a Element>> {
    let mut found = system.elements().filter(|element| element.name == name);
    let first = found.next();
    found.next().is_none().then_some(first)
}

/// The content of an element of `System`.
#[expect(clippy::option_option, reason = "not plain, not there, and there are three answers")]
fn content(system: &Element, name: &str) -> Option<Option<Source>> {
    let Some(element) = only(system, name)? else { return Some(None) };
    let source = match element.children.as_slice() {
        [Node::Part(part)] => source(part)?,
        _ => return None,
    };
    depends_on_itself(element, &source).then_some(Some(source))
}

/// The value of an attribute of an element of `System`.
#[expect(clippy::option_option, reason = "not plain, not there, and there are three answers")]
fn attribute(element: &Element, name: &str) -> Option<Option<Source>> {
    let Some(Attribute { parts, .. }) = element.attributes.iter().find(|attribute| attribute.name == name) else {
        return Some(None);
    };
    let [part] = parts.as_slice() else { return None };
    let source = source(part)?;
    depends_on_itself(element, &source).then_some(Some(source))
}

/// The value that `UserData` holds, and nothing else.
fn user_data(element: &Element) -> Option<Source> {
    let [Node::Part(part)] = element.children.as_slice() else { return None };
    let source = source(part)?;
    (element.name == "UserData" && depends_on_itself(element, &source)).then_some(source)
}

fn provider(system: &Element) -> Option<Source> {
    let element = only(system, "Provider")??;
    match attribute(element, "Name")? {
        Some(name) => Some(name),
        None => attribute(element, "EventSourceName")?,
    }
}

fn source(part: &Part) -> Option<Source> {
    match part {
        Part::Text(text) => Some(Source::Text(text.as_str().into())),
        Part::Slot { index, .. } => Some(Source::Value(*index)),
        Part::Items(_) => None,
    }
}

const fn slot(source: &Source) -> Option<u16> {
    match source {
        Source::Value(index) => Some(*index),
        Source::Text(_) => None,
    }
}

fn depends_on_itself(element: &Element, source: &Source) -> bool {
    element.depends_on.is_none_or(|index| *source == Source::Value(index))
}

impl Layout {
    /// The layout that a template is, if it is a plain one: `EventData`, or the first element of `UserData`.
    pub(super) fn of(template: &[Element]) -> Option<Self> {
        let [root] = template else { return None };
        let (data, holder) = match root.name.as_str() {
            "EventData" => (root, Holder::Event),
            "UserData" => (root.elements().next()?, Holder::Event),
            _ => (root, Holder::UserData),
        };
        if root.depends_on.is_some() || data.depends_on.is_some() {
            return None;
        }
        // A value may bring elements of its own, which no plain layout knows.
        let is_plain = |node: &Node| matches!(node, Node::Element(_));
        if !data.children.iter().all(is_plain) {
            return None;
        }
        Some(Self { fields: data.elements().map(Field::of).collect::<Option<_>>()?, holder })
    }

    /// Which field has this name, in any case.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name)))
    }
}

impl Field {
    fn of(element: &Element) -> Option<Self> {
        let name = match element.attributes.iter().find(|attribute| attribute.name == "Name") {
            Some(Attribute { parts, .. }) => match parts.as_slice() {
                [Part::Text(name)] => Some(name.as_str().into()),
                _ => return None,
            },
            None if element.name == "Data" => None,
            None => Some(element.name.as_str().into()),
        };
        // A value in another attribute repeats the element when it is an array.
        let is_text = |part: &Part| matches!(part, Part::Text(_));
        if !element.attributes.iter().flat_map(|attribute| &attribute.parts).all(is_text) {
            return None;
        }
        let content = match element.children.as_slice() {
            [] => Content::Text(Box::default()),
            [Node::Part(Part::Text(text))] => Content::Text(text.as_str().into()),
            [Node::Part(Part::Slot { index, is_optional })] => {
                Content::Value { index: *index, is_optional: *is_optional }
            }
            _ => return None,
        };
        Some(Self { name, depends_on: element.depends_on, content })
    }
}

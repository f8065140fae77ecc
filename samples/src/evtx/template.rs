//! The XML skeleton that records of one shape share, and its use by one record.

use super::value::Value;

/// The dependency of an element that is always there.
pub(super) const ALWAYS: u16 = 0xffff;

/// An element of a template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Element {
    pub(super) name: String,
    /// The value without which the element is left out, or [`ALWAYS`].
    pub(super) depends_on: u16,
    pub(super) attributes: Vec<(&'static str, Content)>,
    pub(super) children: Vec<Node>,
}

/// What an element holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    Element(Element),
    Content(Content),
}

/// Text, or the place of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Content {
    Literal(String),
    Value { index: u16, kind: u8, need: Need },
}

/// Whether a place without a value is shown empty or left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    Normal,
    Optional,
}

/// A template and the values that a record puts into it.
#[derive(Clone, Debug)]
pub struct Instance {
    pub(super) template: Element,
    pub(super) values: Vec<Value>,
}

impl Element {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), depends_on: ALWAYS, attributes: Vec::new(), children: Vec::new() }
    }

    /// An element whose content is one value, left out with it.
    pub(super) fn of_value(name: &str, index: u16, kind: u8) -> Self {
        Self { depends_on: index, ..Self::new(name) }.content(Content::optional(index, kind))
    }

    pub(super) fn attribute(mut self, name: &'static str, value: Content) -> Self {
        self.attributes.push((name, value));
        self
    }

    pub(super) fn child(mut self, child: Self) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    pub(super) fn content(mut self, content: Content) -> Self {
        self.children.push(Node::Content(content));
        self
    }
}

impl Content {
    pub(super) fn literal(text: &str) -> Self {
        Self::Literal(text.to_owned())
    }

    pub(super) fn optional(index: u16, kind: u8) -> Self {
        Self::Value { index, kind, need: Need::Optional }
    }

    pub(super) fn normal(index: u16, kind: u8) -> Self {
        Self::Value { index, kind, need: Need::Normal }
    }
}

//! Elements of an XML file with the lines they stand on; a damaged file gives what stands before the damage.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

/// Elements inside elements at most.
const DEPTH: usize = 128;
/// Elements of one file at most.
const ELEMENTS: usize = 500_000;

/// The elements of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    elements: Vec<Element>,
    /// Where reading ended before the end of the file, if it did.
    pub damage: Option<Damage>,
}

/// One element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its name as written, with a prefix if there is one.
    pub name: String,
    attributes: Vec<(String, String)>,
    /// The text directly inside it.
    pub text: String,
    /// The line on which its start tag begins.
    pub first_line: u32,
    /// The line on which its end tag ends.
    pub last_line: u32,
    children: Vec<usize>,
}

/// What stopped the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The line.
    pub line: u32,
    /// What is wrong.
    pub what: String,
}

impl Element {
    /// The value of an attribute; names of IIS attributes are compared as they are written.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every attribute with its value, in the order of the file.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl Document {
    /// The outermost element.
    pub fn root(&self) -> Option<&Element> {
        self.elements.first()
    }

    /// Every element, in the order of the file.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.elements.iter()
    }

    /// The elements directly inside one.
    pub fn children<'a>(&'a self, element: &'a Element) -> impl Iterator<Item = &'a Element> {
        element.children.iter().filter_map(|index| self.elements.get(*index))
    }

    /// The first child with this name.
    pub fn child<'a>(&'a self, element: &'a Element, name: &str) -> Option<&'a Element> {
        self.children(element).find(|child| child.name == name)
    }

    /// Follows names downwards, taking the first child of each name.
    pub fn descend<'a>(&'a self, element: &'a Element, path: &[&str]) -> Option<&'a Element> {
        path.iter().try_fold(element, |element, name| self.child(element, name))
    }
}

/// Reads the elements of a text. Entities other than the five of XML are not expanded.
pub fn read(text: &str) -> Document {
    let mut reading = Reading { lines: Lines::of(text), document: Document::default(), open: Vec::new() };
    let mut reader = Reader::from_str(text);
    loop {
        let start = reader.buffer_position();
        let event = reader.read_event();
        let end = reader.buffer_position();
        match event {
            Ok(Event::Eof) => break,
            Ok(event) => {
                if let Err(what) = reading.take(&event, start, end) {
                    reading.stop(start, what);
                    return reading.document;
                }
            }
            Err(error) => {
                reading.stop(reader.error_position(), error.to_string());
                return reading.document;
            }
        }
    }
    if !reading.open.is_empty() {
        reading.stop(text.len() as u64, "the file ends inside an element".to_owned());
    } else if reading.document.elements.is_empty() {
        reading.stop(0, "there is no element".to_owned());
    }
    reading.document
}

/// Booleans as configurations of Windows write them: `true` and `false` in any case, `1` and `0`.
pub fn truth(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

struct Reading {
    lines: Lines,
    document: Document,
    /// The elements that are not closed yet, outermost first.
    open: Vec<usize>,
}

impl Reading {
    fn take(&mut self, event: &Event<'_>, start: u64, end: u64) -> Result<(), String> {
        match event {
            Event::Start(tag) => {
                let index = self.element(tag, start, end)?;
                self.open.push(index);
                if self.open.len() > DEPTH {
                    return Err(format!("more than {DEPTH} elements inside each other"));
                }
            }
            Event::Empty(tag) => {
                self.element(tag, start, end)?;
            }
            Event::End(_) => {
                let last_line = self.lines.at(end.saturating_sub(1));
                if let Some(element) = self.open.pop().and_then(|index| self.document.elements.get_mut(index)) {
                    element.last_line = last_line;
                }
            }
            Event::Text(text) => self.text(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(reference) => {
                let expanded = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character.to_string(),
                    _ => quick_xml::escape::resolve_predefined_entity(reference).unwrap_or_default().to_owned(),
                };
                self.text(&expanded);
            }
            _ => {}
        }
        Ok(())
    }

    fn element(&mut self, tag: &BytesStart<'_>, start: u64, end: u64) -> Result<usize, String> {
        let index = self.document.elements.len();
        if index >= ELEMENTS {
            return Err(format!("more than {ELEMENTS} elements"));
        }
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let name = attribute.key.as_ref().to_owned();
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            attributes.push((name, value.into_owned()));
        }
        self.document.elements.push(Element {
            name: tag.name().as_ref().to_owned(),
            attributes,
            text: String::new(),
            first_line: self.lines.at(start),
            last_line: self.lines.at(end.saturating_sub(1)),
            children: Vec::new(),
        });
        if let Some(parent) = self.open.last().and_then(|parent| self.document.elements.get_mut(*parent)) {
            parent.children.push(index);
        }
        Ok(index)
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last().and_then(|index| self.document.elements.get_mut(*index)) {
            element.text.push_str(text);
        }
    }

    /// Ends reading at this byte; elements that are still open end here too.
    fn stop(&mut self, at: u64, what: String) {
        let line = self.lines.at(at);
        for index in self.open.drain(..) {
            if let Some(element) = self.document.elements.get_mut(index) {
                element.last_line = line;
            }
        }
        self.document.damage = Some(Damage { line, what });
    }
}

/// Where each line begins, to turn byte positions into line numbers.
struct Lines(Vec<u64>);

impl Lines {
    fn of(text: &str) -> Self {
        let ends = text.bytes().zip(1_u64..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next);
        Self(std::iter::once(0).chain(ends).collect())
    }

    fn at(&self, position: u64) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= position)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    #[test]
    fn elements_know_their_lines_and_attributes() {
        let document = read("<a>\n  <b x=\"1 &amp; 2\"\n     y='z'/>\n  <c>t&lt;u</c>\n</a>\n");
        let root = document.root().expect("a root");
        assert_eq!((root.first_line, root.last_line), (1, 5));
        let b = document.child(root, "b").expect("b");
        assert_eq!((b.first_line, b.last_line), (2, 3));
        assert_eq!((b.attribute("x"), b.attribute("y"), b.attribute("X")), (Some("1 & 2"), Some("z"), None));
        assert_eq!(document.child(root, "c").expect("c").text, "t<u");
        assert_eq!(document.damage, None);
    }

    #[test]
    fn what_stands_before_the_damage_is_kept() {
        let document = read("<a>\n<b x=\"1\"/>\n<c x=>\n</a>");
        let root = document.root().expect("a root");
        assert_eq!(document.child(root, "b").and_then(|b| b.attribute("x")), Some("1"));
        assert_eq!(document.damage.map(|damage| damage.line), Some(3));
    }

    #[test]
    fn an_unclosed_file_and_an_empty_one_are_damaged() {
        assert!(read("<a><b>").damage.is_some());
        assert!(read("").damage.is_some());
        assert!(read("no xml at all").damage.is_some());
    }

    #[test]
    fn entities_are_not_expanded_and_depth_is_bounded() {
        let bomb = "<!DOCTYPE a [<!ENTITY x \"yyyyyyyy\"><!ENTITY z \"&x;&x;\">]><a>&z;</a>";
        assert_eq!(read(bomb).root().map(|root| root.text.clone()), Some(String::new()));
        assert!(read(&"<a>".repeat(100_000)).damage.is_some());
    }

    #[test]
    fn a_file_cut_anywhere_does_not_panic() {
        let whole = "<?xml version=\"1.0\"?>\n<a x=\"é\"><!-- c --><b>&#65;&amp;</b><![CDATA[x]]></a>";
        for cut in beginnings(&[whole]) {
            let _ = read(cut);
        }
    }
}

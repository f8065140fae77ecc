//! Binary XML inside one chunk: each name and each template is written once and referred to afterwards.
//!
//! All offsets count from the start of the chunk, so the writer holds the chunk from its first byte.

use std::collections::BTreeMap;

use super::template::{Content, Element, Instance, Need, Node};
use super::value::{Value, guid_bytes, utf16};

/// Where records begin: behind the header and the two tables.
pub(super) const RECORDS: usize = 512;

const END_OF_STREAM: u8 = 0x00;
const START_ELEMENT: u8 = 0x01;
const END_START_TAG: u8 = 0x02;
const END_EMPTY_ELEMENT: u8 = 0x03;
const END_ELEMENT: u8 = 0x04;
const TEXT: u8 = 0x05;
const ATTRIBUTE: u8 = 0x06;
const TEMPLATE_INSTANCE: u8 = 0x0c;
const NORMAL_VALUE: u8 = 0x0d;
const OPTIONAL_VALUE: u8 = 0x0e;
const MORE_FOLLOW: u8 = 0x40;
const FRAGMENT_HEADER: [u8; 4] = [0x0f, 1, 1, 0];

/// The bytes of a chunk so far, and what later records may refer to.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
    pub(super) name_buckets: [u32; 64],
    pub(super) template_buckets: [u32; 32],
    names: BTreeMap<String, u32>,
    templates: BTreeMap<Element, u32>,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; RECORDS],
            name_buckets: [0; 64],
            template_buckets: [0; 32],
            names: BTreeMap::new(),
            templates: BTreeMap::new(),
        }
    }

    /// The offset of the next byte.
    pub(super) fn here(&self) -> u32 {
        u32::try_from(self.bytes.len()).expect("a chunk is small")
    }

    pub(super) fn put(&mut self, bytes: impl AsRef<[u8]>) {
        self.bytes.extend_from_slice(bytes.as_ref());
    }

    pub(super) fn put_u32(&mut self, number: u32) {
        self.put(number.to_le_bytes());
    }

    /// The XML of one record.
    pub(super) fn record(&mut self, instance: &Instance) {
        self.put(FRAGMENT_HEADER);
        self.instance(instance);
        self.put([END_OF_STREAM]);
    }

    /// XML inside a value. Windows leaves the fragment header out where the template follows inline.
    fn nested(&mut self, instance: &Instance) {
        if self.templates.contains_key(&instance.template) {
            self.put(FRAGMENT_HEADER);
        }
        self.instance(instance);
        self.put([END_OF_STREAM]);
    }

    fn instance(&mut self, instance: &Instance) {
        self.put([TEMPLATE_INSTANCE, 1]);
        let guid = guid_of(&instance.template);
        self.put(&guid[..4]);
        if let Some(&definition) = self.templates.get(&instance.template) {
            self.put_u32(definition);
        } else {
            self.put_u32(self.here() + 4);
            self.definition(&instance.template, guid);
        }
        self.values(&instance.values);
    }

    fn definition(&mut self, template: &Element, guid: [u8; 16]) {
        let at = self.here();
        let bucket = &mut self.template_buckets[usize::from(guid[0]) % 32];
        let next = std::mem::replace(bucket, at);
        self.templates.insert(template.clone(), at);
        self.put_u32(next);
        self.put(guid);
        self.sized(|writer| {
            writer.put(FRAGMENT_HEADER);
            writer.element(template);
            writer.put([END_OF_STREAM]);
        });
    }

    /// The table of sizes and types, then the values themselves.
    fn values(&mut self, values: &[Value]) {
        self.put_u32(u32::try_from(values.len()).expect("a record has few values"));
        let table = self.bytes.len();
        for value in values {
            self.put([0, 0, value.kind(), 0]);
        }
        for (index, value) in values.iter().enumerate() {
            let start = self.bytes.len();
            match value {
                Value::Nested(instance) => self.nested(instance),
                plain => self.put(plain.bytes()),
            }
            let size = u16::try_from(self.bytes.len() - start).expect("a value is short");
            self.bytes[table + 4 * index..][..2].copy_from_slice(&size.to_le_bytes());
        }
    }

    fn element(&mut self, element: &Element) {
        let more = if element.attributes.is_empty() { 0 } else { MORE_FOLLOW };
        self.put([START_ELEMENT | more]);
        self.put(element.depends_on.to_le_bytes());
        self.sized(|writer| {
            writer.name(&element.name);
            if !element.attributes.is_empty() {
                writer.attributes(&element.attributes);
            }
            writer.children(&element.children);
        });
    }

    fn attributes(&mut self, attributes: &[(&'static str, Content)]) {
        self.sized(|writer| {
            for (index, (name, value)) in attributes.iter().enumerate() {
                let more = if index + 1 < attributes.len() { MORE_FOLLOW } else { 0 };
                writer.put([ATTRIBUTE | more]);
                writer.name(name);
                writer.content(value);
            }
        });
    }

    fn children(&mut self, children: &[Node]) {
        if children.is_empty() {
            return self.put([END_EMPTY_ELEMENT]);
        }
        self.put([END_START_TAG]);
        for child in children {
            match child {
                Node::Element(element) => self.element(element),
                Node::Content(content) => self.content(content),
            }
        }
        self.put([END_ELEMENT]);
    }

    fn content(&mut self, content: &Content) {
        match content {
            Content::Literal(text) => {
                self.put([TEXT, 0x01]);
                self.put(length(text).to_le_bytes());
                self.put(utf16(text));
            }
            Content::Value { index, kind, need } => {
                self.put([if *need == Need::Optional { OPTIONAL_VALUE } else { NORMAL_VALUE }]);
                self.put(index.to_le_bytes());
                self.put([*kind]);
            }
        }
    }

    /// Refers to a name; its first use in the chunk carries it, and links to the name before it in its bucket.
    fn name(&mut self, name: &str) {
        if let Some(&at) = self.names.get(name) {
            return self.put_u32(at);
        }
        let at = self.here() + 4;
        let hash = hash_of(name);
        let next = std::mem::replace(&mut self.name_buckets[usize::from(hash) % 64], at);
        self.names.insert(name.to_owned(), at);
        self.put_u32(at);
        self.put_u32(next);
        self.put(hash.to_le_bytes());
        self.put(length(name).to_le_bytes());
        self.put(utf16(name));
        self.put([0, 0]);
    }

    /// Writes the number of bytes that `write` adds in front of them.
    fn sized(&mut self, write: impl FnOnce(&mut Self)) {
        let at = self.bytes.len();
        self.put_u32(0);
        write(self);
        let size = u32::try_from(self.bytes.len() - at - 4).expect("a chunk is small");
        self.bytes[at..][..4].copy_from_slice(&size.to_le_bytes());
    }
}

/// The number of UTF-16 units.
fn length(text: &str) -> u16 {
    u16::try_from(text.encode_utf16().count()).expect("a text is short")
}

fn hash_of(name: &str) -> u16 {
    let hash = name.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(65599).wrapping_add(u32::from(unit)));
    let [low, high, ..] = hash.to_le_bytes();
    u16::from_le_bytes([low, high])
}

/// A GUID that stands for this template and no other. Windows takes it from the provider; here four checksums do.
fn guid_of(template: &Element) -> [u8; 16] {
    let text = format!("{template:?}");
    let number = (0..4_u8)
        .fold(0_u128, |number, salt| number << 32 | u128::from(crc32fast::hash(format!("{salt}{text}").as_bytes())));
    guid_bytes(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_hashes_that_windows_gives_them() {
        // As they stand in every log that Windows writes.
        assert_eq!(["Event", "xmlns", "System"].map(hash_of), [0x0cba, 0x0fbc, 0x546f]);
    }
}

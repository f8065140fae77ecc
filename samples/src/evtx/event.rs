//! One event as its provider would log it, and its XML.

use jiff::Timestamp;

use super::template::{Content, Element, Instance};
use super::value::Value;

const NAMESPACE: &str = "http://schemas.microsoft.com/win/2004/08/events/event";

/// Who logs an event.
#[derive(Clone, Copy, Debug)]
pub struct Provider {
    /// Its name.
    pub name: &'static str,
    /// Its GUID, the digits read as one number; a classic source has none.
    pub guid: Option<u128>,
    /// The classic source that it stands for. Windows writes such providers literally into the template.
    pub source: Option<&'static str>,
}

/// An event before it has a record number.
#[derive(Clone, Debug)]
pub struct Event {
    /// Who logs it.
    pub provider: Provider,
    /// Its number.
    pub id: u16,
    /// The upper half of a classic event's 32-bit number.
    pub qualifiers: Option<u16>,
    /// The version of its fields.
    pub version: u8,
    /// 0 log always, 1 critical, 2 error, 3 warning, 4 information.
    pub level: u8,
    /// Its category.
    pub task: u16,
    /// Keywords; of audits they tell success from failure.
    pub keywords: u64,
    /// When it happened.
    pub time: Timestamp,
    /// The process and the thread that logged it.
    pub execution: (u32, u32),
    /// The log that it belongs to.
    pub channel: &'static str,
    /// The full name of the computer.
    pub computer: String,
    /// What it says.
    pub data: Vec<Item>,
}

/// A part of what an event says.
#[derive(Clone, Debug)]
pub enum Item {
    /// `<Data Name="…">`.
    Field(&'static str, Value),
    /// `<Data>` once for each string, as classic sources do.
    Strings(Vec<String>),
    /// `<Binary>`.
    Bytes(Vec<u8>),
}

impl Event {
    /// An event of a classic source in the System log, as an error.
    pub fn classic(provider: Provider, id: u16, qualifiers: u16, time: Timestamp, data: Vec<Item>) -> Self {
        Self {
            provider,
            id,
            qualifiers: Some(qualifiers),
            version: 0,
            level: 2,
            task: 0,
            keywords: 0x0080_0000_0000_0000,
            time,
            execution: (0, 0),
            channel: "System",
            computer: String::new(),
            data,
        }
    }

    /// The XML of the event as the record with this number.
    pub(super) fn xml(&self, record: u64) -> Instance {
        let payload = Value::Nested(Box::new(payload(&self.data)));
        let mut values = vec![
            Value::U8(self.level),
            Value::U8(0),
            Value::U16(self.task),
            Value::U16(self.id),
            self.qualifiers.map_or(Value::Null, Value::U16),
            Value::Hex64(self.keywords),
            Value::Time(self.time),
            Value::Null,
            Value::U32(self.execution.0),
            Value::U32(self.execution.1),
            Value::U64(record),
            Value::U8(self.version),
            Value::Null,
        ];
        if self.provider.source.is_some() {
            values.extend(vec![Value::Null; 6]);
        } else {
            let guid = self.provider.guid.map_or(Value::Null, Value::Guid);
            values.extend([Value::Null, self.provider.name.into(), guid, self.channel.into()]);
        }
        values.push(payload);
        Instance { template: self.frame(), values }
    }

    /// The frame around what the event says. Two shapes are common in the field: 18 values with the provider among
    /// them, and 20 values with the provider in the template; elsewhere the numbers of the values agree.
    fn frame(&self) -> Element {
        let (provider, channel, related, payload) = match self.provider.source {
            Some(source) => {
                (self.literal_provider(source), Element::new("Channel").content(literal(self.channel)), 18, 19)
            }
            None => (
                Element::new("Provider")
                    .attribute("Name", Content::optional(14, 0x01))
                    .attribute("Guid", Content::optional(15, 0x0f)),
                Element::of_value("Channel", 16, 0x01),
                13,
                17,
            ),
        };
        let system = Element::new("System")
            .child(provider)
            .child(Element::of_value("EventID", 3, 0x06).attribute("Qualifiers", Content::optional(4, 0x06)))
            .child(Element::of_value("Version", 11, 0x04))
            .child(Element::of_value("Level", 0, 0x04))
            .child(Element::of_value("Task", 2, 0x06))
            .child(Element::of_value("Opcode", 1, 0x04))
            .child(Element::of_value("Keywords", 5, 0x15))
            .child(Element::new("TimeCreated").attribute("SystemTime", Content::optional(6, 0x11)))
            .child(Element::of_value("EventRecordID", 10, 0x0a))
            .child(
                Element::new("Correlation")
                    .attribute("ActivityID", Content::optional(7, 0x0f))
                    .attribute("RelatedActivityID", Content::optional(related, 0x0f)),
            )
            .child(
                Element::new("Execution")
                    .attribute("ProcessID", Content::optional(8, 0x08))
                    .attribute("ThreadID", Content::optional(9, 0x08)),
            )
            .child(channel)
            .child(Element::new("Computer").content(literal(&self.computer)))
            .child(Element::new("Security").attribute("UserID", Content::optional(12, 0x13)));
        Element::new("Event")
            .attribute("xmlns", literal(NAMESPACE))
            .child(system)
            .content(Content::optional(payload, 0x21))
    }

    fn literal_provider(&self, source: &str) -> Element {
        let element = Element::new("Provider").attribute("Name", literal(self.provider.name));
        let element = match self.provider.guid {
            Some(guid) => element.attribute("Guid", literal(&braced(guid))),
            None => element,
        };
        element.attribute("EventSourceName", literal(source))
    }
}

fn literal(text: &str) -> Content {
    Content::literal(text)
}

fn payload(items: &[Item]) -> Instance {
    let mut template = Element::new("EventData");
    let mut values = Vec::new();
    for (index, item) in (0_u16..).zip(items) {
        let (element, value) = match item {
            Item::Field(name, value) => (Element::new("Data").attribute("Name", literal(name)), value.clone()),
            Item::Strings(texts) => (Element::new("Data"), Value::Texts(texts.clone())),
            Item::Bytes(bytes) => (Element::new("Binary"), Value::Binary(bytes.clone())),
        };
        template = template.child(element.content(Content::normal(index, value.kind())));
        values.push(value);
    }
    Instance { template, values }
}

/// A GUID as providers are written: upper-case, in braces.
fn braced(guid: u128) -> String {
    let digits = format!("{guid:032X}");
    let groups = [&digits[0..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    format!("{{{}}}", groups.join("-"))
}

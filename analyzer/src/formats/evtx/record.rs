//! One record: who wrote which event and when, and, when asked for, what it says.

use super::chunk::Span;
use super::element::{Budget, Element, Fault, elements};
use super::instance::{Instance, Values};
use super::shape::{Content, Field, Frame, Holder, Layout, Source};
use super::shapes::{ShapeId, Shapes};
use super::value::{self, Value, write_utf16};

/// A record.
#[derive(Debug)]
pub struct Record<'a> {
    /// Its number in the log that it was written to.
    pub number: u64,
    /// The event id, without qualifiers.
    pub id: u32,
    /// When, in ticks of 100 nanoseconds since 1601, UTC.
    pub time: Option<u64>,
    /// Who wrote it.
    pub provider: Words<'a>,
    /// The log that it was written to.
    pub channel: Words<'a>,
    /// The computer that wrote it.
    pub computer: Words<'a>,
    said: Said<'a>,
    room: Room<'a>,
}

/// Words that are not decoded yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words<'a> {
    /// UTF-16, which ends at its first NUL.
    Utf16(&'a [u8]),
    /// Text.
    Text(&'a str),
}

/// What an event says.
#[derive(Debug)]
pub enum Payload<'a> {
    /// Values whose names are in a layout.
    Plain {
        /// The names.
        layout: &'a Layout,
        /// Which layout it is.
        id: ShapeId,
        /// The values.
        values: Values<'a>,
    },
    /// Names and words.
    Told(Vec<(String, String)>),
}

/// A field of an event that is not decoded yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// The event has no such field.
    Absent,
    /// Words of the template.
    Text(&'a str),
    /// A value of the record.
    Value(Value<'a>),
}

/// What is needed to read on in the chunk of a record.
#[derive(Debug)]
pub(super) struct Room<'a> {
    pub(super) chunk: &'a [u8],
    /// Tells the chunk from others.
    pub(super) number: u64,
    pub(super) layouts: &'a mut Shapes<Layout>,
    pub(super) budget: &'a mut Budget,
}

/// Where that which an event says is.
#[derive(Clone, Debug)]
enum Said<'a> {
    Nothing,
    Xml { start: usize, end: usize, holder: Holder },
    Told(&'a [(String, String)]),
}

/// A record that was read element by element.
#[derive(Clone, Debug)]
pub(super) struct Walked {
    number: u64,
    id: u32,
    time: Option<u64>,
    provider: String,
    channel: String,
    computer: String,
    fields: Vec<(String, String)>,
}

impl<'a> Record<'a> {
    /// Reads a record whose template is plain; nothing when it must be read element by element.
    pub(super) fn plain(span: Span, frame: &'a Frame, instance: &Instance<'a>, room: Room<'a>) -> Option<Self> {
        let values = &instance.values;
        let said = match frame.payload {
            None => Said::Nothing,
            Some(index) if !frame.is_silent_whole && values.get(index).kind == value::NULL => return None,
            Some(index) => said(values, index, span, frame.holder)?,
        };
        let id = match &frame.id {
            Source::Text(text) => text.trim().parse::<u32>().ok()? & 0xffff,
            Source::Value(index) => u32::try_from(exact(values, *index, value::U16)??).ok()?,
        };
        let time = match frame.time {
            None => None,
            Some(index) => exact(values, index, value::FILETIME)?,
        };
        let number = match frame.number {
            None => None,
            Some(index) => exact(values, index, value::U64)?,
        };
        let provider = words(values, &frame.provider)?;
        if provider.is_empty() {
            return None;
        }
        let (channel, computer) = (words(values, &frame.channel)?, words(values, &frame.computer)?);
        Some(Self { number: number.unwrap_or(0), id, time, provider, channel, computer, said, room })
    }

    /// A record that was read element by element.
    pub(super) fn walked(walked: &'a Walked, room: Room<'a>) -> Self {
        Self {
            number: walked.number,
            id: walked.id,
            time: walked.time,
            provider: Words::Text(&walked.provider),
            channel: Words::Text(&walked.channel),
            computer: Words::Text(&walked.computer),
            said: Said::Told(&walked.fields),
            room,
        }
    }

    /// What the event says; only now is it looked at.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn payload(&mut self) -> Result<Payload<'_>, Fault> {
        match self.said {
            Said::Nothing => Ok(Payload::Told(Vec::new())),
            Said::Told(fields) => Ok(Payload::Told(fields.to_vec())),
            Said::Xml { start, end, holder } => {
                let Room { chunk, number, layouts, budget } = &mut self.room;
                let window = chunk.get(..end).ok_or(Fault::Cut)?;
                if let Some(instance) = Instance::alone(window, start) {
                    let id = layouts.find(chunk, *number, instance.definition, budget)?;
                    if let Some(layout) = layouts.get(id).filter(|layout| layout.holder == holder) {
                        return Ok(Payload::Plain { layout, id, values: instance.values });
                    }
                }
                Ok(Payload::Told(fields(&elements(window, start, budget)?, holder)))
            }
        }
    }

    /// The fields of what the event says, as words: named ones by their name, others by their position from 1.
    ///
    /// # Errors
    ///
    /// They cannot be read.
    pub fn fields(&mut self) -> Result<Vec<(String, String)>, Fault> {
        let plain = match self.payload()? {
            Payload::Told(fields) => return Ok(fields),
            Payload::Plain { layout, values, .. } => layout.fields(&values)?,
        };
        if let (None, Said::Xml { start, end, holder }) = (&plain, &self.said) {
            // A value brings elements of its own.
            let window = self.room.chunk.get(..*end).ok_or(Fault::Cut)?;
            return Ok(fields(&elements(window, *start, self.room.budget)?, *holder));
        }
        let plain = plain.unwrap_or_default();
        self.room.budget.text(plain.iter().map(|(name, words)| name.len().saturating_add(words.len())).sum())?;
        Ok(plain)
    }
}

impl Layout {
    /// A field, not decoded.
    pub fn cell<'a>(&'a self, index: usize, values: &Values<'a>) -> Cell<'a> {
        let Some(field) = self.fields.get(index) else { return Cell::Absent };
        if field.depends_on.is_some_and(|index| values.get(index).kind == value::NULL) {
            return Cell::Absent;
        }
        match &field.content {
            Content::Text(text) => Cell::Text(text),
            Content::Value { index, is_optional } => match values.get(*index) {
                value if *is_optional && value.is_empty() => Cell::Text(""),
                value => Cell::Value(value),
            },
        }
    }

    /// All fields as words, one behind the other, with the place where each ends. Each is cut after so many bytes.
    ///
    /// This is the fast way for nearly all events. It says `false` where a field is missing, or is more than one word.
    pub fn write(&self, values: &Values<'_>, most: usize, words: &mut String, ends: &mut Vec<u32>) -> bool {
        words.clear();
        ends.clear();
        for index in 0..self.fields.len() {
            let start = words.len();
            match self.cell(index, values) {
                Cell::Text(text) => words.push_str(text),
                Cell::Value(value) if value.is_single() && value.write(words).is_ok() => {}
                Cell::Absent | Cell::Value(_) => return false,
            }
            let most = start.saturating_add(most);
            words.truncate(words.floor_char_boundary(most));
            ends.push(u32::try_from(words.len()).unwrap_or(u32::MAX));
        }
        true
    }

    /// The names of all fields: unnamed ones are counted from 1.
    pub fn titles(&self) -> impl Iterator<Item = Box<str>> {
        let mut position = 0;
        self.fields.iter().map(move |field| field.title(&mut position).into_boxed_str())
    }

    /// All fields as words; nothing when a value brings elements of its own.
    fn fields(&self, values: &Values<'_>) -> Result<Option<Vec<(String, String)>>, Fault> {
        let mut told = Vec::with_capacity(self.fields.len());
        let mut position = 0_u32;
        let mut length = 0_usize;
        for (index, field) in self.fields.iter().enumerate() {
            let texts = match self.cell(index, values) {
                Cell::Absent => continue,
                Cell::Text(text) => vec![text.to_owned()],
                Cell::Value(value) if value.kind == value::BINARY_XML && !value.bytes.is_empty() => return Ok(None),
                Cell::Value(value) => value.texts().map_err(|_| Fault::Senseless)?,
            };
            for text in texts {
                length = length.saturating_add(text.len());
                if length > MOST_TEXT {
                    return Err(Fault::TooLarge);
                }
                told.push((field.title(&mut position), text));
            }
        }
        Ok(Some(told))
    }
}

/// Bytes that the fields of one record come to at most: a record has less than 64 KiB, and hexadecimal doubles that.
const MOST_TEXT: usize = 256 << 10;

impl Field {
    fn title(&self, position: &mut u32) -> String {
        if let Some(name) = &self.name {
            return name.to_string();
        }
        *position = position.saturating_add(1);
        position.to_string()
    }
}

impl Value<'_> {
    /// Its words; several when it is an array, because the element that holds it is repeated.
    fn texts(&self) -> Result<Vec<String>, value::NotAValue> {
        let one = |value: &Value<'_>| {
            let mut text = String::new();
            value.write(&mut text).map(|()| text)
        };
        match self.items() {
            Some(items) if items.len() > 1 => items.iter().map(one).collect(),
            _ => Ok(vec![one(self)?]),
        }
    }
}

impl<'a> Words<'a> {
    /// Whether they are text, and the bytes as they are stored.
    pub const fn stored(self) -> (bool, &'a [u8]) {
        match self {
            Self::Text(text) => (true, text.as_bytes()),
            Self::Utf16(bytes) => (false, bytes),
        }
    }

    /// Whether there is no word.
    pub const fn is_empty(&self) -> bool {
        match self {
            Self::Utf16(bytes) => matches!(bytes, [] | [_] | [0, 0, ..]),
            Self::Text(text) => text.is_empty(),
        }
    }
}

impl std::fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Utf16(bytes) => {
                let mut text = String::new();
                write_utf16(bytes, &mut text);
                f.write_str(&text)
            }
        }
    }
}

/// A number of exactly this type. None inside when it is missing; nothing at all when it is something else.
#[expect(clippy::option_option, reason = "something else, missing, and there are three answers")]
fn exact(values: &Values<'_>, index: u16, kind: u8) -> Option<Option<u64>> {
    let value = values.get(index);
    if value.kind == value::NULL {
        return Some(None);
    }
    (value.kind == kind && Some(value.bytes.len()) == value::fixed_size(kind)).then(|| value.number())
}

fn words<'a>(values: &Values<'a>, source: &'a Source) -> Option<Words<'a>> {
    match source {
        Source::Text(text) => Some(Words::Text(text)),
        Source::Value(index) => match values.get(*index) {
            Value { kind: value::TEXT, bytes } => Some(Words::Utf16(bytes)),
            Value { kind: value::NULL, .. } => Some(Words::Text("")),
            _ => None,
        },
    }
}

fn said<'a>(values: &Values<'_>, index: u16, span: Span, holder: Holder) -> Option<Said<'a>> {
    let value = values.get(index);
    match value.kind {
        value::NULL => Some(Said::Nothing),
        value::BINARY_XML if value.bytes.is_empty() => Some(Said::Nothing),
        value::BINARY_XML => {
            let start = values.place(index);
            let end = start.checked_add(value.bytes.len()).filter(|end| *end <= span.end)?;
            Some(Said::Xml { start, end, holder })
        }
        _ => None,
    }
}

impl Walked {
    /// Reads a record element by element; nothing inside when it is no event.
    pub(super) fn read(window: &[u8], span: Span, budget: &mut Budget) -> Result<Option<Self>, Fault> {
        let roots = elements(window, span.start, budget)?;
        Ok(roots.first().and_then(Self::of))
    }

    fn of(event: &Element) -> Option<Self> {
        let system = event.child("System")?;
        let text = |name: &str| system.child(name).map(|element| element.text().trim().to_owned());
        let attribute = |name: &str, key: &str| system.child(name).and_then(|element| element.attribute(key));
        Some(Self {
            number: text("EventRecordID").and_then(|number| number.parse().ok()).unwrap_or(0),
            id: text("EventID")?.parse::<u32>().ok()? & 0xffff,
            time: attribute("TimeCreated", "SystemTime").and_then(|time| ticks(&time)),
            provider: attribute("Provider", "Name").or_else(|| attribute("Provider", "EventSourceName"))?,
            channel: text("Channel").unwrap_or_default(),
            computer: text("Computer").unwrap_or_default(),
            fields: fields(&event.elements().cloned().collect::<Vec<_>>(), Holder::Event),
        })
    }
}

/// Ticks of 100 nanoseconds between 1601, where a FILETIME begins, and 1970, where Unix time does.
const FILETIME_OF_1970: i128 = 116_444_736_000_000_000;

/// Forwarded events write their time as words, in UTC, with and without a `Z`.
fn ticks(words: &str) -> Option<u64> {
    let time: Option<jiff::Timestamp> = words.parse().ok();
    let time = time.or_else(|| format!("{}Z", words.replace(' ', "T")).parse().ok())?;
    u64::try_from(time.as_nanosecond().checked_div(100)?.checked_add(FILETIME_OF_1970)?).ok()
}

/// The fields in `EventData`, or else in the first element of `UserData`.
fn fields(roots: &[Element], holder: Holder) -> Vec<(String, String)> {
    let named = |name: &str| roots.iter().find(|root| root.name == name);
    let data = match holder {
        Holder::Event => named("EventData").or_else(|| named("UserData")?.elements().next()),
        Holder::UserData => roots.first(),
    };
    let Some(data) = data else { return Vec::new() };
    let mut position = 0_u32;
    let told = data.elements().map(|element| {
        let name = match element.attribute("Name") {
            Some(name) => name,
            None if element.name == "Data" => {
                position = position.saturating_add(1);
                position.to_string()
            }
            None => element.name.clone(),
        };
        (name, element.text())
    });
    told.collect()
}

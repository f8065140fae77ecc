//! One record of a log whole, as XML: rendered by the crate `evtx`, because nobody but a person wants all of it.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use evtx::{EvtxChunkData, ParserSettings};
use kerbscope_shared::name::is_invisible;

use super::chunk::CHUNK;
use super::log::{FILE_HEADER, Reader};

/// Records with one number that are shown at most; a log that was put together from others has the same number often.
const RECORDS: usize = 16;

/// Looks for the records with a number while a log is read.
#[derive(Debug)]
pub struct Search {
    number: u64,
    reader: Reader,
    has_header: bool,
    found: Vec<Whole>,
}

/// A record that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whole {
    /// Its XML, without anything that could steer a terminal.
    Xml(String),
    /// It is there, and the crate cannot render it.
    Unreadable,
}

impl Search {
    /// Looks for the records with this number.
    pub fn new(number: u64) -> Self {
        Self { number, reader: Reader::default(), has_header: false, found: Vec::new() }
    }

    /// Takes the next bytes: first the file header, then chunks, any number of whole ones at a time.
    pub fn take(&mut self, block: &[u8]) {
        let mut chunks = block;
        if !self.has_header {
            self.has_header = true;
            let (header, rest) = block.split_at_checked(FILE_HEADER).unwrap_or((block, &[]));
            self.reader.take(header, &mut |_| {});
            chunks = rest;
        }
        for chunk in chunks.chunks(CHUNK) {
            let (wanted, mut count) = (self.number, 0_usize);
            self.reader.take(chunk, &mut |record| count = count.saturating_add(usize::from(record.number == wanted)));
            if count > 0 && self.found.len() < RECORDS {
                let mut rendered = render(chunk, wanted);
                rendered.resize(count, Whole::Unreadable);
                self.found.append(&mut rendered);
                self.found.truncate(RECORDS);
            }
        }
    }

    /// The records that were found.
    pub fn finish(self) -> Vec<Whole> {
        self.found
    }
}

/// The records of a chunk that have this number. The crate is asked as one asks a stranger: should it break, the record
/// cannot be shown, and that is all.
fn render(chunk: &[u8], number: u64) -> Vec<Whole> {
    let rendered = catch_unwind(AssertUnwindSafe(|| {
        let mut whole = chunk.to_vec();
        whole.resize(CHUNK, 0);
        let settings = Arc::new(ParserSettings::new().indent(true).num_threads(1));
        let mut data = EvtxChunkData::new(whole, false).ok()?;
        let mut chunk = data.parse(settings).ok()?;
        let rendered = chunk.iter().flatten().filter_map(|record| record.into_xml().ok());
        Some(rendered.filter(|record| is_numbered(&record.data, number)).map(|record| record.data).collect::<Vec<_>>())
    }));
    rendered.ok().flatten().unwrap_or_default().iter().map(|xml| Whole::Xml(disarmed(xml))).collect()
}

/// Logs that were exported have new numbers in front of their records; the old ones are in the XML.
fn is_numbered(xml: &str, number: u64) -> bool {
    let Some((_, rest)) = xml.split_once("<EventRecordID") else { return number == 0 };
    let told = rest.split_once('>').and_then(|(_, rest)| rest.split_once('<'));
    told.is_some_and(|(words, _)| words.trim().parse() == Ok(number))
}

/// The same XML, in which nothing steers a terminal or turns its direction.
fn disarmed(xml: &str) -> String {
    let mut shown = String::with_capacity(xml.len());
    for character in xml.chars() {
        if is_invisible(character) && character != '\n' {
            let _ = write!(shown, "&#x{:x};", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_written_as_a_number() {
        assert_eq!(disarmed("<a>\u{1b}[31m\u{202e}\u{fc}\r\n</a>"), "<a>&#x1b;[31m&#x202e;\u{fc}&#xd;\n</a>");
    }

    #[test]
    fn the_number_of_a_record_is_the_one_inside_it() {
        assert!(is_numbered("<System><EventRecordID>12</EventRecordID></System>", 12));
        assert!(is_numbered("<EventRecordID Unit='x'> 12 </EventRecordID>", 12));
        assert!(!is_numbered("<EventRecordID>121</EventRecordID>", 12));
        assert!(!is_numbered("<EventRecordID>", 12));
    }
}

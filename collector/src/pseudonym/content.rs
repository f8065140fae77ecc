//! An artifact on its way through: read in units, edited, and handed on as UTF-8.

use std::io::{self, Read};

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::rewrite::format::Format;
use kerbscope_shared::rewrite::rewriter::Rewriter;

use crate::pseudonym::editor::{Learning, Replacing};
use crate::pseudonym::names::Names;
use crate::pseudonym::scanner::Scanner;
use crate::pseudonym::text::{Form, TextReader};

/// How long a line, or a tag with what stands before it, may be.
const LONGEST_UNIT: usize = 1 << 20;

/// Where a text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where its author ended it.
    Whole,
    /// Somewhere, perhaps in a name: what is left of one is known to nobody, so the last unit stays here.
    Cut,
}

/// Takes text apart into units.
struct Units<'a> {
    reader: TextReader<'a>,
    rewriter: Rewriter,
    end: End,
    /// How much of the text in the reader was handed out.
    at: usize,
}

impl<'a> Units<'a> {
    fn new(source: &'a mut dyn Read, form: Form, end: End, format: Format) -> Self {
        Self { reader: TextReader::new(source, form), rewriter: Rewriter::new(format), end, at: 0 }
    }

    /// Where the next unit stands in the text of the reader; none at the end.
    fn next(&mut self) -> io::Result<Option<std::ops::Range<usize>>> {
        loop {
            let rest = self.reader.text.get(self.at..).unwrap_or_default();
            if let Some(length) = self.rewriter.unit(rest, self.reader.is_end && self.end == End::Whole) {
                let start = self.at;
                self.at = self.at.saturating_add(length);
                return Ok(Some(start..self.at));
            }
            if self.reader.is_end {
                return Ok(None);
            }
            if rest.len() > LONGEST_UNIT {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of it is too long"));
            }
            self.reader.text.drain(..self.at);
            self.at = 0;
            self.reader.more()?;
        }
    }
}

/// Learns the names in an artifact; returns how many values of it will be taken out because nobody needs them.
///
/// # Errors
///
/// It cannot be read, or is not text in the way it should be.
pub fn learn(source: &mut dyn Read, form: Form, end: End, kind: ArtifactKind, names: &mut Names) -> io::Result<u32> {
    let Some(format) = Format::of(kind) else { return Ok(0) };
    let mut units = Units::new(source, form, end, format);
    let mut learning = Learning::new(names, Scanner::new(kind));
    let mut unused = String::new();
    while let Some(range) = units.next()? {
        unused.clear();
        let unit = units.reader.text.get(range).unwrap_or_default();
        units.rewriter.rewrite(unit, &mut learning, &mut unused);
    }
    Ok(learning.removed)
}

/// An artifact with tokens in the place of names.
pub struct Replaced<'a> {
    units: Units<'a>,
    replacing: Replacing<'a>,
    out: String,
    at: usize,
}

impl<'a> Replaced<'a> {
    /// At its beginning; none when the kind is no text.
    pub fn new(
        source: &'a mut dyn Read,
        form: Form,
        end: End,
        kind: ArtifactKind,
        names: &'a mut Names,
    ) -> Option<Self> {
        let units = Units::new(source, form, end, Format::of(kind)?);
        let out = if form.is_marked { "\u{feff}".to_owned() } else { String::new() };
        Some(Self { units, replacing: Replacing::new(names, Scanner::new(kind)), out, at: 0 })
    }
}

impl Read for Replaced<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.out.len() {
            self.out.clear();
            self.at = 0;
            let Some(range) = self.units.next()? else { return Ok(0) };
            let unit = self.units.reader.text.get(range).unwrap_or_default();
            self.units.rewriter.rewrite(unit, &mut self.replacing, &mut self.out);
            if self.replacing.is_stuck {
                self.out.clear();
                return Err(io::Error::other("it holds more names than can be kept"));
            }
        }
        let rest = self.out.as_bytes().get(self.at..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(target), Some(source)) = (buffer.get_mut(..count), rest.get(..count)) {
            target.copy_from_slice(source);
        }
        self.at = self.at.saturating_add(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use kerbscope_shared::pseudonym::token::MapId;

    use super::*;

    fn replaced(bytes: &[u8], kind: ArtifactKind) -> io::Result<Vec<u8>> {
        ended(bytes, End::Whole, kind)
    }

    fn ended(bytes: &[u8], end: End, kind: ArtifactKind) -> io::Result<Vec<u8>> {
        let form = Form::of(&mut &*bytes, Some(850))?.expect("is text");
        let mut names = Names::new(MapId(7));
        learn(&mut &*bytes, form, end, kind, &mut names)?;
        let mut source = bytes;
        let mut out = Vec::new();
        Replaced::new(&mut source, form, end, kind, &mut names).expect("is text").read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn what_a_cut_left_of_a_name_stays() {
        let text = |kind, bytes: &[u8]| String::from_utf8(ended(bytes, End::Cut, kind).expect("read")).expect("text");
        let left = text(ArtifactKind::Setspn, b"HTTP/web01.contoso.com\r\nHTTP/web01.cont");
        assert!(left.starts_with("HTTP/host1") && left.ends_with(".com\r\n"), "{left}");
        assert_eq!(text(ArtifactKind::EventLogXml, b"<Event><Data>x</Data><Data>carol").matches("Data").count(), 3);
        assert_eq!(text(ArtifactKind::Klist, b"web01.cont"), "");
    }

    #[test]
    fn a_long_artifact_comes_out_whole_and_in_utf8() {
        let line = "HTTP/web01.contoso.com Gr\u{fc}\u{df}e\r\n";
        let utf16: Vec<u8> =
            format!("\u{feff}{}", line.repeat(9000)).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let out = String::from_utf8(replaced(&utf16, ArtifactKind::Setspn).expect("read")).expect("UTF-8");
        let mut lines = out.lines();
        let first = lines.next().expect("a line");
        assert!(first.starts_with("\u{feff}HTTP/host1") && first.ends_with(".com Gr\u{fc}\u{df}e"), "{first}");
        assert_eq!(lines.filter(|line| first.ends_with(line)).count(), 8999);
        assert_eq!(replaced(b"Dom\x84ne\r\n", ArtifactKind::Klist).expect("read"), "Dom\u{e4}ne\r\n".as_bytes());
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let long = vec![b'x'; LONGEST_UNIT * 2];
        for kind in [ArtifactKind::Klist, ArtifactKind::EventLogXml, ArtifactKind::Directory, ArtifactKind::Registry] {
            assert_eq!(replaced(&long, kind).expect_err("refused").kind(), io::ErrorKind::InvalidData);
        }
    }
}

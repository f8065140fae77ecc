//! The text of an artifact, a block at a time, in whatever encoding it was written.

use std::io::{self, Read};

use crate::system;

/// How the text of an artifact is written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    encoding: Encoding,
    /// Whether there is a byte order mark.
    pub is_marked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Little,
    Utf16Big,
    CodePage(u16),
}

/// How many bytes are read at a time.
const BLOCK: usize = 32 << 10;

impl Form {
    /// Finds out how a text is written; none when it is no text for sure. `code_page` is the one that tools of the
    /// host print in.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn of(source: &mut dyn Read, code_page: Option<u16>) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        source.take(BLOCK as u64).read_to_end(&mut head)?;
        let form = |encoding, is_marked| Some(Self { encoding, is_marked });
        let (found, marked) = match head.as_slice() {
            [0xff, 0xfe, ..] => return Ok(form(Encoding::Utf16Little, true)),
            [0xfe, 0xff, ..] => return Ok(form(Encoding::Utf16Big, true)),
            [0xef, 0xbb, 0xbf, rest @ ..] => (rest, true),
            rest => (rest, false),
        };
        if !marked && looks_like_utf16(found) {
            return Ok(form(Encoding::Utf16Little, false));
        }
        let mut check = Check::default();
        check.take(found);
        let mut block = vec![0; BLOCK];
        loop {
            match source.read(&mut block) {
                Ok(0) => break,
                Ok(read) => check.take(block.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(match (check.has_zero, check.is_utf8, code_page) {
            (true, ..) => None,
            (_, true, _) => form(Encoding::Utf8, marked),
            (_, false, Some(page)) if !marked => form(Encoding::CodePage(page), false),
            _ => None,
        })
    }
}

/// PowerShell redirection without a mark: ASCII characters, each followed by a zero.
fn looks_like_utf16(bytes: &[u8]) -> bool {
    let (pairs, _) = bytes.get(..bytes.len().min(512)).unwrap_or_default().as_chunks::<2>();
    let latin = pairs.iter().filter(|[low, high]| *low != 0 && *high == 0).count();
    pairs.len() >= 4 && latin * 10 >= pairs.len() * 9
}

/// Whether bytes are UTF-8, whose last character may be cut.
struct Check {
    is_utf8: bool,
    has_zero: bool,
    /// The beginning of a character whose end is in the next block.
    pending: Vec<u8>,
}

impl Default for Check {
    fn default() -> Self {
        Self { is_utf8: true, has_zero: false, pending: Vec::new() }
    }
}

impl Check {
    fn take(&mut self, block: &[u8]) {
        self.has_zero |= block.contains(&0);
        self.pending.extend(block);
        match str::from_utf8(&self.pending) {
            Ok(_) => self.pending.clear(),
            Err(error) => {
                self.is_utf8 &= error.error_len().is_none();
                self.pending.drain(..error.valid_up_to());
                if !self.is_utf8 {
                    self.pending.clear();
                }
            }
        }
    }
}

/// Reads text, and keeps what is not yet taken.
pub struct TextReader<'a> {
    source: &'a mut dyn Read,
    form: Form,
    /// Bytes that are no whole character, or no whole line, yet.
    pending: Vec<u8>,
    /// The text that was read and not taken.
    pub text: String,
    /// Whether all of it was read.
    pub is_end: bool,
    is_begun: bool,
}

impl<'a> TextReader<'a> {
    /// At the beginning.
    pub fn new(source: &'a mut dyn Read, form: Form) -> Self {
        Self { source, form, pending: Vec::new(), text: String::new(), is_end: false, is_begun: false }
    }

    /// Reads one more block.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is no text after all.
    pub fn more(&mut self) -> io::Result<()> {
        let mut block = vec![0; BLOCK];
        let read = loop {
            match self.source.read(&mut block) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.is_end = read == 0;
        self.pending.extend(block.get(..read).unwrap_or_default());
        let (text, taken) = match self.form.encoding {
            Encoding::Utf8 => self.utf8(),
            Encoding::Utf16Little => self.utf16(u16::from_le_bytes),
            Encoding::Utf16Big => self.utf16(u16::from_be_bytes),
            Encoding::CodePage(page) => self.code_page(page),
        }
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is not the text that it seemed to be"))?;
        self.pending.drain(..taken);
        let mark = if self.is_begun { None } else { text.strip_prefix('\u{feff}') };
        self.is_begun |= !text.is_empty();
        self.text.push_str(mark.unwrap_or(&text));
        Ok(())
    }

    /// The text in the bytes that are there, and how many of them it takes.
    fn utf8(&self) -> Option<(String, usize)> {
        let valid = match str::from_utf8(&self.pending) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return None,
        };
        // At the end, half a character is what a cut has left.
        let taken = if self.is_end { self.pending.len() } else { valid };
        Some((str::from_utf8(self.pending.get(..valid)?).ok()?.to_owned(), taken))
    }

    fn utf16(&self, unit: fn([u8; 2]) -> u16) -> Option<(String, usize)> {
        let (pairs, _) = self.pending.as_chunks::<2>();
        let mut units: Vec<u16> = pairs.iter().copied().map(unit).collect();
        let is_half = units.last().is_some_and(|last| (0xd800..0xdc00).contains(last));
        if is_half {
            units.pop();
        }
        let taken = if self.is_end { self.pending.len() } else { units.len().saturating_mul(2) };
        Some((String::from_utf16(&units).ok()?, taken))
    }

    /// Whole lines only: a line feed is never half of a character, in any code page.
    fn code_page(&self, page: u16) -> Option<(String, usize)> {
        let last = self.pending.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
        let taken = if self.is_end { self.pending.len() } else { last };
        Some((system::code_page::text(page, self.pending.get(..taken)?)?, taken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(3);
            let (now, later) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    fn read(bytes: &[u8], code_page: Option<u16>) -> Option<(String, bool)> {
        let form = Form::of(&mut Drops(bytes), code_page).expect("reads")?;
        let mut source = Drops(bytes);
        let mut reader = TextReader::new(&mut source, form);
        while !reader.is_end {
            reader.more().ok()?;
        }
        Some((reader.text, form.is_marked))
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "Zürich 𝄞\r\nwide\r\n";
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let big: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, is_marked) in [
            (text.as_bytes().to_vec(), false),
            (format!("\u{feff}{text}").into_bytes(), true),
            (utf16(&format!("\u{feff}{text}")), true),
            (big, true),
        ] {
            assert_eq!(read(&bytes, Some(850)), Some((text.to_owned(), is_marked)), "{bytes:?}");
        }
        assert_eq!(read(&utf16("without a mark\r\n"), None), Some(("without a mark\r\n".to_owned(), false)));
        assert_eq!(read(b"Dom\x84ne\r\nx", Some(850)), Some(("Dom\u{e4}ne\r\nx".to_owned(), false)));
        assert_eq!(read(b"", None), Some((String::new(), false)));
    }

    #[test]
    fn what_is_cut_in_a_character_ends_before_it() {
        assert_eq!(read(b"Z\xc3", None), Some(("Z".to_owned(), false)));
        assert_eq!(read(b"\xff\xfeZ\0\x00\xd8", None), Some(("Z".to_owned(), true)));
        assert_eq!(read(b"\xff\xfeZ\0y", None), Some(("Z".to_owned(), true)));
    }

    #[test]
    fn what_is_no_text_for_sure_is_refused() {
        for bytes in [b"ElfFile\0\0\0\0".as_slice(), b"Dom\x84ne", b"\xef\xbb\xbf\xff", b"\xff\xfe\x00\xdcx\0"] {
            assert_eq!(read(bytes, None), None, "{bytes:?}");
        }
        assert_eq!(read(b"Dom\x84ne", Some(1)), None);
    }
}

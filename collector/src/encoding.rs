//! The encodings a configuration file may have, to read it and to write it back as it was.

use std::fmt;

/// How the text of a file is written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 after a byte order mark.
    Utf8Marked,
    /// UTF-16, low byte first, after a byte order mark.
    Utf16Little,
    /// UTF-16, high byte first, after a byte order mark.
    Utf16Big,
}

/// The bytes are no text in any of the encodings, or hold characters that XML forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecodable;

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the file is neither UTF-8 nor UTF-16 text")
    }
}

/// Reads text strictly: one wrong byte, and it is refused.
///
/// # Errors
///
/// The bytes are not text in the encoding that their mark names, or hold control characters.
pub fn decode(bytes: &[u8]) -> Result<(Encoding, String), Undecodable> {
    let (encoding, text) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (Encoding::Utf8Marked, utf8(rest)?),
        [0xff, 0xfe, rest @ ..] => (Encoding::Utf16Little, utf16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => (Encoding::Utf16Big, utf16(rest, u16::from_be_bytes)?),
        rest => (Encoding::Utf8, utf8(rest)?),
    };
    let forbidden = |character: char| character.is_control() && !matches!(character, '\t' | '\r' | '\n');
    if text.contains(forbidden) { Err(Undecodable) } else { Ok((encoding, text)) }
}

fn utf8(bytes: &[u8]) -> Result<String, Undecodable> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Undecodable)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Undecodable> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Undecodable);
    }
    char::decode_utf16(pairs.iter().copied().map(unit)).collect::<Result<_, _>>().map_err(|_| Undecodable)
}

impl Encoding {
    /// Writes text as it was read.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf8Marked => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            Self::Utf16Little => {
                std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
            }
            Self::Utf16Big => std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        for encoding in [Encoding::Utf8, Encoding::Utf8Marked, Encoding::Utf16Little, Encoding::Utf16Big] {
            let text = "<a b=\"Zürich 𝄞\"/>\r\n".to_owned();
            assert_eq!(decode(&encoding.encode(&text)), Ok((encoding, text)));
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let unmarked_utf16 = b"<\0a\0/\0>\0";
        for bytes in [b"\xe4".as_slice(), b"\xff\xfea", b"\xff\xfe\x00\xd8", b"\xfe\xff\xd8\x00", unmarked_utf16] {
            assert_eq!(decode(bytes), Err(Undecodable), "{bytes:?}");
        }
    }
}

//! One typed value of an event, and the bytes that Windows gives it.

use jiff::Timestamp;

use super::template::Instance;

/// Ticks of 100 nanoseconds between 1601, where a FILETIME begins, and 1970, where Unix time does.
const FILETIME_OF_1970: i128 = 116_444_736_000_000_000;

/// A value of an event.
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing; what depends on it is left out.
    Null,
    /// A string.
    Text(String),
    /// An unsigned number of 8 bits.
    U8(u8),
    /// An unsigned number of 16 bits.
    U16(u16),
    /// An unsigned number of 32 bits.
    U32(u32),
    /// An unsigned number of 64 bits.
    U64(u64),
    /// Bytes, shown in hexadecimal.
    Binary(Vec<u8>),
    /// A GUID, its digits read as one number.
    Guid(u128),
    /// A moment.
    Time(Timestamp),
    /// A security identifier, such as `S-1-5-18`.
    Sid(String),
    /// A number of 32 bits that is shown in hexadecimal.
    Hex32(u32),
    /// A number of 64 bits that is shown in hexadecimal.
    Hex64(u64),
    /// Strings without names of their own.
    Texts(Vec<String>),
    /// Further XML.
    Nested(Box<Instance>),
}

impl Value {
    /// The type byte.
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Null => 0x00,
            Self::Text(_) => 0x01,
            Self::U8(_) => 0x04,
            Self::U16(_) => 0x06,
            Self::U32(_) => 0x08,
            Self::U64(_) => 0x0a,
            Self::Binary(_) => 0x0e,
            Self::Guid(_) => 0x0f,
            Self::Time(_) => 0x11,
            Self::Sid(_) => 0x13,
            Self::Hex32(_) => 0x14,
            Self::Hex64(_) => 0x15,
            Self::Nested(_) => 0x21,
            Self::Texts(_) => 0x81,
        }
    }

    /// The bytes; none for nested XML, whose bytes depend on where it lies.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Null | Self::Nested(_) => Vec::new(),
            Self::Text(text) => utf16(text),
            Self::U8(number) => vec![*number],
            Self::U16(number) => number.to_le_bytes().to_vec(),
            Self::U32(number) | Self::Hex32(number) => number.to_le_bytes().to_vec(),
            Self::U64(number) | Self::Hex64(number) => number.to_le_bytes().to_vec(),
            Self::Binary(bytes) => bytes.clone(),
            Self::Guid(guid) => guid_bytes(*guid).to_vec(),
            Self::Time(time) => filetime(*time).to_le_bytes().to_vec(),
            Self::Sid(sid) => sid_bytes(sid),
            Self::Texts(texts) => texts.iter().flat_map(|text| utf16(&format!("{text}\0"))).collect(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// The text in UTF-16, little-endian.
pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Ticks of 100 nanoseconds since 1601.
pub(super) fn filetime(time: Timestamp) -> u64 {
    u64::try_from(time.as_nanosecond() / 100 + FILETIME_OF_1970).expect("samples do not happen before 1601")
}

/// Windows stores the first three groups of a GUID little-endian, the rest as written.
pub(super) fn guid_bytes(guid: u128) -> [u8; 16] {
    let mut bytes = guid.to_be_bytes();
    bytes[0..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

fn sid_bytes(sid: &str) -> Vec<u8> {
    let numbers: Vec<u64> = sid
        .strip_prefix("S-1-")
        .expect("a security identifier begins with S-1-")
        .split('-')
        .map(|number| number.parse().expect("a security identifier is made of numbers"))
        .collect();
    let parts = u8::try_from(numbers.len() - 1).expect("a security identifier is short");
    let mut bytes = vec![1, parts];
    bytes.extend(&numbers[0].to_be_bytes()[2..]);
    for number in &numbers[1..] {
        bytes.extend(u32::try_from(*number).expect("a part has 32 bits").to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_stored_as_windows_stores_them() {
        let kerberos = 0x98e6_cfcb_ee0a_41e0_a57b_622d_4e1b_30b1;
        let bytes = [0xcb, 0xcf, 0xe6, 0x98, 0x0a, 0xee, 0xe0, 0x41, 0xa5, 0x7b, 0x62, 0x2d, 0x4e, 0x1b, 0x30, 0xb1];
        assert_eq!(guid_bytes(kerberos), bytes);
    }

    #[test]
    fn security_identifiers_are_stored_as_windows_stores_them() {
        assert_eq!(sid_bytes("S-1-5-18"), [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]);
    }

    #[test]
    fn the_year_1970_is_the_published_filetime() {
        assert_eq!(filetime(Timestamp::UNIX_EPOCH), 116_444_736_000_000_000);
    }
}

//! One typed value of a record, and the words that Windows writes for it.

use std::fmt::Write as _;

use super::bytes::{u16_at, u32_at, u64_at};

/// Nothing.
pub const NULL: u8 = 0x00;
/// UTF-16 text.
pub const TEXT: u8 = 0x01;
/// Text in a code page of the host.
const ANSI: u8 = 0x02;
/// A number of 16 bits.
pub const U16: u8 = 0x06;
/// A number of 64 bits.
pub const U64: u8 = 0x0a;
/// Bytes.
const BINARY: u8 = 0x0e;
/// A moment, in ticks of 100 nanoseconds since 1601.
pub const FILETIME: u8 = 0x11;
/// A GUID.
pub const GUID: u8 = 0x0f;
/// A security identifier.
pub const SID: u8 = 0x13;
/// Further binary XML.
pub const BINARY_XML: u8 = 0x21;
/// Added to the type of the items of an array.
const ARRAY: u8 = 0x80;

/// A value as it stands in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'a> {
    /// Its type.
    pub kind: u8,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// A value that is not what its type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAValue;

impl Value<'_> {
    /// The value that is not there.
    pub const ABSENT: Self = Self { kind: NULL, bytes: &[] };

    /// Whether an optional place that holds it stays empty.
    pub fn is_empty(&self) -> bool {
        match self.kind {
            NULL => true,
            TEXT => matches!(self.bytes, [] | [_] | [0, 0, ..]),
            ANSI => self.bytes.iter().all(|byte| *byte == 0),
            BINARY | BINARY_XML => self.bytes.is_empty(),
            kind => kind & ARRAY != 0 && self.bytes.is_empty(),
        }
    }

    /// Its items, when it is an array: an element that holds it is repeated for each. None for a single value.
    pub fn items(&self) -> Option<Vec<Self>> {
        if self.kind & ARRAY == 0 {
            return None;
        }
        let kind = self.kind & !ARRAY;
        let item = |bytes| Value { kind, bytes };
        let items = match kind {
            TEXT => strings(self.bytes).into_iter().map(item).collect(),
            ANSI if self.bytes.is_empty() => Vec::new(),
            ANSI => {
                let texts = self.bytes.strip_suffix(&[0]).unwrap_or(self.bytes);
                texts.split(|byte| *byte == 0).map(item).collect()
            }
            SID => security_identifiers(self.bytes).into_iter().map(item).collect(),
            _ => self.bytes.chunks(fixed_size(kind)?).map(item).collect(),
        };
        Some(items)
    }

    /// Whether it is one value, and no XML.
    pub const fn is_single(&self) -> bool {
        self.kind & ARRAY == 0 && (self.kind != BINARY_XML || self.bytes.is_empty())
    }

    /// The number that it is, if it is an unsigned one.
    pub fn number(&self) -> Option<u64> {
        match self.kind {
            0x04 => self.bytes.first().map(|byte| u64::from(*byte)),
            0x06 => u16_at(self.bytes, 0).map(u64::from),
            0x08 | 0x14 => u32_at(self.bytes, 0).map(u64::from),
            0x0a | 0x15 | FILETIME => u64_at(self.bytes, 0),
            _ => None,
        }
    }

    /// Adds its words to a text.
    ///
    /// # Errors
    ///
    /// The bytes are too few for the type, or nobody knows the type.
    pub fn write(&self, out: &mut String) -> Result<(), NotAValue> {
        self.write_single(out).or_else(|| self.write_list(out)).ok_or(NotAValue)
    }

    fn write_single(&self, out: &mut String) -> Option<()> {
        let bytes = self.bytes;
        let written = match self.kind {
            NULL => Ok(()),
            TEXT => return bytes.len().is_multiple_of(2).then(|| write_utf16(bytes, out)),
            ANSI => {
                let told: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
                out.push_str(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(&told).0);
                Ok(())
            }
            0x03 => write!(out, "{}", i8::from_le_bytes(*bytes.first_chunk()?)),
            0x04 => write_decimal(u64::from(*bytes.first()?), out),
            0x05 => write!(out, "{}", i16::from_le_bytes(*bytes.first_chunk()?)),
            0x06 => write_decimal(u16_at(bytes, 0)?.into(), out),
            0x07 => write!(out, "{}", i32::from_le_bytes(*bytes.first_chunk()?)),
            0x08 => write_decimal(u32_at(bytes, 0)?.into(), out),
            0x09 => write!(out, "{}", i64::from_le_bytes(*bytes.first_chunk()?)),
            0x0a => write_decimal(u64_at(bytes, 0)?, out),
            0x0b => write!(out, "{:?}", f32::from_le_bytes(*bytes.first_chunk()?)),
            0x0c => write!(out, "{:?}", f64::from_le_bytes(*bytes.first_chunk()?)),
            // Some providers put flags where a truth value belongs; the number says more than `true` would.
            0x0d => match i32::from_le_bytes(*bytes.first_chunk()?) {
                0 => out.write_str("false"),
                1 => out.write_str("true"),
                number => write!(out, "{number}"),
            },
            BINARY => bytes.iter().try_for_each(|byte| write!(out, "{byte:02X}")),
            GUID => write_guid(bytes.first_chunk()?, out),
            0x10 => match bytes.len() {
                4 => write_hexadecimal(u32_at(bytes, 0)?.into(), out),
                8 => write_hexadecimal(u64_at(bytes, 0)?, out),
                _ => return None,
            },
            FILETIME => write_filetime(u64_at(bytes, 0)?, out),
            0x12 => write_system_time(bytes, out)?,
            SID => write_sid(bytes, out)?,
            0x14 => write_hexadecimal(u32_at(bytes, 0)?.into(), out),
            0x15 => write_hexadecimal(u64_at(bytes, 0)?, out),
            BINARY_XML if bytes.is_empty() => Ok(()),
            _ => return None,
        };
        written.ok()
    }

    fn write_list(&self, out: &mut String) -> Option<()> {
        for (index, item) in self.items()?.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            item.write_single(out)?;
        }
        Some(())
    }
}

/// Adds UTF-16 text up to its first NUL; half of a surrogate pair becomes the replacement character.
pub fn write_utf16(bytes: &[u8], out: &mut String) {
    let (units, _) = bytes.as_chunks::<2>();
    out.reserve(units.len());
    // Mostly that is the last one, or there is none.
    let units = if let [units @ .., [0, 0]] = units { units } else { units };
    let rest = write_ascii(units, out);
    if rest.is_empty() {
        return;
    }
    let rest = rest.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|unit| *unit != 0);
    out.extend(char::decode_utf16(rest).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

/// UTF-16 units that are looked at together.
const LANE: usize = 16;

/// Adds the ASCII characters that UTF-16 text begins with, but for some of the last ones, and returns what is left.
///
/// Nearly all text is ASCII. The processor looks at many units at once where no step depends on the one before.
fn write_ascii<'a>(mut units: &'a [[u8; 2]], out: &mut String) -> &'a [[u8; 2]] {
    while let Some((lane, rest)) = units.split_first_chunk::<LANE>() {
        if !write_lane(lane, out) {
            return units;
        }
        units = rest;
    }
    if write_lane(units, out) { &[] } else { units }
}

/// Adds these units if all of them are ASCII, and no NUL.
#[inline]
fn write_lane(units: &[[u8; 2]], out: &mut String) -> bool {
    let mut bytes = [0; LANE];
    let mut is_other = false;
    for (byte, unit) in bytes.iter_mut().zip(units) {
        *byte = unit[0];
        is_other |= !(1..0x80).contains(&u16::from_le_bytes(*unit));
    }
    match bytes.get(..units.len()).map(std::str::from_utf8) {
        Some(Ok(words)) if !is_other => out.push_str(words),
        _ => return false,
    }
    true
}

/// Adds a number in decimal digits. The formatting of the library would do the same, several times slower.
fn write_decimal(number: u64, out: &mut String) -> std::fmt::Result {
    write_digits::<10>(number, out)
}

/// Adds a number in hexadecimal digits.
fn write_hexadecimal(number: u64, out: &mut String) -> std::fmt::Result {
    out.write_str("0x")?;
    write_digits::<16>(number, out)
}

fn write_digits<const BASE: u64>(mut number: u64, out: &mut String) -> std::fmt::Result {
    let mut digits = [b'0'; 20];
    let mut count = 0_usize;
    for digit in digits.iter_mut().rev() {
        // Less than 16 fits.
        let value = u8::try_from(number % BASE).unwrap_or(0);
        *digit = if value < 10 { b'0'.wrapping_add(value) } else { b'a'.wrapping_sub(10).wrapping_add(value) };
        number /= BASE;
        count = count.saturating_add(1);
        if number == 0 {
            break;
        }
    }
    let digits = digits.get(digits.len().saturating_sub(count)..).unwrap_or_default();
    out.write_str(std::str::from_utf8(digits).unwrap_or_default())
}

/// Strings that each end with a NUL; the last may lack it.
fn strings(bytes: &[u8]) -> Vec<&[u8]> {
    let (units, _) = bytes.as_chunks::<2>();
    let mut strings: Vec<&[u8]> = units.split(|unit| *unit == [0, 0]).map(<[[u8; 2]]>::as_flattened).collect();
    if strings.last().is_some_and(|last| last.is_empty()) {
        strings.pop();
    }
    strings
}

fn security_identifiers(bytes: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(parts) = rest.get(1) {
        let length = usize::from(*parts).saturating_mul(4).saturating_add(8);
        let Some((one, after)) = rest.split_at_checked(length) else { break };
        found.push(one);
        rest = after;
    }
    found
}

/// Bytes of a value whose size never differs.
pub(super) const fn fixed_size(kind: u8) -> Option<usize> {
    match kind {
        0x03 | 0x04 => Some(1),
        0x05 | 0x06 => Some(2),
        0x07 | 0x08 | 0x0b | 0x0d | 0x14 => Some(4),
        0x09 | 0x0a | 0x0c | FILETIME | 0x15 => Some(8),
        GUID | 0x12 => Some(16),
        _ => None,
    }
}

/// Windows stores the first three groups of a GUID little-endian, the rest as written.
fn write_guid(bytes: &[u8; 16], out: &mut String) -> std::fmt::Result {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    out.write_char('{')?;
    for (index, place) in ORDER.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.write_char('-')?;
        }
        write!(out, "{:02x}", bytes.get(*place).unwrap_or(&0))?;
    }
    out.write_char('}')
}

fn write_sid(bytes: &[u8], out: &mut String) -> Option<std::fmt::Result> {
    let ([revision, parts, authority @ ..], rest) = bytes.split_first_chunk::<8>()?;
    let authority = authority.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let (rest, _) = rest.as_chunks::<4>();
    let rest = rest.get(..usize::from(*parts))?.iter().map(|part| u64::from(u32::from_le_bytes(*part)));
    out.push('S');
    let mut numbers = [u64::from(*revision), authority].into_iter().chain(rest);
    Some(numbers.try_for_each(|number| {
        out.push('-');
        write_decimal(number, out)
    }))
}

fn write_filetime(ticks: u64, out: &mut String) -> std::fmt::Result {
    const DAY: u64 = 864_000_000_000;
    if i64::try_from(ticks).is_err() {
        return out.write_str("0000-00-00T00:00:00.0000000Z");
    }
    let (year, month, day) = date(ticks / DAY);
    let (seconds, fraction) = (ticks % DAY / 10_000_000, ticks % 10_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    write!(out, "{:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z", year % 10_000)
}

/// The date so many days after 1601-01-01, in the calendar of today.
const fn date(days: u64) -> (u64, u64, u64) {
    // Counted from 1 March 1200: then a leap day is the last day of its year, and 400 years repeat.
    let days = days.saturating_add(146_097 + 306);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, after) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (1200_u64.saturating_add(era.saturating_mul(400)).saturating_add(year + after), month, date)
}

fn write_system_time(bytes: &[u8], out: &mut String) -> Option<std::fmt::Result> {
    let fields: Vec<u16> = bytes.get(..16)?.as_chunks::<2>().0.iter().map(|field| u16::from_le_bytes(*field)).collect();
    let [year, month, _, day, hour, minute, second, milliseconds] = fields.try_into().ok()?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u16::from(is_leap),
        _ => 31,
    };
    let is_valid = (1601..=30827).contains(&year) && (1..=12).contains(&month) && (1..=days).contains(&day);
    if !is_valid || hour > 23 || minute > 59 || second > 59 || milliseconds > 999 {
        return Some(out.write_str("1601-01-01T00:00:00.0000000Z"));
    }
    Some(write!(
        out,
        "{:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:07}Z",
        year % 10_000,
        u32::from(milliseconds).saturating_mul(10_000)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(kind: u8, bytes: &[u8]) -> Option<String> {
        let mut words = String::new();
        Value { kind, bytes }.write(&mut words).ok().map(|()| words)
    }

    fn check(kind: u8, bytes: &[u8], expected: &str) {
        assert_eq!(words(kind, bytes).as_deref(), Some(expected), "type {kind:#x}");
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn values_are_written_as_windows_writes_them() {
        check(TEXT, &utf16("M\u{fc}ller \u{1f600}"), "M\u{fc}ller \u{1f600}");
        check(ANSI, b"M\xfcller\0", "M\u{fc}ller");
        check(0x03, &[0xff], "-1");
        check(0x07, &[0xfe, 0xff, 0xff, 0xff], "-2");
        check(0x0c, &1.5_f64.to_le_bytes(), "1.5");
        check(0x0d, &[1, 0, 0, 0], "true");
        check(0x0d, &[7, 0, 0, 0], "7");
        check(BINARY, &[0x22, 0x00, 0x00, 0xc0], "220000C0");
        check(0x10, &[0x34, 0x12, 0, 0], "0x1234");
        check(SID, &[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0], "S-1-5-32-544");
        check(0x14, &[0x12, 0, 0, 0], "0x12");
        check(0x15, &[0xe7, 3, 0, 0, 0, 0, 0, 0], "0x3e7");
        let guid = [0xcb, 0xcf, 0xe6, 0x98, 0x0a, 0xee, 0xe0, 0x41, 0xa5, 0x7b, 0x62, 0x2d, 0x4e, 0x1b, 0x30, 0xb1];
        check(0x0f, &guid, "{98e6cfcb-ee0a-41e0-a57b-622d4e1b30b1}");
    }

    #[test]
    fn text_ends_at_its_first_nul_and_half_a_character_is_marked() {
        check(TEXT, &utf16("one\0two"), "one");
        check(TEXT, &[0x61, 0, 0x00, 0xd8, 0x62, 0], "a\u{fffd}b");
        assert!(Value { kind: TEXT, bytes: &[0, 0, 0x61, 0] }.is_empty());
    }

    #[test]
    fn text_of_any_length_is_told_the_same_whatever_stands_where() {
        for length in 0..40 {
            for place in 0..=length {
                for strange in ["", "\u{fc}", "\0", "\u{1f600}", "\u{7f}", "\u{80}", "\u{100}"] {
                    let text = format!("{}{strange}{}", "a".repeat(place), "z".repeat(length - place));
                    let expected = text.split('\0').next().expect("there is always one");
                    assert_eq!(words(TEXT, &utf16(&text)).as_deref(), Some(expected), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn numbers_have_the_digits_that_the_library_gives_them() {
        for number in [0, 1, 9, 10, 15, 16, 255, 256, 4_294_967_295, 0x0123_4567_89ab_cdef, u64::MAX] {
            check(0x0a, &number.to_le_bytes(), &number.to_string());
            check(0x15, &number.to_le_bytes(), &format!("{number:#x}"));
        }
        let sid = [255, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff];
        check(SID, &sid, "S-255-281474976710655-0-4294967295");
    }

    #[test]
    fn moments_are_those_of_the_calendar() {
        for moment in [
            "1601-01-01T00:00:00.0000000Z",
            "1970-01-01T00:00:00.0000000Z",
            "2000-02-29T23:59:59.9999999Z",
            "2026-03-02T07:31:04.2180000Z",
            "2100-03-01T00:00:00.0000001Z",
            "2400-12-31T12:00:00.0000000Z",
        ] {
            let time: jiff::Timestamp = moment.parse().expect("is a time");
            let ticks = u64::try_from(time.as_nanosecond() / 100 + 116_444_736_000_000_000).expect("is after 1601");
            check(FILETIME, &ticks.to_le_bytes(), moment);
        }
        check(FILETIME, &[0xff; 8], "0000-00-00T00:00:00.0000000Z");
        let system_time = |fields: [u16; 8]| fields.map(u16::to_le_bytes).concat();
        check(0x12, &system_time([2024, 2, 4, 29, 12, 34, 56, 789]), "2024-02-29T12:34:56.7890000Z");
        check(0x12, &system_time([2023, 2, 3, 29, 12, 34, 56, 789]), "1601-01-01T00:00:00.0000000Z");
    }

    #[test]
    fn an_array_is_taken_apart() {
        let items = |kind: u8, bytes: &[u8]| -> Vec<String> {
            let items = Value { kind: kind | ARRAY, bytes }.items().unwrap_or_default();
            items.iter().filter_map(|item| words(item.kind, item.bytes)).collect()
        };
        assert_eq!(items(TEXT, &utf16("one\0\0three\0")), ["one", "", "three"]);
        assert_eq!(items(TEXT, &utf16("one\0two")), ["one", "two"]);
        assert_eq!(items(ANSI, b"x\0\0y z\0"), ["x", "", "y z"]);
        assert_eq!(items(0x08, &[1, 0, 0, 0, 2, 0, 0, 0]), ["1", "2"]);
        assert_eq!(items(SID, &[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 1, 9]), ["S-1-5-18"]);
        check(0x08 | ARRAY, &[1, 0, 0, 0, 2, 0, 0, 0], "1,2");
    }

    #[test]
    fn too_few_bytes_are_no_value() {
        for kind in 0x03..=0x15 {
            if ![BINARY, NULL].contains(&kind) {
                assert_eq!(words(kind, &[]), None, "type {kind:#x}");
            }
        }
        assert_eq!(words(0x77, &[1]), None);
        assert_eq!(words(SID, &[1, 9, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]), None);
        assert_eq!(words(TEXT, &[0x61]), None);
    }
}

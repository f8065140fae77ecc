//! A number as logs and tools spell it: hexadecimal, decimal, or decimal with a sign.

use crate::formats::words::trimmed;

/// How a number was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// Digits alone: what Windows 2000 and the logs of IIS print.
    Decimal,
    /// A minus before the digits: what `klist` and script hosts print.
    Signed,
    /// `0x…`, or eight digits of which some are letters.
    Hexadecimal,
}

/// A number, and how it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The 32 bits.
    pub value: u32,
    /// How they were written.
    pub spelling: Spelling,
}

/// Reads a number in any spelling. Bare digits are decimal: Windows 2000 prints `23` where later systems print `0x17`.
pub fn number(text: &str) -> Option<Number> {
    let text = trimmed(text);
    let hexadecimal = |digits: &str| {
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        Some(Number { value, spelling: Spelling::Hexadecimal })
    };
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return hexadecimal(digits);
    }
    if text.len() == 8 && text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return hexadecimal(text);
    }
    if let Some(digits) = text.strip_prefix('-') {
        let value = digits.parse::<u32>().ok()?;
        let value = i32::try_from(0_i64.checked_sub(i64::from(value))?).ok()?.cast_unsigned();
        return Some(Number { value, spelling: Spelling::Signed });
    }
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = text.parse().ok().filter(|_| is_digits)?;
    Some(Number { value, spelling: Spelling::Decimal })
}

/// How many there are, as people read it: `12,431`.
pub fn counted(count: usize) -> String {
    thousands(u64::try_from(count).unwrap_or(u64::MAX))
}

/// A number as people read it: `12,431`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let lead = digits.len() % 3;
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 3 == lead {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(u32, Spelling)> {
        number(text).map(|number| (number.value, number.spelling))
    }

    #[test]
    fn every_spelling_is_understood() {
        let status = 0xc000_006a;
        assert_eq!(read("3221225578"), Some((status, Spelling::Decimal)));
        assert_eq!(read("-1073741718"), Some((status, Spelling::Signed)));
        for text in ["0xC000006A", "0XC000006a", "c000006a", " C000006A "] {
            assert_eq!(read(text), Some((status, Spelling::Hexadecimal)), "{text}");
        }
        assert_eq!(read("0x23"), Some((35, Spelling::Hexadecimal)));
        assert_eq!(read("23"), Some((23, Spelling::Decimal)));
        assert_eq!(read("20260101"), Some((20_260_101, Spelling::Decimal)));
    }

    #[test]
    fn what_is_no_number_of_32_bits_is_none() {
        for text in ["", "0x", "-", "--1", "+5", "0x+5", "4294967296", "-2147483649", "0x100000000", "1.5", "abc", "١"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn large_counts_are_grouped_by_thousands() {
        assert_eq!([7, 999, 1_000, 12_431, 1_234_567].map(thousands), ["7", "999", "1,000", "12,431", "1,234,567"]);
    }
}

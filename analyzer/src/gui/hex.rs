//! Bytes as people look at them: where they stand, sixteen in a row, and the letters among them.

use std::fmt::Write as _;

/// Bytes in a row.
const ROW: usize = 16;

/// How many rows some bytes fill.
pub const fn rows(bytes: usize) -> usize {
    bytes.div_ceil(ROW)
}

/// Where a row begins, in hexadecimal.
pub fn place(row: usize) -> String {
    format!("{:08x}", row.saturating_mul(ROW))
}

/// One row: the bytes, and what of them is a letter.
pub fn row(bytes: &[u8], row: usize) -> String {
    let start = row.saturating_mul(ROW);
    let rest = bytes.get(start..).unwrap_or_default();
    let shown = rest.get(..ROW.min(rest.len())).unwrap_or_default();
    let mut words = String::with_capacity(ROW * 4 + 4);
    for index in 0..ROW {
        let _ = match shown.get(index) {
            Some(byte) => write!(words, "{byte:02x} "),
            None => write!(words, "   "),
        };
        if index == ROW / 2 - 1 {
            words.push(' ');
        }
    }
    words.push('|');
    let letter = |byte: &u8| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' };
    words.extend(shown.iter().map(letter));
    words.push('|');
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stand_sixteen_in_a_row() {
        let bytes: Vec<u8> = b"ElfFile\0\x1b[31m\xff\x80 and more".to_vec();
        assert_eq!(rows(bytes.len()), 2);
        assert_eq!(row(&bytes, 0), "45 6c 66 46 69 6c 65 00  1b 5b 33 31 6d ff 80 20 |ElfFile..[31m.. |");
        assert_eq!(row(&bytes, 1), format!("{:<49}|and more|", "61 6e 64 20 6d 6f 72 65"));
        assert_eq!((place(1), row(&bytes, 9).ends_with("||"), rows(0)), ("00000010".to_owned(), true, 0));
    }
}

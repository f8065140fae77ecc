//! Encryption types by the numbers of the protocol, as events 4768 and 4769, KDC events and LSA give them.
//!
//! Directory attributes count them in bits instead; see `encryption_mask`.

use super::row::{Row, row};

/// Names that `klist` prints.
pub const ALIASES: [(&str, u32); 5] = [
    ("AES-256-CTS-HMAC-SHA1-96", 18),
    ("AES-128-CTS-HMAC-SHA1-96", 17),
    ("RSADSI RC4-HMAC(NT)", 23),
    ("Kerberos DES-CBC-MD5", 3),
    ("Kerberos DES-CBC-CRC", 1),
];

/// The table.
pub const ROWS: &[Row] = &[
    row(1, "DES-CBC-CRC", "Broken, and off since Windows 7."),
    row(3, "DES-CBC-MD5", "Broken, and off since Windows 7."),
    row(17, "AES128-CTS-HMAC-SHA1-96", "Ordinary since Windows Vista."),
    row(18, "AES256-CTS-HMAC-SHA1-96", "Ordinary since Windows Vista."),
    row(19, "AES128-CTS-HMAC-SHA256-128", "From Windows Server 2025 on."),
    row(20, "AES256-CTS-HMAC-SHA384-192", "From Windows Server 2025 on."),
    row(23, "RC4-HMAC", "Made of the NTLM hash. Domain controllers refuse it step by step from 2026 on."),
    row(24, "RC4-HMAC-EXP", "RC4 with a short key, for export; out of use."),
    row(0xffff_ff80, "RC4-MD4 (-128)", "An old form of RC4 inside Windows."),
    row(0xffff_ff7b, "RC4-HMAC-OLD (-133)", "An old form of RC4 inside Windows."),
    row(0xffff_ff79, "RC4-HMAC-OLD-EXP (-135)", "An old form of RC4 inside Windows."),
    row(0xffff_ffff, "none", "There is no ticket: the request failed."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_row_holds() {
        row::tests::hold(ROWS);
        assert_eq!(ROWS.len(), 12);
        let negative = |value: i32| row::find(ROWS, value.cast_unsigned()).map(|row| row.name);
        assert_eq!(negative(-128), Some("RC4-MD4 (-128)"));
        assert_eq!(negative(-133), Some("RC4-HMAC-OLD (-133)"));
        assert_eq!(negative(-135), Some("RC4-HMAC-OLD-EXP (-135)"));
        assert_eq!(row::find(ROWS, 0x12).map(|row| row.name), Some("AES256-CTS-HMAC-SHA1-96"));
        assert_eq!(row::find(ROWS, 0x17).map(|row| row.name), Some("RC4-HMAC"));
        assert!(ALIASES.iter().all(|(_, value)| row::find(ROWS, *value).is_some()));
    }
}

//! Encryption types as bits: `msDS-SupportedEncryptionTypes`, `DefaultDomainSupportedEncTypes` and the policy
//! `SupportedEncryptionTypes`.
//!
//! Tickets number them otherwise; see `encryption_type`.

use super::row::{Row, row};

/// The table.
pub const ROWS: &[Row] = &[
    row(0x1, "DES-CBC-CRC", "Broken, and off since Windows 7."),
    row(0x2, "DES-CBC-MD5", "Broken, and off since Windows 7."),
    row(0x4, "RC4-HMAC", "Domain controllers refuse it step by step from 2026 on."),
    row(0x8, "AES128-CTS-HMAC-SHA1-96", "Needs a password that was set when the domain knew AES."),
    row(0x10, "AES256-CTS-HMAC-SHA1-96", "Needs a password that was set when the domain knew AES."),
    row(0x20, "AES256-CTS-HMAC-SHA1-96-SK", "AES for the session key, whatever the ticket is encrypted with."),
    row(0x40, "AES128-CTS-HMAC-SHA256-128", "From Windows Server 2025 on."),
    row(0x80, "AES256-CTS-HMAC-SHA384-192", "From Windows Server 2025 on."),
    row(0x1_0000, "FAST-supported", "The service understands armored requests."),
    row(0x2_0000, "Compound-identity-supported", "The service understands claims of devices."),
    row(0x4_0000, "Claims-supported", "The service understands claims."),
    row(0x8_0000, "Resource-SID-compression-disabled", "The KDC leaves groups of the resource domain uncompressed."),
];

/// Values that mean more than their bits.
pub const SPECIAL: &[Row] = &[
    row(
        0,
        "the default",
        "Nothing is set: the domain controller decides, by 0x27 since November 2022 and by 0x18 once RC4 is refused.",
    ),
    row(0x18, "AES alone", "What is recommended."),
    row(0x1c, "RC4 and AES", "What is set while RC4 is on its way out."),
    row(0x27, "the default since November 2022", "DES, RC4, and AES for session keys."),
    row(0x7fff_fff8, "AES and all that comes later", "The policy that forbids DES and RC4."),
    row(0x7fff_ffff, "everything", "The policy with every type ticked."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_bit_holds() {
        row::tests::hold_bits(ROWS);
        row::tests::hold(SPECIAL);
        assert_eq!((ROWS.len(), SPECIAL.len()), (12, 6));
        let names = |value| row::bits(ROWS, value).0.iter().map(|bit| bit.name).collect::<Vec<_>>();
        assert_eq!(names(0x18), ["AES128-CTS-HMAC-SHA1-96", "AES256-CTS-HMAC-SHA1-96"]);
        assert_eq!(names(0x27), ["DES-CBC-CRC", "DES-CBC-MD5", "RC4-HMAC", "AES256-CTS-HMAC-SHA1-96-SK"]);
    }
}

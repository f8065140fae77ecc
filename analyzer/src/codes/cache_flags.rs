//! `Cache Flags` of `klist`: how a ticket came into the cache.

use super::row::{Row, row};

/// The table.
pub const ROWS: &[Row] = &[
    row(0x1, "PRIMARY", "The ticket-granting ticket that others come from."),
    row(0x2, "DELEGATION", "It was forwarded by a user: unconstrained delegation."),
    row(0x4, "S4U", "A service asked for it in the name of a user."),
    row(0x8, "ASC", "It came from the other side of a handshake."),
    row(0x10, "ENC-IN-SKEY", "User-to-user."),
    row(0x20, "X509", "It was given for a certificate."),
    row(0x40, "FAST", "Its request was armored."),
    row(0x80, "COMPOUND", "It holds claims of the device too."),
    row(0x100, "HUB-PRIMARY", "A ticket-granting ticket of a full domain controller behind a read-only one."),
    row(
        0x200,
        "DISABLE-TGT-DELEGATION",
        "The user's own ticket may not be sent to this service: the trust between the forests forbids it.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_bit_holds() {
        row::tests::hold_bits(ROWS);
        assert_eq!(ROWS.len(), 10);
        assert_eq!(row::find(ROWS, 0x200).map(|row| row.name), Some("DISABLE-TGT-DELEGATION"));
    }
}

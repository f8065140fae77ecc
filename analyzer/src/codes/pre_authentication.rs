//! How a user proved a password to the KDC: `PreAuthType` of events 4768 and 4771.

use super::row::{Row, row};

/// The table.
pub const ROWS: &[Row] = &[
    row(0, "none", "The account needs no proof, which is a risk, or the KDC refused before it asked for one."),
    row(2, "encrypted timestamp", "A password: the ordinary way."),
    row(11, "ETYPE-INFO", "The KDC told which encryption types it takes."),
    row(15, "PK-AS-REP_OLD", "A smart card or another certificate."),
    row(16, "PK-AS-REQ", "A smart card or another certificate."),
    row(17, "PK-AS-REP", "A smart card or another certificate."),
    row(20, "SVR-REFERRAL-INFO", "Another domain was named."),
    row(138, "ENCRYPTED-CHALLENGE", "A password under the armor of FAST."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_row_holds() {
        row::tests::hold(ROWS);
        assert_eq!(row::find(ROWS, 2).map(|row| row.name), Some("encrypted timestamp"));
        assert_eq!(ROWS.len(), 8);
    }
}

//! Texts that a security event names by number, such as `%%2313`; a viewer shows them, a log holds the number.

use super::row::{Row, row};

/// The table.
pub const ROWS: &[Row] = &[
    row(1831, "Anonymous", "Impersonation level: the server learns nothing of the user."),
    row(1832, "Identification", "Impersonation level: the server may see who the user is, and not act as the user."),
    row(
        1833,
        "Impersonation",
        "Impersonation level: the server may act as the user on this computer. Ordinary for IIS.",
    ),
    row(1840, "Delegation", "Impersonation level: the server may act as the user on other computers too."),
    row(1842, "Yes", "A field that is yes or no."),
    row(1843, "No", "A field that is yes or no."),
    row(2304, "error during logon", "Why a logon failed: something else; status and sub-status say what."),
    row(2305, "account expired", "Why a logon failed: the account has expired."),
    row(2306, "Netlogon not active", "Why a logon failed: the Netlogon service does not run."),
    row(2307, "account locked out", "Why a logon failed: the account is locked out."),
    row(2308, "logon type not granted", "Why a logon failed: the right to sign in over the network is missing."),
    row(2309, "password expired", "Why a logon failed: the password has expired."),
    row(2310, "account disabled", "Why a logon failed: the account is disabled."),
    row(2311, "time restriction", "Why a logon failed: not at this hour."),
    row(2312, "workstation restriction", "Why a logon failed: not on this computer."),
    row(2313, "unknown name or wrong password", "Why a logon failed: the sub-status says which of the two."),
    row(2314, "inconsistent domain SID", "Why a logon failed: the SID of the domain does not fit, as after cloning."),
    row(2315, "smart card required", "Why a logon failed: the account needs a smart card."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_row_holds() {
        row::tests::hold(ROWS);
        assert_eq!(row::find(ROWS, 2313).map(|row| row.name), Some("unknown name or wrong password"));
        assert_eq!(row::find(ROWS, 1840).map(|row| row.name), Some("Delegation"));
        assert_eq!(ROWS.len(), 18);
    }
}

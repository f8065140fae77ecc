//! Windows errors and errors of the security packages: the last number of a line in the log of IIS, and what tools end
//! with.
//!
//! Sources: `winerror.h` of the Windows SDK. A Windows error may come wrapped as `0x8007….`.

use super::row::{Row, row};

/// The table.
pub const ROWS: &[Row] = &[
    row(0, "NO_ERROR", "It succeeded."),
    row(
        5,
        "ERROR_ACCESS_DENIED",
        "Beside 401.2 in the first line of a connection: ordinary. Beside 401.3: the rights on the file.",
    ),
    row(64, "ERROR_NETNAME_DELETED", "The client closed the connection."),
    row(1311, "ERROR_NO_LOGON_SERVERS", "No domain controller can be reached."),
    row(1326, "ERROR_LOGON_FAILURE", "Wrong name or password; beside 401.1 mostly of Basic authentication."),
    row(1327, "ERROR_ACCOUNT_RESTRICTION", "A restriction of the account, such as an empty password."),
    row(1328, "ERROR_INVALID_LOGON_HOURS", "The account may not sign in at this hour."),
    row(1329, "ERROR_INVALID_WORKSTATION", "The account may not sign in from this computer."),
    row(1330, "ERROR_PASSWORD_EXPIRED", "The password has expired."),
    row(1331, "ERROR_ACCOUNT_DISABLED", "The account is disabled."),
    row(1355, "ERROR_NO_SUCH_DOMAIN", "There is no domain of this name, or it cannot be found."),
    row(1385, "ERROR_LOGON_TYPE_NOT_GRANTED", "The right to sign in over the network is missing."),
    row(
        1396,
        "ERROR_WRONG_TARGET_NAME",
        "The target is another account than the name says: the family of KRB_AP_ERR_MODIFIED.",
    ),
    row(1397, "ERROR_MUTUAL_AUTH_FAILED", "The client could not make sure of the server."),
    row(1398, "ERROR_TIME_SKEW", "The clocks differ too much."),
    row(1787, "ERROR_NO_TRUST_SAM_ACCOUNT", "From klist get: the SPN is unknown."),
    row(1789, "ERROR_TRUSTED_RELATIONSHIP_FAILURE", "The trust between computer and domain is broken."),
    row(1793, "ERROR_ACCOUNT_EXPIRED", "The account has expired."),
    row(1907, "ERROR_PASSWORD_MUST_CHANGE", "The password must be changed first."),
    row(1909, "ERROR_ACCOUNT_LOCKED_OUT", "The account is locked out."),
    row(8344, "ERROR_DS_INSUFF_ACCESS_RIGHTS", "From setspn: who ran it may not write to the account."),
    row(
        8647,
        "ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST",
        "From setspn: another account of the forest holds this SPN already.",
    ),
    row(
        8648,
        "ERROR_DS_UPN_VALUE_NOT_UNIQUE_IN_FOREST",
        "Another account of the forest has this user principal name already.",
    ),
    row(0x8000_5006, "E_ADS_PROPERTY_NOT_SUPPORTED", "From adsutil: not set at this node, so it is inherited."),
    row(0x8009_0301, "SEC_E_INVALID_HANDLE", "A handshake went on that the server no longer knows."),
    row(0x8009_0304, "SEC_E_INTERNAL_ERROR", "The local security authority failed inside."),
    row(0x8009_0305, "SEC_E_SECPKG_NOT_FOUND", "The security package that the client asked for is not there."),
    row(0x8009_0308, "SEC_E_INVALID_TOKEN", "What the client sent is garbled or cut."),
    row(
        0x8009_030c,
        "SEC_E_LOGON_DENIED",
        "Beside 401.1: the ticket cannot be decrypted, the loopback check, or a wrong password with NTLM.",
    ),
    row(0x8009_030d, "SEC_E_UNKNOWN_CREDENTIALS", "The credentials were not recognized."),
    row(0x8009_030e, "SEC_E_NO_CREDENTIALS", "The first leg of a handshake: ordinary."),
    row(0x8009_030f, "SEC_E_MESSAGE_ALTERED", "A message was changed on its way, or the key is another."),
    row(0x8009_0311, "SEC_E_NO_AUTHENTICATING_AUTHORITY", "No domain controller can be reached."),
    row(0x8009_0322, "SEC_E_WRONG_PRINCIPAL", "The target is another account than the name says."),
    row(0x8009_0324, "SEC_E_TIME_SKEW", "The clocks differ too much."),
    row(0x8009_0331, "SEC_E_ALGORITHM_MISMATCH", "Client and server share no algorithm."),
    row(0x8009_0341, "SEC_E_KDC_UNABLE_TO_REFER", "The KDC knows no way to the other domain."),
    row(0x8009_0342, "SEC_E_KDC_UNKNOWN_ETYPE", "No common encryption type."),
    row(0x8009_0345, "SEC_E_DELEGATION_REQUIRED", "The server needs a ticket that can be delegated, and got none."),
    row(
        0x8009_0346,
        "SEC_E_BAD_BINDINGS",
        "Extended Protection: the client's channel binding does not match the TLS connection.",
    ),
    row(
        0x8009_0350,
        "SEC_E_DOWNGRADE_DETECTED",
        "Someone, or an unreachable KDC, made a weaker protocol look necessary.",
    ),
];

/// The Windows error that an HRESULT of the form `0x8007xxxx` wraps.
pub const fn unwrapped(value: u32) -> Option<u32> {
    if value >> 16 == 0x8007 { Some(value & 0xffff) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_row_holds() {
        row::tests::hold(ROWS);
        assert_eq!(ROWS.len(), 41);
    }

    #[test]
    fn names_stand_at_their_numbers() {
        let names = [
            (2_148_074_245, "SEC_E_SECPKG_NOT_FOUND"),
            (2_148_074_252, "SEC_E_LOGON_DENIED"),
            (2_148_074_254, "SEC_E_NO_CREDENTIALS"),
            (2_148_074_274, "SEC_E_WRONG_PRINCIPAL"),
            (2_148_074_310, "SEC_E_BAD_BINDINGS"),
            (0x51f, "ERROR_NO_LOGON_SERVERS"),
            (0x6fb, "ERROR_NO_TRUST_SAM_ACCOUNT"),
            (0x6fd, "ERROR_TRUSTED_RELATIONSHIP_FAILURE"),
            (0x2098, "ERROR_DS_INSUFF_ACCESS_RIGHTS"),
            (0x21c7, "ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST"),
        ];
        for (value, name) in names {
            assert_eq!(row::find(ROWS, value).map(|row| row.name), Some(name));
        }
    }

    #[test]
    fn a_wrapped_error_is_unwrapped() {
        assert_eq!(unwrapped(0x8007_0005), Some(5));
        assert_eq!(unwrapped(0x8009_030c), None);
    }
}

//! NT status values, as logon events, NTLM events, `klist`, `netlogon.log` and extended Kerberos errors print them.
//!
//! Source: `ntstatus.h` of the Windows SDK; what they mean beside a logon is said by events 4625 and 4776.

use super::row::{Row, row};

/// The table.
pub const ROWS: &[Row] = &[
    row(0xc000_0022, "STATUS_ACCESS_DENIED", "No right to do that."),
    row(0xc000_0035, "STATUS_OBJECT_NAME_COLLISION", "Beside 0x7: the SPN is held by several accounts."),
    row(0xc000_005e, "STATUS_NO_LOGON_SERVERS", "No domain controller can be reached."),
    row(
        0xc000_005f,
        "STATUS_NO_SUCH_LOGON_SESSION",
        "klist ran in a session that has no tickets: a fault of collecting, not of sign-in.",
    ),
    row(0xc000_0061, "STATUS_PRIVILEGE_NOT_HELD", "A privilege is missing."),
    row(0xc000_0062, "STATUS_INVALID_ACCOUNT_NAME", "The name is not formed like that of an account."),
    row(0xc000_0064, "STATUS_NO_SUCH_USER", "There is no such account."),
    row(0xc000_006a, "STATUS_WRONG_PASSWORD", "The account exists, and the password is wrong."),
    row(0xc000_006b, "STATUS_ILL_FORMED_PASSWORD", "The password holds what no password may hold."),
    row(
        0xc000_006c,
        "STATUS_PASSWORD_RESTRICTION",
        "A new password breaks a rule for passwords. It does not say that a password was wrong.",
    ),
    row(
        0xc000_006d,
        "STATUS_LOGON_FAILURE",
        "Wrong name or password; the sub-status says more. With none, and from the server itself: the loopback check, or clients and servers that disagree about LmCompatibilityLevel.",
    ),
    row(
        0xc000_006e,
        "STATUS_ACCOUNT_RESTRICTION",
        "A restriction of the account, such as an empty password or the group Protected Users.",
    ),
    row(0xc000_006f, "STATUS_INVALID_LOGON_HOURS", "The account may not sign in at this hour."),
    row(0xc000_0070, "STATUS_INVALID_WORKSTATION", "The account may not sign in from this computer."),
    row(0xc000_0071, "STATUS_PASSWORD_EXPIRED", "The password has expired."),
    row(0xc000_0072, "STATUS_ACCOUNT_DISABLED", "The account is disabled."),
    row(0xc000_0073, "STATUS_NONE_MAPPED", "A name could not be turned into a SID, or back."),
    row(
        0xc000_009a,
        "STATUS_INSUFFICIENT_RESOURCES",
        "No memory, or a ticket that does not fit its buffer: a user in very many groups.",
    ),
    row(0xc000_00dc, "STATUS_INVALID_SERVER_STATE", "The accounts database of the server is not ready."),
    row(0xc000_00df, "STATUS_NO_SUCH_DOMAIN", "There is no domain of this name, or it cannot be found."),
    row(0xc000_00e5, "STATUS_INTERNAL_ERROR", "An error inside Windows."),
    row(0xc000_00fe, "STATUS_NO_SUCH_PACKAGE", "The authentication package is not there."),
    row(0xc000_0133, "STATUS_TIME_DIFFERENCE_AT_DC", "The clocks of the server and the domain differ too much."),
    row(0xc000_015b, "STATUS_LOGON_TYPE_NOT_GRANTED", "The right to sign in over the network is missing or denied."),
    row(0xc000_018a, "STATUS_NO_TRUST_LSA_SECRET", "The computer has lost its password for the domain."),
    row(
        0xc000_018b,
        "STATUS_NO_TRUST_SAM_ACCOUNT",
        "From klist get: the SPN is unknown. From Netlogon: the computer has no account.",
    ),
    row(0xc000_018c, "STATUS_TRUSTED_DOMAIN_FAILURE", "The trust between two domains does not work."),
    row(0xc000_018d, "STATUS_TRUSTED_RELATIONSHIP_FAILURE", "The trust between computer and domain is broken."),
    row(0xc000_0192, "STATUS_NETLOGON_NOT_STARTED", "The Netlogon service does not run."),
    row(0xc000_0193, "STATUS_ACCOUNT_EXPIRED", "The account has expired."),
    row(0xc000_0198, "STATUS_NOLOGON_INTERDOMAIN_TRUST_ACCOUNT", "The account of a trust was used like a user."),
    row(0xc000_0199, "STATUS_NOLOGON_WORKSTATION_TRUST_ACCOUNT", "The account of a computer was used like a user."),
    row(0xc000_019a, "STATUS_NOLOGON_SERVER_TRUST_ACCOUNT", "The account of a domain controller was used like a user."),
    row(
        0xc000_019b,
        "STATUS_DOMAIN_TRUST_INCONSISTENT",
        "The SID of the domain does not fit its name, as after cloning a computer.",
    ),
    row(0xc000_0224, "STATUS_PASSWORD_MUST_CHANGE", "The password must be changed first."),
    row(
        0xc000_0225,
        "STATUS_NOT_FOUND",
        "Something was not found. In logon events it is known to come without a fault.",
    ),
    row(0xc000_0234, "STATUS_ACCOUNT_LOCKED_OUT", "The account is locked out."),
    row(
        0xc000_02ee,
        "STATUS_UNFINISHED_CONTEXT_DELETED",
        "The client went away in the middle of the handshake, often before a Kerberos context was complete.",
    ),
    row(0xc000_02fb, "STATUS_KDC_INVALID_REQUEST", "The KDC could not make sense of the request."),
    row(0xc000_02fc, "STATUS_KDC_UNABLE_TO_REFER", "The KDC knows no way to the other domain."),
    row(0xc000_02fd, "STATUS_KDC_UNKNOWN_ETYPE", "No common encryption type."),
    row(0xc000_0371, "STATUS_NO_SECRETS", "A read-only domain controller does not hold the password of the account."),
    row(
        0xc000_0388,
        "STATUS_DOWNGRADE_DETECTED",
        "Someone, or an unreachable KDC, made a weaker protocol look necessary.",
    ),
    row(0xc000_0413, "STATUS_AUTHENTICATION_FIREWALL_FAILED", "Selective authentication of a trust forbids it."),
    row(0xc000_0418, "STATUS_NTLM_BLOCKED", "NTLM is forbidden by policy, so there is nothing to fall back to."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_row_holds() {
        row::tests::hold(ROWS);
        assert!(ROWS.iter().all(|row| row.name.starts_with("STATUS_") && row.value >> 30 == 3));
        assert_eq!(ROWS.len(), 45);
    }

    #[test]
    fn names_stand_at_their_numbers() {
        let names = [
            (3_221_225_572, "STATUS_NO_SUCH_USER"),
            (3_221_225_578, "STATUS_WRONG_PASSWORD"),
            (3_221_225_580, "STATUS_PASSWORD_RESTRICTION"),
            (3_221_225_581, "STATUS_LOGON_FAILURE"),
            (3_221_225_569, "STATUS_PRIVILEGE_NOT_HELD"),
            (3_221_225_779, "STATUS_TIME_DIFFERENCE_AT_DC"),
            (3_221_225_819, "STATUS_LOGON_TYPE_NOT_GRANTED"),
            (3_221_226_036, "STATUS_ACCOUNT_LOCKED_OUT"),
            (3_221_226_520, "STATUS_NTLM_BLOCKED"),
        ];
        for (value, name) in names {
            assert_eq!(row::find(ROWS, value).map(|row| row.name), Some(name));
        }
    }
}

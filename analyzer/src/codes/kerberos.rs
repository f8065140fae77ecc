//! Errors of Kerberos, as KDC events, Kerberos event 3 and `klist` print them.
//!
//! Sources: RFC 4120 section 7.5.9, RFC 4556, RFC 6113, and the notes on event 4768 of the Windows documentation.

use super::row::{Row, row};

/// Other spellings under which documentation and old tools name the same error.
pub const ALIASES: [(&str, u32); 3] =
    [("KDC_ERR_S_BADOPTION", 0xd), ("KDC_ERR_ETYPE_NOTSUPP", 0xe), ("KDC_ERR_DH_KEY_PARAMETERS_NOT_ACCEPTED", 0x41)];

const CERTIFICATES: &str = "Only sign-in with a certificate or smart card (PKINIT) raises it.";

/// The table.
pub const ROWS: &[Row] = &[
    row(0x0, "KDC_ERR_NONE", "It succeeded."),
    row(0x1, "KDC_ERR_NAME_EXP", "The user's entry has expired. Windows says 0x12 instead."),
    row(0x2, "KDC_ERR_SERVICE_EXP", "The account that holds the SPN has expired."),
    row(0x3, "KDC_ERR_BAD_PVNO", "Another version of the protocol was spoken: look for a client that is not Windows."),
    row(0x4, "KDC_ERR_C_OLD_MAST_KVNO", "The user's key is under an old master key. Windows does not raise it."),
    row(0x5, "KDC_ERR_S_OLD_MAST_KVNO", "The service's key is under an old master key. Windows does not raise it."),
    row(
        0x6,
        "KDC_ERR_C_PRINCIPAL_UNKNOWN",
        "The user is not known: no such account, not yet replicated, or the wrong domain.",
    ),
    row(
        0x7,
        "KDC_ERR_S_PRINCIPAL_UNKNOWN",
        "The SPN is held by nobody, or by several accounts (extended error 0xc0000035). Usual noise when the URL holds an IP address.",
    ),
    row(
        0x8,
        "KDC_ERR_PRINCIPAL_NOT_UNIQUE",
        "The name is held several times. Windows usually says 0x7 and writes KDC event 11 instead.",
    ),
    row(0x9, "KDC_ERR_NULL_KEY", "The account has no key; a new password makes one."),
    row(0xa, "KDC_ERR_CANNOT_POSTDATE", "A ticket for later was asked for, or the clocks differ."),
    row(0xb, "KDC_ERR_NEVER_VALID", "The ticket would end before it begins: the clocks differ."),
    row(
        0xc,
        "KDC_ERR_POLICY",
        "A restriction of the account forbids it: hours, workstations, smart card, an authentication policy. Some versions refuse constrained delegation with it.",
    ),
    row(
        0xd,
        "KDC_ERR_BADOPTION",
        "Delegation is not allowed for this target or this user, or the ticket may not be forwarded. Noise unless delegation is the question.",
    ),
    row(0xe, "KDC_ERR_ETYPE_NOSUPP", "Client, KDC and account share no encryption type."),
    row(0xf, "KDC_ERR_SUMTYPE_NOSUPP", "The KDC has no key for this kind of checksum."),
    row(
        0x10,
        "KDC_ERR_PADATA_TYPE_NOSUPP",
        "A smart card was used, and the domain controller has no certificate for that. Logged with 4771, never with 4768.",
    ),
    row(0x11, "KDC_ERR_TRTYPE_NOSUPP", "The list of domains that the ticket came through has an unknown form."),
    row(0x12, "KDC_ERR_CLIENT_REVOKED", "The user's account is disabled, expired, locked out, or not allowed now."),
    row(0x13, "KDC_ERR_SERVICE_REVOKED", "The account that holds the SPN is disabled or locked."),
    row(
        0x14,
        "KDC_ERR_TGT_REVOKED",
        "The ticket-granting ticket is no longer accepted: krbtgt was reset, or the check of who asked for it failed.",
    ),
    row(0x15, "KDC_ERR_CLIENT_NOTYET", "The user is not valid yet: the clocks differ."),
    row(0x16, "KDC_ERR_SERVICE_NOTYET", "The service is not valid yet: the clocks differ."),
    row(0x17, "KDC_ERR_KEY_EXPIRED", "The password has expired or must be changed."),
    row(0x18, "KDC_ERR_PREAUTH_FAILED", "Wrong password. Once is ordinary."),
    row(0x19, "KDC_ERR_PREAUTH_REQUIRED", "The first question of every sign-in. Always noise."),
    row(0x1a, "KDC_ERR_SERVER_NOMATCH", "The KDC does not know the server that was named."),
    row(0x1b, "KDC_ERR_MUST_USE_USER2USER", "The SPN is on an account whose key may not be used for a service ticket."),
    row(0x1c, "KDC_ERR_PATH_NOT_ACCEPTED", "The KDC does not accept the way through the trusts."),
    row(0x1d, "KDC_ERR_SVC_UNAVAILABLE", "The KDC, or one that it has to ask, is not available."),
    row(0x1f, "KRB_AP_ERR_BAD_INTEGRITY", "What was sent with the ticket cannot be decrypted."),
    row(
        0x20,
        "KRB_AP_ERR_TKT_EXPIRED",
        "The ticket has expired. Clients renew it by themselves; lasting is a sign of wrong clocks.",
    ),
    row(0x21, "KRB_AP_ERR_TKT_NYV", "The ticket is not valid yet: the clock of the server is behind that of the KDC."),
    row(
        0x22,
        "KRB_AP_ERR_REPEAT",
        "The same request was seen twice: a replay, a load balancer that repeats it, or a clock that was set back.",
    ),
    row(0x23, "KRB_AP_ERR_NOT_US", "The ticket is for another server or another domain."),
    row(
        0x24,
        "KRB_AP_ERR_BADMATCH",
        "Ticket and request do not belong together; with protocol transition, the accounts differ.",
    ),
    row(
        0x25,
        "KRB_AP_ERR_SKEW",
        "The clocks differ by more than five minutes. Clients mend it by themselves, servers do not.",
    ),
    row(0x26, "KRB_AP_ERR_BADADDR", "The ticket is bound to another address, as behind NAT with ClientIpAddresses on."),
    row(0x27, "KRB_AP_ERR_BADVERSION", "Ticket and server speak different versions of the protocol."),
    row(0x28, "KRB_AP_ERR_MSG_TYPE", "Not the kind of message that was expected; also user-to-user over UDP."),
    row(
        0x29,
        "KRB_AP_ERR_MODIFIED",
        "The server cannot decrypt the ticket: the SPN is on another account than the one that decrypts, the name leads to another server, or the password is not the current one.",
    ),
    row(0x2a, "KRB_AP_ERR_BADORDER", "Messages came in the wrong order."),
    row(0x2c, "KRB_AP_ERR_BADKEYVER", "The ticket was made with another version of the key: a password was changed."),
    row(0x2d, "KRB_AP_ERR_NOKEY", "The server has no key of this kind, or for this domain."),
    row(0x2e, "KRB_AP_ERR_MUT_FAIL", "The client could not make sure of the server."),
    row(0x2f, "KRB_AP_ERR_BADDIRECTION", "A message came from the wrong side."),
    row(0x30, "KRB_AP_ERR_METHOD", "Another way of authentication is asked for; out of use."),
    row(0x31, "KRB_AP_ERR_BADSEQ", "The number of a message does not follow the one before."),
    row(0x32, "KRB_AP_ERR_INAPP_CKSUM", "The kind of checksum is too weak for this use."),
    row(0x33, "KRB_AP_PATH_NOT_ACCEPTED", "The way through the trusts cannot be followed."),
    row(
        0x34,
        "KRB_ERR_RESPONSE_TOO_BIG",
        "Too large for UDP; the client asks again over TCP. Noise, unless TCP port 88 is blocked.",
    ),
    row(0x3c, "KRB_ERR_GENERIC", "An error without a number of its own; the extended error says which."),
    row(0x3d, "KRB_ERR_FIELD_TOOLONG", "The message is longer than an old KDC accepts."),
    row(0x3e, "KDC_ERROR_CLIENT_NOT_TRUSTED", "The KDC does not trust the client's certificate."),
    row(0x3f, "KDC_ERROR_KDC_NOT_TRUSTED", "The client does not trust the certificate of the KDC."),
    row(0x40, "KDC_ERROR_INVALID_SIG", "A signature of the certificate sign-in is wrong."),
    row(0x41, "KDC_ERR_KEY_TOO_WEAK", "The key of a certificate sign-in is too weak."),
    row(
        0x42,
        "KDC_ERR_CERTIFICATE_MISMATCH or KRB_AP_ERR_USER_TO_USER_REQUIRED",
        "By the standard a certificate that does not fit the user; Windows documentation gives the number to tickets that only user-to-user may have.",
    ),
    row(0x43, "KRB_AP_ERR_NO_TGT", "User-to-user needs a ticket-granting ticket of the service, and there is none."),
    row(0x44, "KDC_ERR_WRONG_REALM", "Another domain has to be asked. Noise."),
    row(
        0x45,
        "KRB_AP_ERR_USER_TO_USER_REQUIRED",
        "The account may have tickets by user-to-user only. Some tools mean a certificate by this number; it is not clear-cut.",
    ),
    row(0x46, "KDC_ERR_CANT_VERIFY_CERTIFICATE", CERTIFICATES),
    row(0x47, "KDC_ERR_INVALID_CERTIFICATE", CERTIFICATES),
    row(0x48, "KDC_ERR_REVOKED_CERTIFICATE", CERTIFICATES),
    row(0x49, "KDC_ERR_REVOCATION_STATUS_UNKNOWN", CERTIFICATES),
    row(0x4a, "KDC_ERR_REVOCATION_STATUS_UNAVAILABLE", CERTIFICATES),
    row(0x4b, "KDC_ERR_CLIENT_NAME_MISMATCH", CERTIFICATES),
    row(0x4c, "KDC_ERR_KDC_NAME_MISMATCH", CERTIFICATES),
    row(0x4d, "KDC_ERR_INCONSISTENT_KEY_PURPOSE", CERTIFICATES),
    row(0x4e, "KDC_ERR_DIGEST_IN_CERT_NOT_ACCEPTED", CERTIFICATES),
    row(0x4f, "KDC_ERR_PA_CHECKSUM_MUST_BE_INCLUDED", CERTIFICATES),
    row(0x50, "KDC_ERR_DIGEST_IN_SIGNED_DATA_NOT_ACCEPTED", CERTIFICATES),
    row(0x51, "KDC_ERR_PUBLIC_KEY_ENCRYPTION_NOT_SUPPORTED", CERTIFICATES),
    row(0x5a, "KDC_ERR_PREAUTH_EXPIRED", "An armored sign-in (FAST) took too long."),
    row(0x5b, "KDC_ERR_MORE_PREAUTH_DATA_REQUIRED", "An armored sign-in (FAST) goes on with another message. Noise."),
    row(0x5c, "KDC_ERR_PREAUTH_BAD_AUTHENTICATION_SET", "Client and KDC found no way to prove the user (FAST)."),
    row(
        0x5d,
        "KDC_ERR_UNKNOWN_CRITICAL_FAST_OPTIONS",
        "The KDC does not know an option that the client insists on, of armoring or of delegation.",
    ),
    row(0x64, "KDC_ERR_NO_ACCEPTABLE_KDF", "Client and KDC share no way to derive a key from a certificate."),
];

/// The part of a name that all spellings share: `MODIFIED` of `KRB_AP_ERR_MODIFIED` and of `KERB_AP_ERR_MODIFIED`.
pub fn tail(name: &str) -> &str {
    name.split_once("_ERR_").or_else(|| name.split_once("_ERROR_")).map_or(name, |(_, tail)| tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_row_holds_and_only_the_gaps_of_the_standard_are_missing() {
        row::tests::hold(ROWS);
        let missing: Vec<_> = (0..=81).filter(|value| row::find(ROWS, *value).is_none()).collect();
        assert_eq!(missing, [30, 43, 53, 54, 55, 56, 57, 58, 59]);
        assert_eq!(ROWS.len(), 82 - 9 + 5);
    }

    #[test]
    fn names_stand_at_the_numbers_of_the_standard() {
        let names = [
            (6, "KDC_ERR_C_PRINCIPAL_UNKNOWN"),
            (7, "KDC_ERR_S_PRINCIPAL_UNKNOWN"),
            (14, "KDC_ERR_ETYPE_NOSUPP"),
            (18, "KDC_ERR_CLIENT_REVOKED"),
            (23, "KDC_ERR_KEY_EXPIRED"),
            (24, "KDC_ERR_PREAUTH_FAILED"),
            (37, "KRB_AP_ERR_SKEW"),
            (41, "KRB_AP_ERR_MODIFIED"),
            (52, "KRB_ERR_RESPONSE_TOO_BIG"),
            (60, "KRB_ERR_GENERIC"),
            (68, "KDC_ERR_WRONG_REALM"),
            (81, "KDC_ERR_PUBLIC_KEY_ENCRYPTION_NOT_SUPPORTED"),
            (93, "KDC_ERR_UNKNOWN_CRITICAL_FAST_OPTIONS"),
        ];
        for (value, name) in names {
            assert_eq!(row::find(ROWS, value).map(|row| row.name), Some(name));
        }
    }

    #[test]
    fn names_are_told_apart_by_their_tails() {
        let mut tails = std::collections::BTreeSet::new();
        assert!(ROWS.iter().all(|row| tails.insert(tail(row.name))));
        assert!(ALIASES.iter().all(|(name, value)| row::find(ROWS, *value).is_some() && tails.insert(tail(name))));
    }
}

//! Bits of `userAccountControl`, the attribute that says what an account is and may.

use super::row::{Row, row};

/// The table.
pub const ROWS: &[Row] = &[
    row(0x1, "SCRIPT", "A logon script runs."),
    row(0x2, "ACCOUNTDISABLE", "The account is disabled: no ticket for it or from it."),
    row(0x8, "HOMEDIR_REQUIRED", "It needs a home folder."),
    row(0x10, "LOCKOUT", "Not kept up to date; lockoutTime says whether the account is locked out."),
    row(0x20, "PASSWD_NOTREQD", "Its password may be empty."),
    row(0x40, "PASSWD_CANT_CHANGE", "It may not change its password; computed."),
    row(0x80, "ENCRYPTED_TEXT_PWD_ALLOWED", "Its password is kept reversibly, as Digest authentication needs."),
    row(0x100, "TEMP_DUPLICATE_ACCOUNT", "A local double of an account of another domain."),
    row(0x200, "NORMAL_ACCOUNT", "A user."),
    row(0x800, "INTERDOMAIN_TRUST_ACCOUNT", "The account of a trust."),
    row(0x1000, "WORKSTATION_TRUST_ACCOUNT", "A computer, or a managed service account."),
    row(0x2000, "SERVER_TRUST_ACCOUNT", "A domain controller."),
    row(0x1_0000, "DONT_EXPIRE_PASSWORD", "Its password does not expire; usual for service accounts."),
    row(0x2_0000, "MNS_LOGON_ACCOUNT", "Of an old kind of cluster."),
    row(0x4_0000, "SMARTCARD_REQUIRED", "It signs in with a smart card only."),
    row(
        0x8_0000,
        "TRUSTED_FOR_DELEGATION",
        "Unconstrained delegation: services of this account are sent the users' own tickets.",
    ),
    row(0x10_0000, "NOT_DELEGATED", "The account is sensitive: nobody may act for it on a second hop."),
    row(0x20_0000, "USE_DES_KEY_ONLY", "DES alone, which nothing accepts any more."),
    row(0x40_0000, "DONT_REQ_PREAUTH", "It needs no proof of its password, so that there is no event 4771 either."),
    row(0x80_0000, "PASSWORD_EXPIRED", "Computed; read msDS-User-Account-Control-Computed."),
    row(
        0x100_0000,
        "TRUSTED_TO_AUTH_FOR_DELEGATION",
        "Protocol transition: constrained delegation also for users who came by NTLM.",
    ),
    row(0x400_0000, "PARTIAL_SECRETS_ACCOUNT", "A read-only domain controller."),
];

/// The bits of which every account has one: what kind of account it is.
pub const KINDS: u32 = 0x200 | 0x800 | 0x1000 | 0x2000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_bit_holds() {
        row::tests::hold_bits(ROWS);
        assert_eq!(ROWS.len(), 22);
        let bits = [
            (2, "ACCOUNTDISABLE"),
            (512, "NORMAL_ACCOUNT"),
            (4096, "WORKSTATION_TRUST_ACCOUNT"),
            (65536, "DONT_EXPIRE_PASSWORD"),
            (524_288, "TRUSTED_FOR_DELEGATION"),
            (1_048_576, "NOT_DELEGATED"),
            (16_777_216, "TRUSTED_TO_AUTH_FOR_DELEGATION"),
            (67_108_864, "PARTIAL_SECRETS_ACCOUNT"),
        ];
        for (value, name) in bits {
            assert_eq!(row::find(ROWS, value).map(|row| row.name), Some(name));
        }
    }
}

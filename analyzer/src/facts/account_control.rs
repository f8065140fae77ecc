//! What flags of an account mean: `userAccountControl`, and the encryption types that it has keys for.

use std::fmt;

/// `userAccountControl`, or the flags of it that the directory works out when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountControl(pub u32);

impl AccountControl {
    /// The account is disabled.
    pub const DISABLED: Self = Self(0x2);
    /// The account is locked out; only the computed flags know.
    pub const LOCKED_OUT: Self = Self(0x10);
    /// It is the account of a domain controller.
    pub const SERVER_TRUST: Self = Self(0x2000);
    /// The password does not expire.
    pub const PASSWORD_STAYS: Self = Self(0x1_0000);
    /// A smart card is needed to sign in.
    pub const SMART_CARD: Self = Self(0x4_0000);
    /// It may delegate users to any service.
    pub const TRUSTED_FOR_DELEGATION: Self = Self(0x8_0000);
    /// Nobody may delegate it.
    pub const NOT_DELEGATED: Self = Self(0x10_0000);
    /// It has keys for DES alone.
    pub const DES_ONLY: Self = Self(0x20_0000);
    /// The password is too old; only the computed flags know.
    pub const PASSWORD_EXPIRED: Self = Self(0x80_0000);
    /// It may delegate users who did not sign in by Kerberos.
    pub const PROTOCOL_TRANSITION: Self = Self(0x100_0000);

    /// Reads a number, which the directory writes with a sign.
    pub fn parse(text: &str) -> Option<Self> {
        signed(text).map(Self)
    }

    /// Whether a flag is set.
    pub const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 == flag.0
    }
}

/// `msDS-SupportedEncryptionTypes`: what the account is said to be capable of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EncryptionTypes(pub u32);

impl EncryptionTypes {
    /// Both forms of DES.
    pub const DES: Self = Self(0x3);
    /// RC4-HMAC.
    pub const RC4: Self = Self(0x4);
    /// AES with SHA-1, of both lengths.
    pub const AES: Self = Self(0x18);
    /// AES with SHA-2, of both lengths, which Windows Server 2025 brought.
    pub const AES_SHA2: Self = Self(0xc0);
    /// All that name an encryption type; the others speak of other features.
    const KNOWN: Self = Self(0xdf);

    /// Reads a number, which the directory writes with a sign.
    pub fn parse(text: &str) -> Option<Self> {
        signed(text).map(Self)
    }

    /// Whether any type is named. None means that the domain controller takes its default.
    pub const fn names_any(self) -> bool {
        self.0 & Self::KNOWN.0 != 0
    }

    /// Whether one of these types is among them.
    pub const fn has_any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    /// Whether AES is among them, in any form.
    pub const fn has_aes(self) -> bool {
        self.has_any(Self::AES) || self.has_any(Self::AES_SHA2)
    }
}

impl fmt::Display for EncryptionTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [(u32, &str); 7] = [
            (0x1, "DES-CBC-CRC"),
            (0x2, "DES-CBC-MD5"),
            (0x4, "RC4"),
            (0x8, "AES128"),
            (0x10, "AES256"),
            (0x40, "AES128-SHA256"),
            (0x80, "AES256-SHA384"),
        ];
        let named: Vec<_> = NAMES.iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, name)| *name).collect();
        if named.is_empty() { f.write_str("none") } else { f.write_str(&named.join(", ")) }
    }
}

/// Numbers of 32 bits, of which the highest is a sign in LDAP.
fn signed(text: &str) -> Option<u32> {
    let number = text.trim().parse::<i64>().ok()?;
    u32::try_from(number).ok().or_else(|| i32::try_from(number).ok().map(i32::cast_unsigned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_from_numbers_with_a_sign() {
        let control = AccountControl::parse("66050").expect("a number");
        assert!(control.has(AccountControl::DISABLED) && control.has(AccountControl::PASSWORD_STAYS));
        assert!(!control.has(AccountControl::LOCKED_OUT));
        assert_eq!(AccountControl::parse("-2147483646"), Some(AccountControl(0x8000_0002)));
        for text in ["", "x", "4294967296", "-2147483649", "0x2"] {
            assert_eq!(AccountControl::parse(text), None, "{text}");
        }
    }

    #[test]
    fn types_have_names_and_other_features_are_no_types() {
        let all = EncryptionTypes(0x1f);
        assert_eq!(all.to_string(), "DES-CBC-CRC, DES-CBC-MD5, RC4, AES128, AES256");
        assert!(all.has_aes() && all.has_any(EncryptionTypes::RC4) && EncryptionTypes(0x40).has_aes());
        let features = EncryptionTypes(0x8_0020);
        assert!(!features.names_any() && !features.has_aes() && features.to_string() == "none");
    }
}

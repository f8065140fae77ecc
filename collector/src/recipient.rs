//! Who will be able to open an encrypted bundle: the recipient that a person names, checked before anything is done.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use bech32::Bech32;
use bech32::primitives::decode::CheckedHrpstring;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use hkdf::Hkdf;
use sha2::Sha256;
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::Zeroizing;

/// What a file is encrypted with; it is wrapped for each recipient.
pub type FileKey = Zeroizing<[u8; 16]>;

/// The public half of a key pair of age (X25519); its holder opens what is encrypted for it.
///
/// Its `Display` is the line that `age-keygen` prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    text: String,
    key: [u8; 32],
}

/// Why a text is no recipient. It never repeats the text: people confuse the two halves of a key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRecipient {
    /// It is the secret half.
    Secret,
    /// It is a key of SSH.
    Ssh,
    /// It is a recipient of another kind, which needs a plug-in or a newer age.
    OtherKind,
    /// It looks right, and its check sum is wrong.
    Mistyped,
    /// It is a key with which everybody could open the bundle.
    Worthless,
    /// It is something else.
    Unlike,
}

impl fmt::Display for NoRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => {
                "this is a secret key, which only its owner should have; a recipient begins with age1, \
                 and stands beside the secret key as \"public key\""
            }
            Self::Ssh => "keys of SSH cannot be used; a recipient begins with age1",
            Self::OtherKind => "this kind of recipient cannot be used; age-keygen makes one that can",
            Self::Mistyped => "a character of this recipient is wrong or missing: its check sum does not fit",
            Self::Worthless => "with this recipient everybody could open the bundle",
            Self::Unlike => "this is no recipient; one begins with age1 and has 62 characters, as age-keygen prints it",
        })
    }
}

impl Recipient {
    /// Reads what `age-keygen` prints as the public key.
    ///
    /// # Errors
    ///
    /// It is anything else.
    pub fn parse(text: &str) -> Result<Self, NoRecipient> {
        let text = text.trim();
        let begins_with = |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
        if begins_with("AGE-SECRET-KEY-") || begins_with("AGE-PLUGIN-") {
            return Err(NoRecipient::Secret);
        }
        if begins_with("ssh-") {
            return Err(NoRecipient::Ssh);
        }
        let text = text.to_ascii_lowercase();
        let checked = CheckedHrpstring::new::<Bech32>(&text).map_err(|_wrong| unlike(&text))?;
        let bytes: Vec<u8> = checked.byte_iter().collect();
        let key = <[u8; 32]>::try_from(bytes).ok().filter(|_| checked.hrp().as_str() == "age");
        let key = key.ok_or_else(|| unlike(&text))?;
        if opens_for_everybody(&key) { Err(NoRecipient::Worthless) } else { Ok(Self { text, key }) }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What is wrong with a text that the library refuses.
fn unlike(text: &str) -> NoRecipient {
    // "age1", 52 characters for the key, 6 for the check sum.
    const LENGTH: usize = 62;
    match text.strip_prefix("age1") {
        // Plug-ins and the recipients of later versions have a second `1`, which data never holds.
        Some(rest) if rest.contains('1') => NoRecipient::OtherKind,
        Some(_) if text.len().abs_diff(LENGTH) < 8 => NoRecipient::Mistyped,
        _ => NoRecipient::Unlike,
    }
}

impl Recipient {
    /// The stanza `X25519` of the format: a share of a key made for this file alone, and the file's key, wrapped.
    /// `secret` must be random, and used for nothing else.
    pub fn stanza(&self, file_key: &FileKey, secret: &Zeroizing<[u8; 32]>) -> Option<String> {
        let share = x25519(**secret, X25519_BASEPOINT_BYTES);
        let shared = Zeroizing::new(x25519(**secret, self.key));
        let salt = [share, self.key].concat();
        let wrapping = derive(&salt, b"age-encryption.org/v1/X25519", &*shared)?;
        let mut wrapped = file_key.to_vec();
        // Each of these keys encrypts once, so the format lets all of them begin at zero.
        let cipher = ChaCha20Poly1305::new(&(*wrapping).into());
        cipher.encrypt_in_place(&[0; 12].into(), &[], &mut wrapped).ok()?;
        let [share, wrapped] = [share.as_slice(), &wrapped].map(|bytes| BASE64_STANDARD_NO_PAD.encode(bytes));
        Some(format!("-> X25519 {share}\n{wrapped}\n"))
    }
}

/// A key made of a secret, for one use.
pub fn derive(salt: &[u8], purpose: &[u8], secret: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), secret).expand(purpose, &mut *key).ok()?;
    Some(key)
}

/// Whether all keys agree with this one on the same secret, so that it keeps nobody out.
fn opens_for_everybody(key: &[u8; 32]) -> bool {
    // Any secret will do: what it is multiplied with has no order but a small one.
    x25519([1; 32], *key) == [0; 32]
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

    fn check(text: &str, expected: Result<&str, NoRecipient>) {
        let parsed = Recipient::parse(text).map(|recipient| recipient.to_string());
        assert_eq!(parsed.as_deref(), expected.as_ref().map(|text| *text), "{text}");
    }

    #[test]
    fn what_age_keygen_prints_is_taken() {
        check(GOOD, Ok(GOOD));
        check(&format!(" {GOOD}\r\n"), Ok(GOOD));
        check(&GOOD.to_uppercase(), Ok(GOOD));
    }

    #[test]
    fn each_mistake_has_its_sentence() {
        let secret = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
        check(secret, Err(NoRecipient::Secret));
        check(&secret.to_lowercase(), Err(NoRecipient::Secret));
        check(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN",
            Err(NoRecipient::Ssh),
        );
        check("age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", Err(NoRecipient::OtherKind));
        check(&GOOD.replace("7pa", "7pq"), Err(NoRecipient::Mistyped));
        check(GOOD.trim_end_matches('a'), Err(NoRecipient::Mistyped));
        check(GOOD.trim_end_matches(|letter| letter != 'l'), Err(NoRecipient::Unlike));
        check(&format!("{GOOD}{GOOD}"), Err(NoRecipient::OtherKind));
        check("", Err(NoRecipient::Unlike));
        check("support@contoso.com", Err(NoRecipient::Unlike));
        check("\u{e4}ge1", Err(NoRecipient::Unlike));
    }

    #[test]
    fn no_sentence_repeats_what_was_typed() {
        let secret = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
        let sentence = Recipient::parse(secret).expect_err("it is secret").to_string();
        assert!(!sentence.contains("GQ9778"), "{sentence}");
    }

    #[test]
    fn a_recipient_that_opens_for_everybody_is_refused() {
        for text in [
            "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
            "age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqj7vrya",
            "age1anlllllllllllllllllllllllllllllllllllllllllllllllals4n2t7m",
            "age1ahlllllllllllllllllllllllllllllllllllllllllllllllalsn46ayy",
            "age1amlllllllllllllllllllllllllllllllllllllllllllllllalselrwrv",
            "age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhqqqzyt4v9",
            "age1t7wft09r2zxzfvwsk92eeql0tvzyghxytqwgapkcyf8dm5ylz9ts6wm9s8",
            // The same as the one before, with the bit that does not count.
            "age1t7wft09r2zxzfvwsk92eeql0tvzyghxytqwgapkcyf8dm5ylz8ts72fzt7",
        ] {
            check(text, Err(NoRecipient::Worthless));
        }
    }
}

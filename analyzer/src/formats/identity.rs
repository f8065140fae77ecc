//! Identity files of age: the secret halves of key pairs, with which encrypted bundles are opened.

use std::fmt;

use age::x25519::Identity;

use crate::formats::sealed;
use crate::formats::text::Text;

/// What is read of an identity file at most; one key takes a line of 74 characters.
pub const LIMIT_BYTES: u64 = 64 << 10;

/// Keys that may open what is encrypted.
#[derive(Clone, Default)]
pub struct Keyring {
    keys: Vec<Identity>,
}

/// Never the keys.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring of {}", self.keys.len())
    }
}

/// Why a file is no identity file that can be used. It never repeats what the file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoIdentity {
    /// It is encrypted itself.
    #[error(
        "this identity file is protected with a passphrase, which cannot be asked for here; \
         age --decrypt writes one that is not"
    )]
    Passphrase,
    /// It holds the other half.
    #[error(
        "this is a recipient, the public half of a key; the identity file holds the secret half, \
         a line that begins with AGE-SECRET-KEY-1"
    )]
    Public,
    /// It is a key of SSH.
    #[error("keys of SSH cannot be used; an identity file is what age-keygen writes")]
    Ssh,
    /// It needs a plug-in or a newer age.
    #[error("line {0} is a key of another kind, such as a plug-in of age has; only those of age-keygen can be used")]
    OtherKind(u32),
    /// It looks like a key and is none.
    #[error("line {0} begins like a key, and a character of it is wrong or missing")]
    Mistyped(u32),
    /// It is something else.
    #[error("line {0} is no key; an identity file is what age-keygen writes")]
    Unlike(u32),
    /// There is no line with a key.
    #[error("there is no key in it")]
    Empty,
}

impl Keyring {
    /// Takes all keys of an identity file; returns how many there are.
    ///
    /// # Errors
    ///
    /// It is no identity file, or holds a line that is not understood.
    pub fn add(&mut self, file: &[u8]) -> Result<usize, NoIdentity> {
        if sealed::is_sealed(file) {
            return Err(NoIdentity::Passphrase);
        }
        // In whatever encoding an editor, or `>` in PowerShell, saved it.
        let text = Text::decode(file, None);
        let lines = text.numbered().map(|(number, line)| (number, line.trim()));
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let keys = lines.map(|(number, line)| key(number, line)).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(NoIdentity::Empty);
        }
        let count = keys.len();
        self.keys.extend(keys);
        Ok(count)
    }

    /// Whether there is no key.
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys, as the library takes them.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.keys.iter().map(|key| key as &dyn age::Identity)
    }
}

/// Whether this is the beginning of an identity file, so that nobody takes it for evidence.
pub fn is_identity_file(head: &[u8]) -> bool {
    let text = Text::decode(head, None);
    let first = text.lines().iter().map(|line| line.trim()).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| begins_with(line, "AGE-SECRET-KEY-"))
}

fn key(number: u32, line: &str) -> Result<Identity, NoIdentity> {
    line.parse().map_err(|_| match line {
        _ if begins_with(line, "AGE-SECRET-KEY-1") => NoIdentity::Mistyped(number),
        _ if begins_with(line, "AGE-") => NoIdentity::OtherKind(number),
        _ if begins_with(line, "age1") => NoIdentity::Public,
        _ if begins_with(line, "-----BEGIN OPENSSH") || begins_with(line, "ssh-") => NoIdentity::Ssh,
        _ => NoIdentity::Unlike(number),
    })
}

fn begins_with(line: &str, start: &str) -> bool {
    line.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `age-keygen` writes it.
    const FILE: &str = "# created: 2026-03-02T09:15:00+01:00\n\
        # public key: age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm\n\
        AGE-SECRET-KEY-184JMZMVQH3E6U0PSL869004Y3U2NYV7R30EU99CSEDNPH02YUVFSZW44VU\n";

    fn check(file: &str, expected: Result<usize, NoIdentity>) {
        let mut keyring = Keyring::default();
        assert_eq!(keyring.add(file.as_bytes()), expected, "{file}");
        assert_eq!(keyring.keys.len(), expected.unwrap_or(0), "{file}");
    }

    #[test]
    fn what_age_keygen_writes_is_taken() {
        check(FILE, Ok(1));
        check(&FILE.replace('\n', "\r\n"), Ok(1));
        check(&FILE.repeat(3), Ok(3));
        check(&format!("\u{feff}{}", FILE.trim()), Ok(1));
        let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(FILE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(Keyring::default().add(&utf16), Ok(1));
    }

    #[test]
    fn each_mistake_has_its_sentence() {
        check("", Err(NoIdentity::Empty));
        check("# created: today\n", Err(NoIdentity::Empty));
        check(&FILE.replace("4VU", "4VX"), Err(NoIdentity::Mistyped(3)));
        check(&FILE.replace("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1"), Err(NoIdentity::OtherKind(3)));
        check(&FILE.replace("AGE-SECRET-KEY-1", "AGE-PLUGIN-YUBIKEY-1"), Err(NoIdentity::OtherKind(3)));
        check("age1cy0su9fwf3gf9mw868g5yut09p6nytfmmnktexz2ya5uqg9vl9sss4euqm", Err(NoIdentity::Public));
        check("-----BEGIN OPENSSH PRIVATE KEY-----", Err(NoIdentity::Ssh));
        check("# a key\n\nremember the milk", Err(NoIdentity::Unlike(3)));
        check("age-encryption.org/v1\n-> scrypt ", Err(NoIdentity::Passphrase));
    }

    #[test]
    fn nothing_that_is_printed_holds_a_key() {
        let mut keyring = Keyring::default();
        keyring.add(FILE.as_bytes()).expect("a key");
        assert_eq!(format!("{keyring:?}"), "Keyring of 1");
        let wrong = keyring.add(FILE.replace("4VU", "4VX").as_bytes()).expect_err("it is wrong");
        assert!(!format!("{wrong} {wrong:?}").contains("84JMZM"));
    }

    #[test]
    fn an_identity_file_is_known_by_its_content() {
        assert!(is_identity_file(FILE.as_bytes()));
        assert!(!is_identity_file(b"PK\x03\x04"));
        assert!(!is_identity_file(b"# public key: age1\nremember the milk"));
        assert!(!is_identity_file(b""));
    }
}

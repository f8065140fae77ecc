//! Files encrypted with age: known by their content, decrypted in memory, and believed only as a whole.

use std::io::{self, BufReader, Cursor, Read};

use age::armor::ArmoredReader;
use age::{DecryptError, Decryptor};

use crate::formats::identity::Keyring;

const MAGIC: &[u8] = b"age-encryption.org/";
const VERSION: &[u8] = b"age-encryption.org/v1\n";
const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// How far the header of a file may reach. A recipient takes about a hundred bytes of it, the largest kind some
/// thousand and a half. The library reads headers of any length, and a long one many times over.
const HEADER_BYTES: u64 = 32 << 10;

/// The line that ends a header: `--- ` and 43 characters.
const HEADER_END: &[u8] = b"\n--- ";
const HEADER_END_LENGTH: usize = HEADER_END.len() + 43;

/// Why an encrypted file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    /// Nobody gave a key.
    #[error("it is encrypted, and needs the identity file of one of its recipients")]
    NoKey,
    /// None of the keys fits.
    #[error("it is encrypted for somebody else: no given identity file opens it")]
    OtherKey,
    /// A passphrase opens it, and no key.
    #[error("it is encrypted with a passphrase instead of a key; decrypt it first, with age --decrypt")]
    Passphrase,
    /// It is of a later version of age.
    #[error("it is encrypted in a form that is newer than this program knows")]
    Newer,
    /// The header is not as it was written.
    #[error("the head of the encrypted file is damaged, so nothing of it is read")]
    Header,
    /// A block of the content is not as it was written, or the end is missing.
    #[error("the encrypted file was cut short or changed on its way, so nothing of it is read")]
    Content,
    /// There is too much in it.
    #[error("there is more than {} MiB in the encrypted file; decrypt it first, with age --decrypt", .0 >> 20)]
    OverLimit(u64),
    /// It cannot be read.
    #[error("{0}")]
    Io(io::Error),
}

/// Whether this is the beginning of an encrypted file, armored or not.
pub fn is_sealed(head: &[u8]) -> bool {
    head.starts_with(MAGIC) || is_armored(head)
}

/// Bytes that [`is_sealed`] needs to see, with some room for empty lines before an armor.
pub const HEAD_BYTES: usize = 256;

fn is_armored(head: &[u8]) -> bool {
    head.trim_ascii_start().starts_with(ARMOR)
}

/// Decrypts a whole file, or nothing.
///
/// # Errors
///
/// No key fits, it is not whole, or there is more than `limit_bytes` in it.
pub fn decrypt(mut file: impl Read, keys: &Keyring, limit_bytes: u64) -> Result<Vec<u8>, SealedError> {
    let mut start = Vec::new();
    file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut start).map_err(SealedError::Io)?;
    if is_armored(&start) {
        // Mail programs put empty lines before an armor, which the library does not expect.
        let file = Cursor::new(start.trim_ascii_start().to_vec()).chain(file);
        return decrypt_binary(ArmoredReader::new(file), keys, limit_bytes);
    }
    decrypt_binary(Cursor::new(start).chain(file), keys, limit_bytes)
}

fn decrypt_binary(mut file: impl Read, keys: &Keyring, limit_bytes: u64) -> Result<Vec<u8>, SealedError> {
    let mut start = Vec::new();
    file.by_ref().take(HEADER_BYTES).read_to_end(&mut start).map_err(|error| broken(error, SealedError::Header))?;
    check_header(&start)?;
    let file = BufReader::new(Cursor::new(start).chain(file));
    let decryptor = Decryptor::new_buffered(file).map_err(refused)?;
    if decryptor.is_scrypt() {
        return Err(SealedError::Passphrase);
    }
    if keys.is_empty() {
        return Err(SealedError::NoKey);
    }
    let content = decryptor.decrypt(keys.keys()).map_err(refused)?;
    let mut bytes = Vec::new();
    let read = content.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| broken(error, SealedError::Content))?;
    if bytes.len() as u64 > limit_bytes { Err(SealedError::OverLimit(limit_bytes)) } else { Ok(bytes) }
}

/// Lets a header pass that the library reads within the bytes that were looked at.
fn check_header(start: &[u8]) -> Result<(), SealedError> {
    if !start.starts_with(VERSION) {
        return Err(if start.starts_with(MAGIC) { SealedError::Newer } else { SealedError::Header });
    }
    let end = start.windows(HEADER_END.len()).position(|window| window == HEADER_END);
    let line = end.and_then(|at| start.get(at.saturating_add(HEADER_END_LENGTH)));
    if line == Some(&b'\n') { Ok(()) } else { Err(SealedError::Header) }
}

/// Not the words of the library: they are made for its own program.
fn refused(error: DecryptError) -> SealedError {
    match error {
        DecryptError::NoMatchingKeys => SealedError::OtherKey,
        DecryptError::Io(error) => broken(error, SealedError::Header),
        _ => SealedError::Header,
    }
}

/// What a failure to read means: the file cannot be read, or this part of it is not as it was written.
fn broken(error: io::Error, damage: SealedError) -> SealedError {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => damage,
        _ => SealedError::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use age::Encryptor;
    use age::armor::{ArmoredWriter, Format};
    use age::x25519::Identity;

    use super::*;

    const LIMIT: u64 = 1 << 20;

    fn keyring(identity: &Identity) -> Keyring {
        use age::secrecy::ExposeSecret as _;
        let mut keyring = Keyring::default();
        keyring.add(identity.to_string().expose_secret().as_bytes()).expect("a key");
        keyring
    }

    fn seal(identity: &Identity, bytes: &[u8], format: Format) -> Vec<u8> {
        let recipient = identity.to_public();
        let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).expect("a key");
        let armor = ArmoredWriter::wrap_output(Vec::new(), format).expect("written");
        let mut writer = encryptor.wrap_output(armor).expect("written");
        writer.write_all(bytes).expect("written");
        writer.finish().expect("written").finish().expect("written")
    }

    fn check(sealed: &[u8], keys: &Keyring, expected: &str) {
        let refused = decrypt(sealed, keys, LIMIT).expect_err(expected).to_string();
        assert!(refused.contains(expected), "{refused}");
    }

    #[test]
    fn its_key_opens_it_armored_or_not() {
        let identity = Identity::generate();
        let keys = keyring(&identity);
        for size in [0, 1, 65_535, 65_536, 65_537, 300_000] {
            let bytes = vec![7; size];
            for format in [Format::Binary, Format::AsciiArmor] {
                let sealed = seal(&identity, &bytes, format);
                assert!(is_sealed(&sealed));
                assert_eq!(decrypt(sealed.as_slice(), &keys, LIMIT).expect("opens"), bytes);
            }
        }
        let mailed = [b"\r\n\r\n".to_vec(), seal(&identity, b"hello", Format::AsciiArmor)].concat();
        let mailed = String::from_utf8(mailed).expect("text").replace('\n', "\r\n");
        assert!(is_sealed(mailed.as_bytes()));
        assert_eq!(decrypt(mailed.as_bytes(), &keys, LIMIT).expect("opens"), b"hello");
    }

    #[test]
    fn without_its_key_nothing_is_read() {
        let identity = Identity::generate();
        let sealed = seal(&identity, b"hello", Format::Binary);
        check(&sealed, &Keyring::default(), "needs the identity file");
        check(&sealed, &keyring(&Identity::generate()), "for somebody else");
        let encryptor = Encryptor::with_user_passphrase("secret".to_owned().into());
        let mut writer = encryptor.wrap_output(Vec::new()).expect("written");
        writer.write_all(b"hello").expect("written");
        let passphrase = writer.finish().expect("written");
        check(&passphrase, &keyring(&identity), "with a passphrase");
        check(&passphrase, &Keyring::default(), "with a passphrase");
    }

    #[test]
    fn no_bit_can_be_changed_and_no_byte_be_missing() {
        let identity = Identity::generate();
        let keys = keyring(&identity);
        let sealed = seal(&identity, b"PK\x03\x04 and so on", Format::Binary);
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[at] ^= 1 << bit;
                assert!(decrypt(changed.as_slice(), &keys, LIMIT).is_err(), "bit {bit} of byte {at}");
            }
            assert!(decrypt(&sealed[..at], &keys, LIMIT).is_err(), "cut at {at}");
        }
        check(&[sealed.as_slice(), b"x"].concat(), &keys, "cut short or changed");
    }

    #[test]
    fn an_end_that_is_missing_is_noticed_at_the_border_of_blocks() {
        let identity = Identity::generate();
        let keys = keyring(&identity);
        let sealed = seal(&identity, &vec![7; 200_000], Format::Binary);
        let content = sealed.len() - (200_000 + 4 * 16);
        for blocks in 0..4 {
            check(&sealed[..content + blocks * (65_536 + 16)], &keys, "cut short or changed");
        }
        let armored = seal(&identity, &vec![7; 200_000], Format::AsciiArmor);
        for cut in [armored.len() / 2, armored.len() - 40, armored.len() - 10] {
            check(&armored[..cut], &keys, "cut short or changed");
        }
    }

    #[test]
    fn more_than_the_limit_is_refused() {
        let identity = Identity::generate();
        let sealed = seal(&identity, &vec![7; 100_000], Format::Binary);
        assert!(decrypt(sealed.as_slice(), &keyring(&identity), 100_000).is_ok());
        assert!(matches!(decrypt(sealed.as_slice(), &keyring(&identity), 99_999), Err(SealedError::OverLimit(99_999))));
    }

    #[test]
    fn hostile_heads_are_refused_before_the_library_reads_them() {
        let keys = keyring(&Identity::generate());
        check(b"age-encryption.org/v2\n-> X25519 ", &keys, "newer");
        check(b"age-encryption.org/v1\n", &keys, "head of the encrypted file is damaged");
        check(b"age-encryption.org/v1\n-> a\n\n--- x\n", &keys, "head of the encrypted file is damaged");
        let mut endless = VERSION.to_vec();
        while endless.len() < 300_000 {
            endless.extend_from_slice(b"-> a\n\n");
        }
        check(&endless, &keys, "head of the encrypted file is damaged");
        let mac = format!("--- {}\n", "A".repeat(43));
        check(&[&endless[..20_000], mac.as_bytes()].concat(), &keys, "damaged");
        check(&[&VERSION[..VERSION.len() - 1], b"\n", mac.as_bytes()].concat(), &keys, "damaged");
    }
}

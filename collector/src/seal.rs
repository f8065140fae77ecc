//! Writes the bundle as it is, or encrypted with age; what was to be encrypted never touches the disk in any other form.
//!
//! The format is <https://age-encryption.org/v1>: a header with the key of the file, wrapped for each recipient, and then
//! blocks, each encrypted and vouched for by itself.

use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::random;
use crate::recipient::{FileKey, Recipient, derive};

/// How the bundle will be written; its keys are made before there is a file.
pub enum Seal {
    /// As it is.
    Open,
    /// Encrypted.
    For(Prepared),
}

/// What an encrypted file begins with, and the key for the rest.
pub struct Prepared {
    head: Vec<u8>,
    key: Zeroizing<[u8; 32]>,
}

impl Seal {
    /// Encrypts for these; for nobody means not at all.
    ///
    /// # Errors
    ///
    /// No key can be made.
    pub fn new(recipients: &[Recipient]) -> io::Result<Self> {
        if recipients.is_empty() {
            return Ok(Self::Open);
        }
        let mut file_key = FileKey::default();
        random::fill(&mut *file_key)?;
        let mut nonce = [0; 16];
        random::fill(&mut nonce)?;
        let mut text = String::from("age-encryption.org/v1\n");
        for recipient in recipients {
            let mut secret = Zeroizing::new([0; 32]);
            random::fill(&mut *secret)?;
            text.push_str(&recipient.stanza(&file_key, &secret).ok_or_else(refused)?);
        }
        text.push_str("---");
        let mac = vouch(&file_key, &text).ok_or_else(refused)?;
        text.push(' ');
        text.push_str(&mac);
        text.push('\n');
        let mut head = text.into_bytes();
        head.extend_from_slice(&nonce);
        let key = derive(&nonce, b"payload", &*file_key).ok_or_else(refused)?;
        Ok(Self::For(Prepared { head, key }))
    }

    /// Writes what comes into this target.
    ///
    /// # Errors
    ///
    /// The target cannot be written.
    pub fn wrap<W: Write>(self, mut target: W) -> io::Result<Sealed<W>> {
        Ok(match self {
            Self::Open => Sealed::Open(target),
            Self::For(prepared) => {
                target.write_all(&prepared.head)?;
                Sealed::Encrypted(Blocks::new(target, &prepared.key))
            }
        })
    }
}

fn refused() -> io::Error {
    io::Error::other("it cannot be encrypted")
}

/// The line that shows that nobody has changed the header.
fn vouch(file_key: &FileKey, header: &str) -> Option<String> {
    let key = derive(&[], b"header", &**file_key)?;
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&*key).ok()?;
    mac.update(header.as_bytes());
    Some(BASE64_STANDARD_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Where the bytes of the bundle go.
pub enum Sealed<W: Write> {
    /// As they are.
    Open(W),
    /// Through the encryption.
    Encrypted(Blocks<W>),
}

impl<W: Write> Sealed<W> {
    /// Ends the stream; without it, what was written cannot be opened.
    ///
    /// # Errors
    ///
    /// The target cannot be written.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::Open(target) => Ok(target),
            Self::Encrypted(blocks) => blocks.finish(),
        }
    }
}

impl<W: Write> Write for Sealed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Open(target) => target.write(bytes),
            Self::Encrypted(blocks) => blocks.take(bytes),
        }
    }

    /// What waits for its block waits on: only the last block may be shorter than the others.
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Open(target) => target.flush(),
            Self::Encrypted(blocks) => blocks.target.flush(),
        }
    }
}

/// How many bytes are in a block, before it is encrypted.
const BLOCK: usize = 64 << 10;

/// Encrypts block by block.
pub struct Blocks<W> {
    target: W,
    cipher: ChaCha20Poly1305,
    /// How many blocks were written.
    number: u64,
    /// What waits, because nobody knows yet whether it is the last.
    block: Vec<u8>,
}

impl<W: Write> Blocks<W> {
    fn new(target: W, key: &[u8; 32]) -> Self {
        let cipher = ChaCha20Poly1305::new(key.into());
        Self { target, cipher, number: 0, block: Vec::with_capacity(BLOCK + 16) }
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() >= BLOCK && !bytes.is_empty() {
            self.put(false)?;
        }
        let taken = bytes.len().min(BLOCK.saturating_sub(self.block.len()));
        self.block.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn put(&mut self, is_last: bool) -> io::Result<()> {
        // Eleven bytes count, the twelfth ends the file. Eight are enough: no disk holds more blocks.
        let mut nonce = [0; 12];
        let (number, last) = nonce.split_at_mut(11);
        for (place, byte) in number.iter_mut().rev().zip(self.number.to_le_bytes()) {
            *place = byte;
        }
        last.fill(u8::from(is_last));
        self.cipher.encrypt_in_place(&nonce.into(), &[], &mut self.block).map_err(|_| refused())?;
        self.target.write_all(&self.block)?;
        self.block.clear();
        self.number = self.number.saturating_add(1);
        Ok(())
    }

    fn finish(mut self) -> io::Result<W> {
        self.put(true)?;
        Ok(self.target)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use age::x25519::Identity;

    use super::*;

    fn sealed_for(identities: &[Identity], bytes: &[u8]) -> Vec<u8> {
        let recipients: Vec<_> = identities
            .iter()
            .map(|identity| Recipient::parse(&identity.to_public().to_string()).expect("a recipient"))
            .collect();
        let seal = Seal::new(&recipients).expect("keys");
        let mut sealed = seal.wrap(Vec::new()).expect("a header");
        sealed.write_all(bytes).expect("written");
        sealed.finish().expect("finished")
    }

    fn open_with(identity: &Identity, sealed: &[u8]) -> Option<Vec<u8>> {
        let decryptor = age::Decryptor::new_buffered(sealed).expect("a header");
        let mut reader = decryptor.decrypt(std::iter::once(identity as &dyn age::Identity)).ok()?;
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).expect("whole");
        Some(bytes)
    }

    #[test]
    fn everyone_it_is_encrypted_for_opens_it_and_nobody_else() {
        let [one, two, three] = std::array::from_fn(|_| Identity::generate());
        // Around the size of the blocks of the format.
        for size in [0, 1, 65_535, 65_536, 65_537, 200_000] {
            let bytes: Vec<u8> = (0..size).map(|at: u32| at.to_le_bytes()[at as usize % 3]).collect();
            let sealed = sealed_for(&[one.clone(), two.clone()], &bytes);
            assert_eq!(open_with(&one, &sealed).as_ref(), Some(&bytes), "{size}");
            assert_eq!(open_with(&two, &sealed).as_ref(), Some(&bytes), "{size}");
            assert_eq!(open_with(&three, &sealed), None, "{size}");
        }
    }

    #[test]
    fn for_nobody_means_as_it_is() {
        assert_eq!(sealed_for(&[], b"PK..."), b"PK...");
    }

    #[test]
    fn what_is_not_finished_cannot_be_opened() {
        let identity = Identity::generate();
        let whole = sealed_for(std::slice::from_ref(&identity), &vec![7; 100_000]);
        let cut = age::Decryptor::new_buffered(&whole[..whole.len() - 1]).expect("a header");
        let mut reader = cut.decrypt(std::iter::once(&identity as &dyn age::Identity)).expect("the key fits");
        assert!(reader.read_to_end(&mut Vec::new()).is_err());
    }
}

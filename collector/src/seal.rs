//! Writes the bundle as it is, or encrypted with age; what was to be encrypted never touches the disk in any other form.

use std::io::{self, Write};

use age::Encryptor;
use age::stream::StreamWriter;

use crate::recipient::Recipient;

/// How the bundle will be written; its keys are made before there is a file.
pub enum Seal {
    /// As it is.
    Open,
    /// Encrypted.
    For(Encryptor),
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
        let keys = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        // Not the words of the library: they would bring its translations along, as much again as the encryption.
        Encryptor::with_recipients(keys).map(Self::For).map_err(|_| io::Error::other("it cannot be encrypted"))
    }

    /// Writes what comes into this target.
    ///
    /// # Errors
    ///
    /// The target cannot be written.
    pub fn wrap<W: Write>(self, target: W) -> io::Result<Sealed<W>> {
        Ok(match self {
            Self::Open => Sealed::Open(target),
            Self::For(encryptor) => Sealed::Encrypted(encryptor.wrap_output(target)?),
        })
    }
}

/// Where the bytes of the bundle go.
pub enum Sealed<W: Write> {
    /// As they are.
    Open(W),
    /// Through the encryption.
    Encrypted(StreamWriter<W>),
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
            Self::Encrypted(stream) => stream.finish(),
        }
    }
}

impl<W: Write> Write for Sealed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Open(target) => target.write(bytes),
            Self::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Open(target) => target.flush(),
            Self::Encrypted(stream) => stream.flush(),
        }
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

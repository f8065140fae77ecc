//! Where a bundle is written to, and what becomes of it when that fails.

use std::io::{self, Write};

/// A target that says once that it cannot be written, and then swallows what still comes.
///
/// A zip that is given up half done ends itself: it would write its directory to a disk that is full, and complain to
/// the person in words that are not ours.
#[derive(Debug)]
pub(crate) struct Target<W> {
    inner: W,
    broken: bool,
}

impl<W> Target<W> {
    /// A target to which all has been written so far.
    pub(crate) fn new(inner: W) -> Self {
        Self { inner, broken: false }
    }

    /// The target, if it has taken all.
    pub(crate) fn into_inner(self) -> io::Result<W> {
        if self.broken { Err(io::Error::other("not all of it could be written")) } else { Ok(self.inner) }
    }
}

impl<W: Write> Target<W> {
    fn attempt<T>(&mut self, otherwise: T, attempt: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        if self.broken {
            return Ok(otherwise);
        }
        let outcome = attempt(&mut self.inner);
        let again = |error: &io::Error| error.kind() == io::ErrorKind::Interrupted;
        self.broken = outcome.as_ref().is_err_and(|error| !again(error));
        outcome
    }
}

impl<W: Write> Write for Target<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt((), Write::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with room for three bytes.
    struct Small(usize);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_said_once_and_never_forgotten() {
        let mut target = Target::new(Small(3));
        target.write_all(b"abc").expect("room");
        assert_eq!(target.write_all(b"d").expect_err("full").kind(), io::ErrorKind::StorageFull);
        target.write_all(b"efg").expect("swallowed");
        target.flush().expect("swallowed");
        assert!(target.into_inner().is_err());
    }

    #[test]
    fn what_has_taken_all_is_given_back() {
        let mut target = Target::new(Vec::new());
        target.write_all(b"abc").expect("room");
        assert_eq!(target.into_inner().expect("whole"), b"abc");
    }
}

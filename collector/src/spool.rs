//! What was collected, kept on the disk until all of it is there. Nobody but this process can read it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit as _, StreamCipher as _, StreamCipherSeek as _};
use kerbscope_shared::limits::Limits;
use kerbscope_shared::manifest::{CollectionStatus, Entry};
use kerbscope_shared::name;
use kerbscope_shared::write::{Attempt, Content, WriteError};

use crate::pseudonym::bundle::Store;
use crate::random;
use crate::sink::Sink;
use crate::temporary::Temporary;

/// Attempts, and the bytes that they brought.
pub struct Spool {
    // Dropped first: Windows removes no open file.
    file: File,
    /// Holds the file, and takes it along.
    folder: Temporary,
    /// Made for this visit, and kept in memory alone: names that are to become tokens never lie on the disk in plain.
    key: [u8; 32],
    end: u64,
    entries: Vec<(Entry, Option<Range<u64>>)>,
}

const BLOCK: usize = 32 << 10;

impl Spool {
    /// An empty one, where the system keeps temporary files.
    ///
    /// # Errors
    ///
    /// There is no room for it.
    pub fn create() -> io::Result<Self> {
        let folder = Temporary::folder()?;
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(folder.path().join("spool"))?;
        let mut key = [0; 32];
        random::fill(&mut key)?;
        Ok(Self { file, folder, key, end: 0, entries: Vec::new() })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The key stream from this place on. Every place is written once, so no part of the stream is used twice.
    fn cipher(&self, at: u64) -> io::Result<ChaCha20> {
        let mut cipher = ChaCha20::new(&self.key.into(), &[0; 12].into());
        cipher.try_seek(at).map_err(|_| io::Error::other("there is too much to keep"))?;
        Ok(cipher)
    }

    /// Writes what can be read, up to the limit; says how it ended.
    fn write(&mut self, content: &mut Content<'_>) -> io::Result<Copied> {
        let start = self.end;
        let mut block = vec![0; BLOCK];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(start))?;
        loop {
            let read = match content.reader.read(&mut block) {
                Ok(0) => return Ok(Copied::Whole),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Copied::Broken(error)),
            };
            let room = content.limit_bytes.saturating_sub(self.end.saturating_sub(start));
            let kept = usize::try_from(room).unwrap_or(usize::MAX).min(read);
            let bytes = block.get_mut(..kept).unwrap_or_default();
            self.cipher(self.end)?
                .try_apply_keystream(bytes)
                .map_err(|_| io::Error::other("there is too much to keep"))?;
            file.write_all(bytes)?;
            self.end = self.end.saturating_add(kept as u64);
            if kept < read {
                return Ok(Copied::OverLimit);
            }
        }
    }

    fn list(&mut self, attempt: Attempt, range: Option<Range<u64>>) -> Result<&Entry, WriteError> {
        let path = format!("{}/{}", attempt.kind.folder(), attempt.file_name);
        name::check(&path, Limits::STANDARD.name_bytes)?;
        let bytes = range.as_ref().map_or(0, |range| range.end.saturating_sub(range.start));
        let entry = Entry {
            kind: attempt.kind,
            path: Some(path),
            status: attempt.status,
            source: attempt.source,
            sha256: None,
            bytes,
            duration_ms: attempt.duration_ms,
            redactions: attempt.redactions,
            detail: attempt.detail,
        };
        self.entries.push((entry, range));
        self.entries.last().map(|(entry, _)| entry).ok_or(WriteError::Empty)
    }
}

enum Copied {
    Whole,
    OverLimit,
    Broken(io::Error),
}

impl Sink for Spool {
    fn add(&mut self, mut attempt: Attempt) -> Result<&Entry, WriteError> {
        let Some(bytes) = attempt.bytes.take() else { return self.list(attempt, None) };
        let mut reader = bytes.as_slice();
        self.add_content(attempt, Content { reader: &mut reader, limit_bytes: u64::MAX, began: None })
    }

    fn add_content(&mut self, mut attempt: Attempt, mut content: Content<'_>) -> Result<&Entry, WriteError> {
        let start = self.end;
        let copied = self.write(&mut content)?;
        attempt.duration_ms = Content::elapsed_ms(content.began, attempt.duration_ms);
        match copied {
            Copied::Whole => {}
            Copied::OverLimit => attempt.status = CollectionStatus::Truncated,
            Copied::Broken(error) => {
                attempt.status = match error.kind() {
                    io::ErrorKind::TimedOut => CollectionStatus::TimedOut,
                    _ => CollectionStatus::Failed(error.raw_os_error().unwrap_or(-1)),
                };
                attempt.detail =
                    Some(format!("reading stopped after {} bytes: {error}", self.end.saturating_sub(start)));
            }
        }
        self.list(attempt, Some(start..self.end))
    }
}

impl Store for Spool {
    fn entries(&self) -> Vec<&Entry> {
        self.entries.iter().map(|(entry, _)| entry).collect()
    }

    fn open(&self, index: usize) -> Option<Box<dyn Read + '_>> {
        let range = self.entries.get(index)?.1.clone()?;
        Some(Box::new(Kept { spool: self, range }))
    }
}

/// What one attempt brought, on its way back.
struct Kept<'a> {
    spool: &'a Spool,
    range: Range<u64>,
}

impl Read for Kept<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.range.end.saturating_sub(self.range.start)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let mut file = &self.spool.file;
        file.seek(SeekFrom::Start(self.range.start))?;
        let read = file.read(buffer.get_mut(..wanted).unwrap_or_default())?;
        if read == 0 && wanted > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let bytes = buffer.get_mut(..read).unwrap_or_default();
        self.spool.cipher(self.range.start)?.apply_keystream(bytes);
        self.range.start = self.range.start.saturating_add(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use kerbscope_shared::kind::ArtifactKind;
    use kerbscope_shared::manifest::Source;

    use super::*;

    fn attempt(file_name: &str, bytes: Option<&[u8]>) -> Attempt {
        Attempt {
            kind: ArtifactKind::Klist,
            file_name: file_name.to_owned(),
            source: Source::Command("klist".to_owned()),
            status: CollectionStatus::Collected,
            bytes: bytes.map(<[u8]>::to_vec),
            duration_ms: 1,
            redactions: 0,
            detail: None,
        }
    }

    fn read(spool: &Spool, index: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        spool.open(index)?.read_to_end(&mut bytes).expect("reads");
        Some(bytes)
    }

    #[test]
    fn what_went_in_comes_out_and_lies_on_the_disk_in_no_readable_form() {
        let mut spool = Spool::create().expect("a spool");
        let long = b"the name is WEB01. ".repeat(9000);
        spool.add(attempt("a.txt", Some(b"WEB01"))).expect("added");
        spool.add(attempt("b.txt", None)).expect("added");
        let mut reader = long.as_slice();
        let entry = spool
            .add_content(attempt("c.txt", None), Content { reader: &mut reader, limit_bytes: u64::MAX, began: None });
        assert_eq!(entry.expect("added").bytes, long.len() as u64);
        assert_eq!(read(&spool, 0).as_deref(), Some(b"WEB01".as_slice()));
        assert_eq!(read(&spool, 1), None);
        assert_eq!(read(&spool, 2).as_deref(), Some(long.as_slice()));
        let path = spool.path().join("spool");
        let raw = std::fs::read(&path).expect("reads");
        assert!(raw.len() > long.len() && !raw.windows(5).any(|window| window == b"WEB01"));
        drop(spool);
        assert!(!path.exists());
    }

    #[test]
    fn what_is_too_long_or_breaks_off_is_kept_as_far_as_it_came() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::from_raw_os_error(5))
            }
        }
        let mut spool = Spool::create().expect("a spool");
        let mut long = [7_u8; 100].as_slice();
        let entry =
            spool.add_content(attempt("a.txt", None), Content { reader: &mut long, limit_bytes: 60, began: None });
        assert_eq!(entry.expect("added").status, CollectionStatus::Truncated);
        assert_eq!(read(&spool, 0).map(|bytes| bytes.len()), Some(60));
        let mut broken = b"part".chain(Broken);
        let entry =
            spool.add_content(attempt("b.txt", None), Content { reader: &mut broken, limit_bytes: 60, began: None });
        let entry = entry.expect("added");
        assert_eq!(entry.status, CollectionStatus::Failed(5));
        assert!(entry.detail.as_ref().is_some_and(|detail| detail.starts_with("reading stopped after 4 bytes")));
        assert_eq!(read(&spool, 1).as_deref(), Some(b"part".as_slice()));
    }
}

//! Writing a bundle: artifacts as they come, the manifest last.

use std::io::{self, Read, Write};
use std::time::Instant;

use crate::digest::{Digest, Digester};
use crate::kind::ArtifactKind;
use crate::limits::Limits;
use crate::manifest::{CollectionStatus, Entry, MANIFEST, Manifest, Source};
use crate::name::{self, NameProblem};
use crate::zip_stream::{ZipEntry, ZipStream};

/// What one attempt to collect brought home.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// What was to be collected.
    pub kind: ArtifactKind,
    /// The file name inside the folder of its kind.
    pub file_name: String,
    /// Where it came from.
    pub source: Source,
    /// How it ended.
    pub status: CollectionStatus,
    /// The bytes, already free of secrets; none when nothing came.
    pub bytes: Option<Vec<u8>>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How many secrets were taken out.
    pub redactions: u32,
    /// What the system said when it failed.
    pub detail: Option<String>,
}

/// Content that is longer than the memory it may take: it goes into the zip as it is read.
pub struct Content<'a> {
    /// Where it is read.
    pub reader: &'a mut dyn Read,
    /// How many bytes are kept; the row says `truncated` when there are more.
    pub limit_bytes: u64,
    /// When the attempt began. Reading belongs to it, so the row says how long it took to the last byte; without it, the
    /// row says what the attempt says.
    pub began: Option<Instant>,
}

impl Content<'_> {
    /// How long the attempt has taken by now, in milliseconds; `otherwise` when nobody knows when it began.
    pub fn elapsed_ms(began: Option<Instant>, otherwise: u64) -> u64 {
        began.map_or(otherwise, |began| u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

/// Writes one bundle, from its first byte to its last; it never goes back, so the target may encrypt what it gets.
///
/// The same attempts give the same bytes: the zip holds no clock of its own.
pub struct BundleWriter<W: Write> {
    zip: ZipStream<W>,
    manifest: Manifest,
}

impl<W: Write> BundleWriter<W> {
    /// Starts a bundle; `manifest` is the head, its entries are filled in by [`BundleWriter::add`].
    pub fn new(target: W, manifest: Manifest) -> Self {
        Self { zip: ZipStream::new(target), manifest }
    }

    /// Adds one attempt: its bytes, if there are any, and its row in the manifest.
    ///
    /// # Errors
    ///
    /// The name is not one that a bundle may hold, or the target cannot be written.
    pub fn add(&mut self, mut attempt: Attempt) -> Result<&Entry, WriteError> {
        let Some(bytes) = attempt.bytes.take() else { return self.list(attempt, None) };
        let mut reader = bytes.as_slice();
        let limit_bytes = u64::MAX;
        self.add_content(attempt, Content { reader: &mut reader, limit_bytes, began: None })
    }

    /// Adds one attempt whose bytes are read while they are written; `attempt.bytes` are not looked at.
    ///
    /// What cannot be read to its end is kept as far as it came, and the row says so.
    ///
    /// # Errors
    ///
    /// As [`BundleWriter::add`].
    pub fn add_content(&mut self, mut attempt: Attempt, content: Content<'_>) -> Result<&Entry, WriteError> {
        let path = format!("{}/{}", attempt.kind.folder(), attempt.file_name);
        name::check(&path, Limits::STANDARD.name_bytes)?;
        let began = content.began;
        let mut entry = self.zip.entry(&path)?;
        let copied = copy(content, &mut entry)?;
        entry.finish()?;
        attempt.duration_ms = Content::elapsed_ms(began, attempt.duration_ms);
        match copied.ending {
            CopyEnding::Whole => {}
            CopyEnding::OverLimit => attempt.status = CollectionStatus::Truncated,
            CopyEnding::Broken(error) => {
                attempt.status = CollectionStatus::Failed(error.raw_os_error().unwrap_or(-1));
                attempt.detail = Some(format!("reading stopped after {} bytes: {error}", copied.bytes));
            }
        }
        self.list(attempt, Some(Stored { path, sha256: copied.sha256, bytes: copied.bytes }))
    }

    /// Writes the manifest and ends the zip.
    ///
    /// # Errors
    ///
    /// The target cannot be written.
    pub fn finish(mut self) -> Result<W, WriteError> {
        let json = serde_json::to_vec_pretty(&self.manifest)?;
        let mut entry = self.zip.entry(MANIFEST)?;
        entry.write(&json)?;
        entry.finish()?;
        Ok(self.zip.finish()?)
    }

    fn list(&mut self, attempt: Attempt, stored: Option<Stored>) -> Result<&Entry, WriteError> {
        let bytes = stored.as_ref().map_or(0, |stored| stored.bytes);
        let sha256 = stored.as_ref().map(|stored| stored.sha256);
        self.manifest.entries.push(Entry {
            kind: attempt.kind,
            path: stored.map(|stored| stored.path),
            status: attempt.status,
            source: attempt.source,
            sha256,
            bytes,
            duration_ms: attempt.duration_ms,
            redactions: attempt.redactions,
            detail: attempt.detail,
        });
        self.manifest.entries.last().ok_or(WriteError::Empty)
    }
}

fn copy<W: Write>(content: Content<'_>, entry: &mut ZipEntry<'_, W>) -> Result<Copied, WriteError> {
    let Content { reader, limit_bytes, .. } = content;
    let mut digester = Digester::default();
    let mut bytes: u64 = 0;
    let mut buffer = vec![0; BLOCK];
    let ending = loop {
        let read = match reader.read(&mut buffer) {
            Ok(0) => break CopyEnding::Whole,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => break CopyEnding::Broken(error),
        };
        let room = limit_bytes.saturating_sub(bytes);
        let kept = usize::try_from(room).unwrap_or(usize::MAX).min(read);
        let block = buffer.get(..kept).unwrap_or_default();
        entry.write(block)?;
        digester.update(block);
        bytes = bytes.saturating_add(kept as u64);
        if kept < read {
            break CopyEnding::OverLimit;
        }
    };
    Ok(Copied { ending, sha256: digester.finish(), bytes })
}

/// How many bytes are in memory at a time.
const BLOCK: usize = 64 << 10;

struct Copied {
    ending: CopyEnding,
    sha256: Digest,
    bytes: u64,
}

enum CopyEnding {
    Whole,
    OverLimit,
    Broken(io::Error),
}

/// What of an attempt lies in the zip.
struct Stored {
    path: String,
    sha256: Digest,
    bytes: u64,
}

/// Why a bundle could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The name of an artifact.
    #[error("an artifact cannot have this name: {0}")]
    Name(#[from] NameProblem),
    /// The file.
    #[error("the bundle cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// The manifest.
    #[error("the manifest cannot be written: {0}")]
    Manifest(#[from] serde_json::Error),
    /// Nothing was added.
    #[error("the bundle holds no entry")]
    Empty,
}

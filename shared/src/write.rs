//! Writing a bundle: artifacts as they come, the manifest last.

use std::io::{Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::digest::Digest;
use crate::kind::ArtifactKind;
use crate::limits::Limits;
use crate::manifest::{CollectionStatus, Entry, MANIFEST, Manifest, Source};
use crate::name::{self, NameProblem};

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

/// Writes one bundle. The same attempts give the same bytes: the zip holds no clock of its own.
pub struct BundleWriter<W: Write + Seek> {
    zip: ZipWriter<W>,
    manifest: Manifest,
}

impl<W: Write + Seek> BundleWriter<W> {
    /// Starts a bundle; `manifest` is the head, its entries are filled in by [`BundleWriter::add`].
    pub fn new(target: W, manifest: Manifest) -> Self {
        Self { zip: ZipWriter::new(target), manifest }
    }

    /// Adds one attempt: its bytes, if there are any, and its row in the manifest.
    ///
    /// # Errors
    ///
    /// The name is not one that a bundle may hold, or the target cannot be written.
    pub fn add(&mut self, attempt: Attempt) -> Result<&Entry, WriteError> {
        let path = match &attempt.bytes {
            Some(bytes) => Some(self.put(attempt.kind, &attempt.file_name, bytes)?),
            None => None,
        };
        let bytes = attempt.bytes.as_deref();
        self.manifest.entries.push(Entry {
            kind: attempt.kind,
            path,
            status: attempt.status,
            source: attempt.source,
            sha256: bytes.map(Digest::of),
            bytes: bytes.map_or(0, |bytes| bytes.len() as u64),
            duration_ms: attempt.duration_ms,
            redactions: attempt.redactions,
            detail: attempt.detail,
        });
        self.manifest.entries.last().ok_or(WriteError::Empty)
    }

    /// Writes the manifest and ends the zip.
    ///
    /// # Errors
    ///
    /// The target cannot be written.
    pub fn finish(mut self) -> Result<W, WriteError> {
        let json = serde_json::to_vec_pretty(&self.manifest)?;
        self.zip.start_file(MANIFEST, options())?;
        self.zip.write_all(&json)?;
        Ok(self.zip.finish()?)
    }

    fn put(&mut self, kind: ArtifactKind, file_name: &str, bytes: &[u8]) -> Result<String, WriteError> {
        let path = format!("{}/{file_name}", kind.folder());
        name::check(&path, Limits::STANDARD.name_bytes)?;
        self.zip.start_file(path.as_str(), options())?;
        self.zip.write_all(bytes)?;
        Ok(path)
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default())
}

/// Why a bundle could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The name of an artifact.
    #[error("an artifact cannot have this name: {0}")]
    Name(#[from] NameProblem),
    /// The zip.
    #[error("the bundle cannot be written: {0}")]
    Zip(#[from] zip::result::ZipError),
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

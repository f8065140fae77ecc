//! The limits within which a bundle is read, side by side.

/// How much of a bundle is read at most. What is over a limit is refused or cut, and said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries of the zip; the rest is not looked at.
    pub entries: usize,
    /// Bytes of an entry's name.
    pub name_bytes: usize,
    /// Bytes of the manifest after inflating.
    pub manifest_bytes: u64,
    /// Bytes of one artifact after inflating; a longer one is cut.
    pub artifact_bytes: u64,
    /// Bytes of all artifacts together after inflating.
    pub total_bytes: u64,
    /// Bytes after inflating of all content that is read as it comes and never held. It bounds time, not memory.
    pub streamed_bytes: u64,
    /// Bytes of an encrypted file once it is decrypted; a longer one is refused.
    pub decrypted_bytes: u64,
    /// How many times larger than its compressed form an artifact may become, once it is over
    /// [`Limits::ratio_free_bytes`]. Preallocated event logs are mostly zeros: 1:250 is ordinary for them.
    pub ratio: u64,
    /// Bytes that are read before [`Limits::ratio`] counts.
    pub ratio_free_bytes: u64,
}

impl Limits {
    /// The limits that hold unless a test asks for others.
    pub const STANDARD: Self = Self {
        entries: 4096,
        name_bytes: 512,
        manifest_bytes: 8 << 20,
        artifact_bytes: 128 << 20,
        total_bytes: 256 << 20,
        streamed_bytes: 64 << 30,
        decrypted_bytes: 512 << 20,
        ratio: 250,
        ratio_free_bytes: 16 << 20,
    };

    /// How many bytes an artifact of this compressed size may become.
    pub fn inflated(&self, compressed: u64) -> u64 {
        self.by_ratio(compressed).min(self.artifact_bytes)
    }

    /// How many bytes content of this compressed size may become when it is never held.
    pub fn streamed(&self, compressed: u64) -> u64 {
        self.by_ratio(compressed).min(self.streamed_bytes)
    }

    fn by_ratio(&self, compressed: u64) -> u64 {
        compressed.saturating_mul(self.ratio).max(self.ratio_free_bytes)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::STANDARD
    }
}

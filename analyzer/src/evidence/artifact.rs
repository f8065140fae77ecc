//! One artifact of a case, and what is known about how it came.

use std::sync::Arc;

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::CollectionStatus;
use kerbscope_shared::read::Integrity;

/// One artifact, also when collecting it brought nothing home.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Which bundle of the case it belongs to, counted from 0.
    pub bundle: u32,
    /// What it is: said by the manifest, or recognized by its content.
    pub kind: ArtifactKind,
    /// Its path in the bundle, or the name of the loose file; what was to be collected, when nothing was.
    pub path: String,
    /// The command or file that it came from, when a manifest says so.
    pub source: Option<String>,
    /// How collecting it ended.
    pub status: CollectionStatus,
    /// How many bytes came; none when nothing was collected.
    pub length: Option<u64>,
    /// They themselves, where nothing else holds what they say: those of a text are not kept beside its lines, and
    /// those of a log that was read as it came never were.
    pub bytes: Option<Arc<[u8]>>,
    /// Whether these are the bytes that were collected.
    pub integrity: Integrity,
    /// The OEM code page of the host that it came from, when known.
    pub code_page: Option<u16>,
}

impl Artifact {
    /// Whether all of it is there, so that what is absent from it is absent indeed. Of what is not the bytes that were
    /// collected, nobody knows.
    pub fn is_whole(&self) -> bool {
        self.length.is_some() && self.status == CollectionStatus::Collected && self.integrity != Integrity::Altered
    }
}

//! A digest of a log as it lies in its zip: by it the log is known again wherever the zip lies.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use kerbscope_shared::digest::{Digest, Digester};
use kerbscope_shared::read::Stored;

use crate::artifacts::event_log_stream::IsOver;

/// A digest of content as it lies in its zip, with what stands in front of it there; none when nobody needs it any more.
pub(super) fn stored_digest(path: &Path, stored: Stored, is_over: IsOver<'_>) -> std::io::Result<Option<Digest>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(stored.starts_at))?;
    let mut head = [0; LOCAL_HEADER];
    file.read_exact(&mut head)?;
    let [.., a, b, c, d] = head;
    let names = u64::from(u16::from_le_bytes([a, b])).saturating_add(u64::from(u16::from_le_bytes([c, d])));
    let mut digester = Digester::default();
    digester.update(&head);
    let mut rest = file.take(names.saturating_add(stored.compressed));
    let mut block = vec![0; BLOCK];
    loop {
        let read = rest.read(&mut block)?;
        if read == 0 {
            return Ok((rest.limit() == 0).then(|| digester.finish()));
        }
        if is_over() {
            return Ok(None);
        }
        digester.update(block.get(..read).unwrap_or_default());
    }
}

/// Bytes in front of an entry of a zip, before its name; the last four tell how long that and the other fields are.
const LOCAL_HEADER: usize = 30;
/// Bytes that are read at once for a digest.
const BLOCK: usize = 256 << 10;

//! Changes a member of a zip, and writes a zip around it that is right.

use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// How much of a member is looked at.
const MEMBER_BYTES: u64 = 1 << 17;

/// How much a member may grow by one change.
const GROWTH: usize = 4096;

/// The zip with one of its members changed; none if this is no zip, or it would become too long.
pub(crate) fn change_one(zip: &[u8], max_size: usize, seed: u32) -> Option<Vec<u8>> {
    let mut members = members(zip).filter(|members| !members.is_empty())?;
    let count = members.len();
    let at = (seed >> 3) as usize % count;
    match (seed >> 16) % 8 {
        0 if count > 1 => drop(members.remove(at)),
        1 => members.swap(at, (seed >> 20) as usize % count),
        2 => {
            let name = &mut members.get_mut(at)?.0;
            let mut bytes = name.clone().into_bytes();
            mutate(&mut bytes, 16);
            *name = String::from_utf8_lossy(&bytes).into_owned();
        }
        _ => mutate(&mut members.get_mut(at)?.1, GROWTH),
    }
    let written = write(&members)?;
    (written.len() <= max_size).then_some(written)
}

fn mutate(bytes: &mut Vec<u8>, growth: usize) {
    let length = bytes.len();
    bytes.resize(length + growth, 0);
    let length = libfuzzer_sys::fuzzer_mutate(bytes, length, length + growth);
    bytes.truncate(length);
}

fn members(zip: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut zip = ZipArchive::new(Cursor::new(zip)).ok()?;
    let mut members = Vec::new();
    for index in 0..zip.len().min(64) {
        let entry = zip.by_index(index).ok()?;
        let name = entry.name().ok()?.into_owned();
        let mut bytes = Vec::new();
        entry.take(MEMBER_BYTES).read_to_end(&mut bytes).ok()?;
        members.push((name, bytes));
    }
    Some(members)
}

fn write(members: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    // Stored, a bundle is several times as long, and most would not fit any more.
    let deflated =
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(1));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(name.as_str(), deflated).ok()?;
        zip.write_all(bytes).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}

//! The bundles in `samples/bundles` are those that the code makes, and a reader finds nothing wrong with them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may say so")]

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::PathBuf;

use kerbscope_samples::scenarios;
use kerbscope_shared::limits::Limits;
use kerbscope_shared::read::{Archive, Integrity, read};

const LARGEST: usize = 100 * 1024;
const HINT: &str = "make them anew with `cargo run -p kerbscope-samples`, then look at what changed";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("bundles")
}

fn bundles() -> Vec<(String, Vec<u8>)> {
    scenarios::all().into_iter().flat_map(|scenario| scenario.bundles).collect()
}

fn open(bytes: &[u8]) -> Archive {
    read(Cursor::new(bytes), &Limits::STANDARD).unwrap()
}

#[test]
fn the_files_are_those_that_the_code_makes() {
    let made: BTreeSet<_> = bundles().iter().map(|(stem, _)| format!("{stem}.zip")).collect();
    let there: BTreeSet<_> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, made, "{HINT}");
    for (stem, bytes) in bundles() {
        let file = std::fs::read(folder().join(format!("{stem}.zip"))).unwrap();
        assert!(file == bytes, "{stem}.zip is not what the code makes: {HINT}");
    }
}

#[test]
fn every_bundle_is_read_back_without_a_problem() {
    for (stem, bytes) in bundles() {
        let archive = open(&bytes);
        assert_eq!(archive.problems, [], "{stem}");
        assert!(archive.members.iter().all(|member| member.integrity == Integrity::Intact), "{stem}");
        let listed = archive.manifest.unwrap().entries.iter().filter(|entry| entry.path.is_some()).count();
        assert_eq!(listed, archive.members.len(), "{stem}");
    }
}

#[test]
fn no_bundle_is_large() {
    for (stem, bytes) in bundles() {
        assert!(bytes.len() <= LARGEST, "{stem}: {} bytes", bytes.len());
    }
}

#[test]
fn every_story_has_a_name_of_its_own() {
    let names: BTreeSet<_> = scenarios::all().iter().map(|scenario| scenario.name).collect();
    assert_eq!(names.len(), scenarios::all().len());
    let stems: BTreeSet<_> = bundles().into_iter().map(|(stem, _)| stem).collect();
    assert_eq!(stems.len(), bundles().len());
}

/// UTF-8, or UTF-16 with its mark.
fn text(bytes: &[u8]) -> String {
    match bytes.strip_prefix(b"\xff\xfe") {
        Some(wide) => {
            let units: Vec<_> = wide.chunks(2).map(|unit| u16::from_le_bytes(unit.try_into().unwrap())).collect();
            String::from_utf16(&units).unwrap()
        }
        None => String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

#[test]
fn every_text_ends_its_lines_as_windows_does() {
    for (stem, bytes) in bundles() {
        for member in open(&bytes).members.iter().filter(|member| !member.path.starts_with("events/")) {
            let text = text(&member.bytes);
            let path = &member.path;
            assert!(text.ends_with("\r\n"), "{stem} {path}");
            assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{stem} {path}");
        }
    }
}

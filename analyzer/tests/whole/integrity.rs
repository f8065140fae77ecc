//! What happened to a bundle on its way: zipped again, put in another order, exchanged, added to, taken from.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _, Write as _};

use kerbscope::artifacts::opened::OpenedBundle;
use kerbscope::case::Case;
use kerbscope::report::text::TextReport;
use kerbscope_samples::scenarios;
use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::limits::Limits;
use kerbscope_shared::read::{Integrity, read};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Its files as they lie in the zip, the manifest among them.
type Entries = Vec<(String, Vec<u8>)>;

/// The one bundle of a sample story, unpacked.
fn unpacked(story: &str) -> Entries {
    let all = scenarios::all();
    let story = all.iter().find(|scenario| scenario.name == story).expect("is a story");
    let mut zip = ZipArchive::new(Cursor::new(&story.bundles[0].1)).expect("is a zip");
    let entries = (0..zip.len()).map(|index| {
        let mut entry = zip.by_index(index).expect("is readable");
        let name = entry.name().expect("is a name").into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("inflates");
        (name, bytes)
    });
    entries.collect()
}

/// Zipped again, in this order.
fn zipped(entries: &Entries, method: CompressionMethod) -> Case {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(name, SimpleFileOptions::default().compression_method(method)).expect("starts");
        writer.write_all(bytes).expect("writes");
    }
    let bytes = writer.finish().expect("finishes").into_inner();
    let archive = read(Cursor::new(bytes), &Limits::STANDARD).expect("is a zip");
    Case::open(vec![OpenedBundle::held("WEB01.zip".to_owned(), archive)])
}

/// What the case says was lost, as `file: reason`.
fn gaps(case: &Case) -> Vec<String> {
    case.gaps.iter().map(|gap| format!("{}: {}", gap.subject, gap.reason.code())).collect()
}

/// The files that are what the collector wrote.
fn intact(case: &Case) -> BTreeSet<&str> {
    let artifacts = case.artifacts.iter().map(|read| &read.artifact);
    artifacts
        .filter(|artifact| artifact.integrity == Integrity::Intact)
        .map(|artifact| artifact.path.as_str())
        .collect()
}

/// The rule of the primary finding, and how sure it is.
fn primary(case: &Case) -> Option<(&'static str, &'static str)> {
    case.diagnosis.primary().map(|primary| (primary.rule.name, primary.finding.confidence.as_str()))
}

#[test]
fn zipped_again_or_in_another_order_a_bundle_says_the_same() {
    for story in ["spn-duplicate", "spn-missing", "healthy-with-noise"] {
        let mut entries = unpacked(story);
        let before = zipped(&entries, CompressionMethod::Deflated);
        let stored = zipped(&entries, CompressionMethod::Stored);
        entries.reverse();
        let reversed = zipped(&entries, CompressionMethod::Deflated);
        for after in [stored, reversed] {
            assert_eq!(intact(&after), intact(&before), "{story}");
            assert_eq!(TextReport(&after).to_string(), TextReport(&before).to_string(), "{story}");
        }
    }
}

#[test]
fn exchanged_files_are_told() {
    let mut entries = unpacked("spn-duplicate");
    assert_eq!(primary(&zipped(&entries, CompressionMethod::Deflated)), Some(("spn-duplicate", "certain")));
    let answers: Vec<_> = (0..entries.len()).filter(|at| entries[*at].0.starts_with("setspn/")).collect();
    let (one, other) = (answers[0], answers[1]);
    let exchanged = entries[one].1.clone();
    entries[one].1 = std::mem::replace(&mut entries[other].1, exchanged);
    let case = zipped(&entries, CompressionMethod::Deflated);
    let told = gaps(&case);
    for at in [one, other] {
        assert!(told.contains(&format!("{}: altered", entries[at].0)), "{told:?}");
    }
}

#[test]
fn a_file_that_was_taken_out_is_told() {
    let mut entries = unpacked("spn-duplicate");
    let at = entries.iter().position(|(name, _)| name.starts_with("iis/")).expect("has a configuration");
    let (name, _) = entries.remove(at);
    let case = zipped(&entries, CompressionMethod::Deflated);
    assert!(gaps(&case).contains(&format!("{name}: missing")), "{:?}", gaps(&case));
}

#[test]
fn a_file_that_was_added_is_told_and_read() {
    let mut entries = unpacked("spn-missing");
    let answer =
        b"Registered ServicePrincipalNames for CN=ADDED,CN=Users,DC=contoso,DC=com:\r\n\tHTTP/added.contoso.com\r\n";
    entries.push(("setspn/added.txt".to_owned(), answer.to_vec()));
    let case = zipped(&entries, CompressionMethod::Deflated);
    assert_eq!(
        gaps(&case).iter().filter(|gap| gap.ends_with(": added")).collect::<Vec<_>>(),
        ["setspn/added.txt: added"]
    );
    let added = case
        .artifacts
        .iter()
        .map(|read| &read.artifact)
        .find(|artifact| artifact.path == "setspn/added.txt")
        .expect("is in the case");
    assert_eq!(added.kind, ArtifactKind::Setspn);
}

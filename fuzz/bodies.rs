//! What the fuzz targets do with bytes. `cargo test` does the same with seeds that were changed in many places.

use std::io::Cursor;

use kerbscope::artifacts::contents;
use kerbscope::artifacts::event_log::{self, LogReader};
use kerbscope::artifacts::event_log_legacy;
use kerbscope::artifacts::event_log_stream::EventLogs;
use kerbscope::artifacts::opened::OpenedBundle;
use kerbscope::artifacts::recognize::recognize;
use kerbscope::artifacts::watch::Watch;
use kerbscope::case::Case;
use kerbscope::evidence::artifact::Artifact;
use kerbscope::evidence::place::{ArtifactId, Place};
use kerbscope::formats::evtx::log::Reader;
use kerbscope::formats::evtx::whole::Search;
use kerbscope::formats::identity::{self, Keyring};
use kerbscope::formats::sealed;
use kerbscope::report::document::Document;
use kerbscope::report::html::html;
use kerbscope::report::json::json;
use kerbscope::report::markdown::markdown;
use kerbscope::report::text::TextReport;
use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::limits::Limits;
use kerbscope_shared::manifest::CollectionStatus;
use kerbscope_shared::pseudonym::map::TokenMap;
use kerbscope_shared::read::{self, Integrity};

const LOG: ArtifactId = ArtifactId(0);

/// A binary log: every field can be asked for, it says the same in pieces, and each record that is kept can be shown.
pub(crate) fn evtx(bytes: &[u8]) {
    Reader::default().take(bytes, &mut |mut record| drop(record.fields()));
    let whole = event_log::parse(LOG, bytes);
    let mut pieces = LogReader::new();
    let (header, chunks) = bytes.split_at(bytes.len().min(4096));
    pieces.take(header);
    chunks.chunks(65536).for_each(|chunk| pieces.take(chunk));
    let mut pieces = pieces.finish();
    pieces.settle(LOG);
    assert_eq!(pieces, whole);
    if let Some(Place::Record(number)) = whole.value.events.last().map(|event| event.at.place) {
        let mut search = Search::new(number);
        search.take(bytes);
        assert!(!search.finish().is_empty(), "record {number} is kept and not found");
    }
}

/// A log of Windows NT to 2003.
pub(crate) fn evt(bytes: &[u8]) {
    assert_eq!(event_log_legacy::parse(LOG, bytes), event_log_legacy::parse(LOG, bytes));
}

/// An artifact of a kind, whatever it holds; whether anybody would have known it for one is asked as well.
pub(crate) fn artifact(kind: ArtifactKind, bytes: &[u8]) {
    let artifact = Artifact {
        bundle: 0,
        kind,
        path: format!("{}/artifact", kind.folder()),
        source: None,
        status: CollectionStatus::Collected,
        length: Some(bytes.len() as u64),
        bytes: None,
        integrity: Integrity::Unlisted,
        code_page: bytes.first().map(|first| if first % 2 == 0 { 850 } else { 932 }),
    };
    let _ = (recognize(bytes), contents::read(LOG, artifact, bytes.to_vec()));
}

/// From a file that claims to be a bundle to all reports: what they say steers nothing.
pub(crate) fn bundle(bytes: &[u8]) {
    let watch = Watch::default();
    let mut logs = EventLogs::new(&watch);
    let Ok(archive) = read::read_with(Cursor::new(bytes), &Limits::STANDARD, &mut logs) else { return };
    let case = Case::open(vec![OpenedBundle { name: "a.zip".to_owned(), archive, logs: logs.read, room: logs.room }]);
    let text = TextReport(&case).to_string();
    let steers = |character: &char| character.is_control() && *character != '\n' || is_bidirectional(*character);
    assert_eq!(text.chars().find(steers), None, "the report in the terminal");
    let page = Document::of(&case);
    let html = html(&page);
    assert_eq!(html.matches("<script").count(), 0, "the report in a browser");
    assert_eq!(html.chars().find(|character| is_bidirectional(*character)), None, "the report in a browser");
    let _ = markdown(&page);
    let json = json(&case).expect("a report is JSON");
    let _: serde_json::Value = serde_json::from_str(&json).expect("a report is JSON");
}

/// Marks that turn the direction of what follows.
fn is_bidirectional(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Files that go with a bundle: what is encrypted, identity files and maps of tokens.
pub(crate) fn keys(bytes: &[u8]) {
    let mut keys = Keyring::default();
    let _ = identity::is_identity_file(bytes);
    let _ = keys.add(b"AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33\n");
    let _ = keys.add(bytes);
    if sealed::is_sealed(bytes) {
        let _ = sealed::decrypt(Cursor::new(bytes), &keys, Limits::STANDARD.decrypted_bytes);
    }
    if let Ok(map) = TokenMap::read(bytes) {
        let again = TokenMap::read(map.write().as_bytes()).expect("reads what it wrote");
        assert_eq!(again.write(), map.write());
    }
}

//! What the fuzz targets do with bytes. `cargo test` does the same with logs that were changed in many places.

use kerbscope::artifacts::event_log::{self, LogReader};
use kerbscope::artifacts::{event_log_legacy, event_log_text, event_log_xml};
use kerbscope::evidence::place::{ArtifactId, Place};
use kerbscope::formats::evtx::log::Reader;
use kerbscope::formats::evtx::whole::Search;
use kerbscope::formats::text::Text;

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

/// A log as text or as XML, in any encoding.
pub(crate) fn text(bytes: &[u8]) {
    let text = Text::decode(bytes, None);
    let _ = (event_log_text::recognizes(&text), event_log_xml::recognizes(&text));
    event_log_text::parse(LOG, &text);
    event_log_xml::parse(LOG, &text);
}

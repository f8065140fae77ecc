//! An event log as XML says what the binary log says: for every sample, and for real logs where there are any.

use std::path::PathBuf;

use kerbscope::artifacts::contents::Contents;
use kerbscope::artifacts::event_log::{self, EventLog};
use kerbscope::artifacts::event_log_xml;
use kerbscope::artifacts::opened::OpenedBundle;
use kerbscope::artifacts::parsed::Parsed;
use kerbscope::case::Case;
use kerbscope::evidence::place::ArtifactId;
use kerbscope::formats::text::Text;
use kerbscope_samples::scenarios;
use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::read::{Archive, Member};

use crate::sample;
use crate::second_reader;

/// The records of a binary log, one after the other, as `wevtutil qe /f:xml` would print them.
pub(crate) fn exported(log: &[u8]) -> String {
    let mut xml = String::from("<Events>\r\n");
    for record in second_reader::as_xml(log) {
        let record = record.split_once("?>").map_or(record.as_str(), |(_, record)| record);
        xml.push_str(record.trim());
        xml.push_str("\r\n");
    }
    xml + "</Events>\r\n"
}

fn both(log: &[u8]) -> [Parsed<EventLog>; 2] {
    let xml = exported(log);
    let text = Text::decode(xml.as_bytes(), None);
    [event_log::parse(ArtifactId(0), log), event_log_xml::parse(ArtifactId(0), &text)]
}

#[test]
fn the_logs_of_every_sample_say_the_same_as_xml() {
    for scenario in scenarios::all() {
        for bundle in sample::open(&scenario) {
            let manifest = bundle.archive.manifest.as_ref().expect("has a manifest");
            let logs = manifest.entries.iter().filter(|entry| entry.kind == ArtifactKind::EventLog);
            for path in logs.filter_map(|entry| entry.path.as_deref()) {
                let member = bundle.archive.members.iter().find(|member| member.path == path).expect("is listed");
                let [binary, xml] = both(&member.bytes);
                assert_eq!(binary, xml, "{path} of {}", scenario.name);
            }
        }
    }
}

#[test]
fn real_logs_say_the_same_as_xml() {
    let Some(folder) = std::env::var_os("KERBSCOPE_CORPUS").map(PathBuf::from) else {
        return eprintln!("KERBSCOPE_CORPUS is not set: no real log was read");
    };
    for file in std::fs::read_dir(folder.join("evtx")).expect("lists the logs") {
        let path = file.expect("is listed").path();
        let [binary, xml] = both(&std::fs::read(&path).expect("reads the log"));
        // What was lost of the binary log was lost before it became XML.
        assert_eq!(binary.value, xml.value, "{}", path.display());
        assert!(xml.is_whole(), "{}: {:?}", path.display(), xml.losses);
    }
}

#[test]
fn a_message_inside_xml_does_not_make_a_text_of_it() {
    let head =
        "Log Name: Security\nSource: NETLOGON\nDate: 2026-03-02T08:15:00Z\nEvent ID: 4625\nComputer: X\nDescription:\n";
    let xml = format!(
        "<Events>\n<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>\n<EventData>\n<Data>\n{head}</Data>\n\
         </EventData>\n<System><Provider Name='NETLOGON'/><EventID>5719</EventID><EventRecordID>7</EventRecordID>\
         <Computer>WEB01</Computer></System></Event>\n</Events>\n"
    );
    let [as_xml, as_text] = [xml.as_str(), head].map(|text| {
        let member = Member::held("log.txt".to_owned(), text.as_bytes().to_vec());
        let archive = Archive { members: vec![member], ..Archive::default() };
        let case = Case::open(vec![OpenedBundle::held("loose".to_owned(), archive)]);
        let Contents::EventLog(log) = &case.artifacts[0].contents.value else { panic!("is an event log") };
        log.counts.keys().cloned().collect::<Vec<_>>()
    });
    assert_eq!(as_xml, [("NETLOGON".to_owned(), 5719)]);
    assert_eq!(as_text, [("NETLOGON".to_owned(), 4625)]);
}

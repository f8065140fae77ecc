//! What the writer of event logs writes, two independent readers read: the `evtx` crate and libevtx.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on may say so")]

use std::process::Command;

use evtx::{EvtxParser, ParserSettings};
use jiff::Timestamp;
use kerbscope_samples::events::security::Visitor;
use kerbscope_samples::events::{kdc, kerberos, netlogon, security, service_control, was};
use kerbscope_samples::evtx::event::Event;
use kerbscope_samples::evtx::log;
use serde_json::{Value, json};

const FIRST: u64 = 41_237;
const ALICE: Visitor =
    Visitor { user: "alice", rid: 1604, workstation: "CLIENT07", address: "10.0.0.57", port: "50112" };

fn time() -> Timestamp {
    "2026-03-02T07:31:04.2180000Z".parse().unwrap()
}

fn on_web01(mut event: Event) -> Event {
    event.computer.push_str("WEB01.contoso.com");
    event
}

fn read(log: Vec<u8>) -> Vec<Value> {
    let settings = ParserSettings::new().validate_checksums(true);
    let mut parser = EvtxParser::from_buffer(log).unwrap().with_configuration(settings);
    parser.records_json_value().map(|record| record.unwrap().data).collect()
}

fn read_one(event: Event) -> Value {
    let mut records = read(log::write(FIRST, &[on_web01(event)]));
    assert_eq!(records.len(), 1);
    records.remove(0)["Event"].take()
}

fn check(event: Event, system: &Value, data: &Value) {
    let read = read_one(event);
    assert_eq!(&read["System"], system);
    assert_eq!(&read["EventData"], data);
}

#[test]
fn a_kerberos_event_comes_back_whole() {
    let system = json!({
        "Provider": {"#attributes": {
            "Name": "Microsoft-Windows-Security-Kerberos",
            "Guid": "{98E6CFCB-EE0A-41E0-A57B-622D4E1B30B1}",
            "EventSourceName": "Kerberos",
        }},
        "EventID": {"#attributes": {"Qualifiers": 16384}, "#text": 4},
        "Version": 0, "Level": 2, "Task": 0, "Opcode": 0, "Keywords": "0x80000000000000",
        "TimeCreated": {"#attributes": {"SystemTime": "2026-03-02T07:31:04.2180000Z"}},
        "EventRecordID": FIRST,
        "Correlation": null,
        "Execution": {"#attributes": {"ProcessID": 0, "ThreadID": 0}},
        "Channel": "System",
        "Computer": "WEB01.contoso.com",
        "Security": null,
    });
    let data = json!({
        "Server": "web01$", "TargetRealm": "CONTOSO.COM", "Targetname": "HTTP/web01.contoso.com",
        "ClientRealm": "CONTOSO.COM", "Binary": null,
    });
    check(kerberos::modified(time(), "web01$", "HTTP/web01.contoso.com"), &system, &data);
}

#[test]
fn an_audit_comes_back_whole_and_typed() {
    let system = json!({
        "Provider": {"#attributes": {
            "Name": "Microsoft-Windows-Security-Auditing", "Guid": "{54849625-5478-4994-a5ba-3e3b0328c30d}",
        }},
        "EventID": 4769, "Version": 0, "Level": 0, "Task": 14337, "Opcode": 0, "Keywords": "0x8020000000000000",
        "TimeCreated": {"#attributes": {"SystemTime": "2026-03-02T07:31:04.2180000Z"}},
        "EventRecordID": FIRST,
        "Correlation": null,
        "Execution": {"#attributes": {"ProcessID": 736, "ThreadID": 812}},
        "Channel": "Security",
        "Computer": "WEB01.contoso.com",
        "Security": null,
    });
    let data = json!({
        "TargetUserName": "alice@CONTOSO.COM", "TargetDomainName": "CONTOSO.COM", "ServiceName": "svc-web",
        "ServiceSid": "S-1-5-21-1004336348-1177238915-682003330-1621", "TicketOptions": "0x40810000",
        "TicketEncryptionType": "0x12", "IpAddress": "::ffff:10.0.0.57", "IpPort": "50112", "Status": "0x0",
        "LogonGuid": "{7d3f91a2-0c5e-6b18-94d7-21f658ae0644}", "TransmittedServices": "-",
    });
    check(security::service_ticket(time(), &ALICE, ("svc-web", 1621)), &system, &data);
}

#[test]
fn a_logon_keeps_its_numbers_and_its_padding() {
    let logon = read_one(security::ntlm_logon(time(), &ALICE))["EventData"].take();
    assert_eq!(logon.as_object().unwrap().len(), 27);
    assert_eq!(logon["LogonType"], 3);
    assert_eq!(logon["KeyLength"], 128);
    assert_eq!(logon["LogonProcessName"], "NtLmSsp ");
    assert_eq!(logon["LogonGuid"], "{00000000-0000-0000-0000-000000000000}");
    assert_eq!(logon["SubjectUserSid"], "S-1-0-0");
}

#[test]
fn strings_without_names_stay_in_order() {
    let event = netlogon::host_spns_not_written(time(), "HOST/web01.contoso.com", "HOST/WEB01");
    let read = read_one(event);
    assert_eq!(read["System"]["Provider"], json!({"#attributes": {"Name": "NETLOGON"}}));
    assert_eq!(read["System"]["EventID"], json!({"#attributes": {"Qualifiers": 0}, "#text": 5788}));
    let data = json!({"Data": {"#text": ["HOST/web01.contoso.com", "HOST/WEB01", "%%5"]}, "Binary": "05000000"});
    assert_eq!(read["EventData"], data);
}

/// Every kind of event, many times: templates and names are shared inside a chunk and start anew in the next.
fn many() -> Vec<Event> {
    let mut events = Vec::new();
    for _ in 0..60 {
        events.push(kerberos::modified(time(), "web01$", "HTTP/web01.contoso.com"));
        events.push(kdc::duplicate_name(time(), "HTTP/app.contoso.com"));
        events.push(netlogon::dns_name_not_written(time(), "web01.contoso.com"));
        events.push(was::identity_invalid(time(), "Intranet"));
        events.push(service_control::running(time(), "World Wide Web Publishing Service", "W3SVC"));
        events.push(security::kerberos_logon(time(), &ALICE));
        events.push(security::granting_ticket(time(), &ALICE));
    }
    events.into_iter().map(on_web01).collect()
}

#[test]
fn a_log_of_several_chunks_comes_back_whole() {
    let log = log::write(FIRST, &many());
    assert!(log.len() > 4096 + 2 * 65536, "{} bytes are not several chunks", log.len());
    let records = read(log);
    assert_eq!(records.len(), 420);
    for (number, record) in (FIRST..).zip(&records) {
        assert_eq!(record["Event"]["System"]["EventRecordID"], number);
    }
    let same: Vec<_> = records.iter().step_by(7).map(|record| &record["Event"]["EventData"]).collect();
    assert!(same.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn the_file_header_says_what_follows() {
    let log = log::write(FIRST, &many());
    let chunks = u16::try_from((log.len() - 4096) / 65536).unwrap();
    let parser = EvtxParser::from_buffer(log).unwrap();
    let header = parser.header();
    assert!(header.validate_checksum());
    assert_eq!((header.major_version, header.minor_version), (3, 1));
    assert_eq!((header.chunk_count, header.last_chunk_number), (chunks, u64::from(chunks) - 1));
    assert_eq!(header.next_record_id, FIRST + 420);
}

fn number(bytes: &[u8], at: usize) -> usize {
    usize::try_from(u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())).unwrap()
}

/// Follows a chain of the tables in front of a chunk; each link begins with the offset of the next.
fn chain(chunk: &[u8], bucket: usize) -> Vec<usize> {
    std::iter::successors(Some(number(chunk, bucket)), |&at| Some(number(chunk, at))).take_while(|&at| at > 0).collect()
}

#[test]
fn the_tables_of_a_chunk_lead_to_its_names_and_templates() {
    let log = log::write(FIRST, &many());
    for chunk in log[4096..].chunks(65536) {
        let mut names = Vec::new();
        for bucket in 0..64 {
            for at in chain(chunk, 128 + 4 * bucket) {
                assert_eq!(usize::from(chunk[at + 4]) % 64, bucket, "the hash picks the bucket");
                let units = chunk[at + 8..].chunks(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
                names.push(String::from_utf16(&units.take_while(|&unit| unit > 0).collect::<Vec<_>>()).unwrap());
            }
        }
        for name in ["Event", "xmlns", "EventData", "Data", "Binary", "Qualifiers"] {
            assert_eq!(names.iter().filter(|known| *known == name).count(), 1, "{name}");
        }
        let templates: Vec<_> = (0..32).flat_map(|bucket| chain(chunk, 384 + 4 * bucket)).collect();
        assert_eq!(templates.len(), 12, "five frames and seven payloads");
    }
}

#[test]
fn a_damaged_log_is_noticed() {
    let mut log = log::write(FIRST, &many());
    log[4096 + 600] ^= 1;
    let settings = ParserSettings::new().validate_checksums(true);
    let mut parser = EvtxParser::from_buffer(log).unwrap().with_configuration(settings);
    assert!(parser.records_json_value().any(|record| record.is_err()));
}

/// Runs only where `KERBSCOPE_EVTXEXPORT` names the program `evtxexport` of libevtx.
#[test]
fn libevtx_reads_the_same_records() {
    let Ok(program) = std::env::var("KERBSCOPE_EVTXEXPORT") else { return };
    let file = std::env::temp_dir().join(format!("kerbscope-samples-{}.evtx", std::process::id()));
    std::fs::write(&file, log::write(FIRST, &many())).unwrap();
    let output = Command::new(program).args(["-f", "xml"]).arg(&file).output().unwrap();
    std::fs::remove_file(&file).unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(text.matches("<EventRecordID>").count(), 420, "{text}");
    assert_eq!(text.matches(">HTTP/app.contoso.com</Data>").count(), 60, "{text}");
    assert_eq!(text.matches(">web01.contoso.com</Data>").count(), 60, "{text}");
}

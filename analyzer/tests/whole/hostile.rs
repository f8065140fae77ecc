//! What strangers send: each case ends in a clear sentence or a named gap, never in a panic or an endless run.

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::{Command, Output};

use kerbscope::artifacts::opened::OpenedBundle;
use kerbscope::artifacts::watch::Watch;
use kerbscope::case::Case;
use kerbscope::formats::identity::Keyring;
use kerbscope::open::open_watched;
use kerbscope::report::json::json;
use kerbscope::report::text::TextReport;
use kerbscope_samples::scenarios;
use kerbscope_shared::manifest::FORMAT_VERSION;
use kerbscope_shared::read::{Archive, Member};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::sample;

fn report(path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kerbscope")).arg("report").arg(path).output().expect("runs")
}

fn file(name: &str, bytes: &[u8]) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("writes");
    (folder, path)
}

pub(crate) fn zip(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("starts");
        writer.write_all(bytes).expect("writes");
    }
    writer.finish().expect("finishes").into_inner()
}

/// The path is no evidence: exit code 2, one sentence that names it, and no report.
fn assert_sentence(name: &str, bytes: &[u8], words: &str) {
    let (_folder, path) = file(name, bytes);
    let output = report(&path);
    let sentence = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{name}: {sentence}");
    assert!(sentence.contains(name) && sentence.contains(words), "{name}: {sentence}");
    assert_eq!(sentence.lines().count(), 1, "{name}: {sentence}");
    assert!(output.stdout.is_empty(), "{name}");
}

fn healthy() -> Vec<OpenedBundle> {
    let all = scenarios::all();
    sample::open(all.iter().find(|scenario| scenario.name == "healthy-with-noise").expect("is a scenario"))
}

fn loose(name: &str, bytes: Vec<u8>) -> Case {
    let member = Member::held(name.to_owned(), bytes);
    let archive = Archive { members: vec![member], ..Archive::default() };
    Case::open(vec![OpenedBundle::held("loose".to_owned(), archive)])
}

fn gaps(case: &Case) -> Vec<String> {
    case.gaps.iter().map(|gap| format!("{}: {}", gap.subject, gap.reason)).collect()
}

fn member(bundles: &[OpenedBundle], path: &str) -> Vec<u8> {
    let mut members = bundles.iter().flat_map(|bundle| &bundle.archive.members);
    members.find(|member| member.path == path).expect("is in the sample").bytes.clone()
}

#[test]
fn what_is_no_evidence_has_a_sentence() {
    assert_sentence("nothing.zip", b"", "there is nothing in it");
    assert_sentence("mail.txt", b"Dear support, it does not work.", "nothing in it is evidence");
    assert_sentence("notes.zip", b"this is no zip at all", "nothing in it is evidence");
    assert_sentence("empty.zip", &zip(&[]), "nothing in it is evidence");
    assert_sentence("bomb.zip", &zip(&[("inner.zip", zip(&[("zeros", vec![0; 1 << 20])]))]), "is not opened");
}

#[test]
fn a_path_that_leads_nowhere_has_a_sentence() {
    let folder = tempfile::tempdir().expect("makes a folder");
    for path in [folder.path().join("not-there.zip"), folder.path().to_owned()] {
        let output = report(&path);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(&*path.to_string_lossy()));
    }
}

#[test]
fn a_bundle_cut_anywhere_has_a_sentence_or_a_report() {
    let all = scenarios::all();
    let whole = &all[0].bundles[0].1;
    for end in (1..whole.len()).step_by(whole.len() / 7) {
        let (_folder, path) = file("cut.zip", &whole[..end]);
        let output = report(&path);
        assert_eq!(output.status.code(), Some(2), "{end}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cut.zip"), "{end}");
    }
}

#[test]
fn names_that_climb_become_gaps_and_the_rest_is_read() {
    let config = member(&healthy(), "iis/applicationHost.config");
    let bytes = zip(&[("..\\..\\evil.config", config.clone()), ("../up", config.clone()), ("good.config", config)]);
    let (_folder, path) = file("climbing.zip", &bytes);
    let output = report(&path);
    let words = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{words}");
    assert!(words.contains("..\\..\\evil.config: refused: the name leaves its folder"), "{words}");
}

#[test]
fn broken_xml_is_a_gap_with_its_line_and_leaves_checks_open() {
    let config = String::from_utf8(member(&healthy(), "iis/applicationHost.config")).expect("is UTF-8");
    let case = loose("a.config", config.replace("<location path=", "<location path").into_bytes());
    assert!(gaps(&case).iter().any(|gap| gap.starts_with("a.config: damaged: ")), "{:?}", gaps(&case));
    assert!(case.diagnosis.findings.is_empty() && case.diagnosis.count(kerbscope::rules::answer::Verdict::Clear) == 0);
}

#[test]
fn an_event_log_cut_in_a_chunk_keeps_its_records() {
    let log = member(&healthy(), "events/System.evtx");
    let whole = kerbscope::artifacts::event_log::parse(kerbscope::evidence::place::ArtifactId(0), &log);
    let used = u32::from_le_bytes(log[4096 + 48..4096 + 52].try_into().expect("four bytes"));
    let case = loose("half.evtx", log[..4096 + used as usize - 10].to_vec());
    assert!(gaps(&case).iter().any(|gap| gap.contains("chunk 0: cut off")), "{:?}", gaps(&case));
    let kerbscope::artifacts::contents::Contents::EventLog(half) = &case.artifacts[0].contents.value else {
        panic!("is an event log")
    };
    assert_eq!(half.records, whole.value.records - 1);
}

#[test]
fn an_event_log_with_any_byte_changed_does_not_panic() {
    let log = member(&healthy(), "events/System.evtx");
    for at in (0..log.len().min(12_000)).step_by(13) {
        let mut changed = log.clone();
        changed[at] ^= 0xff;
        let _ = kerbscope::artifacts::event_log::parse(kerbscope::evidence::place::ArtifactId(0), &changed);
    }
}

#[test]
fn text_with_any_piece_missing_or_doubled_does_not_panic() {
    for bundle in healthy() {
        for member in bundle.archive.members.iter().filter(|member| !member.path.starts_with("events/")) {
            for at in (0..member.bytes.len()).step_by(member.bytes.len() / 20 + 1) {
                let end = (at + 100).min(member.bytes.len());
                let without = [&member.bytes[..at], &member.bytes[end..]].concat();
                let doubled = [&member.bytes[..end], &member.bytes[at..]].concat();
                for bytes in [without, doubled] {
                    let case = loose("x", bytes);
                    let _ = (TextReport(&case).to_string(), json(&case).expect("serializes"));
                }
            }
        }
    }
}

#[test]
fn a_hostile_site_name_steers_neither_terminal_nor_command() {
    let config = String::from_utf8(member(&healthy(), "iis/applicationHost.config")).expect("is UTF-8");
    let evil = "Intranet &quot; &amp; calc &#x1b;[31m&#x202e;";
    let config = config.replace("Intranet", evil).replace("<add value=\"Negotiate\" />", "");
    let case = loose("a.config", config.into_bytes());
    let words = TextReport(&case).to_string();
    assert!(words.contains("providers-negotiate-missing"), "{words}");
    assert!(!words.contains('\x1b') && !words.contains('\u{202e}'), "{words}");
    assert!(words.contains("\\u{1b}[31m\\u{202e}"), "{words}");
    let commands =
        case.diagnosis.findings.iter().flat_map(|ranked| &ranked.finding.fixes).flat_map(|fix| &fix.commands);
    assert!(commands.into_iter().all(|command| !command.to_string().contains("calc")));
}

#[test]
fn a_manifest_from_the_future_is_read_as_far_as_it_is_known() {
    let mut bundles = healthy();
    let manifest = bundles[0].archive.manifest.as_mut().expect("has a manifest");
    manifest.format_version = FORMAT_VERSION + 1;
    let mut json = serde_json::to_value(&*manifest).expect("serializes");
    json["entries"][0]["kind"] = "quantum-state".into();
    let entries = std::iter::once(("manifest.json", serde_json::to_vec(&json).expect("serializes")));
    let members = bundles[0].archive.members.iter().map(|member| (member.path.as_str(), member.bytes.clone()));
    let (_folder, path) = file("future.zip", &zip(&entries.chain(members).collect::<Vec<_>>()));
    let words = String::from_utf8_lossy(&report(&path).stdout).into_owned();
    assert!(words.contains(&format!("format {} is newer than {FORMAT_VERSION}", FORMAT_VERSION + 1)), "{words}");
    assert!(words.contains("an entry is not understood"), "{words}");
}

#[test]
fn a_thousand_sites_make_a_report_that_can_be_read() {
    let numbers = 0..1000;
    let site = |n| {
        format!(
            "<site name=\"s{n}\"><application path=\"/\"/><bindings>\
             <binding protocol=\"http\" bindingInformation=\"*:80:h{n}.contoso.com\"/></bindings></site>"
        )
    };
    let sites: String = numbers.map(site).collect();
    let config = format!(
        "<configuration><system.applicationHost><sites>{sites}</sites><applicationPools>\
         <add name=\"DefaultAppPool\"/></applicationPools></system.applicationHost><system.webServer><security>\
         <authentication><windowsAuthentication enabled=\"true\"><providers><add value=\"Negotiate\"/></providers>\
         </windowsAuthentication></authentication></security></system.webServer></configuration>"
    );
    let case = loose("a.config", config.into_bytes());
    assert!(case.exchanges.len() >= 1000, "{}", case.exchanges.len());
    let words = TextReport(&case).to_string();
    assert!(words.contains("more; the JSON report has them all"), "{words}");
    assert!(words.lines().count() < 5_000, "{}", words.lines().count());
}

#[test]
fn a_name_with_a_thousand_holders_makes_a_report_that_can_be_read() {
    let holder = |n| format!("\tCN=u{n},CN=Users,DC=contoso,DC=com\r\n");
    let holders: String = (0..1000).map(holder).collect();
    let words = format!(
        "C:\\>setspn -X\r\nChecking domain DC=contoso,DC=com\r\nProcessing entry 0\r\n\
         HTTP/intranet is registered on these accounts:\r\n{holders}\r\nfound 1 group of duplicate SPNs.\r\n"
    );
    let case = loose("spn.txt", words.into_bytes());
    let words = TextReport(&case).to_string();
    assert!(words.contains("and by 990 more accounts"), "{words}");
    assert!(words.contains("more places; the JSON report has them all") && words.lines().count() < 300, "{words}");
    let page = kerbscope::report::document::Document::of(&case);
    assert!(kerbscope::report::html::html(&page).len() < 100_000);
    assert!(case.diagnosis.findings[0].finding.evidence.len() >= 1000);
}

#[test]
fn more_lines_than_any_farm_sends_are_a_gap() {
    let tickets = b"Current LogonId is 0:0x3e7\n\nCached Tickets: (0)\n".to_vec();
    let case = loose("tickets.txt", [tickets, vec![b'\n'; 1_600_000]].concat());
    assert!(gaps(&case).iter().any(|gap| gap.contains("over the limit on lines of text")), "{:?}", gaps(&case));
}

#[test]
fn an_answer_without_its_question_is_a_gap() {
    let case = loose("spn.txt", b"Checking domain DC=contoso,DC=com\r\n\r\nNo such SPN found.\r\n".to_vec());
    assert!(gaps(&case).iter().any(|gap| gap.contains("which name was asked for")), "{:?}", gaps(&case));
    let case = loose("spn.txt", b"C:\\>setspn.exe -Q HTTP/a\r\nNo such SPN found.\r\n".to_vec());
    assert_eq!(gaps(&case), <[String; 0]>::default());
}

#[test]
fn a_path_that_a_person_names_cannot_steer_the_terminal() {
    let output = report(Path::new("\u{1b}[31mred.zip"));
    let sentence = String::from_utf8_lossy(&output.stderr);
    assert!(sentence.contains("\\u{1b}[31mred.zip") && !sentence.contains('\u{1b}'), "{sentence:?}");
}

#[test]
fn a_log_whose_reading_was_stopped_is_not_taken_for_whole() {
    let log = member(&healthy(), "events/System.evtx");
    let (_folder, path) = file("System.evtx", &log);
    let watch = Watch::default();
    watch.stop();
    let opened = open_watched(&path, &Keyring::default(), &watch, None).expect("opens");
    let case = Case::open(vec![opened]);
    assert!(gaps(&case).iter().any(|gap| gap.contains("reading was stopped")), "{:?}", gaps(&case));
}

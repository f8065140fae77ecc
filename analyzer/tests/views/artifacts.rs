//! The view of artifacts.

use std::path::PathBuf;

use egui::{Key, Modifiers};

use crate::harness::{Window, sample};

/// The field above the files.
const FIND: &str = "Find a file by its name or kind";

fn artifacts(paths: Vec<PathBuf>) -> Window {
    let mut window = Window::of([1280.0, 1000.0], paths);
    window.press_with(Modifiers::COMMAND, Key::Num8);
    window
}

fn portal() -> Window {
    artifacts(vec![sample("kernelmode-spn-on-pool-account.zip")])
}

#[test]
fn every_file_is_listed_with_its_row_of_the_manifest() {
    let mut window = portal();
    window.type_into(FIND, "systeminfo");
    let rows = window.rows();
    assert_eq!(rows.len(), 1, "{rows:?}");
    window.click_first("systeminfo/systeminfo.txt, ");
    for words in ["collected", "as collected: the digest is that of the manifest", "Encoding: ", "Size: ", "Source: "] {
        assert!(window.shows(words), "{words}: {:?}", window.names());
    }
    assert!(window.shows("2: Host Name:"), "{:?}", window.names());
}

#[test]
fn what_did_not_come_says_why() {
    let mut window = artifacts(vec![sample("setspn-denied.zip")]);
    window.type_into(FIND, "setspn -");
    window.click_first("access-denied");
    assert!(window.shows("Nothing was collected."), "{:?}", window.names());
    assert!(window.shows("access was denied; run the collector elevated"));
}

#[test]
fn lines_lead_to_the_findings_that_cite_them_and_back() {
    let mut window = portal();
    assert!(window.rows().iter().any(|row| row.ends_with("cited by a finding")));
    window.click_first("Line ");
    window.click_first("Finding at ");
    assert!(window.shows("Certain: the evidence states it."), "{:?}", window.names());
    window.press_with(Modifiers::ALT, Key::ArrowLeft);
    assert!(window.shows("Finding: HTTP/portal.contoso.com is held by"));
}

#[test]
fn words_are_found_and_walked_through_with_the_keyboard() {
    let mut window = portal();
    window.type_into(FIND, "applicationHost.config");
    window.click_first("iis/applicationHost.config, ");
    window.press(Key::Slash);
    window.type_into("Search", "windowsAuthentication");
    assert!(window.shows("1 of "), "{:?}", window.names());
    window.press(Key::Enter);
    assert!(window.shows("2 of "), "{:?}", window.names());
    window.press(Key::Escape);
    assert!(!window.shows("2 of "), "{:?}", window.names());
}

#[test]
fn letters_of_all_languages_and_hostile_ones_are_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "Domäne: café\u{202e}\r\nServeur déjà là\r\nπ на δ\r\nHOST/web01\u{1b}[31m\r\n\
                Registered ServicePrincipalNames for CN=WEB01,CN=Computers,DC=contoso,DC=com:\r\n\tHOST/web01\r\n";
    std::fs::write(folder.path().join("setspn.txt"), text).expect("a file");
    let window = artifacts(vec![folder.path().join("setspn.txt")]);
    for words in
        ["1: Domäne: café\\u{202e}", "2: Serveur déjà là", "3: π на δ", "4: HOST/web01\\u{1b}[31m", "Encoding: UTF-8"]
    {
        assert!(window.shows(words), "{words}: {:?}", window.names());
    }
}

#[test]
fn a_long_text_shows_only_what_is_in_sight_and_jumps_to_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let head = "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n\
                #Fields: date time cs-uri-stem sc-status\n";
    let line = |number: u32| format!("2026-03-02 08:15:00 /{number} 200\n");
    let text: String = std::iter::once(head.to_owned()).chain((0..200_000).map(line)).collect();
    std::fs::write(folder.path().join("u_ex260302.log"), text).expect("a file");
    let mut window = artifacts(vec![folder.path().join("u_ex260302.log")]);
    assert!(window.shows("4: 2026-03-02 08:15:00 /0 200") && window.names().len() < 300, "{:?}", window.names().len());
    window.press(Key::End);
    assert!(window.shows("200003: 2026-03-02 08:15:00 /199999 200"), "{:?}", window.names());
    window.type_into("Search", "/77777 ");
    assert!(window.shows("77781: ") && window.shows("1 of 1 line"), "{:?}", window.names());
}

#[test]
fn files_of_no_known_kind_are_shown_whole_as_text_or_as_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let setspn = "Registered ServicePrincipalNames for CN=WEB01,CN=Computers,DC=contoso,DC=com:\r\n\tHOST/web01\r\n";
    std::fs::write(folder.path().join("setspn.txt"), setspn).expect("a file");
    let note = "Bitte zuerst lesen\r\nDer Fehler kam am Montag: Größe \u{202e}42\r\n".repeat(2_000);
    std::fs::write(folder.path().join("notes of the customer.txt"), note).expect("a file");
    std::fs::write(folder.path().join("screen.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").expect("a file");
    let mut window = artifacts(vec![folder.path().to_owned()]);
    assert_eq!(window.rows().len(), 3, "{:?}", window.rows());
    window.click_first("notes of the customer.txt, a file of no kind that is known");
    for words in
        ["1: Bitte zuerst lesen", "2: Der Fehler kam am Montag: Größe \\u{202e}42", "nothing is concluded from it"]
    {
        assert!(window.shows(words), "{words}: {:?}", window.names());
    }
    assert!(window.names().len() < 300, "only what is in sight is laid out");
    window.type_into("Search", "montag");
    assert!(window.shows("1 of 2000 lines") || window.shows("1 of 2,000 lines"), "{:?}", window.names());
    window.press(Key::Escape);
    window.click_first("screen.png, a file of no kind that is known");
    assert!(window.shows("89 50 4e 47") || window.shows("89 50 4E 47"), "{:?}", window.names());
}

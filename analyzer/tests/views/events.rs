//! The view of events.

use std::path::Path;

use egui::{Key, Modifiers};

use crate::harness::{Window, sample};

/// The events of a server on which bob is disabled.
fn events() -> Window {
    let mut window = Window::of([1280.0, 1000.0], vec![sample("user-account-problem.zip")]);
    window.press_with(Modifiers::COMMAND, Key::Num7);
    window
}

const BOB: &str = "failed, event 4625, CONTOSO\\bob, 10.0.0.61";

#[test]
fn all_events_are_listed_in_the_order_of_time() {
    let window = events();
    assert!(window.shows("8 events in 7 rows"), "{:?}", window.names());
    let rows = window.rows();
    assert_eq!(rows.len(), 7);
    assert!(rows[0].starts_with("reported, event 3, krbtgt/CONTOSO.COM, 0x19 KDC_ERR_PREAUTH_REQUIRED"), "{rows:?}");
    assert!(rows[6].starts_with(BOB), "{rows:?}");
    assert!(rows[3].ends_with("2026-03-02 07:02:15.377, stands for 2 events"), "{rows:?}");
    assert!(
        window.shows("Timeline: 8 events from 2026-03-02 06:41:03 to 2026-03-02 07:31:04, UTC"),
        "{:?}",
        window.names()
    );
}

#[test]
fn a_filter_narrows_the_list_while_one_types_and_each_condition_can_go() {
    let mut window = events();
    window.type_into("Filter", "user:bob outcome:failed");
    assert!(window.shows("1 of 8 events in 1 row"), "{:?}", window.names());
    assert!(window.rows().iter().all(|row| row.starts_with(BOB)));
    window.click("Remove user:bob");
    assert_eq!(window.typed("Filter"), "outcome:failed");
    assert_eq!(window.rows().len(), 2);
    window.press(Key::Escape);
    assert_eq!((window.typed("Filter").as_str(), window.rows().len()), ("", 7));
}

#[test]
fn what_a_filter_cannot_mean_is_said() {
    let mut window = events();
    window.type_into("Filter", "id:many");
    assert!(window.shows("id:many wants a number, such as id:4625"));
    assert!(window.shows("No event is like that."));
}

#[test]
fn the_help_of_the_filter_lists_its_fields() {
    let mut window = events();
    window.click("?");
    assert!(window.shows("service:HTTP/") && window.shows("the account holds these words"));
}

#[test]
fn a_click_on_a_head_sorts_and_another_one_turns_it() {
    let mut window = events();
    window.click("Sort by Id");
    let ids = |window: &Window| {
        let id = |row: String| row.split("event ").nth(1).and_then(|rest| rest.split(',').next()).map(str::to_owned);
        window.rows().into_iter().filter_map(id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&window), ["3", "3", "3", "4624", "4624", "4625", "4625"]);
    window.click("Sort by Id, sorted, the first at the top");
    assert_eq!(ids(&window), ["4625", "4625", "4624", "4624", "3", "3", "3"]);
}

#[test]
fn the_keyboard_walks_the_list_and_shows_what_is_selected() {
    let mut window = events();
    window.press(Key::End);
    assert!(window.selected().iter().any(|row| row.starts_with(BOB)), "{:?}", window.selected());
    assert!(window.shows("Event 4625, logon, failed: 2026-03-02 07:31:04.411 UTC"));
    assert!(
        window.shows("0xc0000072 STATUS_ACCOUNT_DISABLED") && window.shows("SubjectLogonId"),
        "{:?}",
        window.names()
    );
    window.press(Key::ArrowUp);
    assert!(window.selected().iter().any(|row| row.contains("0x7 KDC_ERR_S_PRINCIPAL_UNKNOWN")));
    window.press(Key::Home);
    assert!(window.selected().iter().any(|row| row.contains("0x19")));
    window.press(Key::PageDown);
    assert!(window.selected().iter().all(|row| !row.contains("0x19")));
    window.press(Key::Slash);
    window.type_into("Filter", "bob");
    window.press(Key::Enter);
    assert_eq!((window.rows().len(), window.selected().len()), (2, 1));
}

#[test]
fn what_happened_around_an_event_is_shown_from_all_logs_whatever_was_filtered() {
    let mut window = events();
    window.type_into("Filter", "event:nothing");
    window.press(Key::Escape);
    window.type_into("Filter", "id:4625 alice");
    window.click_first("failed, event 4625, CONTOSO\\alice");
    window.click("Around this event");
    window.click("10 seconds before and after, in all logs");
    let rows = window.rows();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[1].contains("0xd KDC_ERR_BADOPTION"));
    assert!(window.shows("Remove 10 seconds around 2026-03-02 06:58:20"), "{:?}", window.names());
    window.press(Key::Escape);
    assert_eq!(window.rows().len(), 7);
}

#[test]
fn a_span_of_the_timeline_is_chosen_by_dragging() {
    let mut window = events();
    window.drag("Timeline: ", 0.9, 1.0);
    assert!(window.shows("1 of 8 events in 1 row"), "{:?}", window.names());
    assert!(window.rows().iter().all(|row| row.starts_with(BOB)));
    window.click("Zoom in");
    assert!(window.shows("Timeline: 1 event from 2026-03-02 07:2"), "{:?}", window.names());
    window.click("Zoom out");
    window.press(Key::Escape);
    assert_eq!(window.rows().len(), 7);
}

#[test]
fn the_other_button_offers_what_the_cell_says() {
    let mut window = events();
    window.click_other(BOB);
    assert!(window.shows("What happened 1 minute around it"), "{:?}", window.names());
    window.click("Pin or unpin");
    window.click("Pinned (1)");
    window.click_first(BOB);
    assert!(window.shows("Event 4625, logon, failed"));
}

#[test]
fn what_stands_in_any_column_of_an_event_makes_a_condition_without_a_mouse() {
    let mut window = events();
    window.click_first(BOB);
    window.focus("Filter by it");
    window.press(Key::Enter);
    window.focus("Only user:CONTOSO\\bob");
    window.press(Key::Enter);
    // The domain controller writes his name with the realm.
    let is_of_bob = |row: &String| ["CONTOSO\\bob", "CONTOSO.COM\\bob"].iter().any(|name| row.contains(name));
    assert!(!window.rows().is_empty() && window.rows().iter().all(is_of_bob), "{:?}", window.rows());
    window.focus("Filter by it");
    window.press(Key::Enter);
    window.focus("Without id:4625");
    window.press(Key::Enter);
    assert!(window.rows().iter().all(|row| !row.contains("event 4625")), "{:?}", window.rows());
}

#[test]
fn a_record_is_shown_whole() {
    let mut window = events();
    window.click_first(BOB);
    window.click("Whole record");
    assert!(window.shows("<EventRecordID>"), "{:?}", window.names());
    assert!(window.shows("<Data Name=\"TargetUserName\">bob</Data>"));
}

/// The same, of a bundle that can be changed.
fn events_of(bundle: &Path) -> Window {
    std::fs::copy(sample("user-account-problem.zip"), bundle).expect("copied");
    let mut window = Window::of([1280.0, 1000.0], vec![bundle.to_owned()]);
    window.press_with(Modifiers::COMMAND, Key::Num7);
    window.click_first(BOB);
    window
}

#[test]
fn a_bundle_that_changes_while_it_is_open_shows_no_other_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("web01.zip");
    let whole = std::fs::read(sample("user-account-problem.zip")).expect("reads");
    for (change, sentence) in [
        (whole[..whole.len() / 2].to_vec(), "web01.zip is shorter than it was when it was opened."),
        ([&whole[..], b"more"].concat(), "web01.zip changed since it was opened."),
    ] {
        let mut window = events_of(&bundle);
        std::fs::write(&bundle, change).expect("written");
        window.click("Whole record");
        assert!(window.shows(sentence), "{sentence}: {:?}", window.names());
        assert!(!window.shows("<EventRecordID>"), "{:?}", window.names());
        assert!(window.rows().iter().any(|row| row.starts_with(BOB)), "what was opened is still shown");
    }
    let mut window = events_of(&bundle);
    std::fs::remove_file(&bundle).expect("deleted");
    window.click("Whole record");
    assert!(window.shows("web01.zip cannot be read any more: "), "{:?}", window.names());
}

#[test]
fn a_record_of_the_same_number_that_came_into_the_bundle_is_not_shown_as_the_one_that_was_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("web01.zip");
    let mut window = events_of(&bundle);
    let opened = std::fs::metadata(&bundle).and_then(|file| file.modified()).expect("a time");
    // As long as before and as old, so that nothing but its records tells it from the one before.
    let mut other = std::fs::read(&bundle).expect("reads");
    other.reverse();
    std::fs::write(&bundle, other).expect("written");
    let file = std::fs::File::options().write(true).open(&bundle).expect("opens");
    file.set_modified(opened).expect("a time");
    window.click("Whole record");
    assert!(!window.shows("<EventRecordID>") && window.shows("It is not there any more"), "{:?}", window.names());
}

#[test]
fn an_event_leads_to_the_finding_that_cites_it() {
    let mut window = events();
    window.click_first(BOB);
    window.click_first("Finding: CONTOSO\\bob is disabled");
    assert!(window.shows("Why"), "{:?}", window.names());
    window.press_with(Modifiers::ALT, Key::ArrowLeft);
    assert!(window.selected().iter().any(|row| row.starts_with(BOB)));
}

#[test]
fn every_time_has_the_name_of_its_clock() {
    let mut window = events();
    window.click("Times in UTC");
    window.click("WEB01, UTC+01:00");
    assert!(window.rows()[6].ends_with("2026-03-02 08:31:04.411"), "{:?}", window.rows());
    assert!(window.shows("Times in WEB01, UTC+01:00"));
    window.press(Key::End);
    assert!(window.shows("08:31:04.411 WEB01, UTC+01:00"));
}

#[test]
fn the_list_is_copied_for_a_spreadsheet_as_it_is_shown() {
    let mut window = events();
    window.type_into("Filter", "bob outcome:failed");
    window.click("Export");
    window.click("Copy as CSV");
    let [table] = window.copied() else { panic!("{:?}", window.copied()) };
    assert!(table.starts_with("bundle,artifact,record,"));
    assert_eq!((table.lines().count(), table.contains("STATUS_ACCOUNT_DISABLED")), (2, true));
    assert!(window.shows("1 row copied"), "{:?}", window.names());
}

#[test]
fn the_list_is_saved_as_it_is_shown_with_all_its_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.ndjson");
    let mut window = events();
    window.click("Sort by Id");
    window.click("Export");
    window.click("Save the list as NDJSON…");
    // This desktop has no dialog.
    window.type_into("Path of the file to write; one that is there stays as it is", &path.display().to_string());
    window.press(Key::Enter);
    assert!(window.shows("Saved: "), "{:?}", window.names());
    let lines = std::fs::read_to_string(&path).expect("it is there");
    let id = |line: &str| line.split("\"event_id\":").nth(1).and_then(|rest| rest.split(',').next()).map(str::to_owned);
    assert_eq!(lines.lines().filter_map(id).collect::<Vec<_>>(), ["3", "3", "3", "4624", "4624", "4625", "4625"]);
    window.click("Export");
    window.click("Save the list as CSV…");
    window.type_into("Path of the file to write; one that is there stays as it is", &path.display().to_string());
    window.press(Key::Enter);
    assert!(window.shows("cannot be written") && window.shows("Choose another folder or another name."));
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), lines, "nobody was asked");
}

#[test]
fn without_events_it_says_what_to_collect() {
    let mut window = Window::of([1024.0, 700.0], vec![sample("iis5-ntlm-only.zip")]);
    window.press_with(Modifiers::COMMAND, Key::Num7);
    assert!(window.shows("No event about signing in") && window.shows("Collect there too"), "{:?}", window.names());
}

//! The view of tickets.

use egui::{Key, Modifiers};

use crate::harness::{Window, sample};

/// The field above the tickets.
const FIND: &str = "Find a ticket by its service, a flag, a KDC";

fn tickets(bundle: &str) -> Window {
    let mut window = Window::of([1280.0, 1000.0], vec![sample(bundle)]);
    window.press_with(Modifiers::COMMAND, Key::Num6);
    window
}

#[test]
fn every_session_says_whose_it_is() {
    let mut window = tickets("client-stale-ticket.zip");
    let rows = window.rows();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[0].starts_with("Session 0x3e7a1 of t1-admin @ CONTOSO.COM, 3 tickets, klist/current.txt"), "{rows:?}");
    assert!(window.shows("Session 0x3e7a1 is one of a person or of a service."));
    assert!(window.shows("klist tells times in the language and by the clock of the computer"));
    window.press(Key::ArrowDown);
    assert!(window.shows("Session 0x3e7 is the computer itself (LocalSystem)"), "{:?}", window.names());
}

#[test]
fn a_ticket_is_told_in_words() {
    let window = tickets("client-stale-ticket.zip");
    for words in [
        "Ticket for cifs/DC01.contoso.com @ CONTOSO.COM, service ticket, AES256-CTS-HMAC-SHA1-96",
        "ticket-granting ticket",
        "ok_as_delegate",
        "PRIMARY",
        "for t1-admin @ CONTOSO.COM from DC01.contoso.com",
        "from 3/2/2026 8:49:17 (local) to 3/2/2026 18:49:17 (local) renewable until 3/9/2026",
    ] {
        assert!(window.shows(words), "{words}: {:?}", window.names());
    }
}

const LSA: &str = r#"{"sessions": [{"logon_id": "0x51a", "user": "alice", "domain": "CONTOSO", "status": "0x00000000",
"tickets": [{"client": "alice", "client_realm": "CONTOSO.COM", "server": "HTTP/portal.contoso.com",
"server_realm": "CONTOSO.COM", "start_time": "2026-03-02T07:00:00Z", "end_time": "2026-03-02T17:00:00Z",
"renew_time": "2026-03-09T07:00:00Z", "encryption_type": 23, "ticket_flags": "0x40a10000"}]}]}"#;

#[test]
fn what_lsa_tells_has_times_that_can_be_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("tickets.json"), LSA).expect("a file");
    let mut window = Window::of([1024.0, 700.0], vec![folder.path().join("tickets.json")]);
    window.press_with(Modifiers::COMMAND, Key::Num6);
    let times = "2026-03-02 07:00:00 – 2026-03-02 17:00:00 UTC, renewable until 2026-03-09 07:00:00";
    assert!(window.shows(times) && window.shows("RC4-HMAC"), "{:?}", window.names());
    assert!(!window.shows("klist tells times"));
}

#[test]
fn tickets_are_found_and_lead_to_their_lines() {
    let mut window = tickets("client-stale-ticket.zip");
    window.type_into(FIND, "krbtgt");
    assert!(window.shows("Ticket for krbtgt/") && !window.shows("Ticket for cifs/"));
    window.click("Line");
    assert!(window.shows("klist/current.txt") && window.shows("6: #0>"), "{:?}", window.names());
}

#[test]
fn without_a_list_it_says_how_to_get_one() {
    let window = tickets("iis5-ntlm-only.zip");
    assert!(window.shows("No list of tickets"), "{:?}", window.names());
}

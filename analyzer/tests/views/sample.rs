//! The sample that the program carries along.

use egui::{Key, Modifiers};

use crate::harness::Window;

const HEADLINE: &str = "HTTP/portal.contoso.com is held by CONTOSO\\svc-web";

#[test]
fn a_sample_is_opened_from_the_start_page_and_called_one() {
    let mut window = Window::of([1280.0, 800.0], Vec::new());
    window.click("Open a sample");
    assert!(window.shows(HEADLINE));
    assert!(window.shows("sample of a made-up server"));
    assert!(window.settings().recent.is_empty(), "it is on the start page in any case");
}

#[test]
fn a_sample_is_opened_by_keyboard_alone() {
    let mut window = Window::of([1280.0, 800.0], Vec::new());
    window.press_with(Modifiers::COMMAND, Key::P);
    window.type_text("a sample");
    window.press(Key::Enter);
    assert!(window.shows(HEADLINE));
}

//! The keys: the sheet that lists them, and what they do in every view.

use egui::accesskit::Action;
use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT as _;

use crate::harness::{Window, sample};

fn window() -> Window {
    Window::of([1280.0, 800.0], vec![sample("kernelmode-spn-on-pool-account.zip")])
}

#[test]
fn a_question_mark_shows_the_keys_and_escape_hides_them() {
    let mut window = window();
    // Where it takes Shift, and where it does not.
    for modifiers in [Modifiers::NONE, Modifiers::SHIFT] {
        assert!(!window.shows("type into the field of the view"));
        window.press_with(modifiers, Key::Questionmark);
        for words in ["Lists and text", "type into the field of the view", "PgUp  PgDn", "Shift+N", "F1  or  ?"] {
            assert!(window.shows(words), "{words}");
        }
        window.press(Key::Escape);
    }
    assert!(!window.shows("type into the field of the view"));
}

#[test]
fn a_question_mark_in_a_field_is_typed() {
    let mut window = window();
    window.press_with(Modifiers::COMMAND, Key::Num7);
    window.press(Key::Slash);
    window.type_text("?");
    window.press(Key::Questionmark);
    assert_eq!(window.typed("Filter"), "?");
    assert!(!window.shows("PgUp  PgDn"));
}

#[test]
fn the_sheet_lies_inside_a_small_window_and_reaches_its_end() {
    let mut window = Window::of([512.0, 350.0], vec![sample("kernelmode-spn-on-pool-account.zip")]);
    window.press(Key::F1);
    let close = window.rect("Close");
    assert!(close.bottom() <= 350.0 && close.right() <= 512.0, "{close:?}");
    window.press(Key::End);
    let last = window.rect("quit");
    assert!(last.bottom() <= close.top(), "{last:?} above {close:?}");
}

#[test]
fn slash_leads_to_the_field_of_every_view_that_has_one() {
    let mut window = window();
    for (key, field) in [
        (Key::Num2, "Filter findings, checks and gaps"),
        (Key::Num4, "Find a site, a pool, an account"),
        (Key::Num5, "Find an account, an SPN, a pool"),
        (Key::Num6, "Find a ticket by its service, a flag, a KDC"),
        (Key::Num7, "Filter"),
        (Key::Num8, "Search"),
    ] {
        window.press_with(Modifiers::COMMAND, key);
        window.press(Key::Slash);
        window.type_text("x");
        assert_eq!(window.typed(field), "x", "{field}");
        window.press(Key::Backspace);
        window.press(Key::Escape);
    }
}

#[test]
fn pages_are_turned_by_key() {
    let mut window = window();
    for key in [Key::Num1, Key::Num2, Key::Num3] {
        window.press_with(Modifiers::COMMAND, key);
        let top = window.highest_link();
        window.press(Key::PageDown);
        assert!(window.highest_link() < top, "{key:?}: it goes down");
        window.press(Key::Home);
        assert!((window.highest_link() - top).abs() < 1.0, "{key:?}: and back to the beginning");
        window.press(Key::End);
        assert!(window.highest_link() < top, "{key:?}: and to the end");
    }
}

#[test]
fn whatever_the_keyboard_reaches_has_a_name() {
    let mut window = window();
    for key in [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9] {
        window.press_with(Modifiers::COMMAND, key);
        let nodes = window.harness().root().children_recursive();
        let reached: Vec<_> =
            nodes.map(|node| node.accesskit_node()).filter(|node| node.data().supports_action(Action::Focus)).collect();
        assert!(reached.len() > 10, "{key:?}: {}", reached.len());
        let nameless = reached
            .iter()
            .filter(|node| node.label().or_else(|| node.value()).is_none_or(|name| name.trim().is_empty()));
        let nameless: Vec<_> = nameless.map(|node| (node.role(), node.raw_bounds())).collect();
        assert!(nameless.is_empty(), "{key:?}: {nameless:?}");
    }
}

#[test]
fn tab_brings_what_has_the_keyboard_into_sight() {
    let mut window = Window::of([1024.0, 500.0], vec![sample("kernelmode-spn-on-pool-account.zip")]);
    for key in [Key::Num1, Key::Num2, Key::Num3, Key::Num5] {
        window.press_with(Modifiers::COMMAND, key);
        let mut reached = Vec::new();
        for (key, presses) in [(Modifiers::NONE, 60), (Modifiers::SHIFT, 30)] {
            for _ in 0..presses {
                window.press_with(key, Key::Tab);
                let Some((name, rect)) = window.focused() else { continue };
                assert!(rect.top() >= 0.0 && rect.bottom() <= 500.5, "{name}: {rect:?}");
                reached.push(name);
            }
        }
        reached.sort_unstable();
        reached.dedup();
        assert!(reached.len() > 30, "{key:?}: {reached:?}");
    }
}

#[test]
fn arrows_walk_along_the_list_and_leave_the_keyboard_where_it_is() {
    let mut window = window();
    window.press_with(Modifiers::COMMAND, Key::Num8);
    let first = window.selected();
    window.focus("Overview");
    window.press(Key::ArrowDown);
    assert_eq!(window.focused().map(|(name, _)| name).as_deref(), Some("Overview"));
    let second = window.selected();
    assert_ne!(first, second);
    window.click("Report");
    window.press(Key::ArrowDown);
    assert_eq!(window.selected(), second, "a menu that is open has the arrows");
}

//! Every view in a small window, at its usual size and at twice that size: what a person needs is inside it.

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::{Window, sample};

/// The smallest window that is promised, in pixels.
const PIXELS: [f32; 2] = [1024.0, 700.0];

/// Each view: its key, its name in the rail, and what a person needs in it.
const VIEWS: [(Key, &str, &[&str]); 9] = [
    (Key::Num1, "Overview", &["blocker"]),
    (Key::Num2, "Findings", &["Filter findings, checks and gaps", "Certain: the evidence states it."]),
    (Key::Num3, "Exchanges", &["http://portal.contoso.com/"]),
    (Key::Num4, "Sites", &["Find a site, a pool, an account", "How users may sign in"]),
    (Key::Num5, "Accounts", &["Find an account, an SPN, a pool", "List", "Graph", "Pools that run as it"]),
    (
        Key::Num6,
        "Tickets",
        &["Find a ticket by its service, a flag, a KDC", "Session 0x3e7a1 is one of a person or of a service."],
    ),
    (Key::Num7, "Events", &["Filter", "Export", "Sort by Id", "Select a row to see all that the log says of it."]),
    (Key::Num8, "Artifacts", &["Find a file by its name or kind", "Search", "Copy path"]),
    (Key::Num9, "Compare", &["Open another case to compare…"]),
];

fn small(scale: f32) -> (Window, [f32; 2]) {
    let size = PIXELS.map(|pixels| (pixels / scale).floor());
    let builder = Harness::builder().with_size(size).with_pixels_per_point(scale);
    (Window::built(builder, vec![sample("kernelmode-spn-on-pool-account.zip")]), size)
}

fn is_inside(rect: egui::Rect, [width, height]: [f32; 2]) -> bool {
    rect.left() >= 0.0 && rect.top() >= 0.0 && rect.right() <= width + 0.5 && rect.bottom() <= height + 0.5
}

#[test]
fn every_view_has_what_it_needs_inside_a_small_window() {
    for scale in [1.0, 1.5, 2.0] {
        let (mut window, size) = small(scale);
        for (key, view, needed) in VIEWS {
            window.press_with(Modifiers::COMMAND, key);
            let rail = VIEWS.iter().map(|(_, title, _)| *title);
            let bar = ["Report", "Find"];
            for name in needed.iter().copied().chain(rail).chain(bar) {
                let rects: Vec<_> = window.rects(name);
                assert!(
                    rects.iter().any(|rect| is_inside(*rect, size)),
                    "{view} at {scale}: {name} {rects:?} in {size:?}"
                );
            }
        }
    }
}

#[test]
fn nothing_that_can_be_pressed_is_cut_at_the_right() {
    for scale in [1.0, 1.5, 2.0] {
        let (mut window, [width, _]) = small(scale);
        for (key, view, _) in VIEWS {
            window.press_with(Modifiers::COMMAND, key);
            for (name, rect) in window.controls() {
                assert!(rect.right() <= width + 0.5, "{view} at {scale}: {name} ends at {} of {width}", rect.right());
            }
        }
    }
}

#[test]
fn buttons_above_the_views_do_not_lie_on_each_other() {
    for scale in [1.0, 1.5, 2.0] {
        let (window, _) = small(scale);
        let bar: Vec<_> = window.controls().into_iter().filter(|(_, rect)| rect.bottom() < 50.0).collect();
        assert!(bar.len() >= 4, "{scale}: {bar:?} of {:?}", window.controls());
        for (index, (name, rect)) in bar.iter().enumerate() {
            for (other, beside) in bar.iter().skip(index + 1) {
                assert!(!rect.shrink(0.5).intersects(*beside), "{name} and {other} at {scale}");
            }
        }
    }
}

#[test]
fn what_a_narrow_window_hides_is_in_a_menu() {
    let (mut window, _) = small(2.0);
    assert!(window.rects("Start page").is_empty());
    window.click("More");
    window.click("Start page");
    assert!(window.shows("Drop a bundle here"));
}

#[test]
fn a_person_makes_everything_larger_by_key_and_finds_it_so_again() {
    let mut window = Window::of([1280.0, 800.0], Vec::new());
    assert_eq!(window.settings().zoom_percent, 100);
    for _ in 0..5 {
        window.press_with(Modifiers::COMMAND, Key::Plus);
    }
    assert_eq!(window.settings().zoom_percent, 150);
    window.press_with(Modifiers::COMMAND, Key::Minus);
    assert_eq!(window.settings().zoom_percent, 140);
    let mut again = Window::with_settings(window.settings());
    assert_eq!(again.settings().zoom_percent, 140);
    again.press_with(Modifiers::COMMAND, Key::Num0);
    assert_eq!(again.settings().zoom_percent, 100);
}

#[test]
fn a_long_name_is_cut_in_its_middle_and_told_whole() {
    let (mut window, _) = small(1.0);
    window.press_with(Modifiers::COMMAND, Key::Num8);
    let heads: Vec<_> = ["File", "Came", "Bytes"].map(|head| window.rects(&format!("Sort by {head}"))).concat();
    assert_eq!(heads.len(), 3);
    let beside = window.rect("Copy path");
    assert!(heads.iter().all(|head| head.right() <= beside.left() && head.width() > 50.0), "{heads:?}");
    assert!(window.rects("Sort by Bundle").is_empty(), "one bundle needs no column");
}

impl Window {
    /// Where everything of this name, or of this name and a number, is.
    fn rects(&self, name: &str) -> Vec<egui::Rect> {
        let mut rects: Vec<_> = self.harness().query_all_by_label(name).map(|node| node.rect()).collect();
        let counted = format!("{name} (");
        rects.extend(self.harness().query_all_by_label_contains(&counted).map(|node| node.rect()));
        rects
    }

    /// What can be pressed or typed into, and where it is; tables may be scrolled sideways, so theirs are left out.
    fn controls(&self) -> Vec<(String, egui::Rect)> {
        let roles = [Role::Button, Role::TextInput, Role::SearchInput, Role::CheckBox, Role::ComboBox, Role::Link];
        let nodes = self.harness().root().children_recursive();
        let controls = nodes.filter(|node| roles.contains(&node.accesskit_node().role()));
        let named = controls.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect()));
        named.filter(|(name, _)| !name.starts_with("Sort by ")).collect()
    }
}

#[test]
fn tickets_are_reached_below_their_session_at_twice_the_size() {
    let (mut window, size) = small(2.0);
    window.press_with(Modifiers::COMMAND, Key::Num6);
    let whole = |window: &Window| {
        let head = window.rects("Find a ticket by its service, a flag, a KDC");
        let covered = head.iter().fold(0.0_f32, |covered, rect| covered.max(rect.bottom()));
        let tickets = window.harness().query_all_by_label_contains("Ticket for").map(|ticket| ticket.rect());
        tickets.filter(|ticket| is_inside(*ticket, size) && ticket.top() >= covered).count()
    };
    assert_eq!(whole(&window), 0, "the head of the session leaves them no room");
    window.press(Key::PageDown);
    window.press(Key::PageDown);
    assert!(whole(&window) > 0);
}

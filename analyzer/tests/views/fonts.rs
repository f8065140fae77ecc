//! Text of bundles in other languages: what a font writes, and what none on the computer writes.

use std::path::{Path, PathBuf};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use kerbscope::artifacts::watch::Watch;
use kerbscope::formats::identity::Keyring;
use kerbscope::open::open_watched;

use crate::harness::{Window, sample};

/// The configuration of a sample in a folder, with its site called so.
fn server_with_a_site_called(folder: &Path, name: &str) -> Vec<PathBuf> {
    let path = sample("kernelmode-spn-on-pool-account.zip");
    let bundle = open_watched(&path, &Keyring::default(), &Watch::default(), None).expect("a sample");
    let is_config = |path: &str| path.ends_with("applicationHost.config");
    let config = bundle.archive.members.iter().find(|member| is_config(&member.path)).expect("the configuration");
    let config = String::from_utf8_lossy(&config.bytes).replace("VGS Portal", name);
    std::fs::write(folder.join("applicationHost.config"), config).expect("written");
    vec![folder.to_owned()]
}

fn sites(name: &str) -> Window {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = server_with_a_site_called(folder.path(), name);
    // Without the fonts of a computer, a Japanese name has none.
    let mut window = Window::built(Harness::builder().with_size([1280.0, 800.0]).allow_missing_glyphs(), paths);
    window.press_with(Modifiers::COMMAND, Key::Num4);
    window
}

const NO_FONT: &str = "without a font on this computer: ";

#[test]
fn german_and_french_names_need_no_font_of_the_computer() {
    for name in [
        "Stra\u{df}enverwaltung f\u{fc}r Gr\u{f6}\u{df}en \u{201e}A\u{201c}",
        "R\u{e9}seau priv\u{e9} \u{ab}\u{152}uvres\u{bb}",
    ] {
        let window = sites(name);
        assert!(window.shows(name), "{name}");
        assert!(!window.shows(NO_FONT), "{name}");
    }
}

#[test]
fn where_no_font_writes_a_name_the_window_says_so_once() {
    let mut window = sites("\u{793e}\u{5185}\u{30dd}\u{30fc}\u{30bf}\u{30eb}");
    assert!(window.shows("\u{793e}\u{5185}\u{30dd}\u{30fc}\u{30bf}\u{30eb}"), "a screen reader has it in any case");
    assert!(window.shows("6 characters without a font on this computer: U+30BF, U+30DD, U+30EB, U+30FC and others."));
    window.click("Dismiss");
    assert!(!window.shows(NO_FONT));
    window.press_with(Modifiers::COMMAND, Key::Num2);
    assert!(!window.shows(NO_FONT));
}

//! The window without a screen, driven by the names of what is in it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers, OutputCommand, PointerButton, Pos2, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, HarnessBuilder, Node};
use kerbscope::gui::app::App;
use kerbscope::gui::doors::Doors;
use kerbscope::gui::load::Wanted;
use kerbscope::gui::settings::Settings;
use kerbscope::open::open_watched;

/// A window, and what it put on the clipboard.
pub(crate) struct Window {
    harness: Harness<'static, Seen>,
}

#[derive(Default)]
pub(crate) struct Seen {
    app: Option<App>,
    copied: Vec<String>,
}

/// The path of a sample.
pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/bundles").join(name)
}

impl Window {
    /// A window with nothing in it that was left with these settings.
    pub(crate) fn with_settings(settings: Settings) -> Self {
        Self::made(Harness::builder().with_size([1280.0, 800.0]), settings, Vec::new())
    }

    /// A window of this size that has opened these paths.
    pub(crate) fn of(size: [f32; 2], paths: Vec<PathBuf>) -> Self {
        Self::built(Harness::builder().with_size(size), paths)
    }

    /// A window of any make that has opened these paths.
    pub(crate) fn built(builder: HarnessBuilder<Seen>, paths: Vec<PathBuf>) -> Self {
        Self::made(builder, Settings::default(), paths)
    }

    fn made(builder: HarnessBuilder<Seen>, settings: Settings, paths: Vec<PathBuf>) -> Self {
        let mut wanted = Some(Wanted { paths, ..Wanted::default() });
        let open = |path: &Path, keys: &_, watch: &_| open_watched(path, keys, watch, None);
        let doors = Doors { ask: |_| None, open };
        let harness = builder.build_ui_state(
            move |ui, seen: &mut Seen| {
                let start = || App::new(ui.ctx(), settings.clone(), wanted.take().unwrap_or_default(), doors);
                let app = seen.app.get_or_insert_with(start);
                app.logic(ui.ctx());
                app.ui(ui);
                ui.output(|output| seen.copied.extend(output.commands.iter().filter_map(copied_text)));
            },
            Seen::default(),
        );
        let mut window = Self { harness };
        window.settle();
        window
    }

    /// Steps until nothing goes on in the background.
    pub(crate) fn settle(&mut self) {
        let deadline = Instant::now() + Duration::from_mins(1);
        self.harness.step();
        self.harness.step();
        while self.harness.state().app.as_ref().is_none_or(App::is_busy) {
            assert!(Instant::now() < deadline, "the background does not come to an end");
            std::thread::yield_now();
            self.harness.step();
        }
        self.harness.run();
    }

    pub(crate) fn click(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.settle();
    }

    /// Clicks the first thing whose name holds these words.
    pub(crate) fn click_first(&mut self, words: &str) {
        self.harness.query_all_by_label_contains(words).next().expect(words).click();
        self.settle();
    }

    /// Clicks with the other button, as a mouse does.
    pub(crate) fn click_other(&mut self, words: &str) {
        let at = self.harness.query_all_by_label_contains(words).next().expect(words).rect().center();
        self.pointer(at, PointerButton::Secondary, true);
        self.pointer(at, PointerButton::Secondary, false);
        self.settle();
    }

    /// Drags over something, from one part of its width to another.
    pub(crate) fn drag(&mut self, words: &str, from: f32, to: f32) {
        let rect = self.harness.query_all_by_label_contains(words).next().expect(words).rect();
        let at = |part: f32| Pos2::new(rect.left() + rect.width() * part, rect.center().y);
        self.pointer(at(from), PointerButton::Primary, true);
        self.harness.event(Event::PointerMoved(at(f32::midpoint(from, to))));
        self.harness.step();
        self.harness.event(Event::PointerMoved(at(to)));
        self.harness.step();
        self.pointer(at(to), PointerButton::Primary, false);
        self.settle();
    }

    fn pointer(&mut self, pos: Pos2, button: PointerButton, pressed: bool) {
        self.harness.event(Event::PointerMoved(pos));
        self.harness.event(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
        self.harness.step();
    }

    /// Gives the keyboard to this.
    pub(crate) fn focus(&mut self, name: &str) {
        self.harness.get_by_label(name).focus();
        self.settle();
    }

    pub(crate) fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    pub(crate) fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Types into a field.
    pub(crate) fn type_into(&mut self, field: &str, words: &str) {
        self.field(field).focus();
        self.harness.step();
        self.field(field).type_text(words);
        self.settle();
    }

    /// Types wherever the keyboard is.
    pub(crate) fn type_text(&mut self, words: &str) {
        self.harness.event(Event::Text(words.to_owned()));
        self.settle();
    }

    /// What stands in a field, whatever kind of field it is.
    pub(crate) fn typed(&self, field: &str) -> String {
        self.field(field).accesskit_node().value().unwrap_or_default()
    }

    fn field<'a>(&'a self, name: &'a str) -> Node<'a> {
        let fields = self.harness.query_all_by_label(name);
        let is_field = |role| matches!(role, Role::TextInput | Role::SearchInput);
        fields.into_iter().find(|node| is_field(node.accesskit_node().role())).expect(name)
    }

    pub(crate) fn shows(&self, words: &str) -> bool {
        self.harness.query_all_by_label_contains(words).next().is_some()
    }

    /// The names of the rows in sight, from the top.
    pub(crate) fn rows(&self) -> Vec<String> {
        let mut rows: Vec<_> = self.harness.query_all_by_role(Role::Row).collect();
        rows.sort_by(|one, other| one.rect().top().total_cmp(&other.rect().top()));
        rows.iter().filter_map(|row| row.accesskit_node().label()).collect()
    }

    /// The names of the rows that are selected.
    pub(crate) fn selected(&self) -> Vec<String> {
        use egui::accesskit::Toggled;
        let rows = self.harness.query_all_by_role(Role::Row);
        let rows = rows.filter(|row| row.accesskit_node().toggled() == Some(Toggled::True));
        rows.filter_map(|row| row.accesskit_node().label()).collect()
    }

    /// For what only one file of tests looks at.
    pub(crate) const fn harness(&self) -> &Harness<'static, Seen> {
        &self.harness
    }

    /// Where the one thing of this name is.
    pub(crate) fn rect(&self, name: &str) -> egui::Rect {
        self.harness.get_by_label(name).rect()
    }

    /// How high the first link stands, above the window or in it.
    /// The name of what has the keyboard, and where it is.
    pub(crate) fn focused(&self) -> Option<(String, egui::Rect)> {
        let node = self.harness.root().children_recursive().find(Node::is_focused)?;
        let name = node.accesskit_node().label().or_else(|| node.value()).unwrap_or_default();
        Some((name, node.rect()))
    }

    pub(crate) fn highest_link(&self) -> f32 {
        let links = self.harness.query_all_by_role(Role::Link);
        links.map(|link| link.rect().top()).next().unwrap_or(f32::MIN)
    }

    /// What is remembered.
    pub(crate) fn settings(&self) -> Settings {
        self.harness.state().app.as_ref().map(|app| app.settings().clone()).unwrap_or_default()
    }

    /// Everything that was copied.
    pub(crate) fn copied(&self) -> &[String] {
        &self.harness.state().copied
    }

    /// Every name that there is, for a test that looks for one in vain.
    pub(crate) fn names(&self) -> Vec<String> {
        self.harness.root().children_recursive().filter_map(|node| node.accesskit_node().label()).collect()
    }
}

fn copied_text(command: &OutputCommand) -> Option<String> {
    match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    }
}

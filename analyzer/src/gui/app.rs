//! What the window knows and does: it hands data to the views, and carries out what they ask for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use egui::{Margin, Ui};

use crate::gui::action::{Action, Pick, Selection};
use crate::gui::content::Content;
use crate::gui::doors::Doors;
use crate::gui::file_dialog::{Chosen, FileDialog};
use crate::gui::history::{History, Location};
use crate::gui::load::{Failure, Loaded, Loader, Locked, Wanted};
use crate::gui::settings::{Settings, ThemeChoice};
use crate::gui::theme::Palette;
use crate::gui::view::View;
use crate::gui::view_states::ViewStates;
use crate::gui::{header, keys, overlay, rail, start_page, theme, unlock_view};

/// For how long the window says that something was copied.
const TOAST_SECS: f64 = 1.8;

/// The window.
pub struct App {
    settings: Settings,
    loader: Loader,
    dialog: FileDialog,
    open: Option<OpenCase>,
    /// How many cases were opened; where lists were scrolled to in one case is no matter in the next.
    opened: u32,
    page: Page,
    failures: Vec<Failure>,
    path_field: Option<String>,
    /// What waits for an identity file, and the path that is being typed for it.
    locked: Option<(Locked, String)>,
    help: Help,
    toast: Option<(String, f64)>,
}

/// The case that is open, what each view remembers of it, and the way through it.
struct OpenCase {
    content: Arc<Content>,
    views: ViewStates,
    view: View,
    history: History,
}

impl OpenCase {
    fn of(content: Arc<Content>) -> Self {
        Self { views: ViewStates::of(&content), view: View::default(), history: History::default(), content }
    }

    const fn here(&self) -> Location {
        self.views.location(self.view)
    }

    /// Goes to a view that can be shown, and notes from where.
    fn go(&mut self, view: View, arrange: impl FnOnce(&mut ViewStates, &Content)) {
        if !view.is_shown() {
            return;
        }
        let from = self.here();
        arrange(&mut self.views, &self.content);
        self.view = view;
        if self.here() != from {
            self.history.leave(from);
        }
    }

    fn back(&mut self) {
        let to = self.history.back(self.here());
        self.restore(to);
    }

    fn forward(&mut self) {
        let to = self.history.forward(self.here());
        self.restore(to);
    }

    fn restore(&mut self, to: Option<Location>) {
        if let Some(to) = to {
            self.view = to.view;
            self.views.restore(to);
        }
    }

    /// Goes where a person asked to go within the case.
    fn carry_out(&mut self, action: &Action) {
        match *action {
            Action::Show(view) => self.go(view, |_, _| {}),
            Action::Back => self.back(),
            Action::Forward => self.forward(),
            Action::Select(selection) => self.views.findings.selected = Some(selection),
            Action::SelectStep(step) => self.views.exchanges.step = step,
            Action::ShowExchange(index) => {
                self.go(View::Exchanges, |views, content| views.exchanges.show_exchange(content, index));
            }
            Action::ShowSelection(selection) => self.go(View::Findings, |views, _| views.findings.show(selection)),
            Action::ShowFinding(index) => {
                self.go(View::Findings, |views, _| views.findings.show(Selection::Finding(index)));
            }
            Action::ShowEvent(at) => self.go(View::Events, |views, _| views.events.show(at)),
            Action::ShowArtifact(at) => self.go(View::Artifacts, |views, _| views.artifacts.show(at)),
            Action::Next => self.walk(1),
            Action::Previous => self.walk(-1),
            _ => {}
        }
    }

    /// Moves the selection of the view, if it has a list to walk along.
    fn walk(&mut self, by: isize) {
        match self.view {
            View::Findings => self.views.findings.walk(&self.content, by),
            View::Exchanges => self.views.exchanges.walk(&self.content, by),
            View::Sites => self.views.sites.walk(&self.content, by),
            View::Accounts => self.views.accounts.walk(&self.content, by),
            _ => {}
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Start,
    Case,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Help {
    Shown,
    Hidden,
}

impl App {
    /// A window that opens this at once.
    pub fn new(ctx: &egui::Context, settings: Settings, wanted: Wanted, doors: Doors) -> Self {
        theme::install(ctx);
        ctx.set_theme(settings.theme);
        let mut app = Self {
            settings,
            loader: Loader::new(doors.open),
            dialog: FileDialog::new(doors.ask),
            open: None,
            opened: 0,
            page: Page::Start,
            failures: Vec::new(),
            path_field: None,
            locked: None,
            help: Help::Hidden,
            toast: None,
        };
        if wanted != Wanted::default() {
            app.start(ctx, wanted);
        }
        app
    }

    /// What to remember.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether something goes on in the background.
    pub const fn is_busy(&self) -> bool {
        self.loader.loading().is_some() || self.dialog.is_open()
    }

    /// Takes what the background finished. Runs also while the window is hidden.
    pub fn logic(&mut self, ctx: &egui::Context) {
        if let Some(loaded) = self.loader.poll() {
            self.take(loaded);
        }
        match self.dialog.poll() {
            Some(Chosen::Paths(Pick::Identity, paths)) => self.carry_out(ctx, Action::Unlock(paths)),
            Some(Chosen::Paths(_, paths)) => self.carry_out(ctx, Action::Open(paths)),
            Some(Chosen::NoDialog(Pick::Identity)) => self.no_dialog_for_identity(),
            Some(Chosen::NoDialog(_)) => self.path_field = Some(String::new()),
            Some(Chosen::Nothing) | None => {}
        }
    }

    fn take(&mut self, loaded: Loaded) {
        match loaded {
            Loaded::Case { content, paths, identities, failures } => {
                self.open = Some(OpenCase::of(content));
                self.opened = self.opened.wrapping_add(1);
                self.page = Page::Case;
                self.failures = failures;
                self.settings.remember(&paths);
                self.settings.remember_identities(&identities);
            }
            Loaded::Locked(locked) => self.locked = Some((locked, String::new())),
            Loaded::Nothing(failures) => self.failures = failures,
        }
    }

    /// Draws the window and does what was asked for.
    pub fn ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let mut asked = dropped(&ctx, self.locked.is_some());
        if asked.is_none() && self.path_field.is_none() && self.locked.is_none() {
            asked = keys::pressed(&ctx);
        }
        if let Some(action) = asked {
            self.carry_out(&ctx, action);
        }
        let mut actions = vec![self.bars(ui), self.body(ui)];
        actions.push(self.over(&ctx));
        for action in actions.into_iter().flatten() {
            self.carry_out(&ctx, action);
        }
    }

    fn bars(&self, ui: &mut Ui) -> Option<Action> {
        let open = self.open.as_ref().filter(|_| self.page == Page::Case);
        let (content, none) = (open.map(|open| &*open.content), History::default());
        let history = open.map_or(&none, |open| &open.history);
        let frame = egui::Frame::new().fill(Palette::of(ui).surface);
        let bar = frame.inner_margin(Margin::symmetric(16, 8));
        let mut action = egui::Panel::top("bar").frame(bar).show(ui, |ui| header::bar(ui, content, history)).inner;
        if let Some(loading) = self.loader.loading() {
            action = overlay::loading(ui, loading).or(action);
            ui.ctx().request_repaint_after(Duration::from_secs(1));
        }
        if !self.failures.is_empty() {
            action = overlay::failures(ui, &self.failures).or(action);
        }
        action
    }

    fn body(&mut self, ui: &mut Ui) -> Option<Action> {
        let opened = self.opened;
        if let Some(open) = self.open.as_mut().filter(|_| self.page == Page::Case) {
            return ui.push_id(opened, |ui| case(ui, open)).inner;
        }
        let frame = egui::Frame::new().fill(Palette::of(ui).page).inner_margin(Margin::symmetric(16, 0));
        let back = self.open.is_some();
        let page = egui::CentralPanel::default().frame(frame);
        page.show(ui, |ui| start_page::ui(ui, &self.settings, back)).inner
    }

    fn over(&mut self, ctx: &egui::Context) -> Option<Action> {
        let hovered = ctx.input(|input| input.raw.hovered_files.len());
        if hovered > 0 {
            start_page::drop_overlay(ctx, hovered);
        }
        let now = ctx.input(|input| input.time);
        if let Some((text, until)) = self.toast.as_ref().filter(|(_, until)| *until > now) {
            overlay::toast(ctx, text);
            ctx.request_repaint_after(Duration::try_from_secs_f64(until - now).unwrap_or_default());
        }
        if let Some((locked, text)) = &mut self.locked {
            return unlock_view::ui(ctx, locked, text);
        }
        if let Some(text) = &mut self.path_field {
            return overlay::path_field(ctx, text);
        }
        if self.help == Help::Shown { overlay::help(ctx) } else { None }
    }

    fn carry_out(&mut self, ctx: &egui::Context, action: Action) {
        match action {
            Action::Browse(pick) => self.dialog.show(ctx, pick),
            Action::Open(paths) => self.start(ctx, Wanted { paths, ..Wanted::default() }),
            Action::Unlock(identities) => self.unlock(ctx, identities),
            Action::OpenTheRest => {
                if let Some((locked, _)) = self.locked.take() {
                    self.start(ctx, locked.rest());
                }
            }
            Action::LeaveLocked => self.locked = None,
            Action::CancelLoading => self.loader.cancel(),
            Action::DismissFailure => self.failures.clear(),
            Action::CloseDialog => self.path_field = None,
            Action::ShowStart => self.page = Page::Start,
            Action::BackToCase => self.page = Page::Case,
            Action::ForgetRecent => self.settings.recent.clear(),
            Action::ForgetIdentities => self.settings.identities.clear(),
            Action::CopyFix => self.copy_fix(ctx),
            Action::Copy(text) => self.copy(ctx, text),
            Action::ToggleTheme => self.toggle_theme(ctx),
            Action::ToggleHelp if self.help == Help::Shown => self.help = Help::Hidden,
            Action::ToggleHelp => self.help = Help::Shown,
            Action::Escape => self.escape(),
            Action::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Action::Show(_)
            | Action::Back
            | Action::Forward
            | Action::Select(_)
            | Action::SelectStep(_)
            | Action::ShowExchange(_)
            | Action::ShowSelection(_)
            | Action::ShowFinding(_)
            | Action::ShowEvent(_)
            | Action::ShowArtifact(_)
            | Action::Next
            | Action::Previous => {
                if let Some(open) = self.open.as_mut().filter(|_| self.page == Page::Case) {
                    open.carry_out(&action);
                }
            }
        }
    }

    fn start(&mut self, ctx: &egui::Context, wanted: Wanted) {
        self.path_field = None;
        self.locked = None;
        self.failures.clear();
        self.loader.start(ctx, wanted, self.settings.identities.clone());
    }

    /// Opens once more what was locked. Identity files that were named before may open a part of it.
    fn unlock(&mut self, ctx: &egui::Context, identities: Vec<PathBuf>) {
        let Some((locked, _)) = self.locked.take() else { return };
        let mut wanted = locked.wanted;
        wanted.identities.extend(identities);
        self.start(ctx, wanted);
    }

    fn no_dialog_for_identity(&mut self) {
        if let Some((locked, _)) = &mut self.locked {
            let words = "This desktop has no file dialog. Type or paste the path, or drop the file on the window.";
            locked.sentences = vec![words.to_owned()];
        }
    }

    /// Closes what lies on top, one thing at a time.
    fn escape(&mut self) {
        if self.help == Help::Shown {
            self.help = Help::Hidden;
        } else if !self.failures.is_empty() {
            self.failures.clear();
        } else if self.open.is_some() {
            self.page = Page::Case;
        }
    }

    fn copy_fix(&mut self, ctx: &egui::Context) {
        let Some(open) = &self.open else { return };
        let Some(Selection::Finding(index)) = open.views.findings.selected else { return };
        let finding = open.content.findings.get(index);
        if let Some(command) = finding.and_then(|finding| finding.first_command()).cloned() {
            self.copy(ctx, command);
        }
    }

    fn copy(&mut self, ctx: &egui::Context, text: String) {
        let first = text.lines().next().unwrap_or_default();
        let until = ctx.input(|input| input.time) + TOAST_SECS;
        self.toast = Some((format!("Copied: {first}"), until));
        ctx.copy_text(text);
    }

    fn toggle_theme(&mut self, ctx: &egui::Context) {
        let dark = ctx.global_style().visuals.dark_mode;
        self.settings.theme = if dark { ThemeChoice::Light } else { ThemeChoice::Dark };
        ctx.set_theme(self.settings.theme);
    }
}

/// The case: what it comes down to, the rail, and a view.
fn case(ui: &mut Ui, open: &mut OpenCase) -> Option<Action> {
    let palette = Palette::of(ui);
    let head = egui::Frame::new().fill(palette.surface).inner_margin(Margin { left: 16, right: 16, top: 4, bottom: 8 });
    // The overview says it at length.
    if open.view != View::Overview {
        egui::Panel::top("head").frame(head).show(ui, |ui| header::ui(ui, &open.content));
    }
    let frame = egui::Frame::new().fill(palette.surface).inner_margin(Margin::symmetric(8, 0));
    let rail = egui::Panel::left("rail").exact_size(rail::WIDTH).resizable(false).frame(frame);
    let rail = rail.show(ui, |ui| rail::ui(ui, &open.content, open.view)).inner;
    open.views.ui(ui, &open.content, open.view).or(rail)
}

/// What was dropped on the window: an identity file while one is asked for, and else evidence.
fn dropped(ctx: &egui::Context, asks_for_identity: bool) -> Option<Action> {
    let dropped: Vec<_> =
        ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
    let action = if asks_for_identity { Action::Unlock } else { Action::Open };
    (!dropped.is_empty()).then(|| action(dropped))
}

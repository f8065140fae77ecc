//! What the window knows and does: it hands data to the views, and carries out what they ask for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use egui::{Margin, Ui};

use crate::gui::action::{Action, Pick, Selection, StepSelection, Tab};
use crate::gui::content::Content;
use crate::gui::doors::Doors;
use crate::gui::exchange_content::ExchangeContent;
use crate::gui::file_dialog::{Chosen, FileDialog};
use crate::gui::finding_list::{self, Reveal};
use crate::gui::load::{Failure, Loaded, Loader, Locked, Wanted};
use crate::gui::settings::{Settings, ThemeChoice};
use crate::gui::theme::Palette;
use crate::gui::{
    check_view, exchange_view, finding_view, gaps_view, header, keys, overlay, start_page, theme, unlock_view,
};

/// For how long the window says that something was copied.
const TOAST_SECS: f64 = 1.8;

/// The window.
pub struct App {
    settings: Settings,
    loader: Loader,
    dialog: FileDialog,
    content: Option<Arc<Content>>,
    /// How many cases were opened; where lists were scrolled to in one case is no matter in the next.
    opened: u32,
    page: Page,
    tab: Tab,
    selected: Option<Selection>,
    step: StepSelection,
    reveal: Reveal,
    failures: Vec<Failure>,
    path_field: Option<String>,
    /// What waits for an identity file, and the path that is being typed for it.
    locked: Option<(Locked, String)>,
    help: Help,
    toast: Option<(String, f64)>,
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
            content: None,
            opened: 0,
            page: Page::Start,
            tab: Tab::default(),
            selected: None,
            step: StepSelection::default(),
            reveal: Reveal::Nothing,
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
                self.selected = finding_list::order(&content).first().copied();
                let first = content.exchanges.first();
                self.step = StepSelection { exchange: 0, step: first.map_or(0, ExchangeContent::telling_step) };
                self.content = Some(content);
                self.opened = self.opened.wrapping_add(1);
                self.page = Page::Case;
                self.tab = Tab::Findings;
                self.reveal = Reveal::Selected;
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
        self.reveal = Reveal::Nothing;
        actions.push(self.over(&ctx));
        for action in actions.into_iter().flatten() {
            self.carry_out(&ctx, action);
        }
    }

    fn bars(&self, ui: &mut Ui) -> Option<Action> {
        let content = self.content.as_deref().filter(|_| self.page == Page::Case);
        let frame = egui::Frame::new().fill(Palette::of(ui).surface);
        let bar = frame.inner_margin(Margin::symmetric(16, 8));
        let mut action = egui::Panel::top("bar").frame(bar).show(ui, |ui| header::bar(ui, content)).inner;
        if let Some(loading) = self.loader.loading() {
            action = overlay::loading(ui, loading).or(action);
            ui.ctx().request_repaint_after(Duration::from_secs(1));
        }
        if !self.failures.is_empty() {
            action = overlay::failures(ui, &self.failures).or(action);
        }
        action
    }

    fn body(&self, ui: &mut Ui) -> Option<Action> {
        if let (Some(content), Page::Case) = (&self.content, self.page) {
            return self.case(ui, content);
        }
        let frame = egui::Frame::new().fill(Palette::of(ui).page).inner_margin(Margin::symmetric(16, 0));
        let back = self.content.is_some();
        let page = egui::CentralPanel::default().frame(frame);
        page.show(ui, |ui| start_page::ui(ui, &self.settings, back)).inner
    }

    fn case(&self, ui: &mut Ui, content: &Content) -> Option<Action> {
        let palette = Palette::of(ui);
        let head =
            egui::Frame::new().fill(palette.surface).inner_margin(Margin { left: 16, right: 16, top: 4, bottom: 8 });
        let head = egui::Panel::top("head").frame(head).show(ui, |ui| header::ui(ui, content, self.tab)).inner;
        let frame = egui::Frame::new().fill(palette.page);
        let asked = if self.tab == Tab::Exchanges {
            let page = egui::CentralPanel::default().frame(frame.inner_margin(Margin::symmetric(16, 12)));
            page.show(ui, |ui| {
                ui.push_id(self.opened, |ui| exchange_view::ui(ui, content, self.step, self.reveal)).inner
            })
            .inner
        } else {
            let list = egui::Panel::left("list").default_size(390.0).min_size(260.0);
            let list = list.frame(frame.inner_margin(Margin { left: 12, right: 6, top: 0, bottom: 0 }));
            let list = list.show(ui, |ui| {
                ui.set_min_width(ui.available_width());
                ui.push_id(self.opened, |ui| finding_list::ui(ui, content, self.selected, self.reveal)).inner
            });
            let page = egui::CentralPanel::default().frame(frame.inner_margin(Margin::same(0)));
            let details = page.show(ui, |ui| self.details(ui, content));
            list.inner.or(details.inner)
        };
        head.or(asked)
    }

    fn details(&self, ui: &mut Ui, content: &Content) -> Option<Action> {
        let area = egui::ScrollArea::vertical().auto_shrink(false).id_salt(("details", self.opened, self.selected));
        let margin = egui::Frame::new().inner_margin(Margin { left: 20, right: 20, top: 16, bottom: 24 });
        let shown = area.show(ui, |ui| {
            margin
                .show(ui, |ui| {
                    ui.set_max_width(ui.available_width().min(860.0));
                    match self.selected {
                        Some(Selection::Finding(index)) => finding_view::ui(ui, content, index),
                        Some(Selection::Collect) => check_view::collect(ui, content),
                        Some(Selection::Check(index)) => {
                            content.checks.get(index).and_then(|check| check_view::check(ui, check))
                        }
                        Some(Selection::Gap(index)) => content.gaps.get(index).and_then(|gap| gaps_view::ui(ui, gap)),
                        None => {
                            check_view::nothing(ui, content);
                            None
                        }
                    }
                })
                .inner
        });
        shown.inner
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
            Action::Show(tab) => self.show(tab),
            Action::Select(selection) => self.selected = Some(selection),
            Action::SelectStep(step) => self.step = step,
            Action::ShowExchange(index) => self.show_exchange(index),
            Action::ShowFinding(index) => {
                self.selected = Some(Selection::Finding(index));
                self.show(Tab::Findings);
            }
            Action::Next => self.walk(1),
            Action::Previous => self.walk(-1),
            Action::CopyFix => self.copy_fix(ctx),
            Action::Copy(text) => self.copy(ctx, text),
            Action::ToggleTheme => self.toggle_theme(ctx),
            Action::ToggleHelp if self.help == Help::Shown => self.help = Help::Hidden,
            Action::ToggleHelp => self.help = Help::Shown,
            Action::Escape => self.escape(),
            Action::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
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

    fn show(&mut self, tab: Tab) {
        self.tab = tab;
        self.reveal = Reveal::Selected;
    }

    fn show_exchange(&mut self, index: usize) {
        let exchange = self.content.as_ref().and_then(|content| content.exchanges.get(index));
        let Some(step) = exchange.map(ExchangeContent::telling_step) else { return };
        self.step = StepSelection { exchange: index, step };
        self.show(Tab::Exchanges);
    }

    /// Closes what lies on top, one thing at a time.
    fn escape(&mut self) {
        if self.help == Help::Shown {
            self.help = Help::Hidden;
        } else if !self.failures.is_empty() {
            self.failures.clear();
        } else if self.content.is_some() {
            self.page = Page::Case;
        }
    }

    /// Moves the selection, in the list or among the exchanges.
    fn walk(&mut self, by: isize) {
        let Some(content) = self.content.clone().filter(|_| self.page == Page::Case) else { return };
        self.reveal = Reveal::Selected;
        if self.tab == Tab::Exchanges {
            let to = self.step.exchange.saturating_add_signed(by);
            if let Some(exchange) = content.exchanges.get(to) {
                self.step = StepSelection { exchange: to, step: exchange.telling_step() };
            }
            return;
        }
        let order = finding_list::order(&content);
        let here = self.selected.and_then(|selected| order.iter().position(|known| *known == selected));
        let to = here.map_or(0, |here| here.saturating_add_signed(by));
        if let Some(selection) = order.get(to) {
            self.selected = Some(*selection);
        }
    }

    fn copy_fix(&mut self, ctx: &egui::Context) {
        let Some(Selection::Finding(index)) = self.selected else { return };
        let finding = self.content.as_ref().and_then(|content| content.findings.get(index));
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

/// What was dropped on the window: an identity file while one is asked for, and else evidence.
fn dropped(ctx: &egui::Context, asks_for_identity: bool) -> Option<Action> {
    let dropped: Vec<_> =
        ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
    let action = if asks_for_identity { Action::Unlock } else { Action::Open };
    (!dropped.is_empty()).then(|| action(dropped))
}

//! What the window knows and does: it hands data to the views, and carries out what they ask for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use egui::{Margin, Ui};

use crate::gui::action::{Action, Pick, Selection};
use crate::gui::background::{Background, Progress};
use crate::gui::doors::Doors;
use crate::gui::event_file::{EventFile, Written};
use crate::gui::fault::{Fault, caught};
use crate::gui::file_dialog::{Chosen, FileDialog};
use crate::gui::history::History;
use crate::gui::load::{Failure, Loaded, Loader, Locked, Wanted};
use crate::gui::open_case::OpenCase;
use crate::gui::palette_view::PaletteState;
use crate::gui::report_file::{Existing, ReportForm};
use crate::gui::settings::{Settings, ThemeChoice};
use crate::gui::system_fonts::MissingCharacters;
use crate::gui::theme::Palette;
use crate::gui::view::View;
use crate::gui::{
    header, keys, open_case, overlay, palette_view, report_file, start_page, summary, theme, unlock_view,
};

use crate::report::escape::escape;
use crate::report::event_list::ListForm;

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
    /// What is painted as a box, because no font has it.
    missing: MissingCharacters,
    /// What a path is typed for, where the desktop has no dialog, and the path so far.
    path_field: Option<(Pick, String)>,
    /// Opens what the case is compared with.
    other: Loader,
    /// Writes a report.
    saving: Background<Result<PathBuf, String>>,
    /// Writes the list of events.
    events_file: EventFile,
    /// The command palette, while it is open.
    palette: Option<PaletteState>,
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
        ctx.set_zoom_factor(settings.zoom());
        let missing = MissingCharacters::default();
        ctx.add_font_provider(Arc::new(missing.clone()));
        let mut app = Self {
            settings,
            loader: Loader::new(doors.open),
            dialog: FileDialog::new(doors.ask),
            open: None,
            opened: 0,
            page: Page::Start,
            failures: Vec::new(),
            missing,
            path_field: None,
            other: Loader::new(doors.open),
            saving: Background::default(),
            events_file: EventFile::default(),
            palette: None,
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
    pub fn is_busy(&self) -> bool {
        let loads = self.loader.loading().is_some() || self.other.loading().is_some();
        loads
            || self.dialog.is_open()
            || self.saving.is_busy()
            || self.events_file.is_busy()
            || self.open.as_ref().is_some_and(|open| open.views.is_busy())
    }

    /// Keeps what is not kept yet, before the window closes.
    pub fn close(&mut self) {
        if let Some(open) = &mut self.open {
            open.views.findings.notes.finish();
        }
    }

    /// Takes what the background finished. Runs also while the window is hidden.
    pub fn logic(&mut self, ctx: &egui::Context) {
        self.settings.remember_zoom(ctx.zoom_factor());
        if let Some(loaded) = self.loader.poll() {
            self.take(loaded);
        }
        if let Some(loaded) = self.other.poll() {
            self.take_other(ctx, loaded);
        }
        if let Some(open) = &mut self.open {
            open.views.logic(ctx);
        }
        match self.saving.poll() {
            Progress::Done(Ok(path)) => self.say(ctx, &format!("Saved: {}", path.display())),
            Progress::Done(Err(what)) => self.not_saved(&what),
            Progress::Broke => self.not_saved("the report could not be written"),
            Progress::Nothing => {}
        }
        match self.events_file.poll() {
            Some(Written::All(path)) => self.say(ctx, &format!("Saved: {}", path.display())),
            Some(Written::Stopped) => self.say(ctx, "Stopped: nothing was saved"),
            Some(Written::Not(what)) => self.not_saved(&what),
            None => {}
        }
        match self.dialog.poll() {
            Some(Chosen::Paths(Pick::Compare, paths)) => self.carry_out(ctx, Action::OpenToCompare(paths)),
            Some(Chosen::Paths(Pick::Report(form), paths)) => {
                if let Some(path) = paths.into_iter().next() {
                    self.save(ctx, form, path, Existing::Replace);
                }
            }
            Some(Chosen::Paths(Pick::Events(form), paths)) => {
                if let Some(path) = paths.into_iter().next() {
                    self.save_events(ctx, form, path, Existing::Replace);
                }
            }
            Some(Chosen::Paths(Pick::Identity, paths)) => self.carry_out(ctx, Action::Unlock(paths)),
            Some(Chosen::Paths(_, paths)) => self.carry_out(ctx, Action::Open(paths)),
            Some(Chosen::NoDialog(Pick::Identity)) => self.no_dialog_for_identity(),
            Some(Chosen::NoDialog(pick)) => self.path_field = Some((pick, String::new())),
            Some(Chosen::Nothing) | None => {}
        }
    }

    fn take(&mut self, loaded: Loaded) {
        match loaded {
            Loaded::Case { content, paths, identities, failures, notes } => {
                let mut open = OpenCase::of(content);
                open.views.findings.notes = *notes;
                give_back(self.open.replace(open));
                self.opened = self.opened.wrapping_add(1);
                self.page = Page::Case;
                self.failures = failures;
                // The sample came from no path, and is one click away.
                if !paths.is_empty() {
                    self.settings.remember(&paths);
                }
                self.settings.remember_identities(&identities);
            }
            Loaded::Locked(locked) => self.locked = Some((locked, String::new())),
            Loaded::Nothing(failures) => self.failures = failures,
        }
    }

    /// What was opened to be compared with the case.
    fn take_other(&mut self, ctx: &egui::Context, loaded: Loaded) {
        match loaded {
            Loaded::Case { content, failures, .. } => {
                if let Some(open) = &mut self.open {
                    let own = Arc::clone(&open.content);
                    open.views.compare.take(ctx, &own, content);
                }
                self.failures = failures;
            }
            Loaded::Locked(locked) => {
                let advice = "Open it as a case first, with its identity file; then compare.";
                self.failures = locked.sentences.into_iter().map(|what| Failure { what, advice }).collect();
            }
            Loaded::Nothing(failures) => self.failures = failures,
        }
    }

    fn not_saved(&mut self, what: &str) {
        self.failures = vec![Failure { what: escape(what), advice: "Choose another folder or another name." }];
    }

    /// Writes a report of the case, off the painting thread.
    fn save(&mut self, ctx: &egui::Context, form: ReportForm, path: PathBuf, existing: Existing) {
        self.path_field = None;
        let Some(open) = &self.open else { return };
        let case = Arc::clone(&open.content.case);
        self.saving.start(ctx, "save", move || report_file::save(&case, form, path, existing));
    }

    /// Writes the list of events as it is shown.
    fn save_events(&mut self, ctx: &egui::Context, form: ListForm, path: PathBuf, existing: Existing) {
        self.path_field = None;
        let Some(open) = &self.open else { return };
        let (case, rows) = (Arc::clone(&open.content.case), open.views.events.rows());
        self.events_file.start(ctx, case, rows, form, (path, existing));
    }

    /// Draws the window and does what was asked for.
    pub fn ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let mut asked = dropped(&ctx, self.drop_means());
        let free = self.path_field.is_none() && self.locked.is_none() && self.palette.is_none();
        if asked.is_none() && free {
            asked = keys::pressed(&ctx).filter(|asked| self.help == Help::Hidden || keys::is_for_sheet(asked));
            asked = self.walking(&ctx, asked);
        }
        if let Some(action) = asked {
            self.carry_out(&ctx, action);
        }
        let missing = self.missing.count();
        let mut actions = vec![self.bars(ui), self.body(ui)];
        let over = caught(|| self.over(&ctx));
        actions.push(over.unwrap_or_else(|fault| self.put_away(&fault)));
        if self.missing.count() != missing {
            // It is told above what was painted just now.
            ctx.request_repaint();
        }
        for action in actions.into_iter().flatten() {
            self.carry_out(&ctx, action);
        }
    }

    /// Arrows belong to a menu while one is open, and else to the list: what has the keyboard keeps it then.
    fn walking(&self, ctx: &egui::Context, asked: Option<Action>) -> Option<Action> {
        let walks = |asked: &Action| matches!(asked, Action::Next | Action::Previous);
        if !asked.as_ref().is_some_and(walks) {
            return asked;
        }
        if egui::Popup::is_any_open(ctx) {
            return None;
        }
        let has_list = |open: &OpenCase| !matches!(open.view, View::Overview | View::Compare);
        if self.page == Page::Case && self.open.as_ref().is_some_and(has_list) {
            ctx.memory_mut(|memory| memory.move_focus(egui::FocusDirection::None));
        }
        asked
    }

    /// What to do with what is dropped.
    fn drop_means(&self) -> fn(Vec<PathBuf>) -> Action {
        let compares = |open: &OpenCase| self.page == Page::Case && open.view == View::Compare;
        if self.locked.is_some() {
            Action::Unlock
        } else if self.open.as_ref().is_some_and(compares) {
            Action::OpenToCompare
        } else {
            Action::Open
        }
    }

    fn bars(&self, ui: &mut Ui) -> Option<Action> {
        let open = self.open.as_ref().filter(|_| self.page == Page::Case);
        let (content, none) = (open.map(|open| &*open.content), History::default());
        let history = open.map_or(&none, |open| &open.history);
        let frame = egui::Frame::new().fill(Palette::of(ui).surface);
        let bar = frame.inner_margin(Margin::symmetric(16, 8));
        let mut action = egui::Panel::top("bar").frame(bar).show(ui, |ui| header::bar(ui, content, history)).inner;
        if let Some(loading) = self.loader.loading().or_else(|| self.other.loading()) {
            action = overlay::loading(ui, loading).or(action);
            ui.ctx().request_repaint_after(Duration::from_secs(1));
        }
        if let Some(reached) = self.events_file.reached() {
            action = overlay::writing(ui, &reached).or(action);
            ui.ctx().request_repaint_after(Duration::from_millis(250));
        }
        if !self.failures.is_empty() {
            action = overlay::failures(ui, &self.failures).or(action);
        }
        if let Some(words) = self.missing.sentence() {
            action = overlay::no_font(ui, &words).or(action);
        }
        action
    }

    fn body(&mut self, ui: &mut Ui) -> Option<Action> {
        let opened = self.opened;
        if let Some(open) = self.open.as_mut().filter(|_| self.page == Page::Case) {
            return ui.push_id(opened, |ui| open_case::ui(ui, open)).inner;
        }
        let frame = egui::Frame::new().fill(Palette::of(ui).page).inner_margin(Margin::symmetric(16, 0));
        let back = self.open.is_some();
        let page = egui::CentralPanel::default().frame(frame);
        page.show(ui, |ui| start_page::ui(ui, &self.settings, back)).inner
    }

    /// Puts away whatever lies over the window, and broke.
    fn put_away(&mut self, fault: &Fault) -> Option<Action> {
        (self.palette, self.path_field, self.locked, self.help) = (None, None, None, Help::Hidden);
        let what = format!("Kerbscope broke while it drew what lay over the window ({}).", fault.said);
        self.failures = vec![Failure { what, advice: "That is a fault of Kerbscope; please report it." }];
        None
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
        if let Some((pick, text)) = &mut self.path_field {
            return overlay::path_field(ctx, *pick, text);
        }
        if let Some(palette) = &mut self.palette {
            let open = self.open.as_ref().filter(|_| self.page == Page::Case);
            return palette_view::ui(ctx, open.map(|open| &*open.content), palette);
        }
        if self.help == Help::Shown { overlay::help(ctx) } else { None }
    }

    fn carry_out(&mut self, ctx: &egui::Context, action: Action) {
        // Whatever was chosen in the palette, it has done its work.
        self.palette = None;
        match action {
            Action::Browse(pick) => self.dialog.show(ctx, pick),
            Action::Open(paths) => self.start(ctx, Wanted { paths, ..Wanted::default() }),
            Action::OpenSample => self.start_sample(ctx),
            Action::Unlock(identities) => self.unlock(ctx, identities),
            Action::OpenTheRest => self.open_the_rest(ctx),
            Action::LeaveLocked => self.locked = None,
            Action::CancelLoading => {
                self.loader.cancel();
                self.other.cancel();
            }
            Action::OpenToCompare(paths) => self.open_to_compare(ctx, paths),
            Action::SaveReport(form) if self.open.is_some() => self.dialog.show(ctx, Pick::Report(form)),
            Action::SaveReport(_) | Action::ClosePalette => {}
            Action::WriteReport(form, path) => self.save(ctx, form, path, Existing::Keep),
            Action::SaveEvents(form) => self.dialog.show(ctx, Pick::Events(form)),
            Action::WriteEvents(form, path) => self.save_events(ctx, form, path, Existing::Keep),
            Action::StopWriting => self.events_file.stop(),
            Action::CopyTable(copied) => self.copy_as(ctx, copied.table, &copied.said),
            Action::CopySummary => self.copy_summary(ctx),
            Action::ShowPalette => self.palette = Some(PaletteState::default()),
            Action::DismissFailure => self.failures.clear(),
            Action::DismissMissingFont => self.missing.forget(),
            Action::CloseDialog => self.path_field = None,
            Action::ShowStart => self.page = Page::Start,
            Action::BackToCase => self.page = Page::Case,
            Action::ForgetRecent => self.settings.recent.clear(),
            Action::ForgetIdentities => self.settings.identities.clear(),
            Action::CopyFix => self.copy_fix(ctx),
            Action::TryFix => self.try_fix(ctx),
            Action::Copy(text) => self.copy(ctx, text),
            Action::ToggleTheme => self.toggle_theme(ctx),
            Action::ToggleHelp if self.help == Help::Shown => self.help = Help::Hidden,
            Action::ToggleHelp => self.help = Help::Shown,
            Action::Escape => self.escape(),
            Action::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Action::Show(_)
            | Action::Retry(_)
            | Action::Back
            | Action::Forward
            | Action::Select(_)
            | Action::SelectStep(_)
            | Action::ShowExchange(_)
            | Action::ShowSelection(_)
            | Action::ShowFinding(_)
            | Action::ShowSite(_)
            | Action::ShowAccount(_)
            | Action::ShowGraph
            | Action::ToggleTry(_)
            | Action::StopTrying
            | Action::ShowEvent(_)
            | Action::ShowArtifact(_)
            | Action::Next
            | Action::Previous => {
                if let Some(open) = self.open.as_mut().filter(|_| self.page == Page::Case) {
                    open.carry_out(ctx, &action);
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

    fn start_sample(&mut self, ctx: &egui::Context) {
        self.path_field = None;
        self.locked = None;
        self.failures.clear();
        self.loader.start_sample(ctx);
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
        } else if let Some(open) = &mut self.open {
            if self.page == Page::Case {
                open.views.escape(open.view);
            }
            self.page = Page::Case;
        }
    }

    /// Copies the first command of the finding that is shown, and nothing that nobody sees.
    fn copy_fix(&mut self, ctx: &egui::Context) {
        let Some(open) = self.open.as_ref().filter(|_| self.page == Page::Case) else { return };
        let findings = &open.content.findings;
        let command = match (open.view, open.views.findings.selected) {
            // It shows one fix only.
            (View::Overview, _) => findings.first().and_then(|finding| finding.fixes.first()?.commands.first()),
            (View::Findings, Some(Selection::Finding(index))) => findings.get(index).and_then(|it| it.first_command()),
            _ => None,
        };
        match command.cloned() {
            Some(command) => self.copy(ctx, command),
            None => self.say(ctx, "No command is shown here"),
        }
    }

    fn try_fix(&mut self, ctx: &egui::Context) {
        let Some(open) = self.open.as_mut().filter(|_| self.page == Page::Case) else { return };
        let Some(Selection::Finding(index)) = open.views.findings.selected else { return };
        let fixes = open.content.findings.get(index).map(|finding| &finding.fixes);
        let first = fixes.and_then(|fixes| fixes.iter().position(|fix| fix.changes.is_some()));
        if let Some(fix) = first.filter(|_| open.view == View::Findings) {
            open.carry_out(ctx, &Action::ToggleTry((index, fix)));
        }
    }

    fn open_the_rest(&mut self, ctx: &egui::Context) {
        if let Some((locked, _)) = self.locked.take() {
            self.start(ctx, locked.rest());
        }
    }

    fn open_to_compare(&mut self, ctx: &egui::Context, paths: Vec<PathBuf>) {
        self.path_field = None;
        self.failures.clear();
        self.other.start(ctx, Wanted { paths, ..Wanted::default() }, self.settings.identities.clone());
    }

    fn copy_summary(&mut self, ctx: &egui::Context) {
        if let Some(text) = self.open.as_ref().map(|open| summary::summary(&open.content.case)) {
            self.copy(ctx, text);
        }
    }

    fn copy(&mut self, ctx: &egui::Context, text: String) {
        let said = format!("Copied: {}", text.lines().next().unwrap_or_default());
        self.copy_as(ctx, text, &said);
    }

    fn copy_as(&mut self, ctx: &egui::Context, text: String, said: &str) {
        self.say(ctx, said);
        ctx.copy_text(text);
    }

    /// Says for a moment that something was done.
    fn say(&mut self, ctx: &egui::Context, words: &str) {
        let until = ctx.input(|input| input.time) + TOAST_SECS;
        self.toast = Some((escape(words), until));
    }

    fn toggle_theme(&mut self, ctx: &egui::Context) {
        let dark = ctx.global_style().visuals.dark_mode;
        self.settings.theme = if dark { ThemeChoice::Light } else { ThemeChoice::Dark };
        ctx.set_theme(self.settings.theme);
    }
}

/// Gives back the memory of a case, off the painting thread: of a million events that takes longer than a frame.
fn give_back(mut closed: Option<OpenCase>) {
    let close = move || {
        if let Some(open) = &mut closed {
            open.views.findings.notes.finish();
        }
        drop(closed);
    };
    // Where there is no thread left, it is given back here.
    drop(std::thread::Builder::new().name("close".to_owned()).spawn(close));
}

/// What was dropped on the window.
fn dropped(ctx: &egui::Context, action: fn(Vec<PathBuf>) -> Action) -> Option<Action> {
    let dropped: Vec<_> =
        ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
    (!dropped.is_empty()).then(|| action(dropped))
}

//! Every file of the bundles as it was collected: how it came, its lines or bytes, and the findings that cite it.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use egui::{Key, RichText, Ui};

use crate::evidence::place::{ArtifactId, Evidence, Place};
use crate::formats::text::Text;
use crate::gui::action::Action;
use crate::gui::artifact_content::{ArtifactContent, Body};
use crate::gui::artifact_search::{Search, Source};
use crate::gui::content::Content;
use crate::gui::divided;
use crate::gui::grid::{Cell, Did, Grid, GridState, Head, Look, Rows};
use crate::gui::hex;
use crate::gui::lines_view::{self, Lines, LinesState, Marked};
use crate::gui::link::link;
use crate::gui::list_state::ListState;
use crate::gui::paging;
use crate::gui::theme::{self, Palette, Tone};

const fn file_column(width: f32) -> Head {
    Head { title: "File", hint: "Where it lies in the bundle", width }
}

const fn came_column(width: f32) -> Head {
    Head { title: "Came", hint: "How collecting it ended", width }
}

const fn bytes_column(width: f32) -> Head {
    Head { title: "Bytes", hint: "How large it is", width }
}

const BUNDLE_COLUMN: Head = Head { title: "Bundle", hint: "The bundle that it came in", width: 100.0 };

/// The columns of the list.
const HEADS: [Head; 3] = [file_column(256.0), came_column(84.0), bytes_column(68.0)];
/// Its columns where there are several bundles.
const HEADS_OF_SEVERAL: [Head; 4] = [file_column(172.0), came_column(76.0), bytes_column(60.0), BUNDLE_COLUMN];

/// Findings that are named above a file at most: below them is to be room for the file.
const CITING: usize = 6;

/// What the view of artifacts remembers of one case.
#[derive(Debug, Default)]
pub struct ArtifactsState {
    at: Option<Evidence>,
    /// The files.
    list: ListState,
    grid: GridState,
    open: Option<Open>,
    focus_search: bool,
    reveal: bool,
}

/// The artifact that is shown.
#[derive(Debug)]
struct Open {
    id: ArtifactId,
    text: Shown,
    lines: LinesState,
    search: Search,
    /// What stands in the field.
    typed: String,
    /// What was jumped to, counted from 0.
    marked: Option<std::ops::RangeInclusive<usize>>,
}

/// What is shown of it.
#[derive(Debug)]
enum Shown {
    Text(Source),
    /// It is being decoded.
    Decoding(Receiver<Text>),
    Bytes(Arc<[u8]>),
    /// Nothing, and why.
    Nothing(&'static str),
}

impl ArtifactsState {
    /// The place that is looked at, for the way back.
    pub const fn at(&self) -> Option<Evidence> {
        self.at
    }

    /// Opens the artifact at this place, and brings it into sight.
    pub const fn show(&mut self, at: Evidence) {
        self.at = Some(at);
        self.reveal = true;
    }

    /// Whether something goes on in the background.
    pub fn is_busy(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.search.is_busy() || matches!(open.text, Shown::Decoding(_)))
    }

    /// Moves the selection up or down.
    pub fn walk(&mut self, content: &Content, by: isize) {
        self.list.selected = self.at.and_then(|at| usize::try_from(at.artifact.0).ok()).unwrap_or(usize::MAX);
        self.list.walk(words(content), by);
        if let Some(id) = id_of(content, self.list.selected).filter(|_| self.list.take_reveal()) {
            self.show(id.whole());
        }
    }

    /// Ends a search, or else shows all files again; whether there was anything to end.
    pub fn escape(&mut self) -> bool {
        let Some(open) = self.open.as_mut().filter(|open| !open.typed.is_empty()) else { return self.list.escape() };
        open.typed.clear();
        open.search = Search::default();
        true
    }

    fn catch_up(&mut self, ui: &Ui, content: &Content) {
        if self.at.is_none() {
            let cited = content.artifacts.iter().find(|artifact| !artifact.cited.is_empty());
            let first = cited.or(content.artifacts.first()).map(|artifact| artifact.id.whole());
            if let Some(at) = first {
                self.show(at);
            }
        }
        let Some(at) = self.at else { return };
        if self.open.as_ref().is_none_or(|open| open.id != at.artifact) {
            self.open = open(ui, content, at.artifact);
            self.reveal = true;
        }
        if std::mem::take(&mut self.reveal) {
            self.reveal_place(content, at);
        }
        let Some(open) = &mut self.open else { return };
        if let Shown::Decoding(text) = &open.text {
            match text.try_recv() {
                Ok(text) => open.text = Shown::Text(Source::Own(Arc::new(text))),
                Err(TryRecvError::Disconnected) => open.text = Shown::Nothing("It could not be decoded."),
                Err(TryRecvError::Empty) => {}
            }
        }
        if open.search.poll()
            && let Some(line) = open.search.line()
        {
            open.lines.reveal(line);
        }
    }

    fn reveal_place(&mut self, content: &Content, at: Evidence) {
        let listed = self.list.listed(words(content));
        let row = listed.iter().position(|index| id_of(content, *index) == Some(at.artifact));
        if let Some(row) = row {
            self.grid.reveal(row);
        }
        let Some(open) = &mut self.open else { return };
        open.marked = None;
        if let Place::Lines { first, last } = at.place {
            let index = |line: u32| usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
            open.marked = Some(index(first)..=index(last));
            open.lines.reveal(index(first));
        }
    }

    fn keys(&mut self, ui: &Ui) {
        if paging::is_covered(ui) || ui.ctx().text_edit_focused() {
            return;
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key));
        let Some(open) = &mut self.open else { return };
        if pressed(Key::PageDown) {
            open.lines.page(1.0);
        }
        if pressed(Key::PageUp) {
            open.lines.page(-1.0);
        }
        if pressed(Key::Home) {
            open.lines.home();
        }
        if pressed(Key::End) {
            open.lines.end();
        }
        if ui.input_mut(|input| input.consume_key(egui::Modifiers::SHIFT, Key::N)) {
            open.next(-1);
        } else if pressed(Key::N) {
            open.next(1);
        }
        self.focus_search |= pressed(Key::Slash);
    }
}

impl Open {
    fn next(&mut self, by: isize) {
        self.search.walk(by);
        if let Some(line) = self.search.line() {
            self.lines.reveal(line);
        }
    }
}

fn words(content: &Content) -> impl ExactSizeIterator<Item = &str> {
    content.artifacts.iter().map(|artifact| artifact.words.as_str())
}

fn id_of(content: &Content, index: usize) -> Option<ArtifactId> {
    content.artifacts.get(index).map(|artifact| artifact.id)
}

fn of(content: &Content, id: ArtifactId) -> Option<&ArtifactContent> {
    content.artifacts.get(usize::try_from(id.0).ok()?)
}

/// Opens an artifact. What the case holds no lines of is decoded on a thread of its own.
fn open(ui: &Ui, content: &Content, id: ArtifactId) -> Option<Open> {
    let (bytes, code_page) = bytes(content, id);
    let text = match (of(content, id)?.body, bytes) {
        (Body::Lines, _) => Shown::Text(Source::Case(Arc::clone(&content.case), id)),
        (Body::Unread, Some(bytes)) => decoding(ui, bytes, code_page),
        (Body::Bytes, Some(bytes)) => Shown::Bytes(bytes),
        (Body::Streamed, _) => {
            Shown::Nothing("This log was read as it came, and is not held. Its events are in the view of events.")
        }
        (Body::NotHeld, _) => {
            Shown::Nothing("Files of no kind that is known have too many bytes in this case; this one is not held.")
        }
        (Body::Nothing | Body::Unread | Body::Bytes, _) => {
            Shown::Nothing("Nothing was collected. What stands above says why, and what was to be collected.")
        }
    };
    let (lines, search) = (LinesState::default(), Search::default());
    Some(Open { id, text, lines, search, typed: String::new(), marked: None })
}

/// The bytes of a file as far as the case holds them, and the code page that they may be written in.
fn bytes(content: &Content, id: ArtifactId) -> (Option<Arc<[u8]>>, Option<u16>) {
    if let Some(read) = content.case.artifact(id) {
        return (read.artifact.bytes.clone(), read.artifact.code_page);
    }
    // Behind the artifacts come the files that nobody knows how to read.
    let place = usize::try_from(id.0).ok().and_then(|place| place.checked_sub(content.case.artifacts.len()));
    let other = place.and_then(|place| content.case.others.get(place));
    other.map_or((None, None), |other| (other.bytes.clone(), other.code_page))
}

fn decoding(ui: &Ui, bytes: Arc<[u8]>, code_page: Option<u16>) -> Shown {
    let (sender, text) = channel();
    let ctx = ui.ctx().clone();
    let worker = std::thread::Builder::new().name("decode".to_owned());
    let started = worker.spawn(move || {
        // Whoever looks at another file meanwhile does not want it any more.
        drop(sender.send(Text::decode(&bytes, code_page)));
        ctx.request_repaint();
    });
    if started.is_ok() {
        Shown::Decoding(text)
    } else {
        Shown::Nothing("This computer has no room for another thread.")
    }
}

/// Shows the artifacts.
pub fn ui(ui: &mut Ui, content: &Content, state: &mut ArtifactsState) -> Option<Action> {
    if content.artifacts.is_empty() {
        ui.label("There is no file in this case.");
        return None;
    }
    state.catch_up(ui, content);
    state.keys(ui);
    let list_frame = egui::Frame::new().fill(Palette::of(ui).page);
    let panel = divided::list(ui, "files", 424.0).frame(list_frame);
    panel.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        list(ui, content, state);
    });
    let frame =
        egui::Frame::new().fill(Palette::of(ui).page).inner_margin(egui::Margin { left: 12, ..Default::default() });
    egui::CentralPanel::default().frame(frame).show(ui, |ui| file(ui, content, state)).inner
}

fn list(ui: &mut Ui, content: &Content, state: &mut ArtifactsState) {
    state.list.field(ui, "Find a file by its name or kind", words(content));
    let listed = state.list.listed(words(content));
    let selected = state.at.and_then(|at| listed.iter().position(|index| id_of(content, *index) == Some(at.artifact)));
    let rows = Files { content, listed };
    let heads: &[Head] = if content.case.bundles.len() > 1 { &HEADS_OF_SEVERAL } else { &HEADS };
    let grid = Grid { name: "Files", heads, selected, sorted: None };
    let did = grid.show(ui, &mut state.grid, &rows, &mut |_, _, _| {});
    if let Some(Did::Select(row)) = did
        && let Some(id) = listed.get(row).and_then(|index| id_of(content, *index))
    {
        state.show(id.whole());
    }
}

struct Files<'a> {
    content: &'a Content,
    listed: &'a [usize],
}

impl Files<'_> {
    fn artifact(&self, row: usize) -> Option<&ArtifactContent> {
        self.content.artifacts.get(*self.listed.get(row)?)
    }
}

impl Rows for Files<'_> {
    fn count(&self) -> usize {
        self.listed.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell {
        let Some(artifact) = self.artifact(row) else { return Cell::default() };
        let (status, tone) = &artifact.status;
        match column {
            0 if artifact.cited.is_empty() => Cell { words: artifact.name.clone(), look: Look::Plain },
            0 => Cell { words: format!("• {}", artifact.name), look: Look::Plain },
            1 => Cell { words: status.clone(), look: Look::Toned(*tone) },
            3 => Cell { words: artifact.bundle.clone(), look: Look::Weak },
            _ => Cell {
                words: artifact.length.map(crate::codes::number::thousands).unwrap_or_default(),
                look: Look::Weak,
            },
        }
    }

    fn name(&self, row: usize) -> String {
        let Some(artifact) = self.artifact(row) else { return String::new() };
        let cited = if artifact.cited.is_empty() { "" } else { ", cited by a finding" };
        format!("{}, {}, {}{cited}", artifact.path, artifact.kind, artifact.status.0)
    }
}

fn file(ui: &mut Ui, content: &Content, state: &mut ArtifactsState) -> Option<Action> {
    let ArtifactsState { open, focus_search, .. } = state;
    let open = open.as_mut()?;
    let artifact = of(content, open.id)?;
    let room = if ui.available_height() < LOW { Room::Scarce } else { Room::Plenty };
    let mut action = head(ui, artifact, room);
    action = cited(ui, content, artifact, open, room).or(action);
    if let Shown::Text(source) = &open.text {
        let source = source.clone();
        search(ui, open, source, std::mem::take(focus_search));
    }
    ui.add_space(4.0);
    let marked = Marked { lines: open.marked.clone(), words: open.search.words.clone(), here: open.search.line() };
    let frame = egui::Frame::new().fill(Palette::of(ui).surface).corner_radius(theme::RADIUS);
    frame.show(ui, |ui| match &open.text {
        Shown::Text(source) => {
            let lines = TextLines { content, artifact, lines: source.lines() };
            if let Some(line) = lines_view::ui(ui, &mut open.lines, &lines, &marked) {
                action = lines.finding(line).map(Action::ShowFinding);
            }
        }
        Shown::Bytes(bytes) => {
            lines_view::ui(ui, &mut open.lines, &HexLines(bytes), &Marked::default());
        }
        Shown::Decoding(_) => {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label("Decoding…");
            });
        }
        Shown::Nothing(sentence) => {
            ui.label(*sentence);
            if artifact.body == Body::Streamed && ui.button("Show its events").clicked() {
                action = Some(Action::Show(crate::gui::view::View::Events));
            }
        }
    });
    action
}

/// Below this height, the text would have no room beneath all that can be said of it.
const LOW: f32 = 240.0;

/// How much room there is above the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    Plenty,
    /// What is said of the file and the findings is in tooltips.
    Scarce,
}

/// The row of the manifest, and what is wrong.
fn head(ui: &mut Ui, artifact: &ArtifactContent, room: Room) -> Option<Action> {
    let palette = Palette::of(ui);
    let mut action = None;
    ui.horizontal_wrapped(|ui| {
        let path = ui.label(RichText::new(&artifact.path).monospace().strong());
        if ui.small_button("Copy path").clicked() {
            action = Some(Action::Copy(artifact.path.clone()));
        }
        if room == Room::Scarce {
            let facts = artifact.facts.iter().map(|(name, words)| format!("{name}: {words}"));
            let told = [artifact.kind.to_owned(), artifact.status.0.clone(), artifact.integrity.0.to_owned()];
            let told = told.into_iter().chain(facts).chain(artifact.doubts.iter().cloned());
            path.on_hover_text(told.collect::<Vec<_>>().join("\n"));
        }
    });
    if room == Room::Scarce {
        return action;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (status, tone) = &artifact.status;
        let (integrity, whole) = artifact.integrity;
        ui.label(RichText::new(artifact.kind).size(theme::SMALL));
        for (words, tone) in [(status.as_str(), *tone), (integrity, whole)] {
            ui.label(RichText::new(format!("·  {words}")).size(theme::SMALL).color(palette.ink(tone)));
        }
        for (name, words) in &artifact.facts {
            ui.label(RichText::new(format!("·  {name}: {words}")).size(theme::SMALL).color(palette.weak));
        }
    });
    for doubt in &artifact.doubts {
        ui.label(RichText::new(format!("⚠ {doubt}")).size(theme::SMALL).color(palette.ink(Tone::Warn)));
    }
    action
}

/// The findings that cite the file.
fn cited(ui: &mut Ui, content: &Content, artifact: &ArtifactContent, open: &mut Open, room: Room) -> Option<Action> {
    let mut action = None;
    for (at, number) in artifact.cited.iter().take(CITING) {
        let Some(finding) = content.findings.get(*number) else { continue };
        ui.horizontal_wrapped(|ui| {
            if let Place::Lines { first, last } = at.place
                && ui.small_button(format!("Line {first}")).on_hover_text("Show the line").clicked()
            {
                let index = |line: u32| usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
                open.marked = Some(index(first)..=index(last));
                open.lines.reveal(index(first));
            }
            if let Place::Record(_) = at.place
                && ui.small_button("Event").on_hover_text("Show the event").clicked()
            {
                action = Some(Action::ShowEvent(*at));
            }
            let words = format!("Finding: {}", finding.summary);
            let shown = if room == Room::Scarce { "Finding" } else { words.as_str() };
            if link(ui, shown).on_hover_text(&words).clicked() {
                action = Some(Action::ShowFinding(*number));
            }
        });
    }
    if let Some(more) = artifact.cited.len().checked_sub(CITING).filter(|more| *more > 0) {
        ui.label(RichText::new(format!("and {more} more findings; each marks its lines")).size(theme::SMALL));
    }
    action
}

fn search(ui: &mut Ui, open: &mut Open, source: Source, focus: bool) {
    ui.horizontal(|ui| {
        let label = ui.label("Search");
        // The arrows and the count stand beside it.
        let width = (ui.available_width() - 130.0).clamp(80.0, 260.0);
        let edit = egui::TextEdit::singleline(&mut open.typed).desired_width(width).hint_text("press / to type here");
        let edit = ui.add(edit).labelled_by(label.id);
        if focus {
            edit.request_focus();
        }
        if edit.changed() {
            open.search.start(ui.ctx(), source, &open.typed);
        }
        if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            open.next(1);
            edit.request_focus();
        }
        let count = open.search.found.len();
        ui.add_enabled_ui(count > 0, |ui| {
            if ui.button("⏶").on_hover_text("The match before (Shift+N)").clicked() {
                open.next(-1);
            }
            if ui.button("⏷").on_hover_text("The next match (N)").clicked() {
                open.next(1);
            }
        });
        if open.search.is_busy() {
            ui.spinner();
        } else if !open.search.words.is_empty() {
            let words = if count == 0 {
                "Nothing is like that.".to_owned()
            } else {
                format!("{} of {}", open.search.here.saturating_add(1), crate::report::headline::plural(count, "line"))
            };
            ui.label(words);
        }
    });
}

struct TextLines<'a> {
    content: &'a Content,
    artifact: &'a ArtifactContent,
    lines: &'a [String],
}

impl TextLines<'_> {
    /// The first finding that cites a line.
    fn finding(&self, index: usize) -> Option<usize> {
        self.artifact.marks.finding(u32::try_from(index.saturating_add(1)).ok()?)
    }
}

impl Lines for TextLines<'_> {
    fn count(&self) -> usize {
        self.lines.len()
    }

    fn line(&self, index: usize) -> Cow<'_, str> {
        self.lines.get(index).map(Cow::from).unwrap_or_default()
    }

    fn cited(&self, index: usize) -> Option<String> {
        let finding = self.content.findings.get(self.finding(index)?)?;
        Some(finding.summary.clone())
    }
}

struct HexLines<'a>(&'a [u8]);

impl Lines for HexLines<'_> {
    fn count(&self) -> usize {
        hex::rows(self.0.len())
    }

    fn line(&self, index: usize) -> Cow<'_, str> {
        hex::row(self.0, index).into()
    }

    fn number(&self, index: usize) -> String {
        hex::place(index)
    }

    fn cited(&self, _: usize) -> Option<String> {
        None
    }
}

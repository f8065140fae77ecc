//! What the event logs tell, along the time: a timeline, a list that is filtered while one types, and one event whole.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Key, Ui};

use crate::evidence::place::Evidence;
use crate::gui::action::Action;
use crate::gui::background::{Background, Progress};
use crate::gui::clock::{Clock, Zone};
use crate::gui::content::Content;
use crate::gui::event_content::EventContent;
use crate::gui::event_details::{self, AROUND, Details};
use crate::gui::event_file::{self, CopiedTable};
use crate::gui::event_histogram::{self, BUCKETS, Brushed};
use crate::gui::event_row::{self, SHOWN};
use crate::gui::event_worker::EventWorker;
use crate::gui::grid::{Cell, Did, Grid, GridState, Head, Rows};
use crate::gui::paging;
use crate::gui::record_reader::{WantedRecord, WholeRecord};
use crate::gui::theme::Palette;
use crate::gui::{event_bar, theme};
use crate::report::event_list::ListForm;
use crate::timeline::answer::{Answer, Direction, Key as SortKey, Period, Question, around};
use crate::timeline::columns::{Column, Events, Span};
use crate::timeline::filter::Filter;
use crate::timeline::term::Term;

/// What the view of events remembers of one case.
#[derive(Debug, Default)]
pub struct EventsState {
    worker: Option<EventWorker>,
    /// What stands in the field.
    pub(super) typed: String,
    /// What it says.
    pub(super) filter: Filter,
    /// The time that is looked at.
    pub(super) period: Period,
    /// The span that the timeline shows, where that is not all of the time.
    lens: Option<Span>,
    /// The event around which others are looked for, and how far.
    around: Option<(u32, i64)>,
    key: SortKey,
    direction: Direction,
    /// What the worker answered last.
    pub(super) answer: Answer,
    selected: Option<u32>,
    /// An event that is to be shown as soon as there is an answer.
    wanted: Option<Evidence>,
    at: Option<Evidence>,
    /// Rows that somebody keeps at hand.
    pub(super) pins: BTreeSet<u32>,
    /// Whose clock times are told by.
    pub(super) zone: Zone,
    /// Whether the field is to have the keyboard.
    pub(super) focus_filter: bool,
    grid: GridState,
    /// What is selected, in words.
    pub(super) details: Option<Details>,
    /// Where a drag on the timeline began.
    brush: Option<f32>,
    reveal: bool,
    /// A table that is being written for the clipboard.
    copied: Background<CopiedTable>,
}

/// What a person asks of the view itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Take what stands in the field.
    Filter,
    /// Go from the field to the list.
    ToList,
    /// The filter without one condition.
    Without(usize),
    /// The filter with one more.
    With(Term),
    /// All of the time.
    AllTime,
    /// Let the timeline span the time that is looked at, or all of it again.
    Lens,
    /// Show a row.
    Show(u32),
    /// Pin a row, or take its pin away.
    Pin(u32),
    /// Take all pins away.
    Unpin,
    /// What happened around a row, so many seconds before and after.
    Around(u32, i64),
    /// The whole record of a row.
    Whole(u32),
    /// Copy a row.
    Copy(u32),
    /// Copy the list.
    CopyAll,
    /// Save the list as a file.
    Save(ListForm),
}

impl EventsState {
    /// The event that is looked at, for the way back.
    pub const fn at(&self) -> Option<Evidence> {
        self.at
    }

    /// Selects this event, and brings it into sight.
    pub const fn show(&mut self, at: Evidence) {
        self.wanted = Some(at);
        self.at = Some(at);
    }

    /// The rows of the list, in its order.
    pub fn rows(&self) -> Arc<[u32]> {
        Arc::clone(&self.answer.rows)
    }

    /// Whether something goes on in the background.
    pub fn is_busy(&self) -> bool {
        let reads = self.details.as_ref().and_then(|details| details.whole.as_ref()).is_some_and(WholeRecord::is_busy);
        reads || self.copied.is_busy() || self.worker.as_ref().is_some_and(EventWorker::is_busy)
    }

    /// The clock that times are told by.
    pub(super) fn clock(&self, content: &EventContent) -> Clock {
        Clock::of(self.zone, content.clock.as_ref()).unwrap_or_else(Clock::utc)
    }

    /// What is looked at around an event, in words.
    pub(super) fn around_words(&self, content: &EventContent) -> String {
        let Some((row, seconds)) = self.around else { return String::new() };
        let far = AROUND.iter().find(|(known, _)| *known == seconds).map_or("", |(_, words)| words);
        let clock = self.clock(content);
        let time = content.events.get(row).map(|event| event_row::time(&event, &clock)).unwrap_or_default();
        format!("{far} around {time}")
    }

    /// The span that is looked at.
    const fn chosen(&self) -> Option<Span> {
        match self.period {
            Period::Always => None,
            Period::In(span) | Period::Near(span) => Some(span),
        }
    }

    /// What the timeline could span instead.
    pub(super) fn lens_words(&self) -> Option<&'static str> {
        match (self.lens, self.chosen()) {
            (None, None) => None,
            (lens, chosen) if lens == chosen || chosen.is_none() => Some("Zoom out"),
            _ => Some("Zoom in"),
        }
    }

    /// Moves the selection up or down.
    pub fn walk(&mut self, by: isize) {
        let rows = &self.answer.rows;
        let here = self.selected.and_then(|selected| rows.iter().position(|row| *row == selected));
        let last = rows.len().saturating_sub(1);
        // Where nothing is selected, one walks in from above the first row.
        let to = match here {
            Some(here) => here.saturating_add_signed(by).min(last),
            None => 0_usize.saturating_add_signed(by.saturating_sub(1)).min(last),
        };
        self.selected = rows.get(to).copied().or(self.selected);
        self.grid.reveal(to);
    }

    fn ask(&mut self) {
        let question = Question {
            filter: self.filter.clone(),
            period: self.period,
            key: self.key,
            direction: self.direction,
            buckets: BUCKETS,
            lens: self.lens,
        };
        if let Some(worker) = &mut self.worker {
            worker.ask(question);
        }
    }

    /// Takes what the background finished, and what was asked for from elsewhere.
    fn catch_up(&mut self, ui: &Ui, content: &Content) {
        if self.worker.is_none() {
            self.worker = Some(EventWorker::new(ui.ctx(), Arc::clone(&content.events.events)));
            self.ask();
        }
        if let Some(row) = self.wanted.take().and_then(|at| content.events.row_of(at)) {
            self.selected = Some(row);
            self.reveal = true;
            // What hides it gives way.
            if !self.is_busy() && !self.answer.rows.contains(&row) {
                self.see_all();
            }
        }
        if let Some(answer) = self.worker.as_mut().and_then(EventWorker::poll) {
            self.answer = answer;
            self.reveal = self.selected.is_some();
        }
        if std::mem::take(&mut self.reveal)
            && let Some(place) = self.answer.rows.iter().position(|row| Some(*row) == self.selected)
        {
            self.grid.reveal(place);
        }
        let clock = self.clock(&content.events);
        if self.details.as_ref().map(|details| details.row) != self.selected {
            let row = self.selected;
            self.details = row.and_then(|row| Details::of(&content.case, &content.events, row, &clock));
            self.at = row.and_then(|row| content.events.events.get(row)).map(|event| event.at);
        }
        if let Some(whole) = self.details.as_mut().and_then(|details| details.whole.as_mut()) {
            whole.poll();
        }
    }

    /// Takes away all conditions.
    fn see_all(&mut self) {
        (self.filter, self.period, self.around, self.lens) = (Filter::default(), Period::Always, None, None);
        self.typed.clear();
        self.ask();
    }

    /// Closes what lies on top: the look around an event, then the span, then the filter; whether there was any.
    pub fn escape(&mut self) -> bool {
        if self.period != Period::Always {
            (self.period, self.around) = (Period::Always, None);
        } else if !self.typed.is_empty() {
            self.typed.clear();
            self.filter = Filter::default();
        } else {
            return false;
        }
        self.ask();
        true
    }

    fn carry_out(&mut self, ui: &Ui, content: &Content, want: Want) -> Option<Action> {
        match want {
            Want::Filter => self.filter = Filter::parse(&self.typed),
            Want::ToList => {
                self.walk(0);
                return None;
            }
            Want::Without(place) => self.set_filter(self.filter.without(place)),
            Want::With(term) => self.set_filter(self.filter.with(term)),
            Want::AllTime => (self.period, self.around) = (Period::Always, None),
            Want::Lens => self.lens = if self.lens == self.chosen() { None } else { self.chosen() },
            Want::Around(row, seconds) => {
                let span = around(&content.events.events, row, seconds.saturating_mul(1_000_000))?;
                self.set_filter(Filter::default());
                (self.period, self.around) = (Period::Near(span), Some((row, seconds)));
                (self.key, self.direction) = (SortKey::Time, Direction::Up);
                self.selected = Some(row);
            }
            Want::Show(row) => {
                self.wanted = content.events.events.get(row).map(|event| event.at);
                ui.ctx().request_repaint();
                return None;
            }
            Want::Pin(row) => {
                if !self.pins.remove(&row) {
                    self.pins.insert(row);
                }
                return None;
            }
            Want::Unpin => {
                self.pins.clear();
                return None;
            }
            Want::Whole(row) => {
                self.read_whole(ui, content, row);
                return None;
            }
            Want::Copy(row) => {
                self.copy(ui, content, Arc::from([row]));
                return None;
            }
            Want::Save(form) => return Some(Action::SaveEvents(form)),
            Want::CopyAll => {
                self.copy(ui, content, self.rows());
                return None;
            }
        }
        self.ask();
        None
    }

    fn set_filter(&mut self, filter: Filter) {
        self.typed = filter.to_string();
        self.filter = filter;
    }

    /// Writes rows as a table, off the painting thread: there may be many.
    fn copy(&mut self, ui: &Ui, content: &Content, rows: Arc<[u32]>) {
        let case = Arc::clone(&content.case);
        self.copied.start(ui.ctx(), "copy", move || event_file::table(&case, &rows));
    }

    fn take_copied(&mut self) -> Option<Action> {
        match self.copied.poll() {
            Progress::Done(copied) => Some(Action::CopyTable(copied)),
            Progress::Broke | Progress::Nothing => None,
        }
    }

    fn read_whole(&mut self, ui: &Ui, content: &Content, row: u32) {
        let Some(event) = content.events.events.get(row) else { return };
        let read = content.case.artifact(event.at.artifact);
        let record = event_row::record(event.at).zip(read);
        if let (Some(details), Some((number, read))) = (&mut self.details, record) {
            let wanted = WantedRecord {
                bundle: read.artifact.bundle,
                log: read.artifact.path.clone(),
                number,
                id: event.words(Column::Id).to_owned(),
                time: event.first,
            };
            details.whole = Some(WholeRecord::read(ui.ctx(), &content.origin, wanted));
        }
    }

    /// Keys of the list, while nobody types.
    fn keys(&mut self, ui: &Ui) {
        if paging::is_covered(ui) || ui.ctx().text_edit_focused() {
            return;
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key));
        let page = isize::try_from(self.grid.page()).unwrap_or(isize::MAX);
        for (key, by) in [
            (Key::PageDown, page),
            (Key::PageUp, page.saturating_neg()),
            (Key::Home, isize::MIN),
            (Key::End, isize::MAX),
        ] {
            if pressed(key) {
                self.walk(by);
            }
        }
        if pressed(Key::Slash) {
            self.focus_filter = true;
        }
    }
}

/// The height below which there is no timeline.
const LOW: f32 = 300.0;

/// Shows the events.
pub fn ui(ui: &mut Ui, content: &Content, state: &mut EventsState) -> Option<Action> {
    let shown = &content.events;
    if shown.events.is_empty() {
        nothing(ui, shown);
        return None;
    }
    state.catch_up(ui, content);
    state.keys(ui);
    let mut want = event_bar::ui(ui, shown, state);
    let clock = state.clock(shown);
    // A low window has room for the list or for the timeline.
    let histogram = |ui: &mut Ui, state: &mut EventsState| {
        event_histogram::ui(ui, &state.answer.histogram, state.chosen(), &clock, &mut state.brush)
    };
    let brushed = if ui.available_height() > LOW { histogram(ui, state) } else { None };
    match brushed {
        Some(Brushed::Span(span)) => {
            (state.period, state.around) = (Period::In(span), None);
            state.ask();
        }
        Some(Brushed::All) if state.period != Period::Always => want = Some(Want::AllTime),
        Some(Brushed::All) | None => {}
    }
    let most = ui.available_height() * 0.6;
    let below =
        egui::Panel::bottom("event").default_size(230.0_f32.min(most)).min_size(110.0_f32.min(most)).max_size(most);
    let frame = egui::Frame::new().fill(Palette::of(ui).page);
    let details = |ui: &mut Ui| {
        ui.set_min_size(ui.available_size());
        event_details::ui(ui, content, state)
    };
    let (asked, action) = below.frame(frame).show(ui, details).inner;
    want = asked.or(want);
    let frame = egui::Frame::new().fill(Palette::of(ui).surface);
    let listed = egui::CentralPanel::default().frame(frame).show(ui, |ui| list(ui, shown, state, &clock)).inner;
    let done = listed.or(want).and_then(|want| state.carry_out(ui, content, want));
    action.or(done).or_else(|| state.take_copied())
}

fn list(ui: &mut Ui, content: &EventContent, state: &mut EventsState, clock: &Clock) -> Option<Want> {
    let rows = EventRows { events: &content.events, rows: &state.answer.rows, clock };
    let heads: Vec<Head> = SHOWN.iter().map(|shown| shown.head).collect();
    let selected = state.selected.filter(|_| !state.answer.rows.is_empty());
    // Only what is in sight can be marked.
    let place = selected.and_then(|selected| {
        let around = state.grid.shown.clone();
        let seen = state.answer.rows.get(around.clone());
        let in_sight = seen.and_then(|seen| seen.iter().position(|row| *row == selected));
        in_sight.map(|place| place.saturating_add(around.start))
    });
    let sorted = SHOWN.iter().position(|shown| shown.key == state.key).map(|column| (column, state.direction));
    let grid = Grid { name: "Events", heads: &heads, selected: place, sorted };
    let mut want = None;
    let did = grid.show(ui, &mut state.grid, &rows, &mut |ui, row, column| want = menu(ui, &rows, row, column));
    match did {
        Some(Did::Select(place)) => state.selected = state.answer.rows.get(place).copied(),
        Some(Did::Sort(column)) => {
            let key = SHOWN.get(column).map_or(SortKey::Time, |shown| shown.key);
            state.direction = if key == state.key { state.direction.turned() } else { Direction::Up };
            state.key = key;
            state.ask();
        }
        None => {}
    }
    if state.worker.as_ref().is_some_and(EventWorker::is_broken) {
        ui.add_space(-ui.available_height().min(120.0));
        ui.vertical_centered(|ui| {
            ui.label("Kerbscope broke while it looked for these events, which is a fault of Kerbscope.");
            if ui.button("Look again").clicked() {
                state.worker = None;
            }
        });
    } else if state.answer.rows.is_empty() && !state.is_busy() {
        ui.add_space(-ui.available_height().min(120.0));
        ui.vertical_centered(|ui| {
            ui.label("No event is like that. Take a condition away, or press Esc.");
        });
    }
    want
}

/// What a click with the other button offers.
fn menu(ui: &mut Ui, rows: &EventRows<'_>, place: usize, column: usize) -> Option<Want> {
    let row = *rows.rows.get(place)?;
    let event = rows.events.get(row)?;
    let mut want = None;
    let mut offer = |ui: &mut Ui, words: String, asked: Want| {
        if ui.button(words).clicked() {
            want = Some(asked);
            ui.close();
        }
    };
    let conditions = event_details::conditions(&event, column);
    let has_any = !conditions.is_empty();
    for (words, with) in conditions {
        offer(ui, words, with);
    }
    if has_any {
        ui.separator();
    }
    for (seconds, words) in AROUND {
        offer(ui, format!("What happened {words} around it"), Want::Around(row, seconds));
    }
    ui.separator();
    offer(ui, "Pin or unpin".to_owned(), Want::Pin(row));
    offer(ui, "Copy row".to_owned(), Want::Copy(row));
    want
}

/// The rows of an answer, in words.
struct EventRows<'a> {
    events: &'a Events,
    rows: &'a [u32],
    clock: &'a Clock,
}

impl Rows for EventRows<'_> {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell {
        let event = self.rows.get(row).and_then(|row| self.events.get(*row));
        event.map(|event| event_row::cell(&event, column, self.clock)).unwrap_or_default()
    }

    fn name(&self, row: usize) -> String {
        let event = self.rows.get(row).and_then(|row| self.events.get(*row));
        event.map(|event| event_row::name(&event, self.clock)).unwrap_or_default()
    }
}

fn nothing(ui: &mut Ui, content: &EventContent) {
    ui.add_space(24.0);
    ui.vertical_centered(|ui| {
        ui.heading("No event about signing in");
        ui.label(theme::prose(&content.sentence()));
        ui.label(theme::prose(
            "The collector exports the logs Security and System of the server; those of a domain controller and of a \
             client tell more. Collect there too, and open all bundles together.",
        ));
        for doubt in &content.doubts {
            ui.label(doubt);
        }
    });
}

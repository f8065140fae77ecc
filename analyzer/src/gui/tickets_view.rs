//! The tickets of each logon session: whose session it is, flags and encryption types in words, lifetimes as bars.

use egui::{Pos2, Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use crate::gui::action::Action;
use crate::gui::clock::Clock;
use crate::gui::content::Content;
use crate::gui::divided;
use crate::gui::grid::{Cell, Did, Grid, GridState, Head, Look, Rows};
use crate::gui::heights;
use crate::gui::list_state::ListState;
use crate::gui::paging;
use crate::gui::theme::{self, Palette, Tone};
use crate::gui::ticket_content::{SessionContent, TicketContent, Times};
use crate::report::headline::plural;
use crate::timeline::columns::{Micros, Span};

/// The height of a ticket, and of one without a bar.
const CARD: f32 = 118.0;
const WITHOUT_BAR: f32 = 106.0;
/// Below this height, the head of a session would leave its tickets no room.
const LITTLE: f32 = 260.0;

const HEADS: [Head; 4] = [
    Head { title: "Session", hint: "The number of the logon session", width: 80.0 },
    Head { title: "Of", hint: "Whose session it is", width: 190.0 },
    Head { title: "Tickets", hint: "How many tickets it has", width: 56.0 },
    Head { title: "Host", hint: "Where it was listed", width: 80.0 },
];

/// What the view of tickets remembers of one case.
#[derive(Debug, Default)]
pub struct TicketsState {
    sessions: ListState,
    grid: GridState,
    /// Those of the session that is selected.
    tickets: ListState,
}

impl TicketsState {
    /// Empties the field; whether anything stood in it.
    pub fn escape(&mut self) -> bool {
        self.tickets.escape()
    }

    /// Moves the selection up or down.
    pub fn walk(&mut self, content: &Content, by: isize) {
        self.sessions.walk(content.sessions.iter().map(|session| session.number.as_str()), by);
        self.grid.reveal(self.sessions.selected);
        self.tickets.forget_rows();
    }
}

/// Shows the tickets.
pub fn ui(ui: &mut Ui, content: &Content, state: &mut TicketsState) -> Option<Action> {
    if content.sessions.is_empty() {
        nothing(ui);
        return None;
    }
    let frame = egui::Frame::new().fill(Palette::of(ui).page);
    divided::list(ui, "sessions", 400.0).frame(frame).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        let grid = Grid { name: "Sessions", heads: &HEADS, selected: Some(state.sessions.selected), sorted: None };
        let did = grid.show(ui, &mut state.grid, &Sessions(&content.sessions), &mut |_, _, _| {});
        if let Some(Did::Select(row)) = did {
            state.sessions.selected = row;
            state.tickets.forget_rows();
        }
    });
    let session = content.sessions.get(state.sessions.selected)?;
    let frame = frame.inner_margin(egui::Margin { left: 12, ..egui::Margin::default() });
    egui::CentralPanel::default().frame(frame).show(ui, |ui| details(ui, session, state)).inner
}

struct Sessions<'a>(&'a [SessionContent]);

impl Rows for Sessions<'_> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell {
        let Some(session) = self.0.get(row) else { return Cell::default() };
        let words = match column {
            0 => session.number.clone(),
            1 => session.owner.clone(),
            2 => session.tickets.len().to_string(),
            _ => session.host.clone(),
        };
        Cell { words, look: if column < 2 { Look::Plain } else { Look::Weak } }
    }

    fn name(&self, row: usize) -> String {
        let Some(session) = self.0.get(row) else { return String::new() };
        let tickets = plural(session.tickets.len(), "ticket");
        format!("Session {} of {}, {tickets}, {}", session.number, session.owner, session.file)
    }
}

fn details(ui: &mut Ui, session: &SessionContent, state: &mut TicketsState) -> Option<Action> {
    let area = egui::ScrollArea::vertical().auto_shrink(false).id_salt(("tickets", state.sessions.selected));
    // Where there is no room for tickets below it, the head goes along with them.
    if ui.available_height() < LITTLE {
        let all = area.show(ui, |ui| {
            let action = head(ui, session, state);
            cards(ui, session, &mut state.tickets).or(action)
        });
        return all.inner;
    }
    let action = head(ui, session, state);
    area.show(ui, |ui| cards(ui, session, &mut state.tickets)).inner.or(action)
}

/// Whose session it is, and the field that finds a ticket in it.
fn head(ui: &mut Ui, session: &SessionContent, state: &mut TicketsState) -> Option<Action> {
    let palette = Palette::of(ui);
    let clock = Clock::utc();
    let mut action = None;
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&session.owner).size(theme::TITLE));
        ui.label(RichText::new(&session.number).monospace().color(palette.weak));
        if ui.link(&session.file).on_hover_text("Show the list as it was collected").clicked() {
            action = Some(Action::ShowArtifact(session.at));
        }
    });
    ui.label(theme::prose(&session.which));
    for (note, tone) in &session.notes {
        ui.label(RichText::new(note).color(palette.ink(*tone)));
    }
    if let Some(collected) = session.collected {
        let words = format!("Collected {} {}", clock.second(collected), clock.name);
        ui.label(RichText::new(words).size(theme::SMALL).color(palette.weak));
    }
    if session.tells_local_time {
        let words = "klist tells times in the language and by the clock of the computer, so that there are no bars.";
        ui.label(RichText::new(words).size(theme::SMALL).color(palette.weak));
    }
    state.tickets.field(ui, "Find a ticket by its service, a flag, a KDC", words(session));
    action
}

fn words(session: &SessionContent) -> impl ExactSizeIterator<Item = &str> {
    session.tickets.iter().map(|ticket| ticket.words.as_str())
}

/// The tickets that the field leaves; only those in sight are laid out.
fn cards(ui: &mut Ui, session: &SessionContent, tickets: &mut ListState) -> Option<Action> {
    paging::keys(ui);
    let shown = tickets.listed(words(session));
    if shown.is_empty() && !session.tickets.is_empty() {
        ui.label("No ticket is like that.");
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let clock = Clock::utc();
    let height = if session.span.is_some() { CARD } else { WITHOUT_BAR };
    let (top, sight) = (ui.cursor().top(), ui.clip_rect());
    let row_at = |y: f32| heights::row_at(f64::from(y - top), height).min(shown.len());
    let (first, behind) = (row_at(sight.top()), row_at(sight.bottom() + height));
    let gap = |rows: usize| heights::single(heights::place(rows, height));
    ui.add_space(gap(first));
    let mut action = None;
    let in_sight = shown.get(first..behind).unwrap_or_default().iter();
    for ticket in in_sight.filter_map(|index| session.tickets.get(*index)) {
        action = card(ui, ticket, session, &clock, height).or(action.take());
    }
    ui.add_space(gap(shown.len().saturating_sub(behind)));
    action
}

/// A ticket; all of a session have the same height.
fn card(ui: &mut Ui, ticket: &TicketContent, session: &SessionContent, clock: &Clock, height: f32) -> Option<Action> {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let name = format!("Ticket for {}, {}, {}", ticket.server, ticket.kind, ticket.encryption);
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, name.as_str()));
    let palette = Palette::of(ui);
    let card = rect.shrink2(vec2(0.0, 4.0));
    ui.painter().rect(card, theme::RADIUS, palette.surface, Stroke::new(1.0, palette.border), StrokeKind::Inside);
    let inner = card.shrink2(vec2(12.0, 7.0));
    let mut action = None;
    let builder = egui::UiBuilder::new().max_rect(inner).id_salt(("ticket", ticket.at, &ticket.server));
    // A child of its own: it does not move what comes below.
    let ui = &mut ui.new_child(builder);
    ui.set_clip_rect(card.intersect(ui.clip_rect()));
    ui.spacing_mut().item_spacing = vec2(8.0, 3.0);
    ui.spacing_mut().interact_size.y = 18.0;
    ui.horizontal(|ui| {
        if ui.small_button("Line").on_hover_text("Show the ticket as it was listed").clicked() {
            action = Some(Action::ShowArtifact(ticket.at));
        }
        if ui.small_button("Copy").on_hover_text("Copy the name of the service").clicked() {
            action = Some(Action::Copy(ticket.server.clone()));
        }
        ui.add(egui::Label::new(RichText::new(&ticket.server).monospace().strong()).truncate());
    });
    ui.horizontal(|ui| {
        ui.label(RichText::new(ticket.kind).size(theme::SMALL));
        let ink = palette.ink(ticket.encryption_tone);
        ui.label(RichText::new(&ticket.encryption).size(theme::SMALL).color(ink));
        let people = [("for", &ticket.client), ("from", &ticket.kdc)];
        let people = people.into_iter().filter(|(_, words)| !words.is_empty());
        let people: Vec<String> = people.map(|(name, words)| format!("{name} {words}")).collect();
        let people = RichText::new(people.join(" ")).size(theme::SMALL).color(palette.weak);
        ui.add(egui::Label::new(people).truncate());
    });
    ui.horizontal(|ui| flags(ui, ticket));
    life(ui, ticket, session, clock);
    action
}

fn flags(ui: &mut Ui, ticket: &TicketContent) {
    let palette = Palette::of(ui);
    ui.spacing_mut().item_spacing.x = 4.0;
    for (name, meaning) in &ticket.flags {
        let words = RichText::new(name).size(theme::SMALL - 1.0).color(palette.ink(Tone::Unknown));
        let words = words.background_color(palette.ground(Tone::Unknown));
        ui.add(egui::Label::new(words).selectable(false)).on_hover_text(*meaning);
    }
}

/// From when to when, as a bar where the times can be compared, and in words in any case.
fn life(ui: &mut Ui, ticket: &TicketContent, session: &SessionContent, clock: &Clock) {
    let palette = Palette::of(ui);
    let [start, end, renew] = &ticket.told;
    let (Some(times), Some(span)) = (ticket.times, session.span) else {
        let told = [("from", start), ("to", end), ("renewable until", renew)];
        let told = told.into_iter().filter(|(_, time)| !time.is_empty());
        let told: Vec<String> = told.map(|(name, time)| format!("{name} {time}")).collect();
        let words = RichText::new(told.join(" ")).size(theme::SMALL).color(palette.weak);
        ui.add(egui::Label::new(words).truncate());
        return;
    };
    let (bar, _) = ui.allocate_exact_size(vec2(ui.available_width(), 10.0), Sense::hover());
    let (words, tone) = session.collected.map_or_else(|| (String::new(), Tone::Unknown), |at| times.stood(at));
    paint(ui, bar, times, span, session.collected, tone);
    let moments = format!("{} – {} {}", clock.second(times.start), clock.second(times.end), clock.name);
    let renew = times.renew.map(|renew| format!(", renewable until {}", clock.second(renew))).unwrap_or_default();
    ui.horizontal(|ui| {
        ui.label(RichText::new(words).size(theme::SMALL).color(palette.ink(tone)));
        let moments = RichText::new(format!("{moments}{renew}")).size(theme::SMALL).color(palette.weak);
        ui.add(egui::Label::new(moments).truncate());
    });
}

fn paint(ui: &Ui, bar: Rect, times: Times, span: Span, collected: Option<Micros>, tone: Tone) {
    let palette = Palette::of(ui);
    let all = Span {
        from: collected.map_or(span.from, |at| at.min(span.from)),
        until: collected.map_or(span.until, |at| at.max(span.until)),
    };
    let x = |at: Micros| bar.left() + bar.width() * part(all, at);
    ui.painter().rect_filled(bar, 2, palette.raised);
    if let Some(renew) = times.renew {
        let rest = Rect::from_x_y_ranges(x(times.end)..=x(renew), bar.y_range());
        ui.painter().rect_stroke(rest, 2, Stroke::new(1.0, palette.weak), StrokeKind::Inside);
    }
    let life = Rect::from_x_y_ranges(x(times.start)..=x(times.end).max(x(times.start) + 2.0), bar.y_range());
    ui.painter().rect_filled(life, 2, palette.ink(tone));
    if let Some(at) = collected {
        let moment = [Pos2::new(x(at), bar.top() - 2.0), Pos2::new(x(at), bar.bottom() + 2.0)];
        ui.painter().line_segment(moment, Stroke::new(2.0, palette.text));
    }
}

/// How far into a span a moment lies.
fn part(span: Span, at: Micros) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a pixel is wider than what is lost")]
    let part = at.saturating_sub(span.from) as f64 / span.micros().max(1) as f64;
    #[expect(clippy::cast_possible_truncation, reason = "the last step, to the precision of the screen")]
    let part = part.clamp(0.0, 1.0) as f32;
    part
}

fn nothing(ui: &mut Ui) {
    ui.add_space(24.0);
    ui.vertical_centered(|ui| {
        ui.heading("No list of tickets");
        ui.label(theme::prose(
            "The collector lists the tickets of every logon session where it runs elevated. On a client, klist in the \
             session of the user says which tickets the browser got.",
        ));
    });
}

//! One event: all that its log says of it, what it belongs to, and the record whole.

use egui::{RichText, Ui};

use crate::case::Case;
use crate::gui::action::Action;
use crate::gui::clock::Clock;
use crate::gui::content::Content;
use crate::gui::event_content::EventContent;
use crate::gui::event_row;
use crate::gui::events_view::{EventsState, Want};
use crate::gui::record_reader::WholeRecord;
use crate::gui::theme::{self, Palette};
use crate::report::escape::escape;
use crate::report::excerpt::excerpt;
use crate::timeline::columns::{Column, Event};
use crate::timeline::term::{Sense, Term};

/// How far around an event others are looked for, in seconds.
pub const AROUND: [(i64, &str); 4] = [(1, "1 second"), (10, "10 seconds"), (60, "1 minute"), (600, "10 minutes")];

/// What is shown of the event that is selected, put into words once.
#[derive(Debug)]
pub struct Details {
    /// Its row.
    pub row: u32,
    /// What happened, and how often.
    title: String,
    alike: Option<String>,
    /// The fields, as the log has them.
    fields: Vec<(String, String)>,
    /// The whole record, when somebody asked for it.
    pub whole: Option<WholeRecord>,
}

impl Details {
    /// The words for a row.
    pub fn of(case: &Case, content: &EventContent, row: u32, clock: &Clock) -> Option<Self> {
        let event = content.events.get(row)?;
        let mut fields = vec![
            ("Written by".to_owned(), escape(event.words(Column::Host))),
            ("Provider".to_owned(), escape(event.words(Column::Provider))),
            ("Code".to_owned(), event.words(Column::Code).to_owned()),
            ("Second code".to_owned(), event.words(Column::SubCode).to_owned()),
            ("Encryption type".to_owned(), event.words(Column::Encryption).to_owned()),
        ];
        fields.retain(|(_, words)| !words.is_empty());
        let told = excerpt(case, event.at);
        let place = told.as_ref().map(crate::report::excerpt::Excerpt::location);
        fields.extend(place.map(|place| ("Where".to_owned(), place)));
        // The first line repeats what stands above.
        let lines = told.into_iter().flat_map(|told| told.lines.into_iter().skip(1));
        fields.extend(lines.filter_map(|line| {
            let (name, words) = line.split_once(": ")?;
            Some((name.to_owned(), words.to_owned()))
        }));
        let time = event_row::time(&event, clock);
        let title = format!(
            "Event {}, {}, {}: {time} {}",
            event.words(Column::Id),
            event.words(Column::Kind),
            event.outcome.word(),
            clock.name
        );
        Some(Self { row, title, alike: event_row::alike(&event, clock), fields, whole: None })
    }

    fn as_text(&self) -> String {
        let fields = self.fields.iter().map(|(name, words)| format!("\n{name}: {words}"));
        std::iter::once(self.title.clone()).chain(fields).collect()
    }
}

/// Shows what is selected.
pub fn ui(ui: &mut Ui, shown: &Content, state: &mut EventsState) -> (Option<Want>, Option<Action>) {
    let palette = Palette::of(ui);
    let content = &shown.events;
    let Some(details) = &state.details else {
        ui.add_space(8.0);
        ui.label(RichText::new("Select a row to see all that the log says of it.").color(palette.weak));
        return (None, None);
    };
    let row = details.row;
    let (mut want, mut action) = (None, None);
    ui.add_space(6.0);
    ui.horizontal_wrapped(|ui| {
        ui.menu_button("Around this event", |ui| want = around(ui, row));
        ui.menu_button("Filter by it", |ui| want = filter(ui, content, row).or(want.take()));
        let pinned = state.pins.contains(&row);
        if ui.button(if pinned { "Unpin" } else { "Pin" }).clicked() {
            want = Some(Want::Pin(row));
        }
        if ui.button("Copy event").clicked() {
            action = Some(Action::Copy(details.as_text()));
        }
        let whole = ui.button("Whole record").on_hover_text("The record as XML, read from the log again");
        if whole.clicked() {
            want = Some(Want::Whole(row));
        }
        ui.label(RichText::new(&details.title).strong());
    });
    for (finding, words) in findings(shown, row) {
        let link = ui.link(format!("Finding: {words}")).on_hover_text("This event is evidence of it");
        if link.clicked() {
            action = Some(Action::ShowFinding(finding));
        }
    }
    egui::ScrollArea::vertical().auto_shrink(false).id_salt(("event", row)).show(ui, |ui| {
        if let Some(alike) = &details.alike {
            ui.label(theme::prose(alike).color(palette.ink(theme::Tone::Calm)));
        }
        together(ui, content, state, row, &mut want);
        if let Some(whole) = &details.whole {
            whole_record(ui, whole, &mut action);
        }
        ui.spacing_mut().interact_size.y = 0.0;
        egui::Grid::new("fields").num_columns(2).spacing([16.0, 3.0]).show(ui, |ui| {
            for (name, words) in &details.fields {
                ui.label(RichText::new(name).size(theme::SMALL).color(palette.weak));
                ui.add(egui::Label::new(RichText::new(words).size(theme::SMALL)).wrap());
                ui.end_row();
            }
        });
    });
    (want, action)
}

/// What the menu around an event offers.
pub fn around(ui: &mut Ui, row: u32) -> Option<Want> {
    let mut want = None;
    for (seconds, words) in AROUND {
        if ui.button(format!("{words} before and after, in all logs")).clicked() {
            want = Some(Want::Around(row, seconds));
            ui.close();
        }
    }
    want
}

/// What the menu offers that narrows the list by what stands in any column of an event.
fn filter(ui: &mut Ui, content: &EventContent, row: u32) -> Option<Want> {
    let event = content.events.get(row)?;
    let mut want = None;
    for (words, with) in (0..event_row::SHOWN.len()).flat_map(|column| conditions(&event, column)) {
        if ui.button(words).clicked() {
            want = Some(with);
            ui.close();
        }
    }
    want
}

/// The conditions that what stands in a column can make: only that, or all but that.
pub fn conditions(event: &Event<'_>, column: usize) -> Vec<(String, Want)> {
    let Some(term) = event_row::same(event, column) else { return Vec::new() };
    let not = Term { sense: Sense::IsNot, ..term.clone() };
    let without = format!("Without {}", not.to_string().trim_start_matches('-'));
    vec![(format!("Only {term}"), Want::With(term)), (without, Want::With(not))]
}

fn findings(shown: &Content, row: u32) -> impl Iterator<Item = (usize, &str)> {
    let numbers = shown.events.findings.get(&row).into_iter().flatten();
    numbers.filter_map(|number| Some((*number, shown.findings.get(*number)?.summary.as_str())))
}

/// Other records of the same attempt to sign in.
fn together(ui: &mut Ui, content: &EventContent, state: &EventsState, row: u32, want: &mut Option<Want>) {
    let attempt = content.attempt_of.get(&row).and_then(|number| content.attempts.get(*number));
    let others: Vec<u32> = attempt.into_iter().flatten().copied().filter(|other| *other != row).collect();
    if others.is_empty() {
        return;
    }
    let clock = state.clock(content);
    ui.label(RichText::new("The same attempt to sign in, as other records tell it:").size(theme::SMALL));
    for other in others {
        let Some(event) = content.events.get(other) else { continue };
        if ui.link(event_row::name(&event, &clock)).clicked() {
            *want = Some(Want::Show(other));
        }
    }
}

fn whole_record(ui: &mut Ui, whole: &WholeRecord, action: &mut Option<Action>) {
    match whole {
        WholeRecord::Reading(_) => {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label("Reading the record from its log…");
            });
        }
        WholeRecord::NotShown(sentence) => {
            ui.label(sentence);
        }
        WholeRecord::Read(lines) => {
            if ui.button("Copy XML").clicked() {
                *action = Some(Action::Copy(lines.join("\n")));
            }
            ui.label(RichText::new(lines.join("\n")).monospace().size(theme::SMALL));
        }
    }
}

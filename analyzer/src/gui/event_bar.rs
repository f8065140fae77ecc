//! What stands above the list of events: the filter with its conditions, the clock, and what else can be done.

use egui::{Key, RichText, Ui};

use crate::codes::number::thousands;
use crate::gui::clock::{Clock, Zone};
use crate::gui::event_content::{EventContent, counted};
use crate::gui::event_file;
use crate::gui::events_view::{EventsState, Want};
use crate::gui::theme::{self, Palette, Tone};
use crate::report::event_list::ListForm;
use crate::report::headline::plural;
use crate::timeline::answer::Period;
use crate::timeline::term::FIELDS;

/// Shows the bar; what a person asks for comes back.
pub fn ui(ui: &mut Ui, content: &EventContent, state: &mut EventsState) -> Option<Want> {
    let mut want = None;
    ui.horizontal_wrapped(|ui| {
        let label = ui.label("Filter");
        want = field(ui, state, label.id);
        ui.menu_button("?", help).response.on_hover_text("What a filter may say");
        zones(ui, content, state);
        let pinned = format!("Pinned ({})", state.pins.len());
        ui.add_enabled_ui(!state.pins.is_empty(), |ui| {
            ui.menu_button(pinned, |ui| want = pins(ui, content, state).or(want.take()));
        });
        ui.menu_button("Export", |ui| want = export(ui).or(want.take()));
    });
    want.or(chips(ui, content, state))
}

/// The ways to take the list along.
fn export(ui: &mut Ui) -> Option<Want> {
    let mut want = None;
    if ui.button("Copy as CSV").on_hover_text("The rows of this list, for a spreadsheet, up to 50,000").clicked() {
        want = Some(Want::CopyAll);
    }
    for form in [ListForm::Csv, ListForm::Ndjson] {
        if ui.button(event_file::title(form)).on_hover_text("All rows of this list").clicked() {
            want = Some(Want::Save(form));
        }
    }
    if want.is_some() {
        ui.close();
    }
    want
}

fn field(ui: &mut Ui, state: &mut EventsState, label: egui::Id) -> Option<Want> {
    // In a narrow window, the rest stands below.
    let room = ui.available_width();
    let width = if room < 640.0 { room - 8.0 } else { room - 450.0 };
    let edit = egui::TextEdit::singleline(&mut state.typed).desired_width(width);
    let edit = ui.add(edit.hint_text("user:alice -code:0x18 HTTP   (press / to type here)")).labelled_by(label);
    if std::mem::take(&mut state.focus_filter) {
        edit.request_focus();
    }
    if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        return Some(Want::ToList);
    }
    edit.changed().then_some(Want::Filter)
}

fn help(ui: &mut Ui) {
    ui.set_max_width(560.0);
    ui.label("Words may stand anywhere in a row. A word in front of a colon says where:");
    egui::Grid::new("filter help").num_columns(3).show(ui, |ui| {
        for known in FIELDS {
            ui.label(RichText::new(format!("{}:", known.name)).monospace());
            ui.label(known.does);
            ui.label(RichText::new(known.example).monospace().color(Palette::of(ui).weak));
            ui.end_row();
        }
    });
    ui.label("- in front means not. Quotes keep words together: service:\"a b\".");
    ui.label("Conditions on one field are alternatives; those on several fields must all hold.");
    ui.label("The same words work in a terminal: kerbscope events PATH --filter WORDS");
}

fn zones(ui: &mut Ui, content: &EventContent, state: &mut EventsState) {
    let name = |zone| Clock::of(zone, content.clock.as_ref());
    let current = name(state.zone).map(|clock| clock.name).unwrap_or_default();
    let combo = egui::ComboBox::from_id_salt("clock").width(150.0).selected_text(current.as_str());
    let shown = combo.show_ui(ui, |ui| {
        for zone in Zone::ALL {
            match name(zone) {
                Some(clock) => {
                    ui.selectable_value(&mut state.zone, zone, clock.name).on_hover_text(clock.hint);
                }
                None => {
                    ui.weak("the host: its bundle does not tell its zone");
                }
            }
        }
    });
    let label = format!("Times in {current}");
    shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, label.as_str()));
    shown.response.on_hover_text("Whose clock times are told by");
}

fn pins(ui: &mut Ui, content: &EventContent, state: &EventsState) -> Option<Want> {
    let clock = state.clock(content);
    let mut want = None;
    for row in &state.pins {
        if let Some(event) = content.events.get(*row) {
            let words = crate::gui::event_row::name(&event, &clock);
            if ui.button(words).clicked() {
                want = Some(Want::Show(*row));
                ui.close();
            }
        }
    }
    ui.separator();
    if ui.button("Unpin all").clicked() {
        want = Some(Want::Unpin);
        ui.close();
    }
    want
}

/// The conditions, each with a cross, and what they leave.
fn chips(ui: &mut Ui, content: &EventContent, state: &EventsState) -> Option<Want> {
    let palette = Palette::of(ui);
    let mut want = None;
    ui.horizontal_wrapped(|ui| {
        let shown = u64::try_from(state.answer.rows.len()).unwrap_or(u64::MAX);
        let of_all = if state.answer.rows.len() == content.events.len() {
            counted(state.answer.events, "event")
        } else {
            format!("{} of {}", thousands(state.answer.events), counted(content.events.total(), "event"))
        };
        let words = format!("{of_all} in {}", counted(shown, "row"));
        ui.label(words).on_hover_text(content.sentence());
        if state.is_busy() {
            ui.add(egui::Spinner::new().size(14.0));
        }
        for (place, term) in state.filter.terms.iter().enumerate() {
            let tone = if term.complaint().is_some() { Tone::Bad } else { Tone::Calm };
            if chip(ui, &term.to_string(), tone) {
                want = Some(Want::Without(place));
            }
        }
        let clock = state.clock(content);
        let span = match state.period {
            Period::Always => None,
            Period::In(span) => Some(format!("{} – {}", clock.second(span.from), clock.second(span.until))),
            Period::Near(_) => Some(state.around_words(content)),
        };
        if let Some(words) = span
            && chip(ui, &format!("{words} ({})", clock.name), Tone::Distant)
        {
            want = Some(Want::AllTime);
        }
        if let Some(words) = state.lens_words()
            && ui.small_button(words).on_hover_text("Which time the timeline spans").clicked()
        {
            want = Some(Want::Lens);
        }
        for complaint in state.filter.complaints() {
            ui.label(RichText::new(complaint).color(palette.ink(Tone::Bad)));
        }
        if !content.doubts.is_empty() {
            let words = format!("⚠ {}", plural(content.doubts.len(), "doubt"));
            let shown = ui.label(RichText::new(words).size(theme::SMALL).color(palette.ink(Tone::Warn)));
            shown.on_hover_text(content.doubts.join("\n"));
        }
    });
    want
}

/// A condition; whether it is to go.
fn chip(ui: &mut Ui, words: &str, tone: Tone) -> bool {
    let palette = Palette::of(ui);
    let text = RichText::new(format!("{words}  ✖")).size(theme::SMALL).color(palette.ink(tone));
    let button = ui.add(egui::Button::new(text).fill(palette.ground(tone)).small());
    let label = format!("Remove {words}");
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, label.as_str()));
    button.clicked()
}

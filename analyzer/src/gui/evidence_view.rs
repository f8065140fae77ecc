//! Pieces of evidence: where each is, and its words, with the numbers of the lines beside them.

use egui::{Margin, RichText, Ui};

use crate::evidence::place::Place;
use crate::gui::action::Action;
use crate::gui::command_view::copy_button;
use crate::gui::piece::Piece;
use crate::gui::theme::{self, Palette};
use crate::gui::view::View;

/// Shows pieces of evidence one below the other.
pub fn evidence(ui: &mut Ui, pieces: &[Piece]) -> Option<Action> {
    let mut action = None;
    for piece in pieces {
        ui.push_id(&piece.location, |ui| {
            if let Some(asked) = show(ui, piece) {
                action = Some(asked);
            }
        });
        ui.add_space(2.0);
    }
    action
}

fn show(ui: &mut Ui, piece: &Piece) -> Option<Action> {
    let palette = Palette::of(ui);
    let frame = egui::Frame::new().fill(palette.raised).corner_radius(theme::RADIUS);
    let frame = frame.inner_margin(Margin { left: 10, right: 6, top: 5, bottom: 7 });
    let asked = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        let asked = ui.horizontal(|ui| {
            let opened = place(ui, piece);
            let right = egui::Layout::right_to_left(egui::Align::Center);
            let copy = |ui: &mut Ui| copy_button(ui, "Copy", &format!("Copy evidence {}", piece.location));
            let copied = ui.with_layout(right, copy).inner.then(|| Action::Copy(piece.as_text()));
            copied.or(opened)
        });
        lines(ui, piece);
        if let Some(note) = &piece.note {
            ui.label(RichText::new(note).size(theme::SMALL).color(palette.weak));
        }
        asked.inner
    });
    asked.inner
}

/// Where it is; a link, where a view shows what is around it.
fn place(ui: &mut Ui, piece: &Piece) -> Option<Action> {
    let is_record = matches!(piece.at.place, Place::Record(_));
    let (view, action) = if is_record {
        (View::Events, Action::ShowEvent(piece.at))
    } else {
        (View::Artifacts, Action::ShowArtifact(piece.at))
    };
    let text = RichText::new(&piece.location).monospace().color(Palette::of(ui).accent);
    if !view.is_shown() {
        ui.add(egui::Label::new(text).truncate());
        return None;
    }
    let hint = format!("{}\nShow it in its place", piece.location);
    ui.link(text).on_hover_text(hint).clicked().then_some(action)
}

/// The words. Long lines are not wrapped: they keep the shape that they have in the file, and scroll sideways.
fn lines(ui: &mut Ui, piece: &Piece) {
    if piece.lines.is_empty() {
        return;
    }
    let palette = Palette::of(ui);
    let shift = shared_indent(piece);
    let widest = piece.lines.iter().filter_map(|(number, _)| *number).max();
    let digits = widest.map_or(0, |number| number.to_string().len());
    egui::ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.spacing_mut().interact_size.y = 0.0;
        for (number, line) in &piece.lines {
            ui.horizontal(|ui| {
                if let Some(number) = number {
                    let number = RichText::new(format!("{number:>digits$}")).monospace().color(palette.weak);
                    ui.add(egui::Label::new(number).selectable(false));
                }
                let line: String = line.chars().skip(shift).collect();
                ui.add(egui::Label::new(RichText::new(line).monospace()).extend());
            });
        }
    });
}

/// Blanks that every line starts with; they only push the words out of sight.
fn shared_indent(piece: &Piece) -> usize {
    let filled = piece.lines.iter().filter(|(_, line)| !line.trim().is_empty());
    filled.map(|(_, line)| line.chars().take_while(|c| *c == ' ').count()).min().unwrap_or_default()
}

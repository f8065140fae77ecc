//! Pieces of evidence: where each is, and its words, with the numbers of the lines beside them.

use egui::{Margin, RichText, Ui};

use crate::gui::action::Action;
use crate::gui::command_view::copy_button;
use crate::gui::piece::Piece;
use crate::gui::theme::{self, Palette};

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
    let copied = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        let copied = ui.horizontal(|ui| {
            ui.label(RichText::new(&piece.location).monospace().color(palette.accent));
            let right = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(right, |ui| copy_button(ui, "Copy", &format!("Copy evidence {}", piece.location))).inner
        });
        lines(ui, piece);
        if let Some(note) = &piece.note {
            ui.label(RichText::new(note).size(theme::SMALL).color(palette.weak));
        }
        copied.inner
    });
    copied.inner.then(|| Action::Copy(piece.as_text()))
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

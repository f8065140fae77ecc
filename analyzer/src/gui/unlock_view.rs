//! Asks for the identity file that opens what is encrypted: by dialog, by path, or dropped on the window.

use std::path::PathBuf;

use egui::{Key, RichText, Ui, vec2};

use crate::gui::action::{Action, Pick};
use crate::gui::load::Locked;
use crate::gui::overlay;
use crate::gui::theme::{self, Palette, Tone};

/// Sentences that are shown at most.
const SENTENCES: usize = 5;

/// What the identity file is, and what becomes of it.
const HELP: &str = "An identity file opens it: what age-keygen wrote for the person it was encrypted for, with a line \
                    that begins with AGE-SECRET-KEY-1. Choose it, drop it on this window, or type its path. Its path \
                    is remembered, the key in it is not.";

/// Shows what is locked, why, and the ways to open it.
pub fn ui(ctx: &egui::Context, locked: &Locked, field: &mut String) -> Option<Action> {
    let modal = egui::Modal::new(egui::Id::unique("unlock")).frame(overlay::sheet(ctx)).show(ctx, |ui| {
        ui.set_width(overlay::width(ctx, 560.0));
        let title = if locked.closed.len() > 1 { "These are encrypted" } else { "This is encrypted" };
        ui.label(RichText::new(title).size(theme::TITLE));
        let palette = Palette::of(ui);
        for sentence in locked.sentences.iter().take(SENTENCES) {
            ui.label(RichText::new(sentence).color(palette.ink(Tone::Bad)));
        }
        ui.add_space(4.0);
        ui.label(RichText::new(HELP).color(palette.weak));
        ui.add_space(6.0);
        let typed = path_field(ui, field);
        ui.add_space(8.0);
        let pressed = ui.horizontal(|ui| buttons(ui, locked, field)).inner;
        typed.then(|| unlock(field)).flatten().or(pressed)
    });
    let left = modal.should_close().then_some(Action::LeaveLocked);
    modal.inner.or(left)
}

/// The field for a path; whether it was entered.
fn path_field(ui: &mut Ui, field: &mut String) -> bool {
    let label = ui.label("Path of the identity file");
    let edit = egui::TextEdit::singleline(field).desired_width(f32::INFINITY).margin(vec2(8.0, 6.0));
    let edit = ui.add(edit).labelled_by(label.id);
    let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if !entered && ui.memory(|memory| memory.focused().is_none()) {
        edit.request_focus();
    }
    entered
}

fn buttons(ui: &mut Ui, locked: &Locked, field: &str) -> Option<Action> {
    let mut asked = None;
    if ui.button("Choose identity file…").clicked() {
        asked = Some(Action::Browse(Pick::Identity));
    }
    if ui.button("Unlock").clicked() {
        asked = unlock(field);
    }
    if locked.has_rest() && ui.button("Open the rest").clicked() {
        asked = Some(Action::OpenTheRest);
    }
    if ui.button("Cancel").clicked() {
        asked = Some(Action::LeaveLocked);
    }
    asked
}

fn unlock(field: &str) -> Option<Action> {
    // Explorer copies paths in quotes.
    let path = field.trim().trim_matches('"');
    (!path.is_empty()).then(|| Action::Unlock(vec![PathBuf::from(path)]))
}

//! Commands, each with a button that copies it and nothing else.

use egui::{Event, Margin, RichText, Ui};

use crate::gui::action::Action;
use crate::gui::badge::badge;
use crate::gui::theme::{self, Palette, Tone};

/// The room for the button beside a command.
const BUTTON: f32 = 68.0;

/// Shows commands one below the other, and a button for all of them where there are several.
///
/// `what` tells the buttons apart for those who cannot see where they stand.
pub fn commands(ui: &mut Ui, commands: &[String], what: &str) -> Option<Action> {
    let mut action = None;
    for (index, command) in commands.iter().enumerate() {
        let number = if commands.len() > 1 { format!(" {}", index.saturating_add(1)) } else { String::new() };
        if let Some(asked) = line(ui, command, &format!("{what}{number}")) {
            action = Some(asked);
        }
    }
    if commands.len() > 1 && copy_button(ui, "Copy all", &format!("Copy all: {what}")) {
        action = Some(Action::Copy(commands.join("\r\n")));
    }
    action
}

/// One line in a box; what the button copies is exactly what the box shows.
fn line(ui: &mut Ui, command: &str, what: &str) -> Option<Action> {
    let palette = Palette::of(ui);
    let frame = egui::Frame::new().fill(palette.raised).corner_radius(theme::RADIUS);
    let frame = frame.inner_margin(Margin { left: 10, right: 6, top: 5, bottom: 5 });
    let copied = frame.show(ui, |ui| {
        ui.horizontal_top(|ui| {
            let width = (ui.available_width() - BUTTON).max(80.0);
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.add_space(5.0);
                ui.label(RichText::new(command).monospace());
            });
            let right = egui::Layout::right_to_left(egui::Align::Min);
            ui.with_layout(right, |ui| copy_button(ui, "Copy", &format!("Copy {what}"))).inner
        })
        .inner
    });
    copied.inner.then(|| Action::Copy(command.to_owned()))
}

/// A button that copies; Ctrl+C does the same while the button has the keyboard.
pub fn copy_button(ui: &mut Ui, text: &str, name: &str) -> bool {
    let button = ui.button(RichText::new(text).size(theme::SMALL)).accessible_name(name);
    let by_key = button.has_focus() && ui.input(|input| input.events.contains(&Event::Copy));
    button.clicked() || by_key
}

/// Shows commands behind a caption that opens and closes.
pub fn folded(ui: &mut Ui, caption: &str, lines: &[String], what: &str) -> Option<Action> {
    if lines.is_empty() {
        return None;
    }
    let header = egui::CollapsingHeader::new(RichText::new(caption).size(theme::BODY)).id_salt((caption, what));
    header.show_unindented(ui, |ui| commands(ui, lines, what)).body_returned.flatten()
}

/// Shows a risk, as a word and in words.
pub fn risk(ui: &mut Ui, word: &str, words: &str, tone: Tone) {
    badge(ui, word, tone);
    ui.label(RichText::new(words).size(theme::SMALL).color(Palette::of(ui).weak));
}

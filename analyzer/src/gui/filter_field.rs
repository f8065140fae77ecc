//! A field above a list that narrows it as one types.

use egui::{Key, Modifiers, RichText, Ui, Vec2, vec2};

use crate::gui::theme::{self, Palette};

/// What stands between the edge of the field and its words.
const MARGIN: Vec2 = vec2(8.0, 5.0);
/// The width of the button that empties it.
const CLEAR: f32 = 36.0;

/// Shows the field with its name, and how much of the list it leaves.
pub fn filter_field(ui: &mut Ui, text: &mut String, name: &str, shown: usize, all: usize) {
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        // To the pixel: what is too wide would push the edge of the list along with each frame.
        let clear = if text.is_empty() { 0.0 } else { CLEAR + ui.spacing().item_spacing.x };
        let width = (ui.available_width() - clear - 2.0 * MARGIN.x).max(60.0);
        let field = egui::TextEdit::singleline(text).hint_text(name).desired_width(width).margin(MARGIN);
        let response = ui.add(field);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, name));
        if slash(ui) {
            response.request_focus();
        }
        if !text.is_empty() {
            let clear = ui.add_sized([CLEAR, ui.spacing().interact_size.y], egui::Button::new("✖"));
            if clear.accessible_name("Clear the filter").on_hover_text("Clear (Esc)").clicked() {
                text.clear();
            }
        }
    });
    if !text.trim().is_empty() {
        let words = format!("{shown} of {all}");
        ui.label(RichText::new(words).size(theme::SMALL).color(Palette::of(ui).weak));
    }
    ui.add_space(4.0);
}

/// Whether somebody pressed the key that leads to the field of a view, and does not type already.
fn slash(ui: &Ui) -> bool {
    !ui.ctx().text_edit_focused() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Slash))
}

/// Whether something has every word that was typed. `words` is in lower case.
pub fn fits(typed: &str, words: &str) -> bool {
    typed.to_lowercase().split_whitespace().all(|word| words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_to_be_there() {
        let words = "http/portal.contoso.com\ncontoso\\svc-web";
        for (typed, expected) in [("", true), ("PORTAL svc", true), ("portal svc-old", false), ("  ", true)] {
            assert_eq!(fits(typed, words), expected, "{typed}");
        }
    }
}
